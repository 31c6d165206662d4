import { majorOf } from "../../ground/money/amount.ts";
import type { Definition } from "../../conversions/definition/schema.ts";

type Plain = Record<string, unknown>;

/** What each kind of trigger takes of a form that asks for all of them. */
const OF_TRIGGER: Readonly<Record<string, readonly string[]>> = {
  url: ["url", "where"],
  event: ["event", "where"],
  script: ["where"],
  segment: ["all"],
  conversion: ["definitionId"],
  identified: [],
  order: ["which", "minimum", "skus"],
  call: ["minTalkSeconds", "numbers"],
  manual: [],
};

/** What each kind of a segment's condition takes. */
const OF_CONDITION: Readonly<Record<string, readonly string[]>> = {
  field: ["field", "is", "value"],
  event: ["name", "is", "times", "withinDays"],
  goal: ["name", "is", "times", "withinDays"],
  url: ["name", "is", "times", "withinDays"],
  order: ["is", "times", "withinDays"],
  spent: ["is", "amount", "withinDays"],
  click: ["creatorId", "campaignId", "linkId", "is", "times", "withinDays"],
};

/** What each way of a value takes. */
const OF_VALUE: Readonly<Record<string, readonly string[]>> = { static: ["amount"], field: ["field"] };

/** A plain decimal. */
const DECIMAL = /^-?\d+(?:\.\d+)?$/;

/**
 * The body that a definition's form says: of each trigger, condition and value what belongs to its kind, and numbers where
 * numbers are compared. What is left is for the API to refuse.
 */
export function termsBody(body: Plain): Plain {
  const { triggers, value } = body;
  return {
    ...body,
    ...(Array.isArray(triggers) && { triggers: triggers.map((trigger) => triggerOf(trigger as Plain)) }),
    ...(isPlain(value) && { value: picked(value, "mode", OF_VALUE) }),
    // A form that says nothing of the value says that there is none.
    ...(value === null && { value: { mode: "none" } }),
  };
}

function triggerOf(trigger: Plain): Plain {
  const kept = picked(trigger, "type", OF_TRIGGER);
  const { where, all } = kept;
  return {
    ...kept,
    ...(Array.isArray(where) && { where: where.map((each) => compared(each as Plain)) }),
    ...(Array.isArray(all) && { all: all.map((each) => compared(picked(each as Plain, "about", OF_CONDITION))) }),
  };
}

/** The fields that belong to what a choice says; all of them where it says nothing that is known. */
function picked(row: Plain, choice: string, fields: Readonly<Record<string, readonly string[]>>): Plain {
  const chosen = row[choice];
  if (typeof chosen !== "string") return row;
  const own = fields[chosen] ?? [];
  return Object.fromEntries(Object.entries(row).filter(([name]) => name === choice || own.includes(name)));
}

/** A condition with its value as JSON has it: forms know texts alone. */
function compared(condition: Plain): Plain {
  const { is, value } = condition;
  return typeof value === "string" ? { ...condition, value: valueOf(is, value) } : condition;
}

/**
 * What a text is compared as: a number and true or false as such, which of a contact's fields are other than texts; in
 * quotation marks it is the text within. What something contains is always a text.
 */
function valueOf(is: unknown, text: string): string | number | boolean {
  if (is === "contains") return text;
  if (DECIMAL.test(text)) return Number(text);
  if (text === "true" || text === "false") return text === "true";
  return /^".*"$/s.test(text) ? text.slice(1, -1) : text;
}

/** The text by which a form shows a value, so that `valueOf` makes the same of it. */
function textOf({ is, value }: { is: string; value?: string | number | boolean | undefined }): string | undefined {
  if (value === undefined || typeof value !== "string") return value === undefined ? undefined : String(value);
  return valueOf(is, value) === value ? value : `"${value}"`;
}

function isPlain(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A definition as its form shows it, and as the API takes it: amounts in major units. */
export function shownTerms({ name, key, triggers, value, limit, appliesToPast, effectiveFrom }: Definition): Plain {
  return {
    name,
    key,
    triggers: triggers.map((trigger) => {
      if (trigger.type === "order") {
        const { minimum } = trigger;
        return { ...trigger, minimum: minimum === null ? null : majorOf(minimum.amountMinor, minimum.currency) };
      }
      if ("where" in trigger) {
        return { ...trigger, where: trigger.where.map((one) => ({ ...one, value: textOf(one) })) };
      }
      if (trigger.type !== "segment") return trigger;
      return {
        ...trigger,
        all: trigger.all.map((condition) =>
          condition.about === "spent"
            ? { ...condition, amount: majorOf(condition.amount.amountMinor, condition.amount.currency) }
            : condition.about === "field"
              ? { ...condition, value: textOf(condition) }
              : condition,
        ),
      };
    }),
    value:
      value.mode === "static" ? { ...value, amount: majorOf(value.amount.amountMinor, value.amount.currency) } : value,
    limit,
    appliesToPast,
    effectiveFrom,
  };
}
