import { amountCell } from "../../ground/http/csv.ts";
import type { ChannelCost } from "../../calls/cost/schema.ts";
import { majorOf } from "../../ground/money/amount.ts";
import { Amount, Moment, Named } from "../frame/parts.tsx";
import { withQuery } from "../frame/places.ts";
import type { Field } from "../form/field.ts";
import type { Resource } from "../resource/resource.ts";

const FIELDS: readonly Field[] = [
  {
    kind: "text",
    name: "channel",
    label: "Channel",
    required: true,
    hint: "A name of your own such as tv, or a kind of source that visits have, such as paid.",
  },
  { kind: "date", name: "from", label: "First day", required: true, hint: "Of the store’s time zone." },
  { kind: "date", name: "to", label: "Last day", required: true, hint: "It is in." },
  { kind: "decimal", name: "amount", label: "Amount", required: true, hint: "Such as 1200 or 1200.50." },
  {
    kind: "text",
    name: "currency",
    label: "Currency",
    empty: "omit",
    short: true,
    max: 3,
    caps: true,
    placeholder: "EUR",
    hint: "Empty: the store’s. Reports have each currency by itself.",
  },
  { kind: "textarea", name: "note", label: "Note", rows: 2 },
];

/** `/admin/channel-costs`: what channels cost. */
export const COSTS: Resource<ChannelCost> = {
  place: "channel-costs",
  one: "Channel cost",
  many: "Channel costs",
  api: "/channel-costs",
  read: "orders:read",
  title: ({ channel, from, to }, { desk }) => `${channel}, ${daysOf(desk.formats, from, to)}`,
  list: {
    byStore: true,
    expand: true,
    csv: "desk",
    actions: (desk) =>
      desk.may("reports:read") ? (
        <a class="button" href={withQuery("/admin/reports/channels", { store: desk.store?.id })}>
          What came of them
        </a>
      ) : null,
    filters: [
      { kind: "text", name: "channel", label: "Channel" },
      { kind: "date", name: "from", label: "From day" },
      { kind: "date", name: "to", label: "To day" },
    ],
    empty: {
      title: "No cost was entered yet.",
      text: "With what a channel cost, the report of channels says what a visit, a call and an order of it cost.",
    },
    columns: [
      { label: "Channel", main: true, cell: ({ channel }) => channel, csv: ({ channel }) => channel },
      { label: "First day", cell: ({ from }, { desk }) => desk.formats.date(from), csv: ({ from }) => from },
      { label: "Last day", cell: ({ to }, { desk }) => desk.formats.date(to), csv: ({ to }) => to },
      {
        label: "Amount",
        num: true,
        cell: ({ amount }, { desk }) => <Amount desk={desk} minor={amount.amountMinor} currency={amount.currency} />,
        csv: ({ amount }) => amountCell(amount.amountMinor, amount.currency),
      },
      { label: "Currency", cell: ({ amount }) => amount.currency, csv: ({ amount }) => amount.currency },
      {
        label: "Store",
        cell: ({ storeId }, { names }) => <Named id={storeId} names={names} />,
        csv: ({ storeId }, { names }) => names[storeId] ?? storeId,
      },
      { label: "Note", cell: ({ note }) => note ?? "–", csv: ({ note }) => note },
    ],
  },
  page: {
    query: { expand: "names" },
    facts: ({ channel, from, to, amount, storeId, note, createdAt, updatedAt }, { desk, names }) => [
      ["Channel", channel],
      ["Days", daysOf(desk.formats, from, to)],
      ["Amount", <Amount desk={desk} minor={amount.amountMinor} currency={amount.currency} />],
      ["Store", <Named id={storeId} names={names} />],
      ["Note", note],
      ["Entered", <Moment desk={desk} time={createdAt} />],
      ["Changed", <Moment desk={desk} time={updatedAt} />],
    ],
  },
  create: {
    scope: "orders:write",
    fields: [{ kind: "ref", of: "store", name: "storeId", label: "Store", required: true }, ...FIELDS],
  },
  edit: {
    scope: "orders:write",
    fields: FIELDS,
    shown: ({ amount, ...row }) => ({
      ...row,
      amount: majorOf(amount.amountMinor, amount.currency),
      currency: amount.currency,
    }),
  },
  actions: [
    {
      name: "delete",
      label: "Delete",
      scope: "orders:write",
      risky: true,
      method: "DELETE",
      api: ({ id }) => `/channel-costs/${id}`,
      text: "Reports count it no more, of past days either.",
      done: "Channel cost deleted.",
    },
  ],
};

function daysOf(formats: { date: (day: string) => string }, from: string, to: string): string {
  return from === to ? formats.date(from) : `${formats.date(from)} to ${formats.date(to)}`;
}
