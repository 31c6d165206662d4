import { env } from "cloudflare:workers";
import Papa from "papaparse";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { codeDetail } from "../../../src/programme/code/schema.ts";
import { settleOrders } from "../../../src/books/ledger/settle-run.ts";
import { rollUpOrders } from "../../../src/reports/rollup/orders-run.ts";
import { rollUpClicks } from "../../../src/reports/rollup/run.ts";
import { api, bodyOf } from "../../ground/api.ts";
import {
  addCreators,
  createCampaign,
  createPlan,
  generateAll,
  holdQueue,
  readMember,
} from "../../programme/campaign-fixtures.ts";
import { tokenOf } from "../../sales/capture-fixtures.ts";
import { click, createGuest, createShop, look, NOON, sell, textOf } from "../../portal/portal-fixtures.ts";
import { visit } from "../../edge/visit.ts";

const DAY = 86_400_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOON });
});

afterEach(() => {
  vi.useRealTimers();
});

/** A creator with a code and a link of a plan, made for no campaign, whom campaigns of the plan took in afterwards. */
async function adopt(...names: { name: string; creatorsSeePerformance?: boolean }[]) {
  holdQueue();
  const shop = await createShop();
  const lea = await createGuest();
  const { id: planId } = await createPlan({
    storeId: shop.id,
    codePattern: "{{firstName|upper}}",
    commission: { type: "percentage", value: 10 },
  });
  const given = { planId, creatorId: lea.id };
  const { code, id: codeId } = bodyOf(codeDetail, await api("POST", "/codes", { ...given, code: "LEA26" }));
  await generateAll();
  const campaignIds: string[] = [];
  for (const each of names) {
    const { id } = await createCampaign({ planId, creatorsSeePerformance: true, ...each });
    await addCreators(id, [lea.id], "approved");
    campaignIds.push(id);
  }
  await generateAll();
  const { link = "", linkId = "" } = await readMember(campaignIds[0] ?? "", lea.id);
  return { shop, lea, planId, code, codeId, link, linkId, campaignIds };
}

/** The rows of a CSV, as whoever has the address or the admin's key sees it. */
const rowsOf = async (path: string): Promise<string[][]> => {
  const response = await visit(path, { authorization: `Bearer ${env.ADMIN_API_KEY}` });
  expect(response.status).toBe(200);
  // What follows is of conversions that are no orders.
  return Papa.parse<string[]>((await response.text()).trimEnd())
    .data.slice(1)
    .map((row) => row.slice(0, 9));
};

const totalOf = async (path: string) => {
  const { total } = (await api("GET", path)).body as { total: Record<string, number> };
  return [total["clicks"], total["conversions"], total["salesMinor"], total["commissionMinor"], total["codeUses"]];
};

const idsOf = async (path: string): Promise<string[]> =>
  ((await api("GET", path)).body as { data: { id: string }[] }).data.map(({ id }) => id);

describe("a code and a link made without a campaign and adopted by one", () => {
  test("G-26: belong to it in the portal as in every report and list, rolled up or not", async () => {
    const { shop, lea, code, codeId, linkId, campaignIds } = await adopt({ name: "Spring" });
    const [campaign] = campaignIds;
    expect((await api("GET", `/codes/${codeId}`)).body).toMatchObject({ campaignId: null });
    expect((await api("GET", `/links/${linkId}`)).body).toMatchObject({ campaignId: null });
    await click(linkId, NOON - DAY, 4);
    await sell(shop, code, NOON - DAY);
    await sell(shop, code, NOON - DAY, { codes: [], clickId: await tokenOf(linkId, NOON - 2 * DAY) });
    const orders = await idsOf(`/orders?store=${shop.id}`);
    expect(orders).toHaveLength(2);

    for (const rolledUp of [false, true]) {
      if (rolledUp) {
        await settleOrders(env, NOON);
        await rollUpClicks(env, NOON);
        await rollUpOrders(env, NOON);
        const left =
          "SELECT (SELECT count(*) FROM order_rollups_due) AS due, (SELECT count(*) FROM order_facts) AS facts";
        expect(await env.DB.prepare(left).first()).toEqual({ due: 0, facts: 2 });
      }
      const numbers = [4, 2, 20_000, 2_000, 1];
      expect(await totalOf(`/campaigns/${campaign}/performance`)).toEqual(numbers);
      for (const dimension of ["creators", "campaigns", "links", "codes", "plans", "devices"]) {
        expect(await totalOf(`/reports/${dimension}?campaign=${campaign}`), dimension).toEqual(numbers);
      }
      expect(await totalOf(`/creators/${lea.id}/report?campaign=${campaign}`)).toEqual(numbers);
      const traffic = (await api("GET", `/reports/traffic?campaign=${campaign}`)).body;
      expect(traffic).toMatchObject({ total: { requests: 4, counted: 4 } });

      const read = textOf((await look(lea.path)).text);
      expect(read).toContain(
        "Clicks 4 Sales 2 Value per click €50.00 Sales in money per click (EPC) Conversion rate 50% Sales per click (CVR)",
      );
      expect(read).toContain(
        "Commission €20.00 Clicks 4 Sales 2 Value per click €50.00 Conversion rate 50% Numbers as CSV",
      );
      for (const query of ["", `?campaign=${campaign}`]) {
        expect(await rowsOf(`${lea.path}/report.csv${query}`)).toEqual([
          ["2026-11-21", "Spring", "4", "2", "EUR", "200.00", "20.00", "0", "0"],
        ]);
      }
    }

    expect(await idsOf(`/codes?campaign=${campaign}`)).toEqual([codeId]);
    expect(await idsOf(`/orders?campaign=${campaign}`)).toEqual(orders);
    expect(await idsOf(`/links?campaign=${campaign}`)).toContain(linkId);
    expect((await rowsOf(`/api/v1/links/export.csv?campaign=${campaign}`)).map(([id]) => id)).toContain(linkId);
  });

  test("G-26: show in each of two campaigns with their plan, and count once in the sums", async () => {
    const { shop, lea, code, linkId, campaignIds } = await adopt({ name: "First" }, { name: "Second" });
    await click(linkId, NOON - DAY, 5);
    await sell(shop, code, NOON - DAY);
    const { text } = await look(lea.path);
    const cards = (text.match(/<article.*?<\/article>/gs) ?? []).map(textOf);
    expect(cards.map((card) => card.includes("Clicks 5 Sales 1 Value per click €20.00"))).toEqual([true, true]);
    expect(textOf(text)).toContain("Clicks 5 Sales 1 Value per click €20.00 Sales in money per click (EPC)");
    for (const query of ["", ...campaignIds.map((id) => `?campaign=${id}`)]) {
      expect(await rowsOf(`${lea.path}/report.csv${query}`)).toEqual([
        ["2026-11-21", "First", "5", "1", "EUR", "100.00", "10.00", "0", "0"],
      ]);
    }
    for (const id of campaignIds) {
      expect(await totalOf(`/campaigns/${id}/performance`)).toEqual([5, 1, 10_000, 1_000, 1]);
    }
    for (const dimension of ["campaigns", "links", "codes", "devices"]) {
      expect(await totalOf(`/reports/${dimension}?campaign=${campaignIds.join(",")}`)).toEqual([
        5, 1, 10_000, 1_000, 1,
      ]);
    }
  });

  test("G-26: are another creator's neither in the portal nor in a report, and hidden where their campaign is", async () => {
    const { shop, lea, planId, code, linkId, campaignIds } = await adopt({
      name: "Quiet",
      creatorsSeePerformance: false,
    });
    await click(linkId, NOON - DAY, 5);
    await sell(shop, code, NOON - DAY);
    // Under the plan, but in no campaign.
    const max = await createGuest({ firstName: "Max", lastName: "Lindner" });
    await api("POST", "/codes", { planId, creatorId: max.id, code: "MAX26" });
    await sell(shop, "MAX26", NOON - DAY);
    expect(await totalOf(`/campaigns/${campaignIds[0]}/performance`)).toEqual([5, 1, 10_000, 1_000, 1]);
    expect((await look(lea.path)).text).not.toContain("<dl");
    expect((await visit(`${lea.path}/report.csv`)).status).toBe(403);
    expect(textOf((await look(max.path)).text)).toContain("You are not in a campaign yet.");

    await api("PATCH", `/campaigns/${campaignIds[0]}`, { creatorsSeePerformance: true });
    expect(textOf((await look(lea.path)).text)).toContain("Clicks 5 Sales 1 Value per click €20.00");
  });
});
