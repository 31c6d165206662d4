/**
 * What is told of a sample beyond what its schema says, so that its parts agree: an object tells of the fields that it
 * names, a list of its entries one by one, anything else stands in the place of what was there.
 */
export type Told = unknown;

/** What is told of the answers of an area, by the name of a component; by an operation (`POST /links`) for its own. */
export type ToldBy = Readonly<Record<string, Told>>;

/** A sample with what is told of it. Entries of a list are told over its first, which the schema made. */
export function tell(sample: unknown, told: Told): unknown {
  if (Array.isArray(told)) {
    const [made] = Array.isArray(sample) ? sample : [];
    return told.map((entry) => tell(made, entry));
  }
  if (!isRecord(told)) return told;
  const made = isRecord(sample) && !isOther(sample, told) ? sample : {};
  const named = Object.entries(told).map(([name, inner]) => [name, tell(made[name], inner)] as const);
  return { ...made, ...Object.fromEntries(named) };
}

/** Whether a value is an object of JSON, and no list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Fields by which variants are told apart. */
const TELLING = ["type", "mode", "about"];

/** Whether what is told is another variant, which has fields of its own. */
function isOther(sample: Readonly<Record<string, unknown>>, told: Readonly<Record<string, unknown>>): boolean {
  return TELLING.some((name) => name in sample && name in told && sample[name] !== told[name]);
}
