import { dayIn } from "../../books/ledger/calendar.ts";
import { amountCell, type DecimalCell } from "../../ground/http/csv.ts";
import type { Say } from "../../ground/language/say.ts";
import type { Brought } from "./brought.ts";
import { type Reader, reasonText } from "./reason-text.ts";
import { titleOf, viaText } from "./render-row.ts";
import type { EN } from "./words/en.ts";

/** Columns of the list as CSV. */
export const BROUGHT_COLUMNS = [
  "day",
  "kind",
  "what",
  "campaign",
  "store",
  "by",
  "share",
  "valueCurrency",
  "value",
  "talkSeconds",
  "commissionCurrency",
  "commission",
  "state",
  "reason",
  "until",
] as const;

/**
 * Something that a creator brought as lines of CSV: one, and one more for each further currency of its commission, with
 * that alone, so that columns add up. Amounts are in major units, a share is a fraction such as `1/2`, days are the store's.
 */
export function broughtLines(
  say: Say<typeof EN>,
  reader: Reader,
  row: Brought,
): (string | number | DecimalCell | null)[][] {
  const { time, timezone, kind, campaign, store, part, value, talkSeconds, standing } = row;
  const held = standing.reasons.flatMap((reason) =>
    reason.code === "held" || reason.code === "heldOther" ? reason.at : [],
  )[0];
  const [amount, ...others] = standing.amounts;
  const lead = [dayIn(timezone, time), kind, titleOf(say, row), campaign, store];
  const tail = [
    say(standing.state),
    standing.reasons.map((reason) => reasonText(say, reader, timezone, reason)).join(" "),
    held === undefined ? null : dayIn(timezone, held),
  ];
  const first = [
    ...lead,
    viaText(say, row) || null,
    part === null ? null : `${part.numerator}/${part.denominator}`,
    value?.currency ?? null,
    value === null ? null : amountCell(value.minor, value.currency),
    talkSeconds,
  ];
  const worth = (of: typeof amount) =>
    of === undefined ? [null, null] : [of.currency, amountCell(of.minor, of.currency)];
  return [
    [...first, ...worth(amount), ...tail],
    ...others.map((other) => [...lead, null, null, null, null, null, ...worth(other), ...tail]),
  ];
}
