import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import worker from "../../../src/index.ts";
import { KEPT_CHANGES } from "../../../src/edge/news/load.ts";
import { pruneNews } from "../../../src/links/link/news-store.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { SHORT_ORIGIN, visitToTheEnd } from "../visit.ts";

/** How long a shopper waits for a look at the feed, ms. */
const PATIENCE_MS = 1_000;

const START = Date.UTC(2027, 0, 1);

let ahead = 0;

beforeEach(() => {
  // Each test a day later, so that the colo's cache has nothing of an earlier one.
  ahead += 86_400_000;
  vi.useFakeTimers({ toFake: ["Date"], now: START + ahead });
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** How a D1 behaves that a test has in its hands. */
interface Hold {
  fails: boolean;
  hangs: boolean;
}

/** An isolate with a memory of its own, which counts every look at storage. */
function isolate() {
  const calls = { d1: 0, kv: 0 };
  const hold: Hold = { fails: false, hangs: false };
  const asked = <Answer>(answer: () => Answer): Answer => {
    calls.d1++;
    if (hold.fails) throw new Error("D1_ERROR: Network connection lost.");
    return answer();
  };
  const statement = (real: D1PreparedStatement): D1PreparedStatement =>
    ({
      bind: (...values: unknown[]) => statement(real.bind(...values)),
      first: async () => (hold.hangs ? new Promise(() => {}) : real.first()),
      all: async () => (hold.hangs ? new Promise(() => {}) : real.all()),
      run: async () => (hold.hangs ? new Promise(() => {}) : real.run()),
    }) as unknown as D1PreparedStatement;
  const DB = {
    prepare: (sql: string) => asked(() => statement(env.DB.prepare(sql))),
    withSession: () => ({ prepare: (sql: string) => asked(() => statement(env.DB.prepare(sql))) }),
    batch: async (statements: D1PreparedStatement[]) => env.DB.batch(statements),
  };
  const LINKS = {
    async get(...args: Parameters<KVNamespace["get"]>) {
      calls.kv++;
      return env.LINKS.get(...args);
    },
  };
  const bindings = { ...env, DB, LINKS, CLICK_QUEUE: { send: async () => undefined } } as unknown as Env;
  return {
    bindings,
    calls,
    hold,
    visit: async (slug: string) => visitToTheEnd(`/${slug}`, {}, bindings),
    /** Where a link leads. */
    leads: async (slug: string) => {
      const response = await visitToTheEnd(`/${slug}`, {}, bindings);
      return new URL(response.headers.get("location") ?? `status:${response.status}`).pathname;
    },
  };
}

async function links(count: number): Promise<string[]> {
  const slugs = Array.from({ length: count }, (_, index) => `n${ahead}-${index}`);
  for (const slug of slugs) await insertLink({ slug, slugKey: slug, url: "https://shop.example/old" });
  return slugs;
}

async function edit(slug: string): Promise<void> {
  await env.DB.prepare("UPDATE links SET url = 'https://shop.example/new' WHERE slug = ?1").bind(slug).run();
}

const pass = (ms: number): unknown => vi.setSystemTime(Date.now() + ms);

describe("links in memory", () => {
  it("cost one look at storage in ten seconds, however many there are", async () => {
    const { calls, visit } = isolate();
    const slugs = await links(60);
    await Promise.all(slugs.map(async (slug) => visit(slug)));
    calls.d1 = 0;
    for (let turn = 0; turn < 50; turn++) {
      pass(2_000);
      const some = await Promise.all(slugs.slice(turn, turn + 10).map(async (slug) => visit(slug)));
      expect(some.map((response) => response.status)).toEqual(some.map(() => 302));
    }
    expect(calls.d1).toBe(10);
    expect(calls.kv).toBe(0);
  });

  it("are looked up again one by one: those that news are about, and no other", async () => {
    const { calls, leads, visit } = isolate();
    const [one = "", two = "", three = ""] = await links(3);
    for (const slug of [one, two, three]) await visit(slug);
    await edit(two);
    pass(10_000);
    await visit(one);
    calls.d1 = 0;
    expect([await leads(one), await leads(two), await leads(three)]).toEqual(["/old", "/new", "/old"]);
    expect(calls.d1).toBe(1);
  });

  it("after an hour's silence a crowd waits for one look, and for nothing else", async () => {
    const { calls, visit } = isolate();
    const slugs = await links(20);
    for (const slug of slugs) await visit(slug);
    await edit(slugs[3] ?? "");
    pass(3_600_000);
    calls.d1 = 0;
    const crowd = await Promise.all([...slugs, ...slugs, ...slugs].map(async (slug) => visit(slug)));
    expect(crowd.filter((response) => response.status !== 302)).toEqual([]);
    const led = crowd.map((response) => new URL(response.headers.get("location") ?? "").pathname);
    expect(led.filter((path) => path === "/new").length).toBe(3);
    // The feed, and the link that changed.
    expect(calls.d1).toBe(2);
  });

  it("are all looked up again where an isolate missed too much", async () => {
    const { calls, leads, visit } = isolate();
    const [one = "", two = "", ...others] = await links(6);
    await edit(one);
    for (const slug of [one, two, ...others]) await visit(slug);
    await edit(two);
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${KEPT_CHANGES + 1})
       INSERT INTO link_changes (subject) SELECT 'lnk_other' FROM n`,
    ).run();
    expect(await pruneNews(env.DB)).toBe(3);
    pass(10_000);
    await visit(one);
    calls.d1 = 0;
    expect(await leads(two)).toBe("/new");
    for (const slug of others) expect(await leads(slug)).toBe("/old");
    expect(calls.d1).toBe(1 + others.length);
  });

  it("are told from a copy in the colo's cache that is older than the news", async () => {
    const [one, two] = [isolate(), isolate()];
    const [slug = "", other = ""] = await links(2);
    await two.visit(other);
    await two.visit(slug);
    // Keeps what was true before the edit for everybody of this data centre.
    await one.visit(slug);
    await edit(slug);
    pass(10_000);
    await two.visit(other);
    expect(await two.leads(slug)).toBe("/new");
  });
});

describe("while D1 fails", () => {
  beforeEach(() => {
    for (const level of ["warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => undefined);
  });

  it("links in memory answer as they are for a day, and no longer", async () => {
    const { hold, leads, visit } = isolate();
    const [slug = ""] = await links(1);
    await visit(slug);
    await edit(slug);
    hold.fails = true;
    for (let hour = 0; hour < 23; hour++) {
      pass(3_600_000);
      expect(await leads(slug)).toBe("/old");
    }
    pass(3_600_001);
    expect((await visit(slug)).status).toBe(503);
    hold.fails = false;
    expect(await leads(slug)).toBe("/new");
  });

  it("a link that news are about answers as it was, and as it is once D1 is back", async () => {
    const { hold, leads, visit } = isolate();
    const [one = "", two = ""] = await links(2);
    for (const slug of [one, two]) await visit(slug);
    await edit(two);
    pass(10_000);
    await visit(one);
    hold.fails = true;
    expect(await leads(two)).toBe("/old");
    hold.fails = false;
    pass(10_000);
    expect(await leads(two)).toBe("/new");
  });

  it("of ten seconds in which it hangs, shoppers wait in one", async () => {
    const { bindings, hold, visit } = isolate();
    const [slug = ""] = await links(1);
    await visit(slug);
    hold.hangs = true;
    pass(60_000);
    let waited = 0;
    const wait = scheduler.wait.bind(scheduler);
    vi.spyOn(scheduler, "wait").mockImplementation(async (ms) => {
      if (ms === PATIENCE_MS) waited++;
      return wait(Math.min(ms, 5));
    });
    for (let second = 0; second < 20; second++) {
      // What is behind the answer never ends.
      const request = new Request<unknown, IncomingRequestCfProperties>(`${SHORT_ORIGIN}/${slug}`);
      expect((await worker.fetch(request, bindings, createExecutionContext())).status).toBe(302);
      pass(1_000);
    }
    expect(waited).toBe(2);
  });
});

describe("the feed", () => {
  it("keeps the newest of its news, the last of all in any case", async () => {
    expect(await pruneNews(env.DB)).toBe(0);
    const write = (count: number) =>
      env.DB.prepare(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
         INSERT INTO link_changes (subject) SELECT 'lnk_' || i FROM n`,
      )
        .bind(count)
        .run();
    await write(1);
    expect(await pruneNews(env.DB)).toBe(0);
    await write(12_000);
    expect(await pruneNews(env.DB)).toBe(12_001 - KEPT_CHANGES);
    expect(await env.DB.prepare("SELECT min(seq) AS low, max(seq) AS high FROM link_changes").first()).toEqual({
      low: 12_002 - KEPT_CHANGES,
      high: 12_001,
    });
  });
});
