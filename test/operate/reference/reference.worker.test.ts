import type { RouteConfig } from "@hono/zod-openapi";
import { exports } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { createApp } from "../../../src/app.ts";
import { PROBLEMS } from "../../../src/ground/http/problem.ts";
import type * as z from "../../../src/ground/http/zod.ts";
import { BODIES, FILES, QUERIES } from "../../../src/operate/reference/bodies.ts";
import { type ApiDocument, type Area, areasOf } from "../../../src/operate/reference/document.ts";
import { docsHeaders, pagesOf } from "../../../src/operate/reference/frame.ts";
import { keyOf, requestOf } from "../../../src/operate/reference/request.ts";

const ORIGIN = "https://go.brand.example";

let document: ApiDocument;
let areas: Area[];
/** The pages by their paths. */
const pages = new Map<string, string>();

async function open(path: string, init: RequestInit = {}): Promise<Response> {
  return exports.default.fetch(`${ORIGIN}${path}`, init);
}

beforeAll(async () => {
  document = await (await open("/openapi.json")).json();
  areas = areasOf(document);
  for (const path of ["/docs", ...areas.map(({ anchor }) => `/docs/${anchor}`)]) {
    const response = await open(path);
    expect(response.status, path).toBe(200);
    // How its source is wrapped makes no difference to who reads it.
    pages.set(path, (await response.text()).replaceAll(/\n(?=<|\w)/g, " "));
  }
});

/** The content of an element of a page. */
function contentOf(page: string, tag: string): string {
  return new RegExp(`<${tag}>(.*?)</${tag}>`, "s").exec(page)?.[1] ?? "";
}

/** A page without its style, its scripts and its examples. */
function textOf(page: string): string {
  return page.replaceAll(/<(style|script|pre)\b.*?<\/\1>/gs, "");
}

async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `sha256-${new Uint8Array(digest).toBase64()}`;
}

describe("a page of the reference", () => {
  test("runs and loads nothing but its own style and script", async () => {
    const response = await open("/docs/links");
    const page = await response.text();
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    const [style, script] = [contentOf(page, "style"), contentOf(page, "script")];
    expect(response.headers.get("content-security-policy")).toBe(
      `default-src 'none'; style-src '${await hashOf(style)}'; script-src '${await hashOf(script)}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(style).not.toMatch(/url\(|@import/);
    expect(script).not.toMatch(/fetch\(|import\(|localStorage|sessionStorage|cookie/);
    for (const page of pages.values()) {
      expect(page.match(/<style/g)).toHaveLength(1);
      expect(page.match(/<script/g)).toHaveLength(2);
      expect(page).not.toMatch(/<(link|img|iframe|object|embed|base|form)\b/i);
      expect(textOf(page)).not.toMatch(/<[^>]+\s(style|src|srcset|on\w+)=/i);
    }
  });

  test("is told from its cache's copy, and only areas have one", async () => {
    const first = await open("/docs/links");
    const etag = first.headers.get("etag") ?? "";
    await first.text();
    expect((await open("/docs/links", { headers: { "If-None-Match": etag } })).status).toBe(304);
    expect((await open("/docs/codes", { headers: { "If-None-Match": etag } })).status).toBe(200);
    expect((await open("/docs/nothing")).status).toBe(404);
  });

  test("has links that lead somewhere, and each id once", () => {
    const idsOf = (page: string) => [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id ?? "");
    const ids = new Map([...pages].map(([path, page]) => [path, new Set(idsOf(textOf(page)))]));
    for (const [path, page] of pages) {
      expect(new Set(idsOf(page)).size, path).toBe(idsOf(page).length);
      for (const [, href = ""] of page.matchAll(/\shref="([^"]*)"/g)) {
        if (href === "/openapi.json") continue;
        const [target, id] = href.split("#");
        const found = ids.get(target === "" ? path : (target ?? ""));
        expect(found, `${path}: ${href}`).toBeDefined();
        if (id !== undefined) expect(found?.has(id), `${path}: ${href}`).toBe(true);
      }
    }
  });

  test("shows code as code, and nothing as what it isn't", () => {
    for (const [path, page] of pages) {
      expect(textOf(page).match(/.{0,60}(?:`|\[object|\bundefined\b|class="t">any).{0,20}/g), path).toBeNull();
      for (const [, code = ""] of page.matchAll(/<pre tabindex="0">(.*?)<\/pre>/gs)) {
        expect(code, path).not.toMatch(/\[object|\bundefined\b|: any\b|\bNaN\b/);
      }
    }
  });

  test("escapes whatever the document says", async () => {
    const evil = `</script><script>alert("1")</script>'"&\``;
    const schema = {
      type: evil,
      description: evil,
      default: evil,
      pattern: evil,
      properties: { [evil]: { type: evil, description: evil, enum: [evil, "2"] } },
    };
    const content = { "application/json": { schema }, [evil]: { schema } };
    const operation = {
      summary: evil,
      description: evil,
      tags: [evil],
      parameters: [{ name: evil, in: "query", required: true, description: evil, schema }],
      requestBody: { content },
      responses: { 200: { description: evil, content } },
    };
    const evilDocument: ApiDocument = {
      info: { title: evil, version: evil, description: evil },
      paths: { [evil]: { get: operation } },
      components: { schemas: {} },
    };
    const made = pagesOf(evilDocument, ORIGIN);
    for (const anchor of [null, ...made.anchors]) {
      const page = await made.render(anchor);
      expect(page).toContain("&lt;script&gt;");
      expect(page.match(/<script/g)).toHaveLength(2);
      expect(page.match(/<\/script>/g)).toHaveLength(2);
      // Every quote that is left delimits an attribute of the page's own.
      for (const [tag] of textOf(page).matchAll(/<[a-z][^>]*>/g)) {
        expect(tag.match(/"/g)?.length ?? 0, tag).toBe((tag.match(/ [a-z-]+="/g)?.length ?? 0) * 2);
      }
    }
    expect((await docsHeaders())["Content-Security-Policy"]).not.toContain("unsafe");
  });

  test("has no host's quotes or dollars in its commands", async () => {
    const app = await createApp();
    const page = await (await app.request("https://a'$(id)`b.example/docs/links")).text();
    expect(page.includes("curl &#39;https://waymark.example/api/v1/links&#39;")).toBe(true);
    expect(page.includes("$(id)")).toBe(false);
  });
});

describe("the reference", () => {
  test("has every operation with its summary, path, scopes and parameters", () => {
    for (const { anchor: area, entries } of areas) {
      const page = pages.get(`/docs/${area}`) ?? "";
      expect(page.match(/<section class="op"/g), area).toHaveLength(entries.length);
      for (const { anchor, method, operation, path } of entries) {
        const [, section = ""] = new RegExp(`<section class="op" id="${anchor}">(.*?)</section>`, "s").exec(page) ?? [];
        expect(section).toContain(`<span class="m ${method}">${method}</span><code>${path}</code>`);
        for (const { name } of operation.parameters ?? []) expect(section).toContain(`<code class="n">${name}</code>`);
        for (const scope of Object.values(operation.security?.[0] ?? {}).flat()) {
          expect(section, anchor).toContain(`<code>${scope}</code>`);
        }
        expect(pages.get("/docs")).toContain(`href="/docs/${area}#${anchor}"`);
      }
    }
  });

  test("tells tiers and variants by what tells them apart", () => {
    const page = pages.get("/docs/tracking-plans") ?? "";
    const [, plan = ""] = /id="post-tracking-plans">(.*?)<\/section>/s.exec(page) ?? [];
    for (const value of ["percentage", "fixed", "cartValue", "quantity"]) {
      expect(plan).toContain(`<code>type</code> is <code>${value}</code>`);
    }
    expect(plan).toContain('<code class="n">tiers</code>');
    // What both commissions have alike is told once.
    expect(plan.match(/<code class="n">holdDays<\/code>/g)).toHaveLength(1);
    const [, trigger = ""] =
      /id="schema-ConversionTrigger">(.*?)<div class="s"/s.exec(pages.get("/docs/conversions") ?? "") ?? [];
    for (const value of ["url", "event", "segment", "order", "call", "manual"]) {
      expect(trigger).toContain(`<code>type</code> is <code>${value}</code>`);
    }
  });

  test("says of every problem what it means, and the way out", () => {
    for (const [code, { title }] of Object.entries(PROBLEMS)) {
      const [, told = ""] = new RegExp(`id="problem-${code}">(.*?)</dd>`, "s").exec(pages.get("/docs") ?? "") ?? [];
      expect(told, code).toContain(title.replaceAll("'", "&#39;"));
      expect(told.replaceAll(/<[^>]*>/g, "").length, code).toBeGreaterThan(code.length + title.length + 10);
    }
  });

  test("has examples that its own schemas take", async () => {
    const { openAPIRegistry } = await createApp();
    const routes = new Map<string, RouteConfig>(
      openAPIRegistry.definitions.flatMap((definition) =>
        definition.type === "route"
          ? [[`${definition.route.method} ${definition.route.path}`, definition.route] as const]
          : [],
      ),
    );
    const entries = areas.flatMap((area) => area.entries);
    for (const entry of entries) {
      const name = keyOf(entry);
      const given = routes.get(`${entry.method.toLowerCase()} ${entry.path}`)?.request;
      const { body, target } = requestOf(document, entry);
      const query = given?.query as z.ZodType | undefined;
      const asked = query?.safeParse(Object.fromEntries(new URL(target, ORIGIN).searchParams));
      expect(asked?.error?.issues ?? [], name).toEqual([]);
      if (body === null || !("json" in body)) continue;
      const content = given?.body?.content as Record<string, { schema: z.ZodType }> | undefined;
      expect(content?.["application/json"]?.schema.safeParse(body.json).error?.issues ?? [], name).toEqual([]);
    }
    const names = new Set(entries.map(keyOf));
    for (const name of [BODIES, FILES, QUERIES].flatMap((table) => Object.keys(table))) expect(names).toContain(name);
  });
});
