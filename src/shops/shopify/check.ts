/** Scopes that a connection needs. */
export const SCOPES = ["read_orders", "write_discounts"] as const;

/** Months that a version is answered for, and days before its end on which it is told of. */
const VERSION_MONTHS = 12;
const WARN_DAYS = 60;

const DAY_MS = 86_400_000;

/** What a shop says of the app and its versions. */
export interface AppFacts {
  scopes: readonly string[];
  /** The version that is asked for, and the one that answered by its own word; `null`: it has none. */
  version: string;
  answered: string | null;
  /** Versions that are supported; empty: it doesn't say. */
  supported: readonly string[];
  /** Whether the version is the connection's own setting. */
  isSet: boolean;
}

/** What will not work as it is, each with the exact setting to change. `now`: ms UTC. */
export function problemsOf(facts: AppFacts, scopeWay: string, now: number): { code: string; detail: string }[] {
  return [
    ...SCOPES.filter((scope) => !grants(facts.scopes, scope)).map((scope) => ({
      code: "missing_scope",
      detail: `The app has no ${scope}: ${scope === "read_orders" ? "orders can't be read" : "codes can't be made"}. ${scopeWay}`,
    })),
    ...(grants(facts.scopes, "read_customers")
      ? []
      : [
          {
            code: "missing_read_customers",
            detail: `The app has no read_customers: orders that are asked for come without the customer, so that limits of one use per customer can't be watched and new customers aren't known. ${scopeWay}`,
          },
        ]),
    ...versionProblems(facts, now),
  ];
}

/** Whether a scope was granted; one to write takes the one to read along. */
function grants(scopes: readonly string[], scope: string): boolean {
  return scopes.includes(scope) || (scope.startsWith("read_") && scopes.includes(scope.replace("read_", "write_")));
}

function versionProblems(
  { version, answered, supported, isSet }: AppFacts,
  now: number,
): { code: string; detail: string }[] {
  const way = isSet
    ? "Set the connection's apiVersion to a later one, or to null."
    : "Install a later release of Waymark.";
  const isGone = (supported.length > 0 && !supported.includes(version)) || (answered !== null && answered !== version);
  if (isGone) {
    const instead = answered === null || answered === version ? "" : `, and answers in ${answered} instead`;
    return [
      { code: "version_ended", detail: `Shopify doesn't support version ${version} of its API${instead}. ${way}` },
    ];
  }
  const ends = endOf(version);
  if (ends === null || ends - now > WARN_DAYS * DAY_MS) return [];
  const day = new Date(ends).toISOString().slice(0, 10);
  return [
    { code: "version_ending", detail: `Shopify supports version ${version} of its API until about ${day}. ${way}` },
  ];
}

/** When a version's support ends, ms UTC; `null` for what is no version of a quarter. */
function endOf(version: string): number | null {
  const [, year, month] = /^(\d{4})-(\d\d)$/.exec(version) ?? [];
  return year === undefined ? null : Date.UTC(Number(year), Number(month) - 1 + VERSION_MONTHS, 1);
}
