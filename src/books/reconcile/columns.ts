import { type Field, PRESET_NAMES, PRESETS, type PresetName } from "./preset.ts";

/** Which header each field has; `null`: none, though the preset knows one. What is left out is the preset's. */
export type HeaderMap = Readonly<Partial<Record<Field, string | null>>>;

/** Where the fields of an export are. */
export interface Columns {
  preset: PresetName;
  /** By field, the header as the file has it. */
  headers: ReadonlyMap<Field, string>;
}

/** Fields that a header lacks, with the names that would have done. */
export interface MissingFields {
  preset: PresetName;
  missing: { field: Field; headers: readonly string[] }[];
}

/** A header as it is compared: case, spaces and underscores make no difference. */
export function headerKey(header: string): string {
  return header.toLowerCase().replaceAll(/[\s_]+/g, "");
}

/** The headers that each field may have, the best first; fields that a caller takes out are absent. */
export function wantedHeaders(preset: PresetName, map: HeaderMap): Map<Field, readonly string[]> {
  const headers = new Map(Object.entries(PRESETS[preset].headers) as [Field, readonly string[]][]);
  // Who says where the id is means that column alone.
  if (map.order_id !== undefined) headers.delete("order_number");
  for (const [field, header] of Object.entries(map) as [Field, string | null][]) {
    if (header === null) headers.delete(field);
    else headers.set(field, [header]);
  }
  return headers;
}

/** Fields without which an export can't be read: the preset's own, and those that the caller names. */
export function neededFields(preset: PresetName, map: HeaderMap): Set<Field> {
  const named = (Object.keys(map) as Field[]).filter((field) => map[field] !== null);
  return new Set([...PRESETS[preset].needed, ...named]);
}

/**
 * Finds the fields in a file's headers by a preset; without one by that of all presets which finds the most,
 * and all that it needs. Of a header that is there twice, the first counts.
 */
export function findColumns(
  headers: readonly string[],
  preset: PresetName | null,
  map: HeaderMap,
): Columns | MissingFields {
  const tries = (preset === null ? PRESET_NAMES : [preset]).map((name) => columnsOf(headers, name, map));
  const [first] = tries;
  if (first === undefined) throw new RangeError("no preset to try");
  const [best] = tries.filter((found) => "headers" in found).toSorted((a, b) => b.headers.size - a.headers.size);
  return best ?? first;
}

function columnsOf(given: readonly string[], preset: PresetName, map: HeaderMap): Columns | MissingFields {
  const byKey = new Map(given.toReversed().map((header) => [headerKey(header), header]));
  const wanted = wantedHeaders(preset, map);
  const headers = new Map<Field, string>();
  for (const [field, names] of wanted) {
    const header = names.map((name) => byKey.get(headerKey(name))).find((name) => name !== undefined);
    if (header !== undefined) headers.set(field, header);
  }
  const missing = [...neededFields(preset, map)].filter(
    (field) => !headers.has(field) && !(field === "order_id" && headers.has("order_number")),
  );
  if (missing.length === 0) return { preset, headers };
  return { preset, missing: missing.map((field) => ({ field, headers: namesOf(wanted, field) })) };
}

/** The headers that would do for a field: an order is found by its number, too. */
function namesOf(wanted: ReadonlyMap<Field, readonly string[]>, field: Field): readonly string[] {
  const names = wanted.get(field) ?? [field];
  return field === "order_id" ? [...names, ...(wanted.get("order_number") ?? [])] : names;
}
