import { BEHAVIOUR_TYPES } from "../../ground/model/visit.ts";
import { isRecord } from "./read-order.ts";

/** An event with its place in its request. */
export interface PlacedEvent<Value = unknown> {
  index: number;
  value: Value;
}

/** Events by whose they are: some are both. */
export interface SplitEvents {
  /** For the inbox. */
  others: PlacedEvent[];
  /** What is told under a tagging plan. */
  behaviour: PlacedEvent<Readonly<Record<string, unknown>>>[];
  /** That it showed a number instead of its own. */
  numbers: PlacedEvent<Readonly<Record<string, unknown>>>[];
}

const TYPES: ReadonlySet<unknown> = new Set(BEHAVIOUR_TYPES);

/** Fields of an event that only its tagging plan asks for: of the inbox they would be nobody's, and new each time. */
const PLAN_FIELDS: ReadonlySet<string> = new Set(["plan", "age", "visit", "entry", "origin", "goals"]);

/**
 * Splits what a page told. A page's view is told under a plan if it names one, and is the inbox's too with `goals: true`;
 * one that names none is the inbox's alone, as it was before there were plans.
 */
export function splitEvents(events: readonly unknown[]): SplitEvents {
  const split: SplitEvents = { others: [], behaviour: [], numbers: [] };
  for (const [index, value] of events.entries()) {
    if (isRecord(value) && value["type"] === "number") {
      split.numbers.push({ index, value });
      continue;
    }
    const isBehaviour = isRecord(value) && TYPES.has(value["type"]) && !isView(value);
    const isPlanned = isRecord(value) && isView(value) && typeof value["plan"] === "number";
    if (isBehaviour || isPlanned) split.behaviour.push({ index, value });
    if (isPlanned && value["goals"] === true) split.others.push({ index, value: withoutPlan(value) });
    else if (!isBehaviour && !isPlanned) split.others.push({ index, value });
  }
  return split;
}

function isView(value: Readonly<Record<string, unknown>>): boolean {
  return value["type"] === "page";
}

function withoutPlan(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([field]) => !PLAN_FIELDS.has(field)));
}
