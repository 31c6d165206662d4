import { codeKey } from "../provider/capability.ts";
import type { ClickRef, ConfirmedAmounts, Evidence, EvidenceData, OrderItem, SourceStatus, Trust } from "./evidence.ts";

/** A code that an order came with. */
export interface NamedCode {
  /** As it was typed. */
  text: string;
  /** `confirmed` if any evidence that is confirmed names it. */
  trust: Trust;
}

/** A click that an order came with; `trust` as that of a {@link NamedCode}. */
export interface NamedClick extends ClickRef {
  trust: Trust;
}

/** What all evidence of an order says together; `null` where none says anything. Amounts: minor units of `currency`. */
export interface Snapshot {
  externalId: string;
  /** `confirmed` if any evidence is. */
  trust: Trust;
  sourceStatus: SourceStatus | null;
  /** ISO 4217; `null` while no evidence has an amount. */
  currency: string | null;
  totalMinor: number | null;
  subtotalMinor: number | null;
  discountMinor: number | null;
  shippingMinor: number | null;
  taxMinor: number | null;
  refundedMinor: number | null;
  items: OrderItem[] | null;
  /** See {@link confirmedAmounts}. */
  confirmed: ConfirmedAmounts | null;
  /** Whether nothing but imports tells of it. */
  importedOnly: boolean;
  /** By their keys (see `codeKey`), each once. */
  codes: NamedCode[];
  /** Oldest first, each once. */
  clicks: NamedClick[];
  customerHash: string | null;
  country: string | null;
  test: boolean;
  /** ms UTC; when it was first heard of, unless a server says more. */
  placedAt: number;
}

/** Amounts of evidence, for which its currency must be the order's. */
const AMOUNTS = [
  "totalMinor",
  "subtotalMinor",
  "discountMinor",
  "shippingMinor",
  "taxMinor",
  "refundedMinor",
  "items",
] as const satisfies readonly (keyof EvidenceData)[];

/**
 * What is known of one order by all its evidence: field by field the word of the best evidence that has
 * one, where confirmed is better than claimed, and then later (`sourceTime`) than earlier. It depends on
 * neither the order nor the number of times that evidence comes. Throws a `RangeError` if there is none.
 */
export function foldOrder(evidence: readonly Evidence[]): Snapshot {
  const ranked = distinct(evidence).toSorted(byRank);
  const best = ranked[0];
  if (best === undefined) throw new RangeError("an order without evidence");
  const confirmed = ranked.filter(({ trust }) => trust === "confirmed");
  const currency = currencyOf(ranked);
  return {
    externalId: best.externalId,
    trust: best.trust,
    // A browser tells that an order was placed, not what became of it.
    sourceStatus: firstOf(confirmed, "status"),
    currency,
    ...amountsIn(ranked, currency),
    refundedMinor: amountsIn(confirmed, currency).refundedMinor,
    confirmed: amountsOf(confirmed),
    importedOnly: ranked.every(({ source }) => source === "import"),
    codes: codesOf(ranked),
    clicks: clicksOf(ranked),
    customerHash: firstOf(ranked, "customerHash"),
    country: firstOf(ranked, "country"),
    // Or else a shopper could take a real order out of the books by saying that it is a test.
    test: firstOf(confirmed.length > 0 ? confirmed : ranked, "test") ?? false,
    // A browser's clock is not believed: it would choose which clicks are in time.
    placedAt: firstOf(confirmed, "placedAt") ?? Math.min(...ranked.map(({ receivedAt }) => receivedAt)),
  };
}

/**
 * The amounts of an order as its confirmed evidence alone has them, in the currency that it names itself.
 * `null` until it names a total: nothing that a browser claims can become money, or take money away.
 */
export function confirmedAmounts(evidence: readonly Evidence[]): ConfirmedAmounts | null {
  return amountsOf(
    distinct(evidence)
      .filter(({ trust }) => trust === "confirmed")
      .toSorted(byRank),
  );
}

/** The amounts of evidence, the best first; `null` if none names a total. */
function amountsOf(ranked: readonly Evidence[]): ConfirmedAmounts | null {
  const currency = currencyOf(ranked);
  const { totalMinor, ...amounts } = amountsIn(ranked, currency);
  return currency === null || totalMinor === null ? null : { currency, totalMinor, ...amounts };
}

/** What evidence in one currency says of each amount, the best first. */
function amountsIn(ranked: readonly Evidence[], currency: string | null) {
  const priced = ranked.filter(({ data }) => currency !== null && data.currency === currency);
  return {
    // A sum of parts would be a guess: whether tax is in the subtotal differs from shop to shop.
    totalMinor: firstOf(priced, "totalMinor"),
    subtotalMinor: firstOf(priced, "subtotalMinor"),
    discountMinor: firstOf(priced, "discountMinor"),
    shippingMinor: firstOf(priced, "shippingMinor"),
    taxMinor: firstOf(priced, "taxMinor"),
    refundedMinor: firstOf(priced, "refundedMinor"),
    items: firstOf(priced, "items"),
  };
}

/** Each piece of evidence once (by its hash), as it came first. */
export function distinct<Item extends Evidence>(evidence: readonly Item[]): Item[] {
  const first = new Map<string, Item>();
  for (const item of evidence) {
    const known = first.get(item.hash);
    if (known === undefined || item.receivedAt < known.receivedAt) first.set(item.hash, item);
  }
  return [...first.values()];
}

/** The best evidence first. Times may be equal, hashes are not. */
function byRank(a: Evidence, b: Evidence): number {
  if (a.trust !== b.trust) return a.trust === "confirmed" ? -1 : 1;
  return b.sourceTime - a.sourceTime || b.receivedAt - a.receivedAt || (a.hash < b.hash ? -1 : 1);
}

/** What the first evidence says that says anything of a field. */
function firstOf<Field extends keyof EvidenceData>(
  ranked: readonly Evidence[],
  field: Field,
): NonNullable<EvidenceData[Field]> | null {
  for (const { data } of ranked) {
    const value = data[field];
    if (value !== undefined && value !== null) return value;
  }
  return null;
}

/**
 * The currency of the best total, or else of the best other amount, so that no refund in another currency
 * takes the total away. A claimed total yields to any amount that is confirmed.
 */
function currencyOf(ranked: readonly Evidence[]): string | null {
  const priced = ranked.filter(({ data }) => data.currency !== undefined && AMOUNTS.some((key) => data[key] != null));
  const alike = priced.filter(({ trust }) => trust === priced[0]?.trust);
  const chosen = alike.find(({ data }) => data.totalMinor !== undefined) ?? alike[0];
  return chosen?.data.currency ?? null;
}

/** Codes of all evidence; one that is spelled in several ways as the best evidence has it. */
function codesOf(ranked: readonly Evidence[]): NamedCode[] {
  const codes = new Map<string, NamedCode>();
  for (const { data, trust } of ranked) {
    for (const text of data.codes ?? []) {
      const key = codeKey(text);
      if (!codes.has(key)) codes.set(key, { text, trust });
    }
  }
  return [...codes].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, code]) => code);
}

/** Clicks of all evidence. */
function clicksOf(ranked: readonly Evidence[]): NamedClick[] {
  const clicks = new Map<string, NamedClick>();
  for (const { data, trust } of ranked) {
    for (const { clickId, linkId, time } of data.clicks ?? []) {
      if (!clicks.has(clickId)) clicks.set(clickId, { clickId, linkId, time, trust });
    }
  }
  return [...clicks.values()].toSorted((a, b) => a.time - b.time || (a.clickId < b.clickId ? -1 : 1));
}
