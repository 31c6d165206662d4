/**
 * Where sums of amounts end, minor units: past it a number of JavaScript or JSON is not exact. A sum that says
 * this much, or as much below 0, stands for this much or more; every other one is exact. No sum of orders
 * gets there in most currencies (see `mostOfOrder`).
 */
export const MOST_SUM = Number.MAX_SAFE_INTEGER;

/** SQL of a sum of whole numbers (of 64 bits) that ends at {@link MOST_SUM}, so that it leaves the database exact. */
export function boundedSum(sum: string): string {
  return `max(-${MOST_SUM}, min(${MOST_SUM}, ${sum}))`;
}

/** The sum of sums, which ends at {@link MOST_SUM}; with one that ended there before, it does so too. */
export function addSums(sums: readonly number[]): number {
  let exact = 0n;
  let ended = false;
  for (const sum of sums) {
    exact += BigInt(sum);
    ended ||= isEnded(sum);
  }
  if (!ended && -BigInt(MOST_SUM) < exact && exact < BigInt(MOST_SUM)) return Number(exact);
  return exact < 0n ? -MOST_SUM : MOST_SUM;
}

/** Whether a sum is as much as it says, or more. */
export function isEnded(sum: number): boolean {
  return Math.abs(sum) >= MOST_SUM;
}
