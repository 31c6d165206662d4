import type { TimeReading } from "./read-time.ts";

/** What comes first in dates such as 03/11/2026: the month, or the day. */
export const DATE_ORDERS = ["mdy", "dmy"] as const;

/** One of {@link DATE_ORDERS}. */
export type DateOrder = (typeof DATE_ORDERS)[number];

/** Why the order of a file's dates isn't known, for people, with the way out. */
export interface UnclearDates {
  unclear: string;
}

const WAY_OUT = "Add dateOrder=dmy (the day first) or dateOrder=mdy (the month first).";

/**
 * Decides over a whole file what comes first in its dates: by those that can be read in one way only, such as
 * 13/11/2026, or 12/11/2026 where the 12th month is still to come.
 */
export class FileDates {
  #only: Record<DateOrder, string | null> = { mdy: null, dmy: null };
  #either: string | null = null;

  /** What is known so far, unless it contradicts itself in the end. */
  get known(): DateOrder | null {
    if (this.#only.mdy !== null) return "mdy";
    return this.#only.dmy === null ? null : "dmy";
  }

  /** Takes a date with its readings, `null` where it has none. */
  add(text: string, { mdy, dmy }: TimeReading): void {
    if (mdy === dmy) return;
    if (mdy === null) this.#only.dmy ??= text;
    else if (dmy === null) this.#only.mdy ??= text;
    else this.#either ??= text;
  }

  /** The order of the file's dates; `null`: it makes no difference. */
  decide(): DateOrder | null | UnclearDates {
    const { mdy, dmy } = this.#only;
    if (mdy !== null && dmy !== null) {
      return { unclear: `${mdy} has the month first, and ${dmy} the day. ${WAY_OUT}` };
    }
    if (this.known === null && this.#either !== null) {
      return { unclear: `${this.#either} can be read in two ways, and no date of the file tells which. ${WAY_OUT}` };
    }
    return this.known;
  }
}
