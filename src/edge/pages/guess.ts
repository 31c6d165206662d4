import { errorText } from "../../ground/error-text.ts";
import { networkOf } from "../../ground/http/network.ts";
import type { EdgeEvent, EdgeState } from "../click/edge.ts";

/** How long somebody who guessed too many slugs is turned away, ms: the window of the rate limit. */
const GUARD_MS = 60_000;

/** Counts an unknown slug against whoever asked for it, behind the response. */
export async function countGuess(state: EdgeState, event: EdgeEvent): Promise<void> {
  const sender = senderOf(event.request.headers);
  try {
    if (!(await event.allowGuess(sender))) state.guard.block(sender, event.now + GUARD_MS);
  } catch (error) {
    console.error(JSON.stringify({ event: "rate_limit_failed", message: errorText(error) }));
  }
}

/** Whom the limits of guesses and reports count. */
export function senderOf(headers: Headers): string {
  return networkOf(headers.get("cf-connecting-ip") ?? "unknown");
}
