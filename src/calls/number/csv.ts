import { type CsvRow, CsvReader } from "../../ground/file/csv.ts";
import type { PhoneNumber } from "./schema.ts";

/** The columns of a file of numbers, in the order in which they are written. */
export const NUMBER_COLUMNS = [
  "number",
  "label",
  "target",
  "channel",
  "creator",
  "campaign",
  "link",
  "offline",
  "forwards_to",
  "rented_from",
  "rented_until",
  "pool",
] as const;

type Column = (typeof NUMBER_COLUMNS)[number];

/** Rows of a file at most. */
export const MAX_ROWS = 1_000;

/** Columns by the names of what is sent, for whoever looks for a fault in a file. */
const COLUMN_OF: Readonly<Record<string, Column>> = {
  forwardsTo: "forwards_to",
  rentedFrom: "rented_from",
  rentedUntil: "rented_until",
  poolId: "pool",
  "binding.channel": "channel",
  "binding.creatorId": "creator",
  "binding.campaignId": "campaign",
  "binding.linkId": "link",
  "binding.offline": "offline",
};

const YES_OR_NO: Readonly<Record<string, boolean>> = {
  yes: true,
  true: true,
  "1": true,
  no: false,
  false: false,
  "0": false,
  "": false,
};

/** A row of a file: a number as it would be sent, or why it can't be read. */
export interface NumberLine {
  /** From 1. */
  line: number;
  number: Record<string, unknown> | { fault: string };
}

/** The column that a path of a fault is about. */
export function columnOf(path: string): string {
  return Object.hasOwn(COLUMN_OF, path) ? (COLUMN_OF[path] ?? path) : path;
}

/**
 * Reads a file of numbers, whose header names its columns in any order; an empty cell says nothing. Throws a
 * `RangeError`, in words that follow the file's name, for one whose header or size is at fault.
 */
export function readNumbers(text: string, textOfCell: (cell: string) => string): NumberLine[] {
  const { headers, rows } = tableOf(text.replace(/^\ufeff/, ""));
  const columns = columnsOf(headers);
  if (rows.length > MAX_ROWS) throw new RangeError(`must have ${MAX_ROWS} rows at most: send the rest by itself`);
  if (rows.length === 0) throw new RangeError("has no rows below its header");
  return rows.map((row) => ({ line: row.line, number: numberOf(row, columns, textOfCell) }));
}

function tableOf(text: string): { headers: readonly string[]; rows: CsvRow[] } {
  const reader = new CsvReader();
  try {
    const rows = [...reader.push(text), ...reader.end()];
    return { headers: reader.headers ?? [], rows };
  } catch (error) {
    if (error instanceof RangeError) throw new RangeError(`is unreadable: ${error.message}`, { cause: error });
    throw error;
  }
}

function columnsOf(headers: readonly string[]): Column[] {
  const names = headers.map((header) => header.toLowerCase());
  const unknown = names.filter((name) => !NUMBER_COLUMNS.some((column) => column === name));
  if (unknown.length > 0) {
    const shown = unknown.slice(0, 3).map((name) => JSON.stringify(name.slice(0, 40)));
    throw new RangeError(`has columns that nobody knows (${shown.join(", ")}); there are ${NUMBER_COLUMNS.join(", ")}`);
  }
  if (new Set(names).size < names.length) throw new RangeError("has a column twice");
  if (!names.includes("number")) throw new RangeError("must have a column number");
  return names as Column[];
}

function numberOf(
  { cells, unclear }: CsvRow,
  columns: readonly Column[],
  textOfCell: (cell: string) => string,
): NumberLine["number"] {
  if (unclear !== null) return { fault: unclear };
  if (cells.length > columns.length) return { fault: "it has more cells than the header" };
  const given: Partial<Record<Column, string>> = {};
  for (const [index, column] of columns.entries()) given[column] = textOfCell((cells[index] ?? "").trim()).trim();
  const offline = (given.offline ?? "").toLowerCase();
  const field = (column: Column): string | null => given[column] || null;
  const source = {
    channel: field("channel"),
    creatorId: field("creator"),
    campaignId: field("campaign"),
    linkId: field("link"),
    offline: Object.hasOwn(YES_OR_NO, offline) ? YES_OR_NO[offline] : offline,
  };
  const isBound = Object.values(source).some((value) => value !== null && value !== false);
  return {
    number: given.number,
    ...(field("label") !== null && { label: given.label }),
    target: field("target"),
    forwardsTo: field("forwards_to"),
    rentedFrom: field("rented_from"),
    rentedUntil: field("rented_until"),
    binding: isBound ? source : null,
    poolId: field("pool"),
  };
}

/** A number as a row of such a file. */
export function numberCells({ binding, ...number }: PhoneNumber): (string | null)[] {
  const cells: Record<Column, string | null> = {
    number: number.number,
    label: number.label,
    target: number.target,
    channel: binding?.channel ?? null,
    creator: binding?.creatorId ?? null,
    campaign: binding?.campaignId ?? null,
    link: binding?.linkId ?? null,
    offline: binding === null ? null : binding.offline ? "yes" : "no",
    forwards_to: number.forwardsTo,
    rented_from: number.rentedFrom,
    rented_until: number.rentedUntil,
    pool: number.poolId,
  };
  return NUMBER_COLUMNS.map((column) => cells[column]);
}
