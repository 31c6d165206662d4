import { requires } from "../../ground/http/auth.ts";
import { carryOut, commit, respond } from "../../ground/http/commit.ts";
import { csvStream } from "../../ground/http/csv.ts";
import { idField, idParams } from "../../ground/http/fields.ts";
import {
  adminRoutes,
  createRouter,
  jsonContent,
  jsonOrCsv,
  jsonPage,
  jsonRequest,
  problems,
} from "../../ground/http/openapi.ts";
import { byId, byIdOf, pageOf, pageQuery, readPage } from "../../ground/http/pagination.ts";
import { existingStore } from "../../programme/store/store.ts";
import { formatOf, importReport, readBody } from "./import-change.ts";
import { readEntries } from "./entries-schema.ts";
import * as reports from "./report-schema.ts";
import { ROW_COLUMNS, csvRows } from "./load-rows-csv.ts";
import { byRowPlace, listReports, listRows, presentReport, presentRow } from "./reports-store.ts";
import * as schema from "./tag-schema.ts";
import { planTag, planTagless, planTags } from "./tags-change.ts";
import { listTags, presentTag, type TagRow } from "./tags-store.ts";

const route = adminRoutes("Amazon Attribution");
const params = idParams("store");
const tagParams = params.extend({ creatorId: idField("creator") });
const byCreator = byIdOf(({ creatorId }: TagRow) => creatorId);
const file = { schema: { type: "string" as const } };

/** `/stores/{id}/attribution-tags`: by what Amazon counts for creators. */
export const attributionTagRoutes = createRouter()
  .openapi(
    route("get", "/stores/{id}/attribution-tags", requires("plans:read"), {
      summary: "List a store's tags of Amazon Attribution",
      description: "Or, with `lacking=true`, the creators who have links of its plans and no tag.",
      request: { params, query: pageQuery.extend(schema.tagFilters.shape) },
      responses: {
        200: jsonPage(schema.tagSchema, "A page of tags, the newest creator's first"),
        ...problems("not_found"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const { id } = await existingStore(deps, c.req.valid("param").id);
      const query = c.req.valid("query");
      const { rows, nextCursor } = await readPage(query, byCreator, (stretch) => listTags(deps, id, stretch, query));
      return c.json({ data: rows.map(presentTag), nextCursor }, 200);
    },
  )
  .openapi(
    route("post", "/stores/{id}/attribution-tags", requires("plans:write", "orders:write"), {
      summary: "Enter many tags",
      description: `The body is CSV with a header (creator_id or external_id, tag, and ad_group, ad_group_id, creative_id, campaign, campaign_id or publisher where rows of reports are known by them), or a JSON list of entries. Each is checked by itself.`,
      request: {
        params,
        body: { content: { "text/csv": file, "application/json": { schema: {} } }, required: true },
      },
      responses: {
        200: jsonContent(schema.bulkTagsResult, "A result for each entry, and who lacks a tag still"),
        ...problems(
          "not_found",
          "provider_differs",
          "malformed_json",
          "body_too_large",
          "unsupported_type",
          "tag_taken",
        ),
      },
    }),
    async (c) => {
      const format = formatOf(c.req.header("content-type"));
      const entries = readEntries(await readBody(c), format);
      return respond(await commit(c, () => planTags(c.env.deps, c.req.valid("param").id, entries)));
    },
  )
  .openapi(
    route("put", "/stores/{id}/attribution-tags/{creatorId}", requires("plans:write", "orders:write"), {
      summary: "Enter a creator's tag",
      description:
        "The creator's links of the store's plans carry it at once, and rows of reports that are known by it are the creator's, also those that were imported before.",
      request: { params: tagParams, body: jsonRequest(schema.tagBody) },
      responses: {
        200: jsonContent(schema.enteredTag, "The tag, also where it is in place of another, or as it was"),
        ...problems("not_found", "provider_differs", "tag_taken"),
      },
    }),
    async (c) => {
      const { id, creatorId } = c.req.valid("param");
      return carryOut(c, () => planTag(c.env.deps, id, creatorId, c.req.valid("json")));
    },
  )
  .openapi(
    route("delete", "/stores/{id}/attribution-tags/{creatorId}", requires("plans:write", "orders:write"), {
      summary: "Delete a creator's tag",
      description: "Their links lead on without it, and rows of reports that were known by it are unassigned.",
      request: { params: tagParams },
      responses: { 204: { description: "Deleted" }, ...problems("not_found", "provider_differs") },
    }),
    async (c) => {
      const { id, creatorId } = c.req.valid("param");
      return carryOut(c, () => planTagless(c.env.deps, id, creatorId));
    },
  );

/** `/stores/{id}/attribution-reports`: what Amazon says that came of creators' links. */
export const attributionReportRoutes = createRouter()
  .openapi(
    route("post", "/stores/{id}/attribution-reports", requires("orders:write"), {
      summary: "Import a report of Amazon Attribution",
      description: `The body is a report of type \`PERFORMANCE\` by day: CSV, or JSON as Amazon's API answers (\`{"reports": […]}\`, its rows, or a list of its pages), of ${reports.MAX_REPORT_BYTES / 1_048_576} MiB and ${reports.MAX_REPORT_ROWS} rows at most. Each day that it covers is replaced whole; a line that can't be read is named, and nothing is imported then. The same report again changes nothing (\`repeated\`).`,
      request: {
        params,
        query: reports.reportQuery,
        body: { content: { "text/csv": file, "application/json": { schema: {} } }, required: true },
      },
      responses: {
        200: jsonContent(reports.importedReport, "Imported, or known already"),
        ...problems(
          "not_found",
          "provider_differs",
          "malformed_json",
          "body_too_large",
          "unsupported_type",
          "idempotency_key_reused",
        ),
      },
    }),
    async (c) => respond(await importReport(c, c.req.valid("param").id, c.req.valid("query"))),
  )
  .openapi(
    route("get", "/stores/{id}/attribution-reports", requires("orders:read"), {
      summary: "List a store's imported reports",
      request: { params, query: pageQuery },
      responses: {
        200: jsonPage(reports.attributionReportSchema, "A page of reports, newest first"),
        ...problems("not_found"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const { id } = await existingStore(deps, c.req.valid("param").id);
      const { rows, nextCursor } = await readPage(c.req.valid("query"), byId, (stretch) =>
        listReports(deps, id, stretch),
      );
      return c.json({ data: rows.map(presentReport), nextCursor }, 200);
    },
  )
  .openapi(
    route("get", "/stores/{id}/attribution-reports/rows", requires("orders:read"), {
      summary: "List the rows of a store's reports",
      description: "Of each day those of the last report that covered it.",
      request: { params, query: pageQuery.extend(reports.rowFilters.shape) },
      responses: {
        200: jsonOrCsv(pageOf(reports.attributionRowSchema), "A page of rows, the newest day first, or all as CSV"),
        ...problems("not_found"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const { id } = await existingStore(deps, c.req.valid("param").id);
      const query = c.req.valid("query");
      if (query.format === "csv") {
        return csvStream("attribution-rows.csv", ROW_COLUMNS, csvRows(deps, id, query));
      }
      const { rows, nextCursor } = await readPage(query, byRowPlace, (stretch) => listRows(deps, id, stretch, query));
      return c.json({ data: rows.map(presentRow), nextCursor }, 200);
    },
  );
