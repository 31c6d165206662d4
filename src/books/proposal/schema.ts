import { idField, textField, timeOut } from "../../ground/http/fields.ts";
import * as z from "../../ground/http/zod.ts";
import { PROPOSAL_STATES } from "../../ground/model/payout.ts";
import { detailsQuery, payoutDetailsSchema } from "../account/schema.ts";

/** Longest reason. */
const MAX_REASON = 500;

/** Filters of the list of proposals; all that are given must match. */
export const proposalFilters = z.object({
  creator: idField("creator").optional(),
  state: z.enum(PROPOSAL_STATES).optional(),
});

/** Query of `GET /payout-detail-proposals/{id}`. */
export const proposalQuery = z.strictObject({
  ...detailsQuery.shape,
  expand: z.enum(["names"]).optional(),
});

/** Body of `POST /payout-detail-proposals/{id}/refuse`. */
export const proposalRefusal = z
  .strictObject({ reason: textField(MAX_REASON).openapi({ description: "The creator reads it on their page." }) })
  .openapi("PayoutDetailRefusal");

const portalLink = z
  .object({
    id: idField("portalToken"),
    label: z.string().nullable(),
    createdAt: timeOut,
    revokedAt: timeOut
      .nullable()
      .openapi({ description: "Since then it opens nothing; what came by it before stays." }),
  })
  .nullable()
  .openapi({ description: "By which it came: whoever had its address may have entered it." });

/** A proposal as the list shows it. */
export const proposalSchema = z
  .object({
    id: idField("detailProposal"),
    creatorId: idField("creator"),
    state: z.enum(PROPOSAL_STATES).openapi({
      description: "`replaced`: another was entered before anybody decided. Only `confirmed` ones were ever in force.",
    }),
    method: payoutDetailsSchema.shape.method,
    portalLink,
    createdAt: timeOut,
    decidedAt: timeOut.nullable(),
    decidedBy: z.string().nullable().openapi({
      description: "Id of the API key, `bootstrap`, or the portal link by which another took its place.",
    }),
    reason: z.string().nullable().openapi({ description: "Why it was refused, for the creator to read." }),
  })
  .openapi("PayoutDetailProposal");

const { method, accountHolder, iban, bic, country, email, note, reference } = payoutDetailsSchema.shape;
const accountSchema = z.object({ method, accountHolder, iban, bic, country, email, note, reference });

/** A proposal beside what is in force. */
export const shownProposal = proposalSchema
  .extend({
    details: accountSchema.nullable().openapi({
      description: "What the creator entered; `null`: it was sealed under another VISITOR_KEY.",
    }),
    inForce: accountSchema.nullable().openapi({
      description: "Where they are paid now; `null`: nobody said, or, with `inForceSince`, it can't be opened.",
    }),
    inForceSince: timeOut.nullable(),
    changed: z.array(z.string()).openapi({
      description: "The details that differ from those in force, by what they are whole and not as they are shown.",
      example: ["accountHolder", "iban"],
    }),
    stale: z.boolean().openapi({
      description: "Whether those in force changed since it was entered, so that it can't be confirmed any more.",
    }),
    revealed: z.boolean(),
  })
  .openapi("ShownPayoutDetailProposal");

/** Validated {@link proposalFilters}. */
export type ProposalFilters = z.infer<typeof proposalFilters>;
/** See {@link proposalSchema}. */
export type Proposal = z.infer<typeof proposalSchema>;
/** See {@link shownProposal}. */
export type ShownProposal = z.infer<typeof shownProposal>;
