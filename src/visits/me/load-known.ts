import type { Deps } from "../../ground/deps.ts";
import type { Shop } from "../../edge/pages/load-shops.ts";
import type { AttributionSettings } from "../../ground/model/attribution.ts";
import { clickOfToken } from "../../sales/capture/click-load.ts";
import { customerHasher } from "../../sales/capture/customer.ts";
import { loggedOf, type Named } from "../log/visitor-store.ts";
import { type KnownCart, type KnownClick, type KnownVisitor, sumsOf } from "./known.ts";

const DAY_MS = 86_400_000;

/** How long the log may be looked through for one answer, ms. */
const PATIENCE_MS = 4_000;

/** Carts that are shown. */
const CARTS = 20;

/** Whom a store's key and an id name; `null`: no store has the key, or ids can't be hashed here. */
export async function namedBy({ d1, env }: Deps, storeKey: string, visitor: string): Promise<Named | null> {
  const storeId = await d1
    .prepare("SELECT id FROM stores WHERE key = ?1 AND deleted_at IS NULL")
    .bind(storeKey)
    .first<string>("id");
  if (storeId === null) return null;
  const visitorHash = await customerHasher(env.VISITOR_KEY)(storeId, `visitor:${visitor}`);
  return visitorHash === null ? null : { storeId, visitorHash };
}

/** What an id stands for that names nobody. */
const NOBODY: KnownVisitor = {
  firstDay: null,
  lastDay: null,
  visits: 0,
  pages: 0,
  events: 0,
  goals: 0,
  customer: false,
  complete: true,
  forgotten: false,
  recentPages: [],
  carts: [],
};

/** What is known of a visitor. Throws what D1 throws. */
export async function knownVisitor(deps: Deps, named: Named | null): Promise<KnownVisitor> {
  if (named === null) return NOBODY;
  const { d1 } = deps;
  const { storeId, visitorHash } = named;
  const ofVisitor = "store_id = ?1 AND visitor_hash = ?2";
  const asked = [
    `SELECT day FROM visitor_days WHERE ${ofVisitor} ORDER BY day DESC`,
    `SELECT first_at AS firstAt, last_at AS lastAt, items, value_minor AS valueMinor, currency,
       order_external_id IS NOT NULL AS bought
     FROM carts WHERE ${ofVisitor} ORDER BY last_at DESC LIMIT ${CARTS}`,
    `SELECT (SELECT count(*) FROM visitor_events WHERE ${ofVisitor}) AS goals,
       EXISTS (SELECT 1 FROM visitor_contacts WHERE ${ofVisitor}) AS customer,
       EXISTS (SELECT 1 FROM visitor_forgets WHERE ${ofVisitor}) AS forgotten`,
  ];
  const [dayRows, cartRows, sums] = await d1.batch<Record<string, unknown>>(
    asked.map((sql) => d1.prepare(sql).bind(storeId, visitorHash)),
  );
  const { goals = 0, customer = 0, forgotten = 0 } = (sums?.results[0] ?? {}) as Record<string, number>;
  const days = (dayRows?.results ?? []).map(({ day }) => String(day));
  const carts = (cartRows?.results ?? []) as unknown as (Omit<KnownCart, "bought"> & { bought: number })[];
  const logged = await loggedOf(deps, named, days, deps.now() + PATIENCE_MS);
  return {
    firstDay: days.at(-1) ?? null,
    lastDay: days[0] ?? null,
    ...sumsOf(logged.events),
    goals,
    customer: customer === 1,
    complete: logged.complete,
    forgotten: forgotten === 1,
    carts: carts.map((cart) => ({ ...cart, bought: cart.bought === 1 })),
  };
}

/** What a click id stands for; `null`: it is none of this deployment's. Throws what D1 throws. */
export async function knownClick({ d1, env }: Deps, click: string | null): Promise<KnownClick | null> {
  if (click === null) return null;
  const known = await clickOfToken(env, click);
  if (known === null) return null;
  const { linkId, time } = known;
  const row = await d1
    .prepare(
      `SELECT coalesce(s.brand_name, s.name) AS shop, s.attribution AS attribution, nullif(trim(c.first_name || ' ' || c.last_name), '') AS creator
       FROM links l LEFT JOIN stores s ON s.id = l.store_id LEFT JOIN creators c ON c.id = l.creator_id
       WHERE l.id = ?1`,
    )
    .bind(linkId)
    .first<{ shop: string | null; attribution: string | null; creator: string | null }>();
  const settings = row?.attribution == null ? null : (JSON.parse(row.attribution) as AttributionSettings);
  return {
    shop: row?.shop ?? null,
    creator: row?.creator ?? null,
    openedAt: time,
    until: time + (settings?.windowDays ?? 0) * DAY_MS,
  };
}

/** The shop of a store's key, to lead back to; `null`: there is none. A page goes without it where it can't be read. */
export async function shopOf({ d1 }: Deps, storeKey: string): Promise<Shop | null> {
  return d1
    .prepare(
      "SELECT coalesce(brand_name, name) AS name, home_url AS homeUrl FROM stores WHERE key = ?1 AND deleted_at IS NULL",
    )
    .bind(storeKey)
    .first<Shop>()
    .catch(() => null);
}

/** The domain that a host's cookies may be of beside the host itself; `null`: none. */
export async function cookieDomainOf({ d1 }: Deps, hostname: string): Promise<string | null> {
  return d1
    .prepare("SELECT cookie_domain AS domain FROM domains WHERE hostname = ?1 AND deleted_at IS NULL")
    .bind(hostname)
    .first<string>("domain");
}
