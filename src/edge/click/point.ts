import type { SeenClick } from "./seen.ts";

/**
 * The columns of a click in Analytics Engine, named once for the writer and for whoever queries the
 * dataset. `index1` is the link, so that sampling keeps each link's share right.
 */
export const POINT_COLUMNS = {
  blobs: ["bucket", "country", "colo", "referrerHost", "consent"],
  doubles: ["count"],
} as const;

/**
 * The data point of one request: only what is free to know at the edge, and no identifier. It counts
 * independently of the click log, so that the two can be compared.
 */
export function toDataPoint(seen: SeenClick): AnalyticsEngineDataPoint {
  return {
    indexes: [seen.linkId],
    blobs: [seen.decision.bucket, seen.country, seen.colo, seen.referrerHost, seen.consent.policy],
    doubles: [1],
  };
}
