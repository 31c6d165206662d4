import type { Deps } from "../../ground/deps.ts";
import type { LoggedEvent } from "../../ground/model/visit.ts";
import { loggedOf } from "../../visits/log/visitor-store.ts";
import { stands } from "../calls/sales.ts";
import { MOST_RECORDS } from "./load-records.ts";
import { ownersOf, type VisitorLink } from "./owner.ts";

/** Browsers of one customer that are looked at, those linked last. */
const MOST_VISITORS = 20;

/** How long the log may be looked through for one path, ms. */
const PATIENCE_MS = 4_000;

/** The browsers of a customer, and what they did while they were theirs. */
export interface VisitorsKnown {
  visitors: string[];
  /** Whether something that a visitor did at a time (ms UTC) is the customer's. */
  isOwn: (visitorHash: string, time: number) => boolean;
}

/** Whose browsers are looked for. */
export interface VisitorScope {
  storeId: string;
  contactId: string | null;
  /** `null`: nobody says whose they are. */
  customerHash: string | null;
  /** The shop's own id of the order that is asked for; `null`: a contact is. */
  orderExternalId: string | null;
  /** Ids of calls that the order's explanation names. */
  callIds: readonly string[];
}

/**
 * SQL: browsers that alone were shown the number of a call of the customer's or of the order's. One that calls of
 * several customers lead to, such as a shop's own, tells of none of them.
 */
const OF_CALLS = `SELECT c.visitor_hash, c.started_at FROM calls c
  WHERE +c.store_id = ?1 AND c.match = 'lease' AND c.visitor_hash IS NOT NULL AND c.id IN (
      SELECT id FROM calls WHERE store_id = ?1 AND customer_hash = ?4
      UNION SELECT value FROM json_each(?5)
      UNION SELECT d.call_id FROM call_deals d WHERE d.store_id = ?1 AND ${stands("d")} AND d.order_external_id IN (
        SELECT external_id FROM orders WHERE store_id = ?1 AND customer_hash = ?4
        ORDER BY placed_at DESC LIMIT ${MOST_RECORDS}))
    AND NOT EXISTS (SELECT 1 FROM calls o WHERE o.store_id = ?1 AND o.visitor_hash = c.visitor_hash
      AND o.customer_hash <> coalesce(?4, c.customer_hash, ''))`;

/**
 * The browsers that are linked to a contact, the one whose cart a page said was bought as an order, and those that
 * were shown the numbers that were called, unless they are another contact's. Throws what D1 throws.
 */
export async function visitorsKnown(
  { d1 }: Pick<Deps, "d1">,
  { storeId, contactId, customerHash, orderExternalId, callIds }: VisitorScope,
): Promise<VisitorsKnown> {
  const { results: found } = await d1
    .prepare(
      `SELECT visitor_hash AS hash FROM (
         SELECT visitor_hash, max(time) AS time FROM visitor_contacts WHERE contact_id = ?2 GROUP BY visitor_hash
         UNION ALL SELECT visitor_hash, last_at FROM carts WHERE store_id = ?1 AND order_external_id = ?3
         UNION ALL ${OF_CALLS})
       GROUP BY visitor_hash ORDER BY max(time) DESC LIMIT ${MOST_VISITORS}`,
    )
    .bind(storeId, contactId, orderExternalId, customerHash, JSON.stringify(callIds))
    .all<{ hash: string }>();
  const visitors = found.map(({ hash }) => hash);
  const { results: links } = await d1
    .prepare(
      `SELECT visitor_hash AS visitorHash, time, contact_id AS contactId FROM visitor_contacts
       WHERE store_id = ?1 AND visitor_hash IN (SELECT value FROM json_each(?2))`,
    )
    .bind(storeId, JSON.stringify(visitors))
    .all<VisitorLink>();
  const ownerOf = ownersOf(links);
  return {
    visitors,
    isOwn: (visitorHash, time) => {
      const owner = ownerOf(visitorHash, time);
      return owner === null || owner === contactId;
    },
  };
}

/** What a customer's browsers did until a time (ms UTC), as far as the log has it. Throws what D1 throws. */
export async function eventsOf(
  deps: Pick<Deps, "d1" | "now">,
  storeId: string,
  { visitors, isOwn }: VisitorsKnown,
  until: number,
): Promise<{ events: LoggedEvent[]; complete: boolean }> {
  const { results: days } = await deps.d1
    .prepare(
      `SELECT visitor_hash AS hash, day FROM visitor_days
       WHERE store_id = ?1 AND visitor_hash IN (SELECT value FROM json_each(?2)) ORDER BY day DESC`,
    )
    .bind(storeId, JSON.stringify(visitors))
    .all<{ hash: string; day: string }>();
  const deadline = deps.now() + PATIENCE_MS;
  const events: LoggedEvent[] = [];
  let complete = true;
  for (const [visitorHash, own] of Map.groupBy(days, ({ hash }) => hash)) {
    const asked = own.map(({ day }) => day);
    const logged = await loggedOf(deps, { storeId, visitorHash }, asked, deadline);
    events.push(...logged.events.filter(({ time }) => time <= until && isOwn(visitorHash, time)));
    complete &&= logged.complete;
  }
  return { events, complete };
}
