import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { standbyKey } from "../../src/edge/standby/standby-tier.ts";
import worker from "../../src/index.ts";
import { linkSchema } from "../../src/links/link/schema.ts";
import { destination, SHORT_ORIGIN, visit, visitToTheEnd } from "../edge/visit.ts";
import { api, bodyOf, holding } from "../ground/api.ts";
import { insertLink } from "../links/link-fixtures.ts";

const START = Date.UTC(2027, 5, 1);

/** What each of a redirect's own statements reads. */
const LINK = /\(SELECT id FROM links WHERE/;
const BLOCKS = /LEFT JOIN blocked_hosts/;
const FEED = /LEFT JOIN link_changes/;
const ANY = new RegExp([LINK, BLOCKS, FEED].map(({ source }) => source).join("|"));

let ahead = 0;

beforeEach(() => {
  // Each test days later, so that the colo's cache has nothing of an earlier one.
  ahead += 86_400_000;
  vi.useFakeTimers({ toFake: ["Date"], now: START + ahead });
  for (const level of ["warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => undefined);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const pass = (ms: number): unknown => vi.setSystemTime(Date.now() + ms);

/** An isolate with a memory of its own, over a D1 of which some statements fail, hang, or wait. */
function isolate() {
  const calls = { d1: 0, kv: 0 };
  const hold: { fails?: RegExp; hangs?: RegExp; gate?: Promise<void> } = {};
  const statement = (real: D1PreparedStatement, sql: string): D1PreparedStatement => {
    const held = (run: () => Promise<unknown>) => async () => {
      const { gate } = hold;
      if (hold.hangs?.test(sql) === true) return new Promise(() => {});
      const answer = await run();
      if (gate !== undefined && LINK.test(sql)) await gate;
      return answer;
    };
    return {
      bind: (...values: unknown[]) => statement(real.bind(...values), sql),
      first: held(() => real.first()),
      all: held(() => real.all()),
    } as unknown as D1PreparedStatement;
  };
  const prepare = (sql: string) => {
    if (!ANY.test(sql)) return env.DB.prepare(sql);
    calls.d1++;
    if (hold.fails?.test(sql) === true) throw new Error("D1_ERROR: Network connection lost.");
    return statement(env.DB.prepare(sql), sql);
  };
  const DB = {
    prepare,
    withSession: () => ({ prepare }),
    batch: async (statements: D1PreparedStatement[]) => env.DB.batch(statements),
  };
  const LINKS = {
    put: env.LINKS.put.bind(env.LINKS),
    delete: env.LINKS.delete.bind(env.LINKS),
    async get(...args: Parameters<KVNamespace["get"]>) {
      calls.kv++;
      return env.LINKS.get(...args);
    },
  };
  const CLICK_QUEUE = { send: async () => undefined };
  const bindings = { ...env, DB, LINKS, CLICK_QUEUE, UNKNOWN_SLUGS: undefined } as unknown as Env;
  const open = async (slug: string, headers = {}) => visitToTheEnd(`/${slug}`, headers, bindings);
  return {
    bindings,
    calls,
    hold,
    open,
    leads: async (slug: string) => {
      const response = await open(slug);
      return new URL(response.headers.get("location") ?? `status:${response.status}`).pathname;
    },
    /** Calls the API in this very isolate. */
    api: async (method: string, path: string, body: unknown) => {
      const init = { method, headers: holding(env.ADMIN_API_KEY), body: JSON.stringify(body) };
      const request = new Request<unknown, IncomingRequestCfProperties>(`${SHORT_ORIGIN}/api/v1${path}`, init);
      return (await worker.fetch(request, bindings, createExecutionContext())).status;
    },
  };
}

async function made(slug: string): Promise<string> {
  await insertLink({ slug, slugKey: slug.toLowerCase(), url: "https://shop.example/old" });
  return slug;
}

/** A link with its copy in KV. */
async function copied() {
  const link = bodyOf(linkSchema, await api("POST", "/links", { url: "https://shop.example/old" }));
  const key = standbyKey("", link.slug.toLowerCase());
  await vi.waitFor(async () => expect(await env.LINKS.get(key)).not.toBeNull(), { timeout: 10_000 });
  return link;
}

const edit = (slug: string) =>
  env.DB.prepare("UPDATE links SET url = 'https://shop.example/new' WHERE slug = ?1").bind(slug).run();
const block = (host: string) =>
  env.DB.prepare(
    "INSERT INTO blocked_hosts (id, host, scope, reason, created_at) VALUES ('blk_0000000000000009', ?1, 'host', '', 0)",
  )
    .bind(host)
    .run();

describe("an edit shows at once in the isolate that made it", () => {
  it("though a colo's copy from before it is there, and the isolate has read the link or nothing at all", async () => {
    const link = await copied();
    const warm = await made(`warm${ahead}`);
    const [knows, knowsNothing, other] = [isolate(), isolate(), isolate()];
    await knows.open(warm);
    for (const { api: call, leads } of [knows, knowsNothing]) {
      await call("PATCH", `/links/${link.id}`, { url: "https://shop.example/old" });
      pass(1_000);
      await other.open(link.slug);
      pass(1_000);
      expect(await call("PATCH", `/links/${link.id}`, { url: "https://shop.example/new" })).toBe(200);
      pass(1_000);
      expect([await leads(link.slug), await leads(link.slug)]).toEqual(["/new", "/new"]);
    }
  });

  it("though memory has the link from its standby copy", async () => {
    const link = await copied();
    const { api: call, hold, leads } = isolate();
    hold.fails = LINK;
    expect(await leads(link.slug)).toBe("/old");
    delete hold.fails;
    pass(1_000);
    expect(await call("PATCH", `/links/${link.id}`, { url: "https://shop.example/new" })).toBe(200);
    pass(1_000);
    expect(await leads(link.slug)).toBe("/new");
  });

  it("though a lookup that found no link was under way when it was made, and others joined it", async () => {
    const { api: call, hold, open } = isolate();
    const slug = `joined${ahead}`;
    let answered = (): void => undefined;
    hold.gate = new Promise<void>((resolve) => (answered = resolve));
    const first = open(slug);
    await scheduler.wait(400);
    delete hold.gate;
    expect(await call("POST", "/links", { url: "https://shop.example/new", slug })).toBe(201);
    const second = open(slug);
    answered();
    await first;
    expect((await second).status).toBe(302);
    pass(500);
    expect((await open(slug)).status).toBe(302);
  });
});

describe("an edit shows within 60 s", () => {
  it("though one reading of the block list failed", async () => {
    const { hold, open } = isolate();
    const slug = await made(`list${ahead}`);
    await open(slug);
    pass(1_000);
    await block("shop.example");
    pass(43_000);
    hold.fails = BLOCKS;
    await open(slug);
    delete hold.fails;
    pass(15_000);
    expect((await open(slug)).status).toBe(410);
  });

  it("though one lookup failed, and the standby copy is older", async () => {
    const link = await copied();
    const { hold, leads } = isolate();
    const warm = await made(`warm${ahead}`);
    await leads(link.slug);
    await leads(warm);
    await edit(link.slug);
    pass(43_000);
    await leads(warm);
    hold.fails = LINK;
    await leads(link.slug);
    delete hold.fails;
    pass(16_000);
    expect(await leads(link.slug)).toBe("/new");
  });

  it("though the clock was set back by an hour", async () => {
    const { leads } = isolate();
    const slug = await made(`back${ahead}`);
    await leads(slug);
    pass(-3_600_000);
    await edit(slug);
    pass(30_000);
    await leads(slug);
    expect(await leads(slug)).toBe("/new");
  });

  it("of a cap that was raised", async () => {
    const { open } = isolate();
    const slug = `cap${ahead}`;
    await insertLink({ slug, slugKey: slug, url: "https://shop.example/", maxClicks: 1 });
    const statuses = [(await open(slug)).status, (await open(slug)).status];
    await env.DB.prepare("UPDATE links SET max_clicks = 2 WHERE slug = ?1").bind(slug).run();
    pass(59_000);
    statuses.push((await open(slug)).status, (await open(slug)).status);
    expect(statuses).toEqual([302, 410, 302, 410]);
  });
});

describe("storage is not asked by every request", () => {
  it("for a link that writes itself in other letters than before", async () => {
    const { leads } = isolate();
    await made(`Lea${ahead}`);
    await leads(`Lea${ahead}`);
    await env.DB.prepare("UPDATE links SET slug = ?1 WHERE slug = ?2").bind(`LEA${ahead}`, `Lea${ahead}`).run();
    pass(11_000);
    await leads(`Lea${ahead}`);
    await leads(`Lea${ahead}`);
    const match = vi.spyOn(caches.default, "match");
    for (let index = 0; index < 5; index++) await leads(`Lea${ahead}`);
    expect(match).not.toHaveBeenCalled();
  });

  it("for a link that news are about, while D1 fails at once", async () => {
    const { calls, hold, open } = isolate();
    const [one, two] = [await made(`one${ahead}`), await made(`two${ahead}`)];
    await open(one);
    await open(two);
    await edit(two);
    pass(10_000);
    await open(one);
    hold.fails = ANY;
    calls.d1 = 0;
    for (let index = 0; index < 10; index++) {
      pass(10);
      expect((await open(two)).status).toBe(302);
    }
    expect(calls.d1).toBe(1);
  });

  it("and nobody waits for more than a second altogether, whatever hangs", async () => {
    const { bindings, hold, open } = isolate();
    const [one, two] = [await made(`one${ahead}`), await made(`two${ahead}`)];
    await open(one);
    await open(two);
    await edit(two);
    await block("bad.example");
    hold.fails = BLOCKS;
    pass(10_000);
    await open(one);
    delete hold.fails;
    pass(60_000);
    hold.hangs = ANY;
    const request = new Request<unknown, IncomingRequestCfProperties>(`${SHORT_ORIGIN}/${two}`);
    const wait = scheduler.wait.bind(scheduler);
    // For the feed, the link and the block list together.
    const waited: number[] = [];
    vi.spyOn(scheduler, "wait").mockImplementation(async (ms) => {
      waited.push(ms);
      return wait(ms / 10);
    });
    expect((await worker.fetch(request, bindings, createExecutionContext())).status).toBe(302);
    expect(waited.filter((ms) => ms === 1_000)).toHaveLength(1);
  });
});

it("a load that an old browser announces is no visit, whatever else it says", async () => {
  const { slug } = bodyOf(linkSchema, await api("POST", "/links", { url: "https://shop.example/", maxClicks: 1 }));
  for (const [name, value] of [
    ["X-Purpose", "preview"],
    ["X-Moz", "prefetch"],
  ] as const) {
    const response = await visit(`/${slug}`, { "Sec-Fetch-Dest": "document", [name]: value });
    expect([response.status, destination(response).hostname]).toEqual([302, "shop.example"]);
  }
  expect((await visit(`/${slug}`)).status).toBe(302);
  expect((await visit(`/${slug}`)).status).toBe(410);
});
