import { env } from "cloudflare:workers";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { alarmSchema } from "../../../src/journal/alarm/schema.ts";
import { runCron } from "../../../src/cron.ts";
import { pageOf } from "../../../src/ground/http/pagination.ts";
import { send } from "../../../src/ground/http/send.ts";
import { tidyWebhooks } from "../../../src/operate/webhook/tidy-run.ts";
import { api, bodyOf } from "../../ground/api.ts";
import { failingAfter, NOW } from "../../programme/generation-fixtures.ts";
import { DAY, HOUR } from "../../sales/order-fixtures.ts";
import {
  answering,
  changeEndpoint,
  createEndpoint,
  deliveriesTo,
  happen,
  type Message,
  signers,
  world,
} from "../webhook-fixtures.ts";

const MINUTE = 60_000;

let log = vi.spyOn(console, "error");

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
  log = vi.spyOn(console, "error").mockImplementation(() => {});
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);
const iso = (time: number) => new Date(time).toISOString();
const ids = (messages: readonly Message[]) => messages.map(({ event }) => event.id);

async function openDeadAlarms() {
  return bodyOf(pageOf(alarmSchema), await api("GET", "/alarms?open=true&kind=webhook_dead")).data;
}

/** Counts the rows that D1 reads from now on. */
function countRowsRead(): () => number {
  let read = 0;
  const batch = env.DB.batch.bind(env.DB);
  vi.spyOn(env.DB, "batch").mockImplementation(async (statements) => {
    const results = await batch(statements);
    for (const { meta } of results) read += meta.rows_read;
    return results;
  });
  // What a statement does alone is a batch of one.
  const statements = Object.getPrototypeOf(env.DB.prepare("SELECT 1")) as D1PreparedStatement;
  vi.spyOn(statements, "all").mockImplementation(async function count(this: D1PreparedStatement) {
    const [result] = await batch([this]);
    if (result === undefined) throw new Error("D1 answered nothing");
    read += result.meta.rows_read;
    return result;
  });
  return () => read;
}

async function countOf(table: "events" | "webhook_deliveries", status = "%") {
  const where = table === "events" ? "" : `WHERE status LIKE '${status}'`;
  return (await env.DB.prepare(`SELECT count(*) AS n FROM ${table} ${where}`).first<{ n: number }>())?.n;
}

describe("a message", () => {
  it("is signed so that the standardwebhooks package verifies it, as of when it is sent", async () => {
    const { secret } = await createEndpoint({ url: "https://hooks.example.com/in?token=1" });
    await happen();
    pass(HOUR);
    const { messages, run } = world();
    await run();
    const [message] = messages;
    if (message === undefined) throw new Error("nothing was sent");
    expect(message.url).toBe("https://hooks.example.com/in?token=1");
    expect(message.init).toMatchObject({ method: "POST", redirect: "manual", signal: expect.any(AbortSignal) });
    expect(message.headers).toMatchObject({
      "content-type": "application/json",
      "webhook-id": "evt_1",
      "webhook-timestamp": String((NOW + HOUR) / 1000),
    });
    expect(Object.keys(message.headers)).not.toContain("authorization");
    expect(new Webhook(secret).verify(message.text, message.headers)).toEqual(message.event);
    expect(() => new Webhook(secret).verify(`${message.text} `, message.headers)).toThrow("No matching signature");
    pass(6 * MINUTE);
    expect(() => new Webhook(secret).verify(message.text, message.headers)).toThrow("too old");
  });

  it("has the signatures of the old and the new secret for 24 hours after a rotation, then of the new alone", async () => {
    const { id, secret: first } = await createEndpoint();
    const rotate = async () => (await api("POST", `/webhook-endpoints/${id}/rotate-secret`)).body as { secret: string };
    const { secret: second } = await rotate();
    const { messages, run } = world();
    const signedNow = async (secrets: readonly string[]) => {
      await happen();
      await run();
      return signers(messages.at(-1), secrets);
    };
    pass(24 * HOUR - 1);
    expect(await signedNow([first, second])).toEqual([first, second]);
    expect(messages.at(-1)?.headers["webhook-signature"]).toMatch(/^v1,[A-Za-z0-9+/]{43}= v1,[A-Za-z0-9+/]{43}=$/);
    pass(1);
    expect(await signedNow([first, second])).toEqual([second]);
    const { secret: third } = await rotate();
    expect(await signedNow([first, second, third])).toEqual([second, third]);
  });

  it("is not sent unsigned where the key is another by now that secrets are sealed under", async () => {
    const { id } = await createEndpoint();
    await happen();
    const { messages, run } = world();
    await run({ ...env, VISITOR_KEY: "another-visitor-key-of-32-or-more-characters" });
    expect(messages).toEqual([]);
    expect(await deliveriesTo(id)).toMatchObject([
      { status: "pending", attempts: 1, lastError: expect.stringContaining("can't be opened") },
    ]);
  });
});

describe("what counts as taken", () => {
  it.each([200, 201, 202, 204, 299])("is an answer of %i", async (status) => {
    const { id } = await createEndpoint();
    await happen();
    pass(5);
    await world(answering(status)).run();
    expect(await deliveriesTo(id)).toMatchObject([
      {
        status: "delivered",
        attempts: 1,
        lastStatus: status,
        lastError: null,
        nextAttemptAt: null,
        deliveredAt: iso(NOW + 5),
      },
    ]);
  });

  it.each<[string, () => Response | Promise<Response>, number | null, string]>([
    [
      "a redirect, which is not followed",
      () => new Response(null, { status: 302, headers: { location: "http://169.254.169.254/" } }),
      302,
      "HTTP 302: redirects are not followed",
    ],
    ["a refusal", answering(400, "no such thing"), 400, "HTTP 400: no such thing"],
    ["a failure", answering(500), 500, "HTTP 500"],
    ["a failure in several lines", answering(503, "a\n\tb\u0000 \u001b[31mc"), 503, "HTTP 503: a b [31mc"],
    ["a text without end", answering(500, "x".repeat(1_000_000)), 500, `HTTP 500: ${"x".repeat(200)}`],
    ["no answer", () => Promise.reject(new TypeError("connection refused")), null, "TypeError: connection refused"],
  ])("is not %s", async (_what, answer, lastStatus, lastError) => {
    const { id } = await createEndpoint();
    await happen();
    const { messages, run } = world(answer);
    await run();
    expect(messages).toHaveLength(1);
    expect(await deliveriesTo(id)).toMatchObject([
      { status: "pending", attempts: 1, lastStatus, lastError, deliveredAt: null },
    ]);
  });

  it("is not an answer that doesn't come in time, nor one that never ends", async () => {
    const hang: typeof fetch = (_url, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener("abort", () => reject(new Error("aborted")));
      });
    const slow = await send(hang, "https://hooks.example.com/", {}, "{}", 30);
    expect(slow).toEqual({ status: null, error: "no answer within 30 ms" });
    let cancelled = false;
    const drip = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode("busy")),
      cancel: () => {
        cancelled = true;
      },
    });
    const endless = await send(
      async () => new Response(drip, { status: 500 }),
      "https://hooks.example.com/",
      {},
      "{}",
      30,
    );
    expect(endless).toEqual({ status: 500, error: "HTTP 500: busy" });
    expect(cancelled).toBe(true);
  });

  it("reads no more than 4 KiB of an answer", async () => {
    let pulled = 0;
    const flood = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => {
          pulled += 1;
          controller.enqueue(new Uint8Array(1024).fill(65));
        },
      },
      { highWaterMark: 0 },
    );
    await send(async () => new Response(flood, { status: 500 }), "https://hooks.example.com/", {}, "{}");
    expect(pulled).toBe(4);
  });
});

describe("an event that isn't taken", () => {
  it("is sent again with the same id after growing pauses, and is dead after about a day, with one alarm", async () => {
    const { id, secret } = await createEndpoint({ url: "https://user-hooks.example.com:8443/s3cret-path" });
    await happen(2);
    const { messages, run } = world(answering(500));
    const triedAt: number[] = [];
    for (let minute = 0; minute <= 25 * 60; minute += minute < 60 ? 1 : 30) {
      vi.setSystemTime(NOW + minute * MINUTE);
      const before = messages.length;
      await run();
      for (const message of messages.slice(before)) {
        if (message.event.id !== "evt_1") continue;
        triedAt.push(minute);
        new Webhook(secret).verify(message.text, message.headers);
      }
      // Between any two attempts of a run that failed nothing else is sent to the endpoint.
      expect(messages.length - before).toBeLessThanOrEqual(1);
    }
    expect(triedAt).toEqual([0, 1, 2, 7, 37, 180, 480, 960, 1440]);
    expect(await deliveriesTo(id, "?status=dead")).toMatchObject([
      { seq: 2, attempts: 9 },
      { seq: 1, status: "dead", attempts: 9, nextAttemptAt: null, lastStatus: 500, lastError: "HTTP 500" },
    ]);
    const alarms = await openDeadAlarms();
    expect(alarms).toMatchObject([
      { subject: id, detail: { host: "user-hooks.example.com:8443", status: 500 }, resolvedAt: null },
    ]);
    expect(JSON.stringify(alarms)).not.toContain("s3cret");
    // The alarm is an event too, but none for the endpoint that it is about.
    expect(await countOf("events")).toBe(3);
    expect(await countOf("webhook_deliveries")).toBe(2);
    expect(log.mock.calls.map(([line]) => (JSON.parse(String(line)) as { kind: string }).kind)).toEqual([
      "webhook_dead",
    ]);
  });

  it("ends in no loop of alarms where all endpoints are down", async () => {
    const [one, other] = [await createEndpoint(), await createEndpoint()];
    await happen();
    const { run } = world(answering(503));
    for (let hour = 0; hour <= 24 * 5; hour++, pass(HOUR)) await run();
    // Of the event, and of the alarm about the other endpoint.
    expect(await countOf("events")).toBe(3);
    expect((await deliveriesTo(one.id)).map(({ status }) => status)).toEqual(["dead", "dead"]);
    expect((await deliveriesTo(other.id)).map(({ status }) => status)).toEqual(["dead", "dead"]);
    expect(await openDeadAlarms()).toHaveLength(2);
  });

  it("holds up nobody else: each endpoint gets what is its own in the same run", async () => {
    const down = await createEndpoint({ url: "https://down.example.com/" });
    const hosts = Array.from({ length: 11 }, (_none, index) => `up${index}.example.com`);
    for (const host of hosts) await createEndpoint({ url: `https://${host}/` });
    await happen(3);
    let open = 0;
    let most = 0;
    const { messages, run } = world(async ({ url }) => {
      open += 1;
      most = Math.max(most, open);
      await scheduler.wait(url.includes("down") ? 200 : 5);
      open -= 1;
      return new Response(null, { status: url.includes("down") ? 500 : 200 });
    });
    await run();
    for (const host of hosts) {
      const got = messages.filter(({ url }) => url === `https://${host}/`);
      expect(ids(got), host).toEqual(["evt_1", "evt_2", "evt_3"]);
    }
    expect(messages.filter(({ url }) => url.includes("down"))).toHaveLength(1);
    expect(most).toBe(5);
    // What was not tried is due at once, and counts no attempt.
    expect(await deliveriesTo(down.id)).toMatchObject([
      { seq: 3, attempts: 0, nextAttemptAt: iso(NOW) },
      { seq: 2, attempts: 0, nextAttemptAt: iso(NOW) },
      { seq: 1, attempts: 1, nextAttemptAt: iso(NOW + 10_000) },
    ]);
  });

  it("holds up its own endpoint for no more than a run", async () => {
    const { id } = await createEndpoint();
    await happen(4);
    const { messages, run } = world(({ event }) => new Response(null, { status: event.id === "evt_2" ? 500 : 200 }));
    await run();
    expect(ids(messages)).toEqual(["evt_1", "evt_2"]);
    await run();
    expect(ids(messages)).toEqual(["evt_1", "evt_2", "evt_3", "evt_4"]);
    expect((await deliveriesTo(id, "?status=pending")).map(({ seq }) => seq)).toEqual([2]);
  });
});

describe("an endpoint that answers 410", () => {
  it("is disabled: what waits rests until it is enabled again, and somebody is told", async () => {
    const { id } = await createEndpoint();
    await happen(3);
    const { messages, run } = world(({ event }) => new Response(null, { status: event.id === "evt_2" ? 410 : 200 }));
    await run();
    expect((await api("GET", `/webhook-endpoints/${id}`)).body).toMatchObject({ disabled: true });
    expect(await deliveriesTo(id)).toMatchObject([
      { seq: 3, status: "pending", attempts: 0, nextAttemptAt: null },
      { seq: 2, status: "dead", attempts: 1, lastStatus: 410 },
      { seq: 1, status: "delivered" },
    ]);
    expect(await openDeadAlarms()).toMatchObject([{ subject: id, detail: { status: 410 } }]);
    pass(HOUR);
    await run();
    expect(messages).toHaveLength(2);
    await changeEndpoint(id, { disabled: false });
    await run();
    expect(ids(messages)).toEqual(["evt_1", "evt_2", "evt_3"]);
  });
});

describe("an endpoint that is disabled or deleted", () => {
  it("is sent nothing, also if that happens while something is under way to it", async () => {
    const [off, gone] = [
      await createEndpoint({ url: "https://off.example.com/" }),
      await createEndpoint({ url: "https://gone.example.com/" }),
    ];
    await happen(2);
    const { messages, run } = world(async ({ url }) => {
      if (url.includes("off")) await changeEndpoint(off.id, { disabled: true });
      else await api("DELETE", `/webhook-endpoints/${gone.id}`);
      return new Response(null, { status: 500 });
    });
    await run();
    expect(messages).toHaveLength(2);
    pass(HOUR);
    await run();
    expect(messages).toHaveLength(2);
    expect(await deliveriesTo(off.id)).toMatchObject([
      { seq: 2, status: "pending", nextAttemptAt: null },
      { seq: 1, status: "pending", nextAttemptAt: null },
    ]);
    expect(await countOf("webhook_deliveries")).toBe(2);
  });

  it("has got what it took before, though it was disabled while that was under way", async () => {
    const { id } = await createEndpoint();
    await happen();
    const { run } = world(async () => {
      await changeEndpoint(id, { disabled: true });
      return new Response(null, { status: 204 });
    });
    await run();
    expect(await deliveriesTo(id)).toMatchObject([{ status: "delivered", attempts: 1 }]);
  });
});

describe("runs", () => {
  it("at once don't send the same twice", async () => {
    const { id } = await createEndpoint();
    await createEndpoint();
    await happen(30);
    const { messages, run } = world(async () => {
      await scheduler.wait(1);
      return new Response(null, { status: 204 });
    });
    await Promise.all([run(), run(), run()]);
    expect(messages).toHaveLength(60);
    expect(new Set(messages.map(({ url, event }) => `${url} ${event.id}`)).size).toBe(30);
    expect(await deliveriesTo(id, "?status=delivered&limit=200")).toHaveLength(30);
    await run();
    expect(messages).toHaveLength(60);
  });

  it("that die have it sent again by another, two minutes later", async () => {
    const { id } = await createEndpoint();
    await happen();
    const { messages, run } = world();
    // Its batches: the hand-out, what is read, and what became of it.
    await expect(run({ ...env, DB: failingAfter(3) })).rejects.toThrow("Network connection lost");
    expect(await deliveriesTo(id)).toMatchObject([{ status: "pending", attempts: 0 }]);
    pass(MINUTE);
    await run();
    expect(messages).toHaveLength(1);
    pass(MINUTE);
    await run();
    expect(ids(messages)).toEqual(["evt_1", "evt_1"]);
    expect(await deliveriesTo(id)).toMatchObject([{ status: "delivered", attempts: 1 }]);
  });

  it("end in time, and leave what they didn't come to for the next", async () => {
    const { id } = await createEndpoint();
    await happen(5);
    const { messages, run } = world(() => {
      pass(8_000);
      return new Response(null, { status: 204 });
    });
    await run();
    expect(ids(messages)).toEqual(["evt_1", "evt_2", "evt_3"]);
    expect(await deliveriesTo(id, "?status=pending")).toMatchObject([
      { seq: 5, attempts: 0, nextAttemptAt: iso(Date.now()) },
      { seq: 4, attempts: 0, nextAttemptAt: iso(Date.now()) },
    ]);
    await run();
    expect(ids(messages).slice(3)).toEqual(["evt_4", "evt_5"]);
  });

  it("take a share of what is due for each endpoint, the earliest first", async () => {
    await createEndpoint({ types: ["order.declined"], url: "https://busy.example.com/" });
    await happen(450, "order.declined");
    await createEndpoint({ types: ["order.approved"], url: "https://quiet.example.com/" });
    await happen(2);
    const { messages, run } = world();
    await run();
    expect(ids(messages.filter(({ url }) => url.includes("quiet")))).toEqual(["evt_451", "evt_452"]);
    expect(await countOf("webhook_deliveries", "delivered")).toBe(102);
    for (let minute = 0; minute < 4; minute++) await run();
    expect(ids(messages.filter(({ url }) => url.includes("busy")))).toEqual(
      Array.from({ length: 450 }, (_none, index) => `evt_${index + 1}`),
    );
  });

  it("read what is due, not what was delivered before", async () => {
    await createEndpoint();
    const readInRun = async () => {
      await happen(10);
      const { messages, run } = world();
      const read = countRowsRead();
      await run();
      vi.restoreAllMocks();
      expect(messages).toHaveLength(10);
      return read();
    };
    const before = await readInRun();
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1001 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
       INSERT INTO webhook_deliveries (endpoint_id, event_seq, status, attempts, created_at, delivered_at)
       SELECT e.id, i, 'delivered', 1, 0, 0 FROM n, webhook_endpoints e`,
    ).run();
    expect(await readInRun()).toBeLessThanOrEqual(before + 10);
    expect(before).toBeLessThan(500);
  });

  it("are made every minute by the cron", async () => {
    const { id } = await createEndpoint();
    await happen();
    const request = vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response(null, { status: 204 }));
    await runCron("* * * * *", env, NOW);
    expect(request).toHaveBeenCalledTimes(1);
    expect(await deliveriesTo(id)).toMatchObject([{ status: "delivered" }]);
  });
});

describe("at night", () => {
  it("what was delivered goes after 30 days with its event, what is dead after 90", async () => {
    const { id } = await createEndpoint();
    await happen(2);
    await world(({ event }) => new Response(null, { status: event.id === "evt_1" ? 200 : 410 })).run();
    await changeEndpoint(id, { disabled: false });
    const left = async (after: number) => {
      await tidyWebhooks(env.DB, NOW + after);
      return (await deliveriesTo(id)).map(({ seq }) => seq);
    };
    expect(await left(30 * DAY - 1)).toEqual([2, 1]);
    expect(await left(30 * DAY)).toEqual([2]);
    // That of the alarm, which nobody was told, is gone too.
    expect(await countOf("events")).toBe(1);
    expect(await openDeadAlarms()).toHaveLength(1);
    expect(await left(90 * DAY - 1)).toEqual([2]);
    expect(await left(90 * DAY)).toEqual([]);
    await tidyWebhooks(env.DB, NOW + 90 * DAY);
    expect(await countOf("events")).toBe(0);
    expect(await openDeadAlarms()).toEqual([]);
  });

  it("an event stays that was not handed out yet, and numbers are never used again", async () => {
    await createEndpoint();
    await happen(2);
    await tidyWebhooks(env.DB, NOW + 40 * DAY);
    expect(await countOf("events")).toBe(2);
    const { run } = world();
    await run();
    await tidyWebhooks(env.DB, NOW + 40 * DAY);
    expect(await countOf("events")).toBe(0);
    expect(await happen()).toEqual([3 + (await alarmsTold())]);
  });

  it("an alarm is resolved once nothing of its own endpoint is dead, whatever others have", async () => {
    const [mended, down] = [await createEndpoint(), await createEndpoint()];
    await happen();
    await world(answering(410)).run();
    expect(await openDeadAlarms()).toHaveLength(2);
    await env.DB.prepare("UPDATE webhook_deliveries SET status = 'delivered', delivered_at = ?2 WHERE endpoint_id = ?1")
      .bind(mended.id, NOW)
      .run();
    await tidyWebhooks(env.DB, NOW + 1);
    expect((await openDeadAlarms()).map(({ subject }) => subject)).toEqual([down.id]);
  });

  /** Alarms are events with numbers of their own. */
  const alarmsTold = async () =>
    (await env.DB.prepare("SELECT count(*) AS n FROM alarms").first<{ n: number }>())?.n ?? 0;

  it("what waited for 3 days is given up, with the alarm, and can be replayed", async () => {
    const { id } = await createEndpoint();
    await happen(2);
    await changeEndpoint(id, { disabled: true });
    await tidyWebhooks(env.DB, NOW + 3 * DAY - 1);
    expect(await countOf("webhook_deliveries", "pending")).toBe(2);
    await runCron("17 3 * * *", env, NOW + 3 * DAY);
    expect(await deliveriesTo(id, "?status=dead")).toMatchObject([
      { lastError: "never tried: the endpoint was down or disabled" },
      {},
    ]);
    expect(await openDeadAlarms()).toMatchObject([{ subject: id, detail: { waited: 2 } }]);
    pass(3 * DAY);
    await changeEndpoint(id, { disabled: false });
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response(null, { status: 204 }));
    expect((await api("POST", `/webhook-endpoints/${id}/replay`, {})).body).toEqual({ replayed: 2 });
    await vi.waitFor(async () => expect(await countOf("webhook_deliveries", "delivered")).toBe(2), { timeout: 20_000 });
    await tidyWebhooks(env.DB, NOW + 3 * DAY);
    expect(await openDeadAlarms()).toEqual([]);
  });
});
