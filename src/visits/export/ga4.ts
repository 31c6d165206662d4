import { majorOf } from "../../ground/money/amount.ts";
import type { ExportedEvent } from "./exported.ts";

/** What a translation has to know beside the events. */
export interface Ga4Context {
  /** ms UTC. */
  now: number;
  origin: string;
  firstStep: string | null;
}

/** Google takes events of the last 72 hours. */
const MAX_AGE_MS = 72 * 3_600_000;

/** An event of the Measurement Protocol. */
interface Ga4Event {
  name: string;
  timestamp_micros: number;
  params: Record<string, string | number>;
}

/**
 * Events of one visitor, at most 25, as a body of Google's Measurement Protocol (GA4); `null`: it has no words for any of
 * them, or they are too old for it. `purchase` is never sent: orders are the books', and a page only claims them.
 * What the shopper said was about being measured, so advertising is denied.
 */
export function ga4Body(events: readonly ExportedEvent[], context: Ga4Context): string | null {
  const [first] = events;
  const translated = events
    .filter(({ time }) => context.now - time < MAX_AGE_MS)
    .map((event) => ga4Event(event, context))
    .filter((event) => event !== null);
  if (first === undefined || translated.length === 0) return null;
  return JSON.stringify({
    client_id: first.visitor,
    consent: { ad_user_data: "DENIED", ad_personalization: "DENIED" },
    events: translated,
  });
}

function ga4Event(event: ExportedEvent, { origin, firstStep }: Ga4Context): Ga4Event | null {
  const named = nameOf(event, firstStep);
  if (named === null) return null;
  const [name, own] = named;
  return {
    name,
    timestamp_micros: event.time * 1_000,
    params: { page_location: origin + event.page, session_id: sessionOf(event.visit), event_id: event.id, ...own },
  };
}

function nameOf(
  { type, name, label, engagedMs, cart }: ExportedEvent,
  firstStep: string | null,
): [name: string, params: Record<string, string | number>] | null {
  const labelled = { content_type: name ?? "", ...(label !== null && { content_id: label }) };
  switch (type) {
    case "page":
      return ["page_view", {}];
    case "engage":
      return engagedMs > 0 ? ["user_engagement", { engagement_time_msec: engagedMs }] : null;
    case "cart":
      // What was told as bought is a cart too, of which nothing is said.
      return cart === null ? null : ["add_to_cart", worthOf(cart)];
    case "step":
      return name === firstStep ? ["begin_checkout", {}] : ["checkout_progress", { checkout_step: name ?? "" }];
    case "click":
      return ["select_content", labelled];
    case "visible":
      return ["view_promotion", { promotion_name: name ?? "", ...(label !== null && { promotion_id: label }) }];
    case "download":
      return ["file_download", { ...labelled, ...(label !== null && { file_name: label }) }];
    case "form":
      return ["form_submit", { form_id: name ?? "" }];
  }
}

function worthOf({ items, valueMinor, currency }: NonNullable<ExportedEvent["cart"]>): Record<string, string | number> {
  if (valueMinor === null || currency === null) return { items_in_cart: items };
  return { items_in_cart: items, value: Number(majorOf(valueMinor, currency)), currency };
}

/** Google counts sessions by numbers: one of 48 bits of a visit's name. */
function sessionOf(visit: string): number {
  const bytes = Uint8Array.fromBase64(visit.slice(0, 8), { alphabet: "base64url" });
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}
