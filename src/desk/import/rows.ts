import type { Field } from "../form/field.ts";
import { type NamedRef, readForm } from "../form/read.ts";
import type { FieldError } from "../../ground/http/problem.ts";

/** Rows of a file as bodies of the API. */
export interface ReadRows {
  rows: Record<string, unknown>[];
  /** Each under `{row}.{field}`, rows counted from 0. */
  faults: FieldError[];
  refs: NamedRef[];
}

/** A field that a cell can say, under its whole name. */
interface Leaf {
  name: string;
  kind: Field["kind"];
}

function leavesOf(fields: readonly Field[], prefix = ""): Leaf[] {
  return fields.flatMap((field) =>
    field.kind === "group"
      ? leavesOf(field.fields, field.name === null ? prefix : `${prefix}${field.name}.`)
      : [{ name: prefix + field.name, kind: field.kind }],
  );
}

/** Names that a file may use in its first line: those of the API's body. */
export function columnsOf(fields: readonly Field[]): string[] {
  return leavesOf(fields).map(({ name }) => name);
}

/**
 * Makes bodies of a table whose first line names the API's fields, by the same fields that a form has: so a cell is
 * written as it is typed there. A list of groups is JSON. What the first line doesn't know is a fault of the whole.
 */
export function readRows(fields: readonly Field[], table: readonly (readonly string[])[]): ReadRows {
  const [first = [], ...lines] = table;
  const header = first.map((name) => name.trim());
  const flat = fields.flatMap((field) => inJson(field));
  const kinds = new Map(leavesOf(flat).map(({ name, kind }) => [name, kind]));
  const faults: FieldError[] = header
    .filter((name) => name !== "" && !kinds.has(name))
    .map((name) => ({ path: name, message: "is no column that is known here" }));
  const read: ReadRows = { rows: [], faults, refs: [] };
  for (const cells of lines) {
    if (cells.every((cell) => cell.trim() === "")) continue;
    const filled = new Map(header.map((name, place) => [name, [cellText(kinds.get(name), cells[place] ?? "")]]));
    const { body, faults: own, refs } = readForm(flat, filled, true);
    const row = read.rows.push(body) - 1;
    read.faults.push(...own.map(({ path, message }) => ({ path: `${row}.${path}`, message })));
    read.refs.push(...refs.map((ref) => ({ ...ref, path: `${row}.${ref.path}` })));
  }
  return read;
}

/** A field as one cell can have it. */
function inJson(field: Field): Field {
  if (field.kind === "list") return { kind: "json", name: field.name, label: field.label };
  if (field.kind === "group") return { ...field, fields: field.fields.map((each) => inJson(each)) };
  // An empty cell says nothing, which leaves the API's own default.
  if (field.kind === "words" || field.kind === "lines") return { ...field, empty: "omit" };
  return field;
}

/** Boxes are ticked by `yes`, `true` and `1` in a file. */
function cellText(kind: Field["kind"] | undefined, text: string): string {
  return kind === "switch" && /^(?:yes|true|1|on)$/i.test(text.trim()) ? "on" : text;
}
