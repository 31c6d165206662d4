import { belongsTo, belongsToAny } from "../../ground/db/belongs.ts";
import type { Bindings } from "./bindings.ts";

/** What a report is about; a filter left out holds for all, an empty one for what has no such thing. */
export interface ReportFilter {
  store?: string | undefined;
  /** With all that belongs to it, see {@link belongsTo}. One or several, with commas between them. */
  campaign?: string | undefined;
  /** One or several, as `link` and `code` may be. */
  creator?: string | undefined;
  plan?: string | undefined;
  link?: string | undefined;
  code?: string | undefined;
}

/** The ids that a filter names. */
export function namedIn(filter: string): string[] {
  return filter.split(",");
}

/** Where a table has what filters ask for, as SQL; `null`: it has no such thing. */
export type FilterColumns = Readonly<Record<(typeof NAMES)[number], string | null>>;

const NAMES = ["store", "campaign", "creator", "plan", "link", "code"] as const;

/**
 * SQL condition that a row passes a filter. A row that has a plan and a creator passes for every campaign that
 * it belongs to; one that hasn't passes for the campaign that it names.
 */
export function conditionOf(filter: ReportFilter, columns: FilterColumns, bindings: Bindings): string {
  const conditions = NAMES.flatMap((name) => {
    const value = filter[name];
    if (value === undefined) return [];
    const column = columns[name];
    if (column === null) return ["FALSE"];
    if (value === "") return [`coalesce(${column}, '') = ''`];
    const { plan, creator } = columns;
    const ids = namedIn(value);
    const owned = name === "campaign" && plan !== null && creator !== null ? { campaign: column, plan, creator } : null;
    if (ids.length > 1) {
      const bound = bindings.add(JSON.stringify(ids));
      return [owned === null ? `${column} IN (SELECT value FROM json_each(${bound}))` : belongsToAny(bound, owned)];
    }
    const bound = bindings.add(value);
    return [owned === null ? `${column} = ${bound}` : belongsTo(bound, owned)];
  });
  return conditions.length === 0 ? "TRUE" : conditions.join(" AND ");
}
