import { MAX_HOST, MAX_LANGUAGE, MAX_TEXT, MAX_USER_AGENT, type PackedMessage, type ReadAgent } from "./message.ts";
import type { Utm } from "../../ground/model/link.ts";
import { type SeenClick, visitParameters } from "./seen.ts";

/** A click on its way out of the isolate, with what was made of it here. */
export interface LeavingClick {
  seen: SeenClick;
  pseudonym: string | null;
  /** What its user agent says, if that itself may not travel. */
  read: ReadAgent | null;
}

/**
 * Packs clicks under the message's id: all that may leave the isolate. Under `strict` that is what a crowd shares: no
 * pseudonym, no user agent, no place below the country, no language, no free text of the visitor's query.
 */
export function packMessage(id: string, clicks: readonly LeavingClick[]): PackedMessage {
  const texts: (string | null)[] = [null];
  const places = new Map<string, number>();
  const place = (text: string | null | undefined, limit = MAX_TEXT): number => {
    if (text == null) return 0;
    const short = text.length > limit ? text.slice(0, limit) : text;
    let at = places.get(short);
    if (at === undefined) {
      at = texts.length;
      places.set(short, at);
      // Half a surrogate pair at the cut, or one that came so, would be no text to a database.
      texts.push(short.toWellFormed());
    }
    return at;
  };
  const packed: (string | number)[] = [];
  for (const { seen, pseudonym, read } of clicks) {
    const { consent, decision } = seen;
    const strict = consent.policy === "strict";
    const visit = visitParameters(seen);
    const utm: Utm = strict ? seen.utm : visit.utm;
    // As PackedMessage lists them.
    packed.push(
      strict || pseudonym === null ? seen.stamp : seen.stamp + pseudonym,
      place(seen.linkId),
      place(decision.bucket),
      place(decision.reason),
      seen.rule === null ? 0 : seen.rule + 1,
      place(consent.policy),
      place(consent.source),
      strict ? 0 : place(seen.userAgent, MAX_USER_AGENT),
      place(read && JSON.stringify(read), Infinity),
      strict ? 0 : place(seen.language, MAX_LANGUAGE),
      place(seen.referrerHost, MAX_HOST),
      place(visit.adIds.join() || null),
      place(utm.source || null),
      place(utm.medium || null),
      place(utm.campaign || null),
      place(utm.term || null),
      place(utm.content || null),
      place(seen.country),
      strict ? 0 : place(seen.region),
      strict ? 0 : place(seen.city),
      place(seen.colo),
    );
  }
  return { v: 2, id, texts, clicks: packed };
}
