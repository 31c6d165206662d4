import type { IgnoredField } from "./ignored.ts";
import { isRecord } from "./read-order.ts";
import { redactName } from "./redact.ts";

/** A visitor as a browser names it: 16 random bytes, base64url. */
const VISITOR = /^[\w-]{22}$/;

/** One opening of a page, as the snippet names it. */
const VIEW = /^[\w-]{1,32}$/;

/** What a page or a server tells an event from others by. */
const EVENT_ID = /^[!-~]{1,64}$/;

/** Whether a value can be the id of a page view. */
export function isView(value: unknown): value is string {
  return typeof value === "string" && VIEW.test(value);
}

/** An event's own id, which may be a whole number; `null` if it can't be one. */
export function eventIdOf(value: unknown): string | null {
  const text = typeof value === "number" && Number.isSafeInteger(value) ? String(value) : value;
  return typeof text === "string" && EVENT_ID.test(text) ? text : null;
}

/** What an event has of its visitor, its page view and itself, as far as that can be. */
export interface Signals {
  visitor: string | null;
  view: string | null;
  id: string | null;
  /** Of its data. */
  eventId: string | null;
  /** Those of them that can't be: they are dropped, and the event is taken. */
  malformed: IgnoredField[];
}

/** Reads an event's signals, as they came. An id with something of a person in it is none: redacted, it would be that of many. */
export function signalsOf(event: Readonly<Record<string, unknown>>): Signals {
  const data = isRecord(event["data"]) ? event["data"] : {};
  const malformed: IgnoredField[] = [];
  const read = (field: string, value: unknown, reading: (value: unknown) => string | null): string | null => {
    if (value == null) return null;
    const text = reading(value);
    const isFine = text !== null && redactName(text) === text;
    if (!isFine) malformed.push({ field, reason: "malformed" });
    return isFine ? text : null;
  };
  return {
    visitor: read("visitor", event["visitor"], (value) =>
      typeof value === "string" && VISITOR.test(value) ? value : null,
    ),
    view: read("view", event["view"], (value) => (isView(value) ? value : null)),
    id: read("id", event["id"], eventIdOf),
    eventId: read("eventId", data["eventId"], eventIdOf),
    malformed,
  };
}

/** A redacted event with its signals in place of what came; `visitorHash` is the visitor's, where it is allowed. */
export function withSignals(
  kept: Readonly<Record<string, unknown>>,
  { view, id, eventId }: Signals,
  visitorHash: string | null,
): Record<string, unknown> {
  const data = isRecord(kept["data"]) ? kept["data"] : null;
  return {
    ...kept,
    // Left out by JSON where there are none.
    id: id ?? undefined,
    view: view ?? undefined,
    visitorHash: visitorHash ?? undefined,
    ...(data !== null && "eventId" in data && { data: { ...data, eventId: eventId ?? undefined } }),
  };
}

/** The type of a definition's trigger that an event of each type may meet. */
const TRIGGERS: Readonly<Record<string, string>> = { page: "url", track: "event", conversion: "script" };

/**
 * Whether definitions may ask for an event of this type: `listens` is what a store's active ones listen to, each in
 * commas, or `null` where there are none. What somebody did who is known is what segments look back on, so it is
 * asked for by any.
 */
export function isAskedFor(type: string, isKnown: boolean, listens: string | null): boolean {
  if (listens === null) return false;
  const trigger = TRIGGERS[type];
  return isKnown || (trigger !== undefined && listens.includes(`,${trigger},`));
}
