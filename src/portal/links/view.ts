import type { Entry, PortalCode, PortalLink } from "./load-links.ts";
import type { Makable } from "./load-makable.ts";
import type { Fault, Typed } from "./make-change.ts";

/** What the form to make a link has in it. */
export interface MakeForm {
  typed: Typed;
  faults: readonly Fault[];
  /** Whether too many were asked for within a minute. */
  tooFast: boolean;
  /** Whether it is unfolded. */
  open: boolean;
}

/** What the page of links shows. */
export interface LinksView {
  /** All codes and links, in their order. */
  entries: readonly Entry[];
  /** How many of them come before those that this page shows. */
  skipped: number;
  /** Those that this page shows, if it has room for them. */
  shown: readonly Entry[];
  /** How they stand, by their ids. */
  details: ReadonlyMap<string, PortalLink | PortalCode>;
  /** Clicks of each of the last 30 days by the links' ids, of campaigns that show their numbers. */
  clicks: ReadonlyMap<string, readonly number[]>;
  /** Campaigns for which links can be made; none: there is no form. */
  makable: readonly Makable[];
  form: MakeForm;
  /** The link that was just asked for; `made`: it wasn't there before. */
  fresh: { link: PortalLink; made: boolean } | null;
  /** Whether a link was just switched off. */
  switchedOff: boolean;
}
