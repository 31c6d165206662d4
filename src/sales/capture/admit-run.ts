import { errorText } from "../../ground/error-text.ts";
import { networkOf } from "../../ground/http/network.ts";
import { Problem } from "../../ground/http/problem.ts";

/** The problem (429) of whoever sends too much; `detail` is for people. */
export function tooMany(detail: string): Problem {
  return new Problem("rate_limited", `${detail} Please wait a minute.`, [], { "Retry-After": "60" });
}

/** Whom a limit counts of those who send a page's request. */
export function senderOf(headers: Headers): string {
  return networkOf(headers.get("CF-Connecting-IP") ?? "unknown");
}

/** Whether a limit lets something of this weight pass; a limiter that fails stops nobody. */
export async function admits(limit: RateLimit | undefined, key: string, weight: number): Promise<boolean> {
  if (limit === undefined) return true;
  try {
    // The binding counts calls.
    const calls = await Promise.all(Array.from({ length: weight }, () => limit.limit({ key })));
    return calls.every(({ success }) => success);
  } catch (error) {
    console.error(JSON.stringify({ event: "rate_limit_failed", message: errorText(error) }));
    return true;
  }
}
