import type { ExchangeRate } from "../../books/rate/schema.ts";
import { Moment } from "../frame/parts.tsx";
import type { Field } from "../form/field.ts";
import type { Resource, Shown } from "../resource/resource.ts";
import { ratesIn } from "./rate-lines.ts";

const FIELDS: readonly Field[] = [
  {
    kind: "list",
    name: "rates",
    label: "Rates",
    item: "Rate",
    most: 200,
    of: [
      {
        kind: "text",
        name: "from",
        label: "From",
        required: true,
        short: true,
        max: 3,
        caps: true,
        placeholder: "USD",
      },
      { kind: "text", name: "to", label: "To", required: true, short: true, max: 3, caps: true, placeholder: "EUR" },
      {
        kind: "date",
        name: "date",
        label: "Day",
        required: true,
        short: true,
        hint: "It holds for the 7 days after, too, as long as they have none.",
      },
      {
        kind: "decimal",
        name: "rate",
        label: "Rate",
        required: true,
        hint: "What one unit of the first was worth in the second, such as 0.9223.",
      },
      { kind: "text", name: "source", label: "Source", required: true, max: 100, placeholder: "ECB" },
    ],
  },
  {
    kind: "textarea",
    name: "lines",
    label: "Or many at once",
    rows: 6,
    hint: "One a line: from, to, day, rate and source, with blanks, commas or tabs between them, as in USD EUR 2026-11-20 0.9223 ECB.",
  },
];

/** `/admin/exchange-rates`: what currencies were worth, as it was entered. */
export const RATES: Resource<ExchangeRate & Shown> = {
  place: "exchange-rates",
  one: "Exchange rate",
  many: "Exchange rates",
  api: "/exchange-rates",
  read: "orders:read",
  title: ({ id }) => id,
  page: null,
  list: {
    csv: "desk",
    idOf: ({ from, to, date }) => `${from}/${to} ${date}`,
    filters: [
      { kind: "text", name: "from", label: "From", max: 3, caps: true, placeholder: "USD" },
      { kind: "text", name: "to", label: "To", max: 3, caps: true, placeholder: "EUR" },
    ],
    empty: {
      title: "No rate was entered yet.",
      text: "Commissions in another currency than their order’s need one; those that wait for it are computed once it is here.",
    },
    columns: [
      { label: "Currencies", main: true, cell: ({ from, to }) => `${from} → ${to}` },
      { label: "From", cell: ({ from }) => from, csv: ({ from }) => from },
      { label: "To", cell: ({ to }) => to, csv: ({ to }) => to },
      { label: "Day", cell: ({ date }, { desk }) => desk.formats.date(date), csv: ({ date }) => date },
      { label: "Rate", num: true, cell: ({ rate }) => rate, csv: ({ rate }) => Number(rate) },
      { label: "Source", cell: ({ source }) => source, csv: ({ source }) => source },
      {
        label: "Entered",
        cell: ({ updatedAt }, { desk }) => <Moment desk={desk} time={updatedAt} />,
        csv: ({ updatedAt }) => updatedAt,
      },
    ],
  },
  create: {
    title: "Enter exchange rates",
    button: "Enter them",
    scope: "orders:write",
    fields: FIELDS,
    intro: () => (
      <p>
        A rate that is there for the same currencies and day is replaced. Commissions that hang on it are computed anew
        within a minute or so; what was booked is adjusted by new entries.
      </p>
    ),
    toBody: ({ rates = [], lines = "" }) => ({ rates: [...(rates as unknown[]), ...ratesIn(String(lines))] }),
  },
};
