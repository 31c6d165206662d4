import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_ANSWER_BYTES, type Outside, shopHttp } from "../../../src/shops/client/http-send.ts";
import { MAX_TRIES, MAX_WAIT_MS, waitAfterFailure, waitAsAsked } from "../../../src/shops/client/retry.ts";
import { type ShopAnswer, type ShopCall, ShopFailure } from "../../../src/shops/platform.ts";

const ORIGIN = "https://shop.example";

const RETRY_AFTER = (answer: ShopAnswer): number | null => {
  if (answer.status === 429) return Number(answer.headers.get("retry-after") ?? "2") * 1_000;
  return (answer.body as { throttled?: number } | null)?.throttled ?? null;
};

const GET: ShopCall = { method: "GET", path: "/orders", headers: {}, idempotent: true, slowDown: RETRY_AFTER };
const POST: ShopCall = { ...GET, method: "POST", body: { code: "A" }, idempotent: false };

type Answer = () => Response | Promise<Response>;

/** A shop that gives these answers one after another, and what it was asked. */
function shop(...answers: Answer[]) {
  const asked: { url: string; init: RequestInit }[] = [];
  const waits: number[] = [];
  const outside: Outside = {
    fetch: async (url, init) => {
      asked.push({ url: url as string, init: init ?? {} });
      const answer = answers[asked.length - 1];
      if (answer === undefined) throw new Error("nobody expected this call");
      return answer();
    },
    now: () => 0,
    wait: async (ms) => void waits.push(ms),
    random: () => 0.5,
  };
  return { asked, waits, http: shopHttp(ORIGIN, null, async () => {}, outside) };
}

const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  () =>
    Response.json(body, { status, headers });
const broken: Answer = () => {
  throw new TypeError("fetch failed: https://shop.example/orders?consumer_secret=cs_1234567890abcdef");
};

const failureOf = async (work: Promise<unknown>): Promise<ShopFailure> => {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ShopFailure);
  return error as ShopFailure;
};

describe("a call to a shop", () => {
  it("says who calls, sends JSON, follows no redirect, and reads JSON", async () => {
    const { http, asked } = shop(json({ ok: true }, 201, { "x-total": "3" }));
    const answer = await http.call(ORIGIN, { ...POST, headers: { authorization: "Basic abc" } });
    expect(answer).toMatchObject({ status: 201, body: { ok: true } });
    expect(answer.headers.get("x-total")).toBe("3");
    expect(asked[0]).toMatchObject({
      url: "https://shop.example/orders",
      init: { method: "POST", body: '{"code":"A"}', redirect: "manual" },
    });
    expect(asked[0]?.init.headers).toMatchObject({
      "user-agent": "Waymark",
      authorization: "Basic abc",
      "content-type": "application/json",
    });
  });

  it("gives text where there is no JSON, and every status that isn't the server's fault", async () => {
    const { http } = shop(() => new Response("<h1>Forbidden</h1>", { status: 403 }));
    expect(await http.call(ORIGIN, GET)).toMatchObject({ status: 403, body: "<h1>Forbidden</h1>" });
  });

  it("is tried three times, each after a longer wait, and counts each", async () => {
    const { http, waits } = shop(broken, () => new Response("", { status: 502 }), json([]));
    expect((await http.call(ORIGIN, GET)).body).toEqual([]);
    expect(waits).toEqual([375, 750]);
    expect(http.requests).toBe(3);
  });

  it("is given up after three, with nothing of what was sent in the reason", async () => {
    const { http, asked } = shop(broken, broken, broken);
    const failure = await failureOf(http.call(ORIGIN, GET));
    expect(failure).toMatchObject({ code: "unavailable", passing: true });
    expect(failure.message).not.toMatch(/cs_1234|\/orders/);
    expect(asked).toHaveLength(MAX_TRIES);
  });

  it("that may not be done twice is made once, if nobody knows what became of it", async () => {
    for (const answer of [broken, () => new Response("", { status: 503 })]) {
      const { http, asked } = shop(answer);
      expect(await failureOf(http.call(ORIGIN, POST))).toMatchObject({ code: "unavailable" });
      expect(asked).toHaveLength(1);
    }
  });

  it("that may not be done twice is made again where the shop did nothing", async () => {
    const { http, waits } = shop(json({ throttled: 1_500 }), json({}, 429, { "retry-after": "2" }), json({ id: 1 }));
    expect((await http.call(ORIGIN, POST)).body).toEqual({ id: 1 });
    expect(waits).toEqual([1_575, 2_100]);
  });

  it("waits no longer than it should, whatever a shop asks for", async () => {
    for (const asked of ["86400", "nonsense", "25"]) {
      const { http, waits } = shop(json({}, 429, { "retry-after": asked }));
      expect(await failureOf(http.call(ORIGIN, GET))).toMatchObject({ code: "throttled", passing: true });
      expect(waits).toEqual([]);
    }
  });

  it("ends where an answer has no end", async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1_000_000;
        controller.enqueue(new Uint8Array(1_000_000).fill(32));
      },
    });
    const { http } = shop(() => new Response(endless));
    expect(await failureOf(http.call(ORIGIN, GET))).toMatchObject({ code: "unreadable" });
    expect(sent).toBeLessThan(MAX_ANSWER_BYTES + 5_000_000);
  });

  it("goes nowhere that the shop leads to: no redirect, no other origin, no other host by its path", async () => {
    const location = "https://www.shop.example/orders?consumer_secret=cs_1234";
    const { http } = shop(() => new Response(null, { status: 301, headers: { location } }));
    const failure = await failureOf(http.call(ORIGIN, GET));
    expect(failure).toMatchObject({ code: "refused", passing: false });
    expect(failure.message).toContain("https://www.shop.example (HTTP 301)");
    expect(failure.message).not.toContain("cs_1234");
    const quiet = shop();
    for (const [origin, path] of [
      ["https://evil.example", "/orders"],
      [ORIGIN, "@evil.example/orders"],
      [ORIGIN, ".evil.example/orders"],
      [ORIGIN, ":8443/orders"],
      ["", "https://evil.example/"],
    ] as const) {
      expect(await failureOf(quiet.http.call(origin, { ...GET, path }))).toMatchObject({ code: "unreadable" });
    }
    expect(quiet.asked).toEqual([]);
  });

  it("keeps a token at hand, and tells which one it is in the place of", async () => {
    const kept: unknown[] = [];
    const http = shopHttp(ORIGIN, { value: "old", expiresAt: 1 }, async (...given) => void kept.push(given));
    await http.keepToken("new", 2);
    expect(http.token).toEqual({ value: "new", expiresAt: 2 });
    expect(kept).toEqual([["new", 2, { value: "old", expiresAt: 1 }]]);
  });
});

describe("the waits of a call", () => {
  it("never come to more than 20 s, nor its tries to more than 3, whatever it meets", () => {
    const met = fc.record({
      asked: fc.option(fc.double()),
      undone: fc.boolean(),
      chance: fc.double({ min: 0, max: 0.99, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(met, { minLength: 5, maxLength: 9 }), fc.boolean(), (all, idempotent) => {
        let [made, waitedMs] = [0, 0];
        for (const { asked, undone, chance } of all) {
          made += 1;
          const tries = { made, waitedMs, idempotent };
          const wait = asked === null ? waitAfterFailure(tries, chance) : waitAsAsked(tries, asked, undone, chance);
          if (wait === null) break;
          expect(wait).toBeGreaterThan(0);
          expect(idempotent || (asked !== null && undone)).toBe(true);
          waitedMs += wait;
        }
        expect(made).toBeLessThanOrEqual(MAX_TRIES);
        expect(waitedMs).toBeLessThanOrEqual(MAX_WAIT_MS + 1);
      }),
    );
  });
});
