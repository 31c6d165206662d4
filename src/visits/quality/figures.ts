import type { QualityOutcome } from "../../ground/model/visit.ts";
import type { Expected } from "./planned.ts";
import { silentSince } from "./silence.ts";

/** What came to one outcome on one day, UTC. */
export interface QualityRow {
  day: string;
  kind: string;
  rule: string;
  outcome: QualityOutcome;
  count: number;
  firstAt: number;
  lastAt: number;
}

/** Outcomes by which something is refused. */
const REFUSALS = ["unplanned", "no_consent", "missing", "malformed"] as const;

/** What became of what pages told of one thing; times in ms UTC. */
export interface QualityFigures {
  kind: string;
  /** `null`: of every page; or what is told of is no rule's or step's. */
  rule: string | null;
  event: string | null;
  planned: boolean;
  seen: number;
  valid: number;
  refused: Record<(typeof REFUSALS)[number], number>;
  duplicates: number;
  implausible: number;
  bots: number;
  /** Of all that came, whatever became of it. */
  firstAt: number | null;
  lastAt: number | null;
  silentSince: number | null;
}

/**
 * What became of what pages told, since the day `from`: of all that is expected, in that order, and after that of what
 * came beside it. `rows`, in order of days, go back as far as silence is judged by.
 */
export function figuresOf(
  expected: readonly Expected[],
  rows: readonly QualityRow[],
  { from, now }: { from: string; now: number },
): QualityFigures[] {
  const byThing = Map.groupBy(rows, ({ kind, rule }) => keyOf(kind, rule));
  const planned = expected.map((one) => {
    const all = byThing.get(keyOf(one.kind, one.rule)) ?? [];
    return { ...sumOf(one, all, from), planned: true, silentSince: silentSince(validDays(all), now) };
  });
  const known = new Set(expected.map(({ kind, rule }) => keyOf(kind, rule)));
  const others = [...byThing].flatMap(([key, all]) => {
    const [first] = all;
    if (known.has(key) || first === undefined) return [];
    const figures = sumOf({ kind: first.kind, rule: first.rule, event: null }, all, from);
    return figures.seen === 0 ? [] : [figures];
  });
  return [...planned, ...others];
}

function keyOf(kind: string, rule: string): string {
  return `${kind}\n${rule}`;
}

/** The days on which something valid came. */
function validDays(rows: readonly QualityRow[]): { firstAt: number; lastAt: number }[] {
  return rows.filter(({ outcome }) => outcome === "valid");
}

function sumOf({ kind, rule, event }: Expected, all: readonly QualityRow[], from: string): QualityFigures {
  const rows = all.filter(({ day }) => day >= from);
  const count = (...outcomes: QualityOutcome[]) =>
    rows.reduce((sum, row) => sum + (outcomes.includes(row.outcome) ? row.count : 0), 0);
  const times = rows.flatMap(({ firstAt, lastAt }) => [firstAt, lastAt]);
  return {
    kind,
    rule: rule === "" ? null : rule,
    event,
    planned: false,
    seen: rows.reduce((sum, row) => sum + row.count, 0),
    valid: count("valid"),
    refused: {
      unplanned: count("unplanned"),
      no_consent: count("no_consent"),
      missing: count("missing"),
      malformed: count("malformed"),
    },
    duplicates: count("duplicate"),
    implausible: count("implausible"),
    bots: count("bot"),
    firstAt: times.length === 0 ? null : Math.min(...times),
    lastAt: times.length === 0 ? null : Math.max(...times),
    silentSince: null,
  };
}
