import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { z } from "zod";
import { api } from "../../ground/api.ts";
import type { ModelOrder } from "./books-facts.ts";
import { type Entry, heardOf, partsOfSale, type Worked } from "./books-model.ts";
import { liveRuns, shownAt, sumOf } from "./books-runs.ts";
import { byText } from "./books-sayings.ts";
import { iso, type Shop } from "./books-shop.ts";

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

/** A row of the ledger. */
export interface LedgerRow {
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
  readonly seen = new Map<string, number>();

  note(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }
}

/** Compares what a shop answers and keeps with the model. */
export class Check {
  readonly #shop: Shop;
  readonly #tally: Tally;
  /** The ledger as it was last seen. */
  rows: readonly LedgerRow[] = [];

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
    for (const what of all.flatMap(({ earned }) => (earned ?? []).flatMap(({ by }) => by))) this.#tally.note(what);
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
    this.same("what was booked stays", rows.slice(0, this.rows.length), this.rows);
    const externalIds = new Map([...orderIds].map(([externalId, id]) => [id, externalId]));
    const paidSeqs = new Set(
      model.runs.filter(({ status }) => status === "paid").flatMap(({ entries }) => entries.map(({ seq }) => seq)),
    );
    for (const row of rows.slice(this.rows.length)) {
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
    this.rows = [...rows];

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

function leavesOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, one) => sum + leavesOf(one), 0);
}
