import type { OpenAPIHono } from "@hono/zod-openapi";
import type { AppTypes } from "../../ground/deps.ts";
import type { ApiDocument } from "./docs.ts";

/** The version that the API reference states. */
const VERSION = "0.1.0";

/** The OpenAPI 3.1 document, made from the schemas that validate. */
export function documentOf(app: OpenAPIHono<AppTypes>, origin: string): ApiDocument {
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
