import * as z from "../../ground/http/zod.ts";
import { decisionsOf, MAX_DECIDED } from "../../ground/http/bulk.ts";
import { idField, idsField, textField, timeOut } from "../../ground/http/fields.ts";
import { newPlan } from "../plan/schema.ts";
import { CAMPAIGN_STATUSES, MEMBER_STATES, MEMBER_STATUSES } from "./states.ts";
import { WAITING } from "./waiting.ts";

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
  store: idField("store").optional().openapi({ description: "Those whose tracking plan is of this store." }),
  waiting: z.enum(WAITING).optional().openapi({
    description:
      "Those with creators who wait: `applied` until somebody approves or rejects them, `failed` since their code couldn't be made.",
  }),
  q: textField(120).optional().openapi({ description: "Text in the name; A–Z match a–z." }),
});

/** Most creators that one request adds. */
const MAX_ADDED = 1000;

/** Body of `POST /campaigns/{id}/creators`. */
export const newMembers = z
  .strictObject({
    creatorIds: idsField("creator", MAX_ADDED),
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

/** Body of `POST /campaigns/{id}/creators/bulk`. */
export const memberDecisions = z
  .strictObject({
    action: z.enum(["approve", "reject", "retry-code"]),
    creatorIds: idsField("creator", MAX_DECIDED).optional(),
    all: z
      .literal(true, "must be true, or left out")
      .optional()
      .openapi({
        description: `In place of \`creatorIds\`: all who applied, or whose code failed if it is to be retried; the newest ${MAX_DECIDED} creators of them, as \`more\` of the answer tells.`,
      }),
    reason: textField(MAX_REASON).optional().openapi({ description: "As of one decision. Not for `retry-code`." }),
    dryRun: z.boolean().default(false).openapi({ description: "Whether it is only said what would become of them." }),
  })
  .superRefine(({ action, creatorIds, all, reason }, context) => {
    if ((creatorIds === undefined) === (all === undefined)) {
      const message = all === undefined ? "is missing, or all: true" : "must be left out where it is all of them";
      context.addIssue({ code: "custom", path: ["creatorIds"], message });
    }
    if (action === "retry-code" && reason !== undefined) {
      context.addIssue({ code: "custom", path: ["reason"], message: "must be left out where a code is retried" });
    }
  })
  .openapi("CampaignCreatorDecisions");

/** What became of the creators of {@link memberDecisions}. */
export const decidedMembers = decisionsOf(idField("creator"), z.enum([...MEMBER_STATUSES, ...MEMBER_STATES]))
  .extend({
    more: z.boolean().openapi({ description: "Whether there are more of whom `all` asked for." }),
  })
  .openapi("DecidedCampaignCreators");

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
/** A validated {@link memberDecisions}. */
export type MemberDecisions = z.infer<typeof memberDecisions>;
/** See {@link decidedMembers}. */
export type DecidedMembers = z.infer<typeof decidedMembers>;
