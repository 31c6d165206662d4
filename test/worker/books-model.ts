/**
 * The books as they should be, kept a second time: facts as they were told, and all else worked out from them
 * anew whenever it is asked for, after docs/money.md, docs/attribution.md and docs/embedding.md. Nothing of what
 * is checked is used. Amounts are minor units, times ms UTC; creators are numbers in the order of their codes.
 */
import {
  type Amounts,
  type Before,
  type Earned,
  earnedBy,
  equalParts,
  type Rates,
  type Rule,
} from "./books-earnings.ts";

/** What the histories take for granted; one that is off is left out of them. */
export const SWITCHES = {
  /** What returns to an earlier state is news, by every channel. */
  returns: false,
  /** The postback takes `updatedAt` and `refunded`. */
  postbackTellsMore: false,
  /** A server's `Idempotency-Key` names its delivery. */
  deliveryKeys: false,
  /** One order's amount is bounded. */
  bounded: false,
  /** What a server reports after an import's decline takes it back. */
  importYields: false,
  /** What is booked for an order whose commission can't be said now is in no payout run. */
  unsaidIsHeld: false,
};

/** How an order was told of. */
export type Channel = "order" | "postback" | "snippet" | "pixel" | "import";

/** What one report says; what it doesn't say is left out. */
export interface Says {
  totalMinor?: number;
  subtotalMinor?: number;
  shippingMinor?: number;
  taxMinor?: number;
  refundedMinor?: number;
  status?: Status;
  /** Whose codes it names. */
  codes?: readonly number[];
  placedAt?: number;
}

type Status = "pending" | "paid" | "cancelled" | "refunded";

/** One report as it counts. */
export interface Statement {
  channel: Channel;
  arrivedAt: number;
  /** The later one is right. */
  rank: number;
  /** Content and `updatedAt`: what is alike is the same piece, or the same content told once more. */
  identity: string;
  /** The server's own word of its time, or its name of the delivery. */
  updatedAt: number | null;
  deliveryKey: string | null;
  says: Says;
  /** A claim that came once the order was approved. */
  late: boolean;
}

/** A decision by hand, or an import's. */
export interface Review {
  decision: "approve" | "decline" | "dispute";
  byImport: boolean;
}

/** An order: what was told of it, and what was decided. */
export interface ModelOrder {
  externalId: string;
  currency: string;
  /** When it was placed by the server's word, and whose codes it names. */
  placedAt: number;
  codes: readonly number[];
  statements: Statement[];
  /** `undefined`: the rules decide; `null`: nobody's. */
  manual: { creator: number; planned: boolean } | null | undefined;
  review: Review | null;
  approvedAt: number | null;
  /** What the ledger has, by `creator/currency`. */
  booked: Map<string, number>;
}

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

const CLAIMS: ReadonlySet<Channel> = new Set(["snippet", "pixel"]);

/** Whether only a browser says so. */
export const isClaim = ({ channel }: Pick<Statement, "channel">): boolean => CLAIMS.has(channel);

/** What the shop's word, or else the claims, make of an order. */
export interface Facts {
  confirmed: boolean;
  importedOnly: boolean;
  status: Status | null;
  /** `null`: none was named. */
  total: number | null;
  refunded: number | null;
  /** `null`: no server named a total. */
  amounts: Amounts | null;
  placedAt: number;
  /** Whose codes it came with. */
  owners: { creators: number[]; contested: boolean; claimedAt: number | null; manual: boolean };
}

/** Folds what was told of an order; an order that nobody told of has none. */
export function factsOf(model: Model, order: ModelOrder): Facts {
  const latest = order.statements.filter(({ late }) => !late).toSorted((a, b) => b.rank - a.rank);
  const shops = latest.filter((one) => !isClaim(one));
  const told = shops.length > 0 ? shops : latest;
  const live = told.filter(({ channel }) => channel !== "import");
  const moment = live.length > 0 ? live : told;
  const total = said(told, "totalMinor");
  const parts = partsOf(told, total);
  const refundedMinor = said(shops, "refundedMinor");
  return {
    confirmed: shops.length > 0,
    importedOnly: told.every(({ channel }) => channel === "import"),
    status: said(shops, "status"),
    total,
    refunded: refundedMinor,
    amounts:
      shops.length === 0 || total === null
        ? null
        : {
            currency: order.currency,
            totalMinor: total,
            subtotalMinor: said(parts, "subtotalMinor"),
            shippingMinor: said(parts, "shippingMinor"),
            taxMinor: said(parts, "taxMinor"),
            refundedMinor,
          },
    placedAt:
      (shops.length > 0 ? said(moment, "placedAt") : null) ?? Math.min(...moment.map(({ arrivedAt }) => arrivedAt)),
    owners: ownersOf(model, order, latest),
  };
}

function said<Field extends keyof Says>(latest: readonly Statement[], field: Field): NonNullable<Says[Field]> | null {
  for (const { says } of latest) if (says[field] !== undefined) return says[field];
  return null;
}

/** Tax, shipping and subtotal belong to the total that they came with: those that tell of it, back to another. */
function partsOf(latest: readonly Statement[], total: number | null): Statement[] {
  const found: Statement[] = [];
  const priced = latest.filter(({ says }) => says.totalMinor !== undefined);
  const isOnly = priced.every(({ says }) => says.totalMinor === total);
  for (const one of latest) {
    if (one.says.totalMinor !== undefined && one.says.totalMinor !== total) break;
    found.push(one);
  }
  // What came between another total and this one was of neither.
  return isOnly ? found : found.slice(0, found.findLastIndex(({ says }) => says.totalMinor !== undefined) + 1);
}

function ownersOf(model: Model, order: ModelOrder, latest: readonly Statement[]): Facts["owners"] {
  if (order.manual !== undefined) {
    const creators = order.manual === null ? [] : [order.manual.creator];
    return { creators, contested: false, claimedAt: null, manual: true };
  }
  const named = (of: readonly Statement[]) =>
    [...new Set(of.flatMap(({ says }) => says.codes ?? []))].toSorted((a, b) => a - b);
  const [byShop, byPages] = [named(latest.filter((one) => !isClaim(one))), named(latest.filter(isClaim))];
  const credited = (creators: readonly number[]) => (model.split ? [...creators] : creators.slice(0, 1));
  if (byShop.length > 0) return { creators: credited(byShop), contested: false, claimedAt: null, manual: false };
  // Claims of these histories name one creator each.
  if (byPages.length > 1 && order.approvedAt === null) {
    return { creators: [], contested: true, claimedAt: null, manual: false };
  }
  const creators = credited(byPages);
  const times = creators.map((creator) =>
    Math.min(
      ...latest
        .filter((one) => isClaim(one) && one.says.codes?.includes(creator) === true)
        .map(({ arrivedAt }) => arrivedAt),
    ),
  );
  return { creators, contested: false, claimedAt: times.length === 0 ? null : Math.max(...times), manual: false };
}

/** Whether the shop itself took the order back. */
export function takenBack({ status, amounts }: Facts): boolean {
  if (status === "cancelled") return true;
  if (amounts === null || amounts.refundedMinor === null) return status === "refunded";
  return amounts.totalMinor > 0 && amounts.refundedMinor >= amounts.totalMinor;
}

/** Where an order stands, but for periods and payouts. */
export function standing(order: ModelOrder, facts: Facts): string {
  const declined = order.review?.decision === "decline";
  if (takenBack(facts)) return "declined";
  if (facts.owners.contested) return declined ? "declined" : "contested";
  if (facts.owners.creators.length === 0) return "orphan";
  if (declined) return "declined";
  if (order.review?.decision === "dispute") return "disputed";
  if (!facts.confirmed) return "received";
  return order.approvedAt === null ? "pending" : "approved";
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
        const nothing = { currency: order.currency, amount: 0, sales: 0, earned: 0 };
        return { ...worked, earned: creators.map(() => nothing) };
      }
      const keys = creators.map((creator) => `${creator} ${day.slice(0, 7)}`);
      const befores = keys.map((key) => months.get(key) ?? { sales: 0, earned: 0 });
      const ground = { rates: model.rates satisfies Rates, day, storeCurrency: model.storeCurrency };
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

/** The runs that hold their entries. */
export function liveRuns({ runs }: Model): ModelRun[] {
  return runs.filter(({ status }) => status === "draft" || status === "paid");
}

/** The draft that an order is in. */
export function draftOf(model: Model, { externalId }: ModelOrder): ModelRun | undefined {
  return model.runs.find(
    ({ status, entries }) => status === "draft" && entries.some((entry) => entry.externalId === externalId),
  );
}

/** Where an order stands as the API shows it. */
export function shownAt(model: Model, order: ModelOrder, status: string): string {
  if (status !== "approved") return status;
  const runs = liveRuns(model).filter(({ entries }) =>
    entries.some(({ externalId }) => externalId === order.externalId),
  );
  if (runs.some((run) => run.status === "paid")) return "paid";
  if (runs.length > 0) return "payable";
  return order.approvedAt !== null && order.approvedAt < model.lockedTo ? "locked" : "approved";
}

/** The entries that a run would take by now, by creator. */
export function collectable(
  model: Model,
  all: readonly Worked[],
  { currency, minimum, holdDays }: { currency: string; minimum: number; holdDays: number },
): Map<number, Entry[]> {
  const taken = new Set(liveRuns(model).flatMap(({ entries }) => entries.map(({ seq }) => seq)));
  const byOrder = new Map(all.map((worked) => [worked.order.externalId, worked]));
  const open = model.entries.filter((entry) => {
    const worked = byOrder.get(entry.externalId);
    if (entry.currency !== currency || taken.has(entry.seq) || worked?.status === "disputed") return false;
    return !(SWITCHES.unsaidIsHeld && worked !== undefined && isUnsaid(worked, entry.creator));
  });
  const ripe = open.filter(({ time }) => time < model.lockedTo && time <= model.now - holdDays * DAY);
  const alike = (a: Entry, b: Entry) => a.externalId === b.externalId && a.creator === b.creator;
  // What was found since to be too much goes along.
  const known = open.filter((entry) => entry.amount < 0 && ripe.some((other) => alike(entry, other)));
  const found = Map.groupBy([...new Set([...ripe, ...known])], ({ creator }) => creator);
  for (const [creator, entries] of found) {
    if (sumOf(entries) < Math.max(1, minimum)) found.delete(creator);
  }
  return found;
}

/** What entries come to. */
export function sumOf(entries: readonly Pick<Entry, "amount">[]): number {
  return entries.reduce((sum, { amount }) => sum + amount, 0);
}
