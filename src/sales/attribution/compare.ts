import { addSums } from "../../ground/money/sum.ts";
import type { Decision, Method, Share } from "../../ground/model/attribution.ts";

/** Who is credited with an order, and by what. */
export interface Outcome {
  /** `null`: nobody. */
  creatorId: string | null;
  method: Method | null;
  shares: readonly Share[];
}

/** An order as it is credited, and as it would be. */
export interface Compared {
  /** `null` while no amount is known. */
  totalMinor: number | null;
  currency: string | null;
  before: Outcome;
  after: Outcome;
}

/** What somebody is credited with. */
export interface Credit {
  orders: number;
  /** One a currency, by its code; they end at `MOST_SUM`. */
  totals: { amountMinor: number; currency: string }[];
}

/** What is credited to a creator, or `null`: to nobody. */
export interface CreatorCredit {
  creatorId: string | null;
  before: Credit;
  after: Credit;
}

/** The outcome that a decision has. */
export function outcomeOf({ shares, method }: Decision): Outcome {
  return { creatorId: shares[0]?.creatorId ?? null, method, shares };
}

/** Whether outcomes differ in what anybody earns, or in how. Which link of one creator and plan it was is the same. */
export function differs(before: Outcome, after: Outcome): boolean {
  return before.method !== after.method || earnings(before) !== earnings(after);
}

function earnings({ shares }: Outcome): string {
  return JSON.stringify(
    shares.map(({ creatorId, campaignId, planId, weight, amountMinor }) => [
      creatorId,
      campaignId,
      planId,
      weight.numerator,
      weight.denominator,
      amountMinor,
    ]),
  );
}

/** What every creator, and nobody, is credited with before and after; creators by id, nobody last. */
export function creditByCreator(orders: readonly Compared[]): CreatorCredit[] {
  const before = new Credits();
  const after = new Credits();
  for (const order of orders) {
    before.add(order, order.before);
    after.add(order, order.after);
  }
  const ids = [...new Set([...before.creatorIds(), ...after.creatorIds()])];
  return ids
    .toSorted((a, b) => (a === null ? 1 : b === null ? -1 : a < b ? -1 : 1))
    .map((creatorId) => ({ creatorId, before: before.of(creatorId), after: after.of(creatorId) }));
}

class Credits {
  readonly #byCreator = new Map<string | null, { orders: number; totals: Map<string, number> }>();

  /** An order that is split counts for each of its creators, with their part. */
  add({ totalMinor, currency }: Compared, { shares }: Outcome): void {
    const parts = shares.length === 0 ? [{ creatorId: null, amountMinor: totalMinor }] : shares;
    for (const { creatorId, amountMinor } of parts) {
      const credit = this.#byCreator.get(creatorId) ?? { orders: 0, totals: new Map<string, number>() };
      credit.orders += 1;
      if (amountMinor !== null && currency !== null) {
        credit.totals.set(currency, addSums([credit.totals.get(currency) ?? 0, amountMinor]));
      }
      this.#byCreator.set(creatorId, credit);
    }
  }

  creatorIds(): Iterable<string | null> {
    return this.#byCreator.keys();
  }

  of(creatorId: string | null): Credit {
    const { orders = 0, totals = new Map<string, number>() } = this.#byCreator.get(creatorId) ?? {};
    return {
      orders,
      totals: [...totals]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([currency, amountMinor]) => ({ amountMinor, currency })),
    };
  }
}
