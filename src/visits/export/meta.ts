import { majorOf } from "../../ground/money/amount.ts";
import type { ExportedEvent } from "./exported.ts";

/** What a translation has to know beside the events. */
export interface MetaContext {
  /** ms UTC. */
  now: number;
  origin: string;
  firstStep: string | null;
  secrets: { readonly accessToken?: string };
}

/** Meta refuses a whole request for one event that is older than seven days. */
const MAX_AGE_MS = 7 * 86_400_000;

/**
 * Events as a body of Meta's Conversions API; `null`: it has no words for any of them, or they are too old for it. A
 * visitor is told by a keyed hash alone, in hex, for Meta reads ids without regard to case: no address, no browser, nothing
 * of a person.
 */
export function metaBody(events: readonly ExportedEvent[], context: MetaContext): string | null {
  const data = events
    .filter(({ time }) => context.now - time < MAX_AGE_MS)
    .map((event) => metaEvent(event, context))
    .filter((event) => event !== null);
  return data.length === 0 ? null : JSON.stringify({ data, access_token: context.secrets.accessToken });
}

function metaEvent(event: ExportedEvent, { origin, firstStep }: MetaContext) {
  const name = nameOf(event, firstStep);
  if (name === null) return null;
  const { cart } = event;
  return {
    event_name: name,
    event_time: Math.floor(event.time / 1_000),
    event_id: event.id,
    action_source: "website",
    event_source_url: origin + event.page,
    user_data: { external_id: [inHex(event.visitor)] },
    ...(cart !== null &&
      cart.valueMinor !== null &&
      cart.currency !== null && {
        custom_data: { value: Number(majorOf(cart.valueMinor, cart.currency)), currency: cart.currency },
      }),
  };
}

function inHex(name: string): string {
  return Uint8Array.fromBase64(name, { alphabet: "base64url" }).toHex();
}

/** Meta's own names where it has one; what a rule counts goes by the rule's. */
function nameOf({ type, name, cart }: ExportedEvent, firstStep: string | null): string | null {
  switch (type) {
    case "page":
      return "PageView";
    case "cart":
      return cart === null ? null : "AddToCart";
    case "step":
      return name !== null && name === firstStep ? "InitiateCheckout" : name;
    case "click":
    case "download":
    case "form":
    case "visible":
      return name;
    case "engage":
      return null;
  }
}
