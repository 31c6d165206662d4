import * as z from "../../ground/http/zod.ts";
import { idField, textField, timeField, timeOut, urlField } from "../../ground/http/fields.ts";
import { pageQuery } from "../../ground/http/pagination.ts";
import { EVENT_TYPES, PING } from "../../ground/model/event.ts";

/** Longest description. */
const MAX_DESCRIPTION = 200;

/** Where a delivery stands. */
const DELIVERY_STATUSES = ["pending", "delivered", "dead"] as const;

const endpointFields = {
  url: urlField.openapi({
    description: "HTTPS, of a host of the public internet. Redirects are not followed.",
    example: "https://hooks.brand.com/waymark",
  }),
  types: z
    .array(z.enum(EVENT_TYPES))
    .min(1)
    .max(EVENT_TYPES.length)
    .nullable()
    .openapi({ description: "`null`: all types." }),
  description: textField(MAX_DESCRIPTION).nullable(),
};

/** Body of `POST /webhook-endpoints`. */
export const newEndpoint = z
  .strictObject({
    url: endpointFields.url,
    storeId: idField("store").nullable().default(null).openapi({
      description: "`null`: events of all stores, and those that belong to none, such as alarms.",
    }),
    types: endpointFields.types.default(null),
    description: endpointFields.description.default(null),
  })
  .openapi("NewWebhookEndpoint");

/** Body of `PATCH /webhook-endpoints/{id}`. */
export const endpointPatch = z
  .strictObject({
    ...endpointFields,
    disabled: z.boolean().openapi({
      description: "While it is on, nothing is sent and no new event is kept for the endpoint.",
    }),
  })
  .partial()
  .openapi("WebhookEndpointPatch");

/** An endpoint as the API shows it. */
export const endpointSchema = z
  .object({
    id: idField("endpoint"),
    url: z.string(),
    storeId: idField("store").nullable(),
    types: z.array(z.enum(EVENT_TYPES)).nullable(),
    description: z.string().nullable(),
    disabled: z.boolean(),
    createdAt: timeOut,
    updatedAt: timeOut,
  })
  .openapi("WebhookEndpoint");

/** An endpoint with a secret just drawn, which is shown this once. */
export const endpointWithSecret = endpointSchema
  .extend({ secret: z.string().openapi({ description: "What messages are signed with. Shown once." }) })
  .openapi("WebhookEndpointWithSecret");

/** An event as it is sent: the body of a message. */
export const eventBody = z
  .object({
    id: z.string().openapi({ description: "The same however often the event is sent.", example: "evt_42" }),
    type: z.enum([...EVENT_TYPES, PING]),
    time: timeOut,
    storeId: idField("store").nullable(),
    subjectId: z
      .string()
      .openapi({ description: "Id of the order, payout, conversion, cart, creator, alarm or endpoint." }),
    data: z.record(z.string(), z.unknown()),
  })
  .openapi("WebhookEvent");

/** Query of the list of deliveries. */
export const deliveryQuery = pageQuery.extend({ status: z.enum(DELIVERY_STATUSES).optional() });

/** An event on its way to an endpoint, as the API shows it. */
export const deliverySchema = z
  .object({
    seq: z.int().openapi({ description: "The number of the event." }),
    status: z.enum(DELIVERY_STATUSES),
    attempts: z.int().openapi({ description: "Since it was made or replayed." }),
    nextAttemptAt: timeOut.nullable(),
    lastStatus: z.int().nullable().openapi({ description: "HTTP status; `null` where none came." }),
    lastError: z.string().nullable(),
    createdAt: timeOut.openapi({ description: "When it was made, or replayed the last time." }),
    deliveredAt: timeOut.nullable(),
    event: eventBody,
  })
  .openapi("WebhookDelivery");

/** Body of `POST /webhook-endpoints/{id}/replay`. */
export const replayRequest = z
  .strictObject({
    from: timeField.optional().openapi({ description: "Events at or after this." }),
    to: timeField.optional().openapi({ description: "Events before this." }),
    status: z.enum(["dead", "delivered"]).default("dead"),
  })
  .openapi("WebhookReplay");

/** How many deliveries begin anew. */
export const replayed = z.object({ replayed: z.int() }).openapi("WebhookReplayed");

/** A validated {@link newEndpoint}. */
export type NewEndpoint = z.infer<typeof newEndpoint>;
/** A validated {@link endpointPatch}. */
export type EndpointPatch = z.infer<typeof endpointPatch>;
/** See {@link endpointSchema}. */
export type Endpoint = z.infer<typeof endpointSchema>;
/** See {@link endpointWithSecret}. */
export type EndpointWithSecret = z.infer<typeof endpointWithSecret>;
/** See {@link eventBody}. */
export type EventBody = z.infer<typeof eventBody>;
/** See {@link deliverySchema}. */
export type Delivery = z.infer<typeof deliverySchema>;
/** A validated {@link replayRequest}. */
export type ReplayRequest = z.infer<typeof replayRequest>;
/** See {@link replayed}. */
export type Replayed = z.infer<typeof replayed>;
