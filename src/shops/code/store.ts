import { DRIFT, type CodeFailure, type CodeGrounds } from "./plan.ts";
import type { Discount, Limits } from "../../ground/model/plan.ts";
import type { ProviderId } from "../../ground/model/provider.ts";
import type { CodeInShop } from "../platform.ts";

/** A code that is due, with all that work on it stands on. */
export interface DueCode extends CodeGrounds {
  provider: ProviderId;
  storeId: string;
  /** See `shop_codes.mark`. */
  mark: number;
  attempts: number;
}

/**
 * Takes a store's codes until a time (ms UTC): nobody else works on them meanwhile, if they get no lease. Returns
 * whether it did; not where the store isn't connected, or somebody has them.
 */
export async function leaseCodes(d1: D1Database, storeId: string, until: number, now: number): Promise<boolean> {
  const leased = await d1
    .prepare(
      `UPDATE shop_connections SET codes_leased_until = ?2
       WHERE store_id = ?1 AND codes_leased_until <= ?3 AND state <> 'disconnected'`,
    )
    .bind(storeId, until, now)
    .run();
  return leased.meta.changes > 0;
}

/** Gives them back, unless the lease was over and somebody else has them. */
export async function endLease(d1: D1Database, storeId: string, until: number): Promise<void> {
  await d1
    .prepare("UPDATE shop_connections SET codes_leased_until = 0 WHERE store_id = ?1 AND codes_leased_until = ?2")
    .bind(storeId, until)
    .run();
}

/** Codes of a store that are due at `now` (ms UTC), those first that have waited longest. */
export async function dueCodes(d1: D1Database, storeId: string, now: number, limit: number): Promise<DueCode[]> {
  const { results } = await d1
    .prepare(
      `SELECT c.id, c.text, c.state AS code_state, p.name, p.discount, p.limits, p.starts_at, p.ends_at,
         p.deleted_at IS NOT NULL OR s.deleted_at IS NOT NULL AS deleted, s.currency, s.provider,
         w.state, w.external_id, w.live_text, w.terms, w.failure_code, w.mark, w.attempts
       FROM shop_codes w
       CROSS JOIN codes c ON c.id = w.code_id
       CROSS JOIN tracking_plans p ON p.id = c.plan_id
       CROSS JOIN stores s ON s.id = w.store_id
       WHERE w.store_id = ?1 AND w.next_at <= ?2 ORDER BY w.next_at LIMIT ?3`,
    )
    .bind(storeId, now, limit)
    .all<DueSql>();
  return results.map((row) => ({
    code: { id: row.id, text: row.text, state: row.code_state },
    plan: {
      name: row.name,
      discount: JSON.parse(row.discount ?? "null") as Discount | null,
      limits: JSON.parse(row.limits) as Limits,
      startsAt: row.starts_at,
      endsAt: row.ends_at,
      deleted: row.deleted === 1,
    },
    currency: row.currency,
    known: {
      state: row.state,
      externalId: row.external_id,
      liveText: row.live_text,
      terms: JSON.parse(row.terms ?? "null") as Record<string, string> | null,
      failureCode: row.failure_code,
    },
    provider: row.provider,
    storeId,
    mark: row.mark,
    attempts: row.attempts,
  }));
}

interface DueSql {
  id: string;
  text: string;
  code_state: CodeGrounds["code"]["state"];
  name: string;
  discount: string | null;
  limits: string;
  starts_at: number | null;
  ends_at: number | null;
  deleted: number;
  currency: string;
  provider: ProviderId;
  state: CodeGrounds["known"]["state"];
  external_id: string | null;
  live_text: string | null;
  terms: string | null;
  failure_code: string | null;
  mark: number;
  attempts: number;
}

/** Texts that a code has and had, the present one first, then the latest. */
export async function textsOfCode(d1: D1Database, codeId: string, limit: number): Promise<string[]> {
  const { results } = await d1
    .prepare(
      `SELECT text FROM code_texts WHERE code_id = ?1
       ORDER BY retired_at IS NULL DESC, retired_at DESC, created_at DESC LIMIT ?2`,
    )
    .bind(codeId, limit)
    .all<{ text: string }>();
  return results.map(({ text }) => text);
}

/**
 * Whether shoppers may know a code's text, so that it can't be given away: an admin chose it, the shop had it, an order
 * came with it, it is older than the connection, when somebody may have made it in the shop by hand, or it is an
 * earlier one that came back.
 */
export async function isTextInUse(d1: D1Database, { code, known }: DueCode): Promise<boolean> {
  const found = await d1
    .prepare(
      `SELECT c.origin = 'hand' OR lower(?2) IS t.text_key
         OR t.created_at < (SELECT created_at FROM shop_connections WHERE store_id = c.store_id)
         OR EXISTS (SELECT 1 FROM code_uses WHERE code_id = c.id AND text_key = t.text_key)
         OR EXISTS (SELECT 1 FROM code_texts WHERE code_id = c.id AND created_at > t.created_at) AS used
       FROM codes c JOIN code_texts t ON t.code_id = c.id AND t.retired_at IS NULL WHERE c.id = ?1`,
    )
    .bind(code.id, known.liveText)
    .first<{ used: number }>();
  return found?.used !== 0;
}

/** What is to be noted of a code. What is `undefined` stays as it was noted. */
export interface CodeNote {
  state: CodeGrounds["known"]["state"];
  /** `null`: the shop has none. */
  found: CodeInShop | null | undefined;
  failure: CodeFailure | null | undefined;
  attempts: number;
  /** ms UTC; `null`: when something changes. */
  nextAt: number | null;
  /** Whether the shop has what was asked for. */
  synced: boolean;
}

/**
 * Notes at `now` (ms UTC) what work on a code came to. What the shop has is a fact, whatever was changed meanwhile;
 * all else holds only for what the work was about, and a change meanwhile stays due. Nothing is noted where somebody
 * else noted something about the shop's first.
 */
export async function noteCode(d1: D1Database, due: DueCode, note: CodeNote, now: number): Promise<void> {
  const { code, known, mark } = due;
  const { found } = note;
  const has =
    found === undefined
      ? known
      : { externalId: found?.externalId ?? null, liveText: found?.text ?? known.liveText, terms: found?.terms ?? null };
  const failure =
    note.failure === undefined
      ? "failure_code = failure_code"
      : "failure_code = iif(mark = ?2, ?10, failure_code), failure_detail = iif(mark = ?2, ?11, failure_detail)";
  await d1
    .prepare(
      `UPDATE shop_codes SET external_id = ?4, live_text = ?5, terms = ?6, state = iif(mark = ?2, ?7, state),
         attempts = iif(mark = ?2, ?8, attempts), next_at = iif(mark = ?2, ?9, next_at), ${failure},
         synced_at = iif(?12, ?13, synced_at), checked_at = ?13
       WHERE code_id = ?1 AND external_id IS ?3`,
    )
    .bind(
      code.id,
      mark,
      known.externalId,
      has.externalId,
      has.liveText,
      has.terms === null ? null : JSON.stringify(has.terms),
      note.state,
      note.attempts,
      note.nextAt,
      note.failure?.code ?? null,
      note.failure?.detail ?? null,
      note.synced ? 1 : 0,
      now,
    )
    .run();
}

/** Has all codes of a store that are due at `now` wait until a time (ms UTC), for a reason that isn't theirs. */
export async function holdCodes(
  d1: D1Database,
  storeId: string,
  { code, detail }: CodeFailure,
  until: number,
  now: number,
): Promise<void> {
  await d1
    .prepare(
      `UPDATE shop_codes SET next_at = ?5,
         failure_code = iif(state = 'pending', ?3, failure_code),
         failure_detail = iif(state = 'pending', ?4, failure_detail)
       WHERE store_id = ?1 AND next_at <= ?2`,
    )
    .bind(storeId, now, code, detail, until)
    .run();
}

/** Whether a store is connected to a shop. */
export async function isConnected(d1: D1Database, storeId: string): Promise<boolean> {
  const found = await d1
    .prepare("SELECT 1 FROM shop_connections WHERE store_id = ?1 AND state <> 'disconnected'")
    .bind(storeId)
    .first();
  return found !== null;
}

/** Statement that has a code of a connected store worked on, whatever it came to before. */
export function askForCode(d1: D1Database, codeId: string, storeId: string): D1PreparedStatement {
  return d1
    .prepare(
      `INSERT INTO shop_codes (code_id, store_id, state, mark, next_at) VALUES (?1, ?2, 'pending', 1, 0)
       ON CONFLICT (code_id) DO UPDATE SET state = 'pending', mark = mark + 1, attempts = 0, next_at = 0`,
    )
    .bind(codeId, storeId);
}

/** How many codes of a store the shop has otherwise than it should, and some of their texts. */
export async function driftedCodes(
  d1: D1Database,
  storeId: string,
  some: number,
): Promise<{ count: number; codes: string[] }> {
  const { results } = await d1
    .prepare(
      `SELECT c.text, count(*) OVER () AS count FROM shop_codes w CROSS JOIN codes c ON c.id = w.code_id
       WHERE w.store_id = ?1 AND w.state = 'failed' AND w.failure_code IN (SELECT value FROM json_each(?2))
       ORDER BY w.code_id LIMIT ?3`,
    )
    .bind(storeId, JSON.stringify([...DRIFT]), some)
    .all<{ text: string; count: number }>();
  return { count: results[0]?.count ?? 0, codes: results.map(({ text }) => text) };
}
