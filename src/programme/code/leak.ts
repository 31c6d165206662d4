/** The ways in which a code can look leaked. */
export const LEAK_KINDS = ["uses_without_click", "spike", "unknown_region", "retired_text"] as const;

/** A reason to think that a code is passed around. */
export interface LeakSignal {
  kind: (typeof LEAK_KINDS)[number];
  /** For people. */
  detail: string;
  /** The uses that it is about. */
  uses: number;
}

/** What is known of a code and its creator's links under the plan. Days are UTC day numbers. */
export interface CodeActivity {
  /** Uses in the period. */
  uses: number;
  /** Those of them without a counted click on any of the links in the attribution window before. */
  usesWithoutClick: number;
  /** Whether there are or were links: without one there is nothing that could have been clicked. */
  hasLinks: boolean;
  /** Uses by day, of the period and the {@link BASELINE_DAYS} before it. */
  usesByDay: ReadonlyMap<number, number>;
  /** The day since which the code may have been used. */
  firstDay: number;
  /** First and last day of the period. */
  period: { first: number; last: number };
  /** Uses in the period by country, of countries without a click before; empty if no click's country is known. */
  usesByUnknownCountry: ReadonlyMap<string, number>;
  /** Uses in the period of texts after they were retired. */
  usesOfRetiredTexts: number;
}

/** Days before a day that say how many uses are usual. */
export const BASELINE_DAYS = 28;

/**
 * Fewer uses than this say nothing: one or two without a click, or from a new country, are a friend
 * who was told the code or a customer who travels.
 */
export const MIN_TELLING_USES = 3;

/** The share of uses without a click that other devices, private windows and spoken codes don't explain. */
const UNCLICKED_SHARE = 0.5;

/** A day of fewer uses is never a spike, however quiet it was before. */
const SPIKE_USES = 5;

/** Deviations and multiples of the mean above which a day is a spike; uses of a quiet code are a Poisson process. */
const SPIKE_DEVIATIONS = 3;
const SPIKE_TIMES = 3;

/** Days of history without which there is no usual: the first post about a new code is no leak. */
const MIN_HISTORY_DAYS = 7;

const DAY_MS = 86_400_000;

/**
 * The signals that a code gives, in the order of {@link LEAK_KINDS}. The rules:
 * - `uses_without_click`: at least 3 uses, and at least half of all, came without any click on the
 *   creator's links in the attribution window before them. A shopper who has the code from the creator
 *   may well not have clicked, but then others have; where nobody did, the code comes from elsewhere.
 * - `spike`: a day has at least 5 uses, at least 3 times the mean of the 28 days before (or of those
 *   since the code exists, 7 at least), and more than 3 standard deviations above it.
 * - `unknown_region`: at least 3 uses came from countries from which nobody had clicked, where the
 *   countries of clicks are known.
 * - `retired_text`: any use of a text after it was retired.
 */
export function leakSignals(activity: CodeActivity): LeakSignal[] {
  return [withoutClick(activity), spike(activity), unknownRegion(activity), retiredText(activity)].filter(
    (signal) => signal !== null,
  );
}

function withoutClick({ uses, usesWithoutClick, hasLinks }: CodeActivity): LeakSignal | null {
  if (!hasLinks || usesWithoutClick < MIN_TELLING_USES || usesWithoutClick < uses * UNCLICKED_SHARE) return null;
  const detail = `${usesWithoutClick} of ${uses} uses had no click on the creator's links before them.`;
  return { kind: "uses_without_click", detail, uses: usesWithoutClick };
}

/** The day of the period that has the most uses of those that are spikes. */
function spike({ usesByDay, firstDay, period }: CodeActivity): LeakSignal | null {
  let found: LeakSignal | null = null;
  for (let day = period.first; day <= period.last; day++) {
    const uses = usesByDay.get(day) ?? 0;
    const history = Math.min(BASELINE_DAYS, day - firstDay);
    if (uses < SPIKE_USES || history < MIN_HISTORY_DAYS || uses <= (found?.uses ?? 0)) continue;
    let before = 0;
    for (let earlier = day - history; earlier < day; earlier++) before += usesByDay.get(earlier) ?? 0;
    const mean = before / history;
    if (uses <= mean + SPIKE_DEVIATIONS * Math.sqrt(mean) || uses < mean * SPIKE_TIMES) continue;
    const date = new Date(day * DAY_MS).toISOString().slice(0, 10);
    const detail = `${uses} uses on ${date}, against ${mean.toFixed(1)} a day in the ${history} days before.`;
    found = { kind: "spike", detail, uses };
  }
  return found;
}

function unknownRegion({ usesByUnknownCountry }: CodeActivity): LeakSignal | null {
  const uses = [...usesByUnknownCountry.values()].reduce((sum, count) => sum + count, 0);
  if (uses < MIN_TELLING_USES) return null;
  const countries = [...usesByUnknownCountry.keys()].toSorted().join(", ");
  const detail = `${uses} uses came from countries without a click on the creator's links: ${countries}.`;
  return { kind: "unknown_region", detail, uses };
}

function retiredText({ usesOfRetiredTexts: uses }: CodeActivity): LeakSignal | null {
  if (uses === 0) return null;
  return { kind: "retired_text", detail: `${uses} uses of a text after it was retired.`, uses };
}
