/** One figure of a benchmark. */
export interface Result {
  name: string;
  value: number;
  unit: string;
  /** What the value is compared with, in the same unit; `null` where there is no such thing. */
  baseline: number | null;
  /** `value / baseline`. */
  ratio: number | null;
  target: number;
  ok: boolean;
}

/** A figure judged by its ratio to a baseline, which is to be at least, or at most, the target. */
export function ratioResult(
  name: string,
  unit: string,
  { value, baseline }: { value: number; baseline: number },
  bound: { atLeast: number } | { atMost: number },
): Result {
  const ratio = value / baseline;
  const [target, ok] =
    "atLeast" in bound ? [bound.atLeast, ratio >= bound.atLeast] : [bound.atMost, ratio <= bound.atMost];
  return { name, value, unit, baseline, ratio, target, ok };
}

/** A figure judged by itself. */
export function limitResult(name: string, unit: string, value: number, atMost: number): Result {
  return { name, value, unit, baseline: null, ratio: null, target: atMost, ok: value <= atMost };
}

/** What a benchmark gives back. */
export interface Report {
  results: Result[];
  /** What a reader must know to judge the figures. */
  notes: string[];
  /** Faults of the thing measured, which no speed makes good. */
  faults: string[];
}

/** Options of a run. */
export interface RunOptions {
  /** End within 40 s, at the price of more noise. */
  quick: boolean;
}

/** Shows what a benchmark is doing. Standard output is left to its results. */
export function progress(text: string): void {
  console.error(text);
}

/** The middle of some numbers, or the mean of the middle two. Throws a `RangeError` for none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  if (upper === undefined || lower === undefined) throw new RangeError("no values to take the median of");
  return (lower + upper) / 2;
}

/** A number with as many decimals as help a reader. */
export function readable(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 100) return Math.round(value).toLocaleString("en");
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}
