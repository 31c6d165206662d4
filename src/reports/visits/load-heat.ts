import type { Deps } from "../../ground/deps.ts";
import type { PageOutline, WidthBand } from "../../ground/model/visit.ts";
import type { SumsAsked } from "./sums.ts";
import type { HeatCount } from "./heat.ts";

/** Counts of a part that are read: the most first. */
const MOST_COUNTS = 5_000;

const PARTS = ["cells", "elements", "scroll", "rage"] as const satisfies readonly HeatCount["part"][];

/** SQL: the counts of one part over all days. */
const countsOf = (part: HeatCount["part"]): string => `SELECT * FROM (
    SELECT '${part}' AS part, e.key, sum(e.value) AS count FROM heat_days h CROSS JOIN json_each(h.counts, '$.${part}') e
    WHERE h.store_id = ?1 AND h.page = ?2 AND h.band = ?3 AND h.day BETWEEN ?4 AND ?5
    GROUP BY e.key HAVING sum(e.value) > 0 ORDER BY count DESC, e.key LIMIT ${MOST_COUNTS})`;

/** A heat map as it is kept: counts, and where elements stood. */
export interface Heat {
  views: number;
  counts: HeatCount[];
  outline: PageOutline | null;
}

/** What is known of where a page was clicked, in windows of a band, in a span of days. Throws what D1 throws. */
export async function readHeat(
  { d1 }: Pick<Deps, "d1">,
  { storeId, span: { first, last } }: Pick<SumsAsked, "storeId" | "span">,
  page: string,
  band: WidthBand,
): Promise<Heat> {
  const [views, counts, outline] = await d1.batch([
    d1
      .prepare(
        `SELECT coalesce(sum(views), 0) AS views FROM heat_days
         WHERE store_id = ?1 AND page = ?2 AND band = ?3 AND day BETWEEN ?4 AND ?5`,
      )
      .bind(storeId, page, band, first, last),
    d1.prepare(PARTS.map(countsOf).join("\nUNION ALL\n")).bind(storeId, page, band, first, last),
    d1
      .prepare("SELECT outline FROM page_outlines WHERE store_id = ?1 AND page = ?2 AND band = ?3")
      .bind(storeId, page, band),
  ]);
  const [seen] = (views?.results ?? []) as { views: number }[];
  const [shape] = (outline?.results ?? []) as { outline: string }[];
  return {
    views: seen?.views ?? 0,
    counts: (counts?.results ?? []) as HeatCount[],
    outline: shape === undefined ? null : (JSON.parse(shape.outline) as PageOutline),
  };
}
