import { packJson } from "../../ground/db/pack.ts";
import type { ClickRef, Trust } from "../../ground/model/evidence.ts";
import { codeKey } from "../../programme/code/text.ts";
import { windowOf } from "./eligible.ts";
import { type CallingOrder, type CallRow, callTouch, findCalls } from "./load-calls.ts";
import { NAMED_SQL, type Named, namedParts } from "./named.ts";
import type { Touch } from "../../ground/model/attribution.ts";

/** What reading touches needs. */
export interface TouchDeps {
  d1: D1Database;
  /** A customer's id as a store keeps it; `null` where the deployment keeps none. */
  customerHashOf: (storeId: string, customerId: string) => Promise<string | null>;
}

/** Who says it, as in a `Touch`. */
interface Proof {
  trust: Trust;
  claims?: readonly string[];
  claimedAt?: number | null;
}

/** The parts of an order that lead to touches. */
export interface TouchedOrder extends CallingOrder {
  /** The same of the customer's e-mail address, where it is known beside another id; left out: it isn't. */
  emailHash?: string | null;
  clicks: readonly (ClickRef & Proof)[];
  codes: readonly ({ text: string } & Proof)[];
}

/** Clicks of a customer that an order looks back on, the latest: more than a shopper makes in a window. */
const MAX_CUSTOMER_CLICKS = 100;

interface LinkRow extends Named {
  id: string;
  kind: "affiliate" | "tracking";
  store_id: string | null;
}

interface CodeRow extends Named {
  id: string;
  text_key: string;
  retired_at: number | null;
  state: "active" | "withdrawn" | "retired";
  updated_at: number;
}

interface CustomerClickRow {
  order_key: string;
  click_id: string;
  link_id: string;
  trust: Trust;
  time: number;
}

/**
 * All that competes for orders of a store, by their keys: clicks that the orders name, codes that were
 * used, calls whose deals they are, and earlier clicks and calls of the same customers in each order's window. Deleted
 * links and retired codes are among them, for the rules to judge; a code that the store never had is not. Two round
 * trips, whatever the number of orders.
 */
export async function loadTouches(
  deps: TouchDeps,
  store: { id: string },
  orders: readonly TouchedOrder[],
): Promise<Map<string, Touch[]>> {
  const { clicks: customerClicks, calls } = await readCustomers(deps.d1, store.id, orders);
  const links = new Set(orders.flatMap(({ clicks }) => clicks.map(({ linkId }) => linkId)));
  for (const rows of customerClicks.values()) for (const { linkId } of rows) links.add(linkId);
  const keys = new Set(orders.flatMap(({ codes }) => codes.map(({ text }) => codeKey(text))));
  const { linkOf, codeOf } = await readNamed(deps.d1, store.id, [...links], [...keys]);
  const owns = ownPurchases(deps, store.id);

  const found = new Map<string, Touch[]>();
  for (const order of orders) {
    const named = new Map(order.clicks.map(({ clickId, trust }) => [clickId, trust]));
    const others = (customerClicks.get(order.key) ?? []).filter(({ clickId, trust }) => {
      const known = named.get(clickId);
      // That a browser names it too takes nothing from what the server said of the customer.
      return known === undefined || (known === "claimed" && trust === "confirmed");
    });
    const touches: Touch[] = [];
    for (const click of order.clicks) {
      const link = linkOf.get(click.linkId);
      touches.push(clickTouch("click", click, link, store.id, await owns(order, link)));
    }
    for (const { text, ...proof } of order.codes) {
      const code = codeOf.get(codeKey(text));
      if (code === undefined) continue;
      touches.push(codeTouch(code, proof, order.placedAt, await owns(order, code)));
    }
    for (const click of others) {
      const link = linkOf.get(click.linkId);
      touches.push(clickTouch("customer_click", click, link, store.id, await owns(order, link)));
    }
    for (const call of calls.get(order.key) ?? []) {
      touches.push(callTouch(call, store.id, await owns(order, call)));
    }
    found.set(order.key, touches);
  }
  return found;
}

/** Clicks and calls, by the keys of the orders that they may have led to. */
interface Earlier {
  clicks: Map<string, (ClickRef & Proof)[]>;
  calls: Map<string, CallRow[]>;
}

async function readCustomers(d1: D1Database, storeId: string, orders: readonly TouchedOrder[]): Promise<Earlier> {
  const wanted = orders.flatMap(({ key, placedAt, windowDays, customerHash }) =>
    customerHash === null ? [] : [{ key, customerHash, ...windowOf(placedAt, windowDays) }],
  );
  const ofClicks = packJson(wanted).map((pack) =>
    d1
      .prepare(
        // A server's word comes first, so that no flood of claims pushes it out.
        `SELECT order_key, click_id, link_id, trust, time FROM (
             SELECT w.value ->> 'key' AS order_key, t.click_id, t.link_id, t.trust, t.time,
               row_number() OVER (PARTITION BY w.key ORDER BY t.trust = 'claimed', t.time DESC, t.click_id) AS place
             FROM json_each(?2) w CROSS JOIN customer_touches t ON t.store_id = ?1
               AND t.customer_hash = w.value ->> 'customerHash'
               AND t.time BETWEEN w.value ->> 'from' AND w.value ->> 'to')
           WHERE place <= ${MAX_CUSTOMER_CLICKS}`,
      )
      .bind(storeId, pack),
  );
  const statements = [...ofClicks, ...findCalls(d1, storeId, orders)];
  if (statements.length === 0) return { clicks: new Map(), calls: new Map() };
  const results = await d1.batch<CustomerClickRow | CallRow>(statements);
  const clicks = new Map<string, (ClickRef & Proof)[]>();
  for (const row of results.slice(0, ofClicks.length).flatMap((result) => result.results as CustomerClickRow[])) {
    const own = clicks.get(row.order_key) ?? [];
    // It is said of the customer, and by no claim of this order.
    own.push({ clickId: row.click_id, linkId: row.link_id, time: row.time, trust: row.trust });
    clicks.set(row.order_key, own);
  }
  const calls = results.slice(ofClicks.length).flatMap((result) => result.results as CallRow[]);
  return { clicks, calls: Map.groupBy(calls, (row) => row.order_key) };
}

async function readNamed(
  d1: D1Database,
  storeId: string,
  linkIds: readonly string[],
  textKeys: readonly string[],
): Promise<{ linkOf: Map<string, LinkRow>; codeOf: Map<string, CodeRow> }> {
  const ofLinks = packJson(linkIds).map((pack) =>
    d1
      .prepare(
        `SELECT l.id, l.kind, coalesce(l.store_id, plan.store_id) AS store_id, l.campaign_id, ${NAMED_SQL}
         FROM json_each(?1) w CROSS JOIN links l ON l.id = w.value
         LEFT JOIN creators creator ON creator.id = l.creator_id
         LEFT JOIN tracking_plans plan ON plan.id = l.plan_id`,
      )
      .bind(pack),
  );
  const ofCodes = packJson(textKeys).map((pack) =>
    d1
      .prepare(
        `SELECT c.id, t.text_key, t.retired_at, c.state, c.updated_at, c.campaign_id, ${NAMED_SQL}
         FROM json_each(?2) w CROSS JOIN code_texts t ON t.store_id = ?1 AND t.text_key = w.value
         JOIN codes c ON c.id = t.code_id
         JOIN creators creator ON creator.id = c.creator_id
         JOIN tracking_plans plan ON plan.id = c.plan_id`,
      )
      .bind(storeId, pack),
  );
  if (ofLinks.length + ofCodes.length === 0) return { linkOf: new Map(), codeOf: new Map() };
  const results = await d1.batch<LinkRow | CodeRow>([...ofLinks, ...ofCodes]);
  const links = results.slice(0, ofLinks.length).flatMap((result) => result.results as LinkRow[]);
  const codes = results.slice(ofLinks.length).flatMap((result) => result.results as CodeRow[]);
  return {
    linkOf: new Map(links.map((row) => [row.id, row])),
    codeOf: new Map(codes.map((row) => [row.text_key, row])),
  };
}

/** Tells whether a customer is the creator; each creator's ids are hashed once. */
function ownPurchases({ customerHashOf }: TouchDeps, storeId: string) {
  const known = new Map<string, Promise<(string | null)[]>>();
  return async (
    { customerHash, emailHash = null }: Pick<TouchedOrder, "customerHash" | "emailHash">,
    named: Named | undefined,
  ): Promise<boolean> => {
    const customer = [customerHash, emailHash].filter((hash) => hash !== null);
    if (customer.length === 0 || named === undefined || named.creator_id === null) return false;
    const ids = [named.email, named.external_id].filter((id) => id !== null);
    const hashes = known.get(named.creator_id) ?? Promise.all(ids.map((id) => customerHashOf(storeId, id)));
    known.set(named.creator_id, hashes);
    const own = await hashes;
    return customer.some((hash) => own.includes(hash));
  };
}

function clickTouch(
  kind: "click" | "customer_click",
  { clickId, linkId, time, trust, claims = [], claimedAt = null }: ClickRef & Proof,
  link: LinkRow | undefined,
  storeId: string,
  ownPurchase: boolean,
): Touch {
  const linkStore = link?.store_id ?? null;
  return {
    id: clickId,
    kind,
    trust,
    time,
    ...namedParts(link),
    linkId,
    codeId: null,
    linkKind: link?.kind ?? null,
    otherStore: linkStore !== null && linkStore !== storeId,
    retiredAt: null,
    withdrawn: false,
    ownPurchase,
    claims,
    claimedAt,
  };
}

function codeTouch(
  code: CodeRow,
  { trust, claims = [], claimedAt = null }: Proof,
  placedAt: number,
  ownPurchase: boolean,
): Touch {
  return {
    id: `code:${code.id}`,
    kind: "code",
    trust,
    time: placedAt,
    ...namedParts(code),
    linkId: null,
    codeId: code.id,
    linkKind: null,
    otherStore: false,
    retiredAt: code.retired_at,
    // What was written last is the withdrawal, or a later edit of a code that rests.
    withdrawn: code.state === "withdrawn" && code.updated_at <= placedAt,
    ownPurchase,
    claims,
    claimedAt,
  };
}
