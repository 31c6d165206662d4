import type { z } from "@hono/zod-openapi";
import { env, exports } from "cloudflare:workers";
import { expect } from "vitest";
import { pageOf } from "../../src/ground/http/pagination.ts";
import type { FieldError } from "../../src/ground/http/problem.ts";

/** The host that tests call; any would do, since the deployment names none. */
const ORIGIN = "https://go.brand.example";

/** What the API answered. */
export interface ApiAnswer {
  status: number;
  /** The body as JSON, or `null` if there was none. */
  body: unknown;
  headers: Headers;
}

/**
 * Calls the admin API through the Worker's own entry, with the bootstrap key unless `headers` says
 * otherwise. Text and bytes are sent as they are, anything else as JSON.
 */
export async function api(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<ApiAnswer> {
  const response = await exports.default.fetch(`${ORIGIN}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${env.ADMIN_API_KEY}`, ...headers },
    ...(body !== undefined && { body: rawBody(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text), headers: response.headers };
}

function rawBody(body: unknown): BodyInit {
  const isRaw = typeof body === "string" || body instanceof Uint8Array || body instanceof ReadableStream;
  return isRaw ? body : JSON.stringify(body);
}

/** Headers that call as the holder of an API key. */
export function holding(key: string): { authorization: string } {
  return { authorization: `Bearer ${key}` };
}

/** The body of a success, checked against the schema that the OpenAPI document promises. */
export function bodyOf<Body>(schema: z.ZodType<Body>, answer: ApiAnswer): Body {
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  return schema.parse(answer.body);
}

/** Every page of a list, followed from cursor to cursor. */
export async function pagesOf<Item extends z.ZodType>(item: Item, path: string): Promise<z.infer<Item>[][]> {
  const pages: z.infer<Item>[][] = [];
  let cursor: string | null = null;
  do {
    const next: string = cursor === null ? path : `${path}&cursor=${encodeURIComponent(cursor)}`;
    const answer: ApiAnswer = await api("GET", next);
    const page = bodyOf(pageOf(item), answer);
    pages.push(page.data);
    cursor = page.nextCursor;
    expect(pages.length, "the list never ends").toBeLessThan(20);
  } while (cursor !== null);
  return pages;
}

/** The parts of a problem that tests look at. */
export interface ShownProblem {
  status: number;
  code: string;
  detail: string;
  errors?: FieldError[];
}

/** The body of an error, which must be `application/problem+json` and agree with the status line. */
export function problemOf(answer: ApiAnswer): ShownProblem {
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  const problem = answer.body as ShownProblem;
  expect(problem.status).toBe(answer.status);
  return problem;
}

/** Expects that a value was refused (422) and that the answer names its path. */
export function expectInvalid(answer: ApiAnswer, path: string): void {
  const problem = problemOf(answer);
  expect(problem).toMatchObject({ status: 422, code: "validation_failed" });
  expect(problem.errors?.map((error) => error.path)).toContain(path);
}
