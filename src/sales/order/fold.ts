import { codeKey } from "../../programme/code/text.ts";
import { callsIn, upheld } from "./deals.ts";
import {
  AMOUNT_FIELDS,
  type ClickRef,
  type ConfirmedAmounts,
  type Evidence,
  type EvidenceData,
  type OrderAmounts,
  type OrderItem,
  SOURCE_STATUSES,
  type SourceStatus,
  type Trust,
} from "../../ground/model/evidence.ts";

/** Claims that an order takes: an honest page makes one or two. What a server says always has a place. */
export const MAX_CLAIMS = 50;

/** Clicks, and codes, of an order that compete for it: those that are best proven, and then the newest. */
const MAX_NAMED = 200;

/** What names a creator in evidence. */
interface Named {
  /** `confirmed` if any evidence that is confirmed names it. */
  trust: Trust;
  /** Short names of the claims that name it, in their own order. */
  claims: string[];
  /** When the first of these came, ms UTC; `null`: there are none. */
  claimedAt: number | null;
}

/** A code that an order came with. */
export interface NamedCode extends Named {
  /** As it was typed. */
  text: string;
}

/** A click that an order came with. */
export interface NamedClick extends ClickRef, Named {}

/**
 * What the evidence of an order says together; `null` where none says anything. Amounts: minor units of
 * `currency`. Once a server says anything, all is its word alone but for codes, clicks and country.
 */
export interface Snapshot extends OrderAmounts {
  externalId: string;
  /** What people call it; `null`: as the id. */
  orderNumber: string | null;
  /** `confirmed` if any evidence is. */
  trust: Trust;
  sourceStatus: SourceStatus | null;
  /** ISO 4217; `null` while no evidence has an amount. */
  currency: string | null;
  totalMinor: number | null;
  items: OrderItem[] | null;
  /** See {@link confirmedAmounts}. */
  confirmed: ConfirmedAmounts | null;
  /** Whether nothing but imports tells of it; what browsers claim beside them makes no difference. */
  importedOnly: boolean;
  /** By their keys (see `codeKey`), each once. */
  codes: NamedCode[];
  /** Oldest first, each once. */
  clicks: NamedClick[];
  /** The ids of the calls whose deals it is, each once, the lowest first. */
  calls: string[];
  /** Whether claims come to as many as an order takes, or name as much: some may be missing then. */
  crowded: boolean;
  customerHash: string | null;
  /** See `EvidenceData`, as the next two. */
  emailHash: string | null;
  phoneHash: string | null;
  renewalOf: string | null;
  country: string | null;
  test: boolean;
  /** ms UTC; see {@link placedAtOf}. */
  placedAt: number;
}

/** Amounts of evidence, for which its currency must be the order's. */
const AMOUNTS = [...AMOUNT_FIELDS, "items"] as const satisfies readonly (keyof EvidenceData)[];

/**
 * What is known of one order by its evidence: field by field the word of the best evidence that has one,
 * where confirmed is better than claimed, and then later (`sourceTime`) than earlier. Of what a server
 * confirms, claims decide nothing: a browser that says who bought, when, or for how much would choose who
 * earns. It depends on neither the order nor the number of times that evidence comes. Throws a `RangeError`
 * if there is none.
 */
export function foldOrder(evidence: readonly Evidence[]): Snapshot {
  const ranked = upheld(distinct(evidence).filter(({ late }) => late !== true)).toSorted(byRank);
  const best = ranked[0];
  if (best === undefined) throw new RangeError("an order without evidence");
  const confirmed = ranked.filter(({ trust }) => trust === "confirmed");
  const told = confirmed.length > 0 ? confirmed : ranked;
  const currency = currencyOf(told);
  const [codes, clicks] = [namedCodes(ranked), namedClicks(ranked)];
  return {
    externalId: best.externalId,
    orderNumber: firstOf(confirmed, "orderNumber"),
    trust: best.trust,
    // A browser tells that an order was placed, not what became of it.
    sourceStatus: firstOf(confirmed, "status"),
    currency,
    ...amountsIn(told, currency),
    refundedMinor: amountsIn(confirmed, currency).refundedMinor,
    confirmed: amountsOf(confirmed),
    importedOnly: told.every(({ source }) => source === "import"),
    codes: bounded(codes)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([, code]) => code),
    clicks: bounded(clicks)
      .map(([, click]) => click)
      .toSorted((a, b) => a.time - b.time || (a.clickId < b.clickId ? -1 : 1)),
    calls: [...new Set(ranked.flatMap(callsIn))].toSorted(),
    crowded: Math.max(codes.size, clicks.size) > MAX_NAMED || ranked.length - confirmed.length >= MAX_CLAIMS,
    customerHash: firstOf(told, "customerHash"),
    emailHash: firstOf(told, "emailHash"),
    phoneHash: firstOf(confirmed, "phoneHash"),
    renewalOf: firstOf(confirmed, "renewalOf"),
    country: firstOf(ranked, "country"),
    test: firstOf(told, "test") ?? false,
    placedAt: placedAtOf(told),
  };
}

/**
 * When an order was placed, ms UTC, by evidence of one trust, the best first: as a server says, else when
 * it was first heard of. An export knows maybe the day alone, and clicks hang on the moment: what a shop
 * reported at once goes before it, as it does before what was entered for a call. A browser's clock is not believed.
 */
function placedAtOf(told: readonly Evidence[]): number {
  const live = told.filter(({ source }) => source !== "import" && source !== "call");
  const best = live.length > 0 ? live : told;
  const stated = best.filter(({ trust }) => trust === "confirmed");
  return firstOf(stated, "placedAt") ?? Math.min(...best.map(({ receivedAt }) => receivedAt));
}

/**
 * The amounts of an order as its confirmed evidence alone has them, in the currency that it names itself.
 * `null` until it names a total: nothing that a browser claims can become money, or take money away.
 */
export function confirmedAmounts(evidence: readonly Evidence[]): ConfirmedAmounts | null {
  return amountsOf(upheld(distinct(evidence).filter(({ trust }) => trust === "confirmed")).toSorted(byRank));
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
  const ofTotal = partsOfTotal(priced);
  return {
    // A sum of parts would be a guess: whether tax is in the subtotal differs from shop to shop.
    totalMinor: firstOf(priced, "totalMinor"),
    subtotalMinor: firstOf(ofTotal, "subtotalMinor"),
    discountMinor: firstOf(ofTotal, "discountMinor"),
    shippingMinor: firstOf(ofTotal, "shippingMinor"),
    taxMinor: firstOf(ofTotal, "taxMinor"),
    // What was given back is a sum of its own: it stands until the shop says another.
    refundedMinor: firstOf(priced, "refundedMinor"),
    items: firstOf(ofTotal, "items"),
  };
}

/**
 * The evidence whose parts belong to the best total: what came with it and since, if another total was told
 * before. The tax of an order that cost 119.00 is not that of one that costs 11.90 by now.
 */
function partsOfTotal(priced: readonly Evidence[]): readonly Evidence[] {
  const totalMinor = firstOf(priced, "totalMinor");
  const other = priced.findIndex(({ data }) => data.totalMinor !== undefined && data.totalMinor !== totalMinor);
  if (other === -1) return priced;
  const since = priced.slice(0, other);
  return since.slice(0, since.findLastIndex(({ data }) => data.totalMinor !== undefined) + 1);
}

/**
 * Each piece of evidence once (by its hash), as it came first, at the time of its last statement: what says
 * itself when it became true said so once; of anything else each arrival says that it is true then.
 */
export function distinct<Item extends Evidence>(evidence: readonly Item[]): Item[] {
  const pieces = new Map<string, Item>();
  for (const item of evidence) {
    const known = pieces.get(item.hash);
    if (known === undefined) {
      pieces.set(item.hash, item);
      continue;
    }
    const first = item.receivedAt < known.receivedAt ? item : known;
    const choose = item.data.updatedAt === undefined ? Math.max : Math.min;
    pieces.set(item.hash, { ...first, sourceTime: choose(item.sourceTime, known.sourceTime) });
  }
  return [...pieces.values()];
}

/** The best evidence first. Times may be equal, hashes are not. */
function byRank(a: Evidence, b: Evidence): number {
  if (a.trust !== b.trust) return a.trust === "confirmed" ? -1 : 1;
  // The shop's own word of an order goes before what somebody entered for a call.
  if ((a.source === "call") !== (b.source === "call")) return a.source === "call" ? 1 : -1;
  return b.sourceTime - a.sourceTime || byPlatform(a, b) || (a.hash < b.hash ? -1 : 1);
}

/**
 * Which of two that became true at the same time goes first. A platform's own word comes before another server's.
 * Platforms tell two states of an order by one time, for some don't move it with a refund: what was given back stays
 * so, and an order goes on rather than back. Of anything else the later arrival is the later word.
 */
function byPlatform(a: Evidence, b: Evidence): number {
  const [ofShopA, ofShopB] = [a.source === "shop", b.source === "shop"];
  if (ofShopA !== ofShopB) return ofShopA ? -1 : 1;
  if (!ofShopA) return b.receivedAt - a.receivedAt;
  return (b.data.refundedMinor ?? 0) - (a.data.refundedMinor ?? 0) || standing(b) - standing(a);
}

/** How far an order has come by what evidence says. */
function standing({ data }: Evidence): number {
  return data.status === undefined ? -1 : SOURCE_STATUSES.indexOf(data.status);
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

/** Codes of all evidence by their keys; one that is spelled in several ways as the best evidence has it. */
function namedCodes(ranked: readonly Evidence[]): Map<string, NamedCode> {
  const codes = new Map<string, NamedCode>();
  for (const one of ranked) {
    for (const text of one.data.codes ?? []) name(codes, codeKey(text), one, { text });
  }
  return codes;
}

/** Clicks of all evidence by their ids. */
function namedClicks(ranked: readonly Evidence[]): Map<string, NamedClick> {
  const clicks = new Map<string, NamedClick>();
  for (const one of ranked) {
    for (const { clickId, linkId, time } of one.data.clicks ?? []) {
      name(clicks, clickId, one, { clickId, linkId, time });
    }
  }
  return clicks;
}

/** Notes that a piece of evidence names something, of which the best evidence comes first. */
function name<Own extends object>(
  all: Map<string, Own & Named>,
  key: string,
  { trust, hash, receivedAt }: Evidence,
  what: Own,
): void {
  const known = all.get(key) ?? { ...what, trust, claims: [], claimedAt: null };
  all.set(key, known);
  if (trust === "confirmed") return;
  const claim = hash.slice(0, CLAIM_NAME);
  if (!known.claims.includes(claim)) known.claims = [...known.claims, claim].toSorted();
  known.claimedAt = Math.min(receivedAt, known.claimedAt ?? receivedAt);
}

/**
 * Characters of a claim's hash that tell it from the others of its order: too many for anybody to make up a
 * claim of the same name, which would pass for the same browser's word.
 */
const CLAIM_NAME = 32;

/** What competes for an order, of all that its evidence names. */
function bounded<Known>(all: ReadonlyMap<string, Known>): [string, Known][] {
  return [...all].slice(0, MAX_NAMED);
}
