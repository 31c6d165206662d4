import { env } from "cloudflare:workers";
import type { Wish } from "../../../src/calls/lease/wish.ts";
import type { LeaseRow, NumberRow, PoolRow } from "../call-rows.ts";
import { putPool, putPoolNumber } from "../call-rows.ts";
import { STORE } from "../../programme/generation-fixtures.ts";

/** A wish of a visitor of a network of their own, for a number of a pool. */
export function wishOf(target: string, visitorHash: string | null, values: Partial<Wish> = {}): Wish {
  return {
    storeId: STORE,
    target,
    asks: true,
    isBot: false,
    visitorHash,
    network: `net-${visitorHash ?? ""}`,
    shown: null,
    visit: null,
    channel: "direct",
    sourceName: "",
    utmCampaign: null,
    linkId: null,
    clickId: null,
    clickAt: null,
    page: "/",
    ...values,
  };
}

/** A pool with so many numbers, of usual times unless told otherwise. */
export async function poolOf(size: number, values: Parameters<typeof putPool>[0] = {}) {
  const pool: PoolRow = await putPool(values);
  const numbers: NumberRow[] = [];
  for (let index = 0; index < size; index++) numbers.push(await putPoolNumber(pool));
  return { pool, numbers };
}

/** All leases, oldest first, with their numbers. */
export async function leases(): Promise<(LeaseRow & { number: string })[]> {
  const { results } = await env.DB.prepare(
    `SELECT l.id, l.pool_id AS poolId, l.number_id AS numberId, n.number, l.visitor_hash AS visitorHash, l.visit, l.channel,
       l.source_name AS sourceName, l.link_id AS linkId, l.click_id AS clickId, l.page, l.starts_at AS startsAt,
       l.heard_at AS heardAt, l.ends_at AS endsAt, l.free_at AS freeAt, l.late_at AS lateAt
     FROM number_leases l JOIN phone_numbers n ON n.id = l.number_id ORDER BY l.id`,
  ).all<LeaseRow & { number: string }>();
  return results;
}

/** What was counted, by case. */
export async function counted(): Promise<Record<string, number>> {
  const { results } = await env.DB.prepare(
    "SELECT outcome, sum(count) AS count FROM number_hours GROUP BY outcome",
  ).all<{ outcome: string; count: number }>();
  return Object.fromEntries(results.map(({ outcome, count }) => [outcome, count]));
}
