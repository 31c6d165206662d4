import { requires } from "../../ground/http/auth.ts";
import { adminRoute, createRouter, jsonContent, problems } from "../../ground/http/openapi.ts";
import { decodeCursor, pageFrom, pageOf, pageQuery } from "../../ground/http/pagination.ts";
import { auditFilters, auditSchema } from "./schema.ts";
import { listAudit, presentAudit } from "./store.ts";

/** `/audit`: who changed what. Read only: entries are written with the change itself. */
export const auditRoutes = createRouter().openapi(
  adminRoute("get", "/audit", requires("audit:read"), {
    tags: ["Audit"],
    summary: "List changes",
    request: { query: pageQuery.extend(auditFilters.shape) },
    responses: { 200: jsonContent(pageOf(auditSchema), "A page of changes, newest first"), ...problems() },
  }),
  async (c) => {
    const { limit, cursor, ...filters } = c.req.valid("query");
    const rows = await listAudit(c.env.deps, filters, decodeCursor(cursor), limit + 1);
    return c.json(pageFrom(rows, limit, presentAudit), 200);
  },
);
