import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { settleConversions } from "../../src/books/conversion/settle-run.ts";
import { recordGoals, recordMatches } from "../../src/conversions/count/record-run.ts";
import type { DefinitionRow } from "../../src/conversions/definition/store.ts";
import { api } from "../ground/api.ts";
import { claimedClick, countDeps, event, rate } from "../conversions/count/count-fixtures.ts";
import { define } from "../conversions/definition-fixtures.ts";
import { NOW, PLAN, STORE } from "../programme/generation-fixtures.ts";
import { DAY, insertShop, LEA, LEA_LINK, ZOE, ZOE_LINK } from "../sales/order-fixtures.ts";

let goal: DefinitionRow;

beforeEach(async () => {
  await insertShop();
  goal = await define({ storeId: STORE, key: "trial" });
  await rate(PLAN, goal.id, 500, { holdDays: 14 });
});

const say = async (...events: Parameters<typeof event>[0][]) =>
  recordGoals(
    await countDeps(),
    STORE,
    events.map((values) => event(values)),
  );

const settleIn = (days: number) => settleConversions(env, NOW + days * DAY);

async function booked(): Promise<[string, number][]> {
  const { results } = await env.DB.prepare("SELECT creator_id, amount_minor FROM ledger ORDER BY seq").all<{
    creator_id: string;
    amount_minor: number;
  }>();
  return results.map((row) => [row.creator_id, row.amount_minor]);
}

async function conversions() {
  const { results } = await env.DB.prepare(
    "SELECT id, trust, commission, creator_id FROM conversions ORDER BY id",
  ).all<{
    id: string;
    trust: string;
    commission: string;
    creator_id: string | null;
  }>();
  return results;
}

test("ACX-10: however many goals a browser claims, none reaches the ledger without a server's word or a hand", async () => {
  await say(...Array.from({ length: 20 }, (_none, n) => ({ key: `e:forged-${n}`, clicks: [claimedClick(ZOE_LINK)] })));
  for (const days of [0, 14, 1000]) await settleIn(days);
  expect(await conversions()).toHaveLength(20);
  expect(new Set((await conversions()).map((row) => `${row.trust} ${row.commission}`))).toEqual(
    new Set(["claimed pending"]),
  );
  expect(await booked()).toEqual([]);
  const [one] = await conversions();
  expect((await api("POST", `/conversions/${one?.id}/approve`)).status).toBe(200);
  expect(await booked()).toEqual([[ZOE, 500]]);
});

test("ACX-10: what the server confirms of a browser's event is owed after its hold, once, however often both say it", async () => {
  const claim = { key: "e:signup-1", clicks: [claimedClick(LEA_LINK)] };
  await say(claim);
  await say({ key: "e:signup-1", trust: "confirmed" }, claim, { key: "e:signup-1", trust: "confirmed" });
  await settleIn(13);
  expect(await booked()).toEqual([]);
  await settleIn(14);
  await say({ key: "e:signup-1", trust: "confirmed" }, claim);
  await settleIn(15);
  expect(await booked()).toEqual([[LEA, 500]]);
});

test("ACX-10: a claim that comes after the approval moves nothing to another creator", async () => {
  await say({ key: "e:signup-1", clicks: [claimedClick(LEA_LINK)] }, { key: "e:signup-1", trust: "confirmed" });
  await settleIn(14);
  await say({ key: "e:signup-1", clicks: [claimedClick(ZOE_LINK, NOW - 1)] });
  await settleIn(15);
  expect(await booked()).toEqual([[LEA, 500]]);
});

test("ACX-10: nor does one that comes after a person approved what only a browser told of", async () => {
  await say({ key: "e:signup-1", clicks: [claimedClick(LEA_LINK)] });
  const [one] = await conversions();
  expect((await api("POST", `/conversions/${one?.id}/approve`)).status).toBe(200);
  await say({ key: "e:signup-1", clicks: [claimedClick(ZOE_LINK, NOW - 1)] });
  await settleIn(1);
  expect(await booked()).toEqual([[LEA, 500]]);
  expect((await conversions())[0]).toMatchObject({ creator_id: LEA, commission: "approved" });
});

test("ACX-6: what a definition makes of the past earns nothing, and can't be approved", async () => {
  const matches = [
    {
      definition: goal,
      triggerIndex: 0,
      event: event({ key: "e:old", trust: "confirmed", clicks: [claimedClick(LEA_LINK)] }),
    },
  ];
  await recordMatches(await countDeps(), STORE, matches, "backfill");
  await settleIn(1000);
  const [old] = await conversions();
  expect(old).toMatchObject({ commission: "none", creator_id: LEA });
  expect((await api("POST", `/conversions/${old?.id}/approve`)).status).toBe(409);
  expect(await booked()).toEqual([]);
});
