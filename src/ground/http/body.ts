import { createMiddleware } from "hono/factory";
import type { AppTypes } from "../deps.ts";
import { Problem } from "./problem.ts";

/** Largest body of an admin request, bytes. 500 links with every field filled fit. */
export const MAX_BODY_BYTES = 1_048_576;

/**
 * Reads a body up to a limit, however it was announced. Throws a `Problem` (413) past it, having
 * kept no more than the limit in memory.
 */
export async function readBounded(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = new Problem("body_too_large", `A body may have ${limit} bytes at most.`);
  if (Number(request.headers.get("content-length") ?? 0) > limit) throw tooLarge;
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body as ReadableStream<Uint8Array>) {
    size += chunk.length;
    if (size > limit) throw tooLarge;
    chunks.push(chunk);
  }
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}

/**
 * Middleware for routes that take JSON: bounds the body, refuses what isn't UTF-8 JSON (400), and
 * takes any content type for JSON, since `curl -d` names another by default and the key in a header
 * leaves no room for cross-site requests.
 */
export const jsonBody = createMiddleware<AppTypes>(async (c, next) => {
  if (["POST", "PATCH", "PUT"].includes(c.req.method)) {
    const bytes = await readBounded(c.req.raw, MAX_BODY_BYTES);
    const text = decode(bytes);
    if (text.trim() !== "") parse(text);
    c.set("bodyText", text);
    const headers = new Headers(c.req.raw.headers);
    headers.set("Content-Type", "application/json");
    c.req.raw = new Request(c.req.raw.url, { method: c.req.method, headers, body: text === "" ? "null" : text });
  }
  await next();
});

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw new Problem("malformed_json", "The body is not UTF-8.");
  }
}

function parse(text: string): void {
  try {
    JSON.parse(text);
  } catch (error) {
    throw new Problem("malformed_json", error instanceof Error ? error.message : "The body can't be parsed.");
  }
}
