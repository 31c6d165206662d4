import { dayIn } from "../../books/ledger/calendar.ts";
import type { Say } from "../../ground/language/say.ts";
import type { Visit } from "../frame/admit-page.ts";
import type { Miss } from "./ask.ts";
import type { Reason } from "./standing.ts";
import type { EN } from "./words/en.ts";

/** Whose language, and of which day, sentences are. */
export type Reader = Pick<Visit, "formats" | "now">;

/** Why something stands where it stands, in a sentence or two; days are those of its store's time zone. */
export function reasonText(say: Say<typeof EN>, reader: Reader, timezone: string, reason: Reason): string {
  switch (reason.code) {
    case "held":
    case "heldOther":
      return say(reason.code, { day: longDayOf(reader, timezone, reason.at) });
    case "periodUntil":
      // Its end is the first moment that isn't in it.
      return say("periodUntil", { day: longDayOf(reader, timezone, reason.at - 1) });
    case "paidOn": {
      const day = longDayOf(reader, timezone, reason.at);
      return reason.reference === null ? say("paidOn", { day }) : say("paidOnAs", { day, reference: reason.reference });
    }
    default:
      return say(reason.code);
  }
}

/** Why an order isn't the creator's, in a sentence or two. */
export function missText(say: Say<typeof EN>, miss: Miss): string {
  switch (miss.code) {
    case "openedLater":
    case "openedEarlier":
      return say(miss.code, { days: miss.days });
    case "tooLong":
      return say("tooLong", { days: miss.days, window: miss.window });
    default:
      return say(miss.code);
  }
}

/** The day of a time (ms UTC) as it stands in a sentence. */
export function longDayOf({ formats, now }: Reader, timezone: string, time: number): string {
  return formats.longDay(dayIn(timezone, time), Number(dayIn(timezone, now).slice(0, 4)));
}
