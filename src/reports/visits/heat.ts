/** A count of a heat map: what of, where, how often. */
export interface HeatCount {
  part: "cells" | "elements" | "scroll" | "rage";
  /** As `HeatCounts` has it. */
  key: string;
  count: number;
}

/** Pixels of a step of scrolling. */
const STEP_PX = 100;

/** Counts by zone; what names none is left out. */
export function zonesOf(counts: readonly HeatCount[], part: "cells" | "rage") {
  return counts.flatMap(({ part: of, key, count }) => {
    const [, fixed, column, row] = /^(f?)(\d{1,3}):(\d{1,6})$/.exec(key) ?? [];
    return of === part && column !== undefined && row !== undefined
      ? [{ column: Number(column), row: Number(row), fixed: fixed === "f", count }]
      : [];
  });
}

/** Counts by planned element, and where on it. */
export function elementsOf(counts: readonly HeatCount[]) {
  return counts.flatMap(({ part, key, count }) => {
    const [, rule, column, row] = /^(.+):(\d{1,2}):(\d{1,2})$/.exec(key) ?? [];
    return part === "elements" && rule !== undefined ? [{ rule, column: Number(column), row: Number(row), count }] : [];
  });
}

/** How many views saw so far at least, from the top: each is counted where it ended. */
export function reachOf(counts: readonly HeatCount[]): { px: number; views: number }[] {
  const ended = counts
    .filter(({ part, key }) => part === "scroll" && /^\d{1,5}$/.test(key))
    .map(({ key, count }) => ({ step: Number(key), count }))
    .toSorted((a, b) => b.step - a.step);
  let views = 0;
  return ended.map(({ step, count }) => ({ px: step * STEP_PX, views: (views += count) })).toReversed();
}
