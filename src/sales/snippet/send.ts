import { type Consent, quietly, type Seen } from "./browser.ts";
import { knownAs } from "./keep.ts";

/** What a page tells of. An `order`'s fields are those of `POST /t/orders`, but for `clickId`. */
export type EventType = "order" | "track" | "conversion" | "identify" | "page";

/** The fields of an event, as the page gave them. */
export type EventData = Record<string, unknown>;

/** What is sent next, unless it is an order. */
export const next: { seen?: Seen } = {};

/**
 * Reports one event: by beacon, which outlives the page; else by `fetch`; an order at last by the
 * pixel. Without consent neither click id nor customer goes along, nor a visitor. Never throws.
 */
export function send(type: EventType, given: EventData, consent: Consent, click: string | undefined): void {
  const data = { ...given };
  if (consent !== "granted") {
    // JSON leaves them out then.
    click = data["customerId"] = undefined;
  }
  const pixel = (): void => {
    if (type !== "order" || (GOALS && H.show)) return;
    quietly(() => {
      const fields: EventData = { ...data, click, consent };
      new Image().src = `${CONFIG.base}pixel.gif?s=${CONFIG.store}${"orderId amount currency codes customerId click consent"
        .split(" ")
        .map((name) =>
          // `order` for `orderId`, `customer` for `customerId`.
          fields[name] == null ? "" : `&${name.replace("Id", "")}=${encodeURIComponent(fields[name] as string)}`,
        )
        .join("")}`;
    });
  };

  try {
    const content = { v: 1, type, consent, click, url: location.origin + location.pathname, data };
    const text = serialize(content);
    // An order's id follows from what it says, so that a thank-you page loaded again says the same.
    const id = type === "order" ? text : text + Math.random();
    const body = serialize({
      ...content,
      id: digest(id, 0x01000193) + digest(id, 65_599),
      at: Date.now(),
      ...(GOALS && type !== "order" && { ...next.seen, visitor: consent === "granted" ? knownAs() : undefined }),
    });
    post(body, pixel);
  } catch {
    pixel();
  }
}

/** Sends what is JSON already; `failed` hears if it didn't go. Throws where there is no way to send. */
export function post(body: string, failed: () => void): void {
  if (GOALS && H.show) return H.show(body);
  const url = `${CONFIG.base}events?s=${CONFIG.store}`;
  // A text goes as text/plain, which needs no preflight.
  if (quietly(() => navigator.sendBeacon(url, body))) return;
  fetch(url, { method: "POST", keepalive: true, mode: "no-cors", body }).catch(failed);
}

/**
 * JSON, whatever the page did to `toJSON`: old libraries give arrays one, which quotes them twice. An
 * object with a `toJSON` of its own, such as a date or a decimal, is asked.
 */
export function serialize(value: unknown): string {
  return JSON.stringify(value, function (this: Record<string, unknown>, key, asked: unknown) {
    const own = this[key];
    // JSON would make it null, as if nothing had been said.
    if (typeof own === "number" && !isFinite(own)) return String(own);
    return Array.isArray(own) ? own : asked;
  });
}

/** 32 bits of a text in the way of FNV-1a, with the given multiplier. Tells contents apart; no secret depends on it. */
function digest(text: string, multiplier: number): string {
  let hash = 0;
  for (const character of text) hash = Math.imul(hash ^ character.charCodeAt(0), multiplier);
  return (hash >>> 0).toString(36);
}
