import { addSums } from "../../ground/money/sum.ts";
import type { Account, AccountStore } from "./account.ts";

/** What is read of what a store may pay a creator next in one currency (ISO 4217); minor units. */
export interface ComingRow {
  storeId: string;
  currency: string;
  /** In payouts that are drafts. */
  draftMinor: number;
  /** Booked since the store's last period that is locked. */
  openMinor: number;
  /** End of the store's first period that isn't locked, ms UTC; `null`: none is open, or it is over. */
  endsAt: number | null;
}

/** What a creator's next payout holds, or waits for. */
export type Coming =
  | { state: "draft"; amounts: readonly { currency: string; minor: number }[] }
  /** Of all stores that owe something the one that can close its books first; `endsAt`: when, ms UTC; `null`: now, or nobody knows. */
  | { state: "closing"; store: AccountStore; endsAt: number | null };

/**
 * What can be said of a creator's next payout without looking at each entry, as the page of money does. `null`: nothing is
 * owed, or it is more than this can tell: something was booked in periods that are locked, and may be ready, or wait.
 */
export function comingOf(accounts: readonly Account[], rows: readonly ComingRow[]): Coming | null {
  const found = accounts.map(({ store, currency, balanceMinor }) => ({
    store,
    balanceMinor,
    row: rows.find((row) => row.storeId === store.id && row.currency === currency),
  }));
  const drafts = found.flatMap(({ row }) => (row !== undefined && row.draftMinor > 0 ? [row] : []));
  if (drafts.length > 0) {
    const amounts = [...Map.groupBy(drafts, ({ currency }) => currency)].map(([currency, own]) => ({
      currency,
      minor: addSums(own.map(({ draftMinor }) => draftMinor)),
    }));
    return { state: "draft", amounts };
  }
  const owing = found.filter(({ balanceMinor }) => balanceMinor > 0);
  const closing = owing.flatMap(({ store, balanceMinor, row }) =>
    row !== undefined && row.openMinor >= balanceMinor ? [{ store, endsAt: row.endsAt }] : [],
  );
  const [first] = closing.toSorted((a, b) => (a.endsAt ?? Infinity) - (b.endsAt ?? Infinity));
  return first === undefined || closing.length < owing.length ? null : { state: "closing", ...first };
}
