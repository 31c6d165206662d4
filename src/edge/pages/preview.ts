import { errorText } from "../../ground/error-text.ts";
import { hostnameOf, keysOf } from "../link/address.ts";
import type { CompiledLink } from "../link/compile.ts";
import { destinationOf } from "../link/destination.ts";
import { resolveLink } from "../link/resolve.ts";
import { consentFor } from "../click/consent.ts";
import { inactiveReason } from "../click/decide.ts";
import type { EdgeEvent, EdgeState } from "../click/edge.ts";
import { ruleFor } from "../rules/choose.ts";
import { answerForm } from "./form.ts";
import { countGuess, senderOf } from "./guess.ts";
import { page } from "./page.ts";
import { type LinkView, previewBody, previewTitle } from "./preview-body.ts";
import { answerLimited, answerMethod, answerUnavailable, answerUnknown } from "./problem-page.ts";
import { readerOf } from "./reader.ts";
import { waysOf } from "./ways.ts";

/**
 * `/{slug}+`: where a link leads, who earns by it, how to stay out and how to report it. `GET` counts
 * nothing and stores nothing; `POST` takes the page's own forms.
 */
export async function answerPreview(slug: string, state: EdgeState, event: EdgeEvent): Promise<Response> {
  const { address, request } = event;
  const { method } = request;
  if (method !== "GET" && method !== "HEAD" && method !== "POST") return answerMethod(event, "GET, HEAD, POST");
  const keys = keysOf(address.host, slug);
  const known = (state.cache.find(keys)?.link ?? null) !== null;
  if (!known && state.guard.blocks(senderOf(request.headers), event.now)) return answerLimited(state, event);
  let entry;
  try {
    entry = await resolveLink(event.resolver(), keys, { hostname: hostnameOf(address.host), slug });
  } catch (error) {
    console.error(JSON.stringify({ event: "link_unresolved", message: errorText(error) }));
    return answerUnavailable(event);
  }
  const { link } = entry;
  if (link === null) {
    event.waitUntil(countGuess(state, event));
    return answerUnknown(state, event);
  }
  if (method === "POST") return answerForm(state, event, link);
  const [reader, { shop, way }] = await Promise.all([readerOf(event), waysOf(state, event, link.record.id)]);
  const view = viewOf(state, event, link, entry.usedUp);
  const { language, query, say } = reader;
  return page(200, say(previewTitle(view)), previewBody(view, way, reader), { language, query, shop });
}

/** What the page says of a link to this very visitor: it leads them where the short link itself would. */
function viewOf(state: EdgeState, event: EdgeEvent, link: CompiledLink, usedUp: boolean): LinkView {
  const { record } = link;
  const rule = link.ruled.length === 0 ? null : ruleFor(state, event, link);
  const destination = (rule === null ? null : link.ruled[rule]) ?? link.own;
  const { headers, cf } = event.request;
  const { username, creator = username } = record.variables;
  return {
    shortHost: event.address.host,
    slug: record.slug,
    reason: inactiveReason(record, event.now, { usedUp, blocked: destination.blocked }),
    destination: destination.blocked ? null : destinationOf(destination, null, ""),
    fallbackUrl: link.fallbackUrl,
    varies: link.ruled.length > 0,
    creator: creator ?? null,
    consent: consentFor(link.consent, {
      gpc: headers.get("sec-gpc") === "1",
      dnt: headers.get("dnt") === "1",
      cookie: headers.get("cookie"),
      query: "",
      country: cf?.country ?? null,
    }),
  };
}
