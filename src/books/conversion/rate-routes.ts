import * as z from "../../ground/http/zod.ts";
import { requires } from "../../ground/http/auth.ts";
import { carryOut } from "../../ground/http/commit.ts";
import { idField, idParams } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { existingPlan } from "../../programme/plan/store.ts";
import { existingRate, planRate, planRateEnd } from "./rate-change.ts";
import { conversionRate, newConversionRate } from "./rate-schema.ts";
import { presentRate, ratesOf } from "./rate-store.ts";

const route = adminRoutes("Tracking plans");
const params = idParams("plan");
const rateParams = params.extend({ definitionId: idField("definition") });

/** `/tracking-plans/{id}/conversion-rates`: what a plan pays for conversions that are no orders. */
export const conversionRateRoutes = createRouter()
  .openapi(
    route("get", "/tracking-plans/{id}/conversion-rates", requires("plans:read"), {
      summary: "List what a tracking plan pays for conversions",
      request: { params },
      responses: {
        200: jsonContent(z.object({ data: z.array(conversionRate) }), "Each definition's rate, with its history"),
        ...problems("not_found"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const { plan } = await existingPlan(deps, c.req.valid("param").id);
      const rates = await ratesOf(deps, plan.id);
      return c.json({ data: rates.map((rate) => presentRate(plan.id, rate, deps.now())) }, 200);
    },
  )
  .openapi(
    route("get", "/tracking-plans/{id}/conversion-rates/{definitionId}", requires("plans:read"), {
      summary: "Read what a tracking plan pays for conversions of a definition",
      request: { params: rateParams },
      responses: { 200: jsonContent(conversionRate, "The rate, with its history"), ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      const { id: planId, definitionId } = c.req.valid("param");
      return c.json(presentRate(planId, await existingRate(deps, { planId, definitionId }), deps.now()), 200);
    },
  )
  .openapi(
    route("put", "/tracking-plans/{id}/conversion-rates/{definitionId}", requires("plans:write", "orders:write"), {
      summary: "Say what a tracking plan pays for conversions of a definition",
      description:
        "Adds a version that holds from now on, or from a later time. What happened before earns what held then, and what was applied to the past earns nothing.",
      request: { params: rateParams, body: jsonRequest(newConversionRate) },
      responses: { 200: jsonContent(conversionRate, "The rate as it is now"), ...problems("not_found") },
    }),
    async (c) => {
      const { id: planId, definitionId } = c.req.valid("param");
      const given = c.req.valid("json");
      return carryOut(c, async () => planRate(c.env.deps, c.var.actor, { planId, definitionId }, given));
    },
  )
  .openapi(
    route("delete", "/tracking-plans/{id}/conversion-rates/{definitionId}", requires("plans:write", "orders:write"), {
      summary: "Pay nothing for conversions of a definition any more",
      description: "From now on. What happened before is paid as it was agreed.",
      request: { params: rateParams },
      responses: { 204: { description: "Nothing is paid from now on" }, ...problems("not_found") },
    }),
    async (c) => {
      const { id: planId, definitionId } = c.req.valid("param");
      return carryOut(c, async () => planRateEnd(c.env.deps, c.var.actor, { planId, definitionId }));
    },
  );
