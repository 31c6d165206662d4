import type { Deps } from "../../ground/deps.ts";
import { requires } from "../../ground/http/auth.ts";
import { carryOut, commit, respond } from "../../ground/http/commit.ts";
import { csvStream } from "../../ground/http/csv.ts";
import { idParams } from "../../ground/http/fields.ts";
import {
  adminRoutes,
  createRouter,
  jsonContent,
  jsonOrCsv,
  jsonPage,
  jsonRequest,
  problems,
} from "../../ground/http/openapi.ts";
import {
  byId,
  decodeSeqCursor,
  encodeSeqCursor,
  expandQuery,
  listHandler,
  type ListOrder,
  pageOf,
  readPage,
} from "../../ground/http/pagination.ts";
import { cellsOf, presentDetail, presentReconciliation, presentRow, ROW_COLUMNS } from "./present.ts";
import { ROW_CLASSES, type RowClass } from "../../ground/model/reconciliation.ts";
import * as schema from "./schema.ts";
import { planApply, planKeep, unmatchedText } from "./apply-change.ts";
import {
  classCounts,
  classTotals,
  existingReconciliation,
  listReconciliations,
  listRows,
  matching,
  type RowPlace,
  type StoredRow,
} from "./store.ts";
import { takeUpload } from "./upload-run.ts";
import { workBehind } from "./run.ts";

const route = adminRoutes("Reconciliation");

/** Rows of a CSV that are read at once. */
const CSV_PAGE = 500;

/** Classes in the order in which rows are listed: by their names, as the index has them. */
const LISTED = ROW_CLASSES.toSorted();

/** Rows are numbered below this; a place in the list is that of its class, then its number. */
const PLACES = 1_000_000_000;

const byPlace: ListOrder<StoredRow, RowPlace> = {
  placeOf: (cursor) => placeOf(decodeSeqCursor(cursor)),
  cursorOf: (row) => encodeSeqCursor(seqOf(row)),
};
const params = idParams("reconciliation");
const file = { schema: { type: "string" as const } };

/** `/reconciliations`: stores' exports beside what was tracked. */
export const reconciliationRoutes = createRouter()
  .openapi(
    route("post", "/reconciliations", requires("orders:write"), {
      summary: "Compare a store's export with what was tracked",
      description:
        'The body is the file: CSV with a header (comma, semicolon, tab or pipe), a JSON list of rows or `{"rows": […]}`, or NDJSON, in UTF-8 (or UTF-16 with its byte order mark), of 64 MiB and 200,000 rows at most. It is compared behind the answer; nothing is changed by it until rows are applied.',
      request: {
        query: schema.uploadQuery,
        // Plain schemas: the body is read as it comes, by nobody before.
        body: {
          content: { "text/csv": file, "application/json": { schema: {} }, "application/x-ndjson": file },
          required: true,
        },
      },
      responses: {
        202: jsonContent(schema.reconciliationDetail, "It is being compared"),
        ...problems("malformed_json", "body_too_large", "unsupported_type", "idempotency_key_reused"),
      },
    }),
    async (c) => respond(await takeUpload(c, c.req.valid("query"))),
  )
  .openapi(
    route("get", "/reconciliations", requires("orders:read"), {
      summary: "List reconciliations",
      request: { query: schema.listQuery },
      responses: {
        200: jsonPage(schema.reconciliationSchema, "A page of reconciliations, newest first"),
        ...problems(),
      },
    }),
    listHandler(byId, listReconciliations, presentReconciliation),
  )
  .openapi(
    route("get", "/reconciliations/{id}", requires("orders:read"), {
      summary: "Read a reconciliation",
      description: "Its progress while it runs; then its rows by class, and their totals.",
      request: { params, query: expandQuery },
      responses: { 200: jsonContent(schema.reconciliationDetail, "The reconciliation"), ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      const row = await existingReconciliation(deps, c.req.valid("param").id);
      if (row.status !== "ready") return c.json(presentDetail(row, await classCounts(deps, row.id), null), 200);
      const totals = await classTotals(deps, row.id);
      return c.json(presentDetail(row, totals, totals, unmatchedText(await matching(deps, row.id))), 200);
    },
  )
  .openapi(
    route("get", "/reconciliations/{id}/discrepancies", requires("orders:read"), {
      summary: "List rows by what comparing them came to",
      request: { params, query: schema.discrepancyQuery },
      responses: {
        200: jsonOrCsv(pageOf(schema.discrepancySchema), "A page of rows, or all of them as CSV"),
        ...problems("not_found"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const query = c.req.valid("query");
      const { class: wanted, format } = query;
      const { id } = await existingReconciliation(deps, c.req.valid("param").id);
      const classes = wanted === undefined ? LISTED.filter((name) => name !== "matched") : [wanted];
      if (format === "csv") return csvStream("discrepancies.csv", ROW_COLUMNS, csvRows(deps, id, classes));
      const { rows, nextCursor } = await readPage(query, byPlace, (stretch) => listRows(deps, id, classes, stretch));
      return c.json({ data: rows.map(presentRow), nextCursor }, 200);
    },
  )
  .openapi(
    route("post", "/reconciliations/{id}/keep", requires("orders:write"), {
      summary: "Keep a dry run",
      description: "It stays then, and can be applied like any other. Nothing is applied by this.",
      request: { params },
      responses: {
        200: jsonContent(schema.reconciliationDetail, "The reconciliation as it is now"),
        ...problems("not_found", "reconciliation_busy"),
      },
    }),
    async (c) => carryOut(c, async () => planKeep(c.env.deps, c.req.valid("param").id)),
  )
  .openapi(
    route("post", "/reconciliations/{id}/apply", requires("orders:write"), {
      summary: "Apply rows of a reconciliation",
      description:
        "Rows of the named classes, and the numbered ones. What the store says of them is recorded as confirmed evidence; orders that the store lacks are declined. Where nearly nothing of the file or of what was tracked matches, that has to be confirmed. What isn't selected is left as it is, and what was applied before stays so. An order that is known by imports alone is never approved by rule.",
      request: { params, body: jsonRequest(schema.reconciliationApply) },
      responses: {
        202: jsonContent(schema.reconciliationDetail, "The rows are being applied"),
        ...problems("not_found", "reconciliation_dry", "reconciliation_busy", "reconciliation_unmatched"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const { id } = c.req.valid("param");
      const given = c.req.valid("json");
      const answer = await commit(c, () => planApply(deps, c.var.actor, id, given));
      if ((JSON.parse(answer.body) as { status: string }).status === "applying") workBehind(deps, id);
      return respond(answer);
    },
  );

function seqOf({ class: name, n }: StoredRow): number {
  return (name === null ? 0 : LISTED.indexOf(name)) * PLACES + n;
}

function placeOf(seq: number | null): RowPlace | null {
  const name: RowClass | undefined = LISTED[Math.floor((seq ?? 0) / PLACES)];
  return seq === null || name === undefined ? null : { class: name, n: seq % PLACES };
}

async function* csvRows(deps: Deps, id: string, classes: readonly RowClass[]): AsyncGenerator<unknown[][]> {
  let after: RowPlace | null = null;
  for (;;) {
    const rows: StoredRow[] = await listRows(deps, id, classes, { after, limit: CSV_PAGE });
    if (rows.length > 0) yield rows.map(cellsOf);
    const last = rows.at(-1);
    if (rows.length < CSV_PAGE || last === undefined || last.class === null) return;
    after = { class: last.class, n: last.n };
  }
}
