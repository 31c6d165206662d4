import { type Scope, SCOPES } from "./auth.ts";

/** How people are known by Cloudflare Access (Zero Trust), where a deployment says so. */
export interface AccessSettings {
  /** Who signs: the team's origin, without a trailing slash. */
  issuer: string;
  /** The application's audience tag. */
  audience: string;
  /** What whoever Access lets in may do. */
  scopes: ReadonlySet<Scope>;
}

/** The variables that say it. */
export type AccessVariables = Partial<Record<"ACCESS_TEAM" | "ACCESS_AUD" | "ACCESS_SCOPES", string>>;

/** What people may do where nobody says: look at everything but who changed what. */
const DEFAULT_SCOPES = SCOPES.filter((scope) => scope.endsWith(":read") && scope !== "audit:read");

/**
 * Reads the settings; `null` and no problem where there are none. With a problem nobody is let in: half a setting must not
 * open what a whole one wouldn't.
 */
export function readAccess(variables: AccessVariables): { settings: AccessSettings | null; problem: string | null } {
  const { ACCESS_TEAM: team = "", ACCESS_AUD: audience = "", ACCESS_SCOPES: named = "" } = variables;
  const refused = (problem: string) => ({ settings: null, problem });
  if (team === "" && audience === "") return { settings: null, problem: null };
  if (team === "" || audience === "") return refused("ACCESS_TEAM and ACCESS_AUD are set together, or not at all");
  const issuer = issuerOf(team);
  if (issuer === null) return refused("ACCESS_TEAM is no team name such as brand, and no https origin");
  if (!/^[0-9a-f]{64}$/.test(audience)) return refused("ACCESS_AUD is not the application’s tag of 64 hex digits");
  const words = named.split(/[\s,]+/).filter((word) => word !== "");
  const unknown = words.find((word) => !(SCOPES as readonly string[]).includes(word));
  if (unknown !== undefined) return refused(`ACCESS_SCOPES names ${unknown}, which is no scope`);
  const scopes = new Set(words.length === 0 ? DEFAULT_SCOPES : (words as Scope[]));
  return { settings: { issuer, audience, scopes }, problem: null };
}

/** The origin of a team by its name; a stand-in on this machine may be named by its whole origin. */
function issuerOf(team: string): string | null {
  if (/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(team)) return `https://${team}.cloudflareaccess.com`;
  const url = URL.parse(team);
  if (url === null || url.origin !== team) return null;
  return url.protocol === "https:" || url.hostname === "127.0.0.1" ? url.origin : null;
}
