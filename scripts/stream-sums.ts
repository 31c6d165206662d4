/**
 * The way of clicks past several databases, as it would be on an event stream: events arrive at least once and in no
 * order, are written to files by the hour of their arrival, and each hour's sums are worked out of these, distinct by
 * click id. What is here is the arithmetic of it, the same that hourly SQL over such files would do.
 */

/** A click as `GET /export/clicks` has it, as far as sums go by it. */
export interface ExportedClick {
  id: string;
  linkId: string;
  /** ISO 8601. */
  time: string;
  bucket: string;
  unique: boolean;
  visitorKey: string | null;
}

/** A click as an event: nobody has yet looked whether its visitor was there before. */
export interface ClickEvent {
  id: string;
  linkId: string;
  /** ms UTC. */
  time: number;
  /** `visit`: counted or a duplicate, which the other events decide. */
  bucket: string;
  visitorKey: string | null;
}

/** Sums of a link's hour by bucket, and of what counts, how much is its visitor's first of the day. */
export type Sums = Map<string, Record<string, number>>;

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** What the stream would have carried of a click. */
export function eventOf({ id, linkId, time, bucket, visitorKey }: ExportedClick): ClickEvent {
  const isVisit = bucket === "counted" || bucket === "duplicate";
  return { id, linkId, time: Date.parse(time), bucket: isVisit ? "visit" : bucket, visitorKey };
}

/** The sums as the log has them. */
export function sumsOfLog(clicks: Iterable<ExportedClick>): Sums {
  const sums: Sums = new Map();
  for (const { linkId, time, bucket, unique } of clicks) {
    const hour = hourOf(sums, linkId, Date.parse(time));
    add(hour, bucket);
    if (unique) add(hour, "unique");
  }
  return sums;
}

/**
 * The sums of events, each of which may be there several times, in any order; `windowMs` is the length of the window in
 * which a repeated visit is a duplicate. Of two visits at the same moment the one with the smaller id comes first.
 */
export function sumsOfEvents(events: Iterable<ClickEvent>, windowMs: number): Sums {
  const distinct = new Map<string, ClickEvent>();
  for (const event of events) distinct.set(event.id, event);
  const sums: Sums = new Map();
  const seen = new Set<string>();
  const inOrder = [...distinct.values()].toSorted((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1));
  for (const { id, linkId, time, bucket, visitorKey } of inOrder) {
    const hour = hourOf(sums, linkId, time);
    if (bucket !== "visit") {
      add(hour, bucket);
      continue;
    }
    const visitor = `${visitorKey ?? id} ${linkId} ${Math.floor(time / DAY_MS)}`;
    const window = `${visitor} ${time - (time % windowMs)}`;
    add(hour, seen.has(window) ? "duplicate" : "counted");
    if (!seen.has(visitor)) add(hour, "unique");
    seen.add(visitor).add(window);
  }
  return sums;
}

/** An event with the moment of its arrival, ms UTC. */
export interface Arrival {
  event: ClickEvent;
  at: number;
}

/** How a stream brings events. */
export interface Delivery {
  /** Share of events that come again. */
  repeated: number;
  /** How late an event may come, ms. */
  lateMs: number;
  /** 0 to below 1. */
  random: () => number;
}

/** What arrives of events: each once at least, late by any time up to a bound, some again. */
export function arrivalsOf(events: readonly ClickEvent[], { repeated, lateMs, random }: Delivery): Arrival[] {
  return events.flatMap((event) => {
    const arrival = (): Arrival => ({ event, at: event.time + Math.floor(random() * lateMs) });
    return random() < repeated ? [arrival(), arrival()] : [arrival()];
  });
}

/** Arrivals by the file they are written to, one an hour of arrival: `2026/11/20/09.ndjson.gz`. */
export function filesOf(arrivals: readonly Arrival[]): Map<string, ClickEvent[]> {
  const files = new Map<string, ClickEvent[]>();
  for (const { event, at } of arrivals) {
    const [date = "", time = ""] = new Date(at).toISOString().split("T");
    const name = `${date.replaceAll("-", "/")}/${time.slice(0, 2)}.ndjson.gz`;
    const file = files.get(name);
    if (file === undefined) files.set(name, [event]);
    else file.push(event);
  }
  return files;
}

/** The hours of which sums differ, as link and hour. */
export function differingHours(one: Sums, other: Sums): string[] {
  const text = (sums: Sums, key: string): string =>
    JSON.stringify(Object.entries(sums.get(key) ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return [...new Set([...one.keys(), ...other.keys()])].filter((key) => text(one, key) !== text(other, key));
}

function hourOf(sums: Sums, linkId: string, time: number): Record<string, number> {
  const key = `${linkId} ${new Date(time - (time % HOUR_MS)).toISOString()}`;
  let hour = sums.get(key);
  if (hour === undefined) sums.set(key, (hour = {}));
  return hour;
}

function add(hour: Record<string, number>, name: string): void {
  hour[name] = (hour[name] ?? 0) + 1;
}
