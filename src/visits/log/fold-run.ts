import { DAY_MS } from "../../ground/time/range.ts";
import { readStoreIds } from "./store-ids-store.ts";

/** Hours become days after so many days, and days months. */
const HOURS_KEPT_DAYS = 35;
const DAYS_KEPT_DAYS = 400;

/** Characters of spans: 2026-11-30T11, 2026-11-30, 2026-11. */
const HOUR = 13;
const DAY = 10;
const MONTH = 7;

/** Spans that a run folds at most: a shop a day is three. */
const MAX_STEPS = 3_000;

/** A table of sums. */
interface Sums {
  table: string;
  /** Columns of its primary key beside the store and the span. */
  keys: readonly string[];
  sums: readonly string[];
}

const TABLES: readonly Sums[] = [
  {
    table: "page_sums",
    keys: ["page", "consent"],
    sums: ["views", "entries", "nexts", "engaged_ms", "engaged", "scroll", "visitors"],
  },
  {
    table: "visit_sums",
    keys: ["source", "name", "rule", "campaign", "landing", "link_id", "consent"],
    sums: ["visits", "seconds", "views", "engaged_ms"],
  },
  { table: "behaviour_sums", keys: ["kind", "name", "label", "page", "consent"], sums: ["count"] },
];

/**
 * Folds sums of hours into days, and of days into months, once nobody looks at them so closely, at `now` (ms UTC): each span
 * of a store in one transaction, so that it may be interrupted, doubled and repeated. Throws what D1 throws.
 */
export async function foldSpans(d1: D1Database, now: number): Promise<void> {
  const hoursBefore = dayAt(now - HOURS_KEPT_DAYS * DAY_MS);
  // Whole months only.
  const daysBefore = dayAt(now - DAYS_KEPT_DAYS * DAY_MS).slice(0, MONTH);
  let left = MAX_STEPS;
  for (const storeId of await readStoreIds(d1)) {
    for (const sums of TABLES) {
      for (const [length, into, before] of [
        [HOUR, DAY, hoursBefore],
        [DAY, MONTH, daysBefore],
      ] as const) {
        for (const span of await spansOf(d1, sums, storeId, { length, into, before })) {
          if (left-- <= 0) return;
          await d1.batch(foldSpan(d1, sums, { storeId, span, length, into }));
        }
      }
    }
  }
}

/** What spans are folded: of which length, to what length, and before which. */
interface Fold {
  length: number;
  into: number;
  before: string;
}

/** The spans that rows are to be folded into: by a seek for each span of the store, whatever rows it has. */
async function spansOf(
  d1: D1Database,
  { table }: Sums,
  storeId: string,
  { length, into, before }: Fold,
): Promise<string[]> {
  const next = `SELECT min(span) FROM ${table} WHERE store_id = ?1 AND span < ?2`;
  const { results } = await d1
    .prepare(
      `WITH RECURSIVE known (span) AS (${next} UNION ALL
         SELECT (${next} AND span > known.span) FROM known WHERE known.span IS NOT NULL)
       SELECT DISTINCT substr(span, 1, ${into}) AS span FROM known WHERE length(span) = ${length}`,
    )
    .bind(storeId, before)
    .all<{ span: string }>();
  return results.map(({ span }) => span);
}

/** Statements that fold what is of a span into it. */
function foldSpan(
  d1: D1Database,
  { table, keys, sums }: Sums,
  { storeId, span, length, into }: { storeId: string; span: string; length: number; into: number },
): D1PreparedStatement[] {
  // All that is within it begins with it and a `-` or `T`, which `~` comes after.
  const within = `store_id = ?1 AND span > ?2 AND span < ?2 || '~' AND length(span) = ${length}`;
  const columns = ["store_id", "span", ...keys].join(", ");
  // A sum that nobody has worked out stays so.
  const added = sums.map((sum) => `${sum} = coalesce(${sum} + excluded.${sum}, ${sum}, excluded.${sum})`);
  return [
    d1
      .prepare(
        `INSERT INTO ${table} (${columns}, ${sums.join(", ")})
         SELECT store_id, substr(span, 1, ${into}), ${keys.join(", ")}, ${sums.map((sum) => `sum(${sum})`).join(", ")}
         FROM ${table} WHERE ${within} GROUP BY ${keys.join(", ")}
         ON CONFLICT (${columns}) DO UPDATE SET ${added.join(", ")}`,
      )
      .bind(storeId, span),
    d1.prepare(`DELETE FROM ${table} WHERE ${within}`).bind(storeId, span),
  ];
}

function dayAt(time: number): string {
  return new Date(time).toISOString().slice(0, DAY);
}
