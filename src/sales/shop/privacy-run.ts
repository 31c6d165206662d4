import { raiseAlarm } from "../../journal/alarm/store.ts";
import { packJson } from "../../ground/db/pack.ts";
import { createIdSource } from "../../ground/id.ts";
import { forgetAllCalls, forgetCalls } from "./forget-calls-write.ts";
import { eraseAllContacts, eraseContacts } from "./forget-contacts-write.ts";
import { isForgotten, nameForgotten } from "./forgotten.ts";
import { customerGroup } from "./renewal.ts";
import type { PrivacyRequest } from "./report.ts";

/** Orders, and customers, that are worked on together. */
const PAGE = 200;

/** Orders that an alarm names. */
const NAMED = 100;

/** SQL: the body of a report without who bought. */
const NAMELESS = "json_remove(body, '$.customerHash', '$.emailHash', '$.phoneHash')";

/** What is held of an order that is a customer's. */
const HELD = ["orderId", "orderNumber", "placedAt", "amounts", "items", "codes", "country", "clicks"];

/** A request of a shopper's rights, as the inbox has it. */
export interface Privacy {
  privacy: PrivacyRequest;
  customerHashes: readonly string[];
  /** By the shop's own ids. */
  orderIds: readonly string[];
}

/**
 * Does what a shop asks in a shopper's name, at `now` (ms UTC): says by an alarm what is held, for people to hand over;
 * or forgets who the customer was, everywhere, which leaves orders, their clicks and all money as they are. Each is in
 * the audit log, under the id of the report that asked. May be interrupted and repeated. Throws what D1 throws.
 */
export async function answerPrivacy(
  d1: D1Database,
  storeId: string,
  { privacy, customerHashes, orderIds }: Privacy,
  inboxId: string,
  now: number,
): Promise<void> {
  if (privacy === "customer_data") return tellWhatIsHeld(d1, storeId, { customerHashes, orderIds }, inboxId, now);
  const orders =
    privacy === "redact_shop"
      ? await forgetStore(d1, storeId, now)
      : await forgetNamed(d1, storeId, { customerHashes, orderIds }, inboxId, now);
  await d1.batch([
    audited(d1, privacy, storeId, inboxId, { orders }, now),
    d1.prepare("UPDATE inbox SET body = json_set(body, '$.customerHashes', json('[]')) WHERE id = ?1").bind(inboxId),
    // It is the last that such a shop says: see `disconnect`.
    ...(privacy === "redact_shop" ? [endSigning(d1, storeId)] : []),
  ]);
}

function endSigning(d1: D1Database, storeId: string): D1PreparedStatement {
  return d1
    .prepare("UPDATE shop_connections SET secrets_sealed = NULL WHERE store_id = ?1 AND state = 'disconnected'")
    .bind(storeId);
}

async function tellWhatIsHeld(
  d1: D1Database,
  storeId: string,
  { customerHashes, orderIds }: Omit<Privacy, "privacy">,
  inboxId: string,
  now: number,
): Promise<void> {
  const [found, clicks] = await d1.batch<Record<string, string | number>>([
    d1
      .prepare(
        `SELECT id, external_id AS externalId FROM orders WHERE store_id = ?1
         AND (customer_hash IN (SELECT value FROM json_each(?2)) OR external_id IN (SELECT value FROM json_each(?3)))
         ORDER BY id LIMIT ?4`,
      )
      .bind(storeId, JSON.stringify(customerHashes), JSON.stringify(orderIds), NAMED + 1),
    d1
      .prepare(
        `SELECT count(*) AS clicks FROM customer_touches
         WHERE store_id = ?1 AND customer_hash IN (SELECT value FROM json_each(?2))`,
      )
      .bind(storeId, JSON.stringify(customerHashes)),
  ]);
  const orders = (found?.results ?? []).slice(0, NAMED);
  const detail = {
    storeId,
    orders,
    more: (found?.results.length ?? 0) > NAMED,
    fields: HELD,
    clicks: Number(clicks?.results[0]?.["clicks"] ?? 0),
  };
  await raiseAlarm(d1, { kind: "shop_privacy_request", subject: inboxId, detail }, now);
  await d1.batch([audited(d1, "customer_data", storeId, inboxId, { orders: orders.length }, now)]);
}

/** An order, and by which hash its customer is known. */
interface CustomersOrder {
  id: string;
  hash: string;
}

/** Forgets a customer by all hashes, and by the orders that the shop names. Answers how many orders were theirs. */
async function forgetNamed(
  d1: D1Database,
  storeId: string,
  { customerHashes, orderIds }: Omit<Privacy, "privacy">,
  inboxId: string,
  now: number,
): Promise<number> {
  const { results: named } = await d1
    .prepare(
      `SELECT id, customer_hash AS hash FROM orders WHERE store_id = ?1 AND customer_hash IS NOT NULL
       AND external_id IN (SELECT value FROM json_each(?2))`,
    )
    .bind(storeId, JSON.stringify(orderIds))
    .all<CustomersOrder>();
  const hashes = [...new Set([...customerHashes, ...named.map(({ hash }) => hash)])].filter(
    (hash) => !isForgotten(hash),
  );
  return forgetCustomer(d1, storeId, hashes, {
    inboxId,
    orderIds,
    next: async () => void (await d1.batch(await eraseContacts(d1, storeId, hashes, now))),
  });
}

/** How a customer came to be forgotten, as far as a shop asked for it. */
interface Asked {
  /** The report that asks. */
  inboxId?: string;
  /** Orders that are the customer's, by the shop's own ids. */
  orderIds?: readonly string[];
  next?: () => Promise<void>;
}

/**
 * Has all that a store reported know a customer no more, by these hashes, nor who placed the orders that were named: the
 * inbox but for the report that asks, their clicks and calls, and their orders, which stay as they are. Answers how many
 * orders were theirs. What is `next` is done while orders are known still, and nothing that waits can bring the customer
 * back. May be interrupted and repeated.
 */
export async function forgetCustomer(
  d1: D1Database,
  storeId: string,
  hashes: readonly string[],
  { inboxId = "", orderIds = [], next }: Asked = {},
): Promise<number> {
  const token = nameForgotten(crypto.getRandomValues(new Uint8Array(16)));
  const tokens = new Map(hashes.map((hash) => [hash, token]));
  // Their clicks before their orders: a run that ends in between is repeated as long as there are orders.
  await d1.batch([
    ...hashes.map((hash) =>
      d1
        .prepare(
          `UPDATE inbox SET body = iif(body ->> '$.privacy' IS NULL, ${NAMELESS},
             json_set(body, '$.customerHashes', json('[]')))
           WHERE store_id = ?1 AND id <> ?3 AND CASE WHEN instr(body, ?2) > 0 THEN json_type(body) = 'object' END`,
        )
        .bind(storeId, hash, inboxId),
    ),
    ...renameGroups(d1, storeId, tokens),
    d1
      .prepare(
        "DELETE FROM customer_touches WHERE store_id = ?1 AND customer_hash IN (SELECT value FROM json_each(?2))",
      )
      .bind(storeId, JSON.stringify(hashes)),
    ...(await forgetCalls(d1, storeId, hashes, orderIds)),
  ]);
  await next?.();
  return forgetOrders(d1, storeId, tokens);
}

/** Forgets the customers of all orders of a store. Answers how many orders that were. */
async function forgetStore(d1: D1Database, storeId: string, now: number): Promise<number> {
  await d1.batch([
    d1
      .prepare(
        `UPDATE inbox SET body = iif(body ->> '$.privacy' IS NULL, ${NAMELESS},
           json_set(body, '$.customerHashes', json('[]')))
         WHERE store_id = ?1 AND CASE WHEN instr(body, '"customerHash') > 0 THEN json_type(body) = 'object' END`,
      )
      .bind(storeId),
    d1.prepare("DELETE FROM customer_touches WHERE store_id = ?1").bind(storeId),
    ...forgetAllCalls(d1, storeId),
  ]);
  await eraseAllContacts(d1, storeId, now);
  let orders = 0;
  for (;;) {
    const { results } = await d1
      .prepare(
        `SELECT DISTINCT customer_hash AS hash FROM orders
         WHERE store_id = ?1 AND customer_hash IS NOT NULL AND customer_hash NOT LIKE ?2 LIMIT ${PAGE}`,
      )
      .bind(storeId, `${nameForgotten(new Uint8Array())}%`)
      .all<{ hash: string }>();
    if (results.length === 0) return orders;
    const tokens = results.map(({ hash }): [string, string] => [
      hash,
      nameForgotten(crypto.getRandomValues(new Uint8Array(16))),
    ]);
    await d1.batch(renameGroups(d1, storeId, new Map(tokens)));
    orders += await forgetOrders(d1, storeId, new Map(tokens));
  }
}

/**
 * Has orders, and what was reported of them, know their customers by names that nobody can find again by who they are.
 * That an order was somebody's first, or credited by an earlier click of theirs, holds.
 */
async function forgetOrders(d1: D1Database, storeId: string, tokens: ReadonlyMap<string, string>): Promise<number> {
  const hashes = JSON.stringify([...tokens.keys()]);
  let orders = 0;
  for (;;) {
    const { results: page } = await d1
      .prepare(
        `SELECT id, customer_hash AS hash FROM orders
         WHERE store_id = ?1 AND customer_hash IN (SELECT value FROM json_each(?2)) LIMIT ${PAGE}`,
      )
      .bind(storeId, hashes)
      .all<CustomersOrder>();
    if (page.length === 0) return orders;
    orders += page.length;
    const packs = packJson(page.map(({ id, hash }) => ({ id, token: tokens.get(hash) })));
    await d1.batch(
      packs.flatMap((pack) =>
        [
          `UPDATE order_evidence
           SET data = json_remove(json_set(data, '$.customerHash', value ->> 'token'), '$.emailHash', '$.phoneHash')
           FROM json_each(?1) WHERE order_id = value ->> 'id' AND data ->> '$.customerHash' IS NOT NULL`,
          `UPDATE inbox SET body = ${NAMELESS}
           WHERE id IN (SELECT e.inbox_id FROM json_each(?1) w
             CROSS JOIN order_evidence e ON e.order_id = w.value ->> 'id')
             AND CASE WHEN body <> '' THEN json_type(body) = 'object' END`,
          `UPDATE orders SET customer_hash = value ->> 'token', version = version + 1
           FROM json_each(?1) WHERE orders.id = value ->> 'id'`,
        ].map((sql) => d1.prepare(sql).bind(pack)),
      ),
    );
  }
}

/** Statements that have renewals counted together that were so by their customer, and deals say whose they are. */
function renameGroups(d1: D1Database, storeId: string, tokens: ReadonlyMap<string, string>): D1PreparedStatement[] {
  return [...tokens].flatMap(([hash, token]) => [
    d1
      .prepare("UPDATE OR IGNORE shop_renewals SET renewal_of = ?3 WHERE store_id = ?1 AND renewal_of = ?2")
      .bind(storeId, customerGroup(hash), customerGroup(token)),
    d1
      .prepare("UPDATE call_deals SET customer_hash = ?3 WHERE store_id = ?1 AND customer_hash = ?2")
      .bind(storeId, hash, token),
  ]);
}

const ACTIONS = { customer_data: "export", redact_customer: "erase", redact_shop: "erase" } as const;

/** Statement that notes what was done for a report, once for each time that it asked. */
function audited(
  d1: D1Database,
  privacy: PrivacyRequest,
  storeId: string,
  inboxId: string,
  after: Record<string, unknown>,
  now: number,
): D1PreparedStatement {
  const newId = createIdSource(
    () => now,
    (bytes) => void crypto.getRandomValues(bytes),
  );
  return d1
    .prepare(
      `INSERT INTO audit_log (id, time, actor, action, entity, entity_id, after, request_id)
       SELECT ?1, ?2, 'shop', ?3, 'customer', ?4, ?5, ?6 FROM inbox i WHERE i.id = ?6
         AND NOT EXISTS (SELECT 1 FROM audit_log WHERE entity_id = ?4 AND request_id = ?6
           AND time >= coalesce(i.stated_at, i.received_at))`,
    )
    .bind(newId("audit"), now, ACTIONS[privacy], storeId, JSON.stringify({ request: privacy, ...after }), inboxId);
}
