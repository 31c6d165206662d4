import type { OpenAPIHono } from "@hono/zod-openapi";
import { HTTPException } from "hono/http-exception";
import { storageFailure } from "../db/retry.ts";
import type { AppTypes } from "../deps.ts";
import { errorStack, errorText } from "../error-text.ts";
import { allowedMethods } from "./allow.ts";
import { Problem } from "./problem.ts";

/** Why no route answered: none is at the path, or none there takes the method. */
export function unanswered(app: OpenAPIHono<AppTypes>, method: string, path: string): Problem {
  const allowed = allowedMethods(app, path);
  const shown = shownPath(path);
  if (allowed.length === 0) return new Problem("not_found", `Nothing is at ${shown}.`);
  const list = allowed.join(", ");
  return new Problem("method_not_allowed", `${shown} takes ${list}, not ${method}.`, [], { Allow: list });
}

/**
 * A path as a problem may repeat it. Answers are shown, logged and forwarded by whoever asked, and the path
 * of a creator's page is a secret: of all but the API's own paths only the first part is named, and of
 * those nothing that is as long as a key or a token.
 */
function shownPath(path: string): string {
  const parts = path.split("/");
  if (parts[1] === "api") return parts.map((part) => (part.length >= MIN_SECRET ? "…" : part)).join("/");
  return parts.length > 2 ? `/${parts[1]}/…` : path;
}

/** No secret is shorter, and no part of a path of the API that names something is as long. */
const MIN_SECRET = 32;

/** What an error tells the caller; what it doesn't tell goes to the log. */
export function problemOf(error: Error, requestId: string): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof HTTPException && error.status === 400) return new Problem("malformed_json", error.message);
  if (storageFailure(error) !== "permanent") {
    console.error(JSON.stringify({ event: "storage_unavailable", requestId, message: errorText(error) }));
    return new Problem("unavailable", "The database is busy or restarting. Please try again.", [], {
      "Retry-After": "5",
    });
  }
  console.error(JSON.stringify({ event: "unhandled", requestId, message: errorText(error), stack: errorStack(error) }));
  return new Problem("internal", "The error was logged under the request id.");
}
