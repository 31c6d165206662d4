import { botReason } from "../click/classify.ts";
import { consentFor } from "../../edge/click/consent.ts";
import { decide } from "../../edge/click/decide.ts";
import { embeddedReason } from "../../edge/click/embedded.ts";
import type { Blocklist } from "../../edge/block/match.ts";
import { msOf } from "../../ground/http/fields.ts";
import { compileLink } from "../../edge/link/compile.ts";
import { destinationOf } from "../../edge/link/destination.ts";
import type { LinkRecord } from "../../edge/link/link.ts";
import type { ConsentSetting } from "../../ground/model/link.ts";
import { chooseRule, deviceClasses } from "../../edge/rules/rules.ts";
import { acceptedLanguages } from "../../ground/language/accepted.ts";
import { CLICK_ID, type SimulatedVisitor, type Simulation } from "./schema.ts";

/** What a visitor would get from a link at `now` (ms UTC), by the very rules that a redirect follows. Changes nothing. */
export function simulate(
  found: { record: LinkRecord; usedUp: boolean },
  visitor: SimulatedVisitor,
  context: { defaultConsent: ConsentSetting; blocklist: Blocklist; now: number },
): Simulation {
  const now = msOf(visitor.at) ?? context.now;
  const link = compileLink(found.record, context);
  const rules = chooseRule(found.record.rules, {
    country: visitor.country,
    region: visitor.region,
    devices: deviceClasses(visitor.userAgent),
    languages: acceptedLanguages(visitor.acceptLanguage),
    now,
    draw: visitor.draw,
  });
  const destination = rules.index === null ? link.own : (link.ruled[rules.index] ?? link.own);
  const standing = { usedUp: found.usedUp, blocked: destination.blocked };
  const embedded = embeddedReason({ dest: visitor.fetchDest, mode: null, site: null, accept: null });
  const signals = { method: visitor.method, purpose: visitor.purpose, embedded };
  const decision = decide(found.record, signals, now, standing);
  const consent = consentFor(link.consent, visitor);
  const bot = decision.bucket === "visit" || decision.bucket === "inactive" ? botReason(visitor.userAgent) : null;
  const seen = {
    rule: rules.index,
    trace: rules.trace,
    bucket: bot === null ? decision.bucket : ("bot" as const),
    reason: bot ?? decision.reason,
    consent,
  };
  if (decision.inactive !== null) {
    if (link.fallbackUrl !== null) {
      return { outcome: "fallback", status: 302, location: link.fallbackUrl, cookie: false, ...seen };
    }
    return {
      outcome: "page",
      status: decision.inactive === "not_started" ? 404 : 410,
      location: null,
      cookie: false,
      ...seen,
    };
  }
  const clickId = decision.carries === "nothing" || consent.policy === "strict" ? null : CLICK_ID;
  const location = destinationOf(destination, clickId, asSent(visitor.query));
  const cookie = consent.policy === "implied" && decision.carries === "id_and_cookie";
  return { outcome: "redirect", status: 302, location, cookie, ...seen };
}

/** A query as a browser would send it, which encodes what an address can't hold. */
function asSent(query: string): string {
  return new URL(`https://short.invalid/?${query.replaceAll("#", "%23")}`).search.slice(1);
}
