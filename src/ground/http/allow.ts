import type { Hono } from "hono";
import type { AppTypes } from "../deps.ts";

/** The methods that a route may be registered for. */
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/**
 * The methods that an app answers at a path, as its routes are registered; none if nothing is there.
 * Middleware, which stands for all methods, answers none.
 */
export function allowedMethods(app: Hono<AppTypes>, path: string): string[] {
  return METHODS.filter((method) =>
    app.router.match(method, path)[0].some(([[, route]]) => route.method === method),
  ).flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]));
}
