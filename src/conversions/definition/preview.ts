import type { GoalEvent, Trigger } from "../../ground/model/conversion.ts";
import { isoOf } from "../../ground/http/fields.ts";
import { addSums } from "../../ground/money/sum.ts";
import type { Draft } from "../count/fold.ts";
import { countedOf } from "../count/limit.ts";
import type { Preview } from "./preview-schema.ts";
import type { Definition } from "./schema.ts";
import type { DefinitionRow } from "./store.ts";

/** A conversion that a definition would have made. */
export type Would = Pick<
  Draft,
  "key" | "triggerIndex" | "time" | "trust" | "subject" | "page" | "contactId" | "worth"
> &
  Pick<GoalEvent, "kind" | "name">;

/** Samples of a preview. */
const SAMPLES = 10;

/** Of one subject no more are kept under a limit. */
const MAX_OF_SUBJECT = 1_000;

/** Whether a subject is somebody who can be told from others: neither a page view nor an event alone. */
function isToldApart(subject: string): boolean {
  return !subject.startsWith("p:") && !subject.startsWith("e:");
}

/** Why nothing can be said of what would have met a trigger, or `null`. */
function blindness({ type }: Trigger): string | null {
  if (type === "manual")
    return "What is recorded by hand or by a server is recorded for a definition, which this is not yet.";
  if (type === "call") return "Calls are told of for a definition, which this is not yet.";
  return null;
}

/**
 * What conversions that would have been made come to, under a definition's limit. `summary` has its triggers in words,
 * times are ms UTC.
 */
export function previewOf(
  { triggers, limit, value, currency }: Pick<DefinitionRow, "triggers" | "limit" | "value" | "currency">,
  summary: Definition["summary"],
  woulds: readonly Would[],
  around: Pick<Preview, "looked" | "partial"> & { from: number; to: number },
): Preview {
  const counted = new Set<Would>();
  const bySubject = Map.groupBy(woulds, ({ subject }) => subject);
  for (const ofSubject of bySubject.values()) {
    const kept = limit === null ? ofSubject : ofSubject.slice(0, MAX_OF_SUBJECT);
    const keys = countedOf(kept, limit);
    for (const would of kept) if (keys.has(would.key)) counted.add(would);
  }
  const values = [...counted].map(({ worth }) => worth.valueMinor);
  const hasValue = value.mode !== "none";
  return {
    from: isoOf(around.from),
    to: isoOf(around.to),
    looked: around.looked,
    partial: around.partial,
    met: woulds.length,
    counted: counted.size,
    converters: [...bySubject.keys()].filter(isToldApart).length,
    notToldApart: woulds.filter(({ subject }) => !isToldApart(subject)).length,
    byTrigger: triggers.map((trigger, index) => {
      const note = blindness(trigger);
      const met = woulds.filter(({ triggerIndex }) => triggerIndex === index).length;
      return { index, type: trigger.type, summary: summary[index] ?? "", met: note === null ? met : null, note };
    }),
    value: hasValue ? { amountMinor: addSums(values.map((minor) => minor ?? 0)), currency } : null,
    valueless: hasValue ? values.filter((minor) => minor === null).length : 0,
    samples: woulds
      .toSorted((a, b) => b.time - a.time || (a.key < b.key ? 1 : -1))
      .slice(0, SAMPLES)
      .map((would) => {
        const { time, triggerIndex, kind, name, page, contactId, trust, worth } = would;
        const { valueMinor, valueNote } = worth;
        return {
          time: isoOf(time),
          trigger: triggerIndex,
          kind,
          name,
          page,
          contactId,
          trust,
          value: valueMinor === null ? null : { amountMinor: valueMinor, currency },
          valueNote,
          counted: counted.has(would),
        };
      }),
  };
}
