import { mustHold } from "../../ground/db/premise.ts";
import { IS_COPIED } from "./state.ts";
import { isOutrun, LAST_COPIED } from "./write-sums.ts";

/** How much is done at once. */
export interface CopyLimits {
  /** Rows of one transaction, with those of the last link in it: some tenths of a second of D1's time. */
  rows?: number;
  /** No transaction is begun after this long, ms. */
  timeMs?: number;
}

const LIMITS = { rows: 20_000, timeMs: 5_000 } satisfies Required<CopyLimits>;

const NEXT = `SELECT coalesce(
  (SELECT link_id FROM click_hours WHERE link_id > ${LAST_COPIED} ORDER BY link_id LIMIT 1 OFFSET ?1),
  (SELECT max(link_id) FROM click_hours WHERE link_id > ${LAST_COPIED})) AS link`;

const COLUMNS = "link_id, hour, counted, unique_of_day, bot, prefetch, head, duplicate, inactive, embedded";

const COPY = `INSERT INTO click_hours_lean (${COLUMNS})
SELECT ${COLUMNS} FROM click_hours WHERE link_id > ${LAST_COPIED} AND link_id <= ?1`;

/**
 * Copies the hours into a table of the same columns whose new rows cost one row written where theirs cost two, link by link,
 * and lets it take their place once it has all of them. Whoever reads hours sees nothing of it. A run that dies has copied
 * whole links, and two at once do no harm. Throws what D1 throws.
 */
export async function copyHours(d1: D1Database, limits: CopyLimits = {}): Promise<void> {
  const { rows, timeMs } = { ...LIMITS, ...limits };
  const endAt = Date.now() + timeMs;
  if ((await d1.prepare(`SELECT ${IS_COPIED} AS done`).first<number>("done")) === 1) return;
  do {
    try {
      const link = await d1.prepare(NEXT).bind(rows).first<string>("link");
      if (link === null) return await takePlace(d1);
      await d1.prepare(COPY).bind(link).run();
    } catch (error) {
      // A link that had none has hours meanwhile, or another run has done it all: the next one sees.
      if (isOutrun(error)) return;
      throw error;
    }
  } while (Date.now() < endAt);
}

async function takePlace(d1: D1Database): Promise<void> {
  await d1.batch([
    mustHold(d1, `NOT EXISTS (SELECT 1 FROM click_hours WHERE link_id > ${LAST_COPIED})`),
    d1.prepare("DROP TABLE click_hours"),
    d1.prepare("ALTER TABLE click_hours_lean RENAME TO click_hours"),
  ]);
}
