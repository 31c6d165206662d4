/** The bucket that a request ends in. */
export type Bucket = "counted" | "bot" | "prefetch" | "head" | "embedded" | "duplicate" | "inactive";

/** What a click counts as, as a letter: a batch of the log has one for each of its clicks. */
export type Verdict = "u" | "c" | "d" | "b" | "p" | "h" | "e" | "i";

/** The letters of buckets that nothing changes. */
export const LETTERS = {
  bot: "b",
  prefetch: "p",
  head: "h",
  embedded: "e",
  inactive: "i",
} as const satisfies Partial<Record<Bucket, Verdict>>;

/** `u`: the visitor's first counted click on the link that day; `c`: any other that counts. */
const BUCKETS: Readonly<Record<Verdict, Bucket>> = {
  u: "counted",
  c: "counted",
  d: "duplicate",
  b: "bot",
  p: "prefetch",
  h: "head",
  e: "embedded",
  i: "inactive",
};

/** The bucket of a letter. Throws a `RangeError` for any other. */
export function bucketOf(letter: string): Bucket {
  if (!Object.hasOwn(BUCKETS, letter)) throw new RangeError(`${letter} is no verdict`);
  return BUCKETS[letter as Verdict];
}

/** The letter of a click that is kept as a row. Throws a `RangeError` if its bucket is unknown. */
export function letterOf(bucket: string, uniqueOfDay: number): Verdict {
  if (bucket === "counted") return uniqueOfDay === 1 ? "u" : "c";
  const letter =
    bucket === "duplicate" ? "d" : Object.hasOwn(LETTERS, bucket) ? LETTERS[bucket as keyof typeof LETTERS] : null;
  if (letter === null) throw new RangeError(`${bucket} is no bucket`);
  return letter;
}
