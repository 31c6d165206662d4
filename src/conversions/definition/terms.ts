import type { ConversionValue, SegmentCondition, Trigger } from "../../ground/model/conversion.ts";
import type { AmountReader } from "../../programme/plan/amount-reader.ts";
import type { GivenValue } from "./schema.ts";
import type { GivenSegmentCondition, GivenTrigger } from "./trigger-schema.ts";

/**
 * Triggers in the form that they are kept in. `currency` is the definition's; what contacts spent is compared in the
 * store's, which is the reader's. The reader keeps what can't be read.
 */
export function readTriggers(given: readonly GivenTrigger[], currency: string, reader: AmountReader): Trigger[] {
  return given.map((trigger, index): Trigger => {
    const path = `triggers.${index}`;
    if (trigger.type === "segment") {
      const all = trigger.all.map((condition, at) => readCondition(condition, `${path}.all.${at}`, reader));
      return { type: "segment", all };
    }
    if (trigger.type === "order") {
      const { minimum, ...rest } = trigger;
      const known = minimum !== null && reader.known("currency", currency);
      return { ...rest, minimumMinor: known ? reader.payment(`${path}.minimum`, minimum, currency) : null };
    }
    return trigger;
  });
}

function readCondition(condition: GivenSegmentCondition, path: string, reader: AmountReader): SegmentCondition {
  if (condition.about !== "spent") return condition;
  const { amount, ...rest } = condition;
  return { ...rest, amountMinor: reader.amount(`${path}.amount`, amount, reader.currency) };
}

/** A value in the form that it is kept in; `currency` is the definition's. */
export function readValue(given: GivenValue, currency: string, reader: AmountReader): ConversionValue {
  if (given.mode !== "static") return given;
  const known = reader.known("currency", currency);
  return { mode: "static", amountMinor: known ? reader.payment("value.amount", given.amount, currency) : 0 };
}

/** The types of triggers, each in commas, as `listens` has them. */
export function listensTo(triggers: readonly Trigger[]): string {
  return `,${[...new Set(triggers.map(({ type }) => type))].join(",")},`;
}

/** The definitions whose conversions meet one of these triggers. */
export function causesOf(triggers: readonly Trigger[]): string[] {
  return triggers.flatMap((trigger) => (trigger.type === "conversion" ? [trigger.definitionId] : []));
}
