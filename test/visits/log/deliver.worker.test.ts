import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { readConfig } from "../../../src/ground/config.ts";
import { replayWaiting } from "../../../src/operate/dead-letter/replay-run.ts";
import { VISIT_DEAD_LETTER_QUEUE } from "../../../src/visits/queue-names.ts";
import type { TakenRequest } from "../../../src/visits/take/taken.ts";
import { api } from "../../ground/api.ts";
import { createStore } from "../../programme/fixtures.ts";
import { deliver, insertPlan, rowsIn } from "../take-fixtures.ts";

const ORIGIN = { referrer: null, utmSource: null, utmMedium: null, utmCampaign: null, adIds: [], linkId: null };

afterEach(() => void vi.restoreAllMocks());

async function storeWithPlan(): Promise<string> {
  const { id } = await createStore();
  await insertPlan(id);
  return id;
}

/** A message with one view of a visitor's. */
function message(id: string, storeId: string, visitorHash: string, receivedAt = Date.now()): string {
  const request: TakenRequest = {
    storeId,
    receivedAt,
    country: null,
    device: "mobile",
    visits: [{ visitorHash, id: "visit", page: 1, landing: "/", before: null, origin: ORIGIN }],
    events: [{ type: "page", seen: id.padEnd(11, "_"), plan: 1, age: 0, consent: "granted", path: "/", visit: 0 }],
    untaken: [],
  };
  return JSON.stringify({ v: 1, id, requests: [request] });
}

async function views(): Promise<number> {
  return (await rowsIn("page_sums")).reduce((sum, { page, views: n }) => sum + (page === "" ? Number(n) : 0), 0);
}

describe("a message of what pages told", () => {
  it("that D1 refuses comes again, and holds up no other", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const storeId = await storeWithPlan();
    await env.DB.prepare(
      `CREATE TRIGGER refuse BEFORE INSERT ON visit_log WHEN instr(NEW.facts, 'poisoned') > 0
       BEGIN SELECT RAISE(ABORT, 'refused'); END`,
    ).run();
    const bodies = ["one", "two", "poisoned", "four"].map((hash) => message(`m-${hash}`, storeId, hash));
    const { explicitAcks, retryMessages } = await deliver(bodies);
    expect([explicitAcks.toSorted(), retryMessages.map(({ msgId }) => msgId)]).toEqual([["m0", "m1", "m3"], ["m2"]]);
    expect(await views()).toBe(3);
    await env.DB.prepare("DROP TRIGGER refuse").run();
    await deliver(bodies);
    expect(await views()).toBe(4);
  });

  it("that is given up is kept, and counted once by a replay", async () => {
    const storeId = await storeWithPlan();
    const old = message("old", storeId, "c", Date.now() - 15 * 86_400_000);
    await deliver([message("known", storeId, "a")]);
    const letters = [message("known", storeId, "a"), message("new", storeId, "b"), old];
    for (let delivery = 0; delivery < 2; delivery++) await deliver(letters, env, VISIT_DEAD_LETTER_QUEUE);
    const kept = await rowsIn("dead_letters");
    expect(kept).toMatchObject(letters.map((body) => ({ queue: VISIT_DEAD_LETTER_QUEUE, body })));
    const replay = () => api("POST", `/dead-letters/${String(kept[1]?.["id"])}/replay`);
    expect([(await replay()).status, (await replay()).status]).toEqual([200, 200]);
    await replayWaiting(env, readConfig(env), Date.now());
    await replayWaiting(env, readConfig(env), Date.now());
    expect(await views()).toBe(2);
    // Whether it was written is nobody's to know any longer.
    expect((await rowsIn("dead_letters")).map(({ body, reason }) => [body, reason])).toEqual([
      ["", "retries_exhausted"],
      ["", "retries_exhausted"],
      [old, "unreadable"],
    ]);
  });

  it("DIO-11: leaves nothing of a visitor who asked to be forgotten, also just before it is written", async () => {
    const storeId = await storeWithPlan();
    const forget = (hash: string) =>
      env.DB.prepare("INSERT INTO visitor_forgets (store_id, visitor_hash, asked_at) VALUES (?1, ?2, ?3)")
        .bind(storeId, hash, Date.now())
        .run();
    await forget("gone");
    let asks: (() => Promise<unknown>) | null = () => forget("going");
    const d1 = new Proxy(env.DB, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (name !== "batch") return typeof value === "function" ? value.bind(target) : value;
        return async (statements: D1PreparedStatement[]) => {
          const ask = statements.length > 2 ? asks : null;
          if (ask !== null) asks = null;
          await ask?.();
          return target.batch(statements);
        };
      },
    });
    const bodies = ["gone", "going", "here"].map((hash) => message(hash, storeId, hash));
    await deliver(bodies, { ...env, DB: d1 });
    expect(asks).toBeNull();
    expect(await rowsIn("visitor_days")).toMatchObject([{ visitor_hash: "here" }]);
    expect((await rowsIn("visit_log")).map(({ facts }) => String(facts)).join("\n")).not.toMatch(/gone|going/);
    expect((await rowsIn("visit_quality")).map(({ outcome, count }) => [outcome, count])).toEqual([
      ["no_consent", 2],
      ["valid", 1],
    ]);
  });
});
