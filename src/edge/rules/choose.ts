import { errorText } from "../../ground/error-text.ts";
import type { EdgeEvent, EdgeState } from "../click/edge.ts";
import type { CompiledLink } from "../link/compile.ts";
import { acceptedLanguages } from "../../ground/language/accepted.ts";
import { chooseRule, deviceClasses } from "./rules.ts";

/** The rule that chooses the destination, if one does. Failing to draw leaves the link's own. */
export function ruleFor(state: EdgeState, event: EdgeEvent, link: CompiledLink): number | null {
  const { headers, cf } = event.request;
  const userAgent = headers.get("user-agent") ?? "";
  try {
    return chooseRule(link.record.rules, {
      country: cf?.country ?? null,
      region: cf?.region ?? null,
      devices: deviceClasses(userAgent),
      languages: acceptedLanguages(headers.get("accept-language")),
      now: event.now,
      draw: link.drawn ? placeOf(state, event, link.record.id, userAgent) : 0,
    }).index;
  } catch (error) {
    console.error(JSON.stringify({ event: "rules_failed", linkId: link.record.id, message: errorText(error) }));
    return null;
  }
}

/** What {@link ruleFor} is to whoever loads it late. */
export type RuleFor = typeof ruleFor;

/** Bytes of a pseudonym that make a place: finer than any share of visitors. */
const PLACE_BYTES = 6;

/**
 * Where a visitor stands in a link's A/B test, 0 to below 100: by the visitor's pseudonym for this link, or by chance where
 * there is none.
 */
function placeOf(state: EdgeState, event: EdgeEvent, linkId: string, userAgent: string): number {
  const address = event.request.headers.get("cf-connecting-ip");
  const bytes = new Uint8Array(PLACE_BYTES);
  if (state.pseudonyms === null || address === null) event.fillRandom(bytes);
  else {
    const pseudonym = state.pseudonyms.of(address, `${userAgent}\n${linkId}`, event.now);
    bytes.set(Uint8Array.fromBase64(pseudonym, { alphabet: "base64url" }).subarray(0, PLACE_BYTES));
  }
  return (bytes.reduce((sum, byte) => sum * 256 + byte, 0) / 256 ** PLACE_BYTES) * 100;
}
