/**
 * What becomes of an order by all that was told of it, worked out a second time: after docs/embedding.md,
 * docs/attribution.md and docs/money.md, without a line of what is checked. Amounts are minor units, times ms
 * UTC; creators are numbers in the order of their codes.
 */
import type { Amounts } from "./books-earnings.ts";

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
  /** When the export came that lacks the order and for that had it declined, ms UTC; `null`: decided by hand. */
  lackedAsOf: number | null;
  /** What was decided before an import did. */
  instead: Review | null;
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
export function factsOf(model: { split: boolean }, order: ModelOrder): Facts {
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

function ownersOf(model: { split: boolean }, order: ModelOrder, latest: readonly Statement[]): Facts["owners"] {
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
