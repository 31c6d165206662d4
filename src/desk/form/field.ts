import type { IdKind } from "../../ground/id.ts";

/** What all fields of a form have. */
interface Base {
  /** Where its value stands in the API's body, as in `utm.source`; the API's faults name the same. */
  name: string;
  label: string;
  hint?: string;
  required?: boolean;
  /**
   * What an empty field says: `omit` leaves it out (the API's own default), `null` says that there is none, `text` is the
   * empty text. Without it: left out where something is made, none where something is changed.
   */
  empty?: "omit" | "null" | "text";
  /** What a new form begins with. */
  initial?: unknown;
  /** Half as wide: numbers, dates, currencies. */
  short?: boolean;
}

/** Something to choose. */
export interface Option {
  value: string;
  label: string;
}

/** A line of text. */
export type TextField = Base & {
  kind: "text" | "email" | "url" | "tel" | "secret" | "date";
  max?: number;
  placeholder?: string;
  /** Written in capitals, as currencies are. */
  caps?: boolean;
};

/** A list of groups of fields: `name` is a list of objects. An empty group is none. */
export type ListField = Base & { kind: "list"; item: string; of: readonly Field[]; most?: number };

/** Fields that belong together. With a `name` they are an object of that name; `optional` ones are `null` where all are empty. */
export interface GroupField {
  kind: "group";
  name: string | null;
  label: string;
  hint?: string;
  fields: readonly Field[];
  optional?: boolean;
  /** Folded until it is wanted. */
  folded?: boolean;
  /**
   * Only about these values of a choice beside it: with script it is hidden while another is chosen. Whoever reads the form
   * leaves out what doesn't belong to the choice.
   */
  when?: { name: string; is: readonly string[] };
}

/** A field of a form: how a value of the API's body is asked of a person. */
export type Field =
  | TextField
  | (Base & { kind: "textarea"; rows?: number; max?: number })
  /** A list of texts, one a line. */
  | (Base & { kind: "lines"; rows?: number })
  /** A list of texts with commas between them. */
  | (Base & { kind: "words" })
  /** A whole number. */
  | (Base & { kind: "whole"; least?: number; most?: number })
  /** Any number. */
  | (Base & { kind: "number"; least?: number; most?: number; step?: number })
  /** A number as text, for amounts whose digits matter. */
  | (Base & { kind: "decimal" })
  /** A time, told and shown in UTC. */
  | (Base & { kind: "moment" })
  /** A day, or, where the address says one, a time of UTC: filters of lists take both. */
  | (Base & { kind: "when" })
  | (Base & { kind: "choice"; options: readonly Option[]; as?: "radio" })
  /** A list of those that were ticked. */
  | (Base & { kind: "choices"; options: readonly Option[] })
  | (Base & { kind: "switch" })
  /** Yes, no, or not said. */
  | (Base & { kind: "maybe" })
  /** What something of Waymark is: its id, typed as that or as any of its names. `many`: a list, one a line. */
  | (Base & { kind: "ref"; of: IdKind; many?: boolean })
  /** Names with texts, one `name = text` a line: an object. */
  | (Base & { kind: "map"; rows?: number })
  /** Anything else, as JSON. */
  | (Base & { kind: "json"; rows?: number })
  | ListField
  | GroupField;

/** A field with a value of its own. */
export type ValueField = Exclude<Field, ListField | GroupField>;

/** Options whose names are their values, for people: `by_hand` is "By hand". */
export function optionsOf(values: readonly string[]): Option[] {
  return values.map((value) => ({ value, label: wordsOf(value) }));
}

/** A name of the wire as people read it: `store_missing` and `storeMissing` are "Store missing". */
export function wordsOf(name: string): string {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll(/[_-]+/g, " ")
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
