import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { z } from "zod";
import { rebuildRollups } from "../../src/rollup/rebuild.ts";
import { rollUpOrders } from "../../src/rollup/orders.ts";
import { api } from "./api.ts";
import { byText } from "./books-import.ts";
import {
  type Entry,
  heardOf,
  liveRuns,
  type ModelOrder,
  partsOfSale,
  shownAt,
  sumOf,
  type Worked,
} from "./books-model.ts";
import { iso, type Shop } from "./books-shop.ts";
import { orderSums, type Sums } from "./rollup-fixtures.ts";

const money = z.object({ amountMinor: z.number(), currency: z.string() }).nullable();

const ordersSchema = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      externalId: z.string(),
      status: z.string(),
      trust: z.string(),
      sourceStatus: z.string().nullable(),
      total: money,
      subtotal: money,
      shipping: money,
      tax: money,
      refunded: money,
      placedAt: z.string(),
      approvedAt: z.string().nullable(),
      attribution: z
        .object({
          creatorId: z.string(),
          shares: z.array(z.object({ creatorId: z.string(), planId: z.string().nullable(), amount: money })),
        })
        .nullable(),
      commission: z
        .object({ shares: z.array(z.object({ creatorId: z.string(), amount: money, booked: money })) })
        .nullable(),
    }),
  ),
});

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

interface LedgerRow {
  seq: number;
  order_id: string | null;
  creator_id: string;
  currency: string;
  amount_minor: number;
  type: string;
  time: number;
}

/** How much was compared, so that a run can tell whether its histories came to anything. */
export class Tally {
  comparisons = 0;
  orders = 0;
  readonly seen = new Map<string, number>();

  note(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }
}

/** Compares what a shop answers and keeps with the model. */
export class Check {
  readonly #shop: Shop;
  readonly #tally: Tally;
  #rows: LedgerRow[] = [];

  constructor(shop: Shop, tally: Tally) {
    this.#shop = shop;
    this.#tally = tally;
  }

  /** Notes that something came about. */
  note(what: string): void {
    this.#tally.note(what);
  }

  /** Expects that two values are the same, and counts what was compared. */
  same(what: string, found: unknown, expected: unknown): void {
    this.#tally.comparisons += leavesOf(expected);
    expect(found, what).toEqual(expected);
  }

  /** The books after each step: orders, ledger and payout runs. */
  async books(all: readonly Worked[]): Promise<void> {
    const { model, store } = this.#shop;
    const [ledger, entries, lines, left] = await env.DB.batch<Record<string, unknown>>([
      env.DB.prepare(
        "SELECT seq, order_id, creator_id, currency, amount_minor, type, time FROM ledger WHERE store_id = ?1 ORDER BY seq",
      ).bind(store.id),
      env.DB.prepare(
        `SELECT e.payout_id AS run, e.entry_seq AS seq FROM payout_entries e JOIN payouts p ON p.id = e.payout_id
         WHERE p.store_id = ?1 AND e.live = 1 ORDER BY 2`,
      ).bind(store.id),
      env.DB.prepare(
        `SELECT p.id AS run, p.status, sum(l.amount_minor) AS sum FROM payouts p JOIN payout_lines l ON l.payout_id = p.id
         WHERE p.store_id = ?1 GROUP BY 1 ORDER BY 1`,
      ).bind(store.id),
      env.DB.prepare(
        `SELECT (SELECT count(*) FROM settlements_due d JOIN orders o ON o.id = d.order_id WHERE o.store_id = ?1)
           + (SELECT count(*) FROM inbox WHERE store_id = ?1 AND next_at IS NOT NULL) AS n`,
      ).bind(store.id),
    ]);
    this.same("nothing is left to be done", left?.results, [{ n: 0 }]);
    await this.#orders(all);
    this.#ledger((ledger?.results ?? []) as unknown as LedgerRow[]);
    const expected = liveRuns(model)
      .flatMap(({ id: run, entries: of }) => of.map(({ seq }) => ({ run, seq })))
      .toSorted((a, b) => a.seq - b.seq);
    this.same("each entry is in one run at most, the one that took it", entries?.results, expected);
    this.same(
      "runs stay what they were made as",
      lines?.results,
      model.runs
        .map(({ id: run, status, entries: of }) => ({ run, status, sum: sumOf(of) }))
        .toSorted((a, b) => (a.run < b.run ? -1 : 1)),
    );
  }

  async #orders(all: readonly Worked[]): Promise<void> {
    const { store } = this.#shop;
    const { data } = ordersSchema.parse((await api("GET", `/orders?store=${store.id}&limit=100`)).body);
    this.#shop.orderIds = new Map(data.map(({ id, externalId }) => [externalId, id]));
    const minor = (value: z.infer<typeof money>) => value?.amountMinor ?? null;
    const found = data.map(({ attribution, commission, ...order }) => ({
      externalId: order.externalId,
      status: order.status,
      trust: order.trust,
      sourceStatus: order.sourceStatus,
      amounts: [order.total, order.subtotal, order.shipping, order.tax, order.refunded].map(minor),
      placedAt: order.placedAt,
      approvedAt: order.approvedAt,
      shares: (attribution?.shares ?? []).map(({ creatorId, planId, amount }) => [creatorId, planId, minor(amount)]),
      owner: attribution?.creatorId ?? null,
      commission: commission?.shares.map(({ creatorId, amount }) => [creatorId, amount]) ?? null,
    }));
    const byId = (a: { externalId: string }, b: { externalId: string }) => (a.externalId < b.externalId ? -1 : 1);
    const expected = all.map((worked) => this.#shown(worked));
    this.same("orders", found.toSorted(byId), expected.toSorted(byId));
    for (const { status } of expected) this.#tally.note(status);
  }

  /** An order as the API should show it. */
  #shown(worked: Worked) {
    const { order, facts, status, planned, earned } = worked;
    const { model, creators, planId } = this.#shop;
    const known = facts.amounts;
    const owners = facts.owners.creators.map((creator) => creators[creator] ?? "");
    const gross = partsOfSale(worked);
    const isPaid = ["received", "pending", "approved", "disputed"].includes(status);
    return {
      externalId: order.externalId,
      status: shownAt(model, order, status),
      trust: facts.confirmed ? "confirmed" : "claimed",
      sourceStatus: facts.status,
      amounts: [
        facts.total,
        known?.subtotalMinor ?? null,
        known?.shippingMinor ?? null,
        known?.taxMinor ?? null,
        facts.total === null ? null : facts.refunded,
      ],
      placedAt: iso(facts.placedAt),
      approvedAt: order.approvedAt === null ? null : iso(order.approvedAt),
      shares: owners.map((creator, index) => [
        creator,
        planned ? planId : null,
        facts.total === null ? null : (gross[index]?.gross ?? null),
      ]),
      owner: owners[0] ?? null,
      commission: isPaid
        ? owners.map((creator, index) => {
            const share = earned?.[index];
            return [creator, share?.amount == null ? null : { amountMinor: share.amount, currency: share.currency }];
          })
        : null,
    };
  }

  /** Old entries stay, new ones are booked outside of what is locked, and all add up to what is owed less what is paid. */
  #ledger(rows: readonly LedgerRow[]): void {
    const { model, creators, orderIds } = this.#shop;
    this.same("what was booked stays", rows.slice(0, this.#rows.length), this.#rows);
    const externalIds = new Map([...orderIds].map(([externalId, id]) => [id, externalId]));
    const paidSeqs = new Set(
      model.runs.filter(({ status }) => status === "paid").flatMap(({ entries }) => entries.map(({ seq }) => seq)),
    );
    for (const row of rows.slice(this.#rows.length)) {
      expect(row.time, "no booking in a locked period").toBeGreaterThanOrEqual(model.lockedTo);
      expect(row.time).toBeLessThanOrEqual(Math.max(model.now, model.lockedTo));
      this.#tally.note(row.type);
      if (row.type === "payout") continue;
      const externalId = externalIds.get(row.order_id ?? "") ?? "";
      const entry: Entry = {
        seq: row.seq,
        externalId,
        creator: creators.indexOf(row.creator_id),
        currency: row.currency,
        amount: row.amount_minor,
        time: row.time,
        type: row.type,
      };
      this.same("the type of an entry", entry.type, typeOf(entry, model.entries, paidSeqs));
      model.entries.push(entry);
    }
    this.#rows = [...rows];

    const owed = heardOf(model).flatMap((order) => owedFor(order));
    const sums = Map.groupBy(model.entries, (entry) => `${entry.externalId} ${entry.creator}/${entry.currency}`);
    const booked = [...sums].map(([key, entries]) => [key, sumOf(entries)] as const).filter(([, sum]) => sum !== 0);
    this.same("the ledger has what is owed", Object.fromEntries(booked), Object.fromEntries(owed));
    const paid = model.runs.filter(({ status }) => status === "paid").flatMap(({ entries }) => entries);
    const balances = new Map<string, number>();
    for (const row of rows) {
      const key = `${creators.indexOf(row.creator_id)}/${row.currency}`;
      balances.set(key, (balances.get(key) ?? 0) + row.amount_minor);
    }
    for (const [key, balance] of balances) {
      const ofKey = (entry: Entry) => `${entry.creator}/${entry.currency}` === key;
      const earned = sumOf(model.entries.filter(ofKey));
      this.same(`paid and owed are what is earned: ${key}`, balance + sumOf(paid.filter(ofKey)), earned);
    }
  }

  /** What comparing an export came to: what differs, and what it lacks. */
  async discrepancies(
    id: string,
    rows: readonly { order: ModelOrder; applies: boolean }[],
    missing: readonly Worked[],
  ): Promise<void> {
    const schema = z.object({ data: z.array(z.object({ externalId: z.string(), class: z.string() })) });
    const { data } = schema.parse((await api("GET", `/reconciliations/${id}/discrepancies?limit=200`)).body);
    for (const one of data) this.#tally.note(one.class);
    const found = data.map((one) => [one.externalId, one.class === "missing_in_store" ? "missing" : "differs"]);
    const expected = [
      ...rows.filter(({ applies }) => applies).map(({ order }) => [order.externalId, "differs"]),
      ...missing.map(({ order }) => [order.externalId, "missing"]),
    ];
    this.same("what an export has otherwise", found.toSorted(byText), expected.toSorted(byText));
  }

  /** Rolls orders up, as the cron does. */
  async rollUp(): Promise<void> {
    await rollUpOrders(env.DB, this.#shop.model.now);
  }

  /** The reports, however far roll-ups have got. */
  async reports(all: readonly Worked[]): Promise<void> {
    const { store, creators, planId } = this.#shop;
    const query = `from=2024-01-01&to=2028-12-31&store=${store.id}&currency=EUR`;
    const report = async (path: string) => {
      const { status, body } = await api("GET", `/${path}?${query}`);
      expect(status, JSON.stringify(body)).toBe(200);
      return reportSchema.parse(body);
    };
    const counts = all.flatMap((worked) => countsOf(worked));
    const [byCreator, byPlan] = [await report("reports/creators"), await report("reports/plans")];
    this.same("all creators", shownNumbers(byCreator.total), addedUp(counts));
    this.same("all plans", shownNumbers(byPlan.total), addedUp(counts));
    for (const [index, creatorId] of creators.entries()) {
      const mine = addedUp(counts.filter(({ creator }) => creator === index));
      const row = byCreator.data.find((one) => one.creatorId === creatorId);
      this.same(`the creator ${index}`, row === undefined ? addedUp([]) : shownNumbers(row), mine);
      this.same(`the report of ${index}`, shownNumbers((await report(`creators/${creatorId}/report`)).total), mine);
    }
    for (const [planned, id] of [[true, planId] as const, [false, null] as const]) {
      const row = byPlan.data.find((one) => (one.planId ?? null) === id);
      const mine = addedUp(counts.filter((one) => one.planned === planned));
      this.same(`the plan ${id}`, row === undefined ? addedUp([]) : shownNumbers(row), mine);
    }
  }

  /** What a history ends in: reports before and after roll-ups and a rebuild, periods, balances and news. */
  async end(all: readonly Worked[]): Promise<void> {
    await this.reports(all);
    await this.rollUp();
    const rolled = await this.#sums();
    await this.reports(all);
    const { store, model } = this.#shop;
    expect((await api("POST", "/rollups/rebuild", { storeId: store.id })).status).toBeLessThan(300);
    await rebuildRollups(env.DB, model.now);
    await this.rollUp();
    this.same("roll-ups are what a rebuild makes", await this.#sums(), rolled);
    await this.reports(all);
    await this.#periods();
    await this.#balances();
    await this.#news(all);
    this.#tally.orders += all.length;
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
      const within = this.#rows.filter(
        ({ time }) => time < Date.parse(to) && time >= (from === null ? 0 : Date.parse(from)),
      );
      const expected = [...Map.groupBy(within, ({ currency }) => currency)]
        .map(([currency, rows]) => ({
          currency,
          sumMinor: rows.reduce((sum, row) => sum + row.amount_minor, 0),
          entries: rows.length,
        }))
        .toSorted((a, b) => (a.currency < b.currency ? -1 : 1));
      this.same(`the period to ${to}`, totals, expected);
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
    const expected = [...Map.groupBy(this.#rows, (row) => `${row.creator_id} ${row.currency}`)].map(([key, rows]) => [
      ...key.split(" "),
      rows.reduce((sum, row) => sum + row.amount_minor, 0),
    ]);
    const isSome = (balance: readonly unknown[]) => balance[2] !== 0;
    this.same("balances", found.filter(isSome).toSorted(byText), expected.filter(isSome).toSorted(byText));
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
        this.same("the owner that was told", dataOf(last("order.attributed"))["creatorId"], this.#shop.creators[owner]);
      }
      this.same("the refund that was told", dataOf(last("order.refunded"))["refundedMinor"] ?? 0, facts.refunded ?? 0);
      const step = last("order.approved", "order.declined")?.type;
      if (status === "approved") this.same("the step that was told", step, "order.approved");
      if (status === "declined" && step !== undefined) this.same("the step that was told", step, "order.declined");
    }
  }
}

/** The type that an entry should have by those before it. */
function typeOf(entry: Entry, before: readonly Entry[], paid: ReadonlySet<number>): string {
  const alike = before.filter(
    ({ externalId, creator, currency }) =>
      externalId === entry.externalId && creator === entry.creator && currency === entry.currency,
  );
  if (alike.length === 0) return "accrual";
  if (entry.amount > 0) return "adjustment";
  if (alike.some(({ seq }) => paid.has(seq))) return "clawback";
  return sumOf(alike) + entry.amount === 0 ? "reversal" : "adjustment";
}

function owedFor({ externalId, booked }: ModelOrder): [string, number][] {
  return [...booked].filter(([, sum]) => sum !== 0).map(([key, sum]) => [`${externalId} ${key}`, sum]);
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

function leavesOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, one) => sum + leavesOf(one), 0);
}
