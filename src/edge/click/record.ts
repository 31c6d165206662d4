import { errorText } from "../../ground/error-text.ts";
import type { Consent } from "./consent.ts";
import type { Decision } from "./decide.ts";
import type { EdgeEvent, EdgeState } from "./edge.ts";
import { toDataPoint } from "./point.ts";
import { hostOf, type SeenClick } from "./seen.ts";
import type { Destination } from "../link/compile.ts";

/** What was decided of a request to a link. */
export interface DecidedClick {
  linkId: string;
  destination: Destination;
  /** Index of the rule that chose the destination; `null`: the link's own. */
  rule: number | null;
  decision: Decision;
  consent: Consent;
  /** See `clickStamp`. */
  stamp: string;
}

/** Counts a request: buffered for the log, and at once to Analytics Engine. Never throws. */
export function recordClick(state: EdgeState, event: EdgeEvent, click: DecidedClick): void {
  try {
    const { headers, cf } = event.request;
    const seen: SeenClick = {
      stamp: click.stamp,
      time: event.now,
      linkId: click.linkId,
      utm: click.destination.utm,
      rule: click.rule,
      decision: click.decision,
      consent: click.consent,
      address: headers.get("cf-connecting-ip"),
      userAgent: headers.get("user-agent"),
      language: headers.get("accept-language"),
      referrerHost: hostOf(headers.get("referer")),
      query: event.address.query,
      country: cf?.country ?? null,
      region: cf?.region ?? null,
      city: cf?.city ?? null,
      colo: cf?.colo ?? null,
    };
    state.buffer.add(seen, event.now, event);
    event.writePoint(toDataPoint(seen));
  } catch (error) {
    console.error(JSON.stringify({ event: "click_record_failed", message: errorText(error) }));
  }
}
