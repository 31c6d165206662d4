import type { EntryType } from "../../ground/model/ledger.ts";
import { signedMajorOf } from "../../ground/money/amount.ts";
import type { Rate } from "../../ground/money/rate.ts";

/** What the ledger has of a creator's commission for an order in one currency. */
export interface Recorded {
  creatorId: string;
  /** ISO 4217. */
  currency: string;
  /** Minor units. */
  sumMinor: number;
  /** Entries that it is the sum of. */
  count: number;
  /** Whether one of them is in a payout run that is paid. */
  paid: boolean;
}

/** What a creator is owed for an order by what is known now. */
export interface Owed {
  creatorId: string;
  /** `null` while it can't be said, as `amountMinor`. */
  currency: string | null;
  /** Minor units, 0 or more. `null`: it can't be said, and what is recorded stays. */
  amountMinor: number | null;
  planId: string | null;
  ruleVersion: number | null;
  /** Where it was converted: from what, and by which rate. */
  originalCurrency: string | null;
  rate: Rate | null;
}

/** An entry to be booked for an order's commission. */
export interface CommissionEntry {
  /** `order:creator:currency:n`, with as many entries before it: the same entry is never booked twice. */
  key: string;
  creatorId: string;
  type: EntryType;
  /** Minor units of `currency`; less than 0 is taken back. */
  amountMinor: number;
  currency: string;
  planId: string | null;
  ruleVersion: number | null;
  originalCurrency: string | null;
  rate: Rate | null;
  /** For people. */
  reason: string;
}

/**
 * What is to be booked so that the ledger has what is owed for an order: the difference, for each creator
 * and currency. Once it is booked, the same call answers nothing. `nothingOwed` tells people why who isn't
 * among `owed` is owed nothing. Throws a `RangeError` for a currency that isn't known.
 */
export function entriesFor(
  orderId: string,
  owed: readonly Owed[],
  recorded: readonly Recorded[],
  nothingOwed: string,
): CommissionEntry[] {
  const unsaid = new Set(owed.filter(({ amountMinor }) => amountMinor === null).map(({ creatorId }) => creatorId));
  const wanted = new Map(owed.map((one) => [groupOf(one), one]));
  const booked = new Map(recorded.map((one) => [groupOf(one), one]));
  return [...new Set([...wanted.keys(), ...booked.keys()])].toSorted().flatMap((group) => {
    const [want, have] = [wanted.get(group), booked.get(group)];
    const { creatorId = "", currency } = want ?? have ?? {};
    if (currency == null || unsaid.has(creatorId)) return [];
    const target = want?.amountMinor ?? 0;
    const amountMinor = target - (have?.sumMinor ?? 0);
    if (amountMinor === 0) return [];
    const type = typeOf(target, amountMinor, have);
    return [
      {
        key: `${orderId}:${creatorId}:${currency}:${have?.count ?? 0}`,
        creatorId,
        type,
        amountMinor,
        currency,
        planId: want?.planId ?? null,
        ruleVersion: want?.ruleVersion ?? null,
        originalCurrency: want?.originalCurrency ?? null,
        rate: want?.rate ?? null,
        reason: want === undefined ? nothingOwed : reasonOf(type, target, have?.sumMinor ?? 0, currency),
      },
    ];
  });
}

function groupOf({ creatorId, currency }: Pick<Owed, "creatorId" | "currency">): string {
  return `${creatorId}:${currency}`;
}

function typeOf(target: number, difference: number, have: Recorded | undefined): EntryType {
  if (have === undefined || have.count === 0) return "accrual";
  if (difference > 0) return "adjustment";
  // What was paid can't be undone, only taken back from what comes.
  if (have.paid) return "clawback";
  return target === 0 ? "reversal" : "adjustment";
}

function reasonOf(type: EntryType, target: number, booked: number, currency: string): string {
  if (type === "accrual") return "The commission is approved.";
  const was = type === "clawback" ? "was booked and paid" : "was booked";
  return `The commission is ${textOf(target, currency)} now; ${textOf(booked, currency)} ${was}.`;
}

/** An amount for people, such as `-12.50 EUR`. */
function textOf(minor: number, currency: string): string {
  return `${signedMajorOf(minor, currency)} ${currency}`;
}
