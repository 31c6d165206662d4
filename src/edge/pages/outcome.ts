import { answerPreview } from "./preview.ts";
import { answerInactive, answerLimited, answerMethod, answerUnavailable, answerUnknown } from "./problem-page.ts";
import { answerRoot } from "./root.ts";
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
      return answerInactive(state, event, outcome);
    case "unknown":
      // No slug is empty, so that a redirect needs to know nothing of the host's own page.
      return event.address.path === "/" ? answerRoot(state, event) : answerUnknown(state, event);
    case "limited":
      return answerLimited(state, event);
    case "unavailable":
      return answerUnavailable(event);
    case "method":
      return answerMethod(event, "GET, HEAD");
  }
}
