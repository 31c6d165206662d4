import { isoOf } from "../../ground/http/fields.ts";
import type { ConversionValue, SegmentCondition, Trigger } from "../../ground/model/conversion.ts";
import type { Definition } from "./schema.ts";
import type { ShownRow } from "./store.ts";
import type { ShownSegmentCondition, ShownTrigger } from "./trigger-schema.ts";
import { triggerWords } from "./words.ts";

/** A definition as the API shows it; amounts in minor units beside their currency. */
export function presentDefinition({ row, storeCurrency, names }: ShownRow): Definition {
  const { key, currency } = row;
  const wording = { key, currency, storeCurrency, names };
  return {
    id: row.id,
    storeId: row.storeId,
    name: row.name,
    key,
    status: row.status,
    triggers: row.triggers.map((trigger) => shownTrigger(trigger, currency, storeCurrency)),
    summary: row.triggers.map((trigger) => triggerWords(trigger, wording)),
    value: shownValue(row.value, currency),
    currency,
    limit: row.limit,
    appliesToPast: row.appliesToPast,
    effectiveFrom: isoOf(row.effectiveFrom),
    copiedFrom: row.copiedFrom,
    activatedAt: isoOf(row.activatedAt),
    archivedAt: isoOf(row.archivedAt),
    createdAt: isoOf(row.createdAt),
    updatedAt: isoOf(row.updatedAt),
  };
}

function shownTrigger(trigger: Trigger, currency: string, storeCurrency: string): ShownTrigger {
  if (trigger.type === "segment") {
    return { type: "segment", all: trigger.all.map((one) => shownCondition(one, storeCurrency)) };
  }
  if (trigger.type !== "order") return trigger;
  const { minimumMinor, ...rest } = trigger;
  return { ...rest, minimum: minimumMinor === null ? null : { amountMinor: minimumMinor, currency } };
}

function shownCondition(condition: SegmentCondition, currency: string): ShownSegmentCondition {
  if (condition.about !== "spent") return condition;
  const { amountMinor, ...rest } = condition;
  return { ...rest, amount: { amountMinor, currency } };
}

function shownValue(value: ConversionValue, currency: string): Definition["value"] {
  return value.mode === "static" ? { mode: "static", amount: { amountMinor: value.amountMinor, currency } } : value;
}
