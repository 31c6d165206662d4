import { env } from "cloudflare:workers";
import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { CLICK_QUEUE } from "../../../src/clicks/click/consume.ts";
import worker from "../../../src/index.ts";
import { readBatch } from "../../../src/clicks/click/read-batch.ts";
import { linkSchema } from "../../../src/links/link/schema.ts";
import { api, bodyOf } from "../../ground/api.ts";
import { createStore } from "../../programme/fixtures.ts";
import { BROWSER_HEADERS, destination, visitToTheEnd } from "../../edge/visit.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

async function createLink(body: Record<string, unknown> = {}) {
  return bodyOf(linkSchema, await api("POST", "/links", { url: "https://shop.example/sale", ...body }));
}

/** The environment without a queue, as on the free plan: clicks go straight to D1. */
function withoutQueue(): Env {
  return { ...env, CLICK_QUEUE: undefined } as unknown as Env;
}

/** The log, but for what the real queue may still deliver of a test before: its links are gone. */
async function rows(): Promise<Record<string, unknown>[]> {
  const { results } = await env.DB.prepare(
    "SELECT c.* FROM clicks c JOIN links l ON l.id = c.link_id ORDER BY c.seq",
  ).all();
  return results;
}

describe("a click's row", () => {
  it("has what was seen, and neither address nor user agent", async () => {
    const link = await createLink({ utm: { source: "lea", campaign: "spring" } });
    const response = await visitToTheEnd(
      `/${link.slug}?fbclid=secretvalue&utm_medium=paid_social&utm_source=evil`,
      { Referer: "https://l.instagram.com/?u=private", "CF-Connecting-IP": "203.0.113.99" },
      withoutQueue(),
    );
    const token = destination(response).searchParams.get("wm_click") ?? "";
    const [row, ...others] = await rows();
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      id: `clk_${token.slice(16, 36)}`,
      link_id: link.id,
      bucket: "counted",
      reason: "first_in_window",
      unique_of_day: 1,
      country: "DE",
      region: "Berlin",
      city: "Berlin",
      colo: "TXL",
      device: "mobile",
      browser: "Mobile Safari",
      os: "iOS",
      language: "de-DE",
      referrer_host: "l.instagram.com",
      source: "ad",
      utm_source: "lea",
      utm_medium: "paid_social",
      utm_campaign: "spring",
      consent: "deferred",
      consent_source: "region",
    });
    expect(row?.["visitor_key"]).toMatch(/^[\w-]{16}$/);
    const text = JSON.stringify(row);
    for (const secret of ["203.0.113.99", "Mozilla", "iPhone OS", "secretvalue", "private"])
      expect(text).not.toContain(secret);
  });

  it("under strict names nobody, and still counts", async () => {
    const link = await createLink();
    await visitToTheEnd(`/${link.slug}?utm_content=person-77`, { "Sec-GPC": "1" }, withoutQueue());
    await visitToTheEnd(`/${link.slug}`, { "Sec-GPC": "1" }, withoutQueue());
    const stored = await rows();
    expect(stored).toHaveLength(2);
    for (const row of stored) {
      expect(row).toMatchObject({
        bucket: "counted",
        reason: "anonymous",
        consent: "strict",
        consent_source: "gpc",
        visitor_key: null,
        region: null,
        city: null,
        language: null,
        utm_content: null,
        country: "DE",
        device: "mobile",
      });
    }
  });

  const buckets: [string, Record<string, string>, RequestInit, string, string][] = [
    [
      "Google's crawler",
      { "User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)" },
      {},
      "bot",
      "user_agent",
    ],
    ["a card for a chat", { "User-Agent": "WhatsApp/2.23.20.0 A" }, {}, "bot", "link_preview"],
    ["a program without a name", { "User-Agent": "" }, {}, "bot", "no_user_agent"],
    ["a browser's prefetch", { "Sec-Purpose": "prefetch;prerender" }, {}, "prefetch", "purpose_header"],
    ["an old browser's prefetch", { Purpose: "prefetch" }, {}, "prefetch", "purpose_header"],
    ["a link checker", {}, { method: "HEAD" }, "head", "method_head"],
  ];

  it.each(buckets)("of %s is in its own bucket", async (_name, headers, init, bucket, reason) => {
    const { slug } = await createLink();
    await visitToTheEnd(`/${slug}`, headers, withoutQueue(), init);
    expect(await rows()).toMatchObject([{ bucket, reason, unique_of_day: 0 }]);
  });

  it("of a link that is over is inactive, with the reason, unless a program sent it", async () => {
    const { slug } = await createLink({ disabled: true });
    await visitToTheEnd(`/${slug}`, {}, withoutQueue());
    await visitToTheEnd(`/${slug}`, { "User-Agent": "Twitterbot/1.0" }, withoutQueue());
    expect(await rows()).toMatchObject([
      { bucket: "inactive", reason: "disabled" },
      { bucket: "bot", reason: "link_preview" },
    ]);
  });

  it("is a duplicate if the same visitor came within the hour, and not if another did", async () => {
    const { slug } = await createLink();
    await visitToTheEnd(`/${slug}`, {}, withoutQueue());
    await visitToTheEnd(`/${slug}`, {}, withoutQueue());
    await visitToTheEnd(`/${slug}`, { "CF-Connecting-IP": "203.0.113.8" }, withoutQueue());
    await visitToTheEnd(`/${slug}`, { "User-Agent": `${BROWSER_HEADERS["User-Agent"]} Other` }, withoutQueue());
    expect((await rows()).map((row) => row["bucket"])).toEqual(["counted", "duplicate", "counted", "counted"]);
  });

  it("tells visitors apart by another salt every day", async () => {
    const { slug } = await createLink();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 10, 20, 23, 50) });
    try {
      await visitToTheEnd(`/${slug}`, {}, withoutQueue());
      vi.setSystemTime(Date.UTC(2026, 10, 21, 0, 10));
      await visitToTheEnd(`/${slug}`, {}, withoutQueue());
    } finally {
      vi.useRealTimers();
    }
    const keys = (await rows()).map((row) => row["visitor_key"]);
    expect(new Set(keys).size).toBe(2);
    const salts = await env.DB.prepare("SELECT count(*) AS n FROM visitor_salts WHERE day IN (?1, ?1 + 1)")
      .bind(Date.UTC(2026, 10, 20) / 86_400_000)
      .first<{ n: number }>();
    expect(salts?.n).toBe(2);
  });
});

describe("the way to the log", () => {
  it("is one message for many clicks, without an address", async () => {
    const send = vi.spyOn(env.CLICK_QUEUE, "send").mockResolvedValue(undefined as never);
    const { slug } = await createLink();
    const visits = Array.from({ length: 25 }, async (_none, index) =>
      visitToTheEnd(`/${slug}?fbclid=v${index}`, { "CF-Connecting-IP": `203.0.113.${index}` }),
    );
    await Promise.all(visits);
    expect(send).toHaveBeenCalledTimes(1);
    const text = String(send.mock.calls[0]?.[0]);
    expect(text).not.toContain("203.0.113.");
    const batch = readBatch(JSON.parse(text));
    expect(batch).toMatchObject({ id: expect.stringMatching(/^[\w-]{16}$/), clicks: { length: 25 }, unreadable: [] });
    expect(new Set(batch?.clicks.map((click) => click.pseudonym)).size).toBe(25);
    // The link, the browser and the place are said once.
    expect(text.split(BROWSER_HEADERS["User-Agent"] ?? "")).toHaveLength(2);
  });

  it("leads straight to D1 when the queue refuses, and counts a click once that took both", async () => {
    const errors = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const { slug } = await createLink();
    let taken = "";
    vi.spyOn(env.CLICK_QUEUE, "send").mockImplementation(async (body) => {
      taken = String(body);
      throw new Error("Queue send failed: Too Many Requests");
    });
    expect((await visitToTheEnd(`/${slug}`)).status).toBe(302);
    expect(await rows()).toHaveLength(1);
    expect(errors.mock.calls.flat().join()).toContain("click_queue_failed");

    vi.restoreAllMocks();
    const message = { id: "m", body: taken, attempts: 1, timestamp: new Date() };
    const batch = createMessageBatch<string>(CLICK_QUEUE, [message]);
    await worker.queue(batch, env);
    expect(await getQueueResult(batch, createExecutionContext())).toMatchObject({ explicitAcks: ["m"] });
    expect(await rows()).toHaveLength(1);
  });

  it("ends in the Worker's own log, click and all, when D1 fails too; the shopper never notices", async () => {
    const errors = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const { slug } = await createLink();
    expect((await visitToTheEnd(`/${slug}`)).status).toBe(302);
    vi.spyOn(env.CLICK_QUEUE, "send").mockRejectedValue(new Error("Queue send failed"));
    vi.spyOn(env.DB, "batch").mockRejectedValue(new Error("D1_ERROR: D1 DB is overloaded. Too many requests queued."));
    expect((await visitToTheEnd(`/${slug}`, { "CF-Connecting-IP": "203.0.113.50" })).status).toBe(302);
    const logged = errors.mock.calls
      .flat()
      .map(String)
      .find((line) => line.includes("clicks_unlogged"));
    expect(logged).toContain("clk_");
    expect(logged).not.toContain("203.0.113.50");

    // And from there an admin can bring it back, once.
    vi.restoreAllMocks();
    const { clicks } = JSON.parse(logged ?? "{}") as { clicks: unknown[] };
    for (let time = 0; time < 2; time++) {
      expect(await api("POST", "/clicks/restore", { clicks })).toMatchObject({ status: 200, body: { restored: 1 } });
    }
    expect((await rows()).filter((row) => row["id"] === (clicks[0] as { id: string }).id)).toHaveLength(1);
    const damaged = await api("POST", "/clicks/restore", { clicks: [...clicks, { id: "clk_x" }] });
    expect(damaged).toMatchObject({ status: 422, body: { errors: [{ path: "clicks.1" }] } });
  });

  it("does not keep a shopper from the page when Analytics Engine throws", async () => {
    const errors = vi.spyOn(console, "error").mockImplementation(() => undefined);
    vi.spyOn(env.CLICK_POINTS, "writeDataPoint").mockImplementation(() => {
      throw new Error("writeDataPoint: too many points");
    });
    const { slug } = await createLink();
    expect((await visitToTheEnd(`/${slug}`, {}, withoutQueue())).status).toBe(302);
    expect(await rows()).toHaveLength(1);
    expect(errors).toHaveBeenCalled();
  });

  it("gives Analytics Engine one point a request, with no identifier in it", async () => {
    const write = vi.spyOn(env.CLICK_POINTS, "writeDataPoint");
    const store = await createStore({ consentPolicy: "implied" });
    const link = await createLink({ storeId: store.id });
    const response = await visitToTheEnd(`/${link.slug}`, { Referer: "https://www.tiktok.com/@lea/video/1" });
    expect(write.mock.calls).toEqual([
      [{ indexes: [link.id], blobs: ["visit", "DE", "TXL", "www.tiktok.com", "implied"], doubles: [1] }],
    ]);
    expect(JSON.stringify(write.mock.calls)).not.toContain(
      destination(response).searchParams.get("wm_click")?.slice(16, 36),
    );
  });

  it("asks no storage for a warm link, neither before the response nor behind it", async () => {
    const { slug } = await createLink();
    const asked: string[] = [];
    // Bindings of its own, so that a delivery left over from another test isn't taken for the redirect's.
    const watched = (name: string, target: object) =>
      new Proxy(target, {
        get: (object, property) => {
          const value: unknown = Reflect.get(object, property);
          if (typeof value !== "function") return value;
          return (...parameters: unknown[]): unknown => {
            asked.push(`${name}.${String(property)}`);
            return Reflect.apply(value, object, parameters);
          };
        },
      });
    const send = vi.fn(async () => undefined);
    const bindings = { ...env, DB: watched("DB", env.DB), LINKS: watched("LINKS", env.LINKS), CLICK_QUEUE: { send } };
    await visitToTheEnd(`/${slug}`, {}, bindings as unknown as Env);
    expect(asked.toSorted()).toEqual(["DB.prepare", "DB.withSession"]);
    for (let index = 0; index < 10; index++) {
      expect((await visitToTheEnd(`/${slug}?fbclid=${index}`, {}, bindings as unknown as Env)).status).toBe(302);
    }
    expect(asked.toSorted()).toEqual(["DB.prepare", "DB.withSession"]);
    expect(send).toHaveBeenCalledTimes(11);
  });

  it("keeps a link alive that was seen before, while D1 is down", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const { slug } = await createLink();
    await visitToTheEnd(`/${slug}`);
    for (const method of ["prepare", "withSession"] as const) {
      vi.spyOn(env.DB, method).mockImplementation(() => {
        throw new Error("D1_ERROR: Network connection lost.");
      });
    }
    vi.spyOn(env.LINKS, "get").mockRejectedValue(new Error("KV GET failed: 500 Internal Server Error"));
    vi.spyOn(env.CLICK_QUEUE, "send").mockResolvedValue(undefined as never);
    const start = Date.now();
    vi.useFakeTimers({ toFake: ["Date"], now: start });
    try {
      // Fresh, stale, expired, and just short of a day.
      for (const age of [5_000, 20_000, 120_000, 86_000_000]) {
        vi.setSystemTime(start + age);
        expect((await visitToTheEnd(`/${slug}`)).status).toBe(302);
      }
      // Past a day memory is no longer trusted.
      vi.setSystemTime(start + 86_500_000);
      expect((await visitToTheEnd(`/${slug}`)).status).toBe(503);
      expect((await visitToTheEnd("/never-seen")).status).toBe(503);
    } finally {
      vi.useRealTimers();
    }
  });

  it("shows an edit made elsewhere within 60 seconds", async () => {
    const link = await createLink();
    const now = Date.now();
    vi.useFakeTimers({ toFake: ["Date"], now });
    try {
      await visitToTheEnd(`/${link.slug}`);
      // As another isolate would: behind this one's back.
      await env.DB.prepare("UPDATE links SET disabled = 1 WHERE id = ?1").bind(link.id).run();
      vi.setSystemTime(now + 9_000);
      expect((await visitToTheEnd(`/${link.slug}`)).status).toBe(302);
      vi.setSystemTime(now + 59_000);
      expect((await visitToTheEnd(`/${link.slug}`)).status).toBe(410);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("with wrong secrets", () => {
  it("a link redirects all the same, without a click id, and is counted", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    const { slug } = await createLink();
    const broken = { ...withoutQueue(), CLICK_TOKEN_KEYS: "nonsense", VISITOR_KEY: "" };
    const response = await visitToTheEnd(`/${slug}`, {}, broken);
    expect(response.status).toBe(302);
    expect(destination(response).search).toBe("");
    expect(await rows()).toMatchObject([{ bucket: "counted", visitor_key: null }]);
  });
});
