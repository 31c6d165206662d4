import type { ConsentSetting } from "../../ground/model/link.ts";

/** Parts of the snippet beside its core, in the order in which they are put together; `visit` comes with each but `number`. */
export const PART_NAMES = ["preview", "visit", "rules", "heat", "checkout", "banner", "number"] as const;

/** One of {@link PART_NAMES}. */
export type PartName = (typeof PART_NAMES)[number];

/** What a store's copy of the snippet is told. Public: it stands at the head of `/t/ast.js`. */
export interface SnippetConfig {
  /** Where it reports to, with the slash at the end, such as `https://go.brand.com/t/`. */
  base: string;
  /** The store's public key. */
  store: string;
  /** Query name under which the click id travels. */
  param: string;
  /** How long the click id is worth keeping, s: the store's attribution window. */
  keep: number;
  policy: ConsentSetting;
  /** Whether it tells of each page that is looked at; left out: no. */
  pages?: true;
  /** What is told of visits; left out: the store has no active tagging plan. */
  plan?: SnippetPlan;
  /** Numbers on the pages that others may be shown instead of, E.164, with the length of their calling code; left out: none. */
  numbers?: readonly (readonly [target: string, codeLength: number])[];
}

/** What of a store's tagging plan its pages need to know, short: it is sent to every shopper. Lists are in the plan's order. */
export interface SnippetPlan {
  /** The plan's number. */
  n: number;
  /** A visit ends after so many minutes in which nothing was told of it. */
  minutes: number;
  engage?: true;
  scroll?: true;
  heat?: true;
  rules?: readonly SnippetRule[];
  /** Steps of the checkout: name, and the source of a regular expression that the paths match whose view is the step. */
  steps?: readonly (readonly [name: string, page: string | null])[];
}

/** See `TaggingRule`. `page` is the source of a regular expression that the paths match. */
export type SnippetRule = readonly [
  id: string,
  kind: "click" | "download" | "form" | "visible",
  selector: string | null,
  extensions: readonly string[] | null,
  page: string | null,
  label: string | null,
];
