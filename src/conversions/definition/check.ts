import type {
  ConversionValue,
  EventCondition,
  FieldOperator,
  SegmentCondition,
  TextMatch,
  Trigger,
} from "../../ground/model/conversion.ts";
import type { FieldError } from "../../ground/http/problem.ts";
import { startOf } from "../../ground/time/moment.ts";

/** A definition that another's trigger may name. */
export interface KnownDefinition {
  id: string;
  storeId: string;
  name: string;
  status: "draft" | "active" | "archived";
  triggers: readonly Trigger[];
}

/** What is to be checked of a definition. `id` is its own, `null` of one that is new. */
export interface Candidate {
  id: string | null;
  storeId: string;
  triggers: readonly Trigger[];
  value: ConversionValue;
}

/** Longest that a date is compared over, days. */
const MAX_DAYS = 3_650;

/**
 * All that is wrong with a definition beyond the form of each field, with paths and words. `known` has the definitions
 * that its triggers name, and those that these name, and so on.
 */
export function definitionFaults(candidate: Candidate, known: ReadonlyMap<string, KnownDefinition>): FieldError[] {
  return [
    ...candidate.triggers.flatMap((trigger, index) =>
      triggerFaults(trigger, candidate, known).map(({ path, message }) => ({
        path: `triggers.${index}.${path}`,
        message,
      })),
    ),
    ...valueFaults(candidate),
  ];
}

function triggerFaults(
  trigger: Trigger,
  candidate: Candidate,
  known: ReadonlyMap<string, KnownDefinition>,
): FieldError[] {
  switch (trigger.type) {
    case "url":
      return [...within("url.value", addressFaults(trigger.url.is, trigger.url.value)), ...whereFaults(trigger.where)];
    case "event":
    case "script":
      return whereFaults(trigger.where);
    case "segment":
      return trigger.all.flatMap((condition, index) => within(`all.${index}`, segmentFaults(condition)));
    case "conversion":
      return within("definitionId", causeFaults(trigger.definitionId, candidate, known));
    default:
      return [];
  }
}

function within(path: string, faults: readonly FieldError[]): FieldError[] {
  return faults.map((fault) => ({ path: fault.path === "" ? path : `${path}.${fault.path}`, message: fault.message }));
}

function fault(path: string, message: string): FieldError[] {
  return [{ path, message }];
}

function whereFaults(where: readonly EventCondition[]): FieldError[] {
  return where.flatMap((condition, index) => within(`where.${index}`, eventFaults(condition)));
}

/** What no page is ever told of by: a trigger for that would wait for ever, and nobody would hear of it. */
function addressFaults(is: TextMatch, value: string): FieldError[] {
  if (/[?#]/.test(value)) return fault("", "must have no query and no fragment: pages are told of without them");
  if (is === "contains") {
    return /[^!-~]/.test(value) ? fault("", `must be written as browsers send it: ${sentPath(value)}`) : [];
  }
  const url = URL.parse(value);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return fault("", `must be a whole address for ${is}, such as https://shop.example/thanks; or take contains`);
  }
  const [sent, given] = [`${url.origin}${url.pathname}`, value.toLowerCase()];
  const isSent = is === "equals" ? sent.toLowerCase() === given : sent.toLowerCase().startsWith(given);
  return isSent ? [] : fault("", `must be written as browsers send it: ${sent}`);
}

function sentPath(text: string): string {
  return new URL(`https://shop.example/-${text}`).pathname.slice(2);
}

function eventFaults({ is, value }: EventCondition): FieldError[] {
  if (is !== "greater" && is !== "less") return comparedFaults(is, value);
  return typeof value === "number" ? [] : fault("value", `must be a number for ${is}`);
}

function comparedFaults(is: FieldOperator, value: string | number | boolean | undefined): FieldError[] {
  switch (is) {
    case "exists":
    case "missing":
      return value === undefined ? [] : fault("value", `must be left out for ${is}`);
    case "contains":
      return typeof value === "string" ? [] : fault("value", "must be a text for contains");
    case "greater":
    case "less":
      return typeof value === "number" || (typeof value === "string" && startOf(value) !== null)
        ? []
        : fault("value", `must be a number, or a date such as 2026-11-21, for ${is}`);
    case "within_days":
    case "before_days":
      return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MAX_DAYS
        ? []
        : fault("value", `must be a whole number of days, 1 to ${MAX_DAYS}, for ${is}`);
    default:
      return value === undefined ? fault("value", `is missing: ${is} compares with something`) : [];
  }
}

function segmentFaults(condition: SegmentCondition): FieldError[] {
  if (condition.about === "field") return comparedFaults(condition.is, condition.value);
  if (condition.about === "spent") return [];
  const faults = condition.about === "url" ? within("name", addressFaults("contains", condition.name)) : [];
  if (faults.length > 0) return faults;
  return condition.is === "at_least" && condition.times === 0
    ? fault("times", "must be 1 or more: everybody did it 0 times at least")
    : [];
}

function causeFaults(id: string, candidate: Candidate, known: ReadonlyMap<string, KnownDefinition>): FieldError[] {
  if (id === candidate.id) return fault("", "is the definition itself, which would convert without end");
  const cause = known.get(id);
  if (cause === undefined || cause.storeId !== candidate.storeId) {
    return fault("", "is no conversion definition's of the same store");
  }
  if (cause.status === "archived")
    return fault("", `is that of "${cause.name}", which is archived and converts no more`);
  const circle = candidate.id === null ? null : pathTo(candidate.id, id, known);
  if (circle === null) return [];
  const names = circle.map((step) => `"${known.get(step)?.name ?? step}"`).join(", which waits for ");
  return fault("", `leads back to the definition itself: it waits for ${names}, which waits for it`);
}

/** The definitions from `from` on by which one comes to `target`, or `null`. */
function pathTo(
  target: string,
  from: string,
  known: ReadonlyMap<string, KnownDefinition>,
  seen = new Set<string>(),
): string[] | null {
  if (seen.has(from)) return null;
  seen.add(from);
  for (const trigger of known.get(from)?.triggers ?? []) {
    if (trigger.type !== "conversion") continue;
    if (trigger.definitionId === target) return [from];
    const rest = pathTo(target, trigger.definitionId, known, seen);
    if (rest !== null) return [from, ...rest];
  }
  return null;
}

/** Triggers whose event can say what it is worth, and those that never tell of a contact. */
const SAYS_VALUE: ReadonlySet<Trigger["type"]> = new Set(["event", "script", "manual"]);
const TELLS_NOBODY: ReadonlySet<Trigger["type"]> = new Set(["call"]);

function valueFaults({ triggers, value }: Candidate): FieldError[] {
  const types = triggers.map(({ type }) => type);
  if (value.mode === "order" && types.some((type) => type !== "order")) {
    return fault("value.mode", "can't be order unless each trigger is an order: others have no total");
  }
  if (value.mode === "event" && !types.some((type) => SAYS_VALUE.has(type))) {
    return fault("value.mode", "can't be event: no trigger is an event, a script or manual, which alone say a value");
  }
  if (value.mode === "field" && types.every((type) => TELLS_NOBODY.has(type))) {
    return fault("value.mode", "can't be field: no trigger tells of a contact");
  }
  return [];
}
