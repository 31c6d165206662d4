import { createExecutionContext, createMessageBatch, createScheduledController, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { CLICK_QUEUE, DEAD_LETTER_QUEUE } from "../../../src/clicks/click/consume.ts";
import { VISIT_DEAD_LETTER_QUEUE, VISIT_QUEUE } from "../../../src/visits/queue-names.ts";
import type { ClickMessage } from "../../../src/edge/click/message.ts";
import { clickIdOf, clickStamp } from "../../../src/edge/click/token.ts";
import { CRONS, runCron } from "../../../src/cron.ts";
import { keepDeadLetter } from "../../../src/journal/dead-letter/write.ts";
import { takeUpLetters } from "../../../src/operate/dead-letter/take-up-run.ts";
import { SHOP_QUEUE } from "../../../src/programme/code/send-due.ts";
import { GENERATION_QUEUE } from "../../../src/programme/generation/send-wake.ts";
import worker from "../../../src/index.ts";
import { auditSchema } from "../../../src/journal/audit/schema.ts";
import wranglerToml from "../../../wrangler.toml?raw";
import { api, expectInvalid, pagesOf, problemOf } from "../../ground/api.ts";
import { clickMessage } from "../../clicks/click-message.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { expectGuarded } from "../key-fixtures.ts";

const LINK = "lnk_000000000000000a";
const UNKNOWN = "ded_0000000000000000";
const NOW = Date.UTC(2026, 10, 20, 12);
const DAY = 86_400_000;
const LOST = new Error("D1_ERROR: Network connection lost.");

interface Letter {
  id: string;
  queue: string;
  reason: string;
  bytes: number;
  receivedAt: string;
  replayedAt: string | null;
}

const visit = (id: string, time = NOW): ClickMessage => clickMessage({ id, linkId: LINK, time, pseudonym: id });
const batchOf = (...clicks: unknown[]): string => JSON.stringify({ v: 1, clicks });

/** Looks like a click at first sight but lacks what a row needs. */
const HALF_A_CLICK = { id: "clk_half", linkId: LINK, time: NOW, bucket: "visit" };

/** Lets D1 refuse clicks whose id begins so, as it might for a reason that nobody foresaw. */
async function refuseClicks(prefix: string): Promise<void> {
  await env.DB.prepare(
    `CREATE TRIGGER refuse BEFORE INSERT ON click_batches WHEN instr(NEW.clicks, '["${prefix.slice(4)}') > 0
     BEGIN SELECT RAISE(ABORT, 'refused'); END`,
  ).run();
}

/** The bodies of the letters in the table, oldest first. */
async function bodies(): Promise<string[]> {
  const { results } = await env.DB.prepare("SELECT body FROM dead_letters ORDER BY id").all<{ body: string }>();
  return results.map(({ body }) => body);
}

async function storedKeys(): Promise<string[]> {
  return (await env.ARCHIVE.list({ prefix: "dead-letters/" })).objects.map(({ key }) => key);
}

function breakD1(): void {
  for (const method of ["prepare", "batch"] as const) {
    vi.spyOn(env.DB, method).mockImplementation(() => {
      throw LOST;
    });
  }
}

/** Delivers messages as a queue would. Says which were acknowledged and which are to come again, and when. */
async function deliver(queue: string, bodies: Record<string, unknown>, attempts = 1) {
  const messages = Object.entries(bodies).map(([id, body]) => ({ id, body, attempts, timestamp: new Date(NOW) }));
  const batch = createMessageBatch<string>(
    queue,
    messages as { id: string; body: string; attempts: number; timestamp: Date }[],
  );
  const retries = new Map(batch.messages.map((message) => [message.id, vi.spyOn(message, "retry")]));
  await worker.queue(batch, env);
  const { explicitAcks, retryMessages, ackAll, retryBatch } = await getQueueResult(batch, createExecutionContext());
  expect([ackAll, retryBatch.retry]).toEqual([false, false]);
  const delayOf = (id: string) => retries.get(id)?.mock.lastCall?.[0]?.delaySeconds;
  return {
    done: explicitAcks,
    again: Object.fromEntries(retryMessages.map(({ msgId }) => [msgId, delayOf(msgId)])),
  };
}

async function letters(): Promise<Letter[]> {
  const { body, status } = await api("GET", "/dead-letters");
  expect(status).toBe(200);
  return (body as { data: Letter[] }).data;
}

/** The one letter that there should be. */
async function onlyLetter(): Promise<Letter> {
  const [letter, ...others] = await letters();
  expect(others).toEqual([]);
  if (letter === undefined) throw new Error("no letter was kept");
  return letter;
}

async function countOf(rows: string): Promise<number | null> {
  return env.DB.prepare(`SELECT count(*) AS n FROM ${rows}`).first<number>("n");
}

/** How many replays of a letter the audit log has. */
async function replaysOf(id: string): Promise<number> {
  const entries = (await pagesOf(auditSchema, `/audit?entityId=${id}&limit=50`)).flat();
  return entries.filter(({ action }) => action === "replay").length;
}

async function loggedClicks(): Promise<string[]> {
  const { results } = await env.DB.prepare("SELECT id FROM clicks ORDER BY id").all<{ id: string }>();
  return results.map(({ id }) => id);
}

beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => {});
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe("a message of the click queue", () => {
  test("ends in the log and is acknowledged", async () => {
    expect(
      await deliver(CLICK_QUEUE, { a: batchOf(visit("clk_1"), visit("clk_2")), b: batchOf(visit("clk_3")) }),
    ).toEqual({
      done: ["a", "b"],
      again: {},
    });
    expect(await loggedClicks()).toEqual(["clk_1", "clk_2", "clk_3"]);
    expect(await letters()).toEqual([]);
  });

  test("that comes twice is logged once", async () => {
    for (let time = 0; time < 2; time++) await deliver(CLICK_QUEUE, { a: batchOf(visit("clk_1")) });
    expect(await loggedClicks()).toEqual(["clk_1"]);
  });

  test.each([
    ["no JSON", "{"],
    ["an empty text", ""],
    ["another version", JSON.stringify({ v: 3, clicks: [] })],
    ["a packed one without its texts", JSON.stringify({ v: 2, id: "0123456789abcdef", clicks: [] })],
    ["a click without an id", batchOf({ ...visit("clk_1"), id: undefined })],
    ["a time that is none", batchOf({ ...visit("clk_1"), time: "now" })],
    ["clicks that are no list", JSON.stringify({ v: 1, clicks: {} })],
    ["null", "null"],
    ["no text at all", { v: 3 }],
  ])("that can't be read is kept as it is, once, and is acknowledged: %s", async (_what, body) => {
    for (let delivery = 1; delivery <= 2; delivery++) {
      expect(await deliver(CLICK_QUEUE, { a: body })).toEqual({ done: ["a"], again: {} });
    }
    const text = typeof body === "string" ? body : JSON.stringify(body);
    expect(await onlyLetter()).toEqual({
      id: expect.stringMatching(/^ded_[0-9a-z]{16}$/),
      queue: CLICK_QUEUE,
      reason: "unreadable",
      bytes: text.length,
      receivedAt: new Date(NOW).toISOString(),
      replayedAt: null,
    });
    expect(await bodies()).toEqual([text]);
    expect(await loggedClicks()).toEqual([]);
  });

  test("that can be read in part is logged in that part, and only the rest is kept, once", async () => {
    const bad = [null, 7, HALF_A_CLICK, { ...visit("clk_2"), bucket: "counted" }];
    const body = batchOf(visit("clk_1"), ...bad, visit("clk_3"));
    for (let delivery = 1; delivery <= 2; delivery++) {
      expect(await deliver(CLICK_QUEUE, { a: body })).toEqual({ done: ["a"], again: {} });
    }
    expect(await loggedClicks()).toEqual(["clk_1", "clk_3"]);
    expect(await onlyLetter()).toMatchObject({ queue: CLICK_QUEUE, reason: "unreadable", replayedAt: null });
    expect(await bodies()).toEqual([batchOf(...bad)]);
  });

  test("that is packed is kept in part as clicks that a replay can read", async () => {
    const texts = [null, LINK, "visit", "implied", "policy", "DE", "no bucket"];
    const click = (nonce: string, bucket: number): unknown[] => [
      clickStamp(NOW, nonce),
      1,
      bucket,
      2,
      0,
      3,
      4,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      5,
      0,
      0,
      0,
    ];
    const clicks = [...click("nonce-000001", 2), ...click("nonce-000002", 6)];
    const body = JSON.stringify({ v: 2, id: "0123456789abcdef", texts, clicks });
    for (let delivery = 1; delivery <= 2; delivery++) {
      expect(await deliver(CLICK_QUEUE, { a: body })).toEqual({ done: ["a"], again: {} });
    }
    const [first, second] = ["nonce-000001", "nonce-000002"].map((nonce) => clickIdOf(clickStamp(NOW, nonce)));
    expect(await loggedClicks()).toEqual([first]);
    const [kept] = await bodies();
    expect(JSON.parse(kept ?? "")).toMatchObject({
      v: 1,
      clicks: [{ id: second, linkId: LINK, time: NOW, bucket: "no bucket", country: "DE" }],
    });

    // Whoever finds out what it should have said can mend it.
    const mended = (kept ?? "").replace("no bucket", "visit");
    await env.DB.prepare("UPDATE dead_letters SET body = ?1").bind(mended).run();
    expect(await api("POST", `/dead-letters/${(await onlyLetter()).id}/replay`)).toMatchObject({ status: 200 });
    expect((await loggedClicks()).toSorted()).toEqual([first, second]);
  });

  test("from before there were rules is read", async () => {
    const { rule: _rule, ...old } = visit("clk_1");
    await deliver(CLICK_QUEUE, { a: batchOf(old) });
    expect(await loggedClicks()).toEqual(["clk_1"]);
    expect(await letters()).toEqual([]);
  });

  test("that fails doesn't bring the others back", async () => {
    await refuseClicks("clk_b");
    const bodies = { a: batchOf(visit("clk_a")), b: batchOf(visit("clk_b")), c: "{", d: batchOf(visit("clk_d")) };
    expect(await deliver(CLICK_QUEUE, bodies)).toEqual({ done: ["a", "c", "d"], again: { b: 2 } });
    expect(await loggedClicks()).toEqual(["clk_a", "clk_d"]);
    await env.DB.prepare("DROP TRIGGER refuse").run();
    expect(await deliver(CLICK_QUEUE, { b: bodies.b }, 2)).toEqual({ done: ["b"], again: {} });
    expect(await loggedClicks()).toEqual(["clk_a", "clk_b", "clk_d"]);
  });

  test("of many in one delivery takes one transaction", async () => {
    const write = vi.spyOn(env.DB, "batch");
    const bodies = Object.fromEntries(
      Array.from({ length: 40 }, (_none, index) => [`m${index}`, batchOf(visit(`clk_${index}`))]),
    );
    expect((await deliver(CLICK_QUEUE, bodies)).again).toEqual({});
    // One draws the day's salt, one looks for clicks of which no message tells, one writes every click.
    expect(write).toHaveBeenCalledTimes(3);
    expect(await loggedClicks()).toHaveLength(40);
  });

  test("comes back late while D1 is overloaded, and isn't tried again at once", async () => {
    const write = vi.spyOn(env.DB, "batch").mockRejectedValue(new Error("D1_ERROR: D1 DB is overloaded."));
    const bodies = { a: batchOf(visit("clk_1")), b: batchOf(visit("clk_2")) };
    expect(await deliver(CLICK_QUEUE, bodies)).toEqual({ done: [], again: { a: 30, b: 30 } });
    expect(write).toHaveBeenCalledTimes(1);
  });

  test.each([
    [1, 2],
    [2, 5],
    [3, 15],
    [4, 60],
    [5, 300],
    [10, 300],
  ])("comes again while D1 fails: after attempt %d in %d s", async (attempts, seconds) => {
    vi.spyOn(env.DB, "batch").mockRejectedValue(LOST);
    expect(await deliver(CLICK_QUEUE, { a: batchOf(visit("clk_1")) }, attempts)).toEqual({
      done: [],
      again: { a: seconds },
    });
  });

  test("that can't be read waits in R2 while D1 fails", async () => {
    breakD1();
    expect(await deliver(CLICK_QUEUE, { a: "{" })).toEqual({ done: ["a"], again: {} });
    expect(await storedKeys()).toEqual([`dead-letters/${CLICK_QUEUE}/a.json`]);
  });
});

test("a queue that has no consumer is refused, so that nothing of it is lost", async () => {
  await expect(deliver("another-queue", { a: batchOf(visit("clk_1")) })).rejects.toThrow("another-queue");
  expect(await loggedClicks()).toEqual([]);
});

test("each queue that wrangler.toml consumes has its consumer", async () => {
  const consumers = [...wranglerToml.matchAll(/\[\[queues\.consumers\]\]\nqueue = "([^"]+)"/g)].map(
    ([, name]) => name ?? "",
  );
  const visits = [VISIT_QUEUE, VISIT_DEAD_LETTER_QUEUE];
  expect(consumers.toSorted()).toEqual(
    [CLICK_QUEUE, DEAD_LETTER_QUEUE, GENERATION_QUEUE, SHOP_QUEUE, ...visits].toSorted(),
  );
  // What the others do is told in generation.worker.test.ts, sync-codes.worker.test.ts and deliver.worker.test.ts.
  for (const queue of [CLICK_QUEUE, DEAD_LETTER_QUEUE]) {
    expect((await deliver(queue, { a: batchOf(visit("clk_1")) })).done).toEqual(["a"]);
  }
  for (const queue of [DEAD_LETTER_QUEUE, VISIT_DEAD_LETTER_QUEUE]) {
    expect(wranglerToml).toContain(`dead_letter_queue = "${queue}"`);
  }
});

describe("a message of the dead-letter queue", () => {
  test("is kept once, however often it comes, and no click of it is logged yet", async () => {
    for (let delivery = 1; delivery <= 3; delivery++) {
      expect(await deliver(DEAD_LETTER_QUEUE, { a: batchOf(visit("clk_1")) }, delivery)).toEqual({
        done: ["a"],
        again: {},
      });
    }
    expect(await onlyLetter()).toMatchObject({
      queue: DEAD_LETTER_QUEUE,
      reason: "retries_exhausted",
      replayedAt: null,
    });
    expect(await loggedClicks()).toEqual([]);
  });

  test("waits in R2 while D1 fails, until a night's job takes it up, once", async () => {
    const body = batchOf(visit("clk_1"));
    breakD1();
    for (let delivery = 1; delivery <= 2; delivery++) {
      expect(await deliver(DEAD_LETTER_QUEUE, { a: body, b: "{" })).toEqual({ done: ["a", "b"], again: {} });
    }
    vi.restoreAllMocks();
    expect(await storedKeys()).toEqual([
      `dead-letters/${DEAD_LETTER_QUEUE}/a.json`,
      `dead-letters/${DEAD_LETTER_QUEUE}/b.json`,
    ]);
    // One of them had found its way all the same.
    await deliver(DEAD_LETTER_QUEUE, { b: "{" });
    for (let run = 0; run < 2; run++) await takeUpLetters(env, NOW);
    expect(await storedKeys()).toEqual([]);
    expect((await letters()).map(({ queue, reason, bytes, receivedAt }) => [queue, reason, bytes, receivedAt])).toEqual(
      expect.arrayContaining([
        [DEAD_LETTER_QUEUE, "retries_exhausted", body.length, new Date(NOW).toISOString()],
        [DEAD_LETTER_QUEUE, "retries_exhausted", 1, new Date(NOW).toISOString()],
      ]),
    );
    expect(await countOf("dead_letters")).toBe(2);
  });

  test("stays in R2 until it is in the table for certain", async () => {
    breakD1();
    const many = Object.fromEntries(Array.from({ length: 45 }, (_none, index) => [`m${index}`, `{${index}`]));
    await deliver(DEAD_LETTER_QUEUE, many);
    await expect(takeUpLetters(env, NOW)).rejects.toThrow(LOST.message);
    expect(await storedKeys()).toHaveLength(45);
    vi.restoreAllMocks();
    vi.spyOn(env.ARCHIVE, "delete").mockRejectedValueOnce(new Error("delete: internal error (10001)"));
    await expect(takeUpLetters(env, NOW)).rejects.toThrow("10001");
    await takeUpLetters(env, NOW);
    expect((await bodies()).toSorted()).toEqual(Object.values(many).toSorted());
    expect(await storedKeys()).toEqual([]);
  });

  test("comes again while neither D1 nor R2 keeps it", async () => {
    breakD1();
    vi.spyOn(env.ARCHIVE, "put").mockRejectedValue(new Error("put: internal error (10001)"));
    expect(await deliver(DEAD_LETTER_QUEUE, { a: batchOf(visit("clk_1")), b: "{" })).toEqual({
      done: [],
      again: { a: 3600, b: 3600 },
    });
  });

  test("comes again while D1 fails where there is no R2", async () => {
    breakD1();
    const keep = keepDeadLetter({ ...env, ARCHIVE: undefined } as unknown as Env, UNKNOWN, {
      queue: DEAD_LETTER_QUEUE,
      messageId: "a",
      body: "{",
      reason: "retries_exhausted",
      receivedAt: NOW,
    });
    await expect(keep).rejects.toThrow(LOST.message);
    await takeUpLetters({ ...env, ARCHIVE: undefined } as unknown as Env, NOW);
  });
});

describe("replaying a letter", () => {
  test("logs its clicks, marks it and leaves an audit entry", async () => {
    await deliver(DEAD_LETTER_QUEUE, { a: batchOf(visit("clk_1"), visit("clk_2")) });
    const before = await onlyLetter();
    const answer = await api("POST", `/dead-letters/${before.id}/replay`);
    expect(answer.status).toBe(200);
    const after = answer.body as Letter;
    expect(after).toEqual({ ...before, bytes: 0, replayedAt: expect.any(String) });
    expect(await onlyLetter()).toEqual(after);
    expect(await bodies()).toEqual([""]);
    expect(await loggedClicks()).toEqual(["clk_1", "clk_2"]);
    const [entry] = (await pagesOf(auditSchema, "/audit?limit=5")).flat();
    expect(entry).toMatchObject({ action: "replay", entity: "dead_letter", entityId: before.id, before, after });
  });

  test("twice, or beside a delivery of the same clicks, is harmless", async () => {
    await deliver(DEAD_LETTER_QUEUE, { a: batchOf(visit("clk_1"), visit("clk_2")) });
    await deliver(CLICK_QUEUE, { b: batchOf(visit("clk_2")) });
    const { id } = await onlyLetter();
    const path = `/dead-letters/${id}/replay`;
    const first = await api("POST", path);
    const write = vi.spyOn(env.DB, "batch");
    const again = await Promise.all([api("POST", path), api("POST", path)]);
    for (const answer of again) expect(answer).toMatchObject({ status: 200, body: first.body });
    expect(write).not.toHaveBeenCalled();
    expect(await onlyLetter()).toEqual(first.body);
    expect(await replaysOf(id)).toBe(1);
    expect(await loggedClicks()).toEqual(["clk_1", "clk_2"]);
    const { results } = await env.DB.prepare("SELECT DISTINCT bucket FROM clicks").all();
    expect(results).toEqual([{ bucket: "counted" }]);
  });

  test("by several at once is done once", async () => {
    await deliver(DEAD_LETTER_QUEUE, { a: batchOf(visit("clk_1")) });
    const { id } = await onlyLetter();
    const answers = await Promise.all([1, 2, 3].map(() => api("POST", `/dead-letters/${id}/replay`)));
    for (const answer of answers) expect(answer).toMatchObject({ status: 200, body: answers[0]?.body });
    expect(await replaysOf(id)).toBe(1);
    expect(await loggedClicks()).toEqual(["clk_1"]);
  });

  test("whose message comes again afterwards finds nothing to keep", async () => {
    const message = { a: batchOf(visit("clk_1")) };
    await deliver(DEAD_LETTER_QUEUE, message);
    await api("POST", `/dead-letters/${(await onlyLetter()).id}/replay`);
    await deliver(DEAD_LETTER_QUEUE, message);
    expect(await bodies()).toEqual([""]);
  });

  test("that can be read in part logs that part, and keeps the rest", async () => {
    await deliver(DEAD_LETTER_QUEUE, { a: batchOf(visit("clk_1"), HALF_A_CLICK) });
    const { id } = await onlyLetter();
    const answer = await api("POST", `/dead-letters/${id}/replay`);
    expect(answer).toMatchObject({ status: 200, body: { id, reason: "unreadable", replayedAt: null } });
    expect(await onlyLetter()).toEqual(answer.body);
    expect(await bodies()).toEqual([batchOf(HALF_A_CLICK)]);
    expect(await loggedClicks()).toEqual(["clk_1"]);
    const second = problemOf(await api("POST", `/dead-letters/${id}/replay`));
    expect(second).toMatchObject({ status: 409, code: "unreadable" });
    expect(await replaysOf(id)).toBe(1);
  });

  test("that can't be read is refused, and it stays as it is", async () => {
    await deliver(CLICK_QUEUE, { a: "{" });
    const letter = await onlyLetter();
    const problem = problemOf(await api("POST", `/dead-letters/${letter.id}/replay`));
    expect(problem).toMatchObject({ status: 409, code: "unreadable" });
    expect(await onlyLetter()).toEqual(letter);
  });

  test("while D1 fails leaves it waiting", async () => {
    await deliver(DEAD_LETTER_QUEUE, { a: batchOf(visit("clk_1")) });
    const letter = await onlyLetter();
    vi.spyOn(env.DB, "batch").mockRejectedValue(LOST);
    expect(problemOf(await api("POST", `/dead-letters/${letter.id}/replay`))).toMatchObject({
      status: 503,
      code: "unavailable",
    });
    vi.restoreAllMocks();
    expect(await onlyLetter()).toEqual(letter);
  });

  test("needs one that exists", async () => {
    expect(problemOf(await api("POST", `/dead-letters/${UNKNOWN}/replay`))).toMatchObject({ code: "not_found" });
    expectInvalid(await api("POST", `/dead-letters/${LINK}/replay`), "id");
  });
});

test("letters are listed page by page, the last kept first", async () => {
  for (let index = 0; index < 5; index++) await deliver(CLICK_QUEUE, { [`m${index}`]: "x".repeat(index + 1) });
  const bytes: number[] = [];
  let query = "limit=2";
  for (let page = 0; page < 3; page++) {
    const body = (await api("GET", `/dead-letters?${query}`)).body as { data: Letter[]; nextCursor: string | null };
    bytes.push(...body.data.map((letter) => letter.bytes));
    query = `limit=2&cursor=${body.nextCursor}`;
    expect(body.nextCursor === null).toBe(page === 2);
  }
  expect(bytes).toEqual([5, 4, 3, 2, 1]);
  expectInvalid(await api("GET", "/dead-letters?colour=red"), "colour");
});

test.each([
  ["GET", "/dead-letters", "settings:read"],
  ["POST", `/dead-letters/${UNKNOWN}/replay`, "settings:write"],
] as const)("%s %s needs a key with %s", expectGuarded);

describe("the crons", () => {
  const NIGHTLY = "17 3 * * *";

  test("of wrangler.toml have each its handler, and there is no handler besides", () => {
    const list = /^crons = \[(.*)\]$/m.exec(wranglerToml)?.[1] ?? "";
    const crons = [...list.matchAll(/"([^"]+)"/g)].map(([, cron]) => cron);
    expect(crons.length).toBeGreaterThan(0);
    expect(new Set(crons)).toEqual(new Set(Object.keys(CRONS)));
  });

  test("that have no handler throw", async () => {
    await expect(runCron("0 0 * * *", env, NOW)).rejects.toThrow("0 0 * * *");
  });

  test("roll clicks up once they have waited for ten minutes", async () => {
    await insertLink({ id: LINK });
    await deliver(CLICK_QUEUE, { a: batchOf(visit("clk_1"), visit("clk_2")) });
    const minute = (later: number) =>
      createScheduledController({ cron: "* * * * *", scheduledTime: new Date(Date.now() + later * 60_000) });
    await worker.scheduled(minute(9), env);
    expect(await countOf("click_hours")).toBe(0);
    const controller = minute(11);
    await worker.scheduled(controller, env);
    const { results } = await env.DB.prepare("SELECT link_id, hour, counted FROM click_hours").all();
    expect(results).toEqual([{ link_id: LINK, hour: NOW, counted: 2 }]);
    await worker.scheduled(controller, env);
    expect((await env.DB.prepare("SELECT counted FROM click_hours").all()).results).toEqual([{ counted: 2 }]);
  });

  test("destroy the salts of days that no click can still come from, and no other, each night", async () => {
    const today = NOW / DAY - 0.5;
    for (let day = today - 9; day <= today; day++) {
      await env.DB.prepare("INSERT INTO visitor_salts (day, salt) VALUES (?1, 'x')").bind(day).run();
    }
    for (let run = 0; run < 2; run++) await runCron(NIGHTLY, env, NOW);
    const { results } = await env.DB.prepare("SELECT day FROM visitor_salts ORDER BY day").all<{ day: number }>();
    expect(results.map(({ day }) => today - day)).toEqual([6, 5, 4, 3, 2, 1, 0]);
  });

  test("forget answers to an Idempotency-Key after 24 h, each night", async () => {
    await api("POST", "/stores", { name: "Shop" }, { "idempotency-key": "a" });
    const madeAt = await env.DB.prepare("SELECT created_at FROM idempotency_keys").first<number>("created_at");
    await runCron(NIGHTLY, env, (madeAt ?? 0) + DAY - 1);
    expect(await countOf("idempotency_keys")).toBe(1);
    await runCron(NIGHTLY, env, (madeAt ?? 0) + DAY);
    expect(await countOf("idempotency_keys")).toBe(0);
  });

  test("replay the letters that wait, each night, and leave alone those that can't be read", async () => {
    await deliver(DEAD_LETTER_QUEUE, { a: batchOf(visit("clk_1")), b: batchOf(visit("clk_2")) });
    await deliver(CLICK_QUEUE, { c: "{" });
    await runCron(NIGHTLY, env, NOW);
    expect(await loggedClicks()).toEqual(["clk_1", "clk_2"]);
    const outcomes = (await letters()).map(({ reason, replayedAt }) => [reason, replayedAt]);
    const when = new Date(NOW).toISOString();
    expect(outcomes).toEqual([
      ["unreadable", null],
      ["retries_exhausted", when],
      ["retries_exhausted", when],
    ]);
    await runCron(NIGHTLY, env, NOW + DAY);
    expect(await loggedClicks()).toEqual(["clk_1", "clk_2"]);
  });

  test("aren't held up by a letter that fails again", async () => {
    await refuseClicks("clk_bad");
    await deliver(DEAD_LETTER_QUEUE, { a: batchOf(visit("clk_bad")), b: batchOf(visit("clk_2")) });
    await env.DB.prepare("INSERT INTO visitor_salts (day, salt) VALUES (1, 'x')").run();
    await runCron(NIGHTLY, env, NOW);
    expect(await loggedClicks()).toEqual(["clk_2"]);
    expect((await letters()).map(({ replayedAt }) => replayedAt !== null)).toEqual([true, false]);
    expect(await countOf("visitor_salts WHERE day < 1000")).toBe(0);
  });

  test("aren't held up by more letters that fail each night than one night takes", async () => {
    await refuseClicks("clk_bad");
    const failing = Array.from({ length: 60 }, (_none, index) => [`m${index}`, batchOf(visit(`clk_bad${index}`))]);
    await deliver(DEAD_LETTER_QUEUE, Object.fromEntries(failing));
    await deliver(DEAD_LETTER_QUEUE, { good: batchOf(visit("clk_1")) });
    for (let night = 1; night <= 2; night++) await runCron(NIGHTLY, env, NOW + night * DAY);
    expect(await loggedClicks()).toEqual(["clk_1"]);
    // What failed isn't given up: it has its turn again once its cause is gone.
    await env.DB.prepare("DROP TRIGGER refuse").run();
    for (let night = 3; night <= 4; night++) await runCron(NIGHTLY, env, NOW + night * DAY);
    expect(await loggedClicks()).toHaveLength(61);
    expect(new Set(await bodies())).toEqual(new Set([""]));
  });

  test("replay what waits in R2, the same night", async () => {
    breakD1();
    await deliver(DEAD_LETTER_QUEUE, { a: batchOf(visit("clk_1")) });
    vi.restoreAllMocks();
    await runCron(NIGHTLY, env, NOW);
    expect(await loggedClicks()).toEqual(["clk_1"]);
    expect([await bodies(), await storedKeys()]).toEqual([[""], []]);
  });

  test("keep of a letter what can't be read, and log the rest", async () => {
    await deliver(DEAD_LETTER_QUEUE, { a: batchOf(visit("clk_1"), HALF_A_CLICK) });
    await runCron(NIGHTLY, env, NOW);
    expect(await loggedClicks()).toEqual(["clk_1"]);
    expect(await bodies()).toEqual([batchOf(HALF_A_CLICK)]);
    expect(await onlyLetter()).toMatchObject({ reason: "unreadable", replayedAt: null });
  });

  test("aren't held up by many letters that turn out to be unreadable", async () => {
    const unreadable = Object.fromEntries(Array.from({ length: 60 }, (_none, index) => [`m${index}`, "{"]));
    await deliver(DEAD_LETTER_QUEUE, unreadable);
    await deliver(DEAD_LETTER_QUEUE, { good: batchOf(visit("clk_1")) });
    for (let night = 0; night < 2; night++) await runCron(NIGHTLY, env, NOW + night * DAY);
    expect(await loggedClicks()).toEqual(["clk_1"]);
    const waiting = (await letters()).filter(({ replayedAt }) => replayedAt === null);
    expect(new Set(waiting.map(({ reason }) => reason))).toEqual(new Set(["unreadable"]));
  });

  test("are heard to fail while D1 does", async () => {
    vi.spyOn(env.DB, "batch").mockRejectedValue(LOST);
    for (const cron of Object.keys(CRONS)) await expect(runCron(cron, env, NOW), cron).rejects.toThrow(LOST.message);
  });
});
