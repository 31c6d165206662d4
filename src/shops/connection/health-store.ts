import { clearAlarm, raiseAlarm } from "../../journal/alarm/store.ts";
import type { ShopFailure } from "../platform.ts";

/** Failures in a row, or a time since the first, ms, that make a shop a failing one. */
const FAILURES = 3;
const FAILING_AFTER_MS = 3_600_000;

/** A shop that fails is checked after this long, ms. */
export const CHECK_FAILING_MS = 3_600_000;

/** Codes that waiting doesn't mend: the first is enough. */
const AT_ONCE = JSON.stringify(["unauthorised", "missing_scope", "missing_setting"]);

/** Codes that only a check finds, so that only a check finds them gone. */
const BY_CHECK = JSON.stringify(["missing_scope", "missing_setting"]);

/**
 * Notes at `now` (ms UTC) that a shop can't be worked with: what a check or a list of orders fails by, or any call by
 * `unauthorised`; not what is about one order or one code. The first that waiting won't mend makes the connection
 * `failing`, others the third in a row, or one an hour after the first; it then raises the alarm `shop_failing`. A
 * connection that was ended meanwhile stays so. Throws what D1 throws.
 */
export async function noteFailure(
  d1: D1Database,
  storeId: string,
  { code, message }: Pick<ShopFailure, "code" | "message">,
  now: number,
): Promise<void> {
  const noted = await d1
    .prepare(
      `UPDATE shop_connections SET
         failures = failures + 1, failure_code = ?2, failure_detail = ?3, updated_at = ?4,
         failing_since = coalesce(failing_since, ?4), next_check_at = min(coalesce(next_check_at, ?8), ?8),
         state = iif(state = 'failing' OR ?2 IN (SELECT value FROM json_each(?5)) OR failures + 1 >= ?6
           OR ?4 - coalesce(failing_since, ?4) >= ?7, 'failing', 'connected')
       WHERE store_id = ?1 AND state <> 'disconnected'
       RETURNING state, provider, account, failing_since AS since`,
    )
    .bind(storeId, code, message, now, AT_ONCE, FAILURES, FAILING_AFTER_MS, now + CHECK_FAILING_MS)
    .first<{ state: string; provider: string; account: string; since: number }>();
  if (noted?.state !== "failing") return;
  const { provider, account, since } = noted;
  const detail = { provider, account, code, detail: message, since: new Date(since).toISOString() };
  await raiseAlarm(d1, { kind: "shop_failing", subject: storeId, detail }, now);
}

/**
 * Notes at `now` (ms UTC) that a shop answered as it should, which ends its failing and resolves the alarm. `checked`:
 * by a check, which alone can say that no scope and no setting is missing any more. Writes nothing while nothing
 * fails. Throws what D1 throws.
 */
export async function noteSuccess(d1: D1Database, storeId: string, now: number, checked = false): Promise<void> {
  const noted = await d1
    .prepare(
      `UPDATE shop_connections SET
         state = 'connected', failures = 0, failure_code = NULL, failure_detail = NULL, failing_since = NULL,
         updated_at = ?2
       WHERE store_id = ?1 AND state <> 'disconnected' AND (failures > 0 OR state = 'failing')
         AND (?3 OR failure_code IS NULL OR failure_code NOT IN (SELECT value FROM json_each(?4)))
       RETURNING store_id`,
    )
    .bind(storeId, now, checked ? 1 : 0, BY_CHECK)
    .first();
  if (noted !== null) await clearAlarm(d1, "shop_failing", storeId, now);
}
