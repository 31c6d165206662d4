import { env } from "cloudflare:workers";
import Papa from "papaparse";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { settleConversions } from "../../../src/books/conversion/settle-run.ts";
import { earned, putConversion, shareOf } from "../../conversions/conversion-fixtures.ts";
import { define } from "../../conversions/definition-fixtures.ts";
import { putCall } from "../../calls/call-rows.ts";
import { createReadyCreator } from "../../programme/campaign-fixtures.ts";
import { visit } from "../../edge/visit.ts";
import { createGuest, createShop, join, type Joined, look, NOON, textOf } from "../portal-fixtures.ts";

const DAY = 86_400_000;

let shop: Awaited<ReturnType<typeof createShop>>;
let lea: Awaited<ReturnType<typeof createGuest>>;
let spring: Joined;
let definitionId: string;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOON });
  shop = await createShop();
  lea = await createGuest();
  spring = await join(shop, lea.id, { name: "Spring looks" });
  ({ id: definitionId } = await define({ storeId: shop.id, name: "<b>Sign-up</b> & more" }));
});

afterEach(() => {
  vi.useRealTimers();
});

/** Puts a conversion of the shop that is Lea's, for spring, and earns her 5.00 EUR, unless told otherwise. */
const put = (
  values: Partial<Parameters<typeof putConversion>[0]> = {},
  { creatorId = lea.id, campaignId = spring.campaignId } = {},
) =>
  putConversion({
    definitionId,
    storeId: shop.id,
    time: NOON - DAY,
    shares: [shareOf({ creatorId, campaignId, planId: null })],
    earns: [earned({ creatorId })],
    dueAt: NOON + 13 * DAY,
    ...values,
  });

const seen = async () => textOf((await look(lea.path)).text);

async function linesOf(query = ""): Promise<string[][]> {
  const text = await (await visit(`${lea.path}/report.csv${query}`)).text();
  return Papa.parse<string[]>(text.trimEnd()).data.slice(1);
}

test("conversions stand beside orders in a line, as far as they count, and lead to the list of them", async () => {
  expect(await seen()).not.toContain("other conversion");
  await put({ time: NOON - 20 * DAY, dueAt: NOON - 6 * DAY });
  await settleConversions(env, NOON);
  await put();
  await put({ dueAt: null });
  await put({ earns: [], dueAt: null });
  // These don't: somebody's claim, one that was declined, one too many, one of after the fact.
  await put({ trust: "claimed", dueAt: null });
  await put({ commission: "declined", dueAt: null });
  await put({ uncounted: "limit" });
  const { text } = await look(lea.path);
  const read = textOf(text);
  expect(read).toContain("4 other conversions came through you and earn €15.00. See them under Orders");
  expect(text).toContain(`href="${lea.path.slice("/creator/".length)}/orders"`);
  expect(read).toContain("Owed to you €5.00 Waiting for approval €15.00");
});

test("so do calls: those to the shop that were matched to the creator, where the campaign shows its numbers", async () => {
  const dark = await join(shop, lea.id, { name: "Dark", creatorsSeePerformance: false });
  const zoe = await createReadyCreator({ firstName: "Zoe" });
  const of = { storeId: shop.id, creatorId: lea.id, campaignId: spring.campaignId, startedAt: NOON - DAY };
  await putCall(of);
  await putCall({ ...of, qualified: false });
  await putCall({ ...of, direction: "outbound" });
  await putCall({ ...of, creatorId: zoe.id });
  await putCall({ ...of, startedAt: NOON - 31 * DAY });
  await putCall({ ...of, campaignId: dark.campaignId });
  // Of which campaign it came nothing tells, and one there hides its numbers.
  await putCall({ ...of, campaignId: null });
  expect(await seen()).toContain("2 calls came through you, 1 of them long enough to count. See them under Orders");
});

test("the CSV has them in lines of their own, without formulas, of one campaign where that is asked", async () => {
  await env.DB.prepare("UPDATE conversion_definitions SET name = '=1+1'").run();
  await put({ earns: [earned({ creatorId: lea.id, currency: "JPY", amountMinor: 70 })] });
  const summer = await join(shop, lea.id, { name: "Summer" });
  await put({}, { campaignId: summer.campaignId });
  // Words for machines: they are the same in every language.
  const held = "held";
  const ofSpring = ["2026-11-21", "Spring looks", "", "", "JPY", "", "", "", "", "'=1+1", "1", "70", held];
  const ofSummer = ["2026-11-21", "Summer", "", "", "EUR", "", "", "", "", "'=1+1", "1", "5.00", held];
  expect(await linesOf()).toEqual([ofSpring, ofSummer]);
  expect(await linesOf("?lang=de")).toEqual([ofSpring, ofSummer]);
  expect(await linesOf(`?campaign=${summer.campaignId}`)).toEqual([ofSummer]);
});

test("nothing of other creators, and nothing of campaigns that hide their numbers, is shown", async () => {
  const zoe = await createReadyCreator({ firstName: "Zoe" });
  await join(shop, zoe.id);
  await put({}, { creatorId: zoe.id });
  const half = { numerator: 1, denominator: 2 };
  const shares = [lea.id, zoe.id].map((creatorId) =>
    shareOf({ creatorId, campaignId: spring.campaignId, planId: null, weight: half }),
  );
  await put({
    shares,
    earns: [earned({ creatorId: zoe.id, amountMinor: 333 }), earned({ creatorId: lea.id, amountMinor: 222 })],
  });
  const dark = await join(shop, lea.id, { name: "Dark", creatorsSeePerformance: false });
  await put({}, { campaignId: dark.campaignId });
  const read = await seen();
  expect(read).toContain("1 other conversion came through you and earns €2.22.");
  expect(read).not.toContain("€3.33");
  expect((await linesOf()).map((line) => line.slice(10, 12))).toEqual([["1", "2.22"]]);
});
