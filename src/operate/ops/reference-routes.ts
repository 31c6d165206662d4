import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { etagOf, matchesEtag } from "../../ground/http/etag.ts";
import { type ApiDocument, docsHeaders, renderDocs } from "./docs.ts";
import { VERSION } from "./version.ts";

/** A deployment changes what is there, and nothing else does. */
const CACHE = "public, max-age=300";

/** Stands for the origin of the request in the text of the document; no description has it. */
const ORIGIN_MARK = "https://origin.waymark.invalid";

/** The reference of the API, as texts with the validator that goes with each. */
interface Reference {
  /** The OpenAPI document: before, between and after the places of the origin. */
  json: () => Promise<{ pieces: string[]; etag: string }>;
  page: () => Promise<{ text: string; etag: string; headers: Record<string, string> }>;
}

/**
 * The reference of an app. Making it takes a tenth of a second of processor time, and anybody may ask: it is
 * made once an isolate, when it is first wanted.
 */
function referenceOf(app: OpenAPIHono<AppTypes>): Reference {
  app.openAPIRegistry.registerComponent("securitySchemes", "apiKey", {
    type: "http",
    scheme: "bearer",
    description: "An API key (`wmk_…`), or the deployment's `ADMIN_API_KEY`.",
  });
  return {
    json: once(async () => {
      const text = JSON.stringify(documentOf(app, ORIGIN_MARK));
      return { pieces: text.split(ORIGIN_MARK), etag: await etagOf(text) };
    }),
    page: once(async () => {
      const text = String(await renderDocs(documentOf(app, ORIGIN_MARK)));
      return { text, etag: await etagOf(text), headers: await docsHeaders() };
    }),
  };
}

/** Adds the reference of an app to it, at `/openapi.json` and `/docs`. */
export function addReference(app: OpenAPIHono<AppTypes>): void {
  const reference = referenceOf(app);
  app.get("/openapi.json", (c) => answerDocument(c, reference));
  app.get("/docs", (c) => answerDocs(c, reference));
}

async function answerDocument(c: Context, reference: Reference): Promise<Response> {
  const { pieces, etag } = await reference.json();
  const headers = { ETag: etag, "Cache-Control": CACHE, "Content-Type": "application/json" };
  if (matchesEtag(c.req.header("If-None-Match") ?? "", etag)) return c.body(null, 304, headers);
  // An origin has no character that JSON writes otherwise (WHATWG URL, section 3.1).
  return c.body(pieces.join(new URL(c.req.url).origin), 200, headers);
}

async function answerDocs(c: Context, reference: Reference): Promise<Response> {
  const { text, etag, headers: own } = await reference.page();
  const headers = { ...own, ETag: etag, "Cache-Control": CACHE };
  return matchesEtag(c.req.header("If-None-Match") ?? "", etag)
    ? c.body(null, 304, headers)
    : c.body(text, 200, headers);
}

/** Does work once, for all who ask meanwhile too. It waits for nothing but the processor, so no request depends on another's. */
function once<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let done: Promise<Result> | null = null;
  return async () => (done ??= work());
}

/** The OpenAPI 3.1 document, made from the schemas that validate. */
function documentOf(app: OpenAPIHono<AppTypes>, origin: string): ApiDocument {
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Waymark API",
      version: VERSION,
      description:
        "Short links for creator marketing, with counts that add up. Errors are RFC 9457 problems with a stable `code`; times are ISO 8601 in UTC; lists are paged by cursor; a POST takes an Idempotency-Key.",
    },
    servers: [{ url: origin }],
  }) as unknown as ApiDocument;
}
