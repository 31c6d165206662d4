import type { OpenAPIHono } from "@hono/zod-openapi";
import { createMiddleware } from "hono/factory";
import type { AppTypes } from "../deps.ts";
import { Problem } from "./problem.ts";

/** Fields that a refusal names at most. */
const MAX_NAMED = 20;

interface KnownRoute {
  pattern: RegExp;
  takesBody: boolean;
}

/**
 * Middleware that refuses (422) a body where the API's description has none: a reason that nobody keeps must not
 * pass for one that is kept. An empty body, `null` and `{}` say nothing, and pass. Routes are those of `app` when
 * the first request comes; it is to run after `jsonBody`.
 */
export function refuseStrayBody(app: OpenAPIHono<AppTypes>) {
  let routes: KnownRoute[] | null = null;
  return createMiddleware<AppTypes>(async (c, next) => {
    const text = c.var.bodyText ?? "";
    if (c.req.method === "POST" && text.trim() !== "") {
      routes ??= postRoutes(app);
      const found = routes.filter(({ pattern }) => pattern.test(c.req.path));
      if (found.length > 0 && found.every(({ takesBody }) => !takesBody)) refuse(JSON.parse(text));
    }
    await next();
  });
}

function postRoutes(app: OpenAPIHono<AppTypes>): KnownRoute[] {
  return app.openAPIRegistry.definitions.flatMap((definition) => {
    if (definition.type !== "route" || definition.route.method !== "post") return [];
    const { path, request } = definition.route;
    return [
      { pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`), takesBody: request?.body !== undefined },
    ];
  });
}

function refuse(body: unknown): void {
  if (body === null) return;
  const names = typeof body === "object" && !Array.isArray(body) ? Object.keys(body) : null;
  if (names?.length === 0) return;
  const message = "is not a field here: this takes no body, and keeps nothing of one";
  const [first] = names ?? [];
  if (names === null || first === undefined) throw Problem.invalid("body", "must be left out: this takes none");
  const faults = names.slice(0, MAX_NAMED).map((path) => ({ path, message }));
  throw new Problem("validation_failed", `${first}: ${message}`, faults);
}
