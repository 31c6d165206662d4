import type { Formats } from "../../ground/language/formats.ts";
import { type Field, type GroupField, type ListField, type ValueField, wordsOf } from "./field.ts";

/** What values are told with. */
export interface Telling {
  formats: Formats;
  /** What ids are called; one that isn't in it is told as itself. */
  names: Readonly<Record<string, string>>;
}

/** A field of a form, with the words that lead to it: those of its groups, and its own. */
interface Found {
  labels: readonly string[];
  field: ValueField | ListField;
}

/** What stands for nothing. */
const NONE = "–";

/** A whole id of Waymark. */
const ID = /^[a-z]{3}_[\da-z]{16}$/;

/**
 * The words under which a form has what stands at a path of its values, such as `attribution.model` of `whole`; those of the
 * path itself where the form has no such field.
 */
export function nameAt(fields: readonly Field[], path: string, whole: unknown): string {
  return (fieldAt(fields, path, whole)?.labels ?? path.split(".").map(wordsOf)).join(" › ");
}

/** A value as a form's own field says it: options by their labels, ids by their names, times as people write them. */
export function valueAt(
  fields: readonly Field[],
  path: string,
  whole: unknown,
  value: unknown,
  telling: Telling,
): string {
  return textOf(fieldAt(fields, path, whole)?.field, value, telling);
}

/** Every id in a value, however deep. */
export function idsIn(value: unknown): string[] {
  if (typeof value === "string") return ID.test(value) ? [value] : [];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(idsIn) : [];
}

/** The field at a path below these; of several with one name that which belongs to what is chosen beside it. */
function fieldAt(fields: readonly Field[], path: string, beside: unknown): Found | null {
  for (const field of fields) {
    if (field.kind !== "group") {
      if (field.name === path) return { labels: [field.label], field };
      if (field.kind === "map" && path.startsWith(`${field.name}.`))
        return { labels: [field.label, path.slice(field.name.length + 1)], field };
      continue;
    }
    if (!belongs(field, beside)) continue;
    const found =
      field.name === null
        ? fieldAt(field.fields, path, beside)
        : path.startsWith(`${field.name}.`)
          ? fieldAt(field.fields, path.slice(field.name.length + 1), partOf(beside, field.name))
          : null;
    // A group without a name is but a part of the page.
    if (found !== null) return field.name === null ? found : { ...found, labels: [field.label, ...found.labels] };
  }
  return null;
}

function belongs({ when }: GroupField, beside: unknown): boolean {
  const chosen = when === undefined ? undefined : partOf(beside, when.name);
  return typeof chosen !== "string" || when?.is.includes(chosen) === true;
}

function partOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function textOf(field: ValueField | ListField | undefined, value: unknown, telling: Telling): string {
  if (value === null || value === undefined || value === "") return NONE;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.map((each) => entryText(field, each, telling)).join("; ") || NONE;
  if (field?.kind === "json") return JSON.stringify(value);
  if (typeof value === "object") return partsText([], value, telling);
  if (typeof value !== "string") return JSON.stringify(value);
  switch (field?.kind) {
    case "secret":
      return "as entered";
    case "choice":
    case "choices":
      return field.options.find((option) => option.value === value)?.label ?? value;
    case "moment":
      return Number.isNaN(Date.parse(value)) ? value : telling.formats.moment(Date.parse(value), "UTC");
    case "date":
      return Number.isNaN(Date.parse(value)) ? value : telling.formats.date(value);
    default:
      return telling.names[value] ?? value;
  }
}

/** One of a list's values; of one of several fields each, by its name. */
function entryText(field: ValueField | ListField | undefined, value: unknown, telling: Telling): string {
  if (field?.kind !== "list") return textOf(field, value, telling);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return partsText(field.of, value, telling);
  return textOf(fieldAt(field.of, "", value)?.field, value, telling);
}

/** Values by their names, in a line; what isn't said is left out. */
function partsText(fields: readonly Field[], whole: object, telling: Telling): string {
  return leavesOf(whole, "", (path) => fieldAt(fields, path, whole) !== null)
    .map(({ path, value }) => ({ path, text: valueAt(fields, path, whole, value, telling) }))
    .filter(({ text }) => text !== NONE)
    .map(({ path, text }) => `${nameAt(fields, path, whole)}: ${text}`)
    .join(", ");
}

/** What stands in an object, each with its path, as deep as there is no field that takes it as it is. */
function leavesOf(whole: object, at: string, isField: (path: string) => boolean): { path: string; value: unknown }[] {
  return Object.entries(whole).flatMap(([name, value]: [string, unknown]) => {
    const path = at === "" ? name : `${at}.${name}`;
    const isLeaf = typeof value !== "object" || value === null || Array.isArray(value) || isField(path);
    return isLeaf ? [{ path, value }] : leavesOf(value, path, isField);
  });
}
