import { createExecutionContext } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import worker from "../../../src/index.ts";
import { PARTS } from "../../../src/sales/capture/snippet.generated.ts";
import { previewSchema, taggingPlanSchema } from "../../../src/visits/plan/schema.ts";
import { PREVIEW_MS, readPreview, signPreview } from "../../../src/visits/plan/preview-token.ts";
import { api, bodyOf, expectInvalid, problemOf } from "../../ground/api.ts";
import { createStore } from "../../programme/fixtures.ts";

const ORIGIN = "https://go.brand.example";
const PAGE = "https://shop.example/products/tea?size=2#top";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const get = (path: string): Promise<Response> => exports.default.fetch(`${ORIGIN}/t/${path}`);
const ordinary = async (key: string): Promise<string> => (await get(`ast.js?s=${key}`)).text();

/** The configuration at the end of a script. */
function configOf(script: string): Record<string, unknown> {
  return JSON.parse(/\}\)\((\{.*\}),\[\]\);\n$/.exec(script)?.[1] ?? "null") as Record<string, unknown>;
}

async function previewed(key: string) {
  const store = await createStore({ key, origins: ["https://shop.example"], homeUrl: "https://www.shop.example/" });
  const draft = { storeId: store.id, name: "Our autumn", rules: [{ kind: "form", event: "lead", page: "/contact" }] };
  const plan = bodyOf(taggingPlanSchema, await api("POST", "/tagging-plans", draft));
  const link = bodyOf(previewSchema, await api("POST", `/tagging-plans/${plan.id}/preview`, { page: PAGE }));
  return { store, plan, link, token: new URL(link.url).searchParams.get("wm_preview") ?? "" };
}

describe("what pages carry", () => {
  test("DIO-4, DIX-1: is told of the active plan alone, and of no draft", async () => {
    const { plan } = await previewed("linen");
    expect(configOf(await ordinary("linen"))).not.toHaveProperty("plan");
    await api("POST", `/tagging-plans/${plan.id}/activate`);
    const script = await ordinary("linen");
    expect(configOf(script)).toMatchObject({
      plan: { n: 1, minutes: 30, rules: [["lead", "form", null, null, String.raw`^\/contact\/?$`, null]] },
    });
    for (const part of ["visit", "rules", "banner"] as const) expect(script).toContain(PARTS[part]);
    expect(script).not.toContain(PARTS.preview);
    expect(script).not.toMatch(/Our autumn/);
    await api("POST", `/tagging-plans/${plan.id}/retire`);
    expect(configOf(await ordinary("linen"))).not.toHaveProperty("plan");
  });
});

describe("a preview", () => {
  test("DIX-1: is a link to a page of the store, good for an hour, whose script has the draft's plan", async () => {
    const { link, token, plan } = await previewed("linen");
    expect(token).toMatch(/^[\w.-]+$/);
    expect(link.url).toBe(`https://shop.example/products/tea?size=2&wm_preview=${token}#top`);
    expect(Date.parse(link.expiresAt) - Date.now()).toBeGreaterThan(PREVIEW_MS - 60_000);
    expect(Date.parse(link.expiresAt) - Date.now()).toBeLessThanOrEqual(PREVIEW_MS);
    const response = await get(`preview.js?s=linen&t=${token}`);
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("no-store");
    const script = await response.text();
    expect(configOf(script)).toMatchObject({ store: "linen", plan: { n: plan.version } });
    for (const part of ["preview", "visit", "rules"] as const) expect(script).toContain(PARTS[part]);
    // The one on the page stays what it is for everybody.
    expect(configOf(await ordinary("linen"))).not.toHaveProperty("plan");
  });

  test("that hangs has ended: no link that somebody makes up keeps a page from being counted", async () => {
    const { token } = await previewed("linen");
    const hanging = new Proxy(env.DB, {
      get: (target, name) => {
        if (name === "prepare") return () => hangs;
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    const hangs: unknown = new Proxy(() => hangs, {
      get: (_target, name) => (name === "bind" ? () => hangs : () => new Promise<never>(() => {})),
    });
    vi.spyOn(scheduler, "wait").mockResolvedValue();
    vi.spyOn(console, "error").mockImplementation(() => {});
    const context = createExecutionContext();
    const asked = new Request(`${ORIGIN}/t/preview.js?s=linen&t=${token}`);
    const response = await worker.fetch(asked as never, { ...env, DB: hanging }, context);
    expect([response.status, response.headers.get("content-type")]).toEqual([404, "text/javascript; charset=utf-8"]);
  });

  test("DIX-1: is of the store's own pages alone", async () => {
    const { plan } = await previewed("linen");
    const ask = (page: string) => api("POST", `/tagging-plans/${plan.id}/preview`, { page });
    for (const page of ["https://shop.example.evil.example/", "http://shop.example/", "https://evil.example/"]) {
      expectInvalid(await ask(page), "page");
    }
    expect((await ask("https://www.shop.example/a")).status).toBe(200);
    await api("POST", `/tagging-plans/${plan.id}/activate`);
    expect((await ask(PAGE)).status).toBe(200);
    await api("POST", `/tagging-plans/${plan.id}/retire`);
    expect(problemOf(await ask(PAGE))).toMatchObject({ status: 409, code: "tagging_plan_retired" });
  });

  test("DIX-1: a token that is forged, changed, old, or of another store or state answers nothing of the plan", async () => {
    const { token, plan, store } = await previewed("linen");
    const other = await previewed("flax");
    const [id = "", version = "", expiry = "", mac = ""] = token.split(".");
    const later = (Number.parseInt(expiry, 36) + 60).toString(36);
    const own =
      (await signPreview("x".repeat(43), store.id, {
        planId: plan.id,
        version: 1,
        expiresAt: Date.now() + 1_000_000,
      })) ?? "";
    const bad = [
      "",
      "x",
      other.token,
      own,
      [id, version, later, mac].join("."),
      [id, "2", expiry, mac].join("."),
      [other.plan.id, version, expiry, mac].join("."),
      `${token.slice(0, -2)}${token.at(-2) === "A" ? "B" : "A"}${token.at(-1)}`,
      token.slice(0, -1),
      `${token}a`,
    ];
    for (const given of bad) {
      const response = await get(`preview.js?s=linen&t=${encodeURIComponent(given)}`);
      expect([given, response.status, response.headers.get("cache-control")]).toEqual([given, 404, "no-store"]);
      expect(await response.text()).toMatch(/^\/\*[^*]*\*\/\n$/);
    }
    expect((await get(`preview.js?s=none&t=${token}`)).status).toBe(404);
    // Neither is it a token of anything else.
    expect((await get(`preview.js?s=linen&t=${token}`)).status).toBe(200);
    await api("PATCH", `/tagging-plans/${plan.id}`, { name: "Other" });
    expect((await get(`preview.js?s=linen&t=${token}`)).status).toBe(404);
    const next = bodyOf(previewSchema, await api("POST", `/tagging-plans/${plan.id}/preview`, { page: PAGE }));
    const path = `preview.js?s=linen&t=${new URL(next.url).searchParams.get("wm_preview")}`;
    expect((await get(path)).status).toBe(200);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.parse(next.expiresAt) });
    expect((await get(path)).status).toBe(404);
    vi.useRealTimers();
    await api("POST", `/tagging-plans/${plan.id}/activate`);
    await api("POST", `/tagging-plans/${plan.id}/retire`);
    expect((await get(path)).status).toBe(404);
  });

  test("ends when the store is deleted, and none is made or read without a key", async () => {
    const { token, plan, store } = await previewed("linen");
    expect(await signPreview("short", store.id, { planId: plan.id, version: 1, expiresAt: Date.now() })).toBeNull();
    const asked = { storeId: store.id, token, now: Date.now() };
    expect(await readPreview(undefined, asked)).toBeNull();
    expect(await readPreview(env.VISITOR_KEY, asked)).toMatchObject({ planId: plan.id, version: 1 });
    // Longer than any is given.
    expect(await readPreview(env.VISITOR_KEY, { ...asked, now: asked.now - 60_000 })).toBeNull();
    expect((await api("DELETE", `/stores/${store.id}`)).status).toBe(204);
    expect((await get(`preview.js?s=linen&t=${token}`)).status).toBe(404);
  });
});
