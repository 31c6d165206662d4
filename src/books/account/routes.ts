import { mustAllow, requires } from "../../ground/http/auth.ts";
import { carryOut } from "../../ground/http/commit.ts";
import { idParams } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { planDetails, planForgetting, planLook } from "./details-change.ts";
import { planPayer, planPayerForgetting, showPayer } from "./payer-change.ts";
import * as schema from "./schema.ts";

const route = adminRoutes("Money");
const [creatorParams, storeParams] = [idParams("creator"), idParams("store")];

/** `/creators/{id}/payout-details` and `/stores/{id}/payer`: where creators are paid, and from which account. */
export const accountRoutes = createRouter()
  .openapi(
    route("get", "/creators/{id}/payout-details", requires("orders:read"), {
      summary: "Read where a creator is paid",
      description: "With an IBAN, an e-mail address and a note that nobody could pay to, unless they are revealed.",
      request: { params: creatorParams, query: schema.detailsQuery },
      responses: {
        200: jsonContent(schema.payoutDetailsSchema, "Where they are paid"),
        ...problems("not_found", "account_unreadable"),
      },
    }),
    async (c) => {
      const revealed = c.req.valid("query").reveal === "true";
      if (revealed) mustAllow(c.var.actor, ["orders:write"]);
      return carryOut(c, async () => planLook(c.env.deps, c.req.valid("param").id, revealed));
    },
  )
  .openapi(
    route("put", "/creators/{id}/payout-details", requires("orders:write"), {
      summary: "Say where a creator is paid",
      description:
        "In the place of what was said before. Kept encrypted, and erased with the creator; the audit log has which of it changed, and never what it says.",
      request: { params: creatorParams, body: jsonRequest(schema.payoutDetailsBody) },
      responses: {
        200: jsonContent(schema.payoutDetailsSchema, "Where they are paid, masked"),
        ...problems("not_found", "unavailable"),
      },
    }),
    async (c) =>
      carryOut(c, async () => planDetails(c.env.deps, c.var.actor, c.req.valid("param").id, c.req.valid("json"))),
  )
  .openapi(
    route("delete", "/creators/{id}/payout-details", requires("orders:write"), {
      summary: "Forget where a creator is paid",
      request: { params: creatorParams },
      responses: { 204: { description: "Forgotten" }, ...problems("not_found") },
    }),
    async (c) => carryOut(c, async () => planForgetting(c.env.deps, c.req.valid("param").id)),
  )
  .openapi(
    route("get", "/stores/{id}/payer", requires("settings:read"), {
      summary: "Read from which account a store pays",
      request: { params: storeParams },
      responses: {
        200: jsonContent(schema.payerSchema, "The account, with its IBAN masked"),
        ...problems("not_found", "account_unreadable"),
      },
    }),
    async (c) => c.json(await showPayer(c.env.deps, c.req.valid("param").id), 200),
  )
  .openapi(
    route("put", "/stores/{id}/payer", requires("settings:write", "orders:write"), {
      summary: "Say from which account a store pays",
      description: "What files for the bank (`GET /payouts/{id}/export?format=sepa`) are paid from. Kept encrypted.",
      request: { params: storeParams, body: jsonRequest(schema.payerBody) },
      responses: {
        200: jsonContent(schema.payerSchema, "The account, with its IBAN masked"),
        ...problems("not_found", "unavailable"),
      },
    }),
    async (c) =>
      carryOut(c, async () => planPayer(c.env.deps, c.var.actor, c.req.valid("param").id, c.req.valid("json"))),
  )
  .openapi(
    route("delete", "/stores/{id}/payer", requires("settings:write", "orders:write"), {
      summary: "Forget from which account a store pays",
      request: { params: storeParams },
      responses: { 204: { description: "Forgotten" }, ...problems("not_found") },
    }),
    async (c) => carryOut(c, async () => planPayerForgetting(c.env.deps, c.req.valid("param").id)),
  );
