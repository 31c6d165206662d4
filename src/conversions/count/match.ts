import type { EventCondition, GoalEvent, TextMatch, Trigger } from "../../ground/model/conversion.ts";

/** The parts of a definition that say whether an event meets it. */
export interface Matched {
  key: string;
  /** ISO 4217: what a least total of orders is in. */
  currency: string;
}

/** What an event of an order says of it, as `data` (see `orderGoal`). */
export interface OrderSaid {
  /** Minor units of `currency`; `null`: no amount is known. */
  totalMinor: number | null;
  currency: string | null;
  /** Which of its customer's it is; `null`: nobody knows who bought. */
  standing: "first" | "returning" | null;
  skus: string[];
}

/**
 * Whether an event meets a trigger: all of its conditions hold. Segments, other conversions and visitors who become
 * known are no events of this kind: who finds them says so by a match of its own, or for the last by an event whose key
 * begins with `identified:`.
 */
export function meetsEvent(trigger: Trigger, event: GoalEvent, definition: Matched): boolean {
  switch (trigger.type) {
    case "url":
      return (
        event.kind === "page" &&
        event.page !== null &&
        isText(trigger.url.is, event.page, trigger.url.value) &&
        meetsAll(trigger.where, event)
      );
    case "event":
      return event.kind === "track" && event.name === trigger.event && meetsAll(trigger.where, event);
    case "script":
      return (
        event.kind === "conversion" &&
        folded(event.name ?? "") === folded(definition.key) &&
        meetsAll(trigger.where, event)
      );
    case "identified":
      return event.kind === "identify" && event.key.startsWith("identified:");
    case "order":
      return event.kind === "order" && meetsOrder(trigger, event.data as unknown as OrderSaid, definition);
    case "call":
      return event.kind === "call" && meetsCall(trigger, event.data);
    case "manual":
      return event.kind === "manual";
    default:
      return false;
  }
}

/** The first of a definition's triggers that an event meets, by its place from 0; `null`: it meets none. */
export function firstMet(definition: Matched & { triggers: readonly Trigger[] }, event: GoalEvent): number | null {
  const index = definition.triggers.findIndex((trigger) => meetsEvent(trigger, event, definition));
  return index < 0 ? null : index;
}

function meetsOrder(
  { which, minimumMinor, skus }: Extract<Trigger, { type: "order" }>,
  said: OrderSaid,
  { currency }: Matched,
): boolean {
  if (which !== "any" && said.standing !== which) return false;
  if (minimumMinor !== null) {
    // What isn't in the definition's currency can't be compared.
    if (said.totalMinor === null || said.currency !== currency || said.totalMinor < minimumMinor) return false;
  }
  if (skus.length === 0) return true;
  const bought = new Set(said.skus.map(folded));
  return skus.some((sku) => bought.has(folded(sku)));
}

function meetsCall(
  { minTalkSeconds, numbers }: Extract<Trigger, { type: "call" }>,
  data: Readonly<Record<string, unknown>>,
): boolean {
  const talked = data["talkSeconds"];
  if (typeof talked !== "number" || talked < minTalkSeconds) return false;
  const { number } = data;
  return (
    numbers.length === 0 || (typeof number === "string" && numbers.some((one) => dialled(one) === dialled(number)))
  );
}

/** A telephone number as it is dialled: without what parts it for the eye. */
function dialled(number: string): string {
  return number.replaceAll(/[^+\d]/g, "").replace(/^00/, "+");
}

function meetsAll(where: readonly EventCondition[], event: GoalEvent): boolean {
  return where.every((condition) => meets(condition, saidOf(event, condition.property)));
}

/** What an event says under a name; `undefined`: nothing. The page and the country are the event's, whatever it says. */
function saidOf({ page, country, data }: GoalEvent, property: string): unknown {
  const value =
    property === "page"
      ? page
      : property === "country"
        ? country
        : Object.hasOwn(data, property)
          ? data[property]
          : undefined;
  return value === null || value === "" ? undefined : value;
}

function meets({ is, value: wanted }: EventCondition, said: unknown): boolean {
  switch (is) {
    case "exists":
      return said !== undefined;
    case "missing":
      return said === undefined;
    case "equals":
      return isSame(said, wanted);
    // What isn't said is not that either.
    case "not_equals":
      return !isSame(said, wanted);
    case "contains": {
      const [a, b] = [textOf(said), textOf(wanted)];
      return a !== null && b !== null && isText("contains", a, b);
    }
    case "greater":
    case "less": {
      const [a, b] = [numberOf(said), numberOf(wanted)];
      return a !== null && b !== null && (is === "greater" ? a > b : a < b);
    }
  }
}

/** Whether two values say the same: as numbers if both are, else as texts. */
function isSame(said: unknown, wanted: unknown): boolean {
  const [a, b] = [numberOf(said), numberOf(wanted)];
  if (a !== null && b !== null) return a === b;
  const text = textOf(said);
  return text !== null && isText("equals", text, textOf(wanted) ?? "");
}

function isText(is: TextMatch, text: string, wanted: string): boolean {
  const [a, b] = [folded(text), folded(wanted)];
  return is === "equals" ? a === b : is === "contains" ? a.includes(b) : a.startsWith(b);
}

function folded(text: string): string {
  return text.toLowerCase();
}

/** A plain decimal: what merely looks like a number to JavaScript, such as a blank or `0x10`, is a text. */
const DECIMAL = /^-?\d+(?:\.\d+)?$/;

function numberOf(value: unknown): number | null {
  if (typeof value === "number") return value;
  return typeof value === "string" && DECIMAL.test(value) ? Number(value) : null;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : null;
}
