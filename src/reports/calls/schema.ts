import * as z from "../../ground/http/zod.ts";
import { currencyField, dayField, idField } from "../../ground/http/fields.ts";
import { CALL_MATCHES, CALL_STATUSES } from "../../ground/model/call.ts";
import { channelField } from "../../calls/channel-schema.ts";
import { measuredShare, rowFields, spanFields } from "../visits/schema.ts";
import { CALLS_BY, CALLS_SORTS, CHANNELS_SORTS } from "./figures.ts";

const currency = currencyField.optional().openapi({
  description: "What amounts are of; nothing is converted. Default: the store's.",
});
const compare = z
  .enum(["previous"])
  .optional()
  .openapi({ description: "Adds the totals of as many days right before." });

function sortField<Name extends string>(names: readonly Name[]) {
  return z
    .enum(names.flatMap((name) => [name, `-${name}` as const]) as [Name, ...`-${Name}`[]])
    .optional()
    .openapi({ description: "A minus begins with the largest." });
}

/** Query of `GET /reports/calls`. */
export const callsQuery = z.strictObject({
  ...spanFields,
  ...rowFields,
  compare,
  currency,
  by: z.enum(CALLS_BY).default("channel").openapi({
    description:
      "What rows are of. `source`: channel and which of its kind; `hour`: of the day, 00 to 23, of the store's time zone; `match`: by what the source is known.",
  }),
  interval: z.enum(["hour", "day", "month", "total"]).default("total"),
  number: idField("phoneNumber").optional(),
  creator: idField("creator").optional(),
  campaign: idField("campaign").optional(),
  link: idField("link").optional(),
  channel: channelField.optional(),
  status: z.enum(CALL_STATUSES).optional(),
  match: z.enum(CALL_MATCHES).optional(),
  qualified: z.enum(["true", "false"]).optional(),
  direction: z.enum(["inbound", "outbound", "all"]).default("inbound"),
  sort: sortField(CALLS_SORTS),
});

const start = z.string().nullable().openapi({
  description: "The hour, day or month, of the store's time zone; `null` for the whole span.",
  example: "2026-11-30",
});
const share = z.number().nullable();
const cost = z.int().nullable();
const perOne = z.number().nullable();

const figures = z.object({
  calls: z.int(),
  answered: z.int().openapi({ description: "Somebody spoke." }),
  missed: z.int().openapi({ description: "Nobody answered, it was busy, it failed, or a machine answered." }),
  open: z
    .int()
    .openapi({ description: "Calls that ring still, or of which no end was told. The three add up to `calls`." }),
  missedShare: share.openapi({ description: "Missed ÷ calls, 4 decimals." }),
  qualified: z.int().openapi({ description: "Answered, and as long as the store's `qualifiedSeconds` at least." }),
  firstTimeCallers: z.int().openapi({ description: "Calls that were the first of their caller's to the store." }),
  talkSeconds: z.int(),
  averageTalkSeconds: z.int().nullable().openapi({ description: "Of answered calls." }),
  measured: z.int().openapi({ description: "Calls whose source is known for sure: match `lease` or `static`." }),
  measuredShare,
  deals: z.int().openapi({
    description:
      "Orders that deals of these calls made, confirmed and not taken back. One that several calls are named by is the first one's.",
  }),
  otherDeals: z.int().openapi({ description: "Of these, those in other currencies: `salesMinor` is without them." }),
  currency: z.string(),
  salesMinor: z.int().openapi({ description: "What these came to, less refunds." }),
  costMinor: cost.openapi({
    description:
      "What the channel cost, in this currency, in the span: by channel and by day, without other filters. `null`: it can't be said of these calls.",
  }),
  costPerCallMinor: perOne.openapi({ description: "Cost ÷ calls, to 4 decimals; `null` where no cost is." }),
  costPerQualifiedMinor: perOne,
});

/** Answer of `GET /reports/calls`. */
export const callsAnswer = z
  .object({
    data: z.array(
      z
        .object({
          start,
          key: z.string().nullable().openapi({ description: "The channel, an id, an hour, …; `null`: there is none." }),
          name: z.string().nullable(),
          number: z.string().nullable().openapi({ description: "E.164, by number." }),
          ...figures.shape,
        })
        .openapi("CallsReportRow"),
    ),
    total: figures,
    previous: figures.nullable().openapi({ description: "Of as many days right before, if asked for." }),
    measuredShare,
    range: z.object({ from: dayField, to: dayField }),
    nextCursor: z.string().nullable(),
  })
  .openapi("CallsReport");

/** Query of `GET /reports/channels`. */
export const channelsQuery = z.strictObject({
  ...spanFields,
  format: rowFields.format,
  compare,
  currency,
  sort: sortField(CHANNELS_SORTS).default("-salesMinor"),
});

const channelFigures = z.object({
  clicks: z.int().openapi({ description: "Counted clicks on links." }),
  visits: z.int(),
  calls: z.int().openapi({ description: "Inbound." }),
  qualified: z.int(),
  orders: z.int().openapi({
    description:
      "All orders that a server confirmed but tests and those taken back, placed in the span: each in one channel. In any currency.",
  }),
  credited: z.int().openapi({ description: "Of these, those credited to creators." }),
  otherOrders: z.int().openapi({ description: "Of the orders, those in other currencies: no amount has them." }),
  currency: z.string(),
  salesMinor: z.int().openapi({ description: "Net: less refunds." }),
  commissionMinor: z.int().openapi({ description: "What creators earn by these orders by what is known now." }),
  costMinor: z
    .int()
    .openapi({ description: "What was entered as the channel's cost, as far as it falls to these days." }),
  spentMinor: z.int().openapi({
    description:
      "Commission and cost together: what the figures for one of each divide; they are `null` where it is nothing.",
  }),
  spentPerVisitMinor: perOne,
  spentPerCallMinor: perOne,
  spentPerOrderMinor: perOne,
  returnOnSpent: perOne.openapi({ description: "Sales ÷ spent, to 4 decimals: 3 is three euros sold for one spent." }),
});

/** Answer of `GET /reports/channels`. */
export const channelsAnswer = z
  .object({
    data: z.array(
      z
        .object({
          channel: z.string().openapi({
            description:
              "`creator`: credited, or come by a creator's link; a kind of source of visits; a name of the admin's own; `unknown`.",
          }),
          ...channelFigures.shape,
        })
        .openapi("ChannelsReportRow"),
    ),
    total: channelFigures,
    previous: channelFigures.nullable(),
    measuredShare: measuredShare.openapi({ description: "The share that consenting visitors have in the visits." }),
    complete: z.boolean().openapi({
      description:
        "Whether the visits before all orders that nothing else tells of were looked up; else the older of those are `unknown`.",
    }),
    range: z.object({ from: dayField, to: dayField }),
  })
  .openapi("ChannelsReport");

/** Validated {@link callsQuery}. */
export type CallsQuery = z.infer<typeof callsQuery>;
/** Validated {@link channelsQuery}. */
export type ChannelsQuery = z.infer<typeof channelsQuery>;
/** See {@link callsAnswer}. */
export type CallsReport = z.infer<typeof callsAnswer>;
/** See {@link channelsAnswer}. */
export type ChannelsReport = z.infer<typeof channelsAnswer>;
