import * as z from "../../ground/http/zod.ts";
import { dayField, idField } from "../../ground/http/fields.ts";
import { SOURCE_KINDS } from "../../ground/model/visit.ts";
import { CONSENT_SORTS, EVENT_KINDS, EVENTS_SORTS, PAGES_SORTS, VISITS_BY, VISITS_SORTS } from "./figures.ts";
import { SUM_INTERVALS } from "./span.ts";

/** What every query of a report on visits has. */
export const spanFields = {
  store: idField("store"),
  from: dayField.optional().openapi({ description: "The first day, the store's. Default: 30 days." }),
  to: dayField.optional().openapi({ description: "The last day, which is in. Default: today." }),
};

/** What every query of a list of rows has. */
export const rowFields = {
  format: z.enum(["json", "csv"]).default("json"),
  limit: z.coerce.number().int().min(1).max(1000).default(500).openapi({ description: "Rows of a page of JSON." }),
  cursor: z.string().min(1).max(1000).optional().openapi({ description: "`nextCursor` of the page before." }),
};

const TEXT = z.string().min(1).max(300).optional();

/** A page, as it is counted. */
export const pageField = z
  .string()
  .max(300)
  .regex(/^\//, "must be a page as the report on pages has it: a path, such as /products")
  .openapi({ description: "A page, as the report on pages has it.", example: "/tea" });

function sortField<Name extends string>(names: readonly Name[]) {
  return z
    .enum(names.flatMap((name) => [name, `-${name}` as const]) as [Name, ...`-${Name}`[]])
    .optional()
    .openapi({
      description: "A minus begins with the largest. Default: the count, or `start` where that is told apart.",
    });
}

const sumFields = {
  ...spanFields,
  ...rowFields,
  compare: z.enum(["previous"]).optional().openapi({ description: "Adds the totals of as many days right before." }),
};

const interval = z
  .enum(SUM_INTERVALS)
  .default("total")
  .openapi({ description: "`hour` is of consenting visitors alone, and of the last 35 days." });

/** Query of `GET /reports/pages`. */
export const pagesQuery = z.strictObject({
  ...sumFields,
  interval,
  page: pageField.optional(),
  sort: sortField(PAGES_SORTS),
});

/** Query of `GET /reports/visits`. */
export const visitsQuery = z.strictObject({
  ...sumFields,
  interval,
  by: z.enum(VISITS_BY).default("source").openapi({
    description:
      "`rule`: by what decided on the source; `utm`: by `utm_campaign`; `creator`, `campaign` and `link`: of the link that led to it.",
  }),
  source: z.enum(SOURCE_KINDS).optional().openapi({ description: "Visits from such a source alone." }),
  sort: sortField(VISITS_SORTS),
});

/** Query of `GET /reports/events`. */
export const eventsQuery = z.strictObject({
  ...sumFields,
  interval,
  kind: z.enum(EVENT_KINDS).optional(),
  event: TEXT,
  page: pageField.optional(),
  sort: sortField(EVENTS_SORTS),
});

/** Query of `GET /reports/consent`. */
export const consentQuery = z.strictObject({
  ...sumFields,
  interval: z.enum(["day", "month", "total"]).default("total"),
  page: pageField.optional(),
  sort: sortField(CONSENT_SORTS),
});

/** How much of something was measured. */
export const measuredShare = z.number().nullable().openapi({
  description:
    "The share that consenting visitors have in it, 4 decimals: of so much the figures tell. `null` of nothing.",
  example: 0.6204,
});

const start = z.string().nullable().openapi({
  description: "The hour, day or month, of the store's time zone; `null` for the whole span.",
  example: "2026-11-30",
});
const measured = z.int().openapi({ description: "Of these, those of consenting visitors." });
const average = z.int().nullable().openapi({ description: "ms; `null` of nothing." });
const share = z.number().nullable();

const pageFigures = z.object({
  views: z.int(),
  measured,
  visitors: z.int().nullable().openapi({
    description:
      "Consenting visitors, each once a day; in the total each once, of the last 90 days. `null` for a page whose days aren't over.",
  }),
  entries: z.int().openapi({ description: "Visits that began there." }),
  exits: z.int().openapi({ description: "Measured views that no other page followed in their visit." }),
  engagedMs: z.int().openapi({ description: "Time that it was visible and focused, ms." }),
  averageEngagedMs: average.openapi({ description: "Of the views that told of it, ms." }),
  averageScroll: share.openapi({ description: "Percent of the page seen, of the views that told of it." }),
  measuredShare,
});

const visitFigures = z.object({
  visits: z.int(),
  measured,
  share: share.openapi({ description: "Of all visits of the span." }),
  bounces: z.int().openapi({ description: "Measured visits of one page." }),
  bounceRate: share,
  pagesPerVisit: share,
  averageEngagedMs: average,
  measuredShare,
});

const eventFigures = z.object({ count: z.int(), measured, measuredShare });

const consentFigures = z.object({
  shown: z.int(),
  granted: z.int(),
  denied: z.int(),
  unanswered: z.int(),
  rate: share.openapi({ description: "Granted ÷ (granted + denied + unanswered)." }),
});

/** The answer of a report: a page of rows, the total of all, and what they are of. */
function reportOf<Row extends z.ZodObject, Total extends z.ZodObject>(name: string, row: Row, total: Total) {
  return z
    .object({
      data: z.array(row),
      total,
      previous: total.nullable().openapi({ description: "Of as many days right before, if asked for." }),
      measuredShare,
      range: z.object({ from: dayField, to: dayField }),
      nextCursor: z.string().nullable(),
    })
    .openapi(name);
}

/** Answer of `GET /reports/pages`. */
export const pagesAnswer = reportOf(
  "PagesReport",
  z.object({ page: z.string(), start, ...pageFigures.shape }).openapi("PagesReportRow"),
  pageFigures,
);

/** Answer of `GET /reports/visits`. */
export const visitsAnswer = reportOf(
  "VisitsReport",
  z
    .object({
      start,
      source: z.enum(SOURCE_KINDS).nullable(),
      rule: z.string().nullable(),
      key: z.string().nullable().openapi({ description: "The page, the campaign, or an id; `null`: there is none." }),
      name: z.string().nullable(),
      ...visitFigures.shape,
    })
    .openapi("VisitsReportRow"),
  visitFigures,
);

/** Answer of `GET /reports/events`. */
export const eventsAnswer = reportOf(
  "EventsReport",
  z
    .object({
      start,
      kind: z.enum(EVENT_KINDS),
      event: z.string(),
      label: z.string().nullable(),
      page: z.string(),
      ...eventFigures.shape,
    })
    .openapi("EventsReportRow"),
  eventFigures,
);

/** Answer of `GET /reports/consent`. */
export const consentAnswer = reportOf(
  "ConsentReport",
  z.object({ page: z.string(), start, ...consentFigures.shape }).openapi("ConsentReportRow"),
  consentFigures,
);

/** See {@link pagesAnswer}. */
export type PagesReport = z.infer<typeof pagesAnswer>;
/** See {@link visitsAnswer}. */
export type VisitsReport = z.infer<typeof visitsAnswer>;
/** See {@link eventsAnswer}. */
export type EventsReport = z.infer<typeof eventsAnswer>;
/** See {@link consentAnswer}. */
export type ConsentReport = z.infer<typeof consentAnswer>;
