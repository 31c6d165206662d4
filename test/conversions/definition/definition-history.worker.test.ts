import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { recordGoals } from "../../../src/conversions/count/record-run.ts";
import { definitionSchema } from "../../../src/conversions/definition/schema.ts";
import { evaluateDue } from "../../../src/conversions/due-run.ts";
import type { EvidenceData } from "../../../src/ground/model/evidence.ts";
import type { ConversionValue, Trigger } from "../../../src/ground/model/conversion.ts";
import { api, bodyOf, expectInvalid, problemOf } from "../../ground/api.ts";
import { PLAN, STORE } from "../../programme/generation-fixtures.ts";
import { clickOn, confirmed, DAY, HOUR, insertShop, LEA_LINK, recordOne } from "../../sales/order-fixtures.ts";
import { ANN, ANN_HASH, commissions, countDeps, event, insertContact, kept, rate } from "../count/count-fixtures.ts";
import { activate, define } from "../definition-fixtures.ts";

const track: Trigger = { type: "event", event: "lead", where: [] };
const RETURNING: Trigger = { type: "order", which: "returning", minimumMinor: 4_000, skus: [] };
const order: Trigger = { type: "order", which: "any", minimumMinor: null, skus: [] };

beforeEach(() => insertShop());

const step = (id: string, action: string) => api("POST", `/conversion-definitions/${id}/${action}`);
const patch = (id: string, body: unknown) => api("PATCH", `/conversion-definitions/${id}`, body);
const lead = (time: number) => event({ kind: "track", name: "lead", time });

describe("what a conversion is worth", () => {
  it("is nothing, fixed, the event's own, a field's of the contact or the order's total (AC-8, AC-24, ACX-7)", async () => {
    const modes: ConversionValue[] = [
      { mode: "none" },
      { mode: "static", amountMinor: 250 },
      { mode: "event" },
      { mode: "field", field: "budget" },
    ];
    await Promise.all(
      modes.map((value) => define({ storeId: STORE, key: value.mode, name: value.mode, triggers: [track], value })),
    );
    await define({ storeId: STORE, key: "order", triggers: [order], value: { mode: "order" } });
    await insertContact(ANN, ANN_HASH, { budget: 1200 });
    const deps = await countDeps();
    const said = { kind: "track", name: "lead", customerHash: ANN_HASH, data: { value: "9.90" } } as const;
    await recordGoals(deps, STORE, [event(said)]);
    await recordOne(confirmed({ currency: "EUR", totalMinor: 5_000, customerHash: ANN_HASH }));
    await evaluateDue(env, deps.now());
    const worth = (await kept()).map(({ key, value_minor, value_note }) => [key, value_minor, value_note]);
    expect(worth).toEqual([
      ["event", 990, null],
      ["field", 120_000, null],
      ["none", null, null],
      ["order", 5_000, null],
      ["static", 250, null],
    ]);
  });

  it("is in the definition's currency, which is fixed with it, and exchanged from no other (ACX-7)", async () => {
    const body = { storeId: STORE, name: "Lead", triggers: [track], value: { mode: "event" }, currency: "USD" };
    const { id } = bodyOf(definitionSchema, await api("POST", "/conversion-definitions", body));
    expectInvalid(await patch(id, { currency: "EUR" }), "currency");
    await activate({ id }, 0);
    expect(bodyOf(definitionSchema, await step(id, "copy")).currency).toBe("USD");
    const worth9 = (key: string, currency?: string) =>
      event({ key, kind: "track", name: "lead", data: { value: 9, currency } });
    await recordGoals(await countDeps(), STORE, [worth9("e:1"), worth9("e:2", "USD"), worth9("e:3", "EUR")]);
    const worth = (await kept()).map(({ value_minor, value_note }) => value_minor ?? value_note);
    expect(worth).toEqual([900, 900, "currency_other"]);
  });
});

describe("a definition that is mended by a copy (AC-29, ACX-4)", () => {
  it("leaves what was counted as it is, and hands over to the copy at its moment", async () => {
    const now = Date.now();
    const old = await define({ storeId: STORE, triggers: [track], value: { mode: "static", amountMinor: 100 } });
    const deps = await countDeps(now);
    await recordGoals(deps, STORE, [lead(now - DAY), lead(now)]);
    const before = await kept();
    expect(before).toHaveLength(2);

    const copy = bodyOf(definitionSchema, await step(old.id, "copy"));
    const mended = { value: { mode: "static", amount: 2 }, effectiveFrom: new Date(now + HOUR).toISOString() };
    expect((await patch(copy.id, mended)).status).toBe(200);
    expect((await step(copy.id, "activate")).status).toBe(200);
    expect((await step(old.id, "archive")).status).toBe(200);
    expect(problemOf(await patch(old.id, { value: { mode: "none" } })).detail).not.toContain("archive this one");

    await recordGoals(deps, STORE, [lead(now + HOUR - 1), lead(now + HOUR)]);
    const after = await kept();
    expect(after.filter(({ definition_id }) => definition_id === old.id)).toEqual(before);
    expect(after.filter(({ definition_id }) => definition_id === copy.id)).toMatchObject([
      { time: now + HOUR, value_minor: 200 },
    ]);
  });

  it("takes back what an order made of it when that is cancelled, archived or not", async () => {
    const sale = await define({ storeId: STORE, triggers: [order], value: { mode: "order" } });
    await rate(PLAN, sale.id, 300, { holdDays: 10 });
    const deps = await countDeps();
    const bought = { currency: "EUR", totalMinor: 5_000, clicks: [clickOn(LEA_LINK)] };
    const say = (status: "paid" | "cancelled", late: number) =>
      recordOne(
        confirmed(
          { ...bought, status },
          { externalId: "1", receivedAt: deps.now() + late, sourceTime: deps.now() + late },
        ),
      );
    await say("paid", 1);
    await evaluateDue(env, deps.now());
    expect(await commissions()).toHaveLength(1);
    expect((await step(sale.id, "archive")).status).toBe(200);
    await say("cancelled", 2);
    await evaluateDue(env, deps.now());
    expect(await kept()).toMatchObject([{ uncounted: "withdrawn" }]);
    expect(await commissions()).toEqual([]);
  });
});

describe("a customer who is erased", () => {
  it("brings nothing back that was withdrawn, and loses nothing that counts; what else is asked for has to hold as ever", async () => {
    const returning = await define({ storeId: STORE, key: "back", triggers: [RETURNING] });
    await define({ storeId: STORE, key: "first", triggers: [{ ...order, which: "first" }] });
    await rate(PLAN, returning.id, 300, { holdDays: 10 });
    await insertContact(ANN, ANN_HASH);
    const deps = await countDeps();
    let said = 0;
    const say = async (
      externalId: string,
      status: "paid" | "cancelled",
      of: EvidenceData = { customerHash: ANN_HASH },
    ) => {
      said += 1;
      const bought = {
        currency: "EUR",
        totalMinor: 5_000,
        clicks: [clickOn(LEA_LINK)],
        status,
        ...of,
      };
      const at = deps.now() + said;
      await recordOne(
        confirmed(
          { ...bought, placedAt: deps.now() + Number(externalId) },
          { externalId, receivedAt: at, sourceTime: at },
        ),
      );
      await evaluateDue(env, deps.now());
    };
    const standing = async () => (await kept()).map(({ key, event_key, uncounted }) => [key, event_key, uncounted]);
    for (const externalId of ["1", "2", "3"]) await say(externalId, "paid");
    await say("1", "cancelled");
    const before = await standing();
    expect(before.filter(([, , uncounted]) => uncounted === null)).toHaveLength(2);
    expect(before.filter(([, , uncounted]) => uncounted === "withdrawn")).toHaveLength(2);
    expect(await commissions()).toHaveLength(1);

    expect((await api("DELETE", `/contacts/${ANN}`)).status).toBe(204);
    await evaluateDue(env, deps.now());
    await env.DB.prepare("UPDATE orders SET version = version + 1").run();
    await evaluateDue(env, deps.now());
    expect(await standing()).toEqual(before);
    expect(await commissions()).toHaveLength(1);
    // Which of its customer's it is stays so; how much it comes to is looked at.
    await say("3", "paid", { totalMinor: 3_999 });
    expect(await commissions()).toEqual([]);
    await say("3", "paid", {});
    expect(await standing()).toEqual(before);
  });
});

describe("what isn't active", () => {
  it("records nothing, and says what there is to be done", async () => {
    const draft = await define({ storeId: STORE, status: "draft", effectiveFrom: null, activatedAt: null });
    for (const action of ["backfill", "conversions"]) {
      const refused = problemOf(await api("POST", `/conversion-definitions/${draft.id}/${action}`, {}));
      expect(refused.code).toBe("definition_inactive");
      expect(refused.detail).toContain(`${draft.id}/activate`);
    }
    await step(draft.id, "archive");
    expect(problemOf(await api("POST", `/conversion-definitions/${draft.id}/backfill`, {})).detail).toContain("/copy");
  });
});
