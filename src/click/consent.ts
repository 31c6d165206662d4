import type { ConsentPolicy } from "../link/link.ts";

/** The request's own signals about tracking. */
export interface PrivacySignals {
  /** `Sec-GPC: 1`, Global Privacy Control. */
  gpc: boolean;
  /** `DNT: 1`, Do Not Track: withdrawn as a standard, still a plain statement of the visitor's will. */
  dnt: boolean;
}

/** The policy that governs one visit, and what set it. */
export interface Consent {
  policy: ConsentPolicy;
  source: "gpc" | "dnt" | "policy";
}

// One object per outcome, so that a redirect allocates none.
const BY_GPC: Consent = { policy: "strict", source: "gpc" };
const BY_DNT: Consent = { policy: "strict", source: "dnt" };
const BY_POLICY: Readonly<Record<ConsentPolicy, Consent>> = {
  strict: { policy: "strict", source: "policy" },
  deferred: { policy: "deferred", source: "policy" },
  implied: { policy: "implied", source: "policy" },
};

/** A visitor's signal can only ever narrow what the store's policy allows. */
export function consentFor(policy: ConsentPolicy, signals: PrivacySignals): Consent {
  if (signals.gpc) return BY_GPC;
  if (signals.dnt) return BY_DNT;
  return BY_POLICY[policy];
}
