import * as z from "../../ground/http/zod.ts";
import type { Context } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { mustAllow, requires } from "../../ground/http/auth.ts";
import { carryOut, commit } from "../../ground/http/commit.ts";
import { csvStream } from "../../ground/http/csv.ts";
import { idParams } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonPage, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { byId, byIdOf, bySeq, expandQuery, listHandler, pageQuery, readPage } from "../../ground/http/pagination.ts";
import { existingPayout, planCancellation, planPayment, planPayout, planReversal, previewPayout } from "./change.ts";
import { EXPORT_COLUMNS, exportLines, exportRows } from "./load-export.ts";
import { presentEntry, presentLine, presentPayout } from "./present.ts";
import { leftOutHeaders, planSepa, type SepaAsked, type SepaChange } from "./sepa-change.ts";
import * as schema from "./schema.ts";
import { type LineRow, listEntries, listLines, listPayouts } from "./store.ts";

const route = adminRoutes("Money");
const byCreator = byIdOf(({ creatorId }: LineRow) => creatorId);
const params = idParams("payout");

/** `/payouts`: runs that pay creators what a store owes them. */
export const payoutRoutes = createRouter()
  .openapi(
    route("get", "/payouts", requires("orders:read"), {
      summary: "List payout runs",
      request: { query: pageQuery.extend(schema.payoutFilters.shape) },
      responses: { 200: jsonPage(schema.payoutSchema, "A page of runs, newest first"), ...problems() },
    }),
    listHandler(byId, listPayouts, presentPayout),
  )
  .openapi(
    route("post", "/payouts", requires("orders:write"), {
      summary: "Draft a payout run",
      description:
        "Collects what creators are owed in locked periods and no other run has, but for disputed orders, with what was taken back of the same orders since. It is theirs until the run is cancelled or reversed. Creators who are owed less than the minimum, or owe something, are left for a later run.",
      request: { body: jsonRequest(schema.newPayout) },
      responses: { 201: jsonContent(schema.payoutDraft, "The draft"), ...problems("payout_empty") },
    }),
    async (c) => carryOut(c, async () => planPayout(c.env.deps, c.var.actor, c.req.valid("json"))),
  )
  .openapi(
    route("post", "/payouts/preview", requires("orders:read"), {
      summary: "Preview a payout run",
      description: "What a draft would have now. Nothing is kept.",
      request: { body: jsonRequest(schema.newPayout) },
      responses: { 200: jsonContent(schema.payoutPreview, "What it would pay"), ...problems("payout_empty") },
    }),
    async (c) => c.json(await previewPayout(c.env.deps, c.req.valid("json")), 200),
  )
  .openapi(
    route("get", "/payouts/{id}", requires("orders:read"), {
      summary: "Read a payout run",
      request: { params, query: expandQuery },
      responses: { 200: jsonContent(schema.payoutSchema, "The run"), ...problems("not_found") },
    }),
    async (c) => c.json(presentPayout(await existingPayout(c.env.deps, c.req.valid("param").id)), 200),
  )
  .openapi(
    route("get", "/payouts/{id}/lines", requires("orders:read"), {
      summary: "List what a payout run pays each creator",
      request: { params, query: pageQuery },
      responses: {
        200: jsonPage(schema.payoutLine, "A page of lines, newest creator first"),
        ...problems("not_found"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const { id, currency } = await existingPayout(deps, c.req.valid("param").id);
      const { rows, nextCursor } = await readPage(c.req.valid("query"), byCreator, (stretch) =>
        listLines(deps, id, stretch),
      );
      return c.json({ data: rows.map((row) => presentLine(row, currency)), nextCursor }, 200);
    },
  )
  .openapi(
    route("get", "/payouts/{id}/entries", requires("orders:read"), {
      summary: "List the entries that a payout run pays",
      request: { params, query: pageQuery },
      responses: {
        200: jsonPage(schema.payoutEntry, "A page of entries, the first booked first"),
        ...problems("not_found"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const { id } = await existingPayout(deps, c.req.valid("param").id);
      const { rows, nextCursor } = await readPage(c.req.valid("query"), bySeq, (stretch) =>
        listEntries(deps, id, stretch),
      );
      return c.json({ data: rows.map(presentEntry), nextCursor }, 200);
    },
  )
  .openapi(
    route("get", "/payouts/{id}/export", requires("orders:read"), {
      summary: "Export what a payout run pays",
      description:
        "CSV: RFC 4180, UTF-8, amounts as decimals in the major unit; values that a spreadsheet would take for a formula are prefixed with an apostrophe. JSON: the run with all its lines. SEPA: a file by which the bank pays (ISO 20022 pain.001.001.09), of a draft in EUR, to the creators' accounts from the store's. It has whole IBANs, so the key needs `orders:write`, and each is in the audit log.",
      request: { params, query: schema.exportQuery },
      responses: {
        200: {
          content: {
            "text/csv": { schema: z.string() },
            "application/json": { schema: schema.payoutExport },
            "application/xml": { schema: z.string() },
          },
          description: "All lines",
        },
        ...problems("not_found", "payout_not_draft", "sepa_euro_only", "payer_missing", "payees_missing"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const { format, skip, executeOn = null } = c.req.valid("query");
      if (format === "sepa") {
        mustAllow(c.var.actor, ["orders:write"]);
        return sepaFile(c, c.req.valid("param").id, { skipMissing: skip !== undefined, executeOn });
      }
      const row = await existingPayout(deps, c.req.valid("param").id);
      if (format === "csv") {
        return csvStream(`${row.id}.csv`, EXPORT_COLUMNS, exportRows(deps, row));
      }
      const lines = await exportLines(deps, row);
      return c.json({ ...presentPayout(row), lines }, 200);
    },
  )
  .openapi(
    route("post", "/payouts/{id}/pay", requires("orders:write"), {
      summary: "Mark a payout run as paid",
      description: "Once: the ledger gets an entry for what each creator was paid.",
      request: { params, body: jsonRequest(schema.payoutPayment, { required: false }) },
      responses: {
        200: jsonContent(schema.payoutSchema, "The run as it is now"),
        ...problems("not_found", "payout_not_draft"),
      },
    }),
    async (c) => {
      const reference = c.req.valid("json")?.reference;
      return carryOut(c, async () => planPayment(c.env.deps, c.var.actor, c.req.valid("param").id, reference));
    },
  )
  .openapi(
    route("post", "/payouts/{id}/cancel", requires("orders:write"), {
      summary: "Give up a draft",
      description: "Another run can take its entries then.",
      request: { params, body: jsonRequest(schema.payoutClosing) },
      responses: {
        200: jsonContent(schema.payoutSchema, "The run as it is now"),
        ...problems("not_found", "payout_not_draft"),
      },
    }),
    async (c) => {
      const { reason } = c.req.valid("json");
      return carryOut(c, async () => planCancellation(c.env.deps, c.req.valid("param").id, reason));
    },
  )
  .openapi(
    route("post", "/payouts/{id}/reverse", requires("orders:write"), {
      summary: "Undo a payout run that was paid",
      description:
        "By an entry against each of its payments: nothing is taken out of the ledger. Another run can take its entries then.",
      request: { params, body: jsonRequest(schema.payoutClosing) },
      responses: {
        200: jsonContent(schema.payoutSchema, "The run as it is now"),
        ...problems("not_found", "payout_not_paid"),
      },
    }),
    async (c) => {
      const { reason } = c.req.valid("json");
      return carryOut(c, async () => planReversal(c.env.deps, c.var.actor, c.req.valid("param").id, reason));
    },
  );

/** A file for the bank, which goes out once it is in the audit log that it does. */
async function sepaFile(c: Context<AppTypes>, id: string, asked: SepaAsked): Promise<Response> {
  const plans: SepaChange[] = [];
  await commit(c, async () => {
    const planned = await planSepa(c.env.deps, id, asked);
    plans.push(planned);
    return planned;
  });
  const done = plans.at(-1);
  if (done === undefined) throw new Error("a file was answered without a plan");
  const { file, leftOut } = done;
  return new Response(file, {
    headers: {
      "Content-Type": "application/xml; charset=utf-8",
      "Content-Disposition": `attachment; filename="${id}.xml"`,
      "X-Content-Type-Options": "nosniff",
      "Cache-Control": "no-store",
      ...leftOutHeaders(leftOut),
    },
  });
}
