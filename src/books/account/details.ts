import type { PayoutMethod } from "../../ground/model/payout.ts";
import { maskedIban } from "./iban.ts";

/** Where a creator is paid. */
export interface PayoutDetails {
  method: PayoutMethod;
  accountHolder: string;
  /** In capitals, without blanks. */
  iban: string | null;
  bic: string | null;
  /** ISO 3166-1 alpha-2. */
  country: string | null;
  email: string | null;
  note: string | null;
  /** What the creator's payments say beside their own reference. */
  reference: string | null;
}

/** What of payout details is sealed: all but how. */
export type SealedDetails = Omit<PayoutDetails, "method">;

/** The account from which a store pays. */
export interface Payer {
  name: string;
  /** In capitals, without blanks. */
  iban: string;
  bic: string | null;
}

/** What takes the place of what isn't shown. */
const HIDDEN = "•••";

/** Payout details of which nobody could pay, or be paid in somebody's place: enough to know them by. */
export function maskedDetails({ iban, email, note, ...shown }: PayoutDetails): PayoutDetails {
  return {
    ...shown,
    iban: iban === null ? null : maskedIban(iban),
    email: email === null ? null : email.replace(/^(.)[^@]*/su, `$1${HIDDEN}`),
    // It may say an account that is no IBAN.
    note: note === null ? null : HIDDEN,
  };
}

/** The names of the details that differ, for the audit log, which never has what they say. */
export function changedDetails(before: PayoutDetails | null, after: PayoutDetails): string[] {
  const names = Object.keys(after) as (keyof PayoutDetails)[];
  return names.filter((name) => (before?.[name] ?? null) !== after[name]);
}
