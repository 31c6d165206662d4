import { createRoute, OpenAPIHono, type RouteConfig } from "@hono/zod-openapi";
import type { Context, Next } from "hono";
import * as z from "./zod.ts";
import type { AppTypes } from "../deps.ts";
import { scopesOf } from "./auth.ts";
import { pageOf } from "./pagination.ts";
import { type FieldError, Problem, PROBLEMS, type ProblemCode } from "./problem.ts";
import { wordsOf } from "./words.ts";

// What the validator says by itself is written for those who wrote the schema.
z.config({ customError: wordsOf });

const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
    requestId: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    existing: z.object({ id: z.string(), name: z.string() }).optional(),
    counts: z.record(z.string(), z.int()).optional().openapi({ description: "What a confirmation is about." }),
  })
  .openapi("Problem");

/**
 * A router whose validation failures are problems that name every path at fault. `components`: schemas by their names
 * in the document, of those that are first met where they may be `null`, or where words are said of that place alone.
 * Without, the document takes that for what they are everywhere.
 */
export function createRouter(components: Readonly<Record<string, z.ZodType>> = {}): OpenAPIHono<AppTypes> {
  const router = new OpenAPIHono<AppTypes>({
    defaultHook: (result) => {
      if (!result.success) throw validationProblem(result.error.issues);
    },
  });
  for (const [name, schema] of Object.entries(components)) router.openAPIRegistry.register(name, schema);
  const add = router.openapi;
  router.openapi = (route, handler, hook) => add(route, unlessChecked(handler), hook);
  return router;
}

/** A route's handler, for requests that are to be done: of one that is only checked, all has been said before it. */
function unlessChecked<Handler>(handler: Handler): Handler {
  const answer = handler as (c: Context<AppTypes>, next: Next) => unknown;
  const checked: typeof answer = (c, next) => (c.env.checking === true ? c.body(null, 204) : answer(c, next));
  return checked as Handler;
}

/** Faults listed in one answer: enough to mend a body, and no bigger than the body was. */
const MAX_FAULTS = 100;

/** The problem of a body, query or path that a schema refused. */
export function validationProblem(issues: readonly z.core.$ZodIssue[]): Problem {
  const fields = issues.flatMap(fieldErrors).slice(0, MAX_FAULTS);
  const first = fields[0];
  return new Problem(
    "validation_failed",
    first === undefined ? "" : `${first.path || "body"}: ${first.message}`,
    fields,
  );
}

/** Unknown keys are reported each under its own path, not all under their parent's. */
function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    const lines = issue.message.split("\n");
    return issue.keys.map((key, index) => ({
      path: [...path, key].join("."),
      message: lines[index] ?? "is not a field here",
    }));
  }
  return [{ path: path.join("."), message: issue.message }];
}

/** A JSON body in a route's definition. */
export function jsonContent<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { content: { "application/json": { schema } }, description };
}

/** A page of a list as JSON in a route's definition; `description` says in which order it runs. */
export function jsonPage<Item extends z.ZodType>(item: Item, description: string) {
  return jsonContent(pageOf(item), description);
}

/** A body that is JSON, or CSV where the request asks for that, in a route's definition. */
export function jsonOrCsv<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { content: { "application/json": { schema }, "text/csv": { schema: z.string() } }, description };
}

/** A JSON request body in a route's definition: required, unless its schema takes none as well. */
export function jsonRequest<Schema extends z.ZodType>(schema: Schema, { required } = { required: true }) {
  return { content: { "application/json": { schema } }, required };
}

/** The error responses of a route: what every admin route may answer, and those that are its own. */
export function problems(...codes: ProblemCode[]) {
  const byStatus = new Map<number, string[]>();
  for (const code of ["unauthorized", "forbidden", "validation_failed", ...codes] as const) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, names]) => [
      status,
      { content: { "application/problem+json": { schema: problemSchema } }, description: names.join(", ") },
    ]),
  );
}

/** How the OpenAPI document marks routes that need a key. */
export const SECURITY = [{ apiKey: [] }];

/**
 * Makes the routes of a resource that need a key, under its heading in the reference. `guard` says which scopes the key
 * must have (see `requires`).
 *
 * ```ts
 * const route = adminRoutes("Creators");
 *
 * route("get", "/creators/{id}", requires("plans:read"), {
 *   summary: "Read a creator",
 *   request: { params: idParams("creator") },
 *   responses: { 200: jsonContent(creatorSchema, "The creator"), ...problems("not_found") },
 * })
 * ```
 */
export function adminRoutes(tag: string) {
  return <
    Method extends "get" | "post" | "put" | "patch" | "delete",
    Path extends string,
    Guard extends NonNullable<RouteConfig["middleware"]>,
    Facts extends Omit<RouteConfig, "method" | "path" | "tags" | "security" | "middleware">,
  >(
    method: Method,
    path: Path,
    guard: Guard,
    facts: Facts,
  ) => {
    const security = [{ apiKey: scopesOf(guard) }];
    return createRoute({ method, path, tags: [tag], ...facts, security, middleware: guard });
  };
}
