import { createRoute } from "@hono/zod-openapi";
import { requires } from "../../ground/http/auth.ts";
import { createRouter, jsonContent, problems, SECURITY } from "../../ground/http/openapi.ts";
import { decodeCursor, pageFrom, pageOf, pageQuery } from "../../ground/http/pagination.ts";
import { auditFilters, auditSchema } from "./schema.ts";
import { listAudit, presentAudit } from "./store.ts";

/** `/audit`: who changed what. Read only: entries are written with the change itself. */
export const auditRoutes = createRouter().openapi(
  createRoute({
    method: "get",
    path: "/audit",
    tags: ["Audit"],
    summary: "List changes",
    security: SECURITY,
    middleware: requires("audit:read"),
    request: { query: pageQuery.extend(auditFilters.shape) },
    responses: { 200: jsonContent(pageOf(auditSchema), "A page of changes, newest first"), ...problems() },
  }),
  async (c) => {
    const { limit, cursor, ...filters } = c.req.valid("query");
    const rows = await listAudit(c.env.deps, filters, decodeCursor(cursor), limit + 1);
    return c.json(pageFrom(rows, limit, presentAudit), 200);
  },
);
