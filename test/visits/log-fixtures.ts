import { env } from "cloudflare:workers";
import type { LoggedEvent } from "../../src/ground/model/visit.ts";
import { customerHasher } from "../../src/sales/capture/customer.ts";
import { packEvents } from "../../src/visits/log/pack.ts";
import { NOW, STORE } from "../programme/generation-fixtures.ts";

/** An id of a visitor as browsers draw it, by a letter. */
export const visitorId = (letter: string): string => letter.repeat(22);

/** The hash under which a visitor is kept. */
export async function hashOf(visitor: string, storeId = STORE): Promise<string> {
  return (await customerHasher(env.VISITOR_KEY)(storeId, `visitor:${visitor}`)) ?? "";
}

/** A view of a page, unless told otherwise. */
export function event(values: Partial<LoggedEvent> & Pick<LoggedEvent, "visitorHash">): LoggedEvent {
  return {
    time: NOW,
    type: "page",
    visit: "visit-00001",
    pageOfVisit: 1,
    page: "/sale",
    source: { kind: "search", name: "google", rule: "referrer" },
    campaign: null,
    linkId: null,
    country: "DE",
    device: "mobile",
    name: null,
    label: null,
    engagedMs: 0,
    scroll: 0,
    cart: null,
    ...values,
  };
}

/** Puts events into the log as one row, with the days on which their visitors were there. Answers the row's number. */
export async function putLogged(events: readonly LoggedEvent[], storeId = STORE): Promise<number> {
  const { earliest, latest, count, facts } = packEvents(events);
  const days = events.map(({ visitorHash, time }) => [visitorHash, new Date(time).toISOString().slice(0, 10)]);
  const results = await env.DB.batch<{ seq: number }>([
    env.DB.prepare(
      "INSERT INTO visit_log (store_id, earliest, latest, count, facts) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING seq",
    ).bind(storeId, earliest, latest, count, facts),
    ...days.map(([hash, day]) =>
      env.DB.prepare("INSERT OR IGNORE INTO visitor_days VALUES (?1, ?2, ?3)").bind(storeId, hash, day),
    ),
  ]);
  return results[0]?.results[0]?.seq ?? 0;
}

/** Puts a cart of a visitor into the database. */
export async function putCart(visitorHash: string, lastAt = NOW, storeId = STORE): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO carts (store_id, cart_key, visitor_hash, events, first_at, last_at, items, value_minor, currency, source)
     VALUES (?1, ?2, ?2, '[{"kind":"cart"}]', ?3, ?3, 2, 1999, 'EUR', 'direct')`,
  )
    .bind(storeId, visitorHash, lastAt)
    .run();
}

/** How many rows a table has. */
export async function countIn(table: string, where = "TRUE"): Promise<number> {
  return (await env.DB.prepare(`SELECT count(*) AS n FROM ${table} WHERE ${where}`).first<number>("n")) ?? 0;
}
