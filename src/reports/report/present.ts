import type { Dimension } from "./dimension.ts";
import type { ComparedNumbers, ReportRow } from "./rows.ts";

/** The field that has the key of a row. */
export const KEY_FIELDS = {
  links: "linkId",
  creators: "creatorId",
  campaigns: "campaignId",
  plans: "planId",
  codes: "codeId",
  countries: "country",
  sources: "source",
  devices: "device",
} as const satisfies Record<Dimension, string>;

/** A row as the API shows it, whatever it is of. */
export type PresentedRow = ComparedNumbers & { start: string | null } & Readonly<Record<string, unknown>>;

/** A row as the API shows it: its key and names, when, and its numbers. */
export function presentRow(
  dimension: Dimension,
  { key, names, start, value: _value, ...numbers }: ReportRow,
): PresentedRow {
  return { [KEY_FIELDS[dimension]]: key === "" ? null : key, ...names, start: presentStart(start), ...numbers };
}

/** A local day or month has no moment of its own where rows join stores of several time zones: it is written in UTC. */
function presentStart(start: string | number): string | null {
  if (start === "") return null;
  return new Date(start).toISOString();
}
