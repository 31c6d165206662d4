import {
  answerInactive,
  answerLimited,
  answerMethod,
  answerUnavailable,
  answerUnknown,
  TOO_MANY_GUESSES,
} from "./page.ts";
import { answerPreview } from "./preview.ts";
import type { EdgeEvent, EdgeState } from "../click/edge.ts";
import type { ClickOutcome } from "../click/route.ts";

/** The outcomes that end in a page or a problem. */
export type PageOutcome = Exclude<ClickOutcome, { kind: "redirect" } | { kind: "app" }>;

/** Answers a shopper who can't be redirected: as a small page for a browser, else as a problem. */
export async function answerOutcome(outcome: PageOutcome, state: EdgeState, event: EdgeEvent): Promise<Response> {
  switch (outcome.kind) {
    case "preview":
      return answerPreview(outcome.slug, state, event);
    case "inactive":
      return answerInactive(event, outcome.reason);
    case "unknown":
      return answerUnknown(event);
    case "limited":
      return answerLimited(event, TOO_MANY_GUESSES);
    case "unavailable":
      return answerUnavailable(event);
    case "method":
      return answerMethod(event, "GET, HEAD");
  }
}
