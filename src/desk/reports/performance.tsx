import type { Dimension } from "../../reports/report/dimension.ts";
import type { ReportNumbers, ReportRow } from "../../reports/report/schema.ts";
import type { Desk } from "../frame/desk-load.ts";
import { pathOfId, withQuery } from "../frame/places.ts";
import { wordsOf } from "../form/field.ts";
import type { Filter } from "../resource/resource.ts";
import { measuresOf } from "../report/measures.ts";
import type { Answer, Key, Measure, Report, ReportView } from "../report/report.ts";
import { AmazonBeside, type BesideOrders } from "./amazon-beside.tsx";

const { count, money, each, share } = measuresOf<ReportNumbers>();

/** What was sold, or earned, in other currencies, below the amount of the usual one. */
function others(name: "salesMinor" | "commissionMinor" | "grossMinor" | "refundedMinor") {
  return ({ otherCurrencies }: ReportNumbers, { formats }: Desk) =>
    otherCurrencies.map((amounts) => (
      <>
        {" "}
        <small>+ {formats.money(amounts[name], amounts.currency)}</small>
      </>
    ));
}

/** By what a row may be told apart. */
type Ids = ReportNumbers & Record<"creatorId" | "campaignId" | "planId" | "linkId" | "codeId", string | null>;

/** The orders behind a row, where a list of orders can be of just these. */
function ordersOf(figures: ReportNumbers, { here, desk }: ReportView): string | null {
  const { creatorId, campaignId, planId, linkId, codeId } = figures as Partial<Ids>;
  if (linkId !== undefined || codeId !== undefined || (creatorId ?? campaignId ?? planId ?? null) === null) return null;
  return withQuery("/admin/orders", {
    store: desk.store?.id,
    creator: creatorId,
    campaign: campaignId,
    plan: planId,
    trust: "confirmed",
    from: here.searchParams.get("from"),
    to: here.searchParams.get("to"),
  });
}

const MEASURES: readonly Measure<ReportNumbers>[] = [
  count("clicks", "Clicks", { main: true, hint: "One a visitor, link and hour." }),
  count("uniqueClicks", "Visitors", { hint: "One a visitor, link and day.", more: true }),
  count("conversions", "Sales", { main: true, hint: "Orders that a server confirmed.", href: ordersOf }),
  count("claimedConversions", "Claimed sales", { hint: "Orders that only browsers tell of.", more: true }),
  count("linkConversions", "By link", { hint: "Sales credited by a click.", more: true }),
  count("codeConversions", "By code", { hint: "Sales credited by a code.", more: true }),
  count("callConversions", "By call", { hint: "Sales credited by a call.", more: true }),
  count("codeUses", "Code uses", { hint: "Orders in which a code was typed, whoever is credited.", more: true }),
  share("cvr", "CVR", { main: true, hint: "Sales ÷ clicks." }),
  money("grossMinor", "Gross", { hint: "Before refunds.", more: true, extra: others("grossMinor") }),
  money("refundedMinor", "Refunded", { more: true, lessIsBetter: true, extra: others("refundedMinor") }),
  money("salesMinor", "Net sales", { main: true, extra: others("salesMinor") }),
  money("claimedSalesMinor", "Claimed, net", { hint: "Of orders that only browsers tell of.", more: true }),
  money("commissionMinor", "Commission", {
    main: true,
    hint: "What creators earn by it by what is known now, owed or not.",
    extra: others("commissionMinor"),
  }),
  count("waitingCommissions", "Commissions waiting", { hint: "An exchange rate is missing for them.", more: true }),
  each("epcMinor", "EPC", { main: true, hint: "Net sales ÷ clicks." }),
  each("aovMinor", "AOV", { hint: "Net sales ÷ sales." }),
];

const SORTS = [...MEASURES.map(({ name }) => name), "name", "start"];

const BY_ID: readonly Filter[] = [
  { kind: "ref", of: "creator", name: "creator", label: "Creator" },
  { kind: "ref", of: "campaign", name: "campaign", label: "Campaign" },
  { kind: "ref", of: "plan", name: "plan", label: "Plan" },
  { kind: "ref", of: "link", name: "link", label: "Link" },
  { kind: "ref", of: "code", name: "code", label: "Code" },
];

/** What every report on performance can be narrowed by. */
export const FILTERS: readonly Filter[] = [
  ...BY_ID,
  { kind: "text", name: "currency", label: "Currency", max: 3, hint: "What amounts are of; else the store’s." },
  {
    kind: "choice",
    name: "trust",
    label: "Orders",
    initial: "confirmed",
    options: [
      { value: "confirmed", label: "Confirmed by a server" },
      { value: "all", label: "Also what only browsers claim" },
    ],
  },
];

/** What all of these reports have. */
export const PERFORMANCE = {
  store: "any",
  filters: FILTERS,
  intervals: ["hour", "day", "month"],
  compare: "rows",
  sorts: SORTS,
  usualSort: "-clicks",
  pageRows: 50,
  always: { expand: "names" },
  measures: MEASURES,
  before: ({ previous }: ReportNumbers) => previous,
  notes: (answer: Answer<ReportNumbers, ReportNumbers>, { desk }: { desk: Desk }) => (
    <AmazonBeside desk={desk} amazon={(answer as { amazon?: BesideOrders }).amazon} />
  ),
  empty:
    "Clicks on links and orders would be counted here, on the day on which they came. Perhaps another time, or fewer filters?",
} as const;

const ABOUT =
  "Exact at the moment it is read. Orders count on the day on which they were placed, by what is known of them now.";

/** What is known by an id and a name. */
function thing<Of extends Dimension>(
  label: string,
  id: (row: ReportRow<Of>) => string | null,
  name: (row: ReportRow<Of>) => string | null,
  none: string,
): Key<ReportRow<Of>> {
  return {
    label,
    sort: "name",
    text: (row) => name(row) ?? id(row),
    href: (row) => pathOfId(id(row) ?? ""),
    none,
  };
}

/** What else a row belongs to: an id whose name is looked up. */
function beside<R>(label: string, id: (row: R) => string | null): Key<R> {
  return { label, text: id, aside: true, href: (row) => pathOfId(id(row) ?? "") };
}

const of = <R extends ReportNumbers>(
  by: Dimension,
  title: string,
  keys: readonly Key<R>[],
): Report<R, ReportNumbers> => ({
  ...PERFORMANCE,
  title,
  about: ABOUT,
  api: `/reports/${by}`,
  keys,
  tabs: ({ desk }) => performanceTabs(desk, by),
});

/** The reports on performance, by what their rows are of. */
export const BY_DIMENSION = {
  creators: of<ReportRow<"creators">>("creators", "Performance by creator", [
    thing<"creators">(
      "Creator",
      (row) => row.creatorId,
      (row) => row.name,
      "Nobody",
    ),
  ]),
  links: {
    ...of<ReportRow<"links">>("links", "Performance by link", [
      thing<"links">(
        "Link",
        (row) => row.linkId,
        (row) => row.slug,
        "No link",
      ),
      beside("Creator", (row) => row.creatorId),
      beside("Campaign", (row) => row.campaignId),
    ]),
    sorts: [...SORTS, "slug"],
    filters: [...FILTERS, { kind: "whole", name: "offset", label: "Rows to pass over", least: 0 }] as const,
  },
  campaigns: of<ReportRow<"campaigns">>("campaigns", "Performance by campaign", [
    thing<"campaigns">(
      "Campaign",
      (row) => row.campaignId,
      (row) => row.name,
      "No campaign",
    ),
  ]),
  plans: of<ReportRow<"plans">>("plans", "Performance by plan", [
    thing<"plans">(
      "Plan",
      (row) => row.planId,
      (row) => row.name,
      "No plan",
    ),
  ]),
  codes: of<ReportRow<"codes">>("codes", "Performance by code", [
    thing<"codes">(
      "Code",
      (row) => row.codeId,
      (row) => row.code,
      "No code",
    ),
    beside("Creator", (row) => row.creatorId),
    beside("Campaign", (row) => row.campaignId),
  ]),
  countries: of<ReportRow<"countries">>("countries", "Performance by country", [
    { label: "Country", sort: "name", text: ({ country }) => countryText(country), none: "Not known" },
  ]),
  sources: of<ReportRow<"sources">>("sources", "Performance by source", [
    { label: "Source", sort: "name", text: ({ source }) => source && wordsOf(source), none: "Not known" },
  ]),
  devices: of<ReportRow<"devices">>("devices", "Performance by device", [
    { label: "Device", sort: "name", text: ({ device }) => device && wordsOf(device), none: "Not known" },
  ]),
} as const;

/** One of {@link BY_DIMENSION}, as the address names it by `by`; that on creators unless it names one. */
export function dimensionIn(query: URLSearchParams): Dimension {
  const by = query.get("by") ?? "";
  return by in BY_DIMENSION ? (by as Dimension) : "creators";
}

function performanceTabs({ url }: Desk, by: Dimension) {
  const rest = Object.fromEntries(
    [...url.searchParams].filter(([name]) => !["cursor", "offset", "sort"].includes(name)),
  );
  return (Object.keys(BY_DIMENSION) as Dimension[]).map((name) => ({
    name: wordsOf(name),
    path: withQuery("/admin/reports", { ...rest, by: name }),
    current: name === by,
  }));
}

/** A country by its name and code. */
function countryText(code: string | null): string | null {
  if (code === null) return null;
  const name = new Intl.DisplayNames("en", { type: "region", fallback: "code" }).of(code);
  return name === undefined || name === code ? code : `${name} (${code})`;
}
