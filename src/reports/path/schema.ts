import * as z from "../../ground/http/zod.ts";
import { idField, timeOut } from "../../ground/http/fields.ts";
import { CALL_MATCHES, CALL_STATUSES } from "../../ground/model/call.ts";
import { SOURCE_KINDS } from "../../ground/model/visit.ts";
import { orderNumber } from "../../sales/order/schema.ts";
import { EVIDENCE_KINDS, STEP_KINDS } from "./step.ts";

const money = z.object({ amountMinor: z.int(), currency: z.string() });
const trust = z.enum(["claimed", "confirmed"]);
const named = (kind: "creator" | "campaign") => z.object({ id: idField(kind), name: z.string().nullable() }).nullable();

const callSchema = z.object({
  id: idField("call"),
  number: z.string().nullable().openapi({ description: "The store's that was called, E.164." }),
  label: z.string().nullable(),
  channel: z.string(),
  direction: z.enum(["inbound", "outbound"]),
  status: z.enum(CALL_STATUSES),
  talkSeconds: z.int().nullable(),
  qualified: z.boolean(),
  match: z.enum(CALL_MATCHES),
  reason: z.string(),
  customerTrust: trust
    .nullable()
    .openapi({ description: "Whose word it is that the caller is the customer; `null`: only a deal names the call." }),
});

const whatSchema = z.object({
  text: z.string().openapi({ description: "The step as a sentence." }),
  source: z
    .object({
      kind: z.enum(SOURCE_KINDS),
      name: z.string(),
      rule: z.string().openapi({ description: "Which rule decided: see the report on visits." }),
      campaign: z.string().nullable().openapi({ description: "`utm_campaign`." }),
    })
    .nullable(),
  visit: z.string().nullable().openapi({ description: "Tells visits apart." }),
  page: z.string().nullable(),
  engagedMs: z.int().nullable(),
  link: z.object({ id: idField("link"), slug: z.string().nullable() }).nullable(),
  creator: named("creator"),
  campaign: named("campaign"),
  call: callSchema.nullable(),
  conversion: z
    .object({ id: idField("conversion"), definitionId: idField("definition"), definition: z.string() })
    .nullable(),
  order: z
    .object({
      id: idField("order"),
      externalId: z.string(),
      orderNumber,
      status: z.string(),
      codes: z.array(z.string()),
    })
    .nullable(),
  entry: z.object({ id: idField("ledger"), type: z.string() }).nullable(),
  payout: z.object({ id: idField("payout"), reference: z.string().nullable() }).nullable(),
  amount: money.nullable(),
});

const stepSchema = z
  .object({
    time: timeOut,
    kind: z.enum(STEP_KINDS),
    what: whatSchema,
    evidence: z.object({
      kind: z.enum(EVIDENCE_KINDS).openapi({ description: "What tells of it." }),
      id: z.string(),
      trust: trust.openapi({
        description: "`claimed`: a browser's word alone; `confirmed`: a server's, or a record here.",
      }),
    }),
    touch: z
      .object({
        eligible: z.boolean(),
        credited: z.boolean().openapi({ description: "Whether the creator whom it names is credited." }),
        reasonCode: z.string().nullable(),
        reason: z.string(),
      })
      .nullable()
      .openapi({ description: "What the order's credit made of it; `null`: it did not compete." }),
  })
  .openapi("PathStep");

const sums = z.array(money).openapi({ description: "One a currency." });

/** Answer of `GET /contacts/{id}/path` and `GET /orders/{id}/path`. */
export const pathSchema = z
  .object({
    contact: z.object({ id: idField("contact"), storeId: idField("store"), createdAt: timeOut }).nullable(),
    order: z
      .object({
        id: idField("order"),
        storeId: idField("store"),
        externalId: z.string(),
        orderNumber,
        status: z.string(),
        trust,
        placedAt: timeOut,
        total: money.nullable(),
      })
      .nullable(),
    decision: z
      .object({
        text: z.string(),
        rule: z.string(),
        model: z.string(),
        method: z.string().nullable(),
        creator: named("creator"),
        manual: z.boolean().openapi({ description: "Somebody decided by hand." }),
      })
      .nullable()
      .openapi({ description: "Who is credited with the order, and why." }),
    steps: z.array(stepSchema).openapi({ description: "From the first on, by exact time." }),
    hidden: z
      .array(
        z.object({
          what: z.string(),
          why: z.string(),
          count: z.int().nullable(),
          text: z.string(),
        }),
      )
      .openapi({ description: "What isn't shown, since consent, retention or erasure hide it, or nobody said." }),
    summary: z.object({
      firstAt: timeOut.nullable(),
      lastAt: timeOut.nullable(),
      firstToOrderMs: z
        .int()
        .nullable()
        .openapi({ description: "From the first step to the order, or to the contact's first order." }),
      visits: z.int(),
      pages: z.int(),
      links: z.int(),
      calls: z.int(),
      conversions: z.int(),
      orders: z.int(),
      spent: sums.openapi({
        description: "By orders that a server confirmed, less refunds; without tests and those taken back.",
      }),
      commission: sums.openapi({ description: "What the ledger has." }),
      paid: sums,
    }),
  })
  .openapi("CustomerPath");

/** See {@link pathSchema}. */
export type CustomerPath = z.infer<typeof pathSchema>;
