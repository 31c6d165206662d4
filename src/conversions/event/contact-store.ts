import { packJson } from "../../ground/db/pack.ts";
import type { NewId } from "../../ground/id.ts";
import type { GoalEvent } from "../../ground/model/conversion.ts";

/** Days that a link is kept: a browser forgets its visitor before. */
const LINK_DAYS = 400;

/** Days after which no event comes any more that happened before: rows of the inbox are given up by then. */
const SETTLED_DAYS = 9;
const DAY_MS = 86_400_000;

/**
 * SQL: the contact whose a visitor's doing at a time is, `NULL` for none: that of the visitor's last link until then,
 * or else of the first one after it, in whichever order links became known. The arguments are SQL; `visitor_contacts`
 * must stand for itself there.
 */
export function contactOfVisitor(storeId: string, visitorHash: string, time: string): string {
  const links = `FROM visitor_contacts WHERE store_id = ${storeId} AND visitor_hash = ${visitorHash}`;
  return `coalesce(
    (SELECT contact_id ${links} AND time <= ${time} ORDER BY time DESC, contact_id LIMIT 1),
    (SELECT contact_id ${links} AND time > ${time} ORDER BY time, contact_id LIMIT 1))`;
}

/** What a page said of who its visitor is. */
export interface Identity {
  storeId: string;
  customerHash: string;
  /** `null`: of a browser that can't be known again. */
  visitorHash: string | null;
  /** ms UTC. */
  time: number;
}

/** SQL: events of the visitors of `?1` that their links may give another owner, with the owner that they have by all links. */
const OWNERS = `SELECT e.store_id, e.event_key, ${contactOfVisitor("e.store_id", "e.visitor_hash", "e.time")} AS contact
  FROM (SELECT value ->> 'storeId' AS store_id, value ->> 'visitorHash' AS visitor_hash, min(value ->> 'time') AS time
    FROM json_each(?1) GROUP BY 1, 2) v
  CROSS JOIN visitor_events e ON e.store_id = v.store_id AND e.visitor_hash = v.visitor_hash
  WHERE e.time >= v.time OR NOT EXISTS (SELECT 1 FROM visitor_contacts l
    WHERE l.store_id = v.store_id AND l.visitor_hash = v.visitor_hash AND l.time < v.time)`;

/**
 * Statements of one batch at `now` (ms UTC) by which who visitors are is known: contacts that weren't there, links,
 * and whose the visitors' events are by that. A repeat changes nothing. Whose their conversions are has to be looked at
 * afterwards (see {@link knownVisitors} and `relinkConversions`).
 */
export function linkVisitors(
  d1: D1Database,
  newId: NewId,
  identities: readonly Identity[],
  now: number,
): D1PreparedStatement[] {
  const contacts = packJson(
    [...new Map(identities.map((one) => [`${one.storeId}\n${one.customerHash}`, one])).values()].map((one) => ({
      id: newId("contact"),
      ...one,
    })),
  );
  return [
    ...contacts.map((pack) =>
      d1
        .prepare(
          `INSERT INTO contacts (id, store_id, customer_hash, fields, trust, version, created_at, updated_at)
           SELECT value ->> 'id', value ->> 'storeId', value ->> 'customerHash', '{}', 'claimed', 1, ?2, ?2
           FROM json_each(?1) WHERE TRUE ON CONFLICT (store_id, customer_hash) DO NOTHING`,
        )
        .bind(pack, now),
    ),
    ...packJson(identities.filter(({ visitorHash }) => visitorHash !== null)).flatMap((pack) =>
      [
        // What is older than the first of a visitor's new links has another owner only if it was the very first.
        `INSERT INTO visitor_contacts (store_id, visitor_hash, time, contact_id)
         SELECT value ->> 'storeId', value ->> 'visitorHash', value ->> 'time', c.id
         FROM json_each(?1) JOIN contacts c ON c.store_id = value ->> 'storeId' AND c.customer_hash = value ->> 'customerHash'
         WHERE TRUE ON CONFLICT DO NOTHING`,
        `UPDATE visitor_events SET contact_id = w.contact FROM (${OWNERS}) w
         WHERE visitor_events.store_id = w.store_id AND visitor_events.event_key = w.event_key
           AND w.contact IS NOT NULL AND visitor_events.contact_id IS NOT w.contact`,
      ].map((sql) => d1.prepare(sql).bind(pack)),
    ),
  ];
}

/** Statements that keep what visitors and contacts did, each event once; one of nobody is kept nowhere. */
export function keepEvents(d1: D1Database, events: readonly GoalEvent[]): D1PreparedStatement[] {
  const rows = events.map(({ storeId, key, kind, name, page, visitorHash, customerHash, time }) => ({
    storeId,
    key,
    kind,
    name,
    page,
    visitorHash,
    customerHash,
    time,
  }));
  const contact = contactOfVisitor("value ->> 'storeId'", "value ->> 'visitorHash'", "value ->> 'time'");
  return packJson(rows).map((pack) =>
    d1
      .prepare(
        `INSERT INTO visitor_events (store_id, event_key, kind, name, page, visitor_hash, contact_id, time)
         SELECT value ->> 'storeId', value ->> 'key', value ->> 'kind', value ->> 'name', value ->> 'page',
           value ->> 'visitorHash', contact, value ->> 'time'
         FROM (SELECT value, coalesce(${contact}, (SELECT id FROM contacts
             WHERE store_id = value ->> 'storeId' AND customer_hash = value ->> 'customerHash')) AS contact
           FROM json_each(?1))
         WHERE contact IS NOT NULL OR value ->> 'visitorHash' IS NOT NULL
         ON CONFLICT (store_id, event_key) DO UPDATE SET
           time = min(visitor_events.time, excluded.time),
           visitor_hash = coalesce(visitor_events.visitor_hash, excluded.visitor_hash),
           contact_id = coalesce(${contactOfVisitor(
             "visitor_events.store_id",
             "coalesce(visitor_events.visitor_hash, excluded.visitor_hash)",
             "min(visitor_events.time, excluded.time)",
           )}, visitor_events.contact_id, excluded.contact_id)`,
      )
      .bind(pack),
  );
}

/** A visitor who is known, and since when. */
export interface KnownVisitor {
  visitorHash: string;
  customerHash: string;
  contactId: string;
  /** Of the first link, ms UTC. */
  since: number;
  /** Whether one of the links says something else than the one before it: what the visitor did may be another's by it. */
  isNews: boolean;
}

/** What identities of visitors came to, once they are linked; one a visitor and customer. */
export async function knownVisitors(d1: D1Database, identities: readonly Identity[]): Promise<KnownVisitor[]> {
  const found: KnownVisitor[] = [];
  for (const pack of packJson(identities.filter(({ visitorHash }) => visitorHash !== null))) {
    const ofVisitor = "l.store_id = value ->> 'storeId' AND l.visitor_hash = value ->> 'visitorHash'";
    const { results } = await d1
      .prepare(
        `SELECT value ->> 'visitorHash' AS visitorHash, c.customer_hash AS customerHash, c.id AS contactId,
           min((SELECT min(l.time) FROM visitor_contacts l WHERE ${ofVisitor} AND l.contact_id = c.id)) AS since,
           max(c.id IS NOT (SELECT l.contact_id FROM visitor_contacts l
             WHERE ${ofVisitor} AND l.time < value ->> 'time' ORDER BY l.time DESC, l.contact_id LIMIT 1)) AS isNews
         FROM json_each(?1) CROSS JOIN contacts c ON c.store_id = value ->> 'storeId' AND c.customer_hash = value ->> 'customerHash'
         GROUP BY 1, 2`,
      )
      .bind(pack)
      .all<Omit<KnownVisitor, "isNews"> & { isNews: number }>();
    found.push(...results.map((known) => ({ ...known, isNews: known.isNews === 1 })));
  }
  return found;
}

/**
 * The night's statements for links at `now` (ms UTC): those that a browser can't have any more go, and those that say what the link
 * before them says, once nothing comes any more that happened between them.
 */
export function tidyLinks(d1: D1Database, now: number): D1PreparedStatement[] {
  return [
    d1.prepare("DELETE FROM visitor_contacts WHERE time <= ?1").bind(now - LINK_DAYS * DAY_MS),
    d1
      .prepare(
        `DELETE FROM visitor_contacts WHERE rowid IN (SELECT rowid FROM (
           SELECT rowid, time, contact_id, lag(contact_id) OVER (PARTITION BY store_id, visitor_hash ORDER BY time, contact_id DESC) AS before
           FROM visitor_contacts) WHERE before = contact_id AND time <= ?1)`,
      )
      .bind(now - SETTLED_DAYS * DAY_MS),
  ];
}
