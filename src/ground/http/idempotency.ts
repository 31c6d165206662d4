import { and, asc, gte, lt, lte } from "drizzle-orm";
import type { Context } from "hono";
import { brokenUnique, statementOf } from "../db/client.ts";
import { idempotencyKeys } from "../db/schema/admin.ts";
import type { AppTypes } from "../deps.ts";
import { sha256Hex } from "./auth.ts";
import { Problem } from "./problem.ts";

/** How long a repeated `Idempotency-Key` gets the same answer, ms. */
const IDEMPOTENCY_LIFE_MS = 86_400_000;

const CREATOR_ID = /crt_[0-9a-hjkmnp-tv-z]{16}/g;

/** Longest `Idempotency-Key` taken. */
export const MAX_IDEMPOTENCY_KEY = 255;

/** Characters of a sealed answer in one row, which D1 lets have 2 MB: a longer answer goes on in further rows. */
const ROW_CHARACTERS = 1_000_000;

/** The key under which a request's answer is remembered, or `null` if it named none. */
export interface IdempotencyClaim {
  hash: string;
  bodyHash: string;
  seal: CryptoKey;
}

/** An answer as it is remembered. */
export interface Answer {
  status: number;
  body: string;
}

/**
 * Reads the `Idempotency-Key` of a `POST`. Throws a `Problem` (422) for one that is too long.
 * Answers are sealed under the caller's own key and credential, which are not stored, because some
 * show a secret once.
 */
export async function claimOf(c: Context<AppTypes>): Promise<IdempotencyClaim | null> {
  const key = c.req.header("Idempotency-Key");
  if (key === undefined || c.req.method !== "POST") return null;
  if (key === "" || key.length > MAX_IDEMPOTENCY_KEY)
    throw Problem.invalid("Idempotency-Key", `must have 1 to ${MAX_IDEMPOTENCY_KEY} characters`);
  const url = new URL(c.req.url);
  const scope = `${c.var.actor.id}\n${c.req.method}\n${url.pathname}${url.search}\n${key}`;
  // The credential alone: how its header is spelled makes no difference to who calls.
  const credential = c.req.header("Authorization")?.replace(/^Bearer +/i, "") ?? "";
  const secret = new TextEncoder().encode(`waymark answer\n${credential}\n${scope}`);
  return {
    hash: await sha256Hex(scope),
    bodyHash: await sha256Hex(c.var.bodyText ?? ""),
    seal: await crypto.subtle.importKey("raw", await crypto.subtle.digest("SHA-256", secret), "AES-GCM", false, [
      "encrypt",
      "decrypt",
    ]),
  };
}

/** The answer given before under this claim, or `null`. Throws a `Problem` (409) if the body or the credential differs. */
export async function recall(c: Context<AppTypes>, claim: IdempotencyClaim): Promise<Answer | null> {
  const { db, now } = c.env.deps;
  const rows = await db.select().from(idempotencyKeys).where(rowsOf(claim)).orderBy(asc(idempotencyKeys.hash));
  const [found] = rows;
  if (found === undefined || found.createdAt <= now() - IDEMPOTENCY_LIFE_MS) return null;
  if (found.bodyHash !== claim.bodyHash) {
    throw new Problem("idempotency_key_reused", "Use a new Idempotency-Key for a new request.");
  }
  const body = await unseal(claim.seal, rows.map((row) => row.answer).join(""));
  // `ADMIN_API_KEY` was changed since: the caller is the same, but its seal isn't.
  if (body === null) {
    throw new Problem("idempotency_key_reused", "Use a new Idempotency-Key: this one came with another credential.");
  }
  await refuseDeleted(c, body);
  return { status: found.status, body };
}

/**
 * An answer that shows a creator can't be opened, and so not be erased, while nobody asks for it: it is not given again
 * once they are deleted. Throws a `Problem` (409).
 */
async function refuseDeleted(c: Context<AppTypes>, body: string): Promise<void> {
  if (!c.req.path.startsWith("/api/v1/creators")) return;
  const ids = [...new Set(body.match(CREATOR_ID) ?? [])];
  const deleted = await c.env.deps.d1
    .prepare("SELECT 1 FROM creators WHERE deleted_at IS NOT NULL AND id IN (SELECT value FROM json_each(?1)) LIMIT 1")
    .bind(JSON.stringify(ids))
    .first();
  if (deleted === null) return;
  throw new Problem(
    "idempotency_key_reused",
    "The answer showed a creator who was deleted since, and is gone with them.",
  );
}

/**
 * Statements that remember an answer, for the same batch as the work itself: either both happen or
 * neither. A second request with the key breaks the primary key, and with it the whole batch.
 */
export async function remember(
  c: Context<AppTypes>,
  claim: IdempotencyClaim,
  answer: Answer,
): Promise<D1PreparedStatement[]> {
  const { d1, db, now } = c.env.deps;
  const createdAt = now();
  const expired = and(rowsOf(claim), lte(idempotencyKeys.createdAt, createdAt - IDEMPOTENCY_LIFE_MS));
  const sealed = await seal(c, claim.seal, answer.body);
  const statements = [statementOf(d1, db.delete(idempotencyKeys).where(expired))];
  for (let start = 0; start < sealed.length; start += ROW_CHARACTERS) {
    const row = {
      hash: hashOfRow(claim, start / ROW_CHARACTERS),
      bodyHash: claim.bodyHash,
      status: answer.status,
      answer: sealed.slice(start, start + ROW_CHARACTERS),
      createdAt,
    };
    statements.push(statementOf(d1, db.insert(idempotencyKeys).values(row)));
  }
  return statements;
}

/** The first row has the claim's own hash; further ones sort behind it in their order. */
function hashOfRow(claim: IdempotencyClaim, index: number): string {
  return index === 0 ? claim.hash : `${claim.hash}.${String(index).padStart(4, "0")}`;
}

function rowsOf(claim: IdempotencyClaim) {
  // `/` comes right after `.`.
  return and(gte(idempotencyKeys.hash, claim.hash), lt(idempotencyKeys.hash, `${claim.hash}/`));
}

/** Whether a batch failed because another request with the same key came first. */
export function lostRace(error: unknown): boolean {
  return brokenUnique(error) === "idempotency_keys.hash";
}

/** Compressed before it is sealed, for what is sealed can't be compressed: links in bulk shrink to a tenth. */
async function seal(c: Context<AppTypes>, key: CryptoKey, text: string): Promise<string> {
  const iv = new Uint8Array(12);
  c.env.deps.random(iv);
  const packed = await through(new Blob([text]), new CompressionStream("gzip")).arrayBuffer();
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, packed);
  return `${iv.toBase64()}.${new Uint8Array(sealed).toBase64()}`;
}

/** The text that was sealed, or `null` if it was under another key. */
async function unseal(key: CryptoKey, answer: string): Promise<string | null> {
  const [iv = "", sealed = ""] = answer.split(".");
  const algorithm = { name: "AES-GCM", iv: Uint8Array.fromBase64(iv) };
  try {
    const packed = await crypto.subtle.decrypt(algorithm, key, Uint8Array.fromBase64(sealed));
    return await through(new Blob([packed]), new DecompressionStream("gzip")).text();
  } catch {
    return null;
  }
}

function through(bytes: Blob, transform: CompressionStream | DecompressionStream): Response {
  return new Response(bytes.stream().pipeThrough(transform));
}

/** Statement that forgets the answers that nobody may ask for again at `now` (ms UTC). */
export function forgetIdempotencyKeys(d1: D1Database, now: number): D1PreparedStatement {
  return d1.prepare("DELETE FROM idempotency_keys WHERE created_at <= ?1").bind(now - IDEMPOTENCY_LIFE_MS);
}
