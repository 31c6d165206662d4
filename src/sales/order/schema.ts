import * as z from "../../ground/http/zod.ts";
import { MODELS } from "../attribution/attribute.ts";
import { METHODS, REASON_CODES, TOUCH_KINDS } from "../../ground/model/attribution.ts";
import { idField, textField, timeField, timeOut } from "../../ground/http/fields.ts";
import { EVIDENCE_SOURCES, SOURCE_STATUSES } from "../../ground/model/evidence.ts";
import { MAX_REASON, ORDER_STATUSES, reviewSchema } from "./review-schema.ts";

/** Longest id of an order, and longest code, that a list is asked for. */
const MAX_TEXT = 255;

const TRUSTS = ["claimed", "confirmed"] as const;

/** An amount of money. */
export const money = z.object({ amountMinor: z.int(), currency: z.string() }).openapi("Money");

const trustField = z
  .enum(TRUSTS)
  .openapi({ description: "`claimed`: only browsers told of it; `confirmed`: a server that proved who it is did." });

/** By what the list of orders is sorted; `-` is downwards. */
export const ORDER_SORTS = ["-createdAt", "-placedAt"] as const;

/** Filters of the list of orders; all that are given must match. */
export const orderFilters = z.object({
  store: idField("store").optional(),
  creator: idField("creator").optional().openapi({ description: "Orders that the creator owns or has a share in." }),
  campaign: idField("campaign").optional().openapi({
    description:
      "Orders credited under it, and those of its creators under another campaign with the same tracking plan. Each has one owner all the same.",
  }),
  plan: idField("plan").optional(),
  status: z.enum(ORDER_STATUSES).optional(),
  trust: z.enum(TRUSTS).optional(),
  approval: z.enum(["hand", "rule"]).optional().openapi({
    description: "Of the pending ones: who will approve them, a person or the rule.",
  }),
  sort: z.enum(ORDER_SORTS).default("-createdAt").openapi({
    description: "`-createdAt`: those first that were recorded last, `-placedAt`: those that were placed last.",
  }),
  from: timeField.optional().openapi({ description: "Placed at or after this time." }),
  to: timeField.optional().openapi({ description: "Placed before this time." }),
  code: z
    .string()
    .trim()
    .min(1)
    .max(MAX_TEXT)
    .optional()
    .openapi({ description: "Typed at the checkout, in any case." }),
  q: z.string().trim().min(1).max(MAX_TEXT).optional().openapi({
    description:
      "The order's number, the shop's own id of it, or a part of either of 3 characters at least, A–Z as a–z, with `#` before it or without. Those that have it whole come first.",
  }),
});

const itemSchema = z.object({
  sku: z.string(),
  name: z.string().nullable(),
  quantity: z.number(),
  price: money.openapi({ description: "Of one." }),
  category: z.string().nullable(),
});

const shareSchema = z.object({
  creatorId: idField("creator"),
  campaignId: idField("campaign").nullable(),
  planId: idField("plan").nullable(),
  linkId: idField("link").nullable(),
  codeId: idField("code").nullable(),
  weight: z
    .object({ numerator: z.int(), denominator: z.int() })
    .openapi({ description: "The part as a fraction of the whole." }),
  amount: money.nullable().openapi({ description: "Of the total. The parts sum to it." }),
});

const attributionSchema = z
  .object({
    creatorId: idField("creator"),
    campaignId: idField("campaign").nullable(),
    planId: idField("plan").nullable(),
    linkId: idField("link").nullable(),
    codeId: idField("code").nullable(),
    method: z.enum(METHODS),
    model: z.enum(MODELS),
    shares: z.array(shareSchema).openapi({ description: "The owner's first." }),
  })
  .openapi("OrderAttribution");

/** What an order is worth, as its evidence and the order itself show it. */
const amounts = {
  total: money.nullable(),
  subtotal: money.nullable(),
  discount: money.nullable(),
  shipping: money.nullable(),
  tax: money.nullable(),
  refunded: money.nullable(),
};

const commissionSchema = z
  .object({
    shares: z
      .array(
        z.object({
          creatorId: idField("creator"),
          planId: idField("plan").nullable(),
          ruleVersion: z.int().nullable().openapi({ description: "Of the plan's commission, as it was in force." }),
          amount: money
            .nullable()
            .openapi({ description: "By what is known now, owed or not. `null`: it can't be said yet." }),
          reasonCode: z
            .string()
            .nullable()
            .openapi({ description: "Why it is nothing or can't be said.", example: "rate_missing" }),
          missingRates: z.array(z.string()).openapi({
            description:
              "Exchange rates that it waits for. What is booked of it is in no payout run until they are there.",
            example: ["USD/EUR 2026-11-22"],
          }),
          booked: money.nullable().openapi({
            description:
              "What the ledger has of it: in another currency while it waits to be adjusted to this one. It stays as it is while `amount` can't be said.",
          }),
        }),
      )
      .openapi({ description: "As the attribution has them." }),
    total: money
      .nullable()
      .openapi({ description: "`null`: a share can't be said, or they are in several currencies." }),
  })
  .openapi("OrderCommissionSummary");

/** What people call an order. */
export const orderNumber = z.string().nullable().openapi({
  description:
    "What people call it, by a connected shop's word alone: several orders of a shop may be called the same. `null`: as the id, or the shop has not said.",
  example: "#1001",
});

/** An order as lists show it. */
export const orderSchema = z
  .object({
    id: idField("order"),
    storeId: idField("store"),
    externalId: z.string().openapi({ description: "The shop's own id of the order." }),
    orderNumber,
    status: z.enum(ORDER_STATUSES).openapi({
      description:
        "`received`: only claimed so far; `contested`: browsers claim it for different creators and no server says whose it is, so that somebody has to (`POST …/attribute`); `pending`: confirmed; `approved`: its commission is owed; `locked`: and in a period that is locked; `payable`: and in a draft payout run; `paid`: and in one that is paid; `disputed`: not paid out for now; `declined`: the shop cancelled or refunded it, or an admin declined it; `orphan`: nobody is credited; `test`: counts nowhere.",
    }),
    trust: trustField,
    sourceStatus: z.enum(SOURCE_STATUSES).nullable().openapi({ description: "What the shop last said of it." }),
    ...amounts,
    items: z.array(itemSchema).nullable(),
    codes: z.array(z.string()).openapi({ description: "As they were typed." }),
    country: z.string().nullable(),
    placedAt: timeOut,
    test: z.boolean(),
    attribution: attributionSchema.nullable().openapi({ description: "`null`: nobody is credited." }),
    commission: commissionSchema
      .nullable()
      .openapi({ description: "`null`: nobody is credited, nobody earns by it, or it isn't computed yet." }),
    review: reviewSchema
      .nullable()
      .openapi({ description: "The decision by hand, or by an import, that it stands by." }),
    approvedAt: timeOut.nullable().openapi({ description: "When its commission was first approved." }),
    approvalDueAt: timeOut
      .nullable()
      .openapi({ description: "When the rule will approve it, if it is pending; `null`: not by itself." }),
    createdAt: timeOut,
    updatedAt: timeOut,
  })
  .openapi("Order");

const evidenceSchema = z
  .object({
    source: z.enum(EVIDENCE_SOURCES).openapi({ description: "`call`: a deal that was entered for a call." }),
    trust: trustField,
    late: z.boolean().openapi({
      description: "A browser's claim that came once the order was approved: it is kept, and decides nothing.",
    }),
    sourceTime: timeOut.openapi({ description: "When what it says became true." }),
    receivedAt: timeOut,
    inboxId: idField("inbox").nullable().openapi({ description: "The report that it was read from." }),
    data: z
      .object({
        ...amounts,
        status: z.enum(SOURCE_STATUSES).nullable(),
        items: z.array(itemSchema).nullable(),
        placedAt: timeOut.nullable(),
        codes: z.array(z.string()),
        clicks: z.array(z.object({ clickId: z.string(), linkId: z.string(), time: timeOut })),
        badClicks: z.array(z.string()).openapi({ description: "Why click ids that came along were not believed." }),
        customer: z.boolean().openapi({ description: "Whether it names a customer. Who it is isn't kept." }),
        phone: z.boolean().openapi({ description: "Whether it names the customer's phone number. Which isn't kept." }),
        callIds: z.array(idField("call")).openapi({ description: "The calls that made the order." }),
        country: z.string().nullable(),
        test: z.boolean().nullable(),
      })
      .openapi({ description: "What it says; `null` where it says nothing." }),
  })
  .openapi("OrderEvidence");

/** An order with its evidence. */
export const orderDetail = orderSchema
  .extend({ evidence: z.array(evidenceSchema).openapi({ description: "All that was reported, as it came." }) })
  .openapi("OrderDetail");

/** Why an order is credited as it is. */
export const orderExplanation = z
  .object({
    decision: z.string(),
    rule: z.string().openapi({ example: "last_click" }),
    ruleVersion: z.int(),
    policy: z
      .object({
        model: z.enum(MODELS),
        windowDays: z.int(),
        codePriority: z.boolean(),
        customerClicks: z.enum(["confirmed", "any"]).optional(),
      })
      .openapi({ description: "The store's when the order was first confirmed, or until then recorded." }),
    window: z.object({ from: timeOut, to: timeOut }).openapi({ description: "In which a click or a call counts." }),
    candidates: z.array(
      z.object({
        touch: z.object({
          id: z.string(),
          kind: z.enum(TOUCH_KINDS),
          trust: trustField,
          time: timeOut,
          creatorId: z.string().nullable(),
          campaignId: z.string().nullable(),
          planId: z.string().nullable(),
          linkId: z.string().nullable(),
          codeId: z.string().nullable(),
          callId: z.string().nullable(),
          channel: z.string().nullable().openapi({ description: "Of a call's source, such as `tv`." }),
        }),
        eligible: z.boolean(),
        reasonCode: z.enum(REASON_CODES).nullable().openapi({ description: "`null` if eligible." }),
        reason: z.string(),
      }),
    ),
    unverifiedClicks: z.array(z.object({ problem: z.string(), trust: trustField, reason: z.string() })).openapi({
      description: "Click ids that came with the order and can't be believed, and why. They decide nothing.",
    }),
    wouldHaveBeen: z
      .record(z.string(), z.string().nullable())
      .openapi({ description: "The owner under each other model; `null`: nobody." }),
    manual: z
      .object({
        creatorId: z.string().nullable(),
        campaignId: z.string().nullable(),
        planId: z.string().nullable(),
        reason: z.string(),
        actor: z.string(),
        at: timeOut,
      })
      .nullable()
      .openapi({ description: "The decision by hand that is in force, if there is one." }),
  })
  .openapi("OrderExplanation");

/** Body of `POST /orders/{id}/attribute`. */
export const orderAttribute = z
  .strictObject({
    creatorId: idField("creator").nullable().optional().openapi({ description: "Who owns the order; `null`: nobody." }),
    campaignId: idField("campaign").optional(),
    planId: idField("plan")
      .optional()
      .openapi({ description: "The campaign's, if one is named and this is left out." }),
    rule: z.literal(true).optional().openapi({
      description: "Instead of a creator: takes the decision by hand back, so that the rules decide again.",
    }),
    reason: textField(MAX_REASON).openapi({ description: "Is kept with the order." }),
  })
  .superRefine(({ creatorId, campaignId, planId, rule }, context) => {
    const refuse = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    if (rule === undefined && creatorId === undefined) refuse("creatorId", "is needed unless rule is true");
    if (rule === true && creatorId !== undefined) refuse("creatorId", "can't be given with rule");
    if (creatorId == null && campaignId !== undefined) refuse("campaignId", "needs a creator");
    if (creatorId == null && planId !== undefined) refuse("planId", "needs a creator");
  })
  .openapi("OrderAttribute");

/** Validated {@link orderFilters}. */
export type OrderFilters = z.infer<typeof orderFilters>;
/** See {@link orderSchema}. */
export type Order = z.infer<typeof orderSchema>;
/** See {@link orderDetail}. */
export type OrderDetail = z.infer<typeof orderDetail>;
/** See {@link orderExplanation}. */
export type OrderExplanation = z.infer<typeof orderExplanation>;
/** A validated {@link orderAttribute}. */
export type OrderAttribute = z.infer<typeof orderAttribute>;
