import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { z } from "zod";
import { rebuildRollups } from "../../../src/reports/rollup/rebuild-run.ts";
import { rollUpOrders } from "../../../src/reports/rollup/orders-run.ts";
import { api } from "../../ground/api.ts";
import type { Check } from "./books-check.ts";
import { partsOfSale, type Worked } from "./books-model.ts";
import { byText } from "./books-sayings.ts";
import type { Shop } from "./books-shop.ts";
import { orderSums, type Sums } from "../../reports/rollup-fixtures.ts";

const amounts = {
  currency: z.string().nullable(),
  grossMinor: z.number(),
  refundedMinor: z.number(),
  salesMinor: z.number(),
  commissionMinor: z.number(),
  claimedSalesMinor: z.number(),
};
const numbers = z.object({
  conversions: z.number(),
  claimedConversions: z.number(),
  ...amounts,
  otherCurrencies: z.array(z.object(amounts)),
});
type Numbers = z.infer<typeof numbers>;
const reportSchema = z.object({
  data: z.array(numbers.extend({ creatorId: z.string().nullish(), planId: z.string().nullish() })),
  total: numbers,
});

/** Compares what is added up of a shop with the model: reports, roll-ups, periods, balances and news. */
export class Reports {
  readonly #shop: Shop;
  readonly #check: Check;

  constructor(shop: Shop, check: Check) {
    this.#shop = shop;
    this.#check = check;
  }

  /** Rolls orders up, as the cron does. */
  async rollUp(): Promise<void> {
    await rollUpOrders(env, this.#shop.model.now);
  }

  /** The reports, however far roll-ups have got. */
  async books(all: readonly Worked[]): Promise<void> {
    const { store, creators, planId } = this.#shop;
    const query = `from=2024-01-01&to=2028-12-31&store=${store.id}&currency=EUR`;
    const report = async (path: string) => {
      const { status, body } = await api("GET", `/${path}?${query}`);
      expect(status, JSON.stringify(body)).toBe(200);
      return reportSchema.parse(body);
    };
    const counts = all.flatMap((worked) => countsOf(worked));
    const [byCreator, byPlan] = [await report("reports/creators"), await report("reports/plans")];
    this.#check.same("all creators", shownNumbers(byCreator.total), addedUp(counts));
    this.#check.same("all plans", shownNumbers(byPlan.total), addedUp(counts));
    for (const [index, creatorId] of creators.entries()) {
      const mine = addedUp(counts.filter(({ creator }) => creator === index));
      const row = byCreator.data.find((one) => one.creatorId === creatorId);
      this.#check.same(`the creator ${index}`, row === undefined ? addedUp([]) : shownNumbers(row), mine);
      this.#check.same(
        `the report of ${index}`,
        shownNumbers((await report(`creators/${creatorId}/report`)).total),
        mine,
      );
    }
    for (const [planned, id] of [[true, planId] as const, [false, null] as const]) {
      const row = byPlan.data.find((one) => (one.planId ?? null) === id);
      const mine = addedUp(counts.filter((one) => one.planned === planned));
      this.#check.same(`the plan ${id}`, row === undefined ? addedUp([]) : shownNumbers(row), mine);
    }
  }

  /** What a history ends in: reports before and after roll-ups and a rebuild, periods, balances and news. */
  async end(all: readonly Worked[]): Promise<void> {
    await this.books(all);
    await this.rollUp();
    const rolled = await this.#sums();
    await this.books(all);
    const { store, model } = this.#shop;
    expect((await api("POST", "/rollups/rebuild", { storeId: store.id })).status).toBeLessThan(300);
    await rebuildRollups(env, model.now);
    await this.rollUp();
    this.#check.same("roll-ups are what a rebuild makes", await this.#sums(), rolled);
    await this.books(all);
    await this.#periods();
    await this.#balances();
    await this.#news(all);
  }

  async #sums(): Promise<Sums> {
    const sums = await orderSums();
    return Object.fromEntries(
      Object.entries(sums).map(([table, rows]) => [
        table,
        rows.filter(({ store_id: storeId }) => storeId === this.#shop.store.id),
      ]),
    );
  }

  async #periods(): Promise<void> {
    const schema = z.object({
      data: z.array(
        z.object({
          from: z.string().nullable(),
          to: z.string(),
          totals: z.array(z.object({ currency: z.string(), sumMinor: z.number(), entries: z.number() })),
        }),
      ),
    });
    const { data } = schema.parse((await api("GET", `/periods?store=${this.#shop.store.id}&limit=100`)).body);
    for (const { from, to, totals } of data) {
      const within = this.#check.rows.filter(
        ({ time }) => time < Date.parse(to) && time >= (from === null ? 0 : Date.parse(from)),
      );
      const expected = [...Map.groupBy(within, ({ currency }) => currency)]
        .map(([currency, rows]) => ({
          currency,
          sumMinor: rows.reduce((sum, row) => sum + row.amount_minor, 0),
          entries: rows.length,
        }))
        .toSorted((a, b) => (a.currency < b.currency ? -1 : 1));
      this.#check.same(`the period to ${to}`, totals, expected);
    }
  }

  async #balances(): Promise<void> {
    const schema = z.object({
      data: z.array(
        z.object({ creatorId: z.string(), balance: z.object({ amountMinor: z.number(), currency: z.string() }) }),
      ),
    });
    const { body } = await api("GET", `/ledger/balances?store=${this.#shop.store.id}&limit=100`);
    const found = schema
      .parse(body)
      .data.map(({ creatorId, balance }) => [creatorId, balance.currency, balance.amountMinor] as const);
    const expected = [...Map.groupBy(this.#check.rows, (row) => `${row.creator_id} ${row.currency}`)].map(
      ([key, rows]) => [...key.split(" "), rows.reduce((sum, row) => sum + row.amount_minor, 0)],
    );
    const isSome = (balance: readonly unknown[]) => balance[2] !== 0;
    this.#check.same("balances", found.filter(isSome).toSorted(byText), expected.filter(isSome).toSorted(byText));
  }

  /** What the last event told of an order is what it is. */
  async #news(all: readonly Worked[]): Promise<void> {
    const { results } = await env.DB.prepare(
      "SELECT type, subject_id AS id, data FROM events WHERE store_id = ?1 ORDER BY seq",
    )
      .bind(this.#shop.store.id)
      .all<{ type: string; id: string; data: string }>();
    for (const { order, facts, status } of all) {
      const id = this.#shop.orderIds.get(order.externalId);
      const mine = results.filter((event) => event.id === id);
      const last = (...types: string[]) => mine.findLast(({ type }) => types.includes(type));
      const dataOf = (event: { data: string } | undefined) =>
        JSON.parse(event?.data ?? "{}") as Record<string, unknown>;
      const [owner] = facts.owners.creators;
      if (owner !== undefined) {
        this.#check.same(
          "the owner that was told",
          dataOf(last("order.attributed"))["creatorId"],
          this.#shop.creators[owner],
        );
      }
      this.#check.same(
        "the refund that was told",
        dataOf(last("order.refunded"))["refundedMinor"] ?? 0,
        facts.refunded ?? 0,
      );
      const step = last("order.approved", "order.declined")?.type;
      if (status === "approved") this.#check.same("the step that was told", step, "order.approved");
      if (status === "declined" && step !== undefined)
        this.#check.same("the step that was told", step, "order.declined");
    }
  }
}

/** What a share of an order counts for in the reports, by creator and plan. */
interface Count {
  creator: number;
  planned: boolean;
  conversions: number;
  claimedConversions: number;
  /** By currency: gross, refunded, commission and what is only claimed. */
  money: [currency: string, amounts: readonly [number, number, number, number]][];
}

function countsOf(worked: Worked): Count[] {
  const { facts, status, planned, earned } = worked;
  if (!["received", "pending", "approved", "disputed"].includes(status)) return [];
  const isClaimed = status === "received";
  return partsOfSale(worked).map(({ gross, refunded, currency }, index): Count => {
    const { amount = null, currency: paidIn = currency } = earned?.[index] ?? {};
    return {
      creator: facts.owners.creators[index] ?? -1,
      planned,
      conversions: index === 0 && !isClaimed ? 1 : 0,
      claimedConversions: index === 0 && isClaimed ? 1 : 0,
      money: [
        [currency, isClaimed ? [0, 0, 0, gross - refunded] : [gross, refunded, 0, 0]],
        [paidIn, [0, 0, amount ?? 0, 0]],
      ],
    };
  });
}

/** Numbers of a report, to be compared; currencies that nothing is in are left out. */
function addedUp(counts: readonly Count[]) {
  const sum = (of: readonly number[]) => of.reduce((total, one) => total + one, 0);
  const byCurrency = Map.groupBy(
    counts.flatMap(({ money }) => money),
    ([currency]) => currency,
  );
  const sums = [...byCurrency].map(([currency, all]) => {
    return [currency, [0, 1, 2, 3].map((at) => sum(all.map(([, of]) => of[at] ?? 0)))] as const;
  });
  return {
    conversions: sum(counts.map(({ conversions }) => conversions)),
    claimedConversions: sum(counts.map(({ claimedConversions }) => claimedConversions)),
    money: Object.fromEntries(sums.filter(([, of]) => of.some((amount) => amount !== 0))),
  };
}

function shownNumbers({ conversions, claimedConversions, otherCurrencies, ...own }: Numbers) {
  const sums = [own, ...otherCurrencies].map((of) => {
    expect(of.salesMinor).toBe(of.grossMinor - of.refundedMinor);
    return [of.currency ?? "", [of.grossMinor, of.refundedMinor, of.commissionMinor, of.claimedSalesMinor]] as const;
  });
  return {
    conversions,
    claimedConversions,
    money: Object.fromEntries(sums.filter(([, of]) => of.some((amount) => amount !== 0))),
  };
}
