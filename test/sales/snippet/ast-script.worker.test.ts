import { env, exports } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { PARTS, SNIPPET, SNIPPET_GOALS } from "../../../src/sales/capture/snippet.generated.ts";
import { putBinding, putNumber, putPool } from "../../calls/call-rows.ts";
import { api } from "../../ground/api.ts";
import { createStore } from "../../programme/fixtures.ts";
import { define } from "../../conversions/definition-fixtures.ts";
import type { Trigger } from "../../../src/ground/model/conversion.ts";

const ORIGIN = "https://go.brand.example";

function get(query: string, init: RequestInit = {}): Promise<Response> {
  return exports.default.fetch(`${ORIGIN}/t/ast.js${query}`, init);
}

/** The configuration at the head of a script. */
function configOf(script: string): unknown {
  return JSON.parse(/\}\)\((\{.*?\}),\[\]\);\n$/.exec(script)?.[1] ?? "null");
}

/** Whether a script is a comment and nothing else. */
const isInert = (script: string): boolean => /^\/\*[^*]*\*\/\n$/.test(script);

afterEach(() => vi.restoreAllMocks());

describe("GET /t/ast.js", () => {
  it("serves the snippet with the store's settings at its head", async () => {
    const store = await createStore({
      key: "linen",
      clickParam: "ref",
      consentPolicy: "implied",
      attribution: { windowDays: 7 },
    });
    const response = await get(`?s=${store.key}`);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "text/javascript; charset=utf-8",
      "cache-control": "public, max-age=300, stale-while-revalidate=600",
      "access-control-allow-origin": "*",
      "cross-origin-resource-policy": "cross-origin",
      "x-content-type-options": "nosniff",
      etag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
    });
    expect(response.headers.has("set-cookie")).toBe(false);
    expect(response.headers.has("access-control-allow-credentials")).toBe(false);
    const script = await response.text();
    expect(configOf(script)).toEqual({
      base: `${ORIGIN}/t/`,
      store: "linen",
      param: "ref",
      keep: 7 * 86_400,
      policy: "implied",
    });
    expect(script).toContain(SNIPPET);
    expect(script).not.toContain(store.secret);
  });

  it("tells a store without a policy the deployment's, and a made-up key works", async () => {
    const store = await createStore();
    expect(configOf(await (await get(`?s=${store.key}`)).text())).toMatchObject({
      store: store.key,
      policy: "regional",
    });
  });

  it("BXX-4: carries what swaps numbers for a store that has some to show, and tells which; no other store's", async () => {
    const [store, other] = [await createStore(), await createStore()];
    const wanted = async () => (await get(`?s=${store.key}`)).text();
    const [target, second] = ["+493012345678", "+35312345678"];
    // Offline, and in no page.
    const poster = await putNumber({ storeId: store.id, target });
    await putBinding(poster, { offline: true });
    await putBinding(await putNumber({ storeId: store.id }));
    expect(configOf(await wanted())).not.toHaveProperty("numbers");
    await putPool({ storeId: store.id, target: second });
    await putPool({ storeId: other.id });
    const script = await wanted();
    expect(configOf(script)).toMatchObject({ numbers: [[second, 3]] });
    expect(script).toContain(PARTS.number + SNIPPET_GOALS);
    expect(script).not.toContain(PARTS.visit);
    await putBinding(await putNumber({ storeId: store.id, target }));
    expect(configOf(await wanted())).toMatchObject({
      numbers: [
        [second, 3],
        [target, 2],
      ],
    });
    await env.DB.prepare("UPDATE number_pools SET deleted_at = 1").run();
    await env.DB.prepare("UPDATE number_bindings SET ends_at = 1").run();
    expect(await wanted()).toContain(SNIPPET);
  });

  it.each<[string, Trigger, boolean, boolean]>([
    ["a page", { type: "url", url: { is: "contains", value: "/x" }, where: [] }, true, true],
    ["an event", { type: "event", event: "a", where: [] }, true, false],
    ["a script", { type: "script", where: [] }, true, false],
    ["who is known", { type: "identified" }, true, false],
    [
      "a contact's pages",
      { type: "segment", all: [{ about: "url", name: "x", is: "at_least", times: 1 }] },
      true,
      true,
    ],
    [
      "a contact",
      { type: "segment", all: [{ about: "field", field: "a", is: "equals", value: '"about":"url"' }] },
      true,
      false,
    ],
    ["an order", { type: "order", which: "any", minimumMinor: null, skus: [] }, false, false],
    ["a hand", { type: "manual" }, false, false],
  ])("tells what visitors do where an active definition asks for %s", async (_name, trigger, goals, pages) => {
    const store = await createStore();
    const scriptNow = async () => (await get(`?s=${store.key}`)).text();
    for (const status of ["draft", "archived"] as const)
      await define({ storeId: store.id, status, triggers: [trigger] });
    await define({ storeId: (await createStore()).id, triggers: [trigger] });
    expect(await scriptNow()).toContain(SNIPPET);
    await define({ storeId: store.id, triggers: [{ type: "manual" }, trigger] });
    const script = await scriptNow();
    expect([script.includes(SNIPPET_GOALS), script.includes(SNIPPET)]).toEqual([goals, !goals]);
    expect((configOf(script) as { pages?: boolean }).pages).toBe(pages ? true : undefined);
  });

  it("is validated by its ETag, which changes with the store's settings", async () => {
    const store = await createStore();
    const first = await get(`?s=${store.key}`);
    const etag = first.headers.get("etag") ?? "";
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const again = await get(`?s=${store.key}`, { headers: { "If-None-Match": known } });
      expect(again.status).toBe(304);
      expect(again.headers.get("etag")).toBe(etag);
      expect(again.headers.get("cache-control")).toBe(first.headers.get("cache-control"));
      expect(await again.text()).toBe("");
    }
    await api("PATCH", `/stores/${store.id}`, { consentPolicy: "strict" });
    const changed = await get(`?s=${store.key}`, { headers: { "If-None-Match": etag } });
    expect(changed.status).toBe(200);
    expect(changed.headers.get("etag")).not.toBe(etag);
  });

  it("answers HEAD as GET, and refuses the rest", async () => {
    const store = await createStore();
    const head = await get(`?s=${store.key}`, { method: "HEAD" });
    expect(head.status).toBe(200);
    expect(head.headers.get("etag")).toBe((await get(`?s=${store.key}`)).headers.get("etag"));
    expect(await head.text()).toBe("");
    const post = await get(`?s=${store.key}`, { method: "POST" });
    expect([post.status, post.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  });

  it("asks the database once", async () => {
    const store = await createStore();
    const prepare = vi.spyOn(env.DB, "prepare");
    await get(`?s=${store.key}`);
    expect(prepare).toHaveBeenCalledTimes(1);
  });

  it.each([
    ["none", ""],
    ["an empty one", "?s="],
    ["an unknown one", "?s=nobody"],
    ["a long one", `?s=${"a".repeat(5000)}`],
    ["a script", "?s=*/alert(1)//%3C/script%3E"],
    ["one in capitals", "?s=DEMO"],
    ["a broken one", "?s=%E0%A4%A"],
  ])("with a key that is %s is a script that does nothing", async (_name, query) => {
    const response = await get(query);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
    expect(response.headers.get("cache-control")).toBe("public, max-age=60");
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.has("etag")).toBe(false);
    expect(await response.text()).toSatisfy(isInert);
  });

  it("does nothing for a store that was deleted", async () => {
    const store = await createStore();
    const etag = (await get(`?s=${store.key}`)).headers.get("etag") ?? "";
    expect((await api("DELETE", `/stores/${store.id}`)).status).toBeLessThan(300);
    const response = await get(`?s=${store.key}`, { headers: { "If-None-Match": etag } });
    expect(response.status).toBe(200);
    expect(await response.text()).toSatisfy(isInert);
  });

  describe("while the database fails", () => {
    it("is a script that does nothing, and that nobody keeps", async () => {
      const store = await createStore();
      vi.spyOn(console, "error").mockReturnValue();
      vi.spyOn(env.DB, "prepare").mockImplementation(() => {
        throw new Error("D1_ERROR: Network connection lost.");
      });
      const response = await get(`?s=${store.key}`);
      expect([response.status, response.headers.get("cache-control")]).toEqual([200, "no-store"]);
      expect(response.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
      expect(await response.text()).toSatisfy(isInert);
    });

    it("leaves a browser the copy that it has", async () => {
      const store = await createStore();
      const etag = (await get(`?s=${store.key}`)).headers.get("etag") ?? "";
      vi.spyOn(console, "error").mockReturnValue();
      vi.spyOn(env.DB, "prepare").mockImplementation(() => {
        throw new Error("D1_ERROR: Network connection lost.");
      });
      const response = await get(`?s=${store.key}`, { headers: { "If-None-Match": etag } });
      expect([response.status, response.headers.get("cache-control")]).toEqual([304, "public, max-age=60"]);
    });
  });
});
