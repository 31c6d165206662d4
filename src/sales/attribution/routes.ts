import { customerHasher } from "../capture/customer.ts";
import { requires } from "../../ground/http/auth.ts";
import { isoOf } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { decodeCursor } from "../../ground/http/pagination.ts";
import { Problem } from "../../ground/http/problem.ts";
import { reportRange } from "../../ground/time/range.ts";
import { existingStore } from "../../programme/store/store.ts";
import { simulationRequest, simulationResult } from "./schema.ts";
import { simulateAttribution } from "./simulate-run.ts";

const route = adminRoutes("Orders");

/** `/attribution`: what other rules would make of orders. */
export const attributionRoutes = createRouter().openapi(
  route("post", "/attribution/simulate", requires("orders:read"), {
    summary: "What another policy would make of past orders",
    description:
      "Changes nothing. Runs from the touches that each order keeps; decisions by hand stay, test orders and declined ones are left out.",
    request: { body: jsonRequest(simulationRequest) },
    responses: { 200: jsonContent(simulationResult, "Who would own what"), ...problems("not_found") },
  }),
  async (c) => {
    const { deps } = c.env;
    const { storeId, policy: given, from, to, limit, cursor } = c.req.valid("json");
    const store = await existingStore(deps, storeId);
    const range = reportRange(from, to, deps.now());
    if (range === null) throw Problem.invalid("to", "must come after from, by ten years at most");
    const { model, windowDays, codePriority, customerClicks = "confirmed" } = store.attribution;
    const policy = {
      model: given.model ?? model,
      windowDays: given.windowDays ?? windowDays,
      codePriority: given.codePriority ?? codePriority,
      customerClicks: given.customerClicks ?? customerClicks,
    };
    const result = await simulateAttribution(
      { d1: deps.d1, db: deps.db, customerHashOf: customerHasher(deps.env.VISITOR_KEY) },
      store,
      policy,
      { from: range.from, to: range.to, after: decodeCursor(cursor), limit },
    );
    return c.json({ ...result, range: { from: isoOf(range.from), to: isoOf(range.to) } }, 200);
  },
);
