/**
 * The books as they should be, kept a second time: facts as they were told, and all else worked out from them
 * anew whenever it is asked for, after docs/money.md. Nothing of what is checked is used. Amounts are minor
 * units, times ms UTC; creators are numbers in the order of their codes.
 */
import { type Before, type Earned, earnedBy, equalParts, type Rule } from "./books-earnings.ts";
import { type Facts, factsOf, type ModelOrder, standing } from "./books-facts.ts";

/** What became of a draft; entries by their numbers. */
export interface ModelRun {
  id: string;
  currency: string;
  status: "draft" | "paid" | "cancelled" | "reversed";
  entries: Entry[];
}

/** An entry of the ledger, but for payments. */
export interface Entry {
  seq: number;
  externalId: string;
  creator: number;
  currency: string;
  amount: number;
  time: number;
  type: string;
}

/** All of one store. */
export interface Model {
  now: number;
  timezone: string;
  storeCurrency: string;
  split: boolean;
  creators: number;
  orders: ModelOrder[];
  rules: Rule[];
  rates: Map<string, string>;
  lockedTo: number;
  entries: Entry[];
  runs: ModelRun[];
}

/** The rule in force for what was placed at a time: the last version that held by then. */
export function ruleAt(model: Model, placedAt: number): Rule {
  const rule = model.rules.findLast(({ from }) => from <= placedAt);
  if (rule === undefined) throw new Error("a plan has a rule from the beginning");
  return rule;
}

/** Whether the plan pays for an order's shares: a creator whom somebody names by hand may have none. */
function isPlanned(order: ModelOrder): boolean {
  return order.manual == null || order.manual.planned;
}

const DAY = 86_400_000;

/** Days until an order is approved that no plan pays for. */
const NO_PLAN_HOLD = 30;

/** Approves by rule what waited long enough. */
function approveDue(model: Model): void {
  for (const order of heardOf(model)) {
    const facts = factsOf(model, order);
    if (standing(order, facts) !== "pending" || facts.amounts === null || facts.importedOnly) continue;
    const holdDays = isPlanned(order) ? ruleAt(model, facts.placedAt).holdDays : NO_PLAN_HOLD;
    if (holdDays === null) continue;
    if (Math.max(facts.placedAt, facts.owners.claimedAt ?? 0) + holdDays * DAY > model.now) continue;
    order.approvedAt = Math.max(model.now, model.lockedTo);
  }
}

/** The orders that were told of. */
export function heardOf(model: Model): ModelOrder[] {
  return model.orders.filter(({ statements }) => statements.length > 0);
}

/** An order as it is by now. */
export interface Worked {
  order: ModelOrder;
  facts: Facts;
  status: string;
  /** `YYYY-MM-DD` in the store's time zone. */
  day: string;
  planned: boolean;
  /** By share, in the order of the owners; a state that nobody earns in has none. */
  earned: Earned[] | null;
}

const EARNING: ReadonlySet<string> = new Set(["received", "pending", "approved", "disputed"]);

/** All orders as they are by now, in the order in which they were placed. */
export function workedOut(model: Model): Worked[] {
  const months = new Map<string, Before>();
  const calendar = new Intl.DateTimeFormat("en-CA", {
    timeZone: model.timezone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
  return heardOf(model)
    .map((order) => ({ order, facts: factsOf(model, order) }))
    .toSorted((a, b) => a.facts.placedAt - b.facts.placedAt)
    .map(({ order, facts }): Worked => {
      const [status, day, planned] = [standing(order, facts), calendar.format(facts.placedAt), isPlanned(order)];
      const worked = { order, facts, status, day, planned };
      const { creators } = facts.owners;
      if (!EARNING.has(status) || facts.amounts === null) return { ...worked, earned: null };
      if (!planned) {
        const nothing = { currency: order.currency, amount: 0, sales: 0, earned: 0, by: [] };
        return { ...worked, earned: creators.map(() => nothing) };
      }
      const keys = creators.map((creator) => `${creator} ${day.slice(0, 7)}`);
      const befores = keys.map((key) => months.get(key) ?? { sales: 0, earned: 0 });
      const ground = { rates: model.rates, day, storeCurrency: model.storeCurrency };
      const earned = earnedBy(ruleAt(model, facts.placedAt), facts.amounts, befores, ground);
      for (const [index, key] of keys.entries()) {
        const [before, more] = [befores[index], earned[index]];
        if (before === undefined || more === undefined) continue;
        months.set(key, { sales: before.sales + more.sales, earned: before.earned + more.earned });
      }
      return { ...worked, earned };
    });
}

/** Brings the books up to date, as the cron does: approves what is due, and books what is owed. */
export function settle(model: Model): Worked[] {
  approveDue(model);
  const all = workedOut(model);
  for (const { order, facts, status, earned } of all) {
    const isOwed = order.approvedAt !== null && (status === "approved" || status === "disputed");
    const shares = isOwed ? (earned ?? []) : [];
    const wanted = new Map<string, number>();
    const unsaid = new Set<number>();
    for (const [index, { amount, currency }] of shares.entries()) {
      const creator = facts.owners.creators[index] ?? -1;
      if (amount === null) unsaid.add(creator);
      else wanted.set(`${creator}/${currency}`, amount);
    }
    for (const key of new Set([...wanted.keys(), ...order.booked.keys()])) {
      // What can't be said now stays as it was said before.
      if (!unsaid.has(Number(key.split("/")[0]))) order.booked.set(key, wanted.get(key) ?? 0);
    }
  }
  return all;
}

/** Whether somebody's commission for an order can't be said now. */
export function isUnsaid({ facts, earned }: Worked, creator: number): boolean {
  return (earned ?? []).some(({ amount }, index) => amount === null && facts.owners.creators[index] === creator);
}

/** The shares of an order's total and refund, in the order of the owners. */
export function partsOfSale({ facts, order }: Worked): { gross: number; refunded: number; currency: string }[] {
  const count = facts.owners.creators.length;
  const gross = equalParts(facts.total ?? 0, count);
  const refunded = equalParts(facts.refunded ?? 0, count);
  return gross.map((part, index) => ({ gross: part, refunded: refunded[index] ?? 0, currency: order.currency }));
}
