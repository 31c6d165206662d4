import type { ConsentPolicy, ConsentSetting } from "../../ground/model/link.ts";
import { needsConsent } from "./regions.ts";

/** The request's own signals about tracking. */
export interface PrivacySignals {
  /** `Sec-GPC: 1`, Global Privacy Control. */
  gpc: boolean;
  /** `DNT: 1`, Do Not Track: withdrawn as a standard, still a plain statement of the visitor's will. */
  dnt: boolean;
  /** The `Cookie` header: it may hold an opt-out of this site's, or the answer to a consent banner. */
  cookie: string | null;
  /** The visitor's query: a link on the shop's own pages may carry a refusal. */
  query: string;
  country: string | null;
}

/** The policy that governs one visit, and what set it. */
export interface Consent {
  policy: ConsentPolicy;
  source: "gpc" | "dnt" | "opt_out" | "site" | "region" | "policy";
}

/** Cookie by which a browser keeps its opt-out: no identifier, the same for everyone. */
export const OPT_OUT_COOKIE = "wm_optout=1";

/** How a shop that shares the cookie domain tells the answer to its banner. */
const CONSENT_COOKIES = /(?<=^|;\s*)wm_consent="?([^;"]*)"?(?=;|$)/g;
const OPT_OUT = /(?:^|;\s*)wm_optout=1(?:;|$)/;
const DENIED_IN_QUERY = /(?:^|&)wm_consent=denied(?:&|$)/;

// One object per outcome, so that a redirect allocates none.
const BY_GPC: Consent = { policy: "strict", source: "gpc" };
const BY_DNT: Consent = { policy: "strict", source: "dnt" };
const BY_OPT_OUT: Consent = { policy: "strict", source: "opt_out" };
const DENIED: Consent = { policy: "strict", source: "site" };
const GRANTED: Consent = { policy: "implied", source: "site" };
const ASK_FIRST: Consent = { policy: "deferred", source: "region" };
const ELSEWHERE: Consent = { policy: "implied", source: "region" };
const BY_POLICY: Readonly<Record<ConsentPolicy, Consent>> = {
  strict: { policy: "strict", source: "policy" },
  deferred: { policy: "deferred", source: "policy" },
  implied: { policy: "implied", source: "policy" },
};

/**
 * The answer to the shop's banner. Of one name a browser may send several cookies, of several paths and
 * domains (RFC 6265, section 5.4), in an order that says nothing: a grant that another one doesn't repeat is
 * none, and refuses.
 */
function answerIn(cookies: string): "granted" | "denied" | null {
  const answers = new Set(Array.from(cookies.matchAll(CONSENT_COOKIES), ([, answer]) => answer?.trim()));
  if (answers.has("denied")) return "denied";
  if (!answers.has("granted")) return null;
  return answers.size === 1 ? "granted" : "denied";
}

/**
 * What a visit allows. The visitor's own word comes first: browser signals, the opt-out, the answer
 * to the shop's banner; then the store's policy. A refusal is believed from anywhere; a grant only
 * from a cookie of the site's own domain, for anyone could write one into a link.
 */
export function consentFor(setting: ConsentSetting, signals: PrivacySignals): Consent {
  if (signals.gpc) return BY_GPC;
  if (signals.dnt) return BY_DNT;
  if (signals.query !== "" && DENIED_IN_QUERY.test(signals.query)) return DENIED;
  if (signals.cookie !== null && signals.cookie.includes("wm_")) {
    if (OPT_OUT.test(signals.cookie)) return BY_OPT_OUT;
    const answer = answerIn(signals.cookie);
    if (answer === "denied") return DENIED;
    // A store that is strict for everyone asked for it; a banner's answer is about the shop's own cookies.
    if (answer === "granted" && setting !== "strict") return GRANTED;
  }
  if (setting !== "regional") return BY_POLICY[setting];
  return needsConsent(signals.country) ? ASK_FIRST : ELSEWHERE;
}
