import { createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { linkSchema } from "../../../src/links/link/schema.ts";
import { LinkCache } from "../../../src/edge/link/cache.ts";
import type { CompiledLink } from "../../../src/edge/link/compile.ts";
import { standbyKey } from "../../../src/edge/standby/standby-tier.ts";
import { syncStandby } from "../../../src/links/link/standby-store.ts";
import worker from "../../../src/index.ts";
import { api, bodyOf } from "../../ground/api.ts";
import { createDomain } from "../../links/link-fixtures.ts";
import { createStore } from "../../programme/fixtures.ts";
import { destination, visitToTheEnd } from "../visit.ts";

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

async function createLink(body: Record<string, unknown> = {}) {
  return bodyOf(linkSchema, await api("POST", "/links", { url: "https://shop.example/sale", ...body }));
}

/** Bindings of an isolate of its own, with its own memory, so that each test starts cold. */
function coldIsolate(changes: Partial<Record<keyof Env, unknown>> = {}): Env {
  return { ...env, CLICK_QUEUE: { send: async () => undefined }, ...changes } as unknown as Env;
}

/** A database that refuses everything, and counts how often it was asked. */
function brokenDatabase(message = "D1_ERROR: Network connection lost.") {
  const refuse = vi.fn((): never => {
    throw new Error(message);
  });
  return { prepare: refuse, withSession: refuse, batch: refuse };
}

/** The real database, counting the sessions that looked for a link. */
function countedDatabase() {
  const withSession = vi.fn((constraint?: string) => env.DB.withSession(constraint));
  return { withSession, prepare: (sql: string) => env.DB.prepare(sql), batch: env.DB.batch.bind(env.DB) };
}

function quietly(): void {
  for (const level of ["warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => undefined);
}

describe("a link is found", () => {
  it("in D1 once for a crowd that comes to a cold isolate at the same moment", async () => {
    const { slug } = await createLink();
    const DB = countedDatabase();
    const bindings = coldIsolate({ DB });
    const crowd = await Promise.all(Array.from({ length: 30 }, async () => visitToTheEnd(`/${slug}`, {}, bindings)));
    expect(crowd.map((response) => response.status)).toEqual(Array.from({ length: 30 }, () => 302));
    expect(DB.withSession).toHaveBeenCalledTimes(1);
  });

  it("in the colo's cache by the next isolate, without asking D1", async () => {
    const { slug } = await createLink({ slug: "colo-shared" });
    await visitToTheEnd(`/${slug}`, {}, coldIsolate());
    const DB = countedDatabase();
    expect((await visitToTheEnd(`/${slug}`, {}, coldIsolate({ DB }))).status).toBe(302);
    expect(DB.withSession).not.toHaveBeenCalled();
  });

  it("in KV when D1 fails and memory is cold", async () => {
    quietly();
    const store = await createStore({ consentPolicy: "implied", clickParam: "ref" });
    const { slug } = await createLink({ slug: "stand-by", storeId: store.id, utm: { source: "lea" } });
    await vi.waitFor(async () => expect(await env.LINKS.get(standbyKey("", "stand-by"))).not.toBeNull(), {
      timeout: 20_000,
    });
    const response = await visitToTheEnd(`/${slug.toUpperCase()}`, {}, coldIsolate({ DB: brokenDatabase() }));
    expect(response.status).toBe(302);
    expect(destination(response).searchParams.get("utm_source")).toBe("lea");
    expect(destination(response).searchParams.get("ref")).toMatch(/^[\w-]{56}$/);
    expect(response.headers.has("set-cookie")).toBe(true);
  });

  it("nowhere, and says so, when everything fails and the link was never seen", async () => {
    quietly();
    const broken = vi.fn().mockRejectedValue(new Error("KV GET failed: 500"));
    const bindings = coldIsolate({ DB: brokenDatabase(), LINKS: { get: broken } });
    const response = await visitToTheEnd("/never-seen-anywhere", {}, bindings);
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("5");
  });
});

describe("the standby copies in KV", () => {
  const copyOf = async (slug: string, domain = "") =>
    env.LINKS.get<{ record: { url: string } | null }>(standbyKey(domain, slug), "json");

  it("follow every edit", async () => {
    const link = await createLink({ slug: "followed" });
    await vi.waitFor(async () => expect((await copyOf("followed"))?.record?.url).toBe("https://shop.example/sale"), {
      timeout: 20_000,
    });
    await api("PATCH", `/links/${link.id}`, { url: "https://shop.example/new" });
    await vi.waitFor(async () => expect((await copyOf("followed"))?.record?.url).toBe("https://shop.example/new"), {
      timeout: 20_000,
    });
    await api("PATCH", `/links/${link.id}`, { slug: "moved" });
    await vi.waitFor(async () => expect((await copyOf("moved"))?.record?.url).toBe("https://shop.example/new"), {
      timeout: 20_000,
    });
    expect(await copyOf("followed")).toBeNull();
    await api("DELETE", `/links/${link.id}`);
    await vi.waitFor(async () => expect(await copyOf("moved")).toBeNull(), { timeout: 20_000 });
  });

  it("are made good by the cron where a write failed, and for edits of the store, the creator and the domain", async () => {
    quietly();
    const put = vi.spyOn(env.LINKS, "put").mockRejectedValue(new Error("KV PUT failed: 429 Too Many Requests"));
    const store = await createStore({ clickParam: "one" });
    await createLink({ slug: "made-good", storeId: store.id });
    await vi.waitFor(() => expect(put).toHaveBeenCalled(), { timeout: 20_000 });
    put.mockRestore();
    expect(await copyOf("made-good")).toBeNull();

    await worker.scheduled(createScheduledController({ cron: "* * * * *", scheduledTime: Date.now() }), env);
    expect(await env.LINKS.get(standbyKey("", "made-good"))).toContain('"clickParam":"one"');

    await api("PATCH", `/stores/${store.id}`, { clickParam: "two" });
    await syncStandby(env, Date.now());
    expect(await env.LINKS.get(standbyKey("", "made-good"))).toContain('"clickParam":"two"');
  });

  it("are not all written again when nothing changed", async () => {
    await createLink();
    const soon = Date.now() + 60_000;
    await syncStandby(env, soon);
    expect(await syncStandby(env, soon + 60_000)).toBe(0);
  });

  it("answer a domain of its own, and mind its case", async () => {
    quietly();
    await createDomain({ hostname: "go.brand.example", caseSensitive: true });
    await createLink({ slug: "Exact", domain: "go.brand.example" });
    await syncStandby(env, Date.now());
    const bindings = coldIsolate({ DB: brokenDatabase() });
    expect((await visitToTheEnd("/Exact", {}, bindings)).status).toBe(302);
    expect((await visitToTheEnd("/exact", {}, bindings)).status).toBe(503);
  });
});

describe("freshness", () => {
  it("an edit made elsewhere shows within 60 seconds, whatever caches it passes", async () => {
    const link = await createLink({ slug: "fresh-slo" });
    const start = Date.now();
    vi.useFakeTimers({ toFake: ["Date"], now: start });
    const [one, two] = [coldIsolate(), coldIsolate()];
    await visitToTheEnd(`/${link.slug}`, {}, one);
    // Behind everybody's back, as an isolate elsewhere would.
    await env.DB.prepare("UPDATE links SET disabled = 1 WHERE id = ?1").bind(link.id).run();
    // Another isolate takes the old answer from the colo's cache at the last moment that it may.
    vi.setSystemTime(start + 29_000);
    expect((await visitToTheEnd(`/${link.slug}`, {}, two)).status).toBe(302);
    vi.setSystemTime(start + 59_000);
    expect((await visitToTheEnd(`/${link.slug}`, {}, one)).status).toBe(410);
    expect((await visitToTheEnd(`/${link.slug}`, {}, two)).status).toBe(410);
  });

  it("a link that was unknown a moment ago works within 5 seconds", async () => {
    const start = Date.now();
    vi.useFakeTimers({ toFake: ["Date"], now: start });
    const bindings = coldIsolate();
    expect((await visitToTheEnd("/just-made", {}, bindings)).status).toBe(404);
    await createLink({ slug: "just-made" });
    vi.setSystemTime(start + 5_001);
    expect((await visitToTheEnd("/just-made", {}, bindings)).status).toBe(302);
  });
});

const LINK = {} as CompiledLink;

/** Keeps a link, or the knowledge that there is none, under one key. */
function keep(cache: LinkCache, key: string, link: CompiledLink | null): void {
  const keys = link === null ? { kept: [], passing: [key] } : { kept: [key], passing: [] };
  const said = { usedUp: false, anyCase: false, readAt: 0, position: 0, subjects: [], doubtedSince: 0 };
  cache.set(keys, { link, ...said }, 0);
}

describe("memory", () => {
  it("does not grow past its caps over a million distinct slugs, known and unknown", () => {
    const cache = new LinkCache(5_000);
    for (let index = 0; index < 1_000_000; index++) {
      keep(cache, `go.brand.example/s${index}`, index % 2 === 0 ? LINK : null);
      if (index % 100_000 === 0) expect(cache.size).toBeLessThanOrEqual(11_000);
    }
    expect(cache.size).toBeLessThanOrEqual(11_000);
  });

  it("keeps a link that is used while many others come by", () => {
    const cache = new LinkCache(100);
    keep(cache, "used", LINK);
    for (let index = 0; index < 10_000; index++) {
      keep(cache, `other${index}`, LINK);
      expect(cache.get("used")?.link).toBe(LINK);
    }
  });

  it("is not emptied of links by somebody who guesses slugs", () => {
    const cache = new LinkCache(100);
    for (let index = 0; index < 100; index++) keep(cache, `real${index}`, LINK);
    for (let index = 0; index < 50_000; index++) keep(cache, `guess${index}`, null);
    for (let index = 0; index < 100; index++) expect(cache.get(`real${index}`)?.link).toBe(LINK);
  });
});
