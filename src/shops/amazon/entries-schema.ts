import { validationProblem } from "../../ground/http/openapi.ts";
import { plainName } from "../../ground/http/nearest.ts";
import { Problem } from "../../ground/http/problem.ts";
import { SOURCE_KINDS } from "../../ground/model/attribution-report.ts";
import { reportColumns } from "./columns.ts";
import { readTable, type TableFormat, unreadable } from "./table.ts";
import { tagEntry } from "./tag-schema.ts";
import type { GivenEntry } from "./tags-change.ts";

/** Entries of one request: what they change fits one batch. */
const MAX_ENTRIES = 500;

/** Columns that name the creator, without what spellings differ in. */
const CREATOR_COLUMNS: Readonly<Record<string, "creatorId" | "externalId">> = {
  creatorid: "creatorId",
  creator: "creatorId",
  externalid: "externalId",
};

/**
 * Reads tags from a file: CSV by its header, whose other columns are passed over, or JSON, whose entries are bodies of
 * a tag with a creator. Throws a `Problem` (400, 422) for what is no such file; an entry at fault is a problem of its own.
 */
export function readEntries(bytes: Uint8Array, format: TableFormat): GivenEntry[] {
  const { rows, columns } = readTable(bytes, format, MAX_ENTRIES);
  const { names } = reportColumns(columns);
  const tagColumn = names.get("tag");
  const creators = columns.flatMap((column) => {
    const field = CREATOR_COLUMNS[plainName(column)];
    return field === undefined ? [] : [{ column, field }];
  });
  if (format === "csv" && (tagColumn === undefined || creators.length === 0)) {
    throw unreadable("needs a header with tag, and with creator_id or external_id");
  }
  return rows.map(({ line, cells, unclear }): GivenEntry => {
    if (unclear !== null) return { line, entry: Problem.invalid("", unclear) };
    return { line, entry: checked(format === "json" ? Object.fromEntries(cells) : entryOf(cells)) };
  });

  function entryOf(cells: ReadonlyMap<string, unknown>): Record<string, unknown> {
    const matches = SOURCE_KINDS.flatMap((by) => {
      const column = names.get(by);
      const value = by === "tag" || column === undefined ? undefined : cells.get(column);
      return value === undefined ? [] : [{ by, value }];
    });
    return {
      ...Object.fromEntries(
        creators.flatMap(({ column, field }) => (cells.has(column) ? [[field, cells.get(column)]] : [])),
      ),
      tag: cells.get(tagColumn ?? ""),
      ...(matches.length > 0 && { matches }),
    };
  }
}

function checked(given: Record<string, unknown>): GivenEntry["entry"] {
  const result = tagEntry.safeParse(given);
  return result.success ? result.data : validationProblem(result.error.issues);
}
