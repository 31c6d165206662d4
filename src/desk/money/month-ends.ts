import { localTime } from "../../ground/file/local-time.ts";

/** The end of a month. */
export interface MonthEnd {
  /** Its first moment that is in it no more, ms UTC. */
  at: number;
  /** Such as "October 2026". */
  month: string;
}

const DAY_MS = 86_400_000;

/** The last end of a month that is over at `now` (ms UTC), and the next one, in a time zone. */
export function monthEnds(timezone: string, now: number): MonthEnd[] {
  const local = localTime(timezone);
  const names = new Intl.DateTimeFormat("en", { timeZone: timezone, month: "long", year: "numeric" });
  let over: MonthEnd | null = null;
  // From day to day: months have no length of their own, and days where clocks change have another.
  for (let day = local.dayStart(now - 32 * DAY_MS); ; day = local.nextDayStart(day)) {
    const at = local.nextDayStart(day);
    const month = names.format(day);
    if (names.format(at) === month) continue;
    const end = { at, month };
    if (at > now) return over === null ? [end] : [over, end];
    over = end;
  }
}
