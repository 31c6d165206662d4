import { requires } from "../../ground/http/auth.ts";
import { unchanged } from "../../ground/http/change.ts";
import { carryOut } from "../../ground/http/commit.ts";
import { idParams } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { planExport, planNoExport } from "./change.ts";
import { testExport } from "./run.ts";
import { analyticsExportRequest, analyticsExportSchema, analyticsExportTest } from "./schema.ts";
import { countWaiting, existingExport, presentExport } from "./store.ts";

const route = adminRoutes("Exports");
const params = idParams("store");

/** `/stores/{id}/analytics-export`: where what consenting visitors did goes on to. */
export const analyticsExportRoutes = createRouter()
  .openapi(
    route("get", "/stores/{id}/analytics-export", requires("settings:read"), {
      summary: "Read a store's analytics export",
      request: { params },
      responses: { 200: jsonContent(analyticsExportSchema, "The export"), ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      const row = await existingExport(deps, c.req.valid("param").id);
      return c.json(presentExport(row, await countWaiting(deps, row)), 200);
    },
  )
  .openapi(
    route("put", "/stores/{id}/analytics-export", requires("settings:write", "reports:read"), {
      summary: "Set a store's analytics export",
      description:
        "What consenting visitors do from now on is sent there every minute, each event at least once, under names that are those of nobody. Secrets are sealed, and are never shown again.",
      request: { params, body: jsonRequest(analyticsExportRequest) },
      responses: {
        200: jsonContent(analyticsExportSchema, "The export"),
        ...problems("not_found", "unavailable"),
      },
    }),
    async (c) =>
      carryOut(c, async () => planExport(c.env.deps, c.req.valid("param").id, c.req.valid("json"), c.req.url)),
  )
  .openapi(
    route("delete", "/stores/{id}/analytics-export", requires("settings:write"), {
      summary: "End a store's analytics export",
      request: { params },
      responses: { 204: { description: "Ended" }, ...problems("not_found") },
    }),
    async (c) => carryOut(c, async () => planNoExport(c.env.deps, c.req.valid("param").id)),
  )
  .openapi(
    route("post", "/stores/{id}/analytics-export/test", requires("settings:write"), {
      summary: "Send a test event",
      description: "A view of the page `/` by the visitor `test`, sent at once.",
      request: { params },
      responses: { 200: jsonContent(analyticsExportTest, "What was answered"), ...problems("not_found") },
    }),
    async (c) =>
      carryOut(c, async () => {
        const { deps } = c.env;
        const row = await existingExport(deps, c.req.valid("param").id);
        return unchanged(await testExport(deps.env, row, deps.now()));
      }),
  );
