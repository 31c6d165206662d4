import type { Filled } from "../form/read.ts";
import type { Filter } from "../resource/resource.ts";
import { type Option, optionsOf, wordsOf } from "../form/field.ts";
import type { Report } from "./report.ts";

/** What all reports may ask for beside what is their own: by the API's names. */
type Asks = Pick<Report<object, object>, "intervals" | "compare" | "sorts" | "pageRows">;

/** Fields that stand in the open: how rows are spaced, and with what they are compared. */
export function openFields({ intervals = [], compare }: Asks): Filter[] {
  return [
    ...(intervals.length === 0
      ? []
      : [
          {
            kind: "choice" as const,
            name: "interval",
            label: "By time",
            initial: "total",
            options: [
              { value: "total", label: "All together" },
              ...intervals.map((value) => ({ value, label: `By ${value}` })),
            ],
          },
        ]),
    ...(compare === undefined
      ? []
      : [
          {
            kind: "choice" as const,
            name: "compare",
            label: "Compare with",
            options: [{ value: "previous", label: "The time before" }],
          },
        ]),
  ];
}

/** Fields that are folded behind a report's own: the order of rows, and how many a page has. */
export function closedFields({ sorts = [], pageRows }: Asks): Filter[] {
  return [
    ...(sorts.length === 0
      ? []
      : [{ kind: "choice" as const, name: "sort", label: "Order of rows", options: sorts.flatMap(directionsOf) }]),
    ...(pageRows === undefined
      ? []
      : [{ kind: "whole" as const, name: "limit", label: "Rows of a page", least: 1, most: 1_000 }]),
  ];
}

function directionsOf(name: string): Option[] {
  const label = wordsOf(name.replace(/Minor$/, ""));
  return [
    { value: name, label: `${label}, least first` },
    { value: `-${name}`, label: `${label}, largest first` },
  ];
}

/** A choice by values whose names are their words. `initial`: what the API takes where none is chosen. */
export function choiceOf(name: string, label: string, values: readonly string[], initial?: string): Filter {
  return { kind: "choice", name, label, options: optionsOf(values), ...(initial !== undefined && { initial }) };
}

/** Fields as a form shows them: what the API takes where nothing is chosen is chosen, and can't be left out. */
export function withInitial(fields: readonly Filter[], filled: Filled): { fields: Filter[]; filled: Filled } {
  const usual = fields.flatMap((field): [string, string[]][] => {
    const initial = initialOf(field);
    return initial !== null && !filled.get(field.name)?.at(-1) ? [[field.name, [initial]]] : [];
  });
  return {
    fields: fields.map((field) => ({ ...field, required: initialOf(field) !== null })),
    filled: new Map([...filled, ...usual]),
  };
}

/** Whether an address says something by a field that isn't said by leaving it out. */
export function isSaid(field: Filter, query: URLSearchParams): boolean {
  const text = query.get(field.name) ?? "";
  return text !== "" && text !== initialOf(field);
}

/** What the API takes where a choice isn't made, if it takes something. */
function initialOf(field: Filter): string | null {
  return field.kind === "choice" && typeof field.initial === "string" ? field.initial : null;
}
