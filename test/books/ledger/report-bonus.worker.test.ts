import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { balancesSchema, entrySchema } from "../../../src/books/ledger/schema.ts";
import { pageOf } from "../../../src/ground/http/pagination.ts";
import { api, bodyOf, expectInvalid, problemOf } from "../../ground/api.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";
import { createReadyCreator } from "../../programme/campaign-fixtures.ts";
import { apiRow, createAmazon, createTagged, imported, rowsOf } from "../../shops/amazon/amazon-fixtures.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

async function world() {
  const store = await createAmazon();
  const lea = await createTagged(store.id, "lea");
  const row = (day: string, purchases: number, name = "lea") =>
    apiRow(day, `${name}-id`, { adGroupName: name, attributedPurchases14d: purchases });
  await imported(store.id, [row("20261101", 1), row("20261102", 2), row("20261102", 7, "tom")]);
  const bonus = (reportRows: Record<string, unknown>, values: Record<string, unknown> = {}) =>
    api("POST", "/ledger", {
      type: "bonus",
      creatorId: lea.id,
      storeId: store.id,
      amount: "12.50",
      currency: "EUR",
      reason: "Ten per cent of November at Amazon",
      reportRows,
      ...values,
    });
  return { store, lea, row, bonus };
}

const DAY = { from: "2026-11-01" };
const BOTH = { from: "2026-11-01", to: "2026-11-02" };

describe("UPF-2: a bonus by hand for rows of Amazon's reports", () => {
  test("has the rows as its reason, with the figures as they stood then", async () => {
    const { store, lea, row, bonus } = await world();
    const entry = bodyOf(entrySchema, await bonus(BOTH));
    expect(entry.reportRows).toMatchObject({ ...BOTH, sourceId: null, figures: [{ currency: "USD", purchases: 3 }] });
    await imported(store.id, [row("20261101", 0), row("20261102", 0)]);
    const { data } = bodyOf(pageOf(entrySchema), await api("GET", `/ledger?creator=${lea.id}`));
    expect(data).toEqual([entry]);
    // The database itself keeps it so.
    await expect(env.DB.prepare("UPDATE attribution_bonuses SET figures = '[]'").run()).rejects.toThrow("append-only");
    await expect(env.DB.prepare("DELETE FROM attribution_bonuses").run()).rejects.toThrow("append-only");
  });

  test("is never booked by itself: reports alone owe nobody anything", async () => {
    const { lea } = await world();
    const { data } = bodyOf(balancesSchema, await api("GET", `/ledger/balances?creator=${lea.id}`));
    expect(data).toEqual([]);
  });

  test("is booked once for a row, unless it is wanted again", async () => {
    const { bonus, lea, store } = await world();
    const [own] = await rowsOf(store.id, `&creator=${lea.id}`);
    const first = bodyOf(entrySchema, await bonus({ ...DAY, sourceId: own?.sourceId }));
    for (const rows of [DAY, BOTH, { ...DAY, sourceId: own?.sourceId }]) {
      const problem = problemOf(await bonus(rows));
      expect(problem).toMatchObject({ status: 409, code: "bonus_booked", existing: { id: first.id } });
    }
    expect((await bonus({ from: "2026-11-02" })).status).toBe(201);
    expect((await bonus({ ...BOTH, again: true })).status).toBe(201);
  });

  test("is booked once of two at once", async () => {
    const { bonus } = await world();
    beforeNextWrite(() => bonus(DAY));
    expect(problemOf(await bonus(BOTH))).toMatchObject({ status: 409, code: "bonus_booked" });
  });

  test("is booked on the figures that stand, where they change in between", async () => {
    const { store, row, bonus } = await world();
    beforeNextWrite(() => imported(store.id, [row("20261101", 5)]));
    const entry = bodyOf(entrySchema, await bonus(DAY));
    expect(entry.reportRows?.figures).toMatchObject([{ purchases: 5 }]);
  });

  test("is refused where the creator has no such row", async () => {
    const { store, bonus } = await world();
    const tom = await createReadyCreator();
    const other = await createAmazon();
    const [unassigned] = await rowsOf(store.id, "&unassigned=true");
    for (const answer of [
      await bonus({ from: "2026-11-03" }),
      await bonus(DAY, { creatorId: tom.id }),
      await bonus(DAY, { storeId: other.id }),
      await bonus({ ...BOTH, sourceId: unassigned?.sourceId }),
      await bonus({ ...DAY, sourceId: "ats_0000000000000zzz" }),
    ]) {
      expectInvalid(answer, "reportRows.from");
    }
    expectInvalid(await bonus({ from: "2026-11-02", to: "2026-11-01" }), "reportRows.to");
  });
});
