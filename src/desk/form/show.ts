import { isDate } from "../../ground/time/moment.ts";
import type { Field } from "./field.ts";
import type { Filled } from "./read.ts";

/**
 * What a form shows of something that is there: the texts that `readForm` makes the same of. `names` says what ids are
 * called.
 */
export function showForm(
  fields: readonly Field[],
  row: unknown,
  names: Readonly<Record<string, string>> = {},
): Map<string, string[]> {
  const shown = new Map<string, string[]>();
  showInto(shown, fields, row, "", names);
  return shown;
}

/** What a new form begins with. */
export function newForm(fields: readonly Field[]): Map<string, string[]> {
  return showForm(fields, initialOf(fields));
}

function initialOf(fields: readonly Field[]): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (const field of fields) {
    if (field.kind === "group") {
      const inner = initialOf(field.fields);
      if (field.name === null) Object.assign(row, inner);
      else if (Object.keys(inner).length > 0) row[field.name] = inner;
    } else if (field.initial !== undefined) row[field.name] = field.initial;
  }
  return row;
}

function showInto(
  shown: Map<string, string[]>,
  fields: readonly Field[],
  row: unknown,
  prefix: string,
  names: Readonly<Record<string, string>>,
): void {
  for (const field of fields) {
    if (field.kind === "group") {
      if (field.name === null) showInto(shown, field.fields, row, prefix, names);
      else showInto(shown, field.fields, at(row, field.name), `${prefix}${field.name}.`, names);
      continue;
    }
    const value = at(row, field.name);
    const name = prefix + field.name;
    if (field.kind === "list") {
      if (!Array.isArray(value)) continue;
      for (const [index, entry] of value.entries()) showInto(shown, field.of, entry, `${name}.${index}.`, names);
      continue;
    }
    if (value === null || value === undefined) continue;
    shown.set(name, textsOf(field, value, names));
  }
}

/** What stands at a name such as `utm.source`; an empty name is the value itself. */
function at(row: unknown, name: string): unknown {
  if (name === "") return row;
  return name
    .split(".")
    .reduce<unknown>(
      (value, part) =>
        typeof value === "object" && value !== null ? (value as Record<string, unknown>)[part] : undefined,
      row,
    );
}

function textsOf(
  field: Exclude<Field, { kind: "group" | "list" }>,
  value: unknown,
  names: Readonly<Record<string, string>>,
): string[] {
  const named = (id: string): string => (names[id] === undefined ? id : `${names[id]} (${id})`);
  switch (field.kind) {
    case "switch":
      return value === true ? ["on"] : [];
    case "maybe":
      return [value === true ? "yes" : "no"];
    case "choices":
      return Array.isArray(value) ? value.map(String) : [];
    case "lines":
      return [Array.isArray(value) ? value.join("\n") : String(value)];
    case "words":
      return [Array.isArray(value) ? value.join(", ") : String(value)];
    case "ref":
      return [Array.isArray(value) ? value.map((id) => named(String(id))).join("\n") : named(String(value))];
    case "map":
      return [
        Object.entries(value as Record<string, unknown>)
          .map(([name, text]) => `${name} = ${String(text)}`)
          .join("\n"),
      ];
    case "json":
      return [JSON.stringify(value, null, 2)];
    case "when":
      return [isDate(String(value)) ? String(value) : momentText(String(value))];
    case "moment":
      return [momentText(String(value))];
    case "secret":
      return [];
    default:
      return [typeof value === "string" ? value : JSON.stringify(value)];
  }
}

/** A time as `datetime-local` has it, in UTC, with seconds only where it has some. */
function momentText(iso: string): string {
  const text = new Date(iso).toISOString();
  return text.endsWith(":00.000Z") ? text.slice(0, 16) : text.slice(0, text.endsWith(".000Z") ? 19 : 23);
}

/** Texts of a form that was sent. */
export function filledBy(form: FormData): Filled {
  const filled = new Map<string, string[]>();
  for (const [name, value] of form.entries()) {
    if (typeof value !== "string") continue;
    const before = filled.get(name);
    if (before === undefined) filled.set(name, [value]);
    else before.push(value);
  }
  return filled;
}
