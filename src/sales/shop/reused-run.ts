import { clearAlarm, raiseAlarm } from "../../journal/alarm/store.ts";

/** Days of orders that are looked at. */
const WATCHED_DAYS = 90;
const DAY_MS = 86_400_000;

/** Codes that one run raises alarms for, those with most orders first. */
const MOST_CODES = 500;

/** A code that customers used more often than they may. */
interface Reused {
  codeId: string;
  text: string;
  customers: number;
  orders: number;
}

/**
 * Raises the alarm `code_reused` at `now` (ms UTC) for each code, by its id, that is for one order a customer and that
 * a customer used in two orders or more of the last 90 days, and resolves it where there is none left. A shop looks at
 * most at the account or the e-mail address as it was typed: a limit of its own is best effort. Customers are told apart
 * by the keyed hash of the address, or else of the shop's own id. Idempotent. Throws what D1 throws.
 */
export async function watchReuse(d1: D1Database, now: number): Promise<void> {
  const [reused, open] = await d1.batch<Record<string, string | number>>([
    d1
      .prepare(
        `SELECT codeId, text, count(*) AS customers, sum(orders) AS orders FROM (
           SELECT c.id AS codeId, c.text, count(*) AS orders FROM tracking_plans p
             CROSS JOIN codes c ON c.plan_id = p.id
             CROSS JOIN code_uses u ON u.code_id = c.id AND u.used_at >= ?1
             CROSS JOIN orders o ON o.store_id = p.store_id AND o.external_id = u.order_id
           WHERE p.deleted_at IS NULL AND p.limits ->> '$.oncePerCustomer' AND o.customer_hash IS NOT NULL
             AND o.trust = 'confirmed' AND o.test = 0 AND o.source_status IS NOT 'cancelled'
           GROUP BY c.id, coalesce((SELECT e.data ->> '$.emailHash' FROM order_evidence e
             WHERE e.order_id = o.id AND e.data ->> '$.emailHash' IS NOT NULL
             ORDER BY e.source_time DESC, e.hash LIMIT 1), o.customer_hash)
           HAVING count(*) > 1)
         GROUP BY codeId ORDER BY orders DESC, codeId LIMIT ?2`,
      )
      .bind(now - WATCHED_DAYS * DAY_MS, MOST_CODES),
    d1.prepare("SELECT subject AS codeId FROM alarms WHERE kind = 'code_reused' AND resolved_at IS NULL"),
  ]);
  const found = (reused?.results ?? []) as unknown as Reused[];
  for (const { codeId, ...detail } of found) {
    await raiseAlarm(d1, { kind: "code_reused", subject: codeId, detail }, now);
  }
  const raised = new Set(found.map(({ codeId }) => codeId));
  for (const row of open?.results ?? []) {
    const codeId = String(row["codeId"]);
    if (!raised.has(codeId)) await clearAlarm(d1, "code_reused", codeId, now);
  }
}
