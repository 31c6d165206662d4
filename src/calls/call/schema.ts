import { idField, timeField, timeOut } from "../../ground/http/fields.ts";
import { pageQuery } from "../../ground/http/pagination.ts";
import * as z from "../../ground/http/zod.ts";
import { CALL_CARRIERS, CALL_MATCHES, CALL_STATUSES } from "../../ground/model/call.ts";

/** By what lists of calls are sorted; `-` is downwards. */
export const CALL_SORTS = ["-startedAt", "startedAt", "-talkSeconds", "talkSeconds"] as const;

/** Query of `GET /calls`; all that is given must match. */
export const callQuery = pageQuery.extend({
  store: idField("store").optional(),
  from: timeField.optional().openapi({ description: "Began at or after this time." }),
  to: timeField.optional().openapi({ description: "Began before this time." }),
  number: idField("phoneNumber").optional(),
  creator: idField("creator").optional(),
  campaign: idField("campaign").optional(),
  link: idField("link").optional(),
  contact: idField("contact").optional(),
  channel: z.string().min(1).max(60).optional(),
  direction: z.enum(["inbound", "outbound"]).optional(),
  status: z.enum(CALL_STATUSES).optional(),
  match: z.enum(CALL_MATCHES).optional(),
  qualified: z.enum(["true", "false"]).optional(),
  sort: z.enum(CALL_SORTS).default("-startedAt"),
  format: z
    .enum(["json", "csv"])
    .default("json")
    .openapi({ description: "`csv`: all that match, `limit` and `cursor` mean nothing." }),
});

/** See {@link callQuery}. */
export type CallQuery = z.infer<typeof callQuery>;

/** A call as lists show it. */
export const callSchema = z
  .object({
    id: idField("call"),
    storeId: idField("store"),
    carrier: z.enum(CALL_CARRIERS).openapi({ description: "`api`: the store's own server told of it." }),
    externalId: z.string().openapi({ description: "The carrier's id of the call." }),
    numberId: idField("phoneNumber").nullable(),
    number: z
      .string()
      .nullable()
      .openapi({ description: "The store's own number, E.164. Of the caller's nothing is shown." }),
    direction: z.enum(["inbound", "outbound"]),
    status: z.enum(CALL_STATUSES).openapi({
      description: "`completed`: somebody spoke; `missed`: nobody answered; `voicemail`: a machine did.",
    }),
    startedAt: timeOut,
    answeredAt: timeOut.nullable(),
    endedAt: timeOut.nullable(),
    durationSeconds: z.int().nullable().openapi({ description: "From its beginning to its end." }),
    talkSeconds: z.int().nullable().openapi({ description: "From when somebody answered." }),
    qualified: z.boolean().openapi({ description: "Answered, and talked for as long as the store's settings ask." }),
    callerCall: z.int().nullable().openapi({
      description: "Which call of its caller's to the store it is, from 1; `null`: the number was withheld.",
    }),
    callerCountry: z.string().nullable(),
    match: z.enum(CALL_MATCHES).openapi({
      description:
        "`lease`: one visitor alone was shown the number then, or last; `static`: it stood for one source; `ambiguous`: two visitors may have had it, and what they have in common counts; `none`.",
    }),
    reason: z.string().openapi({ description: "What was found, for people." }),
    poolId: idField("numberPool").nullable(),
    source: z.object({
      channel: z.string(),
      name: z.string(),
      creatorId: idField("creator").nullable(),
      campaignId: idField("campaign").nullable(),
      linkId: idField("link").nullable(),
    }),
    clickId: z.string().nullable().openapi({ description: "The click that its visit began with." }),
    clickAt: timeOut.nullable(),
    visitorId: z.string().nullable().openapi({
      description: "The visitor who was shown the number, by the name that exports of visits have for them.",
    }),
    contactId: idField("contact").nullable(),
    customerTrust: z.enum(["claimed", "confirmed"]).nullable().openapi({
      description: "Who says whose call it is: a server, or a browser alone; `null`: nobody.",
    }),
    tags: z.array(z.string()),
    createdAt: timeOut,
    updatedAt: timeOut,
  })
  .openapi("Call");

/** See {@link callSchema}. */
export type Call = z.infer<typeof callSchema>;

const VERDICTS = ["pending", "used", "kept", "refused"] as const;

/** Something that was told of calls. */
export const callEventSchema = z
  .object({
    id: idField("callEvent"),
    storeId: idField("store"),
    carrier: z.enum(CALL_CARRIERS),
    externalId: z.string().nullable(),
    receivedAt: timeOut,
    verdict: z.enum(VERDICTS).openapi({
      description: "`pending`: about to be used; `used`; `kept`: about something else; `refused`: see its reason.",
    }),
    reason: z.object({ code: z.string(), detail: z.string() }).nullable(),
    body: z.unknown().openapi({
      description: "What it said, without anything of a person; `null` once it was emptied, after 90 days.",
    }),
  })
  .openapi("CallEvent");

/** A call with all that was told of it. */
export const callDetail = callSchema
  .extend({ events: z.array(callEventSchema).openapi({ description: "Oldest first." }) })
  .openapi("CallDetail");

/** See {@link callEventSchema}. */
export type CallEvent = z.infer<typeof callEventSchema>;
/** See {@link callDetail}. */
export type CallDetail = z.infer<typeof callDetail>;

/** Query of `GET /calls/events`; all that is given must match. */
export const callEventQuery = pageQuery.extend({
  store: idField("store").optional(),
  carrier: z.enum(CALL_CARRIERS).optional(),
  verdict: z.enum(VERDICTS).optional(),
});
