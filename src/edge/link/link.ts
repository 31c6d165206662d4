import type { ConsentSetting, LinkRule, Utm } from "../../ground/model/link.ts";

/** The names that `{{…}}` in a destination or a UTM value may take. */
export const LINK_VARIABLES = ["username", "creator", "campaign", "plan", "slug", "code", "click_id"] as const;

/** One of {@link LINK_VARIABLES}. */
export type LinkVariable = (typeof LINK_VARIABLES)[number];

/**
 * All that a redirect needs to know of a link, its domain, its store and its creator, read in one
 * query and safe to keep in any cache: it has no secret.
 */
export interface LinkRecord {
  id: string;
  slug: string;
  url: string;
  utm: Utm;
  rules: LinkRule[];
  /** ms UTC, inclusive. */
  startsAt: number | null;
  /** ms UTC, exclusive. */
  endsAt: number | null;
  maxClicks: number | null;
  fallbackUrl: string | null;
  disabled: boolean;
  /** `null`: the deployment's default. */
  consentPolicy: ConsentSetting | null;
  clickParam: string;
  /** Attribution window in days: how long the click id is worth keeping in a cookie. */
  windowDays: number;
  cookieDomain: string | null;
  /** Values of the variables but for `click_id`, which each click has of its own. */
  variables: Partial<Record<LinkVariable, string>>;
}
