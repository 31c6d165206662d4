import type { ConversionsReport } from "../../reports/conversions/schema.ts";
import type { Desk } from "../frame/desk-load.ts";
import { pathOfId, withQuery } from "../frame/places.ts";
import { measuresOf } from "../report/measures.ts";
import type { Measure, Report, ReportView } from "../report/report.ts";

type Figures = ConversionsReport["total"];
type ConversionRow = ConversionsReport["data"][number];

const { count, share } = measuresOf<Figures>();

/** Amounts by currency: one number where there is but one of them. */
function amounts(name: "valueMinor" | "commissionMinor", label: string, hint: string): Measure<Figures> {
  const first = (figures: Figures) => figures.amounts[0];
  return {
    name,
    label,
    hint,
    main: true,
    value: (figures) => first(figures)?.[name] ?? null,
    text: (value, figures, { formats }) => formats.money(value, first(figures)?.currency ?? "EUR"),
    extra: (figures, { formats }: Desk) =>
      figures.amounts.slice(1).map((each) => (
        <>
          {" "}
          <small>+ {formats.money(each[name], each.currency)}</small>
        </>
      )),
  };
}

/** The conversions behind a row. */
function conversionsOf(figures: Figures, { here, desk }: ReportView): string | null {
  const { definitionId, creatorId } = figures as Partial<ConversionRow>;
  if (definitionId === undefined) return null;
  return withQuery("/admin/conversions", {
    store: desk.store?.id,
    definition: definitionId,
    creator: creatorId,
    counted: "true",
    from: here.searchParams.get("from"),
    to: here.searchParams.get("to"),
  });
}

/** `/admin/reports/conversions`. */
export const CONVERSIONS: Report<ConversionRow, Figures> = {
  title: "Conversions",
  about:
    "Exact at the moment it is read, by the day on which they happened. How often something happened, how many people it was of, and what share of all visitors these are stand apart.",
  api: "/reports/conversions",
  store: "any",
  filters: [
    {
      kind: "choice",
      name: "by",
      label: "Rows are by",
      initial: "definition",
      options: [
        { value: "definition", label: "Definition" },
        { value: "creator", label: "Definition and creator" },
      ],
    },
    { kind: "ref", of: "definition", name: "definition", label: "Definition" },
    { kind: "ref", of: "creator", name: "creator", label: "Creator" },
    { kind: "ref", of: "campaign", name: "campaign", label: "Campaign" },
  ],
  intervals: ["day"],
  pageRows: 50,
  keys: [
    { label: "Definition", text: ({ name }) => name, href: ({ definitionId }) => pathOfId(definitionId) },
    {
      label: "Creator",
      text: ({ creatorName, creatorId }) => creatorName ?? creatorId,
      href: ({ creatorId }) => pathOfId(creatorId ?? ""),
    },
  ],
  measures: [
    count("conversions", "Conversions", { main: true, href: conversionsOf }),
    count("converters", "People", {
      main: true,
      hint: "How many people they are of, as far as these can be told apart.",
    }),
    count("visitors", "Visitors", { hint: "Of the store in that time; not known of creators and campaigns." }),
    share("rate", "Rate", { main: true, hint: "People ÷ visitors." }),
    count("claimed", "Claimed", { hint: "Those that only browsers tell of." }),
    count("notToldApart", "Not told apart", {
      more: true,
      hint: "Without consent and customer: in no number of people.",
    }),
    count("backfilled", "Of the past", { more: true, hint: "Made of what was there before. They earn nothing." }),
    {
      name: "limit",
      label: "Over the limit",
      hint: "More than a contact may have: they don’t count.",
      more: true,
      value: ({ uncounted }) => uncounted.limit,
      text: (value, _figures, { formats }) => formats.count(value),
    },
    {
      name: "withdrawn",
      label: "Withdrawn",
      hint: "What made them is undone: they don’t count.",
      more: true,
      value: ({ uncounted }) => uncounted.withdrawn,
      text: (value, _figures, { formats }) => formats.count(value),
    },
    amounts("valueMinor", "Value", "What they are worth by their definitions."),
    amounts("commissionMinor", "Commission", "Owed, or what may come to be."),
  ],
  empty: "What stores count as a conversion beside orders would be here, once a definition says so.",
};
