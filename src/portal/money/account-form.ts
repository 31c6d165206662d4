import { isBic } from "../../books/account/bic.ts";
import { bareIban, ibanFault, type IbanFault, isInSepa } from "../../books/account/iban.ts";
import { MAX_NAME, sepaText } from "../../books/account/sepa-text.ts";
import type { ProposedAccount } from "../../books/proposal/compose.ts";
import { isOneLine } from "../../ground/http/one-line.ts";

/** Longest text of a field that is looked at. */
const MAX_TYPED = 120;

/** What was typed into the form, as it was. */
export interface TypedAccount {
  accountHolder: string;
  iban: string;
  bic: string;
}

/** What is wrong with it, by field; a field that isn't in it is right. */
export interface AccountFaults {
  accountHolder?: "missing" | "long" | "letters";
  iban?: IbanFault | { what: "missing" };
  bic?: "form";
}

/** What a form of the page has in its fields. */
export function typedIn(form: URLSearchParams): TypedAccount {
  const typed = (name: string): string => (form.get(name) ?? "").slice(0, MAX_TYPED).trim();
  return { accountHolder: typed("accountHolder"), iban: typed("iban"), bic: typed("bic") };
}

/** The account that was typed, or what is wrong with it: by the rules of `PUT /creators/{id}/payout-details`. */
export function readAccount(
  typed: TypedAccount,
): { account: ProposedAccount; faults?: undefined } | { faults: AccountFaults } {
  const faults: AccountFaults = {};
  const { accountHolder } = typed;
  const [iban, bic] = [bareIban(typed.iban), bareIban(typed.bic)];
  const fault = iban === "" ? ({ what: "missing" } as const) : ibanFault(iban);
  if (fault !== null) faults.iban = fault;
  if (accountHolder === "") faults.accountHolder = "missing";
  else if (accountHolder.length > MAX_NAME) faults.accountHolder = "long";
  else if (!isOneLine(accountHolder) || !accountHolder.isWellFormed()) faults.accountHolder = "letters";
  else if (fault === null && isInSepa(iban) && sepaText(accountHolder, MAX_NAME) === "")
    faults.accountHolder = "letters";
  if (bic !== "" && !isBic(bic)) faults.bic = "form";
  if (Object.keys(faults).length > 0) return { faults };
  return { account: { accountHolder, iban, bic: bic === "" ? null : bic } };
}
