/** What the redirect does about identifiers, in rising order of what it stores. */
export type ConsentPolicy = "strict" | "deferred" | "implied";

/** What a store may choose: one policy for all, or `regional`: `deferred` where the law asks first, else `implied`. */
export type ConsentSetting = ConsentPolicy | "regional";

/** Who made a link: generation for its plan, somebody by the API or the desk, or its creator on their page. */
export const LINK_MAKERS = ["plan", "admin", "creator"] as const;

/** One of {@link LINK_MAKERS}. */
export type LinkMaker = (typeof LINK_MAKERS)[number];

/** The UTM parameters that a link's owner may set. */
export const UTM_FIELDS = ["source", "medium", "campaign", "term", "content", "id"] as const;

/** One of {@link UTM_FIELDS}. */
export type UtmField = (typeof UTM_FIELDS)[number];

/** Values of UTM parameters; a value may hold `{{variables}}`. */
export type Utm = Partial<Record<UtmField, string>>;

/** The device classes and operating systems that a rule may name. */
export const DEVICE_NAMES = [
  "ios",
  "android",
  "mobile",
  "tablet",
  "desktop",
  "windows",
  "macos",
  "linux",
  "chromeos",
] as const;

/** One of {@link DEVICE_NAMES}. */
export type DeviceName = (typeof DEVICE_NAMES)[number];

/** When a rule applies: every condition that is given must hold; within a list one is enough. */
export interface RuleCondition {
  /** ISO 3166-1 alpha-2, capitals. */
  country?: string[] | undefined;
  /** Names of regions as Cloudflare gives them, such as `Bavaria`; case doesn't matter. */
  region?: string[] | undefined;
  device?: DeviceName[] | undefined;
  /** Language ranges such as `de` or `pt-BR`, held against the visitor's first language. */
  language?: string[] | undefined;
  /** Local time of day, `HH:MM`, from the first to before the second. */
  hours?: { from: string; to: string; timezone: string } | undefined;
  /** Percentage of the visitors that reach this rule, above 0, at most 100. */
  weight?: number | undefined;
}

/** Another destination for some visitors. */
export interface LinkRule {
  when: RuleCondition;
  url: string;
}
