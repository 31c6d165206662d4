import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { apiKeyWithKey } from "../../../src/operate/api-key/schema.ts";
import { storeWithSecret } from "../../../src/programme/store/schema.ts";
import { api, bodyOf, expectInvalid, holding, problemOf } from "../api.ts";
import { countRows, dump } from "../rows.ts";
import { createKey } from "../../operate/key-fixtures.ts";
import { createStore } from "../../programme/fixtures.ts";

const DAY_MS = 86_400_000;
const once = (key: string) => ({ "idempotency-key": key });

describe("a POST repeated with its Idempotency-Key", () => {
  test("gets the same answer, secret and all, and changes nothing", async () => {
    const body = { name: "Shop" };
    const first = await api("POST", "/stores", body, once("a"));
    const { secret } = bodyOf(storeWithSecret, first);
    const second = await api("POST", "/stores", body, once("a"));
    expect(second.status).toBe(201);
    expect(second.body).toEqual(first.body);
    expect(secret).toHaveLength(32);
    expect(await countRows("stores")).toBe(1);
    expect(await countRows("audit_log")).toBe(1);
  });

  test("gets the same API key, and the key works", async () => {
    const body = { name: "Test", scopes: ["plans:read"] };
    const first = bodyOf(apiKeyWithKey, await api("POST", "/api-keys", body, once("a")));
    const second = bodyOf(apiKeyWithKey, await api("POST", "/api-keys", body, once("a")));
    expect(second).toEqual(first);
    expect((await api("GET", "/creators", undefined, holding(second.key))).status).toBe(200);
    expect(await countRows("api_keys")).toBe(1);
  });

  test("leaves no secret in the database, neither as text nor as base64", async () => {
    const { secret } = bodyOf(storeWithSecret, await api("POST", "/stores", { name: "Shop" }, once("a")));
    const keyBody = { name: "Test", scopes: ["plans:read"] };
    const { key } = bodyOf(apiKeyWithKey, await api("POST", "/api-keys", keyBody, once("a")));
    for (const table of ["idempotency_keys", "audit_log", "stores", "api_keys"] as const) {
      const text = await dump(table);
      // Sealed answers are base64: whatever lies open in one would be seen after decoding.
      const decoded = [...text.matchAll(/[A-Za-z0-9+/]{24,}={0,2}/g)].map(([part]) => decodedBase64(part));
      for (const hidden of [secret, key, "Bearer", env.ADMIN_API_KEY]) {
        expect(text, table).not.toContain(hidden);
        expect(decoded.join("\n"), table).not.toContain(hidden);
      }
    }
    expect(await dump("idempotency_keys")).not.toContain("Shop");
  });

  test("with another body is refused, and the first answer stands", async () => {
    const first = await api("POST", "/stores", { name: "Shop" }, once("a"));
    const other = await api("POST", "/stores", { name: "Other" }, once("a"));
    expect(problemOf(other)).toMatchObject({ status: 409, code: "idempotency_key_reused" });
    expect((await api("POST", "/stores", { name: "Shop" }, once("a"))).body).toEqual(first.body);
    expect(await countRows("stores")).toBe(1);
  });

  test("at the same moment makes one thing", async () => {
    const body = { name: "Shop" };
    const answers = await Promise.all([1, 2, 3, 4].map(() => api("POST", "/stores", body, once("a"))));
    expect(answers.map((answer) => answer.status)).toEqual([201, 201, 201, 201]);
    for (const answer of answers) expect(answer.body).toEqual(answers[0]?.body);
    expect(await countRows("stores")).toBe(1);
    expect(await countRows("audit_log")).toBe(1);
  });

  test("at the same moment makes one thing where a unique name would clash", async () => {
    const body = { name: "Shop", key: "shop" };
    const answers = await Promise.all([1, 2].map(() => api("POST", "/stores", body, once("a"))));
    expect(answers.map((answer) => answer.status)).toEqual([201, 201]);
    expect(answers[1]?.body).toEqual(answers[0]?.body);
  });

  test("a day later is a new request", async () => {
    await api("POST", "/stores", { name: "Shop" }, once("a"));
    await env.DB.prepare("UPDATE idempotency_keys SET created_at = created_at - ?").bind(DAY_MS).run();
    expect((await api("POST", "/stores", { name: "Other" }, once("a"))).status).toBe(201);
    expect(await countRows("stores")).toBe(2);
  });

  test("within the day is still the same request", async () => {
    await api("POST", "/stores", { name: "Shop" }, once("a"));
    await env.DB.prepare("UPDATE idempotency_keys SET created_at = created_at - ?")
      .bind(DAY_MS - 60_000)
      .run();
    await api("POST", "/stores", { name: "Shop" }, once("a"));
    expect(await countRows("stores")).toBe(1);
  });

  test("after a refusal is tried anew", async () => {
    const first = await createStore({ key: "shop" });
    const body = { name: "Other", key: "shop" };
    expect((await api("POST", "/stores", body, once("a"))).status).toBe(409);
    await api("DELETE", `/stores/${first.id}`);
    expect((await api("POST", "/stores", body, once("a"))).status).toBe(201);
  });

  test("gets its answer also when the Authorization header is spelled in another way", async () => {
    const first = await api("POST", "/stores", { name: "Shop" }, once("a"));
    const spelled = { ...once("a"), authorization: `bearer  ${env.ADMIN_API_KEY}` };
    expect((await api("POST", "/stores", { name: "Shop" }, spelled)).body).toEqual(first.body);
  });

  test("is refused, not broken, when its answer can't be opened any more", async () => {
    await api("POST", "/stores", { name: "Shop" }, once("a"));
    // As after a change of ADMIN_API_KEY: the caller is `bootstrap` still, but the seal is another.
    await env.DB.prepare("UPDATE idempotency_keys SET answer = ?")
      .bind(`${btoa("x".repeat(12))}.${btoa("x".repeat(64))}`)
      .run();
    const answer = await api("POST", "/stores", { name: "Shop" }, once("a"));
    expect(problemOf(answer)).toMatchObject({ status: 409, code: "idempotency_key_reused" });
    expect(await countRows("stores")).toBe(1);
  });
});

describe("an Idempotency-Key", () => {
  test("belongs to its caller", async () => {
    const [ana, ben] = [
      await createKey(["settings:write", "orders:write"]),
      await createKey(["settings:write", "orders:write"]),
    ];
    const first = await api("POST", "/stores", { name: "Shop" }, { ...holding(ana.key), ...once("a") });
    const second = await api("POST", "/stores", { name: "Shop" }, { ...holding(ben.key), ...once("a") });
    expect(second.status).toBe(201);
    expect(second.body).not.toEqual(first.body);
    expect(await countRows("stores")).toBe(2);
  });

  test("belongs to its route", async () => {
    await api("POST", "/stores", { name: "Shop" }, once("a"));
    expect((await api("POST", "/domains", { hostname: "go.lea.example" }, once("a"))).status).toBe(201);
  });

  test("of a revoked key opens nothing", async () => {
    const { id, key } = await createKey(["settings:write", "orders:write"]);
    const headers = { ...holding(key), ...once("a") };
    await api("POST", "/stores", { name: "Shop" }, headers);
    await api("DELETE", `/api-keys/${id}`);
    expect((await api("POST", "/stores", { name: "Shop" }, headers)).status).toBe(401);
  });

  test("may have 1 to 255 characters", async () => {
    expect((await api("POST", "/stores", { name: "Shop" }, once("k".repeat(255)))).status).toBe(201);
    for (const key of ["", "k".repeat(256)]) {
      expectInvalid(await api("POST", "/stores", { name: "Shop" }, once(key)), "Idempotency-Key");
    }
  });

  test("left out, each POST is its own", async () => {
    for (let index = 0; index < 2; index++) await api("POST", "/stores", { name: "Shop" });
    expect(await countRows("stores")).toBe(2);
  });
});

function decodedBase64(text: string): string {
  try {
    return atob(text);
  } catch {
    return "";
  }
}
