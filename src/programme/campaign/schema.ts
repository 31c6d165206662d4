import * as z from "../../ground/http/zod.ts";
import { idField, textField, timeOut } from "../../ground/http/fields.ts";
import { newPlan } from "../plan/schema.ts";
import { CAMPAIGN_STATUSES, MEMBER_STATES, MEMBER_STATUSES } from "./states.ts";

const campaignFields = {
  name: textField(120),
  planId: idField("plan").nullable(),
  generateOn: z
    .enum(["approval", "added"])
    .openapi({ description: "When a creator's code and links are made: on approval, or as soon as they are added." }),
  creatorsSeePerformance: z.boolean(),
  tracking: z
    .boolean()
    .openapi({ description: "Whether codes and links are made. Those that there are go on working without." }),
};

/** Body of `POST /campaigns`. */
export const newCampaign = z
  .strictObject({
    name: campaignFields.name,
    planId: campaignFields.planId.default(null),
    plan: newPlan.optional().openapi({ description: "A tracking plan to make along with the campaign." }),
    generateOn: campaignFields.generateOn.default("approval"),
    creatorsSeePerformance: campaignFields.creatorsSeePerformance.default(false),
    tracking: campaignFields.tracking.default(true),
  })
  .refine(({ planId, plan }) => planId === null || plan === undefined, {
    path: ["plan"],
    message: "can't be given along with planId",
  })
  .openapi("NewCampaign");

/** Body of `PATCH /campaigns/{id}`. */
export const campaignPatch = z
  .strictObject({
    ...campaignFields,
    override: z.strictObject({ reason: textField(500) }).openapi({
      description: "Gives a launched campaign another plan all the same, as long as no sale is recorded.",
    }),
  })
  .partial()
  .openapi("CampaignPatch");

/** How far the codes and links of a campaign's creators are, in creators who aren't rejected. */
export const generationSchema = z
  .object({ total: z.int(), done: z.int(), failed: z.int(), queued: z.int(), waiting: z.int() })
  .openapi("Generation");

/** A campaign as the API shows it. */
export const campaignSchema = z
  .object({
    id: idField("campaign"),
    ...campaignFields,
    name: z.string(),
    status: z.enum(CAMPAIGN_STATUSES),
    launchedAt: timeOut.nullable(),
    archivedAt: timeOut.nullable(),
    generation: generationSchema,
    warnings: z.array(
      z.object({
        code: z.enum(["plan_shared", "no_commission"]),
        detail: z.string(),
        campaignIds: z.array(idField("campaign")),
      }),
    ),
    createdAt: timeOut,
    updatedAt: timeOut,
  })
  .openapi("Campaign");

/** Filters of `GET /campaigns`. */
export const campaignFilter = z.strictObject({
  status: z.enum(CAMPAIGN_STATUSES).optional(),
  plan: idField("plan").optional(),
  q: textField(120).optional().openapi({ description: "Text in the name; A–Z match a–z." }),
});

/** Most creators that one request adds. */
const MAX_ADDED = 1000;

/** Body of `POST /campaigns/{id}/creators`. */
export const newMembers = z
  .strictObject({
    creatorIds: z
      .array(idField("creator"))
      .min(1)
      .max(MAX_ADDED)
      .superRefine((ids, context) => {
        const seen = new Set<string>();
        for (const [index, id] of ids.entries()) {
          if (seen.has(id)) context.addIssue({ code: "custom", path: [index], message: "is in the list twice" });
          seen.add(id);
        }
      }),
    status: z.enum(["applied", "approved"]).default("applied"),
  })
  .openapi("NewCampaignCreators");

/** Answer of `POST /campaigns/{id}/creators`. */
export const addedMembers = z
  .object({
    added: z.int(),
    existing: z.int().openapi({ description: "Creators who were in the campaign already; they stay as they are." }),
    generation: generationSchema,
  })
  .openapi("AddedCampaignCreators");

/** Longest reason of a decision on a creator. */
const MAX_REASON = 500;

/** Body of `POST /campaigns/{id}/creators/{creatorId}/approve` and `…/reject`; it may be left out. */
export const memberDecision = z
  .strictObject({
    reason: textField(MAX_REASON).optional().openapi({
      description: "Is kept with the creator in the campaign until the next decision, and in the audit log.",
    }),
  })
  .nullable()
  .openapi("CampaignCreatorDecision");

/** A creator in a campaign as the API shows it. */
export const memberSchema = z
  .object({
    creatorId: idField("creator"),
    status: z.enum(MEMBER_STATUSES),
    reason: z
      .string()
      .nullable()
      .openapi({ description: "Why they were last approved or rejected; `null`: nobody said." }),
    state: z.enum(MEMBER_STATES).openapi({ description: "Of code and links; `waiting`: none are due yet." }),
    code: z.string().optional(),
    codeId: idField("code").optional(),
    link: z
      .string()
      .optional()
      .openapi({ description: "The link to post: the one that earns, or else the one that counts clicks." }),
    linkId: idField("link").optional(),
    trackingLink: z.string().optional(),
    trackingLinkId: idField("link").optional(),
    failure: z.object({ code: z.string(), detail: z.string() }).optional(),
    createdAt: timeOut,
    updatedAt: timeOut,
  })
  .openapi("CampaignCreator");

/** Filters of `GET /campaigns/{id}/creators`. */
export const memberFilter = z.strictObject({
  status: z.enum(MEMBER_STATUSES).optional(),
  state: z.enum(MEMBER_STATES).optional(),
});

/** A validated {@link newCampaign}. */
export type NewCampaign = z.infer<typeof newCampaign>;
/** A validated {@link campaignPatch}. */
export type CampaignPatch = z.infer<typeof campaignPatch>;
/** See {@link campaignSchema}. */
export type Campaign = z.infer<typeof campaignSchema>;
/** See {@link campaignFilter}. */
export type CampaignFilter = z.infer<typeof campaignFilter>;
/** See {@link generationSchema}. */
export type Generation = z.infer<typeof generationSchema>;
/** See {@link memberSchema}. */
export type Member = z.infer<typeof memberSchema>;
/** See {@link memberFilter}. */
export type MemberFilter = z.infer<typeof memberFilter>;
