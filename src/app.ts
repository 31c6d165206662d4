import type { OpenAPIHono } from "@hono/zod-openapi";
import { except } from "hono/combine";
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { getPath } from "hono/utils/url";
import { depsFor } from "./app-deps.ts";
import { booksRoutes } from "./books/routes.ts";
import { callsRoutes } from "./calls/routes.ts";
import { clicksRoutes } from "./clicks/routes.ts";
import { conversionsRoutes } from "./conversions/routes.ts";
import { deskRoutes } from "./desk/routes.ts";
import type { Actor, AppTypes } from "./ground/deps.ts";
import { authenticated } from "./ground/http/auth.ts";
import { jsonBody } from "./ground/http/body.ts";
import { expandNames } from "./ground/http/expand-names.ts";
import { problemOf, unanswered } from "./ground/http/failure.ts";
import { createRouter } from "./ground/http/openapi.ts";
import { type Problem, problemResponse } from "./ground/http/problem.ts";
import { routing } from "./ground/http/routing.ts";
import { refuseStrayBody } from "./ground/http/stray-body.ts";
import type { Routes } from "./ground/wing.ts";
import type { Isolate } from "./isolate.ts";
import { journalRoutes } from "./journal/routes.ts";
import { linksRoutes } from "./links/routes.ts";
import { inReadingOrder } from "./operate/ops/reading-order.ts";
import { operateRoutes } from "./operate/routes.ts";
import { portalRoutes } from "./portal/routes.ts";
import { programmeRoutes } from "./programme/routes.ts";
import { reportsRoutes } from "./reports/routes.ts";
import { salesRoutes } from "./sales/routes.ts";
import { shopsRoutes } from "./shops/routes.ts";
import { visitsRoutes } from "./visits/routes.ts";

/** What the wings answer to programs. */
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
  ...portalRoutes,
  ...operateRoutes,
  ...journalRoutes,
];

/** The same, and the pages on which people see it. */
const ALL_ROUTES: Routes = [...ROUTES, ...deskRoutes];

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
  app.use(
    "/api/v1/*",
    authenticated,
    except(takesFile, jsonBody),
    keptToStores(app),
    refuseStrayBody(app),
    expandNames,
  );
  app.use("/metrics", authenticated, keptToStores(app));
  app.use("/admin/*", async (c, next) => (await desk()).admit(c, next));

  for (const { at, router } of inReadingOrder(routers)) app.route(at, router);

  if (routes === ROUTES) (await import("./operate/reference/reference-routes.ts")).addReference(app);

  app.notFound((c) => answerProblem(c, unanswered(app, c.req.method, c.req.path)));
  app.onError((error, c) => answerProblem(c, problemOf(error, c.var.requestId)));
  return app;
}

/** What lets people in at the desk. Whoever asks the API for something doesn't load it. */
const desk = () => import("./desk/session/gate-page.tsx");

/** A problem: as a page where people are, else as problem+json. */
async function answerProblem(c: Context<AppTypes>, problem: Problem): Promise<Response> {
  const response = problemResponse(problem, c.var.requestId);
  return /^\/admin(?:\/|$)/.test(c.req.path) ? (await desk()).problemPage(c, problem, response) : response;
}

/** Keys that are limited to stores go no further than these; most keys aren't, and load nothing for it. */
function keptToStores(app: OpenAPIHono<AppTypes>) {
  return createMiddleware<AppTypes>(async (c, next) => {
    const { storeIds } = c.var.actor;
    if (storeIds === null) return next();
    const { keepToStores } = await import("./operate/store-key/guard-routes.ts");
    return keepToStores(app, c, storeIds, next);
  });
}

/** Routes whose body is a file, such as CSV, which may be far larger than JSON may be, and is read as it comes. */
const FILES: Readonly<Record<string, RegExp>> = {
  POST: /^\/api\/v1\/(?:reconciliations|stores\/[^/]+\/attribution-(?:tags|reports))$/,
  PUT: /^\/api\/v1\/stores\/[^/]+\/logo$/,
};

/** Whether a request's body is a file. */
function takesFile({ req }: Context): boolean {
  return FILES[req.method]?.test(req.path) ?? false;
}

/** Apps by their routes: to answer one request, an isolate that has just started doesn't load what answers others. */
const apps = new Map<string, OpenAPIHono<AppTypes>>();

const routesAt = routing(ALL_ROUTES);

/** The app that has all routes that may be at a path; all there are, where none may. */
async function appFor(path: string): Promise<OpenAPIHono<AppTypes>> {
  const found = routesAt(path);
  const routes = found.length === 0 ? ROUTES : found;
  const name = routes.map((route) => ALL_ROUTES.indexOf(route)).join();
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
  const deps = depsFor(isolate, env, ctx);
  const answer = async (request: Request, actor?: Actor, checking = false): Promise<Response> => {
    const app = await appFor(getPath(request));
    return app.fetch(request, { deps, ask: answer, checking, ...(actor !== undefined && { actor }) });
  };
  return answer(request);
}
