/** How a number stands to that of the days before; `percent` is 1 or more. */
export type Change = { way: "more" | "less"; percent: number } | { way: "same" | "fresh" };

/** A number as one that is divided by another; neither is a fraction. */
export type Ratio = readonly [part: number, whole: number];

/**
 * How a number stands to the one before it, in whole per cent of that. `null`: there is nothing to say, because both are
 * nothing, there is no number now, or the one before was below 0, of which nothing is a share.
 */
export function changeOf([part, whole]: Ratio, [partBefore, wholeBefore]: Ratio): Change | null {
  if (whole === 0 || partBefore < 0) return null;
  if (wholeBefore === 0 || partBefore === 0) return part > 0 ? { way: "fresh" } : null;
  // Exact: amounts times clicks may be past what a number holds.
  const [now, before] = [BigInt(part) * BigInt(wholeBefore), BigInt(partBefore) * BigInt(whole)];
  const [more, less] = [now > before ? now - before : 0n, now < before ? before - now : 0n];
  const percent = Number(((more + less) * 200n + before) / (before * 2n));
  if (percent === 0) return { way: "same" };
  return { way: more > 0n ? "more" : "less", percent };
}
