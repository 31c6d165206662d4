import { loadBlocklist } from "../../edge/block/load.ts";
import { requires } from "../../ground/http/auth.ts";
import { idParams } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { Problem } from "../../ground/http/problem.ts";
import { loadLinkById } from "../../edge/link/load.ts";
import { simulationSchema, visitorSchema } from "./schema.ts";
import { simulate } from "./simulate.ts";

const route = adminRoutes("Links");

/** `/links/{id}/simulate`: what a given visitor would get, and why. */
export const simulateRoutes = createRouter().openapi(
  route("post", "/links/{id}/simulate", requires("links:read"), {
    summary: "What a visitor would get, and why",
    description: "Counts nothing, sets nothing and uses no click up.",
    request: { params: idParams("link"), body: jsonRequest(visitorSchema) },
    responses: { 200: jsonContent(simulationSchema, "The outcome"), ...problems("not_found") },
  }),
  async (c) => {
    const { d1, config, now } = c.env.deps;
    const { id } = c.req.valid("param");
    const found = await loadLinkById(d1, id);
    if (found.record === null) throw new Problem("not_found", `There is no link ${id}.`);
    const context = { defaultConsent: config.consentPolicy, blocklist: await loadBlocklist(d1), now: now() };
    return c.json(simulate({ ...found, record: found.record }, c.req.valid("json"), context), 200);
  },
);
