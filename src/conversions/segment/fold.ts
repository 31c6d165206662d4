/** Letters outside ASCII of one text whose case is disregarded: each is a call deeper, and D1 takes 100 at most. */
const MAX_LETTERS = 60;

/**
 * A text without regard to case, letter by letter: `Ä` and `ä` are the same, `ß` and `SS` are not. What
 * {@link foldSql} makes of a text in the database is the same to the letter.
 */
export function foldCase(text: string): string {
  return Array.from(text, lowerOf).join("");
}

/**
 * SQL: the folded text of an expression, as far as it matters to whoever looks for `wanted`, which is folded already.
 * SQLite knows the case of ASCII alone; of other letters those are brought down that `wanted` has, for no others can
 * make the two equal.
 */
export function foldSql(expression: string, wanted: string): string {
  const letters = new Set(Array.from(wanted).filter((letter) => letter > "\u007f" && upperOf(letter) !== letter));
  let sql = `lower(${expression})`;
  // They are letters, and so need no quoting.
  for (const letter of [...letters].slice(0, MAX_LETTERS)) sql = `replace(${sql}, '${upperOf(letter)}', '${letter}')`;
  return sql;
}

/** The small letter of a capital one, where the two are each other's alone. */
function lowerOf(letter: string): string {
  const lower = letter.toLowerCase();
  return upperOf(lower) === letter ? lower : letter;
}

/** The capital letter of a small one; the same where there is none that is one letter, and no other's. */
function upperOf(letter: string): string {
  const upper = letter.toUpperCase();
  return isOne(upper) && upper.toLowerCase() === letter ? upper : letter;
}

function isOne(text: string): boolean {
  return text.length === ((text.codePointAt(0) ?? 0) > 0xffff ? 2 : 1);
}
