import { dayIn } from "../../books/ledger/calendar.ts";
import { inZone } from "../../ground/time/in-zone.ts";
import { DAY_MS, HOUR_MS, type MomentSpan, type Span } from "../../ground/time/range.ts";
import { momentSource } from "./clicks.ts";
import type { CountQuery } from "./count.ts";
import { DIMENSION_SQL } from "./dimension.ts";
import { QUARTER_MS } from "./log-counts.ts";

/** Where a span cuts through what is summed up. */
export interface Cuts {
  /** What only the log can tell of. */
  log: readonly Span[];
  /** Whole hours of the days that are cut; `null`: what is cut is all in {@link log}. */
  hours: readonly Span[] | null;
}

/** A day that a moment is in begins and ends within this of it, even where clocks are set back. */
const CUT_DAY_MS = DAY_MS + 3 * HOUR_MS;

const minuteIn = inZone("en-US", { minute: "numeric" });

/**
 * Where a span between moments cuts through what is summed up. `zones` are the time zones (IANA) that days are of. A
 * day that is cut has hours where no country, device or source is asked for, unless a zone's days begin between hours.
 */
export function cutsOf(
  query: Pick<CountQuery, "dimension" | "interval">,
  span: MomentSpan,
  zones: readonly string[],
): Cuts {
  const source = momentSource(query);
  if (source === "log") return { log: [{ from: span.from, to: span.to }], hours: null };
  if (source === "hours") return { log: span.edges, hours: null };
  const days = cutDays(span, zones);
  if (DIMENSION_SQL[query.dimension].split !== null || span.hours === null) return { log: days, hours: null };
  if (days.some((day) => zones.some((zone) => hasCutHours(day, zone)))) return { log: days, hours: null };
  const { hours } = span;
  return { log: meets(days, span.edges), hours: meets(days, [hours]) };
}

/** The parts of days that are cut in any of the zones: one span, or one at each end. */
function cutDays({ from, to }: Span, zones: readonly string[]): Span[] {
  const [first, last] = [floor(from), floor(to - 1)];
  let [end, start] = [from, to];
  for (const zone of zones) {
    const [before, after] = [dayIn(zone, from - 1), dayIn(zone, to)];
    for (let time = Math.min(first + CUT_DAY_MS, last); time + QUARTER_MS > end; time -= QUARTER_MS) {
      if (dayIn(zone, time) <= before) end = Math.min(time + QUARTER_MS, to);
    }
    for (let time = Math.max(last - CUT_DAY_MS, first); time < start; time += QUARTER_MS) {
      if (dayIn(zone, time) >= after) start = Math.max(time, from);
    }
  }
  if (end >= start) return [{ from, to }];
  return [
    { from, to: end },
    { from: start, to },
  ].filter((part) => part.from < part.to);
}

function floor(time: number): number {
  return time - (time % QUARTER_MS);
}

/** Whether local hours of a zone begin between those of UTC. */
function hasCutHours({ from, to }: Span, zone: string): boolean {
  for (let time = from - (from % HOUR_MS); time < to; time += HOUR_MS) {
    if (Number(minuteIn(zone, time)) !== 0) return true;
  }
  return false;
}

/** What spans have in common with others. */
function meets(spans: readonly Span[], others: readonly Span[]): Span[] {
  return spans
    .flatMap((span) =>
      others.map((other) => ({ from: Math.max(span.from, other.from), to: Math.min(span.to, other.to) })),
    )
    .filter(({ from, to }) => from < to);
}
