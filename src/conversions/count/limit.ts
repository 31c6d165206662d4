import type { ConversionLimit, ConversionOrigin } from "../../ground/model/conversion.ts";
import type { Trust } from "../../ground/model/evidence.ts";

/** What the limit looks at of a conversion. */
export interface Limited {
  /** Of its event: decides between those of one moment, for it is the same whichever came first. */
  key: string;
  /** ms UTC. */
  time: number;
  trust: Trust;
  /** Left out: it is of no past. */
  origin?: ConversionOrigin;
}

const DAY_MS = 86_400_000;

/**
 * The keys of one subject's conversions that count under a limit; without one (`null`) all of them do. Those that a
 * server confirms come first, so that no claim takes their place, and what is applied to the past comes last, so that it
 * takes none from what may have earned by now; within each kind they count from early to late, each
 * if fewer than the limit lie within its window of it, on either side. In whichever order they are heard of, it comes
 * to the same, and no stretch as long as the window has more than the limit. What is withdrawn must not be given.
 */
export function countedOf(rows: readonly Limited[], limit: ConversionLimit | null): Set<string> {
  if (limit === null) return new Set(rows.map(({ key }) => key));
  const { times, windowDays } = limit;
  const span = windowDays === null ? Number.POSITIVE_INFINITY : windowDays * DAY_MS;
  const counted = new Set<string>();
  const taken: number[] = [];
  for (const { key, time } of rows.toSorted(byStanding)) {
    const near = taken.reduce((sum, other) => sum + (Math.abs(other - time) < span ? 1 : 0), 0);
    if (near >= times) continue;
    counted.add(key);
    taken.push(time);
  }
  return counted;
}

function byStanding(a: Limited, b: Limited): number {
  const past = Number(a.origin === "backfill") - Number(b.origin === "backfill");
  if (past !== 0) return past;
  if (a.trust !== b.trust) return a.trust === "confirmed" ? -1 : 1;
  return a.time - b.time || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
}
