import { creatorName } from "../../ground/db/names.ts";
import { ratio } from "../../ground/money/ratio.ts";
import type { Bindings } from "../report/bindings.ts";
import { sumOf, type SumsReport } from "./sums.ts";

const GRANTED = "s.consent = 'granted'";

/** SQL condition that a column is what was asked for, if anything was. */
function isAsked(column: string, value: string | undefined, bindings: Bindings): string {
  return value === undefined ? "TRUE" : `${column} = ${bindings.add(value)}`;
}

/** Sums by page; those of all pages are kept under the empty one. */
export function pagesReport(page: string | undefined) {
  return {
    from: "page_sums s",
    where: (bindings) => `s.page <> '' AND ${isAsked("s.page", page, bindings)}`,
    whereTotal: (bindings) => isAsked("s.page", page ?? "", bindings),
    keys: { page: "s.page" },
    sums: {
      views: sumOf("s.views", "all"),
      measured: sumOf("s.views", "granted"),
      entries: sumOf("s.entries", "all"),
      nexts: sumOf("s.nexts", "granted"),
      engagedMs: sumOf("s.engaged_ms", "granted"),
      engaged: sumOf("s.engaged", "granted"),
      scroll: sumOf("s.scroll", "granted"),
      visitors: sumOf("s.visitors", "granted"),
      visitorsKnown: `count(iif(${GRANTED}, s.visitors, NULL))`,
    },
  } satisfies SumsReport<string, string>;
}

/** What of a page is shown. `open` are its visitors of a day that isn't over yet, `null` where that is of no concern. */
export function pageFigures(sums: Record<keyof ReturnType<typeof pagesReport>["sums"], number>, open: number | null) {
  const { views, measured, entries, nexts, engagedMs, engaged, scroll, visitors, visitorsKnown } = sums;
  return {
    views,
    measured,
    visitors: visitorsKnown === 0 && open === null ? null : visitors + (open ?? 0),
    entries,
    // A view before midnight may have its next after it.
    exits: Math.max(0, measured - nexts),
    engagedMs,
    averageEngagedMs: engaged === 0 ? null : Math.round(engagedMs / engaged),
    averageScroll: ratio(scroll, engaged),
    measuredShare: ratio(measured, views),
  };
}

/** What visits are told apart by. */
export const VISITS_BY = ["source", "rule", "landing", "utm", "creator", "campaign", "link"] as const;

const NONE = "NULL";

/** SQL of what each shows: a source's kind and name or rule, or a key and what it is called. */
const VISIT_KEYS: Readonly<Record<(typeof VISITS_BY)[number], Record<"source" | "rule" | "key" | "name", string>>> = {
  source: { source: "s.source", rule: NONE, key: NONE, name: "nullif(s.name, '')" },
  rule: { source: "s.source", rule: "s.rule", key: NONE, name: "nullif(s.name, '')" },
  landing: { source: NONE, rule: NONE, key: "s.landing", name: NONE },
  utm: { source: NONE, rule: NONE, key: "nullif(s.campaign, '')", name: NONE },
  creator: {
    source: NONE,
    rule: NONE,
    key: "l.creator_id",
    name: `(SELECT ${creatorName("k")} FROM creators k WHERE k.id = l.creator_id)`,
  },
  campaign: {
    source: NONE,
    rule: NONE,
    key: "l.campaign_id",
    name: "(SELECT g.name FROM campaigns g WHERE g.id = l.campaign_id)",
  },
  link: { source: NONE, rule: NONE, key: "nullif(s.link_id, '')", name: "l.slug" },
};

/** Sums of visits by one of {@link VISITS_BY}. */
export function visitsReport(by: (typeof VISITS_BY)[number], source: string | undefined) {
  return {
    from: "visit_sums s LEFT JOIN links l ON l.id = s.link_id",
    where: (bindings) => isAsked("s.source", source, bindings),
    keys: VISIT_KEYS[by],
    sums: {
      visits: sumOf("s.visits", "all"),
      measured: sumOf("s.visits", "granted"),
      seconds: sumOf("s.seconds", "granted"),
      views: sumOf("s.views", "granted"),
      engagedMs: sumOf("s.engaged_ms", "granted"),
    },
  } satisfies SumsReport<string, string>;
}

/** What of visits is shown; `all` are those that they are a share of. */
export function visitFigures(
  { visits, measured, seconds, views, engagedMs }: Record<keyof ReturnType<typeof visitsReport>["sums"], number>,
  all: number,
) {
  const bounces = Math.max(0, measured - seconds);
  return {
    visits,
    measured,
    share: ratio(visits, all),
    bounces,
    bounceRate: ratio(bounces, measured),
    pagesPerVisit: ratio(views, measured),
    averageEngagedMs: measured === 0 ? null : Math.round(engagedMs / measured),
    measuredShare: ratio(measured, visits),
  };
}

/** What is counted by a plan's rules and steps. */
export const EVENT_KINDS = ["click", "download", "form", "visible", "step"] as const;

/** Sums of what plans' rules and steps name. */
export function eventsReport({ kind, event, page }: Partial<Record<"kind" | "event" | "page", string | undefined>>) {
  return {
    from: "behaviour_sums s",
    where: (bindings) =>
      [
        "s.kind <> 'banner'",
        isAsked("s.kind", kind, bindings),
        isAsked("s.name", event, bindings),
        isAsked("s.page", page, bindings),
      ].join(" AND "),
    keys: { kind: "s.kind", event: "s.name", label: "nullif(s.label, '')", page: "s.page" },
    sums: { count: sumOf("s.count", "all"), measured: sumOf("s.count", "granted") },
  } satisfies SumsReport<string, string>;
}

/** What of an event is shown. */
export function eventFigures({ count, measured }: Record<"count" | "measured", number>) {
  return { count, measured, measuredShare: ratio(measured, count) };
}

/** Sums of what became of banners. */
export function consentReport(page: string | undefined) {
  const state = (name: string) => `coalesce(sum(iif(s.name = '${name}', s.count, 0)), 0)`;
  return {
    from: "behaviour_sums s",
    where: (bindings) => `s.kind = 'banner' AND ${isAsked("s.page", page, bindings)}`,
    keys: { page: "s.page" },
    sums: { shown: state("shown"), granted: state("granted"), denied: state("denied") },
  } satisfies SumsReport<string, string>;
}

/** What of banners is shown. */
export function consentFigures({ shown, granted, denied }: Record<"shown" | "granted" | "denied", number>) {
  // What is shown before midnight may be answered after it.
  const unanswered = Math.max(0, shown - granted - denied);
  return { shown, granted, denied, unanswered, rate: ratio(granted, granted + denied + unanswered) };
}

/** What rows of `GET /reports/pages` can be sorted by. */
export const PAGES_SORTS = ["page", "start", "views", "measured", "visitors", "entries", "engagedMs"] as const;

/** What rows of `GET /reports/visits` can be sorted by. */
export const VISITS_SORTS = ["key", "name", "source", "start", "visits", "measured", "engagedMs"] as const;

/** What rows of `GET /reports/events` can be sorted by. */
export const EVENTS_SORTS = ["kind", "event", "label", "page", "start", "count", "measured"] as const;

/** What rows of `GET /reports/consent` can be sorted by. */
export const CONSENT_SORTS = ["page", "start", "shown", "granted", "denied"] as const;
