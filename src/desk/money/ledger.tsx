import { amountCell } from "../../ground/http/csv.ts";
import type { LedgerEntry } from "../../books/ledger/schema.ts";
import { ENTRY_TYPES } from "../../ground/model/ledger.ts";
import { Amount, Chip, Moment, Named, type Tone } from "../frame/parts.tsx";
import type { Field } from "../form/field.ts";
import type { Resource } from "../resource/resource.ts";
import { keyName } from "./key-name.ts";
import { owedTotals } from "./owed.tsx";

/** What a type of entries is called, and how it looks. */
export const TYPE_WORDS: Readonly<Record<LedgerEntry["type"], { label: string; tone: Tone }>> = {
  accrual: { label: "Commission", tone: "good" },
  adjustment: { label: "Adjustment", tone: "plain" },
  reversal: { label: "Reversal", tone: "bad" },
  clawback: { label: "Clawback", tone: "bad" },
  bonus: { label: "By hand", tone: "wait" },
  payout: { label: "Payout", tone: "plain" },
};

const FIELDS: readonly Field[] = [
  { kind: "ref", of: "creator", name: "creatorId", label: "Creator", required: true },
  { kind: "ref", of: "store", name: "storeId", label: "Store", required: true },
  {
    kind: "decimal",
    name: "amount",
    label: "Amount",
    required: true,
    hint: "Such as 25 or 12.50. Less than 0 takes back.",
  },
  {
    kind: "text",
    name: "currency",
    label: "Currency",
    required: true,
    short: true,
    max: 3,
    caps: true,
    placeholder: "EUR",
  },
  { kind: "textarea", name: "reason", label: "Reason", required: true, rows: 2, hint: "It is kept with the entry." },
  {
    kind: "ref",
    of: "order",
    name: "orderId",
    label: "Order",
    hint: "One of the store’s that it is about.",
  },
  {
    kind: "group",
    name: "reportRows",
    label: "Rows of Amazon’s reports that it is booked for",
    hint: "They are kept with the entry, with Amazon’s figures as they stand. A row has one bonus.",
    optional: true,
    folded: true,
    fields: [
      { kind: "date", name: "from", label: "From day" },
      { kind: "date", name: "to", label: "To day", hint: "That day is in. Empty: the first day alone." },
      { kind: "text", name: "sourceId", label: "Source", hint: "Its id (ats_…). Empty: all that are the creator’s." },
      { kind: "switch", name: "again", label: "Book it though one of the rows has a bonus already" },
    ],
  },
];

/** `/admin/ledger`: every amount that was ever earned, taken back or paid. */
export const LEDGER: Resource<LedgerEntry> = {
  place: "ledger",
  one: "Entry",
  many: "Ledger",
  api: "/ledger",
  read: "orders:read",
  title: ({ id }) => id,
  page: null,
  list: {
    byStore: true,
    expand: true,
    csv: "desk",
    intro: (desk) => {
      const creator = desk.url.searchParams.get("creator");
      // Of names that are looked up, balances say nothing: an id alone is one.
      return creator === null || creator === "" || creator.startsWith("crt_")
        ? owedTotals(desk, { store: desk.store?.id, creator })
        : null;
    },
    filters: [
      { kind: "ref", of: "creator", name: "creator", label: "Creator" },
      {
        kind: "choice",
        name: "type",
        label: "What it is",
        options: ENTRY_TYPES.map((value) => ({ value, label: TYPE_WORDS[value].label })),
      },
      { kind: "moment", name: "from", label: "From (UTC)" },
      { kind: "moment", name: "to", label: "Until (UTC)" },
      { kind: "text", name: "currency", label: "Currency", max: 3, caps: true },
      { kind: "ref", of: "order", name: "order", label: "Order" },
      { kind: "ref", of: "conversion", name: "conversion", label: "Conversion" },
      { kind: "ref", of: "payout", name: "payout", label: "Payout run" },
    ],
    empty: {
      title: "Nothing is booked yet.",
      text: "A commission is booked once its order is approved; what is heard of it later adds entries and changes none.",
    },
    columns: [
      { label: "When", cell: ({ time }, { desk }) => <Moment desk={desk} time={time} />, csv: ({ time }) => time },
      {
        label: "What",
        cell: ({ type }) => <Chip tone={TYPE_WORDS[type].tone}>{TYPE_WORDS[type].label}</Chip>,
        csv: ({ type }) => type,
      },
      {
        label: "Amount",
        num: true,
        cell: ({ amount }, { desk }) => <Amount desk={desk} minor={amount.amountMinor} currency={amount.currency} />,
        csv: ({ amount }) => amountCell(amount.amountMinor, amount.currency),
      },
      { label: "Currency", cell: ({ amount }) => amount.currency, csv: ({ amount }) => amount.currency },
      {
        label: "Creator",
        cell: ({ creatorId }, { names }) => <Named id={creatorId} names={names} />,
        csv: ({ creatorId }, { names }) => names[creatorId] ?? creatorId,
      },
      {
        label: "For",
        cell: ({ orderId, conversionId }, { names }) => <Named id={orderId ?? conversionId} names={names} />,
        csv: ({ orderId, conversionId }) => orderId ?? conversionId,
      },
      {
        label: "Store",
        cell: ({ storeId }, { names }) => <Named id={storeId} names={names} />,
        csv: ({ storeId }, { names }) => names[storeId] ?? storeId,
      },
      {
        label: "Payout run",
        cell: ({ payoutId }, { names }) =>
          payoutId === null ? "–" : <Named id={payoutId} names={{ [payoutId]: "Run", ...names }} />,
        csv: ({ payoutId }) => payoutId,
      },
      { label: "Why", cell: (entry, { names }) => <Why entry={entry} names={names} />, csv: ({ reason }) => reason },
    ],
  },
  create: {
    title: "Book a bonus or a correction",
    button: "Book it",
    scope: "orders:write",
    fields: FIELDS,
    intro: () => (
      <p class="warn">
        An entry can’t be changed or deleted: what was wrong is put right by another one, with an amount below 0.
      </p>
    ),
    toBody: (body) => ({ type: "bonus", ...body }),
  },
};

/** Why something was booked, with what it was worked out by. */
function Why({ entry, names }: { entry: LedgerEntry; names: Readonly<Record<string, string>> }) {
  const { reason, planId, ruleVersion, conversion, reportRows, actor } = entry;
  return (
    <>
      {reason}
      {planId === null ? null : (
        <>
          {" "}
          <small>
            by the rule of <Named id={planId} names={{ [planId]: "its plan", ...names }} />
            {ruleVersion === null ? null : `, version ${ruleVersion}`}
          </small>
        </>
      )}
      {conversion === null ? null : (
        <small>
          {" "}
          from {conversion.from} at {conversion.rate} ({conversion.source}, {conversion.date})
        </small>
      )}
      {reportRows === null ? null : (
        <small>
          {" "}
          for Amazon’s rows of {reportRows.from} to {reportRows.to}
        </small>
      )}
      {actor === "rule" ? null : <small> by {keyName(actor, names)}</small>}
    </>
  );
}
