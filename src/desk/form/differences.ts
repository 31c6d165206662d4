/** One value that a change would make another. */
export interface Difference {
  path: string;
  before: unknown;
  after: unknown;
}

/** What of a body differs from `before`, which the same form read: of the rest nothing has to be said. */
export function changedPart(before: unknown, body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const row = typeof before === "object" && before !== null ? (before as Record<string, unknown>) : {};
  return Object.fromEntries(Object.entries(body).filter(([name, value]) => !same(row[name], value)));
}

/** Every value that differs, each under its path; lists as a whole. */
export function differencesOf(before: unknown, after: unknown, path = ""): Difference[] {
  if (same(before, after)) return [];
  // What isn't there yet is told value by value, as people read it.
  if (isPlain(after) && (isPlain(before) || isNothing(before))) {
    const now = isPlain(before) ? before : {};
    return [...new Set([...Object.keys(now), ...Object.keys(after)])].flatMap((name) =>
      differencesOf(now[name], after[name], path === "" ? name : `${path}.${name}`),
    );
  }
  return [{ path, before, after }];
}

/** Whether two values of JSON are the same; what isn't there is as `null` and as an empty list or object. */
function same(a: unknown, b: unknown): boolean {
  if (a === b || (isNothing(a) && isNothing(b))) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((each, index) => same(each, b[index]));
  if (isPlain(a) && isPlain(b))
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((name) => same(a[name], b[name]));
  return typeof a === "string" && typeof b === "string" && isTime(a) && isTime(b) && Date.parse(a) === Date.parse(b);
}

function isNothing(value: unknown): boolean {
  if (value === null || value === undefined || (Array.isArray(value) && value.length === 0)) return true;
  return isPlain(value) && Object.values(value).every(isNothing);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text);
}
