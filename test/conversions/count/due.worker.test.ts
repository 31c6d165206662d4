import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { evaluateKind } from "../../../src/conversions/count/due-run.ts";
import { recordGoals } from "../../../src/conversions/count/record-run.ts";
import { evaluateDue } from "../../../src/conversions/due-run.ts";
import { NOW, PLAN, STORE } from "../../programme/generation-fixtures.ts";
import { claimed, clickOn, confirmed, DAY, insertShop, LEA, LEA_LINK, recordOne } from "../../sales/order-fixtures.ts";
import type { EvidenceData } from "../../../src/ground/model/evidence.ts";
import { define } from "../definition-fixtures.ts";
import { commissions, countDeps, event, kept, rate, VISITOR } from "./count-fixtures.ts";

beforeEach(() => insertShop());

const ORDER = { currency: "EUR", totalMinor: 5000 } satisfies EvidenceData;

/** What the cron does, until nothing is due. */
async function evaluated(now = NOW): Promise<void> {
  await evaluateDue(env, now);
  const left = await env.DB.prepare("SELECT kind, id FROM conversions_due WHERE kind IN ('order', 'conversion')").all();
  expect(left.results).toEqual([]);
}

async function state() {
  return (await kept()).map((row) => [row["key"], row["value_minor"], row["uncounted"], row["creator_id"]]);
}

let reports = 0;

/** What the shop's server says of an order; the later word holds. */
async function say(externalId: string, data: EvidenceData): Promise<string> {
  reports += 1;
  const time = NOW + reports;
  return recordOne(confirmed({ ...ORDER, ...data }, { externalId, receivedAt: time, sourceTime: time }));
}

describe("orders", () => {
  it("an order that is bought makes a conversion, which follows its total, its credit and its end", async () => {
    const { id } = await define({
      storeId: STORE,
      key: "sale",
      value: { mode: "order" },
      triggers: [{ type: "order", which: "any", minimumMinor: 4000, skus: [] }],
    });
    await rate(PLAN, id, 300, { holdDays: 10 });
    await recordOne(claimed({ ...ORDER, clicks: [clickOn(LEA_LINK)] }, { externalId: "1" }));
    await evaluated();
    // A browser alone says that somebody bought.
    expect(await kept()).toEqual([]);
    await say("1", {});
    await evaluated();
    expect(await state()).toEqual([["sale", 5000, null, LEA]]);
    expect(await kept()).toMatchObject([{ trust: "confirmed", origin: "live", commission: "pending" }]);
    expect(await commissions()).toMatchObject([{ creator_id: LEA, amount_minor: 300 }]);
    await say("1", { totalMinor: 4500 });
    await evaluated();
    expect(await state()).toEqual([["sale", 4500, null, LEA]]);
    await say("1", { totalMinor: 4500, status: "cancelled" });
    await evaluated();
    expect(await state()).toEqual([["sale", 4500, "withdrawn", LEA]]);
    expect(await commissions()).toEqual([]);
    await say("1", { totalMinor: 4500, status: "paid" });
    await evaluated();
    expect(await state()).toEqual([["sale", 4500, null, LEA]]);
    expect(await commissions()).toHaveLength(1);
    await say("1", { totalMinor: 3999 });
    await evaluated();
    expect(await state()).toEqual([["sale", 3999, "withdrawn", LEA]]);
  });

  it("which is its customer's first is told anew whenever one comes earlier, or goes", async () => {
    const trigger = { type: "order", minimumMinor: null, skus: [] as string[] } as const;
    await define({ storeId: STORE, key: "first", triggers: [{ ...trigger, which: "first" }] });
    await define({ storeId: STORE, key: "returning", triggers: [{ ...trigger, which: "returning" }] });
    const of = (day: number, customerHash?: string) => ({ placedAt: NOW - 10 * DAY + day * DAY, customerHash });
    await say("b", of(2, "ann"));
    await say("c", of(3, "ann"));
    await say("x", of(1));
    const standing = async () => {
      await evaluated();
      const { results } = await env.DB.prepare(
        `SELECT d.key || ' ' || o.external_id AS text FROM conversions c JOIN orders o ON o.id = c.order_id
         JOIN conversion_definitions d ON d.id = c.definition_id WHERE c.uncounted IS NULL ORDER BY 1`,
      ).all<{ text: string }>();
      return results.map(({ text }) => text);
    };
    expect(await standing()).toEqual(["first b", "returning c"]);
    await say("a", of(1, "ann"));
    expect(await standing()).toEqual(["first a", "returning b", "returning c"]);
    await say("a", { ...of(1, "ann"), status: "cancelled" });
    expect(await standing()).toEqual(["first b", "returning c"]);
    await say("b", of(2, "ben"));
    expect(await standing()).toEqual(["first b", "first c"]);
  });

  it("one that can't be evaluated holds up no other, and stays due", async () => {
    await define({ storeId: STORE, triggers: [{ type: "order", which: "any", minimumMinor: null, skus: [] }] });
    await say("1", {});
    await say("2", {});
    await env.DB.prepare("UPDATE orders SET shares = 'broken' WHERE external_id = '1'").run();
    await evaluateKind(await countDeps(), "order");
    expect(await kept()).toHaveLength(1);
    const due = await env.DB.prepare("SELECT attempts, next_at FROM conversions_due WHERE kind = 'order'").all();
    expect(due.results).toEqual([{ attempts: 1, next_at: NOW + 60_000 }]);
  });
});

describe("conversions of conversions", () => {
  it("AC-5: what counts makes another, of the same subject and credit; what ceases to takes it along", async () => {
    const first = await define({ storeId: STORE, key: "a", limit: { times: 1, windowDays: null } });
    const second = await define({
      storeId: STORE,
      key: "b",
      triggers: [{ type: "conversion", definitionId: first.id }],
    });
    await define({ storeId: STORE, key: "c", triggers: [{ type: "conversion", definitionId: second.id }] });
    const deps = await countDeps();
    const click = { ...clickOn(LEA_LINK), trust: "claimed" as const };
    await recordGoals(deps, STORE, [event({ name: "a", key: "e:1", visitorHash: VISITOR, clicks: [click] })]);
    await recordGoals(deps, STORE, [event({ name: "a", key: "e:2", visitorHash: VISITOR, time: NOW + 1 })]);
    await evaluated();
    expect((await kept()).map((row) => [row["key"], row["uncounted"], row["subject"], row["creator_id"]])).toEqual([
      ["a", null, `v:${VISITOR}`, LEA],
      ["a", "limit", `v:${VISITOR}`, null],
      ["b", null, `v:${VISITOR}`, LEA],
      ["c", null, `v:${VISITOR}`, LEA],
    ]);
    await recordGoals(deps, STORE, [event({ name: "a", key: "e:2", trust: "confirmed", time: NOW + 1 })]);
    await evaluated();
    expect((await kept()).map((row) => [row["key"], row["uncounted"], row["trust"]])).toEqual(
      expect.arrayContaining([
        ["b", "withdrawn", "claimed"],
        ["b", null, "confirmed"],
        ["c", "withdrawn", "claimed"],
        ["c", null, "confirmed"],
      ]),
    );
  });
});
