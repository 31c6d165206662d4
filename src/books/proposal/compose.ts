import type { PayoutDetails } from "../account/details.ts";
import { isInSepa } from "../account/iban.ts";

/** The account that a creator enters themselves. */
export interface ProposedAccount {
  accountHolder: string;
  /** In capitals, without blanks. */
  iban: string;
  bic: string | null;
}

/**
 * What would be in force if an account that a creator entered were confirmed. Of what is in force it keeps the reference,
 * by which the shop knows the creator: whatever says where money goes is the new account's, and nothing of the old one's.
 */
export function proposedDetails(
  { accountHolder, iban, bic }: ProposedAccount,
  inForce: Pick<PayoutDetails, "reference"> | null,
): PayoutDetails {
  return {
    method: isInSepa(iban) ? "sepa" : "other",
    accountHolder,
    iban,
    bic,
    country: null,
    email: null,
    note: null,
    reference: inForce?.reference ?? null,
  };
}
