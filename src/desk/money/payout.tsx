import { amountCell } from "../../ground/http/csv.ts";
import { dayIn } from "../../books/ledger/calendar.ts";
import type { Payout } from "../../books/payout/schema.ts";
import { Amount, Chip, Count, Moment, Named, type Tone } from "../frame/parts.tsx";
import { withQuery } from "../frame/places.ts";
import type { Field } from "../form/field.ts";
import { keyName } from "./key-name.ts";
import type { Resource, View } from "../resource/resource.ts";
import { Entries, Lines, planned } from "./payout-parts.tsx";

const STATES: Readonly<Record<Payout["status"], { label: string; tone: Tone }>> = {
  draft: { label: "Draft", tone: "wait" },
  paid: { label: "Paid", tone: "good" },
  cancelled: { label: "Cancelled", tone: "plain" },
  reversed: { label: "Reversed", tone: "bad" },
};

const FIELDS: readonly Field[] = [
  { kind: "ref", of: "store", name: "storeId", label: "Store", required: true },
  {
    kind: "text",
    name: "currency",
    label: "Currency",
    short: true,
    max: 3,
    caps: true,
    placeholder: "EUR",
    hint: "A run pays in one. Empty: the store’s.",
  },
  {
    kind: "decimal",
    name: "minimum",
    label: "Minimum",
    hint: "Creators who are owed less wait for a later run.",
  },
  {
    kind: "whole",
    name: "holdDays",
    label: "Hold, days",
    least: 0,
    most: 365,
    hint: "What was booked less than this ago waits for a later run.",
  },
  {
    kind: "ref",
    of: "creator",
    many: true,
    name: "creatorIds",
    label: "These creators alone",
    empty: "omit",
    hint: "One a line. Empty: all who are owed something.",
  },
  {
    kind: "text",
    name: "referencePrefix",
    label: "References begin with",
    short: true,
    max: 8,
    placeholder: "WM",
    hint: "What creators see on their statements, before a number of its own: letters and digits.",
  },
  { kind: "textarea", name: "note", label: "Note", rows: 2 },
];

const REASON: Field = {
  kind: "textarea",
  name: "reason",
  label: "Reason",
  required: true,
  rows: 2,
  hint: "It is kept with the run.",
};

/** `/admin/payouts`: runs that pay creators. */
export const PAYOUTS: Resource<Payout> = {
  place: "payouts",
  one: "Payout run",
  many: "Payouts",
  api: "/payouts",
  read: "orders:read",
  title: (payout, view) => nameOf(payout, view),
  list: {
    byStore: true,
    expand: true,
    csv: "desk",
    actions: (desk) =>
      desk.may("settings:read") ? (
        <a class="button" href={withQuery("/admin/payouts/accounts", { store: desk.store?.id })}>
          Accounts to pay from
        </a>
      ) : null,
    filters: [
      {
        kind: "choice",
        name: "status",
        label: "State",
        options: Object.entries(STATES).map(([value, { label }]) => ({ value, label })),
      },
    ],
    empty: {
      title: "There is no payout run yet.",
      text: "A run collects what a store’s creators are owed in locked periods. Make one, export it for your bank, pay it, and mark it as paid.",
    },
    columns: [
      { label: "Run", main: true, cell: (payout, view) => nameOf(payout, view), csv: ({ createdAt }) => createdAt },
      {
        label: "State",
        cell: ({ status }) => <Chip tone={STATES[status].tone}>{STATES[status].label}</Chip>,
        csv: ({ status }) => status,
      },
      {
        label: "Store",
        cell: ({ storeId }, { names }) => <Named id={storeId} names={names} />,
        csv: ({ storeId }, { names }) => names[storeId] ?? storeId,
      },
      {
        label: "Total",
        num: true,
        cell: ({ total }, { desk }) => <Amount desk={desk} minor={total.amountMinor} currency={total.currency} />,
        csv: ({ total }) => amountCell(total.amountMinor, total.currency),
      },
      { label: "Currency", cell: ({ currency }) => currency, csv: ({ currency }) => currency },
      {
        label: "Creators",
        num: true,
        cell: ({ creators }, { desk }) => <Count desk={desk} value={creators} />,
        csv: ({ creators }) => creators,
      },
      {
        label: "Paid",
        cell: ({ paidAt }, { desk }) => <Moment desk={desk} time={paidAt} />,
        csv: ({ paidAt }) => paidAt,
      },
      { label: "Reference", cell: ({ reference }) => reference ?? "–", csv: ({ reference }) => reference },
      { label: "Note", cell: ({ note }) => note ?? "–", csv: ({ note }) => note },
    ],
  },
  page: {
    query: { expand: "names" },
    head: ({ id, status, closedReason }, { desk }) => (
      <>
        {closedReason === null ? null : (
          <p class="warn">
            {status === "cancelled" ? "Given up" : "Undone"}: {closedReason}
          </p>
        )}
        <nav class="row" aria-label="Files of this run">
          <a class="button" href={`/admin/payouts/${id}/export.csv`}>
            CSV of all lines
          </a>
          <a class="button" href={`/admin/payouts/${id}/export.json`}>
            JSON
          </a>
          {desk.may("orders:write") ? (
            <a class="button" href={`/admin/payouts/${id}/sepa`}>
              File for the bank (SEPA)
            </a>
          ) : null}
        </nav>
      </>
    ),
    facts: (payout, { desk, names }) => [
      ["State", <Chip tone={STATES[payout.status].tone}>{STATES[payout.status].label}</Chip>],
      ["Store", <Named id={payout.storeId} names={names} />],
      ["Total", <Amount desk={desk} minor={payout.total.amountMinor} currency={payout.currency} />],
      ["Creators", <Count desk={desk} value={payout.creators} />],
      [
        "Entries",
        <a href={withQuery("/admin/ledger", { payout: payout.id })}>
          <Count desk={desk} value={payout.entries} />
          <span class="off"> entries, in the ledger</span>
        </a>,
      ],
      ["Minimum", <Amount desk={desk} minor={payout.minimum.amountMinor} currency={payout.currency} />],
      ["Hold", `${payout.holdDays} days`],
      ["Note", payout.note],
      ["Reference", payout.reference],
      ["Made", <Moment desk={desk} time={payout.createdAt} />],
      ["Made by", keyName(payout.createdBy, names)],
      ["Paid", payout.paidAt && <Moment desk={desk} time={payout.paidAt} />],
      [
        payout.status === "reversed" ? "Reversed" : "Cancelled",
        payout.closedAt && <Moment desk={desk} time={payout.closedAt} />,
      ],
    ],
    panels: [
      { title: "What it pays each creator", show: Lines },
      { title: "Entries that it pays", show: Entries },
    ],
  },
  create: {
    scope: "orders:write",
    button: "Make the draft",
    fields: FIELDS,
    intro: () => (
      <p class="note">
        A draft has what creators are owed in locked periods and no other run has. It is theirs until the run is
        cancelled or reversed. Look at it by “Preview” first: nothing is kept by that.
      </p>
    ),
    preview: planned,
  },
  actions: [
    {
      name: "pay",
      label: "Mark as paid",
      scope: "orders:write",
      fits: ({ status }) => status === "draft",
      api: ({ id }) => `/payouts/${id}/pay`,
      text: ({ total, creators }, { desk }) => (
        <>
          Say so once the money is on its way:{" "}
          <Amount desk={desk} minor={total.amountMinor} currency={total.currency} /> to {creators}{" "}
          {creators === 1 ? "creator" : "creators"}. The ledger gets an entry for what each was paid.
        </>
      ),
      fields: [
        {
          kind: "text",
          name: "reference",
          label: "Reference",
          max: 500,
          hint: "What the payment is known by elsewhere, such as the number of the bank’s order.",
        },
      ],
      toBody: (body) => (Object.keys(body).length === 0 ? null : body),
      done: "Marked as paid.",
    },
    {
      name: "cancel",
      label: "Cancel",
      scope: "orders:write",
      risky: true,
      fits: ({ status }) => status === "draft",
      api: ({ id }) => `/payouts/${id}/cancel`,
      text: "The draft is given up for good. Another run can take its entries then.",
      fields: [REASON],
      done: "Payout run cancelled.",
    },
    {
      name: "reverse",
      label: "Reverse",
      scope: "orders:write",
      risky: true,
      fits: ({ status }) => status === "paid",
      api: ({ id }) => `/payouts/${id}/reverse`,
      text: "For a run whose money came back or never went. Each of its payments gets an entry against it in the ledger; nothing is taken out. Another run can take its entries then.",
      fields: [REASON],
      done: "Payout run reversed.",
    },
  ],
};

function nameOf({ createdAt, storeId }: Payout, { desk, names }: View): string {
  return `${names[storeId] ?? "Run"}, ${desk.formats.date(dayIn(desk.timezone, Date.parse(createdAt)))}`;
}
