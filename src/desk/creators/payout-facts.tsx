import type { ShownDetails } from "../../books/account/schema.ts";
import type { Desk } from "../frame/desk-load.ts";
import { Chip, Facts, Moment } from "../frame/parts.tsx";

/** Ways to pay, for people. */
export const METHODS: Readonly<Record<ShownDetails["method"], string>> = {
  sepa: "Bank transfer (SEPA)",
  paypal: "PayPal",
  other: "Otherwise",
};

/** Where a creator is paid, as far as the API shows it. */
export function PayoutFacts({ desk, details }: { desk: Desk; details: ShownDetails }) {
  return (
    <Facts
      facts={[
        ["Way", <Chip>{METHODS[details.method]}</Chip>],
        ["Account holder", details.accountHolder],
        ["IBAN", details.iban && <code>{details.iban}</code>],
        ["BIC", details.bic && <code>{details.bic}</code>],
        ["Country", details.country],
        ["E-mail address of the account", details.email],
        ["Note", details.note],
        ["Reference", details.reference],
        ["Entered", <Moment desk={desk} time={details.updatedAt} />],
      ]}
    />
  );
}
