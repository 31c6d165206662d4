/** A name without what spellings differ in: `Order-ID` and `order_id` are `orderid`. */
export function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z\d]/g, "");
}

/**
 * The known name that somebody most likely meant: the same but for its spelling, one that `synonyms` (by plain
 * names) has, or one that a slip of the finger away; `undefined` if none is near.
 */
export function nearestName(
  given: string,
  known: readonly string[],
  synonyms: ReadonlyMap<string, string>,
): string | undefined {
  const plain = plainName(given);
  const spelled = known.find((name) => plainName(name) === plain);
  if (spelled !== undefined) return spelled;
  const meant = synonyms.get(plain);
  if (meant !== undefined) return known.includes(meant) ? meant : undefined;
  // In short names one slip makes another word.
  let least = plain.length < 4 ? 0 : plain.length < 7 ? 1 : 2;
  let nearest: string | undefined;
  for (const [name, field] of [...known.map((name) => [plainName(name), name] as const), ...synonyms]) {
    if (name.length < 4 || !known.includes(field)) continue;
    const steps = stepsBetween(plain, name, least);
    if (steps > least || (steps === least && nearest !== undefined)) continue;
    least = steps;
    nearest = field;
  }
  return nearest;
}

/**
 * Slips between two names: letters left out, put in, taken for others, or swapped with their neighbour (the
 * optimal string alignment distance of Damerau and Levenshtein). More than `most` is only told as more.
 */
function stepsBetween(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_none, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let steps = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        steps = Math.min(steps, (before[j - 2] ?? 0) + 1);
      }
      next.push(steps);
    }
    [before, row] = [row, next];
  }
  return row[b.length] ?? 0;
}
