import { requires } from "../../ground/http/auth.ts";
import { idParams, isoOf } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, problems } from "../../ground/http/openapi.ts";
import { existingStore } from "../../programme/store/store.ts";
import { activePlan } from "../plan/plan-store.ts";
import { figuresOf } from "./figures.ts";
import { expectedOf } from "./planned.ts";
import { qualityQuery, qualitySchema } from "./schema.ts";
import { dayBefore, KNOWN_DAYS } from "./silence-run.ts";
import { qualityRows } from "./store.ts";

const route = adminRoutes("Visits");

/** `/stores/{id}/quality`: whether what a tagging plan expects comes, and what becomes of it. */
export const qualityRoutes = createRouter().openapi(
  route("get", "/stores/{id}/quality", requires("settings:read"), {
    summary: "What became of what a store's pages told",
    description:
      "For each rule, step and kind of the active tagging plan, in its order, then for what came beside it: counted, refused and why, and since when it is silent.",
    request: { params: idParams("store"), query: qualityQuery },
    responses: { 200: jsonContent(qualitySchema, "Counts of the days asked for"), ...problems("not_found") },
  }),
  async (c) => {
    const { deps } = c.env;
    const { id } = await existingStore(deps, c.req.valid("param").id);
    const { days } = c.req.valid("query");
    const now = deps.now();
    const plan = await activePlan(deps, id);
    const rows = await qualityRows(deps.d1, [id], dayBefore(now, KNOWN_DAYS));
    const expected = plan === null ? [] : expectedOf(plan);
    const figures = figuresOf(expected, rows.get(id) ?? [], { from: dayBefore(now, days - 1), now });
    const data = figures.map((one) => ({
      ...one,
      firstAt: isoOf(one.firstAt),
      lastAt: isoOf(one.lastAt),
      silentSince: isoOf(one.silentSince),
    }));
    return c.json({ plan: plan && { id: plan.id, name: plan.name, version: plan.number }, days, data }, 200);
  },
);
