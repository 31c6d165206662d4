import type { Context } from "hono";
import type { AppTypes, Deps } from "../../ground/deps.ts";
import { sha256Hex } from "../../ground/http/auth.ts";
import { readBounded } from "../../ground/http/body.ts";
import { unchanged } from "../../ground/http/change.ts";
import { type Change, commit } from "../../ground/http/commit.ts";
import type { Answer } from "../../ground/http/idempotency.ts";
import { Problem } from "../../ground/http/problem.ts";
import { type AmazonFigures, FIGURES, SOURCE_KINDS, type SourceNames } from "../../ground/model/attribution-report.ts";
import { sumFigures } from "../../ground/money/figures.ts";
import type { StoreRow } from "../../programme/store/store.ts";
import { type KeyParts, matchesOf, ownerOf } from "./assign-store.ts";
import { type ReadReport, readReport, type ReadRow } from "./read-report.ts";
import { type AttributionReport, MAX_REPORT_BYTES, MAX_REPORT_ROWS, type ReportQuery } from "./report-schema.ts";
import { presentReport, sameReport, writeReport } from "./reports-store.ts";
import { readTable, type TableFormat } from "./table.ts";
import { existingTagStore } from "./tags-store.ts";

const FORMATS: Readonly<Record<string, TableFormat>> = { "text/csv": "csv", "application/json": "json" };

/** Names of sources that an answer has at most. */
const MAX_NAMED = 20;

/** Zones are ahead of UTC by 14 hours at most. */
const AHEAD_MS = 14 * 3_600_000;

interface Imported extends AttributionReport {
  repeated: boolean;
  unassigned: { sources: number; names: SourceNames[] };
}

/**
 * Imports the report that is a request's body: it is put in place of whatever its days had. One that says what all of
 * its days have already changes nothing. Throws a `Problem`: 400, 404, 409 for a store of another platform, 413, 415,
 * and 422 that names every line that can't be read.
 */
export async function importReport(c: Context<AppTypes>, storeId: string, query: ReportQuery): Promise<Answer> {
  const { deps } = c.env;
  const format = formatOf(c.req.header("content-type"));
  const store = await existingTagStore(deps, storeId);
  const bytes = await readBody(c);
  const report = readReport(readTable(bytes, format, MAX_REPORT_ROWS), {
    currency: store.currency,
    from: query.from ?? null,
    to: query.to ?? null,
    dateOrder: query.dateOrder ?? null,
    latestDay: new Date(deps.now() + AHEAD_MS).toISOString().slice(0, DAY_LENGTH),
  });
  const contentHash = await hashOf(report);
  return commit(c, () => planImport(deps, c.var.actor.id, storeId, { format, report, contentHash }));
}

const DAY_LENGTH = "2026-11-22".length;

/**
 * The whole body of a file, whose hash stands for it where a repeat of the request is known again. Throws a `Problem`
 * (413).
 */
export async function readBody(c: Context<AppTypes>): Promise<Uint8Array> {
  const bytes = await readBounded(c.req.raw, MAX_REPORT_BYTES);
  c.set("bodyText", new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex());
  return bytes;
}

/** How a body of this content type is written. Throws a `Problem` (415). */
export function formatOf(contentType: string | undefined): TableFormat {
  const [type = ""] = (contentType ?? "").toLowerCase().split(";");
  const format = Object.hasOwn(FORMATS, type.trim()) ? FORMATS[type.trim()] : undefined;
  if (format === undefined) throw new Problem("unsupported_type", `Send ${Object.keys(FORMATS).join(" or ")}.`);
  return format;
}

interface Given {
  format: TableFormat;
  report: ReadReport;
  contentHash: string;
}

async function planImport(
  deps: Deps,
  actor: string,
  storeId: string,
  { format, report, contentHash }: Given,
): Promise<Change<Imported>> {
  const store: StoreRow = await existingTagStore(deps, storeId);
  const unassigned = await unassignedOf(deps, storeId, report.rows);
  const same = await sameReport(deps, storeId, report.days, contentHash);
  if (same !== null) return unchanged({ ...presentReport(same), repeated: true, unassigned });
  const { days, rows, totalLines } = report;
  const row = {
    id: deps.newId("report"),
    storeId,
    format,
    contentHash,
    firstDay: days[0] ?? "",
    lastDay: days.at(-1) ?? "",
    days: days.length,
    rows: rows.length,
    totalLines,
    totals: totalsOf(rows),
    actor,
    createdAt: deps.now(),
  };
  const shown = presentReport({ ...row, standing: days.length });
  return {
    statements: writeReport(deps.d1, store, row, report, () => deps.newId("source")),
    audit: [{ action: "import", entity: "attributionReport", entityId: row.id, before: null, after: shown }],
    status: 200,
    body: { ...shown, repeated: false, unassigned },
  };
}

/** The sums of rows by currency. */
function totalsOf(rows: readonly ReadRow[]): ({ currency: string } & AmazonFigures)[] {
  return [...Map.groupBy(rows, ({ currency }) => currency)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, own]) => ({ currency, ...sumFigures(own.map(({ figures }) => figures)) }));
}

async function unassignedOf({ d1 }: Deps, storeId: string, rows: readonly ReadRow[]): Promise<Imported["unassigned"]> {
  const matches = await matchesOf(d1, storeId);
  const bySource = new Map(rows.map(({ key, names }) => [key, names]));
  const names = [...bySource].flatMap(([key, names]) =>
    ownerOf(JSON.parse(key) as KeyParts, matches) === null ? [names] : [],
  );
  return { sources: names.length, names: names.slice(0, MAX_NAMED) };
}

/** The same for the same days and rows, in whatever order and form they came. */
async function hashOf({ days, rows }: ReadReport): Promise<string> {
  const lines = rows.map(({ day, key, currency, figures, names }) =>
    JSON.stringify([
      day,
      key,
      currency,
      SOURCE_KINDS.map((kind) => names[kind] ?? null),
      FIGURES.map((name) => figures[name]),
    ]),
  );
  return sha256Hex(JSON.stringify([days, lines.toSorted()]));
}
