/**
 * What orders earn, worked out a second time: after docs/money.md alone, in fractions of BigInt, without a line
 * of what it checks. Amounts are minor units, times ms UTC.
 */

/** An exact value; the denominator is more than 0. */
export interface Exact {
  n: bigint;
  d: bigint;
}

const ZERO: Exact = { n: 0n, d: 1n };

/** A value of whole numbers, or of a decimal's text. */
export function exact(value: number | string, divisor = 1): Exact {
  const [whole = "0", digits = ""] = String(value).split(".");
  return reduced(BigInt(whole + digits), 10n ** BigInt(digits.length) * BigInt(divisor));
}

function reduced(n: bigint, d: bigint): Exact {
  let [a, b] = [n < 0n ? -n : n, d];
  while (b !== 0n) [a, b] = [b, a % b];
  return a === 0n ? ZERO : { n: n / a, d: d / a };
}

const plus = (a: Exact, b: Exact): Exact => reduced(a.n * b.d + b.n * a.d, a.d * b.d);
const times = (a: Exact, b: Exact): Exact => reduced(a.n * b.n, a.d * b.d);
const over = (a: Exact, b: Exact): Exact => reduced(a.n * b.d, a.d * b.n);
const isLess = (a: Exact, b: Exact): boolean => a.n * b.d < b.n * a.d;
const least = (a: Exact, b: Exact): Exact => (isLess(b, a) ? b : a);

/** Rounds parts to whole units that add up to their sum, which is rounded half to even; what is left goes to who lost most. */
export function shareOut(parts: readonly Exact[]): number[] {
  const sum = parts.reduce(plus, ZERO);
  const [whole, rest] = [sum.n / sum.d, (sum.n % sum.d) * 2n];
  const target = rest > sum.d || (rest === sum.d && whole % 2n === 1n) ? whole + 1n : whole;
  const amounts = parts.map(({ n, d }) => n / d);
  const order = parts
    .map(({ n, d }, index) => ({ index, lost: { n: n % d, d } }))
    .toSorted((a, b) => (isLess(a.lost, b.lost) ? 1 : isLess(b.lost, a.lost) ? -1 : a.index - b.index));
  let left = target - amounts.reduce((total, amount) => total + amount, 0n);
  for (const { index } of order) {
    if (left === 0n) break;
    amounts[index] = (amounts[index] ?? 0n) + 1n;
    left -= 1n;
  }
  return amounts.map(Number);
}

/** An amount in equal whole parts; what is left over goes to the first, a unit each. */
export function equalParts(amount: number, count: number): number[] {
  return shareOut(Array.from({ length: count }, () => exact(amount, count)));
}

/** Decimals of the currencies of these histories. */
export const DIGITS: Readonly<Record<string, number>> = { EUR: 2, USD: 2, JPY: 0 };

/** Minor units as a decimal of the major unit. */
export function major(minor: number, currency: string): string {
  const digits = DIGITS[currency] ?? 2;
  const text = String(Math.abs(minor)).padStart(digits + 1, "0");
  const at = text.length - digits;
  return (minor < 0 ? "-" : "") + text.slice(0, at) + (digits === 0 ? "" : `.${text.slice(at)}`);
}

/** A version of a plan's commission. `basisPoints` and `amountMinor`: one of them, as its tiers' values. */
export interface Rule {
  from: number;
  type: "percentage" | "fixed";
  /** Basis points, or minor units of `currency`. */
  value: number;
  currency: string;
  tiers: readonly { fromMinor: number; value: number }[];
  capPerOrder: number | null;
  capPerCreator: number | null;
  includeTax: boolean;
  includeShipping: boolean;
  holdDays: number | null;
  payIn: string | null;
}

/** Rates as they were entered, by `EUR/USD 2026-11-20`. */
export type Rates = ReadonlyMap<string, string>;

/** Days that a rate holds after its own. */
const RATE_DAYS = 7;
const DAY = 86_400_000;

/** What one minor unit is worth in another currency's on a day; `null`: nobody said. */
function rateOf(rates: Rates, from: string, to: string, day: string): Exact | null {
  const latest = (pair: string): string | undefined => {
    for (let back = 0; back <= RATE_DAYS; back++) {
      const known = rates.get(`${pair} ${new Date(Date.parse(day) - back * DAY).toISOString().slice(0, 10)}`);
      if (known !== undefined) return known;
    }
    return undefined;
  };
  const [direct, opposite] = [latest(`${from}/${to}`), latest(`${to}/${from}`)];
  if (direct === undefined && opposite === undefined) return null;
  const rate = direct === undefined ? over(exact(1), exact(opposite ?? "1")) : exact(direct);
  const scale = (DIGITS[to] ?? 2) - (DIGITS[from] ?? 2);
  return scale < 0 ? over(rate, { n: 10n ** BigInt(-scale), d: 1n }) : times(rate, { n: 10n ** BigInt(scale), d: 1n });
}

/** What the shop's word makes of an order's amounts. */
export interface Amounts {
  currency: string;
  totalMinor: number;
  subtotalMinor: number | null;
  shippingMinor: number | null;
  taxMinor: number | null;
  refundedMinor: number | null;
}

/** What a creator sold and earned in the month before an order, minor units of the store's currency. */
export interface Before {
  sales: number;
  earned: number;
}

/** What a share earns; `null`: it can't be said until a rate is there. */
export interface Earned extends Before {
  currency: string;
  amount: number | null;
  /** What came into it, for whoever counts what was tried. */
  by: string[];
}

/** What the equal shares of an order earn under one rule; `befores`: of each creator. `day` is the store's own. */
export function earnedBy(
  rule: Rule,
  order: Amounts,
  befores: readonly Before[],
  { rates, day, storeCurrency }: { rates: Rates; day: string; storeCurrency: string },
): Earned[] {
  const convert = (amount: Exact | null, from: string, to: string): Exact | null => {
    if (amount === null || from === to || amount.n === 0n) return amount;
    const rate = rateOf(rates, from, to, day);
    return rate === null ? null : times(amount, rate);
  };
  const weight = exact(1, befores.length);
  const base = exact(baseOf(rule, order));
  const kept =
    order.totalMinor === 0
      ? exact(1)
      : exact(Math.max(0, order.totalMinor - (order.refundedMinor ?? 0)), order.totalMinor);
  const own = rule.type === "percentage" ? order.currency : rule.currency;
  const paidIn = rule.payIn ?? own;
  const shares = befores.map((before) => {
    const tier = rule.tiers.findLast(({ fromMinor }) => fromMinor <= before.sales);
    const value = exact(tier?.value ?? rule.value);
    const whole = rule.type === "percentage" ? over(times(base, value), exact(10_000)) : value;
    const share = times(times(whole, weight), kept);
    const { uncapped, earned } = capped(share, convert(share, own, storeCurrency), rule, weight, before.earned);
    const sales = convert(times(times(base, weight), kept), order.currency, storeCurrency);
    const isKnown = sales !== null || rule.tiers.length === 0;
    const amount = isKnown ? convert(earned, own, paidIn) : null;
    const by = [
      ...(tier === undefined ? [] : ["tier"]),
      ...(earned !== null && isLess(earned, share) ? ["cap"] : []),
      ...(befores.length > 1 ? ["split"] : []),
      ...(amount === null ? ["rate_missing"] : []),
    ];
    return { amount, uncapped, sales, by };
  });
  const amounts = roundKnown(shares.map(({ amount }) => amount));
  const uncapped = roundKnown(shares.map((share) => share.uncapped));
  const sales = roundKnown(shares.map((share) => share.sales));
  return shares.map((_share, index) => ({
    currency: paidIn,
    amount: amounts[index] ?? null,
    // Whose rate is missing counts for nothing in the month until it is there.
    sales: sales[index] ?? 0,
    earned: uncapped[index] ?? 0,
    by: shares[index]?.by ?? [],
  }));
}

function baseOf(rule: Rule, order: Amounts): number {
  const tax = rule.includeTax ? 0 : (order.taxMinor ?? 0);
  const shipping = rule.includeShipping ? 0 : (order.shippingMinor ?? 0);
  const net = Math.max(0, order.totalMinor - tax - shipping);
  return rule.includeTax || rule.includeShipping ? net : Math.min(net, order.subtotalMinor ?? net);
}

/** `stored`: the share in the store's currency, in which caps are. */
function capped(
  share: Exact,
  stored: Exact | null,
  { capPerOrder, capPerCreator }: Rule,
  weight: Exact,
  earnedBefore: number,
): { uncapped: Exact | null; earned: Exact | null } {
  if (stored === null) {
    return { uncapped: null, earned: capPerOrder === null && capPerCreator === null ? share : null };
  }
  const uncapped = capPerOrder === null ? stored : least(stored, times(exact(capPerOrder), weight));
  const left = capPerCreator === null ? uncapped : least(uncapped, exact(Math.max(0, capPerCreator - earnedBefore)));
  return { uncapped, earned: stored.n === 0n ? share : over(times(share, left), stored) };
}

function roundKnown(values: readonly (Exact | null)[]): (number | null)[] {
  const known = values.filter((value) => value !== null);
  const rounded = shareOut(known);
  return values.map((value) => (value === null ? null : (rounded.shift() ?? null)));
}
