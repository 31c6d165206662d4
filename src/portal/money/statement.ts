import { ENTRY_TYPES, type EntryType } from "../../ground/model/ledger.ts";
import { addSums } from "../../ground/money/sum.ts";
import type { AccountStore } from "./account.ts";

/** What was booked for a creator in a local month of a store, in one currency; minor units. */
export interface StatementPart {
  store: AccountStore;
  /** ISO 4217. */
  currency: string;
  openingMinor: number;
  /** Of the month, by kind. */
  sums: Readonly<Record<EntryType, number>>;
  entries: number;
}

/** An entry of the ledger, as its creator reads it. */
export interface StatementEntry {
  seq: number;
  storeId: string;
  currency: string;
  /** When it was booked, ms UTC, and the local day of that (2026-11-22). */
  time: number;
  day: string;
  type: EntryType;
  amountMinor: number;
  /** The shop's number of the order, masked; `null`: it is for none. */
  order: string | null;
  /** What a conversion that it is for is called; `null`: it is for none, or that is gone. */
  definition: string | null;
  campaign: string | null;
  /** What a payment is known by from end to end. */
  reference: string | null;
}

/** What was owed when a month ended, minor units. */
export function closingMinor({ openingMinor, sums }: Pick<StatementPart, "openingMinor" | "sums">): number {
  return addSums([openingMinor, ...ENTRY_TYPES.map((kind) => sums[kind])]);
}
