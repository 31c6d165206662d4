import { clickOf, isRecord, type Refusal } from "./read-order.ts";
import { isUnexpanded, UNEXPANDED } from "./unexpanded.ts";

/** What the snippet tells of. */
export const EVENT_TYPES = ["order", "track", "conversion", "identify", "page"] as const;

/** One of {@link EVENT_TYPES}. */
export type EventType = (typeof EVENT_TYPES)[number];

/** What a page says of the shopper's consent; `unstated`: nothing. */
export type Consent = "granted" | "denied" | "unknown" | "unstated";

/** An event as the snippet sends it. */
export interface CapturedEvent {
  type: EventType;
  consent: Consent;
  /** A click token as it came, which may be anything. */
  click: string | null;
  /** For an order: the fields of `POST /t/orders`. */
  data: Record<string, unknown>;
}

/** The version of the snippet's format. */
const VERSION = 1;

/** Reads what a page says of consent: a text that isn't known grants nothing. */
export function consentOf(value: unknown): Consent {
  if (value == null || value === "") return "unstated";
  return value === "granted" || value === "denied" ? value : "unknown";
}

/** Reads one event. Never throws. */
export function readEvent(value: unknown): { event: CapturedEvent } | { refused: Refusal } {
  if (!isRecord(value)) return refused("malformed", "", "An event is a JSON object.");
  if (value["v"] !== undefined && value["v"] !== VERSION) {
    return refused("unknown_version", "v", `must be ${VERSION}`);
  }
  const type = EVENT_TYPES.find((known) => known === value["type"]);
  if (type === undefined) return refused("unknown_type", "type", `must be one of ${EVENT_TYPES.join(", ")}`);
  const data = value["data"] ?? {};
  if (!isRecord(data)) return refused("malformed", "data", "must be an object");
  if (isUnexpanded(value["click"])) return refused(UNEXPANDED.code, "click", UNEXPANDED.detail);
  return {
    event: {
      type,
      consent: consentOf(value["consent"]),
      click: clickOf(value["click"]),
      data,
    },
  };
}

function refused(code: string, path: string, detail: string): { refused: Refusal } {
  return { refused: { code, path, detail } };
}
