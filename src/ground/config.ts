import type { ConsentSetting } from "./model/link.ts";

/**
 * The deployment's variables, parsed once. Parsed by hand, not by a schema library: the redirect
 * needs them, and its module graph stays small.
 */
export interface Config {
  /** Origin of the default short domain without a trailing slash; `null`: that of each request. */
  publicUrl: string | null;
  /** Where `/` leads on hosts that aren't registered as domains; `null`: it is a page. */
  rootUrl: string | null;
  /** For links whose store states no policy of its own. */
  consentPolicy: ConsentSetting;
  /** Length of the window in which a repeated visit is a duplicate, ms. */
  duplicateWindowMs: number;
  /** Whole days that a click stays in the log before it is archived; 0: for ever. */
  clickRetentionDays: number;
  /** How to ask Analytics Engine for its own count; `null`: nobody compares it. */
  analytics: AnalyticsAccess | null;
  /** What is wrong with the variables, in words for `/readyz`; each bad one fell back to what does no harm. */
  problems: readonly string[];
}

/** Access to Cloudflare's SQL API of Analytics Engine. */
export interface AnalyticsAccess {
  accountId: string;
  /** A secret: may read the account's analytics. */
  token: string;
}

/** The variables that {@link readConfig} reads. */
export type ConfigVariables = Partial<
  Record<
    | "PUBLIC_URL"
    | "ROOT_URL"
    | "CONSENT_POLICY"
    | "DUPLICATE_WINDOW_MINUTES"
    | "CLICK_RETENTION_DAYS"
    | "ANALYTICS_ACCOUNT_ID"
    | "ANALYTICS_API_TOKEN"
    | "ADMIN_API_KEY"
    | "CLICK_TOKEN_KEYS"
    | "VISITOR_KEY",
    string
  >
>;

/** The contract's `clicks` is one a visitor, link and hour. */
const DEFAULT_WINDOW_MINUTES = 60;

/** The visitor key's salt changes with the day, so a longer window could not see a repeat. */
const MAX_WINDOW_MINUTES = 1440;

const DEFAULT_RETENTION_DAYS = 90;

/**
 * A queue may bring a click again for four days, and the salt that tells its visitor lives for seven:
 * until then its row is what makes a repetition harmless.
 */
const MIN_RETENTION_DAYS = 7;

/** Ten years, as long as a report may reach. */
const MAX_RETENTION_DAYS = 3_660;

/** Shortest secret that is used: 128 bits as base64url. */
const MIN_SECRET_LENGTH = 22;

/** A secret that can't be guessed; `null`: it is missing or too short, and counts as not set. */
export function strongSecret(secret: string | undefined): string | null {
  return secret !== undefined && secret.length >= MIN_SECRET_LENGTH ? secret : null;
}

/** Reads the variables. Never throws: a redirect goes on with defaults where a setting is wrong. */
export function readConfig(variables: ConfigVariables): Config {
  const problems: string[] = [];
  for (const name of ["ADMIN_API_KEY", "VISITOR_KEY", "CLICK_TOKEN_KEYS"] as const) {
    if (strongSecret(variables[name]) === null) {
      problems.push(`${name} is missing or shorter than ${MIN_SECRET_LENGTH} characters, and is not used`);
    }
  }
  const publicUrl = readOrigin(variables.PUBLIC_URL ?? "", problems);
  return {
    publicUrl,
    rootUrl: readRoot(variables.ROOT_URL ?? "", publicUrl, problems),
    consentPolicy: readPolicy(variables.CONSENT_POLICY ?? "", problems),
    duplicateWindowMs: readWindow(variables.DUPLICATE_WINDOW_MINUTES ?? "", problems),
    clickRetentionDays: readRetention(variables.CLICK_RETENTION_DAYS ?? "", problems),
    analytics: readAnalytics(variables.ANALYTICS_ACCOUNT_ID ?? "", variables.ANALYTICS_API_TOKEN ?? "", problems),
    problems,
  };
}

function readOrigin(text: string, problems: string[]): string | null {
  if (text === "") return null;
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol) && url.pathname === "/") return url.origin;
  problems.push("PUBLIC_URL is not an origin such as https://go.brand.com");
  return null;
}

function readRoot(text: string, publicUrl: string | null, problems: string[]): string | null {
  const url = URL.parse(text);
  const own = publicUrl === null ? null : new URL(publicUrl).host;
  if (url !== null && /^https?:$/.test(url.protocol) && url.host !== own) return url.href;
  if (text !== "") problems.push("ROOT_URL is not an address away from PUBLIC_URL such as https://brand.com/");
  return null;
}

function readPolicy(text: string, problems: string[]): ConsentSetting {
  if (text === "strict" || text === "deferred" || text === "implied" || text === "regional") return text;
  if (text !== "") problems.push("CONSENT_POLICY is not regional, strict, deferred or implied");
  return "regional";
}

function readWindow(text: string, problems: string[]): number {
  const minutes = text === "" ? DEFAULT_WINDOW_MINUTES : Number(text);
  // Windows start at midnight UTC with the visitor key's salt, so they must divide the day.
  if (Number.isInteger(minutes) && minutes >= 1 && MAX_WINDOW_MINUTES % minutes === 0) return minutes * 60_000;
  problems.push("DUPLICATE_WINDOW_MINUTES does not divide a day");
  return DEFAULT_WINDOW_MINUTES * 60_000;
}

function readRetention(text: string, problems: string[]): number {
  const days = text === "" ? DEFAULT_RETENTION_DAYS : Number(text);
  if (days === 0 || (Number.isInteger(days) && days >= MIN_RETENTION_DAYS && days <= MAX_RETENTION_DAYS)) return days;
  problems.push(`CLICK_RETENTION_DAYS is not 0 or ${MIN_RETENTION_DAYS} to ${MAX_RETENTION_DAYS}`);
  // Not the default: a slip of the pen must not take clicks out of the log.
  return 0;
}

function readAnalytics(accountId: string, token: string, problems: string[]): AnalyticsAccess | null {
  if (accountId === "" && token === "") return null;
  // It becomes part of an address.
  if (/^[0-9a-f]{32}$/.test(accountId) && token !== "") return { accountId, token };
  problems.push("ANALYTICS_ACCOUNT_ID (32 hex digits) and ANALYTICS_API_TOKEN must be set together");
  return null;
}
