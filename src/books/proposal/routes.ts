import { mustAllow, requires } from "../../ground/http/auth.ts";
import { carryOut } from "../../ground/http/commit.ts";
import { idParams } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonPage, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { byId, listHandler, pageQuery } from "../../ground/http/pagination.ts";
import { planConfirmation, planProposalLook, planRefusal } from "./change.ts";
import * as schema from "./schema.ts";
import { listProposals, presentProposal } from "./store.ts";

const route = adminRoutes("Money");
const params = idParams("detailProposal");

/** `/payout-detail-proposals`: payout details that creators entered on their own page, which nobody is paid by until they are confirmed. */
export const proposalRoutes = createRouter()
  .openapi(
    route("get", "/payout-detail-proposals", requires("orders:read"), {
      summary: "List payout details that creators entered",
      request: { query: pageQuery.extend(schema.proposalFilters.shape) },
      responses: { 200: jsonPage(schema.proposalSchema, "A page of proposals, newest first"), ...problems() },
    }),
    listHandler(byId, listProposals, presentProposal),
  )
  .openapi(
    route("get", "/payout-detail-proposals/{id}", requires("orders:read"), {
      summary: "Read payout details that a creator entered, beside those in force",
      description:
        "Masked as `GET /creators/{id}/payout-details` is, unless they are revealed. Whoever had the address of the creator's page may have entered them: ask the creator by another way before you confirm.",
      request: { params, query: schema.proposalQuery },
      responses: { 200: jsonContent(schema.shownProposal, "The proposal"), ...problems("not_found") },
    }),
    async (c) => {
      const revealed = c.req.valid("query").reveal === "true";
      if (revealed) mustAllow(c.var.actor, ["orders:write"]);
      return carryOut(c, async () => planProposalLook(c.env.deps, c.req.valid("param").id, revealed));
    },
  )
  .openapi(
    route("post", "/payout-detail-proposals/{id}/confirm", requires("orders:write"), {
      summary: "Have a creator paid where they entered",
      description:
        "In the place of what was in force; their reference stays. Refused if that changed since they entered it. Payments of draft runs go there, too.",
      request: { params },
      responses: {
        200: jsonContent(schema.proposalSchema, "The proposal as it is now"),
        ...problems("not_found", "proposal_decided", "proposal_stale", "account_unreadable", "unavailable"),
      },
    }),
    async (c) => carryOut(c, async () => planConfirmation(c.env.deps, c.var.actor, c.req.valid("param").id)),
  )
  .openapi(
    route("post", "/payout-detail-proposals/{id}/refuse", requires("orders:write"), {
      summary: "Refuse payout details that a creator entered",
      request: { params, body: jsonRequest(schema.proposalRefusal) },
      responses: {
        200: jsonContent(schema.proposalSchema, "The proposal as it is now"),
        ...problems("not_found", "proposal_decided"),
      },
    }),
    async (c) => {
      const { reason } = c.req.valid("json");
      return carryOut(c, async () => planRefusal(c.env.deps, c.var.actor, c.req.valid("param").id, reason));
    },
  );
