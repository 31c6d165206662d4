import { requires } from "../../ground/http/auth.ts";
import { adminRoutes, createRouter, jsonPage, problems } from "../../ground/http/openapi.ts";
import { byId, listHandler, pageQuery } from "../../ground/http/pagination.ts";
import { auditFilters, auditSchema } from "./schema.ts";
import { listAudit, presentAudit } from "./store.ts";

const route = adminRoutes("Audit");

/** `/audit`: who changed what. Read only: entries are written with the change itself. */
export const auditRoutes = createRouter().openapi(
  route("get", "/audit", requires("audit:read"), {
    summary: "List changes",
    request: { query: pageQuery.extend(auditFilters.shape) },
    responses: { 200: jsonPage(auditSchema, "A page of changes, newest first"), ...problems() },
  }),
  listHandler(byId, listAudit, presentAudit),
);
