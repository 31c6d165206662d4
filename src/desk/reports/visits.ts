import type { ConsentReport, EventsReport, PagesReport, VisitsReport } from "../../reports/visits/schema.ts";
import {
  CONSENT_SORTS,
  EVENT_KINDS,
  EVENTS_SORTS,
  PAGES_SORTS,
  VISITS_BY,
  VISITS_SORTS,
} from "../../reports/visits/figures.ts";
import { SOURCE_KINDS } from "../../ground/model/visit.ts";
import { pathOfId, withQuery } from "../frame/places.ts";
import { wordsOf } from "../form/field.ts";
import type { Filter } from "../resource/resource.ts";
import { choiceOf } from "../report/fields.ts";
import { measuresOf } from "../report/measures.ts";
import type { Report, ReportView } from "../report/report.ts";

const MEASURED =
  "What consenting visitors did, and what is counted of everybody. Days are the store’s; exact at the moment it is read.";

const PAGE: Filter = { kind: "text", name: "page", label: "Page", placeholder: "/tea" };

/** What all reports on visits have. */
const OF_STORE = { store: "one", compare: "total", pageRows: 50 } as const;

/** A page of the store: it leads to a report on it. */
function pageKey<R extends { page: string }>(to: string) {
  return {
    label: "Page",
    sort: "page",
    text: ({ page }: R) => page,
    href: ({ page }: R, { desk, here }: ReportView) =>
      withQuery(to, {
        store: desk.store?.id,
        page,
        days: here.searchParams.get("days"),
        from: here.searchParams.get("from"),
        to: here.searchParams.get("to"),
      }),
  };
}

type PageRow = PagesReport["data"][number];
const page = measuresOf<PagesReport["total"]>();

/** `/admin/reports/pages`. */
export const PAGES: Report<PageRow, PagesReport["total"]> = {
  ...OF_STORE,
  title: "Pages",
  about: MEASURED,
  api: "/reports/pages",
  filters: [PAGE],
  intervals: ["hour", "day", "month"],
  sorts: PAGES_SORTS,
  usualSort: "-views",
  keys: [pageKey<PageRow>("/admin/reports/events")],
  measures: [
    page.count("views", "Views", { main: true }),
    page.count("measured", "Measured views", { more: true, hint: "Views of consenting visitors." }),
    page.count("visitors", "Visitors", {
      main: true,
      hint: "Consenting visitors, each once a day; in the total each once, of the last 90 days.",
    }),
    page.count("entries", "Entries", { hint: "Visits that began there." }),
    page.count("exits", "Exits", { hint: "Measured views that no other page followed." }),
    page.time("averageEngagedMs", "Time on page", { main: true, hint: "Visible and focused, of one view." }),
    page.time("engagedMs", "Time in all", { more: true }),
    {
      name: "averageScroll",
      label: "Scrolled",
      hint: "How much of the page was seen.",
      value: ({ averageScroll }) => averageScroll,
      text: (value) => `${Math.round(value)} %`,
    },
    page.share("measuredShare", "Measured", { more: true }),
  ],
  empty: "Views are told of by the snippet on the store’s pages, once the store has a tagging plan.",
};

/** What rows on visits can be of, in words. */
const BY_WORDS: Readonly<Record<(typeof VISITS_BY)[number], string>> = {
  source: "Sources",
  rule: "Rules that decided on the source",
  landing: "Pages they began on",
  utm: "utm_campaign",
  creator: "Creators",
  campaign: "Campaigns",
  link: "Links",
};

type VisitRow = VisitsReport["data"][number];
const visit = measuresOf<VisitsReport["total"]>();

/** `/admin/reports/visits`. */
export const VISITS: Report<VisitRow, VisitsReport["total"]> = {
  ...OF_STORE,
  title: "Visits by source",
  about: MEASURED,
  api: "/reports/visits",
  filters: [
    {
      kind: "choice",
      name: "by",
      label: "Rows are",
      initial: "source",
      options: VISITS_BY.map((value) => ({ value, label: BY_WORDS[value] })),
    },
    choiceOf("source", "Source", SOURCE_KINDS),
  ],
  intervals: ["hour", "day", "month"],
  sorts: VISITS_SORTS,
  usualSort: "-visits",
  keys: [
    {
      label: "Source",
      sort: "source",
      text: ({ source }) => source && wordsOf(source),
      href: ({ source }, { here }) => withQuery(here.pathname, { ...filtersOf(here), source, by: "landing" }),
      none: "All",
    },
    {
      label: "Which",
      sort: "name",
      text: ({ name, key, rule }) => name ?? key ?? (rule === null ? null : wordsOf(rule)),
      href: ({ key }) => pathOfId(key ?? ""),
    },
  ],
  measures: [
    visit.count("visits", "Visits", { main: true }),
    visit.share("share", "Share", { hint: "Of all visits of the time." }),
    visit.count("measured", "Measured visits", { more: true, hint: "Visits of consenting visitors." }),
    visit.count("bounces", "Bounces", { more: true, hint: "Measured visits of one page." }),
    visit.share("bounceRate", "Bounce rate", { main: true, lessIsBetter: true }),
    visit.number("pagesPerVisit", "Pages a visit", { main: true }),
    visit.time("averageEngagedMs", "Time a visit", { main: true }),
    visit.share("measuredShare", "Measured", { more: true }),
  ],
  empty: "Visits are told of by the snippet on the store’s pages, once the store has a tagging plan.",
};

/** The address's filters without its place in the pages. */
function filtersOf(here: URL): Record<string, string> {
  return Object.fromEntries([...here.searchParams].filter(([name]) => name !== "cursor"));
}

type EventRow = EventsReport["data"][number];
const event = measuresOf<EventsReport["total"]>();

/** `/admin/reports/events`. */
export const EVENTS: Report<EventRow, EventsReport["total"]> = {
  ...OF_STORE,
  title: "Events",
  about: `Clicks, downloads, forms, what came into sight and steps, as the tagging plan has them. ${MEASURED}`,
  api: "/reports/events",
  filters: [choiceOf("kind", "Kind", EVENT_KINDS), { kind: "text", name: "event", label: "Event", max: 300 }, PAGE],
  intervals: ["hour", "day", "month"],
  sorts: EVENTS_SORTS,
  usualSort: "-count",
  keys: [
    {
      label: "Event",
      sort: "event",
      text: (row) => row.event,
      href: (row, { here }) => withQuery(here.pathname, { ...filtersOf(here), event: row.event }),
    },
    { label: "Kind", sort: "kind", text: ({ kind }) => wordsOf(kind) },
    { label: "Of", sort: "label", text: ({ label }) => label },
    { label: "Page", sort: "page", text: (row) => row.page },
  ],
  measures: [
    event.count("count", "How often", { main: true }),
    event.count("measured", "Measured", { main: true, hint: "Of consenting visitors." }),
    event.share("measuredShare", "Measured share", { more: true }),
  ],
  empty: "Events are told of by the snippet, as a tagging plan says which there are.",
};

type ConsentRow = ConsentReport["data"][number];
const consent = measuresOf<ConsentReport["total"]>();

/** `/admin/reports/consent`. */
export const CONSENT: Report<ConsentRow, ConsentReport["total"]> = {
  ...OF_STORE,
  title: "Consent",
  about: "Counted of everybody: how many were asked, and what they answered.",
  api: "/reports/consent",
  filters: [PAGE],
  intervals: ["day", "month"],
  sorts: CONSENT_SORTS,
  usualSort: "-shown",
  keys: [pageKey<ConsentRow>("/admin/reports/pages")],
  measures: [
    consent.count("shown", "Asked", { main: true }),
    consent.count("granted", "Granted", { main: true }),
    consent.count("denied", "Denied", { main: true, lessIsBetter: true }),
    consent.count("unanswered", "Unanswered", { lessIsBetter: true }),
    consent.share("rate", "Rate", { main: true, hint: "Granted of all that were asked." }),
  ],
  empty: "What becomes of a consent banner is told of by the snippet, once a tagging plan says so.",
};
