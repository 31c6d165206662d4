import { env } from "cloudflare:workers";
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import worker from "../../src/index.ts";
import { linkSchema } from "../../src/links/link/schema.ts";
import { RESERVED_SEGMENTS } from "../../src/edge/link/slug.ts";
import { api, bodyOf, holding } from "../ground/api.ts";
import { createDomain } from "../links/link-fixtures.ts";
import { destination, SHORT_ORIGIN, visitToTheEnd } from "../edge/visit.ts";

afterEach(() => {
  vi.useRealTimers();
});

/** Bindings of an isolate of its own, whose database counts who looks for a link. */
function isolate() {
  const withSession = vi.fn((constraint?: string) => env.DB.withSession(constraint));
  const DB = { withSession, prepare: (sql: string) => env.DB.prepare(sql), batch: env.DB.batch.bind(env.DB) };
  const UNKNOWN_SLUGS = { limit: () => Promise.resolve({ success: true }) };
  const changes = { DB, UNKNOWN_SLUGS, CLICK_QUEUE: { send: async () => undefined } };
  return { bindings: { ...env, ...changes } as unknown as Env, withSession };
}

/** How many addresses an isolate remembers, as it says itself. */
async function remembered(bindings: Env): Promise<number> {
  const request = new Request<unknown, IncomingRequestCfProperties>(`${SHORT_ORIGIN}/metrics`, {
    headers: holding(env.ADMIN_API_KEY),
  });
  const context = createExecutionContext();
  const text = await (await worker.fetch(request, bindings, context)).text();
  await waitOnExecutionContext(context);
  return Number(/^waymark_isolate_cached_addresses (\d+)$/m.exec(text)?.[1]);
}

async function createLink(body: object = {}) {
  return bodyOf(linkSchema, await api("POST", "/links", { url: "https://shop.example/", ...body }));
}

/** The first so many ways of writing a slug in upper and lower case. */
function spellings(slug: string, count: number): string[] {
  return Array.from({ length: count }, (_none, mask) =>
    Array.from(slug, (letter, index) => ((mask >> index) & 1 ? letter.toUpperCase() : letter.toLowerCase())).join(""),
  );
}

describe("G-8: a reserved word with something behind it", () => {
  it.each(["+", "%2B", "/", "+/", "++"])("and %s takes nothing from the word", async (tail) => {
    const { bindings, withSession } = isolate();
    for (const word of RESERVED_SEGMENTS) {
      for (const text of [word, word.toUpperCase(), `%${word.charCodeAt(0).toString(16)}${word.slice(1)}`]) {
        const { status } = await visitToTheEnd(`/${text}${tail}`, {}, bindings);
        expect(status, text + tail).not.toBe(503);
      }
    }
    expect(withSession).not.toHaveBeenCalled();
    expect(await remembered(bindings)).toBe(0);
    for (const path of ["/healthz", "/docs", "/openapi.json", "/robots.txt"]) {
      expect((await visitToTheEnd(path, {}, bindings)).status, path).toBe(200);
    }
  });

  it("is no preview", async () => {
    const response = await visitToTheEnd("/healthz+", { "Accept-Language": "en" }, isolate().bindings);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain("There is no such link");
  });
});

describe("G-14: a link written in a thousand ways", () => {
  it("takes the room of one, and is looked up once", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const link = await createLink({ slug: "Summer-Sale" });
    const { bindings, withSession } = isolate();
    for (const slug of spellings(link.slug, 24)) {
      for (const path of [`/${slug}`, `/${slug}/`, `/%${slug.charCodeAt(0).toString(16)}${slug.slice(1)}`]) {
        expect((await visitToTheEnd(path, {}, bindings)).status, path).toBe(302);
      }
    }
    expect(withSession).toHaveBeenCalledTimes(1);
    expect(await remembered(bindings)).toBe(2);
  });

  it("leads to links of their own where the domain tells case apart", async () => {
    const domain = "go.brand.example";
    await createDomain({ hostname: domain, caseSensitive: true });
    await createLink({ slug: "Mia", domain, url: "https://shop.example/upper" });
    await createLink({ slug: "mia", domain, url: "https://shop.example/lower" });
    await createLink({ slug: "noa", url: "https://shop.example/any" });
    await createLink({ slug: "Noa", domain, url: "https://shop.example/own" });
    const { bindings } = isolate();
    const to = async (slug: string) => destination(await visitToTheEnd(`/${slug}`, {}, bindings)).pathname;
    for (let round = 0; round < 2; round++) {
      expect(await to("mia")).toBe("/lower");
      expect(await to("Mia")).toBe("/upper");
      expect((await visitToTheEnd("/MIA", {}, bindings)).status).toBe(404);
      expect(await to("noa")).toBe("/any");
      expect(await to("NOA")).toBe("/any");
      expect(await to("Noa")).toBe("/own");
    }
  });

  it("is no reason to look up what can't be a slug", async () => {
    const { bindings, withSession } = isolate();
    for (const path of ["/a%20b", "/a.php", "/wp-login.php", "/%F0%9F%98%80", `/${"x".repeat(65)}`, "/a%2fb", "/%ff"]) {
      expect((await visitToTheEnd(path, {}, bindings)).status, path).toBe(404);
      expect((await visitToTheEnd(`${path}+`, {}, bindings)).status, path).toBe(404);
    }
    expect(withSession).not.toHaveBeenCalled();
    expect(await remembered(bindings)).toBe(0);
  });
});
