import { ID_PREFIXES } from "../../ground/id.ts";
import type { FieldError } from "../../ground/http/problem.ts";
import { isDate } from "../../ground/time/moment.ts";
import type { Field, ValueField } from "./field.ts";

/** What a form was filled in with: all values of each name, as texts. */
export type Filled = ReadonlyMap<string, readonly string[]>;

/** A name that was typed where an id is wanted, to be looked up. */
export interface NamedRef {
  path: string;
  of: keyof typeof ID_PREFIXES;
  text: string;
  /** Puts the id in its place. */
  put: (id: string) => void;
}

/** A body for the API, and what in the form can't become part of one. */
export interface ReadForm {
  body: Record<string, unknown>;
  faults: FieldError[];
  refs: NamedRef[];
}

/** Entries of a list at most, however many a form says that there are. */
const MOST_ENTRIES = 200;

/** A number that is a thousand where commas part thousands, and one where they begin the decimals. */
const THOUSANDS = /^[+-]?[1-9]\d{0,2}(?:,\d{3})+$/;
const EITHER = "could be a thousand or a fraction: write it without the comma, or with a point";

/** Stands for a value that isn't said. */
const NOTHING = Symbol("nothing");

/**
 * Makes the API's body of what a form was filled in with: only what its fields name, whatever else was sent. `making` says
 * that something is made: what is empty is left out then, where a change says that there is none.
 */
export function readForm(fields: readonly Field[], filled: Filled, making: boolean): ReadForm {
  const read: ReadForm = { body: {}, faults: [], refs: [] };
  readInto(read, read.body, fields, filled, "", making);
  return read;
}

/** Reads fields whose names begin with `prefix` into `target`. Answers whether any of them says something. */
function readInto(
  read: ReadForm,
  target: Record<string, unknown>,
  fields: readonly Field[],
  filled: Filled,
  prefix: string,
  making: boolean,
): boolean {
  let says = false;
  for (const field of fields) {
    if (field.kind === "group") {
      if (field.name === null) {
        says = readInto(read, target, field.fields, filled, prefix, making) || says;
        continue;
      }
      const path = prefix + field.name;
      // What a group that nobody filled in would fault is no fault of the form's.
      const own: ReadForm = { body: {}, faults: [], refs: [] };
      const saysIt = readInto(own, own.body, field.fields, filled, `${path}.`, making);
      if (saysIt || field.optional !== true) {
        put(target, field.name, own.body);
        read.faults.push(...own.faults);
        read.refs.push(...own.refs);
      } else if (!making) put(target, field.name, null);
      says = says || saysIt;
      continue;
    }
    if (field.kind === "list") {
      const entries: unknown[] = [];
      const indexes = indexesOf(filled, `${prefix}${field.name}.`);
      if (indexes.length > MOST_ENTRIES)
        read.faults.push({
          path: prefix + field.name,
          message: `has ${indexes.length} entries, and ${MOST_ENTRIES} fit here`,
        });
      for (const index of indexes) {
        const own: ReadForm = { body: {}, faults: [], refs: [] };
        const path = `${prefix}${field.name}.${index}.`;
        if (!readInto(own, own.body, field.of, filled, path, true)) continue;
        // An entry without a name is the value itself.
        entries.push(field.of.length === 1 && "" in own.body ? own.body[""] : own.body);
        read.faults.push(...own.faults);
        read.refs.push(...own.refs);
      }
      if (entries.length > 0 || !making || field.empty === "text") put(target, field.name, entries);
      says = says || entries.length > 0;
      continue;
    }
    const texts = filled.get(prefix + field.name);
    // A field that wasn't in the form says nothing; a box that isn't ticked isn't sent at all.
    if (texts === undefined && field.kind !== "switch" && field.kind !== "choices") continue;
    const value = valueOf(field, texts ?? [], prefix + field.name, read, (id) => put(target, field.name, id));
    if (value === NOTHING || (Array.isArray(value) && value.length === 0 && saysSo(field.empty))) {
      const empty = field.empty ?? (making ? "omit" : "null");
      if (empty !== "omit") put(target, field.name, empty === "null" ? null : "");
      continue;
    }
    put(target, field.name, value);
    says = says || (field.kind === "switch" ? value === true : !Array.isArray(value) || value.length > 0);
  }
  return says;
}

/** Whether an empty list is to be left out or to be none; else it is an empty list. */
function saysSo(empty: ValueField["empty"]): boolean {
  return empty === "omit" || empty === "null";
}

/** The numbers of a list's entries, in order. */
function indexesOf(filled: Filled, prefix: string): number[] {
  const found = new Set<number>();
  for (const name of filled.keys()) {
    if (!name.startsWith(prefix)) continue;
    const index = Number(name.slice(prefix.length).split(".", 1)[0]);
    if (Number.isInteger(index) && index >= 0) found.add(index);
  }
  return [...found].toSorted((a, b) => a - b);
}

/** Puts a value where its name says, as in `utm.source`. */
function put(target: Record<string, unknown>, name: string, value: unknown): void {
  const parts = name.split(".");
  let place = target;
  for (const part of parts.slice(0, -1)) {
    const next = place[part];
    if (typeof next === "object" && next !== null) place = next as Record<string, unknown>;
    else place = place[part] = {} as Record<string, unknown>;
  }
  place[parts.at(-1) ?? name] = value;
}

function valueOf(
  field: ValueField,
  texts: readonly string[],
  path: string,
  read: ReadForm,
  putId: (id: string) => void,
): unknown {
  const fault = (message: string): typeof NOTHING => {
    read.faults.push({ path, message });
    return NOTHING;
  };
  const text = (texts.at(-1) ?? "").replaceAll("\r\n", "\n");
  switch (field.kind) {
    case "switch":
      return texts.includes("on");
    case "choices":
      return [...new Set(texts.filter((each) => field.options.some(({ value }) => value === each)))];
    case "maybe":
      return text === "yes" ? true : text === "no" ? false : NOTHING;
    case "lines":
      return partsOf(text, "\n");
    case "words":
      return partsOf(text, ",");
    case "secret":
      return text === "" ? NOTHING : text;
    default:
  }
  const trimmed = text.trim();
  if (trimmed === "") return field.kind === "ref" && field.many === true ? [] : NOTHING;
  switch (field.kind) {
    case "whole":
      return /^[+-]?\d{1,15}$/.test(trimmed) ? Number(trimmed) : fault("must be a whole number");
    case "number": {
      if (THOUSANDS.test(trimmed)) return fault(EITHER);
      const number = Number(trimmed.replace(",", "."));
      return Number.isFinite(number) ? number : fault("must be a number");
    }
    case "decimal":
      if (THOUSANDS.test(trimmed)) return fault(EITHER);
      return trimmed.replace(/^([+-]?\d+),(\d+)$/, "$1.$2");
    case "when":
    case "moment": {
      const wrong = field.kind === "when" ? "must be a date, with a time or without" : "must be a date and a time";
      // Dates of other shapes are read in ways that nobody would guess.
      if (!/^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d|$)/.test(trimmed)) return fault(wrong);
      const time = Date.parse(/[zZ]$|\d[+-]\d\d:?\d\d$/.test(trimmed) ? trimmed : momentInUtc(trimmed));
      if (Number.isNaN(time)) return fault(wrong);
      return field.kind === "when" && isDate(trimmed) ? trimmed : new Date(time).toISOString();
    }
    case "json":
      try {
        return JSON.parse(trimmed) as unknown;
      } catch (error) {
        return fault(`is no JSON: ${(error as Error).message}`);
      }
    case "map":
      return mapOf(trimmed, fault);
    case "ref": {
      const { of } = field;
      if (field.many !== true) {
        const id = idIn(trimmed, ID_PREFIXES[of]);
        if (id === null) read.refs.push({ path, of, text: trimmed, put: putId });
        return id ?? trimmed;
      }
      const found: string[] = [];
      for (const each of partsOf(trimmed, "\n")) {
        const id = idIn(each, ID_PREFIXES[of]);
        const place = found.push(id ?? each) - 1;
        if (id === null) read.refs.push({ path, of, text: each, put: (id) => (found[place] = id) });
      }
      return found;
    }
    case "text":
      return field.caps === true ? trimmed.toUpperCase() : trimmed;
    default:
      return field.kind === "textarea" ? text : trimmed;
  }
}

/** A time without a zone, as one of UTC; a day is its beginning. */
function momentInUtc(text: string): string {
  return text.length === 10 ? `${text}T00:00Z` : `${text}Z`;
}

function mapOf(text: string, fault: (message: string) => unknown): unknown {
  const map: Record<string, string> = {};
  for (const line of partsOf(text, "\n")) {
    const [name = "", ...rest] = line.split("=");
    if (rest.length === 0) return fault(`“${line}” must be a name, =, and a text`);
    map[name.trim()] = rest.join("=").trim();
  }
  return map;
}

function partsOf(text: string, separator: string): string[] {
  return text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** The id in a text such as "Lea Sommer (crt_…)", or that is one. */
function idIn(text: string, prefix: string): string | null {
  return new RegExp(`(?:^|\\()(${prefix}[0-9a-z]{16})\\)?$`).exec(text)?.[1] ?? null;
}
