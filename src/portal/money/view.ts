import type { Account } from "./account.ts";
import type { AccountFaults, TypedAccount } from "./account-form.ts";
import type { PortalDetails } from "./load-details.ts";
import type { PortalPayout } from "./load-payouts.ts";
import type { NextPayout } from "./next.ts";

/** What the money page shows. */
export interface MoneyView {
  /** Those of this page, with what the next payout would hold of each. */
  accounts: readonly { account: Account; next: NextPayout }[];
  /** How many come before them, and whether some come after. */
  skipped: number;
  more: boolean;
  hidden: { stores: ReadonlySet<string>; all: boolean };
  payouts: readonly PortalPayout[];
  /** Whether newer ones come before them, and after which older ones go on. */
  olderShown: boolean;
  next: string | null;
  /** Those that have a statement, the newest first. */
  months: readonly string[];
  details: PortalDetails;
  form: FormState;
}

/** The form for an account: as nobody touched it, after it was sent, or with what is to be mended. */
export interface FormState {
  sent: boolean;
  typed: TypedAccount | null;
  faults: AccountFaults;
  tooMany: boolean;
}

/** A form that nobody touched. */
export const UNTOUCHED: FormState = { sent: false, typed: null, faults: {}, tooMany: false };
