import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { recordGoals, recordMatches } from "../../../src/conversions/count/record-run.ts";
import { evaluateDue } from "../../../src/conversions/due-run.ts";
import { recountSubjects, relinkConversions } from "../../../src/conversions/count/recount-run.ts";
import { NOW, PLAN, STORE } from "../../programme/generation-fixtures.ts";
import { DAY, HOUR, insertShop, LEA, LEA_LINK, POLICY, ZOE_LINK } from "../../sales/order-fixtures.ts";
import { tokenOf } from "../../sales/capture-fixtures.ts";
import { define } from "../definition-fixtures.ts";
import {
  ANN,
  ANN_HASH,
  BEN,
  BEN_HASH,
  claimedClick,
  commissions,
  countDeps,
  event,
  insertContact,
  kept,
  link,
  rate,
  VISITOR,
} from "./count-fixtures.ts";

beforeEach(() => insertShop());

describe("recording", () => {
  it("AC-2, AC-23, ACX-1, ACX-2: one conversion an event, under each definition that it meets, however often it comes", async () => {
    await define({ storeId: STORE, key: "trial" });
    await define({
      storeId: STORE,
      key: "any",
      triggers: [
        { type: "event", event: "x", where: [] },
        { type: "url", url: { is: "contains", value: "/thanks" }, where: [] },
      ],
    });
    await define({ storeId: STORE, key: "later", triggers: [{ type: "script", where: [] }], effectiveFrom: NOW + 1 });
    const deps = await countDeps();
    const goal = event();
    const page = event({ kind: "page", name: null, page: "https://shop.example/thanks" });
    const first = await recordGoals(deps, STORE, [goal, page, event({ kind: "track", name: "y" })]);
    expect(first).toEqual({ conversions: 2, met: new Set([goal.key, page.key]), failed: new Set() });
    // In the same moment, and it is another.
    expect((await recordGoals(deps, STORE, [goal, event(), goal])).conversions).toBe(1);
    const before = await kept();
    expect((await recordGoals(deps, STORE, [page, goal])).conversions).toBe(0);
    expect(await kept()).toEqual(before);
    expect(before.map(({ key, trigger_type, trigger_index }) => [key, trigger_type, trigger_index])).toEqual([
      ["any", "url", 1],
      ["trial", "script", 0],
      ["trial", "script", 0],
    ]);
  });

  it("ACX-7: an event's own value is read as an order's; what can't be used leaves the conversion and says why", async () => {
    await define({ storeId: STORE, key: "trial", value: { mode: "event" } });
    const said = [
      { value: "12.50" },
      { value: 12.5, currency: "eur" },
      { value: "12.505" },
      { value: 5, currency: "USD" },
      {},
      { value: 1e13 },
      { value: -1 },
    ];
    await recordGoals(
      await countDeps(),
      STORE,
      said.map((data, at) => event({ key: `e:${at}`, data })),
    );
    expect((await kept()).map(({ value_minor, value_note }) => value_minor ?? value_note)).toEqual([
      1250,
      1250,
      "value_unusable",
      "currency_other",
      "value_missing",
      "value_unusable",
      "value_unusable",
    ]);
  });

  it("ACX-2: a server that names a browser's event confirms it, and what each of them knows is kept", async () => {
    await define({ storeId: STORE, key: "trial", value: { mode: "event" } });
    const deps = await countDeps();
    const page = "https://shop.example/a";
    const browser = event({
      key: "e:same",
      page,
      visitorHash: VISITOR,
      data: { value: 99 },
      clicks: [claimedClick(LEA_LINK)],
    });
    const server = event({ key: "e:same", trust: "confirmed", time: NOW + HOUR, data: { value: 10 } });
    await recordGoals(deps, STORE, [browser]);
    await recordGoals(deps, STORE, [server]);
    const [row, ...others] = await kept();
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      trust: "confirmed",
      time: NOW,
      page,
      visitor_hash: VISITOR,
      value_minor: 1000,
      creator_id: LEA,
    });
    // What a browser says of it afterwards changes nothing that the server said.
    await recordGoals(deps, STORE, [{ ...browser, data: { value: 1 } }]);
    expect(await kept()).toEqual([row]);
  });

  it("AC-25, ACX-8: fifty at once make as many as the limit, and each is kept", { timeout: 30_000 }, async () => {
    await define({ storeId: STORE, key: "trial", limit: { times: 3, windowDays: null } });
    const deps = await countDeps();
    const events = Array.from({ length: 50 }, (_none, at) => event({ visitorHash: VISITOR, time: NOW + at }));
    const made = await Promise.all(events.map((one) => recordGoals(deps, STORE, [one])));
    expect(made.flatMap(({ failed }) => [...failed])).toEqual([]);
    const rows = await kept();
    expect(rows).toHaveLength(50);
    const counted = rows.filter(({ uncounted }) => uncounted === null);
    expect(counted.map(({ time }) => Number(time) - NOW).toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
  });

  it("ACX-8: a visitor who becomes known is one with the contact, for the limit too; a server's word goes before", async () => {
    const definition = await define({ storeId: STORE, key: "trial", limit: { times: 1, windowDays: 7 } });
    const deps = await countDeps();
    await insertContact(ANN, ANN_HASH);
    await recordGoals(deps, STORE, [
      event({ key: "e:v", visitorHash: VISITOR, time: NOW }),
      event({ key: "e:c", customerHash: ANN_HASH, time: NOW + 1 }),
      event({ key: "e:p", view: "view" }),
      event({ key: "e:q", view: "view", time: NOW + 1 }),
    ]);
    const state = async () =>
      (await kept()).map(({ event_key, subject, uncounted }) => [event_key, subject, uncounted]);
    expect(await state()).toEqual([
      ["e:c", `c:${ANN}`, null],
      ["e:p", "p:view", null],
      ["e:q", "p:view", "limit"],
      ["e:v", `v:${VISITOR}`, null],
    ]);
    await link(VISITOR, ANN, NOW + 5);
    await relinkConversions(deps, STORE, { visitors: [VISITOR] });
    expect((await state()).filter(([, subject]) => subject === `c:${ANN}`)).toEqual([
      ["e:c", `c:${ANN}`, "limit"],
      ["e:v", `c:${ANN}`, null],
    ]);
    await recordGoals(deps, STORE, [event({ key: "e:c", trust: "confirmed", customerHash: ANN_HASH, time: NOW + 1 })]);
    expect((await state()).filter(([, subject]) => subject === `c:${ANN}`)).toEqual([
      ["e:c", `c:${ANN}`, null],
      ["e:v", `c:${ANN}`, "limit"],
    ]);
    // Whatever else made room, the next in line takes it.
    await env.DB.prepare("DELETE FROM conversions WHERE event_key = 'e:c'").run();
    await recountSubjects(deps, [{ definitionId: definition.id, subject: `c:${ANN}` }]);
    expect((await state()).find(([key]) => key === "e:v")).toEqual(["e:v", `c:${ANN}`, null]);
  });

  it("a customer becomes a contact: what was known by the customer's hash is the contact's", async () => {
    await define({
      storeId: STORE,
      key: "trial",
      limit: { times: 1, windowDays: null },
      value: { mode: "field", field: "budget" },
    });
    const deps = await countDeps();
    await recordGoals(deps, STORE, [event({ key: "e:1", customerHash: BEN_HASH })]);
    expect(await kept()).toMatchObject([{ subject: `h:${BEN_HASH}`, contact_id: null, value_note: "no_contact" }]);
    await insertContact(BEN, BEN_HASH, { budget: "12.00" });
    await relinkConversions(deps, STORE, { customers: [BEN_HASH] });
    await recordGoals(deps, STORE, [event({ key: "e:2", customerHash: BEN_HASH })]);
    expect(await kept()).toMatchObject([
      { subject: `c:${BEN}`, contact_id: BEN, value_minor: 1200, value_note: null, uncounted: null },
      { subject: `c:${BEN}`, uncounted: "limit" },
    ]);
  });

  it("ACX-10: who is credited earns what the plan paid then, once it counts; due by itself only if confirmed", async () => {
    const definition = await define({ storeId: STORE, key: "trial", limit: { times: 1, windowDays: null } });
    await rate(PLAN, definition.id, 500, { holdDays: 14 });
    await rate(PLAN, definition.id, 900, { effectiveFrom: NOW + 1 });
    const deps = await countDeps();
    const of = { visitorHash: VISITOR, clicks: [claimedClick(LEA_LINK)] };
    await recordGoals(deps, STORE, [event({ key: "e:1", ...of }), event({ key: "e:2", ...of, time: NOW + 1 })]);
    expect((await kept()).map(({ commission, due_at }) => [commission, due_at])).toEqual([
      ["pending", null],
      ["none", null],
    ]);
    expect(await commissions()).toEqual([
      { event_key: "e:1", creator_id: LEA, amount_minor: 500, currency: "EUR", hold_days: 14 },
    ]);
    await recordGoals(deps, STORE, [event({ key: "e:2", trust: "confirmed", time: NOW + 1 })]);
    expect((await kept()).map(({ commission, due_at }) => [commission, due_at])).toEqual([
      ["none", null],
      ["pending", null],
    ]);
    expect(await commissions()).toEqual([
      { event_key: "e:2", creator_id: LEA, amount_minor: 900, currency: "EUR", hold_days: null },
    ]);
    await recordGoals(deps, STORE, [event({ key: "e:1", trust: "confirmed" })]);
    expect((await kept()).map(({ commission, due_at }) => [commission, due_at])).toEqual([
      ["pending", NOW + 14 * DAY],
      ["none", null],
    ]);
  });

  it("ACX-10: what is approved and comes to earn another amount has the books follow", async () => {
    const definition = await define({ storeId: STORE, key: "trial" });
    await rate(PLAN, definition.id, 500, { holdDays: 0 });
    await rate(PLAN, definition.id, 900, { effectiveFrom: NOW - DAY, holdDays: 0 });
    const deps = await countDeps();
    const said = event({ key: "e:1", trust: "confirmed", clicks: [claimedClick(LEA_LINK, NOW - 3 * DAY)] });
    await recordGoals(deps, STORE, [said]);
    await env.DB.prepare("UPDATE conversions SET commission = 'approved', approved_at = time, due_at = NULL").run();
    await env.DB.prepare("DELETE FROM conversions_due").run();
    // The server has it that it happened earlier, when less was paid: nothing else of it changes.
    await recordGoals(deps, STORE, [{ ...said, time: NOW - 2 * DAY }]);
    expect(await commissions()).toMatchObject([{ amount_minor: 500 }]);
    const { results } = await env.DB.prepare("SELECT kind, id FROM conversions_due").all();
    expect(results).toEqual([{ kind: "settlement", id: (await kept())[0]?.["id"] }]);
    // The same once more is no news to the books.
    await env.DB.prepare("DELETE FROM conversions_due").run();
    await recordGoals(deps, STORE, [said]);
    expect(await env.DB.prepare("SELECT * FROM conversions_due").first()).toBeNull();
  });

  // Known: nothing keeps when a server confirmed it. It takes a column to tell.
  it("ACX-10: a claim that came long before a server's word doesn't use up the hold", async () => {
    const definition = await define({ storeId: STORE, key: "trial" });
    await rate(PLAN, definition.id, 500, { holdDays: 14 });
    const deps = await countDeps();
    const early = { ...claimedClick(LEA_LINK, NOW - 31 * DAY), claimedAt: NOW - 30 * DAY };
    await recordGoals(deps, STORE, [event({ key: "e:signup-4711", time: NOW - 30 * DAY, clicks: [early] })]);
    await recordGoals(deps, STORE, [event({ key: "e:signup-4711", trust: "confirmed", time: NOW })]);
    expect(Number((await kept())[0]?.["due_at"])).toBeGreaterThanOrEqual(NOW + 14 * DAY);
  });

  it("ACX-7: a value that only pages say is theirs, and the lowest, whenever a server confirms the event", async () => {
    await define({ storeId: STORE, key: "trial", value: { mode: "event" } });
    const deps = await countDeps();
    const page = (value: string, key: string) => event({ key, data: { value } });
    for (const [key, values] of [
      ["e:1", ["10.00", "5.00"]],
      ["e:2", ["5.00", "10.00"]],
    ] as const) {
      await recordGoals(deps, STORE, [page(values[0], key)]);
      await recordGoals(deps, STORE, [event({ key, trust: "confirmed" })]);
      await recordGoals(deps, STORE, [page(values[1], key)]);
    }
    expect((await kept()).map((row) => row["value_minor"])).toEqual([500, 500]);
    await recordGoals(deps, STORE, [event({ key: "e:1", trust: "confirmed", data: { value: "8.00" } })]);
    await recordGoals(deps, STORE, [page("1.00", "e:1")]);
    expect((await kept()).map((row) => row["value_minor"])).toEqual([800, 500]);
  });

  it("ACX-10: nor does it for what it makes in turn, nor choose what is paid", async () => {
    const cause = await define({ storeId: STORE, key: "trial" });
    const definition = await define({
      storeId: STORE,
      key: "won",
      triggers: [{ type: "conversion", definitionId: cause.id }],
    });
    await rate(PLAN, definition.id, 900, { holdDays: 14, effectiveFrom: NOW - 60 * DAY });
    await rate(PLAN, definition.id, 500, { holdDays: 14, effectiveFrom: NOW - 10 * DAY });
    const deps = await countDeps();
    const early = { ...claimedClick(LEA_LINK, NOW - 31 * DAY), claimedAt: NOW - 30 * DAY };
    await recordGoals(deps, STORE, [event({ key: "e:signup-4711", time: NOW - 30 * DAY, clicks: [early] })]);
    await evaluateDue(env, NOW);
    await recordGoals(deps, STORE, [event({ key: "e:signup-4711", trust: "confirmed", time: NOW })]);
    await evaluateDue(env, NOW);
    const made = env.DB.prepare(
      `SELECT c.due_at - ?1 AS hold, e.amount_minor AS paid FROM conversions c
       JOIN conversion_commissions e ON e.conversion_id = c.id WHERE c.definition_id = ?2`,
    );
    expect(await made.bind(NOW, definition.id).first()).toEqual({ hold: 14 * DAY, paid: 500 });
  });

  it("however many conversions a visitor has, they are given to whom it comes to be known as", async () => {
    await define({ storeId: STORE, key: "trial" });
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2001)
       INSERT INTO conversions (id, definition_id, store_id, event_key, trigger_type, trigger_index, origin, trust, time, subject,
         visitor_hash, explanation, shares, contested, commission, version, created_at, updated_at)
       SELECT printf('cvn_%016d', i), d.id, d.store_id, 'e:' || i, 'script', 0, 'live', 'claimed', ?1 + i, 'v:' || ?2, ?2, ?3, '[]', 0,
         'none', 1, 0, 0 FROM n JOIN conversion_definitions d`,
    )
      .bind(NOW, VISITOR, JSON.stringify({ candidates: [], policy: POLICY }))
      .run();
    await insertContact(ANN, ANN_HASH);
    await link(VISITOR, ANN);
    await relinkConversions(await countDeps(), STORE, { visitors: [VISITOR], customers: [ANN_HASH] });
    const whose = env.DB.prepare("SELECT DISTINCT subject FROM conversions");
    expect((await whose.all()).results).toEqual([{ subject: `c:${ANN}` }]);
  });

  it("a click id that can't be verified credits nobody, and is named; two that contradict each other are contested", async () => {
    await define({ storeId: STORE, key: "trial" });
    const deps = await countDeps();
    await recordGoals(deps, STORE, [
      event({ key: "e:1", click: await tokenOf(LEA_LINK, NOW - HOUR) }),
      event({ key: "e:2", click: "forged" }),
      event({ key: "e:3", clicks: [claimedClick(LEA_LINK)] }),
      event({ key: "e:3", clicks: [claimedClick(ZOE_LINK)] }),
    ]);
    const rows = await kept();
    expect(rows.map(({ creator_id, contested }) => [creator_id, contested])).toEqual([
      [LEA, 0],
      [null, 0],
      [null, 1],
    ]);
    expect(JSON.parse(String(rows[1]?.["explanation"]))).toMatchObject({
      unverified: [{ problem: "malformed", trust: "claimed" }],
    });
    const waiting = await recordGoals({ ...deps, keys: null }, STORE, [event({ key: "e:4", click: "x" })]);
    expect(waiting.failed).toEqual(new Set(["e:4"]));
  });

  it("what a subject has no place for is not kept, but a server's word always has one", async () => {
    const definition = await define({ storeId: STORE, key: "trial", limit: { times: 1, windowDays: null } });
    const deps = await countDeps();
    const of = (trust: "claimed" | "confirmed", at: number) => ({
      definition,
      triggerIndex: 0,
      event: event({ key: `e:${trust}${at}`, visitorHash: VISITOR, trust }),
    });
    const flood = Array.from({ length: 1010 }, (_none, at) => of("claimed", at));
    expect((await recordMatches(deps, STORE, flood, "live")).made).toBe(1000);
    expect((await recordMatches(deps, STORE, [of("confirmed", 1)], "live")).made).toBe(1);
    const counted = (await kept()).filter(({ uncounted }) => uncounted === null);
    expect(counted).toMatchObject([{ event_key: "e:confirmed1" }]);
  });
});
