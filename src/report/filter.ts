import type { Bindings } from "./bindings.ts";

/** What a report is about; a filter left out holds for all. */
export interface ReportFilter {
  store?: string | undefined;
  campaign?: string | undefined;
  creator?: string | undefined;
  plan?: string | undefined;
  link?: string | undefined;
  code?: string | undefined;
  /**
   * A campaign with all that its creators do under its plan: campaigns that share a plan share links, codes
   * and orders of the creators they share.
   */
  performanceOf?: string | undefined;
}

/** Where a table has what filters ask for, as SQL; `null`: it has no such thing. */
export type FilterColumns = Readonly<Record<(typeof NAMES)[number], string | null>>;

const NAMES = ["store", "campaign", "creator", "plan", "link", "code"] as const;

/** SQL condition that a row passes a filter. */
export function conditionOf(filter: ReportFilter, columns: FilterColumns, bindings: Bindings): string {
  const conditions = NAMES.flatMap((name) => {
    const value = filter[name];
    if (value === undefined) return [];
    return columns[name] === null ? ["FALSE"] : [`${columns[name]} = ${bindings.add(value)}`];
  });
  if (filter.performanceOf !== undefined) {
    const id = bindings.add(filter.performanceOf);
    conditions.push(`(${columns.campaign} = ${id} OR EXISTS (
      SELECT 1 FROM campaigns ca JOIN campaign_creators me ON me.campaign_id = ca.id
      WHERE ca.id = ${id} AND ca.plan_id = ${columns.plan} AND me.creator_id = ${columns.creator}))`);
  }
  return conditions.length === 0 ? "TRUE" : conditions.join(" AND ");
}
