import { requires } from "../../ground/http/auth.ts";
import { adminRoutes, createRouter, jsonContent, problems } from "../../ground/http/openapi.ts";
import { readDecisions } from "./load-decisions.ts";
import { decisionsAnswer, decisionsQuery } from "./schema.ts";

const route = adminRoutes("Reports");

/** `/decisions`: what waits for somebody to decide it. */
export const decisionRoutes = createRouter().openapi(
  route("get", "/decisions", requires("reports:read"), {
    summary: "What waits for a decision",
    description:
      "By kind, with the oldest three and the list that has just these. Each kind needs the scope of its list; those that the key may not see are named in `hidden`.",
    request: { query: decisionsQuery },
    responses: { 200: jsonContent(decisionsAnswer, "What waits, the most urgent first"), ...problems() },
  }),
  async (c) => c.json(await readDecisions(c.env.deps, c.var.actor, c.req.valid("query").store), 200),
);
