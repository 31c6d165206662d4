import { POINT_COLUMNS } from "../../edge/click/point.ts";

/** The dataset's name in `wrangler.toml`. */
export const DATASET = "waymark_clicks";

const DAY_SECONDS = 86_400;

/** A count may differ by this many clicks, or this share of it, whichever is more: both sides lose a few at the edges of a day, and Analytics Engine samples. */
const ALLOWED_CLICKS = 10;
const ALLOWED_SHARE = 0.005;

/** How far two counts of the same requests may be apart. */
export function allowedDrift(ledger: number, analytics: number): number {
  return Math.max(ALLOWED_CLICKS, Math.max(ledger, analytics) * ALLOWED_SHARE);
}

/** SQL of Analytics Engine for the requests of each UTC day from `from` to before `to` (ms UTC). */
export function driftQuery(from: number, to: number): string {
  const count = `double${POINT_COLUMNS.doubles.indexOf("count") + 1}`;
  // A point that was sampled stands for `_sample_interval` of them.
  return `SELECT intDiv(toUInt32(timestamp), ${DAY_SECONDS}) AS day, sum(_sample_interval * ${count}) AS requests
FROM ${DATASET}
WHERE timestamp >= toDateTime('${sqlTime(from)}') AND timestamp < toDateTime('${sqlTime(to)}')
GROUP BY day
FORMAT JSON`;
}

function sqlTime(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replace("T", " ");
}

/**
 * Reads the answer to {@link driftQuery}: requests by the start of their day (ms UTC). Throws a
 * `TypeError` for anything else.
 */
export function readAnswer(body: unknown): Map<number, number> {
  const data = typeof body === "object" && body !== null && "data" in body ? body.data : null;
  if (!Array.isArray(data)) throw new TypeError("the answer has no data");
  return new Map(
    data.map((row: unknown) => {
      const cells = typeof row === "object" && row !== null ? row : {};
      // 64-bit integers come as text.
      const day = Number("day" in cells ? cells.day : Number.NaN);
      const requests = Number("requests" in cells ? cells.requests : Number.NaN);
      if (!Number.isSafeInteger(day) || !Number.isFinite(requests)) throw new TypeError("the answer has another form");
      return [day * DAY_SECONDS * 1000, Math.round(requests)];
    }),
  );
}
