import { belongsTo } from "../../ground/db/belongs.ts";
import type { Bindings } from "./bindings.ts";

/** What a report is about; a filter left out holds for all, an empty one for what has no such thing. */
export interface ReportFilter {
  store?: string | undefined;
  /** With all that belongs to it, see {@link belongsTo}. */
  campaign?: string | undefined;
  creator?: string | undefined;
  plan?: string | undefined;
  link?: string | undefined;
  code?: string | undefined;
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
    const bound = bindings.add(value);
    return name === "campaign" && plan !== null && creator !== null
      ? [belongsTo(bound, { campaign: column, plan, creator })]
      : [`${column} = ${bound}`];
  });
  return conditions.length === 0 ? "TRUE" : conditions.join(" AND ");
}
