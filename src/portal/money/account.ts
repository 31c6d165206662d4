import { addSums } from "../../ground/money/sum.ts";

/** A store that owes a creator, or did. */
export interface AccountStore {
  id: string;
  /** As people know it. */
  name: string;
  /** IANA. */
  timezone: string;
}

/** What one store owes a creator in one currency; minor units. */
export interface Account {
  store: AccountStore;
  /** ISO 4217. */
  currency: string;
  /** Approved and not paid: the sum of all entries. */
  balanceMinor: number;
  paidMinor: number;
  /** What orders and conversions would earn that wait to be approved, by the day on which the rule does so. */
  waiting: readonly WaitingDay[];
}

/** What waits to be approved on a local day (2026-11-22); `null`: somebody has to decide it. */
export interface WaitingDay {
  day: string | null;
  minor: number;
}

/** What a creator has in one currency (ISO 4217) with several stores, minor units: sums that end at `MOST_SUM`. */
export interface Balance {
  currency: string;
  balanceMinor: number;
  unapprovedMinor: number;
  paidMinor: number;
}

/** What accounts come to, by currency. */
export function balancesIn(accounts: readonly Account[]): Balance[] {
  return [...Map.groupBy(accounts, ({ currency }) => currency)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, own]) => ({
      currency,
      balanceMinor: addSums(own.map(({ balanceMinor }) => balanceMinor)),
      unapprovedMinor: addSums(own.map(({ waiting }) => waitingMinor(waiting))),
      paidMinor: addSums(own.map(({ paidMinor }) => paidMinor)),
    }));
}

/** What waits in all, minor units: a sum that ends at `MOST_SUM`. */
export function waitingMinor(waiting: readonly WaitingDay[]): number {
  return addSums(waiting.map(({ minor }) => minor));
}

/** What of it somebody has to decide, minor units. */
export function byHandMinor(waiting: readonly WaitingDay[]): number {
  return addSums(waiting.flatMap(({ day, minor }) => (day === null ? [minor] : [])));
}

/** The day by which more than half of what waits is due; `null`: nothing waits, or more of it than that has no day. */
export function mostDueBy(waiting: readonly WaitingDay[]): string | null {
  const total = waitingMinor(waiting);
  let due = 0;
  const dated = waiting.flatMap(({ day, minor }) => (day === null ? [] : [{ day, minor }]));
  for (const { day, minor } of dated.toSorted((a, b) => (a.day < b.day ? -1 : 1))) {
    due += minor;
    if (total > 0 && due * 2 > total) return day;
  }
  return null;
}
