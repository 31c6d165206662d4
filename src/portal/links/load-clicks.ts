import type { Deps } from "../../ground/deps.ts";
import { readPage } from "../../reports/report/load-pages.ts";
import { EVERY_ROW } from "../../reports/report/page-statement.ts";
import { barsOf } from "../frame/span.ts";
import type { DaySpan } from "../../ground/time/range.ts";

/** More rows than some links have days. */
const MAX_ROWS = 100_000;

/** The clicks of links of a creator on each day of a span, by the links' ids; of those without any, none. Throws what D1 throws. */
export async function clicksOf(
  deps: Pick<Deps, "env" | "now">,
  creatorId: string,
  linkIds: readonly string[],
  span: DaySpan,
): Promise<Map<string, number[]>> {
  if (linkIds.length === 0) return new Map();
  const { rows } = await readPage(deps, {
    ...EVERY_ROW,
    dimension: "links",
    filter: { creator: creatorId, link: linkIds.join(",") },
    interval: "day",
    periods: [{ span, previous: 0, shift: 0 }],
    sort: { by: "start", descending: false },
    limit: MAX_ROWS,
  });
  const place = new Map(barsOf(span).map(({ first }, index) => [first, index]));
  const clicks = new Map<string, number[]>();
  for (const { key, start, clicks: counted } of rows) {
    const days = clicks.get(key) ?? Array.from(place, () => 0);
    const index = place.get(String(start));
    if (index !== undefined) days[index] = counted;
    clicks.set(key, days);
  }
  return clicks;
}
