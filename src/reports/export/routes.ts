import * as z from "../../ground/http/zod.ts";
import { clickSchema } from "../../clicks/click/schema.ts";
import type { Deps } from "../../ground/deps.ts";
import { endMsOf, msOf } from "../../ground/http/fields.ts";
import { requires } from "../../ground/http/auth.ts";
import { csvStream } from "../../ground/http/csv.ts";
import { ndjsonStream } from "../../ground/http/ndjson.ts";
import { adminRoutes, createRouter, problems } from "../../ground/http/openapi.ts";
import { Problem } from "../../ground/http/problem.ts";
import { entrySchema } from "../../books/ledger/schema.ts";
import { orderSchema } from "../../sales/order/schema.ts";
import { CLICK_COLUMNS, clickCells, clickPages } from "./load-clicks.ts";
import { exportedConversion } from "./conversion-schema.ts";
import { CONVERSION_COLUMNS, conversionCells, conversionPages } from "./load-conversions.ts";
import { LEDGER_COLUMNS, ledgerCells, ledgerPages } from "./load-ledger.ts";
import { ORDER_COLUMNS, orderCells, orderPages } from "./load-orders.ts";
import { VISIT_COLUMNS, visitCells, visitPages } from "./load-visits.ts";
import { exportedVisitEvent } from "./visit-schema.ts";
import { exportEnd, type ExportQuery, exportQuery } from "./schema.ts";
import type { ExportRange } from "./walk.ts";

const route = adminRoutes("Exports");

/** What an export is of: how its rows are read, and what they are as CSV. */
interface Export<Row, Column extends string> {
  name: string;
  pages: (deps: Deps, range: ExportRange) => AsyncGenerator<Row[]>;
  columns: readonly Column[];
  cells: (row: Row) => Record<Column, unknown>;
}

/** `/export`: rows of any span of time, as they are read: never more than a page of them is held. */
export const exportRoutes = createRouter()
  .openapi(
    route("get", "/export/clicks", requires("reports:read"), {
      summary: "Export clicks",
      description: "By the time of the click, archived ones first; those have no `visitorKey`.",
      request: { query: exportQuery },
      responses: { 200: exportContent(clickSchema), ...problems() },
    }),
    (c) =>
      answer(c.env.deps, c.req.valid("query"), {
        name: "clicks",
        pages: clickPages,
        columns: CLICK_COLUMNS,
        cells: clickCells,
      }),
  )
  .openapi(
    route("get", "/export/orders", [requires("reports:read"), requires("orders:read")] as const, {
      summary: "Export orders",
      description: "By the time when they were placed, in the order in which they were first heard of.",
      request: { query: exportQuery },
      responses: { 200: exportContent(orderSchema), ...problems() },
    }),
    (c) =>
      answer(c.env.deps, c.req.valid("query"), {
        name: "orders",
        pages: orderPages,
        columns: ORDER_COLUMNS,
        cells: orderCells,
      }),
  )
  .openapi(
    route("get", "/export/conversions", [requires("reports:read"), requires("orders:read")] as const, {
      summary: "Export conversions",
      description:
        "By the time when they happened, in the order in which they were recorded; also those that don't count.",
      request: { query: exportQuery },
      responses: { 200: exportContent(exportedConversion), ...problems() },
    }),
    (c) =>
      answer(c.env.deps, c.req.valid("query"), {
        name: "conversions",
        pages: conversionPages,
        columns: CONVERSION_COLUMNS,
        cells: conversionCells,
      }),
  )
  .openapi(
    route("get", "/export/visits", requires("reports:read"), {
      summary: "Export what consenting visitors did",
      description:
        "By the time when it happened, in the order in which it was written, as long as it is logged: what is older is in the archive, without who it was of.",
      request: { query: exportQuery },
      responses: { 200: exportContent(exportedVisitEvent), ...problems() },
    }),
    (c) =>
      answer(c.env.deps, c.req.valid("query"), {
        name: "visits",
        pages: visitPages,
        columns: VISIT_COLUMNS,
        cells: visitCells,
      }),
  )
  .openapi(
    route("get", "/export/ledger", requires("orders:read"), {
      summary: "Export the ledger",
      description: "By the time when entries were booked, in that order.",
      request: { query: exportQuery },
      responses: { 200: exportContent(entrySchema), ...problems() },
    }),
    (c) =>
      answer(c.env.deps, c.req.valid("query"), {
        name: "ledger",
        pages: ledgerPages,
        columns: LEDGER_COLUMNS,
        cells: ledgerCells,
      }),
  );

function exportContent<Row extends z.ZodType>(row: Row) {
  return {
    content: {
      "application/x-ndjson": { schema: z.union([row, exportEnd]).openapi({ description: "A line." }) },
      "text/csv": { schema: z.string() },
    },
    description: "A line a row. As NDJSON a line that says so ends it; what ends otherwise broke off",
  };
}

/** Streams an export. Throws a `Problem` (422) for a range that is empty. */
function answer<Row, Column extends string>(
  deps: Deps,
  query: ExportQuery,
  { name, pages, columns, cells }: Export<Row, Column>,
): Response {
  const rows = pages(deps, rangeOf(query, deps.now()));
  if (query.format === "ndjson") return ndjsonStream(`${name}.ndjson`, rows);
  return csvStream(`${name}.csv`, columns, cellPages(rows, columns, cells));
}

async function* cellPages<Row, Column extends string>(
  pages: AsyncIterable<Row[]>,
  columns: readonly Column[],
  cells: (row: Row) => Record<Column, unknown>,
): AsyncGenerator<unknown[][]> {
  for await (const page of pages) {
    yield page.map((row) => {
      const byColumn = cells(row);
      return columns.map((column) => byColumn[column]);
    });
  }
}

/** An end that is not given is now, or else an export could go on for as long as rows come. */
function rangeOf({ from, to, store }: ExportQuery, now: number): ExportRange {
  const range = {
    from: msOf(from) ?? 0,
    to: endMsOf(to) ?? now,
    store: store ?? null,
  };
  if (range.from >= range.to) throw Problem.invalid("to", "must come after from");
  return range;
}
