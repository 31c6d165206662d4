import type { ConsentPolicy } from "./link/link.ts";

/**
 * The deployment's variables, parsed once. Parsed by hand, not by a schema library: the redirect
 * needs them, and its module graph stays small.
 */
export interface Config {
  /** Origin of the default short domain without a trailing slash; `null`: that of each request. */
  publicUrl: string | null;
  /** For links whose store states no policy of its own. */
  consentPolicy: ConsentPolicy;
  /** Length of the window in which a repeated visit is a duplicate, ms. */
  duplicateWindowMs: number;
  /** What is wrong with the variables, in words for `/readyz`; each bad one fell back to its default. */
  problems: readonly string[];
}

/** The variables that {@link readConfig} reads. */
export type ConfigVariables = Partial<
  Record<
    "PUBLIC_URL" | "CONSENT_POLICY" | "DUPLICATE_WINDOW_MINUTES" | "ADMIN_API_KEY" | "CLICK_TOKEN_KEYS" | "VISITOR_KEY",
    string
  >
>;

/** The contract's `clicks` is one a visitor, link and hour. */
const DEFAULT_WINDOW_MINUTES = 60;

/** The visitor key's salt changes with the day, so a longer window could not see a repeat. */
const MAX_WINDOW_MINUTES = 1440;

/** Shortest secret that is not refused: 128 bits as base64url. */
const MIN_SECRET_LENGTH = 22;

/** Reads the variables. Never throws: a redirect goes on with defaults where a setting is wrong. */
export function readConfig(variables: ConfigVariables): Config {
  const problems: string[] = [];
  for (const name of ["ADMIN_API_KEY", "VISITOR_KEY", "CLICK_TOKEN_KEYS"] as const) {
    if ((variables[name] ?? "").length < MIN_SECRET_LENGTH) {
      problems.push(`${name} is missing or shorter than ${MIN_SECRET_LENGTH} characters`);
    }
  }
  return {
    publicUrl: readOrigin(variables.PUBLIC_URL ?? "", problems),
    consentPolicy: readPolicy(variables.CONSENT_POLICY ?? "", problems),
    duplicateWindowMs: readWindow(variables.DUPLICATE_WINDOW_MINUTES ?? "", problems),
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

function readPolicy(text: string, problems: string[]): ConsentPolicy {
  if (text === "strict" || text === "deferred" || text === "implied") return text;
  if (text !== "") problems.push("CONSENT_POLICY is not strict, deferred or implied");
  return "deferred";
}

function readWindow(text: string, problems: string[]): number {
  const minutes = text === "" ? DEFAULT_WINDOW_MINUTES : Number(text);
  // Windows start at midnight UTC with the visitor key's salt, so they must divide the day.
  if (Number.isInteger(minutes) && minutes >= 1 && MAX_WINDOW_MINUTES % minutes === 0) return minutes * 60_000;
  problems.push("DUPLICATE_WINDOW_MINUTES does not divide a day");
  return DEFAULT_WINDOW_MINUTES * 60_000;
}
