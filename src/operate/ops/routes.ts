import { createRoute } from "@hono/zod-openapi";
import * as z from "../../ground/http/zod.ts";
import type { Context } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { allows, callerOf, requires } from "../../ground/http/auth.ts";
import { adminRoutes, createRouter, jsonContent, problems, SECURITY } from "../../ground/http/openapi.ts";
import { Problem } from "../../ground/http/problem.ts";
import { metricsText } from "./load-metrics.ts";
import { readiness, withoutDetails } from "./load-readiness.ts";

const checkSchema = z.object({
  state: z.enum(["ok", "failing", "absent"]),
  latencyMs: z.number().nullable(),
  ageMs: z.number(),
  detail: z.string().optional(),
});

const readinessSchema = z
  .object({
    ready: z.boolean(),
    checks: z.object({ d1: checkSchema, queue: checkSchema, kv: checkSchema, configuration: checkSchema }),
  })
  .openapi("Readiness");

const route = adminRoutes("Operations");

const NO_STORE = { "Cache-Control": "no-store" };

/** Health, readiness and metrics, at the root. */
export const opsRoutes = createRouter()
  .openapi(
    createRoute({
      method: "get",
      path: "/healthz",
      tags: ["Operations"],
      summary: "Whether the process runs",
      responses: { 200: jsonContent(z.object({ status: z.literal("ok") }), "It does") },
    }),
    (c) => c.json({ status: "ok" as const }, 200, NO_STORE),
  )
  .openapi(
    createRoute({
      method: "get",
      path: "/readyz",
      tags: ["Operations"],
      summary: "Whether the service can do its work",
      description: "For anybody. With a key that has `metrics:read` each check says in `detail` what is wrong.",
      security: [{}, ...SECURITY],
      responses: {
        200: jsonContent(readinessSchema, "It can"),
        503: jsonContent(readinessSchema, "It can't: the checks say which part of it"),
        ...problems(),
      },
    }),
    async (c) => {
      const state = await readiness(c.env.deps);
      const shown = (await seesDetails(c)) ? state : withoutDetails(state);
      return c.json(shown, state.ready ? 200 : 503, NO_STORE);
    },
  )
  .openapi(
    route("get", "/metrics", requires("metrics:read"), {
      summary: "Counters for Prometheus",
      responses: {
        200: { content: { "text/plain": { schema: z.string() } }, description: "Text format 0.0.4" },
        ...problems(),
      },
    }),
    async (c) =>
      c.text(await metricsText(c.env.deps), 200, {
        ...NO_STORE,
        "Content-Type": "text/plain; version=0.0.4; charset=utf-8",
      }),
  );

/** Whether the caller may see how the deployment is set up. Throws a `Problem` (401, 429) for a key that is refused. */
async function seesDetails(c: Context<AppTypes>): Promise<boolean> {
  if (c.env.actor === undefined && c.req.header("Authorization") === undefined) return false;
  try {
    return allows(await callerOf(c), "metrics:read");
  } catch (error) {
    if (error instanceof Problem) throw error;
    // D1 is what can't be asked, and the answer is to say so.
    return false;
  }
}
