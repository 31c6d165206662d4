import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { etagOf, matchesEtag } from "../../ground/http/etag.ts";
import { Problem } from "../../ground/http/problem.ts";
import { VERSION } from "../ops/version.ts";
import type { ApiDocument } from "./document.ts";
import { docsHeaders, type Pages, pagesOf } from "./frame.ts";

/** A deployment changes what is there, and nothing else does. */
const CACHE = "public, max-age=300";

/** Stands for the origin of the request in the texts; no description has it. */
const ORIGIN_MARK = "https://origin.waymark.invalid";

/** A text of the reference: before, between and after the places of the origin, with the validator that goes with it. */
interface Text {
  pieces: string[];
  etag: string;
  headers: Record<string, string>;
}

/** The reference of an app. */
interface Reference {
  /** The OpenAPI document. */
  json: () => Promise<Text>;
  /** The page of an area, that of the guide for `null`; `null` if there is no such area. */
  page: (anchor: string | null) => Promise<Text | null>;
}

/**
 * The reference of an app. Making it takes a tenth of a second of processor time, and anybody may ask: each text is
 * made once an isolate, when it is first wanted.
 */
function referenceOf(app: OpenAPIHono<AppTypes>): Reference {
  app.openAPIRegistry.registerComponent("securitySchemes", "apiKey", {
    type: "http",
    scheme: "bearer",
    description: "An API key (`wmk_…`), or the deployment's `ADMIN_API_KEY`.",
  });
  const document = once(() => documentOf(app));
  const pages = once((): Pages => pagesOf(document(), ORIGIN_MARK));
  const made = new Map<string | null, () => Promise<Text>>();
  return {
    json: once(async () => textOf(JSON.stringify(document()), { "Content-Type": "application/json" })),
    page: async (anchor) => {
      if (anchor !== null && !pages().anchors.includes(anchor)) return null;
      const make = made.get(anchor) ?? once(async () => textOf(await pages().render(anchor), await docsHeaders()));
      made.set(anchor, make);
      return make();
    },
  };
}

/** Adds the reference of an app to it, at `/openapi.json`, `/docs` and a page of each area below that. */
export function addReference(app: OpenAPIHono<AppTypes>): void {
  const reference = referenceOf(app);
  app.get("/openapi.json", async (c) => answer(c, await reference.json()));
  app.get("/docs", async (c) => answer(c, await reference.page(null)));
  app.get("/docs/:area", async (c) => answer(c, await reference.page(c.req.param("area"))));
}

async function answer(c: Context, text: Text | null): Promise<Response> {
  if (text === null) throw new Problem("not_found", "The reference has no such area: /docs lists them.");
  const headers = { ...text.headers, ETag: text.etag, "Cache-Control": CACHE };
  if (matchesEtag(c.req.header("If-None-Match") ?? "", text.etag)) return c.body(null, 304, headers);
  return c.body(text.pieces.join(originOf(c)), 200, headers);
}

/** The origin that was asked, if it has no character that JSON, HTML or a shell would write otherwise. */
function originOf(c: Context): string {
  const { origin } = new URL(c.req.url);
  return /^https?:\/\/[\w.:[\]-]+$/.test(origin) ? origin : "https://waymark.example";
}

async function textOf(text: string, headers: Record<string, string>): Promise<Text> {
  return { pieces: text.split(ORIGIN_MARK), etag: await etagOf(text), headers };
}

/** Does work once, for all who ask meanwhile too. It waits for nothing but the processor, so no request depends on another's. */
function once<Result>(work: () => Result): () => Result {
  let done: { result: Result } | null = null;
  return () => (done ??= { result: work() }).result;
}

/** The OpenAPI 3.1 document, made from the schemas that validate. */
function documentOf(app: OpenAPIHono<AppTypes>): ApiDocument {
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Waymark API",
      version: VERSION,
      description:
        "Short links for creator marketing, with counts that add up. Errors are RFC 9457 problems with a stable `code`; times are ISO 8601 in UTC; lists are paged by cursor; a POST takes an Idempotency-Key.",
    },
    servers: [{ url: ORIGIN_MARK }],
  }) as unknown as ApiDocument;
}
