import type { LoggedEvent } from "../../ground/model/visit.ts";

/** Events as a row of the log has them. */
export interface PackedEvents {
  /** Of its events, ms UTC. */
  earliest: number;
  latest: number;
  count: number;
  /** JSON. Hashes of visitors stand in it as they are, so that a row without one is told without reading it. */
  facts: string;
}

/** The types by their places in a packed event: only ever added to. */
const TYPES = ["page", "engage", "click", "download", "form", "visible", "cart", "step"] as const;

/** The form of `facts`. */
const VERSION = 1;

/** A place in the list of texts, which begins with `null`. */
type Place = number;

/** What events of a visit share: hash, id, source (kind, name, rule), campaign, link, country, device. */
type PackedVisit = [string, string, LoggedEvent["source"]["kind"], string, string, Place, Place, Place, Place];

/**
 * Time after `earliest`, type, visit, place in the visit, page; then name, label, engaged time, scroll, cart, of which
 * those at the end are left out that are 0.
 */
type PackedEvent = [number, number, number, number, Place, ...rest: (number | PackedCart)[]];

/** Items, worth, currency. */
type PackedCart = [number, number | null, Place];

interface Facts {
  v: number;
  texts: (string | null)[];
  visits: PackedVisit[];
  events: PackedEvent[];
}

/** Places of values in a list, each once. */
class Places<Value> {
  readonly list: Value[];
  readonly #places = new Map<unknown, number>();

  constructor(first: readonly Value[]) {
    this.list = [...first];
    for (const [place, value] of first.entries()) this.#places.set(value, place);
  }

  of(value: Value, key: unknown = value): number {
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    this.#places.set(key, this.list.length);
    return this.list.push(value) - 1;
  }
}

/** Events of one store as a row of the log, in their order. Throws a `RangeError` for none. */
export function packEvents(events: readonly LoggedEvent[]): PackedEvents {
  let [earliest, latest] = [Infinity, -Infinity];
  for (const { time } of events) {
    earliest = Math.min(earliest, time);
    latest = Math.max(latest, time);
  }
  if (events.length === 0) throw new RangeError("no events to pack");
  const texts = new Places<string | null>([null]);
  const visits = new Places<PackedVisit>([]);
  const packed = events.map((event): PackedEvent => {
    const { visitorHash, visit, source, campaign, linkId, country, device } = event;
    const shared: PackedVisit = [
      visitorHash,
      visit,
      source.kind,
      source.name,
      source.rule,
      ...([campaign, linkId, country, device].map((text) => texts.of(text)) as [Place, Place, Place, Place]),
    ];
    const row: PackedEvent = [
      event.time - earliest,
      TYPES.indexOf(event.type),
      visits.of(shared, shared.join("\n")),
      event.pageOfVisit,
      texts.of(event.page),
      texts.of(event.name),
      texts.of(event.label),
      event.engagedMs,
      event.scroll,
      event.cart === null ? 0 : [event.cart.items, event.cart.valueMinor, texts.of(event.cart.currency)],
    ];
    while (row.length > 5 && row.at(-1) === 0) row.pop();
    return row;
  });
  const facts: Facts = { v: VERSION, texts: texts.list, visits: visits.list, events: packed };
  return { earliest, latest, count: events.length, facts: JSON.stringify(facts) };
}

/** The events of a row, in their order. `earliest` is the row's. Throws a `SyntaxError` for what was never packed. */
export function unpackEvents({ earliest, facts }: Pick<PackedEvents, "earliest" | "facts">): LoggedEvent[] {
  const { v, texts, visits, events } = JSON.parse(facts) as Facts;
  if (v !== VERSION) throw new SyntaxError(`a log of version ${v}`);
  const textAt = (place: Place): string | null => texts[place] ?? null;
  return events.map(([time, type, visit, pageOfVisit, page, ...rest]): LoggedEvent => {
    const shared = visits[visit];
    const kind = TYPES[type];
    if (shared === undefined || kind === undefined) throw new SyntaxError("a log that lacks a part");
    const [visitorHash, id, source, name, rule, campaign, linkId, country, device] = shared;
    const [event, label, engagedMs, scroll, cart] = rest;
    return {
      time: earliest + time,
      type: kind,
      visitorHash,
      visit: id,
      pageOfVisit,
      page: textAt(page) ?? "",
      source: { kind: source, name, rule },
      campaign: textAt(campaign),
      linkId: textAt(linkId),
      country: textAt(country),
      device: textAt(device) ?? "",
      name: textAt(numberOf(event)),
      label: textAt(numberOf(label)),
      engagedMs: numberOf(engagedMs),
      scroll: numberOf(scroll),
      cart: Array.isArray(cart) ? { items: cart[0], valueMinor: cart[1], currency: textAt(cart[2]) } : null,
    };
  });
}

function numberOf(value: number | PackedCart | undefined): number {
  return typeof value === "number" ? value : 0;
}

/** Longest `facts` of a row, UTF-8 bytes: D1 takes 2 MB in a row and in a parameter. */
const MAX_FACTS_BYTES = 1_000_000;

/** Bytes that a character (a UTF-16 code unit) takes at most. */
const MAX_CHARACTER_BYTES = 3;

const encoder = new TextEncoder();

/** Events of one store as rows, as few as may be. */
export function packRows(events: readonly LoggedEvent[]): PackedEvents[] {
  if (events.length === 0) return [];
  const row = packEvents(events);
  if (events.length === 1 || isShort(row.facts)) return [row];
  const middle = events.length >> 1;
  return [...packRows(events.slice(0, middle)), ...packRows(events.slice(middle))];
}

function isShort(facts: string): boolean {
  return facts.length * MAX_CHARACTER_BYTES <= MAX_FACTS_BYTES || encoder.encode(facts).length <= MAX_FACTS_BYTES;
}
