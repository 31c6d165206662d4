import { requires } from "../../ground/http/auth.ts";
import { adminRoute, createRouter, jsonPage, problems } from "../../ground/http/openapi.ts";
import { byId, listHandler, pageQuery } from "../../ground/http/pagination.ts";
import { auditFilters, auditSchema } from "./schema.ts";
import { listAudit, presentAudit } from "./store.ts";

/** `/audit`: who changed what. Read only: entries are written with the change itself. */
export const auditRoutes = createRouter().openapi(
  adminRoute("get", "/audit", requires("audit:read"), {
    tags: ["Audit"],
    summary: "List changes",
    request: { query: pageQuery.extend(auditFilters.shape) },
    responses: { 200: jsonPage(auditSchema, "A page of changes, newest first"), ...problems() },
  }),
  listHandler(byId, listAudit, presentAudit),
);
