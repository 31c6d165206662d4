import { env } from "cloudflare:workers";

/**
 * How many histories a property tries that plays them against real storage: as many as every run of the tests can afford,
 * with seeds of their own, or `PROPERTY_RUNS` times that, for whoever has touched what it is about.
 */
export function histories(usual: number): number {
  return Math.max(1, Math.round(usual * Number(env.PROPERTY_RUNS || "1")));
}
