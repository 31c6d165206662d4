import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { clickStamp, importTokenKeys, NONCE_BYTES, signToken, tokenHead } from "../../src/edge/click/token.ts";
import worker from "../../src/index.ts";
import type { createStore } from "../programme/fixtures.ts";
import { BROWSER_HEADERS, GERMANY, SHORT_ORIGIN } from "../edge/visit.ts";

/** A store as it was created, with its secret. */
export type ShopStore = Awaited<ReturnType<typeof createStore>>;

/** Calls a path under `/t`, and waits until everything behind the answer is done. */
export async function call(path: string, init: RequestInit = {}, bindings: Env = env): Promise<Response> {
  const { headers, ...rest } = init;
  const request = new Request<unknown, IncomingRequestCfProperties>(`${SHORT_ORIGIN}/t${path}`, {
    ...rest,
    headers: { ...BROWSER_HEADERS, ...(headers as Record<string, string>) },
    cf: GERMANY,
  } as RequestInit<IncomingRequestCfProperties>);
  const context = createExecutionContext();
  const response = await worker.fetch(request, bindings, context);
  await waitOnExecutionContext(context);
  return response;
}

/** Reports an order as the store's server does, with its secret. */
export function postOrder(
  store: Pick<ShopStore, "key" | "secret">,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return call("/orders", {
    method: "POST",
    headers: { Authorization: `Bearer ${store.key}.${store.secret}`, ...headers },
    body: typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body),
  });
}

/** Sends events as the snippet does. */
export function postEvents(key: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return call(`/events?s=${key}`, {
    method: "POST",
    headers: { "Content-Type": "text/plain", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

/** The header that signs a body with a secret at `time` (unix s). */
export async function signatureOf(secret: string, body: string, time: number): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const encoder = new TextEncoder();
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, ["sign"]);
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(`${time}.${body}`)));
  return `t=${time},v1=${mac.toHex()}`;
}

/** A valid click token of a link, made at `time` (ms UTC). */
export async function tokenOf(linkId: string, time = Date.now()): Promise<string> {
  const keys = await importTokenKeys(env.CLICK_TOKEN_KEYS);
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  return signToken(
    keys,
    tokenHead(linkId, keys.signingId),
    clickStamp(time, nonce.toBase64({ alphabet: "base64url" })),
  );
}

/** A row of the inbox as it is stored. */
export interface StoredReport {
  id: string;
  source: string;
  store_key: string;
  store_id: string | null;
  body: string;
  meta: string;
  verdict: string;
  reason_code: string | null;
  reason_detail: string | null;
  attempts: number;
  next_at: number | null;
  order_id: string | null;
}

/** All that was kept, oldest first. */
export async function reports(): Promise<StoredReport[]> {
  return (await env.DB.prepare("SELECT * FROM inbox ORDER BY id").all<StoredReport>()).results;
}

/** All rows of a table of what became of reports. */
export async function rowsOf(
  table: "orders" | "order_evidence" | "customer_touches",
): Promise<Record<string, unknown>[]> {
  return (await env.DB.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all()).results;
}

/** The content of every table as one text. */
export async function everything(): Promise<string> {
  const { results } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*'",
  ).all<{ name: string }>();
  const dumps = await Promise.all(results.map(({ name }) => env.DB.prepare(`SELECT * FROM "${name}"`).all()));
  return JSON.stringify(dumps.map((dump) => dump.results));
}
