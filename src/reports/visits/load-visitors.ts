import type { Deps } from "../../ground/deps.ts";
import { dayAfter } from "../../ground/time/range.ts";
import { pageVisitorsOf } from "../../visits/log/visitors-run.ts";
import { ratio } from "../../ground/money/ratio.ts";
import { pagesReport } from "./figures.ts";
import { readTotals } from "./load-sums.ts";
import type { SumsAsked } from "./sums.ts";

/** Days of which it is kept who was there. */
const KEPT_DAYS = 90;

/** How many consenting visitors a store had in a span, each once; `null`: that is no longer known. Throws what D1 throws. */
export async function readVisitors(
  { d1 }: Pick<Deps, "d1">,
  { storeId, span: { first, last }, today }: Pick<SumsAsked, "storeId" | "span" | "today">,
): Promise<number | null> {
  if (first < dayAfter(today, 1 - KEPT_DAYS)) return null;
  return d1
    .prepare("SELECT count(DISTINCT visitor_hash) AS n FROM visitor_days WHERE store_id = ?1 AND day BETWEEN ?2 AND ?3")
    .bind(storeId, first, last)
    .first<number>("n");
}

/**
 * The visitors of pages on the day that isn't over, if it is in the span: of a page, in a row that begins there (see
 * `SumRow`). `null`: it isn't in it, or nobody counted them. Throws what D1 throws.
 */
export async function readOpenDay(
  { d1 }: Pick<Deps, "d1">,
  { storeId, span, interval, today }: SumsAsked,
): Promise<(page: string, start: string) => number | null> {
  const isIn = span.first <= today && today <= span.last && interval !== "hour";
  const visitors = isIn ? await pageVisitorsOf(d1, storeId, today) : null;
  return (page, start) => (visitors !== null && today.startsWith(start) ? (visitors.get(page) ?? null) : null);
}

/** The share that consenting visitors have in the views of a page, or of all of a store. Throws what D1 throws. */
export async function viewsShare(
  deps: Pick<Deps, "d1">,
  asked: Pick<SumsAsked, "storeId" | "span" | "today">,
  page: string | undefined,
): Promise<number | null> {
  const { total } = await readTotals(deps, pagesReport(page), { ...asked, interval: "total" }, false);
  return ratio(total.measured, total.views);
}
