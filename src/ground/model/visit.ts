import type { ConsentSetting } from "./link.ts";

/** Kinds of what a page tells of under a tagging plan; `page` is one view of a page. */
export const BEHAVIOUR_TYPES = [
  "page",
  "engage",
  "click",
  "download",
  "form",
  "visible",
  "cart",
  "step",
  "zones",
  "banner",
] as const;

/** One of {@link BEHAVIOUR_TYPES}. */
export type BehaviourType = (typeof BEHAVIOUR_TYPES)[number];

/** What the shopper said about identifiers. `denied` and `unknown` are counted alike but for the report on consent. */
export type ConsentState = "granted" | "denied" | "unknown";

/** Kinds of where a visit came from: the rule that decides is named by {@link VisitSource}. */
export const SOURCE_KINDS = ["paid", "social", "email", "search", "referral", "creator", "direct"] as const;

/** One of {@link SOURCE_KINDS}. */
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** What tells where a visit came from, as its landing page had it. */
export interface VisitOrigin {
  /** Host of the referrer, another site's; `null`: none was told. */
  referrer: string | null;
  utmSource: string | null;
  utmMedium: string | null;
  utmCampaign: string | null;
  /** Names of click ids of advertising networks in its query, never their values. */
  adIds: readonly string[];
  /** Link of the click token that it was opened with; `null`: none, or one that isn't ours. */
  linkId: string | null;
}

/** The source of a visit. */
export interface VisitSource {
  kind: SourceKind;
  /** Which one of its kind: a search engine, a network, a host; empty: none is known. */
  name: string;
  /** Which rule decided: see `visits/source/source.ts`. */
  rule: string;
}

/** The visit that an event of a consenting visitor is of, as its browser keeps it. */
export interface VisitFacts {
  /** Tells it from other visits: 11 characters. */
  id: string;
  /** Which page of the visit, from 1. */
  page: number;
  /** Path of its first page, as it came. */
  landing: string;
  /** Path of the page before in the visit, as it came; `null` on its first. */
  before: string | null;
  origin: VisitOrigin;
}

/** What is planned on the pages of a store. */
export type TaggingStatus = "draft" | "active" | "retired";

/** How a path is counted: the first alias whose pattern meets it takes its place. */
export interface PageAlias {
  /** A path with `*` for a part between slashes, and `**` at its end for all that follows. */
  pattern: string;
  alias: string;
}

/** What is measured of each page. */
export interface PagePlan {
  /** Time that a page is visible and focused. */
  engagement: boolean;
  /** How far down a page is seen. */
  scroll: boolean;
  /** Where it is clicked. */
  heatmap: boolean;
  aliases: readonly PageAlias[];
}

/** Something on a page that is counted when it is done. */
export interface TaggingRule {
  /** Unique in its plan; the wire's `rule`. */
  id: string;
  kind: "click" | "download" | "form" | "visible";
  /** CSS; `null`: any link (download) or form. */
  selector: string | null;
  /** Of files, in lower case and without the dot; for downloads. */
  extensions: readonly string[];
  /** Pattern of paths (see {@link PageAlias}) on which it is looked at; `null`: all. */
  page: string | null;
  /** What it is counted as. */
  event: string;
  label: string | null;
}

/** A step of the checkout, in order. Told by its page, or by `wm('step', name)`. */
export interface CheckoutStep {
  name: string;
  /** Pattern of paths whose view is the step. */
  page: string | null;
}

/** How carts and the checkout are followed. */
export interface CheckoutPlan {
  steps: readonly CheckoutStep[];
  /** A cart is abandoned after so long without anything done. */
  abandonedAfterMinutes: number;
}

/** A rule or step that data is expected of: see `visits/quality/`. */
export type QualityOutcome =
  | "valid"
  /** It was told before. */
  | "duplicate"
  /** Its visitor is a program. */
  | "bot"
  /** The plan has no such rule, or not for what was told. */
  | "unplanned"
  /** Without consent only counts are taken. */
  | "no_consent"
  /** A part is missing. */
  | "missing"
  /** A part can't be what it is told to be. */
  | "malformed"
  /** More than can have happened. */
  | "implausible";

/**
 * Something that was told of a cart, of a consenting visitor: of what is in it how many pieces, for which goods is nothing
 * that any figure is made of.
 */
export type CartEvent = {
  /** ms UTC. */
  time: number;
} & (
  | { kind: "cart"; items: number; valueMinor: number | null; currency: string | null }
  | { kind: "step"; step: string }
  /** The page said that it was bought, as this order. */
  | { kind: "bought"; orderId: string }
);

/** Three bands of widths of windows, CSS px: up to 767, up to 1199, above. */
export type WidthBand = "narrow" | "medium" | "wide";

/** What a day's heat map of a page holds: counts alone. */
export interface HeatCounts {
  /** By zone: `column:row`, columns of a fiftieth of the width, rows of 20 px; with `f` before it in what stays in the window. */
  cells: Record<string, number>;
  /** By planned element, as `rule:column:row` of a grid of 10 × 10 over it. */
  elements: Record<string, number>;
  /** Views that saw the page so far, by steps of 100 px. */
  scroll: Record<string, number>;
  /** Rage clicks by zone. */
  rage: Record<string, number>;
}

/** Where planned elements stood on a page, as the last view told: `[left, top, width, height]`, CSS px. */
export interface PageOutline {
  width: number;
  height: number;
  elements: Record<string, [number, number, number, number]>;
}

/** What a page told of its visit, in one request. */
export interface ToldByPage {
  store: ToldStore;
  /** Of the request: Cloudflare's own, `Sec-GPC`, `DNT`, `Cookie`, `User-Agent`, `CF-Connecting-IP`. */
  headers: Headers;
  /** ISO 3166-1 alpha-2; `null`: not known. */
  country: string | null;
  /** ms UTC. */
  receivedAt: number;
  /** Events of {@link BEHAVIOUR_TYPES}, or of numbers that it showed, as they came, with their places in the request. */
  events: readonly { index: number; value: Readonly<Record<string, unknown>> }[];
}

/** What has to be known of the store that a page names. */
export interface ToldStore {
  id: string;
  key: string;
  currency: string;
  /** IANA. */
  timezone: string;
  /** `null`: the deployment's. */
  consentPolicy: ConsentSetting | null;
}

/** An event that can't be taken, and why. */
export interface UntakenBehaviour {
  index: number;
  code: string;
}

/** An event of the log. Its page is cleaned by the plan's aliases, its visitor is known by a keyed hash alone. */
export interface LoggedEvent {
  /** ms UTC: when it was received, less the age that the page said it had. */
  time: number;
  type: Exclude<BehaviourType, "banner" | "zones">;
  visitorHash: string;
  /** Tells its visit from others of the visitor. */
  visit: string;
  /** Which page of its visit, from 1. */
  pageOfVisit: number;
  page: string;
  source: VisitSource;
  campaign: string | null;
  linkId: string | null;
  country: string | null;
  device: string;
  /** The event of its rule, or the step; `null` for others. */
  name: string | null;
  label: string | null;
  /** Of `engage`: visible and focused time, ms; of others 0. */
  engagedMs: number;
  /** Of `engage`: by how many percent of the page more was seen; of others 0. */
  scroll: number;
  /** Of `cart`: what is in it, and what it is worth, minor units; of others `null`. */
  cart: { items: number; valueMinor: number | null; currency: string | null } | null;
}
