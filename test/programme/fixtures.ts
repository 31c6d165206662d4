import type { z } from "@hono/zod-openapi";
import { env } from "cloudflare:workers";
import { expect, vi } from "vitest";
import { apiKeyWithKey } from "../../src/operate/api-key/schema.ts";
import { creatorSchema } from "../../src/programme/creator/schema.ts";
import { openDatabase } from "../../src/ground/db/client.ts";
import { links } from "../../src/ground/db/schema/link.ts";
import { domainSchema } from "../../src/links/domain/schema.ts";
import { type Scope, SCOPES } from "../../src/ground/http/auth.ts";
import { pageOf } from "../../src/ground/http/pagination.ts";
import { storeWithSecret } from "../../src/programme/store/schema.ts";
import { api, type ApiAnswer, bodyOf, holding } from "../ground/api.ts";

/** Creates a store. */
export async function createStore(body: Record<string, unknown> = {}) {
  return bodyOf(storeWithSecret, await api("POST", "/stores", { name: "Shop", ...body }));
}

/** Registers a domain. */
export async function createDomain(body: Record<string, unknown> = {}) {
  return bodyOf(domainSchema, await api("POST", "/domains", { hostname: "go.lea.example", ...body }));
}

/** Creates a creator. */
export async function createCreator(body: Record<string, unknown> = {}) {
  return bodyOf(creatorSchema, await api("POST", "/creators", { firstName: "Lea", lastName: "Martin", ...body }));
}

/** Creates an API key. */
export async function createKey(scopes: readonly Scope[], body: Record<string, unknown> = {}) {
  return bodyOf(apiKeyWithKey, await api("POST", "/api-keys", { name: "Test", scopes, ...body }));
}

/** Every page of a list, followed from cursor to cursor. */
export async function pagesOf<Item extends z.ZodType>(item: Item, path: string): Promise<z.infer<Item>[][]> {
  const pages: z.infer<Item>[][] = [];
  let cursor: string | null = null;
  do {
    const next: string = cursor === null ? path : `${path}&cursor=${encodeURIComponent(cursor)}`;
    const answer: ApiAnswer = await api("GET", next);
    const page = bodyOf(pageOf(item), answer);
    pages.push(page.data);
    cursor = page.nextCursor;
    expect(pages.length, "the list never ends").toBeLessThan(20);
  } while (cursor !== null);
  return pages;
}

let linkCount = 0;

/** Puts a link into the database as it would be after the API made it; only what a test is about is given. */
export async function insertLink(values: Partial<typeof links.$inferInsert>): Promise<void> {
  linkCount += 1;
  const slug = `fixture${linkCount}`;
  await openDatabase(env.DB)
    .insert(links)
    .values({
      id: `lnk_${String(linkCount).padStart(16, "0")}`,
      domain: "",
      slug,
      slugKey: slug,
      url: "https://shop.example/",
      kind: "tracking",
      utm: {},
      disabled: false,
      createdAt: 0,
      updatedAt: 0,
      ...values,
    });
}

/** Every row of a table, as one text to search. */
export async function dump(table: "api_keys" | "audit_log" | "idempotency_keys" | "stores"): Promise<string> {
  const { results } = await env.DB.prepare(`SELECT * FROM ${table}`).all();
  expect(results.length).toBeGreaterThan(0);
  return JSON.stringify(results);
}

/** How many rows a table has. */
export async function countRows(table: "creators" | "stores" | "audit_log" | "api_keys"): Promise<number> {
  const row = await env.DB.prepare(`SELECT count(*) AS n FROM ${table}`).first<{ n: number }>();
  return row?.n ?? -1;
}

/** Expects that a route refuses callers without a key, and keys that have every scope but one of those it needs. */
export async function expectGuarded(method: string, path: string, ...needed: readonly Scope[]): Promise<void> {
  const body = method === "GET" || method === "DELETE" ? undefined : {};
  const anonymous = await api(method, path, body, { authorization: "" });
  expect(anonymous.status).toBe(401);
  expect(anonymous.headers.get("www-authenticate")).toContain("Bearer");
  expect((await api(method, path, body, holding("wmk_00000000000000000000000000000000"))).status).toBe(401);

  for (const scope of needed) {
    const wrong = await createKey(SCOPES.filter((other) => !including(scope).includes(other)));
    expect((await api(method, path, body, holding(wrong.key))).status, `without ${scope}`).toBe(403);
  }
  // A write scope includes reading.
  for (const right of [needed, needed.map((scope) => including(scope).at(-1) ?? scope)]) {
    const { key } = await createKey([...new Set(right)]);
    expect([401, 403], right.join()).not.toContain((await api(method, path, body, holding(key))).status);
  }
}

/** The scopes that each allow what this one does. */
function including(scope: Scope): Scope[] {
  return SCOPES.filter((other) => other === scope || other === scope.replace(":read", ":write"));
}

/**
 * Lets something happen right before the next batch of statements is sent to D1 of which one holds
 * `writing`, by default a write of the API: the worst moment there is.
 */
export function beforeNextWrite(happen: () => Promise<unknown>, writing = "INSERT INTO audit_log (id, time"): void {
  const write = env.DB.batch.bind(env.DB);
  const spy = vi.spyOn(env.DB, "batch");
  if (installed !== null && spy.getMockImplementation() === installed) {
    waiting.push({ happen, writing });
    return;
  }
  waiting = [{ happen, writing }];
  installed = async (statements: D1PreparedStatement[]) => {
    // Clicks, codes and orders are written behind answers too, at any moment; the API's writes have an audit entry.
    if (statements.some((statement) => sqlOf(statement).includes(waiting[0]?.writing ?? ""))) {
      await waiting.shift()?.happen();
    }
    return write(statements);
  };
  spy.mockImplementation(installed as typeof env.DB.batch);
}

/** What is to happen before the next writes of the API, and what sees to it. */
let waiting: { happen: () => Promise<unknown>; writing: string }[] = [];
let installed: unknown = null;

/** The text of a statement, which D1's class keeps but doesn't declare. */
function sqlOf(statement: D1PreparedStatement): string {
  const { statement: text } = statement as unknown as { statement?: unknown };
  if (typeof text !== "string") throw new Error("D1's statements don't show their text any more");
  return text;
}
