import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { tellCallsDue } from "../../../src/calls/call/due-run.ts";
import { openDatabase } from "../../../src/ground/db/client.ts";
import { conversions } from "../../../src/ground/db/schema/conversion.ts";
import { runCron } from "../../../src/cron.ts";
import { define } from "../../conversions/definition-fixtures.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";
import { allEvents, createEndpoint } from "../../operate/webhook-fixtures.ts";
import { NOW, STORE } from "../../programme/generation-fixtures.ts";
import { HOUR, insertShop, LEA } from "../../sales/order-fixtures.ts";
import { credits, leaCall, order } from "../credit-fixtures.ts";

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
  await insertShop();
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const due = async () =>
  (await env.DB.prepare("SELECT due_since AS at FROM calls ORDER BY id").all<{ at: number | null }>()).results.map(
    ({ at }) => at,
  );
const recorded = async () => openDatabase(env.DB).select().from(conversions);
const told = async () => (await allEvents()).filter(({ type }) => type === "call.ended");
const longCalls = { storeId: STORE, triggers: [{ type: "call" as const, minTalkSeconds: 60, numbers: ["+49 30 1"] }] };

describe("a call that is due", () => {
  it("meets definitions that listen to calls once it ended, credited to whoever it came by (BX-8)", async () => {
    const { id } = await define(longCalls);
    await define({ storeId: STORE, triggers: [{ type: "call", minTalkSeconds: 0, numbers: [] }] });
    const call = await leaCall({ number: "+49301", status: "in_progress", talkSeconds: null, qualified: false });
    const missed = await leaCall({ number: "+49301", status: "missed", talkSeconds: null, qualified: false });
    await leaCall({ number: "+49301", direction: "outbound" });
    await tellCallsDue(env, NOW);
    expect(await recorded()).toEqual([]);
    await env.DB.prepare(
      "UPDATE calls SET status = 'completed', talk_seconds = 61, due_since = ?2, version = 2 WHERE id = ?1",
    )
      .bind(call.id, NOW)
      .run();
    await tellCallsDue(env, NOW);
    await tellCallsDue(env, NOW);
    const rows = await recorded();
    expect(rows).toHaveLength(2);
    expect(rows.find(({ definitionId }) => definitionId === id)).toMatchObject({
      eventKey: `call:${call.id}`,
      trigger: "call",
      trust: "confirmed",
      time: call.startedAt,
      creatorId: LEA,
      method: "call",
    });
    expect(rows.some(({ eventKey }) => eventKey === `call:${missed.id}`)).toBe(false);
  });

  it("is a conversion of its customer, also if who called is told later", async () => {
    const { id: contactId } = { id: "con_0000000000000001" };
    await env.DB.prepare(
      `INSERT INTO contacts (id, store_id, customer_hash, fields, trust, version, created_at, updated_at)
       VALUES (?1, ?2, 'anna', '{}', 'confirmed', 1, ?3, ?3)`,
    )
      .bind(contactId, STORE, NOW)
      .run();
    await define({ storeId: STORE, triggers: [{ type: "call", minTalkSeconds: 60, numbers: [] }] });
    await leaCall();
    await tellCallsDue(env, NOW);
    expect((await recorded()).map((row) => row.contactId)).toEqual([null]);
    await order("1", { customerHash: "anna", phoneHash: "phone-1" });
    await tellCallsDue(env, NOW);
    expect((await recorded()).map((row) => row.contactId)).toEqual([contactId]);
  });

  it("is told to whoever listens once, with nothing of who called", async () => {
    await createEndpoint();
    const call = await leaCall({ startedAt: NOW + 1_000, number: "+49301", callerCall: 1 });
    await leaCall({ startedAt: NOW + 1_000, status: "ringing", endedAt: null });
    await leaCall({ startedAt: NOW - 48 * HOUR });
    await tellCallsDue(env, NOW + HOUR);
    await env.DB.prepare("UPDATE calls SET due_since = 0, version = version + 1").run();
    await tellCallsDue(env, NOW + HOUR);
    const events = await told();
    expect(events).toMatchObject([{ subjectId: call.id, storeId: STORE }]);
    expect(JSON.parse(String(events[0]?.data))).toMatchObject({
      number: "+49301",
      status: "completed",
      qualified: true,
      callerCall: 1,
      startedAt: new Date(call.startedAt).toISOString(),
      creatorId: LEA,
    });
    expect(JSON.stringify(events)).not.toContain("phone-1");
  });

  it("stays due for what is heard of it meanwhile, and for what failed", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    await leaCall();
    await order("1", { phoneHash: "phone-1" });
    await env.DB.exec("CREATE TRIGGER broken BEFORE UPDATE ON orders BEGIN SELECT RAISE(ABORT, 'no'); END");
    // Its credit is another by what was found out of the call.
    await env.DB.prepare("UPDATE calls SET channel = 'radio', version = 2").run();
    await tellCallsDue(env, NOW);
    expect(await due()).toEqual([NOW + 60_000]);
    await env.DB.exec("DROP TRIGGER broken");
    await tellCallsDue(env, NOW + 60_000, { ids: ["cal_nobody"] });
    expect(await due()).toEqual([NOW + 60_000]);
    beforeNextWrite(
      async () =>
        env.DB.prepare("UPDATE calls SET due_since = ?1")
          .bind(NOW + 61_000)
          .run(),
      "UPDATE calls AS c SET due_since = NULL",
    );
    await tellCallsDue(env, NOW + 60_000);
    expect(await due()).toEqual([NOW + 61_000]);
    await runCron("* * * * *", env, NOW + 120_000);
    expect(await due()).toEqual([null]);
    expect(await credits()).toMatchObject({ "1": [LEA, "call", "pending"] });
  });
});
