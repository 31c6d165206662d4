/** The name of the watermark that says how far a database of the log, by its number, is rolled up. */
export function markOf(log: number): string {
  return log === 0 ? "clicks" : `clicks_${log}`;
}
