import type * as z from "./zod.ts";
import { nearestName } from "./nearest.ts";

/** A fault as the validator raises it, with the value and the schema that it is about. */
type RawIssue = z.core.$ZodRawIssue;

/** Names that a message lists at most. */
const MAX_LISTED = 30;

/** What a value must be, by the validator's name of its type. */
const KINDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
  null: "null",
  undefined: "left out",
  nan: "a number",
  date: "a date",
};

/** What a text must be, by the validator's name of its format. */
const FORMATS: Readonly<Record<string, string>> = {
  datetime: "a time with its offset such as 2026-11-21T09:00:00Z",
  date: "a date such as 2026-11-21",
  email: "an e-mail address such as lea@example.com",
  url: "an absolute URL such as https://shop.example/sale",
};

/**
 * What is wrong with a value, in words that follow the name of its field: `must be …`, `is missing`. For fields
 * that nobody knows, a line for each. Schemas that have words of their own keep them.
 */
export function wordsOf(issue: RawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined ? "is missing" : `must be ${KINDS[issue.expected] ?? `a ${issue.expected}`}`;
    case "invalid_value":
      return `must be ${oneOf(issue.values.map(String))}`;
    case "too_small":
      return sizeWords(issue.origin, "least", Number(issue.minimum), issue.inclusive ?? true);
    case "too_big":
      return sizeWords(issue.origin, "most", Number(issue.maximum), issue.inclusive ?? true);
    case "invalid_format":
      return `must be ${FORMATS[issue.format] ?? "written otherwise"}`;
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}`;
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownWords(key, namesOf(issue))).join("\n");
    case "invalid_union":
      return unionWords(issue);
    case "invalid_key":
      return "has a name that is not acceptable here";
    case "invalid_element":
      return "has an entry that is not acceptable here";
    default:
      return "is not acceptable here";
  }
}

function sizeWords(origin: string, end: "least" | "most", limit: number, inclusive: boolean): string {
  const unit = origin === "string" ? "character" : origin === "array" || origin === "set" ? "entr" : null;
  if (unit === null) {
    if (!inclusive) return `must be ${end === "least" ? "more" : "less"} than ${limit}`;
    return `must be ${limit} or ${end === "least" ? "more" : "less"}`;
  }
  if (end === "least" && limit === 1) return "must not be empty";
  const plural = unit === "entr" ? (limit === 1 ? "entry" : "entries") : `${unit}${limit === 1 ? "" : "s"}`;
  return `must have ${limit} ${plural} at ${end}`;
}

function unionWords(issue: RawIssue & { code?: "invalid_union" }): string {
  const { discriminator, options } = issue as { discriminator?: string; options?: readonly unknown[] };
  if (discriminator !== undefined && options !== undefined) return `must be ${oneOf(options.map(String))}`;
  const branches =
    (issue as { errors?: readonly (readonly { message: string; path: readonly unknown[] }[])[] }).errors ?? [];
  const wholes = branches.flatMap(([first]) => (first === undefined ? [] : [first.message]));
  return wholes.length === 0 ? "is not acceptable here" : [...new Set(wholes)].join(", or ");
}

/** The fields of the object that a fault is about. */
function namesOf(issue: RawIssue): string[] {
  const shape = (issue.inst as { _zod?: { def?: { shape?: object } } } | undefined)?._zod?.def?.shape;
  return shape === undefined ? [] : Object.keys(shape);
}

function unknownWords(key: string, names: readonly string[]): string {
  const nearest = nearestName(key.slice(0, 64), names, new Map());
  if (nearest !== undefined) return `is not a field here; ${nearest} may be meant`;
  if (names.length === 0) return "is not a field here, which has none";
  const listed = names.slice(0, MAX_LISTED).join(", ");
  return `is not a field here; there ${names.length === 1 ? "is" : "are"} ${listed}${names.length > MAX_LISTED ? ", …" : ""}`;
}

function oneOf(values: readonly string[]): string {
  const listed = values.slice(0, MAX_LISTED).join(", ");
  return values.length === 1 ? listed : `one of ${listed}${values.length > MAX_LISTED ? ", …" : ""}`;
}
