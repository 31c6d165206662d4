import type { OpenAPIHono } from "@hono/zod-openapi";
import { except } from "hono/combine";
import type { Context } from "hono";
import { getPath } from "hono/utils/url";
import { depsFor } from "./app-deps.ts";
import { booksRoutes } from "./books/routes.ts";
import { callsRoutes } from "./calls/routes.ts";
import { clicksRoutes } from "./clicks/routes.ts";
import { conversionsRoutes } from "./conversions/routes.ts";
import type { AppTypes } from "./ground/deps.ts";
import { authenticated } from "./ground/http/auth.ts";
import { jsonBody } from "./ground/http/body.ts";
import { problemOf, unanswered } from "./ground/http/failure.ts";
import { createRouter } from "./ground/http/openapi.ts";
import { problemResponse } from "./ground/http/problem.ts";
import { routing } from "./ground/http/routing.ts";
import { refuseStrayBody } from "./ground/http/stray-body.ts";
import type { Routes } from "./ground/wing.ts";
import type { Isolate } from "./isolate.ts";
import { journalRoutes } from "./journal/routes.ts";
import { linksRoutes } from "./links/routes.ts";
import { inReadingOrder } from "./operate/ops/reading-order.ts";
import { operateRoutes } from "./operate/routes.ts";
import { programmeRoutes } from "./programme/routes.ts";
import { reportsRoutes } from "./reports/routes.ts";
import { salesRoutes } from "./sales/routes.ts";
import { shopsRoutes } from "./shops/routes.ts";
import { visitsRoutes } from "./visits/routes.ts";

/** What the wings answer. */
export const ROUTES: Routes = [
  ...linksRoutes,
  ...clicksRoutes,
  ...programmeRoutes,
  ...shopsRoutes,
  ...salesRoutes,
  ...conversionsRoutes,
  ...visitsRoutes,
  ...callsRoutes,
  ...booksRoutes,
  ...reportsRoutes,
  ...operateRoutes,
  ...journalRoutes,
];

/**
 * The lazy room: admin API, documentation and health, loaded by the first request that needs it.
 * Redirects never come through here. With `routes`, it answers those alone, and has no reference.
 */
export async function createApp(routes: Routes = ROUTES): Promise<OpenAPIHono<AppTypes>> {
  const routers = await Promise.all(routes.map(async ({ at, load }) => ({ at, router: await load() })));
  const app = createRouter();

  app.use(async (c, next) => {
    c.set("requestId", c.req.header("cf-ray") ?? crypto.randomUUID());
    await next();
    c.header("X-Request-Id", c.var.requestId);
  });
  app.use("/api/v1/*", authenticated, except(takesFile, jsonBody), refuseStrayBody(app));
  app.use("/metrics", authenticated);

  for (const { at, router } of inReadingOrder(routers)) app.route(at, router);

  if (routes === ROUTES) (await import("./operate/ops/reference-routes.ts")).addReference(app);

  app.notFound((c) => problemResponse(unanswered(app, c.req.method, c.req.path), c.var.requestId));
  app.onError((error, c) => problemResponse(problemOf(error, c.var.requestId), c.var.requestId));
  return app;
}

/** Routes whose body is a file, which may be CSV, far larger than JSON may be, and is read as it comes. */
const FILES = /^\/api\/v1\/(?:reconciliations|stores\/[^/]+\/attribution-(?:tags|reports))$/;

/** Whether a request's body is a file. */
function takesFile({ req }: Context): boolean {
  return req.method === "POST" && FILES.test(req.path);
}

/** Apps by their routes: to answer one request, an isolate that has just started doesn't load what answers others. */
const apps = new Map<string, OpenAPIHono<AppTypes>>();

const routesAt = routing(ROUTES);

/** The app that has all routes that may be at a path; all there are, where none may. */
async function appFor(path: string): Promise<OpenAPIHono<AppTypes>> {
  const found = routesAt(path);
  const routes = found.length === 0 ? ROUTES : found;
  const name = routes.map((route) => ROUTES.indexOf(route)).join();
  const ready = apps.get(name);
  if (ready !== undefined) return ready;
  const created = await createApp(routes);
  // Of several first requests one wins.
  const app = apps.get(name) ?? created;
  apps.set(name, app);
  return app;
}

/** Answers one request of the lazy room. */
export async function answerApp(
  request: Request,
  isolate: Isolate,
  env: Env,
  ctx: ExecutionContext,
): Promise<Response> {
  const app = await appFor(getPath(request));
  return app.fetch(request, { deps: depsFor(isolate, env, ctx) });
}
