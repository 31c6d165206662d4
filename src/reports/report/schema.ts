import * as z from "../../ground/http/zod.ts";
import { currencyField, idField, idsInQuery, timeField, timeOut } from "../../ground/http/fields.ts";
import { besideOrders } from "../amazon/schema.ts";
import { expandQuery } from "../../ground/http/pagination.ts";
import { MOST_SUM } from "../../ground/money/sum.ts";
import type { Dimension } from "./dimension.ts";
import { SORT_FIELDS } from "./sort.ts";

const momentField = timeField.optional();

const rangeQuery = {
  from: momentField.openapi({
    description: "First moment: a date (UTC) or a time. Default: 30 days.",
    example: "2026-11-01",
  }),
  to: momentField.openapi({
    description: "A date (that day is in) or a time (that moment is not). Default: today.",
    example: "2026-11-30",
  }),
  store: idField("store").optional(),
  campaign: idField("campaign").optional().openapi({
    description: "What was done for it, and what its creators have and sell under its tracking plan.",
  }),
  creator: idField("creator").optional(),
  link: idField("link").optional(),
  interval: z.enum(["hour", "day", "total"]).default("total"),
  format: z.enum(["json", "csv"]).default("json"),
};

/** Query of `GET /reports/traffic`. */
export const trafficQuery = z.strictObject(rangeQuery);

const SORTS = SORT_FIELDS.flatMap((field) => [field, `-${field}`] as const);
const SEVERAL = "One, or several with commas between them, 200 at most: what is of any of them.";
const SORT_DESCRIPTION = "With `-`, the largest first. Rows without the value come last either way.";

/** Query of every report but that on traffic. */
export const reportQuery = z.strictObject({
  ...rangeQuery,
  ...expandQuery.shape,
  from: momentField.openapi({
    description:
      "The first day, in the time zone of each row's store, or a time, from which on all is exact to the moment. By hour, a date is a day in UTC. Default: 30 days.",
    example: "2026-11-01",
  }),
  to: momentField.openapi({
    description: "The last day, which is in, or a time, which is not. Default: today.",
    example: "2026-11-30",
  }),
  creator: idsInQuery("creator").optional().openapi({ description: SEVERAL }),
  campaign: idsInQuery("campaign")
    .optional()
    .openapi({
      description: `What was done for it, and what its creators have and sell under its tracking plan. ${SEVERAL}`,
    }),
  link: idsInQuery("link").optional().openapi({ description: SEVERAL }),
  plan: idField("plan").optional(),
  code: idsInQuery("code").optional().openapi({ description: SEVERAL }),
  interval: z.enum(["hour", "day", "month", "total"]).default("total"),
  currency: currencyField.optional().openapi({
    description: "What amounts are of; those of others are apart. Default: the store's, else that of most sales.",
  }),
  trust: z.enum(["all", "confirmed"]).default("confirmed").openapi({
    description:
      "`confirmed`: every sum is of orders that a server confirmed. `all` adds what only browsers claim, which anybody can make up. `claimedConversions` and `claimedSalesMinor` say how much that is either way.",
  }),
  compare: z.enum(["previous"]).optional().openapi({
    description: "Has each row and the total say what it was in the span of the same length right before.",
  }),
  sort: z.enum(SORTS).default("-clicks").openapi({ description: SORT_DESCRIPTION }),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(1000)
    .optional()
    .openapi({ description: "Rows of a page; 500 if it isn't given. A CSV without it has all rows." }),
  cursor: z.string().min(1).max(2000).optional().openapi({ description: "`nextCursor` of the page before." }),
});

/** Query of `GET /reports/links`. */
export const linksQuery = reportQuery.extend({
  sort: z
    .enum([...SORTS, "slug", "-slug"])
    .default("-clicks")
    .openapi({ description: SORT_DESCRIPTION }),
  offset: z.coerce
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .default(0)
    .openapi({ description: "Rows to pass over. A cursor does it better: rows that move in between aren't missed." }),
});

/** Query of `GET /creators/{id}/report`, whose creator is in its path. */
export const creatorReportQuery = reportQuery.omit({ creator: true });

/** Query of `GET /campaigns/{id}/performance`, whose campaign is in its path. */
export const performanceQuery = reportQuery.omit({ campaign: true });

const startField = timeOut.nullable().openapi({
  description:
    "Start of the interval; `null` for the whole span. A local day or month is written as if its store were in UTC.",
});
const countField = z.int().min(0);

/** Requests by bucket. `requests` is the sum of the rest. */
const trafficRow = z
  .object({
    start: timeOut.nullable().openapi({ description: "Start of the interval; `null` for the whole span." }),
    requests: countField,
    counted: countField,
    bot: countField,
    prefetch: countField,
    head: countField,
    embedded: countField,
    duplicate: countField,
    inactive: countField,
  })
  .openapi("TrafficRow");

const amounts = {
  grossMinor: z.int().openapi({
    description: `Value of the orders, minor units. Sums of amounts end at ${MOST_SUM}, which stands for that much or more.`,
  }),
  refundedMinor: z.int().openapi({ description: "What of it was given back." }),
  salesMinor: z.int().openapi({ description: "Net: gross less refunded." }),
  commissionMinor: z.int().openapi({ description: "What creators earn by it by what is known now, owed or not." }),
  claimedSalesMinor: z.int().openapi({
    description:
      "Net value of the orders that only browsers tell of. In none of the other amounts, unless `trust=all`.",
  }),
};

const decimal = (description: string) =>
  z
    .number()
    .nullable()
    .openapi({ description: `${description}, to 4 decimals, half to even.`, example: 0.0312 });

/** The numbers of a row and of the total. */
export const numbers = z
  .object({
    clicks: countField.openapi({ description: "Bucket `counted`: one a visitor, link and hour." }),
    uniqueClicks: countField.openapi({ description: "One a visitor, link and UTC day." }),
    conversions: countField.openapi({
      description:
        "Confirmed orders, in any currency; with `trust=all` those that are only claimed, too. One that is split is its owner's.",
    }),
    claimedConversions: countField.openapi({
      description: "Orders that only browsers tell of, beside `conversions`; with `trust=all` they are among them.",
    }),
    linkConversions: countField.openapi({ description: "Those of `conversions` credited by a click." }),
    codeConversions: countField.openapi({ description: "Those of `conversions` credited by a code." }),
    callConversions: countField.openapi({ description: "Those of `conversions` credited by a call." }),
    codeUses: countField.openapi({
      description:
        "Orders, confirmed as `conversions` are, in which a code was typed, whoever is credited; one with two codes is a use of each.",
    }),
    waitingCommissions: countField.openapi({
      description:
        "Commissions that can't be said yet, since an exchange rate is missing: in no `commissionMinor` until it is entered. One a creator of an order.",
    }),
    currency: z.string().nullable().openapi({ description: "Of all amounts; `null` where there is no store." }),
    ...amounts,
    cvr: decimal("Conversions ÷ clicks"),
    epcMinor: decimal("Sales ÷ clicks"),
    aovMinor: decimal("Sales ÷ conversions"),
    otherCurrencies: z
      .array(z.object({ currency: z.string(), conversions: countField, claimedConversions: countField, ...amounts }))
      .openapi({ description: "What was sold, and earned, in others. Nothing is converted." }),
  })
  .openapi("ReportNumbers");

const compared = numbers.extend({
  previous: numbers
    .optional()
    .openapi({ description: "In the span of the same length right before, if it is asked for." }),
});

const nameField = z.string().nullable();
const unknown = "`null`: what has none, so that nothing is left out.";

const rowOf = <Shape extends z.ZodRawShape>(name: string, shape: Shape) =>
  z.object({ ...shape, start: startField, ...compared.shape }).openapi(name);

/** Rows of each report. */
export const ROW_SCHEMAS = {
  links: rowOf("LinkReportRow", {
    linkId: idField("link").nullable().openapi({ description: unknown }),
    slug: nameField,
    domain: z.string().nullable(),
    storeId: idField("store").nullable(),
    creatorId: idField("creator").nullable(),
    campaignId: idField("campaign").nullable(),
  }),
  creators: rowOf("CreatorReportRow", {
    creatorId: idField("creator").nullable().openapi({ description: unknown }),
    name: nameField,
  }),
  campaigns: rowOf("CampaignReportRow", {
    campaignId: idField("campaign").nullable().openapi({ description: unknown }),
    name: nameField,
  }),
  plans: rowOf("PlanReportRow", {
    planId: idField("plan").nullable().openapi({ description: unknown }),
    name: nameField,
  }),
  codes: rowOf("CodeReportRow", {
    codeId: idField("code").nullable().openapi({ description: unknown }),
    code: nameField,
    creatorId: idField("creator").nullable(),
    campaignId: idField("campaign").nullable(),
    planId: idField("plan").nullable(),
  }),
  countries: rowOf("CountryReportRow", {
    country: z.string().nullable().openapi({ description: "ISO 3166-1 alpha-2; `null`: not known.", example: "DE" }),
  }),
  sources: rowOf("SourceReportRow", {
    source: z.string().nullable().openapi({ description: "Of the click; `null`: not known.", example: "social" }),
  }),
  devices: rowOf("DeviceReportRow", {
    device: z.string().nullable().openapi({ description: "Of the click; `null`: not known.", example: "mobile" }),
  }),
} as const satisfies Record<Dimension, z.ZodType>;

const spanSchema = z.object({ from: timeOut, to: timeOut });

/** Answer of `GET /reports/traffic`. */
export const trafficReport = z
  .object({ data: z.array(trafficRow), total: trafficRow, range: spanSchema })
  .openapi("TrafficReport");

/** What every answer has around its rows. */
const frame = {
  total: compared.openapi({ description: "Of all rows, not only of this page." }),
  range: spanSchema.openapi({ description: "What is covered; days are written as if each store were in UTC." }),
  nextCursor: z.string().nullable(),
  names: z
    .record(z.string(), z.string())
    .optional()
    .openapi({ description: "With `expand=names`: what the ids in it are called." }),
  amazon: besideOrders,
};

/** Answer of `GET /reports/{dimension}`. */
export function reportOf<Row extends z.ZodType>(row: Row) {
  return z.object({ data: z.array(row), ...frame });
}

/** Answer of `GET /reports/links`. */
export const linksReport = reportOf(ROW_SCHEMAS.links)
  .extend({ nextOffset: z.int().nullable() })
  .openapi("LinksReport");

/** Answer of `GET /creators/{id}/report`. */
export const creatorReport = reportOf(ROW_SCHEMAS.campaigns)
  .extend({
    links: z
      .array(ROW_SCHEMAS.links)
      .openapi({ description: "The creator's links, by the campaign they belong to now." }),
    codes: z.array(ROW_SCHEMAS.codes).openapi({ description: "The creator's codes." }),
  })
  .openapi("CreatorReport");

/** Answer of `GET /campaigns/{id}/performance`. */
export const performanceReport = reportOf(ROW_SCHEMAS.creators).openapi("CampaignPerformance");

/** A validated {@link reportQuery}. */
export type ReportQuery = z.infer<typeof reportQuery>;
/** Requests of an interval by bucket. */
export type TrafficRow = z.infer<typeof trafficRow>;
/** A row of a report, as the API shows it. */
export type ReportRow<Of extends Dimension> = z.infer<(typeof ROW_SCHEMAS)[Of]>;
/** The numbers of a row and of the total. */
export type ReportNumbers = z.infer<typeof compared>;
