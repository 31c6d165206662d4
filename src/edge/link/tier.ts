import type { TierName } from "../../ground/model/tier.ts";
import type { LinkRecord } from "./link.ts";

/** An address to resolve. */
export interface LinkAddress {
  /** Host name without a port, lower case. */
  hostname: string;
  /** Decoded and composed (NFC), in the case of the request. */
  slug: string;
}

/** What a tier found. It is plain data, so it can be kept anywhere. */
export interface FoundLink {
  /** `null`: there is no such link. */
  record: LinkRecord | null;
  /** Whether its click cap was spent. */
  usedUp: boolean;
  /** When D1 said so, ms UTC: an answer ages from there on, whatever tiers it passed through. */
  readAt: number;
  /** The position of the change feed at that moment; `null`: a standby copy, of which nobody knows. */
  position: number | null;
  /** What the answer depends on, as the change feed names it. */
  subjects: readonly string[];
  /** Whether the slug in any other case leads to the same; what doesn't know says no. */
  anyCase: boolean;
}

/** One place to find links in. Tiers are asked in turn. */
export interface LinkTier {
  name: TierName;
  /**
   * What is known of the address; `null` where this tier doesn't know, or only what D1 said before
   * `since` (ms UTC). Rejects if the tier fails.
   */
  find: (address: LinkAddress, since: number) => Promise<FoundLink | null>;
  /** Keeps what a tier further down found. Best effort: must not reject. */
  keep?: (address: LinkAddress, found: FoundLink) => Promise<void>;
}
