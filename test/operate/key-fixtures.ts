import { expect } from "vitest";
import { type Scope, SCOPES } from "../../src/ground/http/auth.ts";
import { apiKeyWithKey } from "../../src/operate/api-key/schema.ts";
import { api, bodyOf, holding } from "../ground/api.ts";

/** Creates an API key. */
export async function createKey(scopes: readonly Scope[], body: Record<string, unknown> = {}) {
  return bodyOf(apiKeyWithKey, await api("POST", "/api-keys", { name: "Test", scopes, ...body }));
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
