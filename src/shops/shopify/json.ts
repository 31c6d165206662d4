/**
 * A text of JSON, or a whole number of so many digits that JavaScript would round it. A text that has no end goes to the
 * end: were it none, each quote in it would be tried as the beginning of one.
 */
const TEXT_OR_LONG = /"[^"\\]*(?:\\[\s\S]?[^"\\]*)*(?:"|$)|(?<![\d.eE+])-?\d{16,}(?![\d.eE])/g;

const LONG = /\d{16}/;

/**
 * Parses JSON whose ids may be past 2^53, such as 820982911946154508: whole numbers of 16 digits and more become texts
 * of the same digits. Throws a `SyntaxError` for what is no JSON.
 */
export function parseLongIds(json: string): unknown {
  // Most orders have no such number, and looking for one is quick.
  if (!LONG.test(json)) return JSON.parse(json);
  return JSON.parse(json.replaceAll(TEXT_OR_LONG, (token) => (token.startsWith('"') ? token : `"${token}"`)));
}

/** Whether a value of JSON is an object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What is at the end of a path of names in nested objects; `undefined` where it ends before. */
export function at(value: unknown, ...names: string[]): unknown {
  let inner = value;
  for (const name of names) inner = isRecord(inner) ? inner[name] : undefined;
  return inner;
}

/** A list; of anything else an empty one. */
export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A text that isn't blank, trimmed; `null` of anything else. */
export function textOf(value: unknown): string | null {
  const text = typeof value === "string" ? value.trim() : "";
  return text === "" ? null : text;
}

/** The number at the end of an id: `gid://shopify/Order/450789469`, `450789469` as text or number; `null` if there is none. */
export function numericId(value: unknown): string | null {
  if (typeof value === "number") return Number.isSafeInteger(value) && value > 0 ? String(value) : null;
  return typeof value === "string"
    ? (/^(?:gid:\/\/shopify\/\w+\/)?([1-9]\d{0,30})(?:\?.*)?$/.exec(value)?.[1] ?? null)
    : null;
}
