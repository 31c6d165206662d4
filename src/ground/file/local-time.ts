/** The parts of a moment as a clock on the wall shows it; the month from 1. */
export interface WallTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

/** What a time zone makes of moments. Times are ms UTC. */
export interface LocalTime {
  /** The moment at which clocks there show this: the first of two, and the next where they skip it. */
  momentOf: (wall: WallTime) => number;
  /** When the day of a moment begins there. */
  dayStart: (time: number) => number;
  /** When the day after that of a moment begins there. */
  nextDayStart: (time: number) => number;
}

/** Offsets are kept by quarters of an hour, at whose ends nearly all changes happen. */
const QUARTER_MS = 900_000;

/** Offsets that are kept: those of about a hundred days. */
const MAX_KEPT = 10_000;

/** Time in a zone of the IANA database. Throws a `RangeError` for a name that isn't in it. */
export function localTime(zone: string): LocalTime {
  const clock = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  const offsets = new Map<number, number>();

  /** What clocks there show, read as if it were UTC. */
  const shown = (time: number): number => {
    const parts = Object.fromEntries(clock.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second);
  };
  const offsetAt = (time: number): number => {
    const quarter = Math.floor(time / QUARTER_MS);
    const known = offsets.get(quarter);
    if (known !== undefined) return known;
    const [first, last] = [quarter * QUARTER_MS, (quarter + 1) * QUARTER_MS - 1000];
    const offset = shown(first) - first;
    // Newfoundland changed its clocks a minute past midnight until 2011.
    if (shown(last) - last !== offset) return shown(time) - Math.floor(time / 1000) * 1000;
    if (offsets.size >= MAX_KEPT) offsets.clear();
    offsets.set(quarter, offset);
    return offset;
  };
  const momentOf = ({ year, month, day, hour, minute, second }: WallTime): number => {
    const wall = Date.UTC(year, month - 1, day, hour, minute, second);
    // The offsets of the days around: where the clocks change, two may give a moment.
    const [before, after] = [offsetAt(wall - 86_400_000), offsetAt(wall + 86_400_000)];
    for (const offset of [before, after]) {
      if (offsetAt(wall - offset) === offset) return wall - offset;
    }
    return wall - before;
  };
  const startOf = (time: number, days: number): number => {
    const wall = new Date(time + offsetAt(time));
    const date = new Date(Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth(), wall.getUTCDate() + days));
    return momentOf({
      year: date.getUTCFullYear(),
      month: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
      hour: 0,
      minute: 0,
      second: 0,
    });
  };
  return { momentOf, dayStart: (time) => startOf(time, 0), nextDayStart: (time) => startOf(time, 1) };
}
