import type { OpenAPIHono } from "@hono/zod-openapi";
import { except } from "hono/combine";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { abuseRoutes } from "./links/abuse/routes.ts";
import { alarmRoutes } from "./journal/alarm/routes.ts";
import { apiKeyRoutes } from "./operate/api-key/routes.ts";
import { archiveRoutes } from "./clicks/archive/routes.ts";
import { attributionRoutes } from "./sales/attribution/routes.ts";
import { auditRoutes } from "./journal/audit/routes.ts";
import { blockRoutes } from "./links/block/routes.ts";
import { inboxRoutes } from "./sales/capture/inbox-routes.ts";
import { captureRoutes } from "./sales/capture/routes.ts";
import { scriptRoutes } from "./sales/capture/script-routes.ts";
import { campaignCreatorRoutes } from "./programme/campaign/member-routes.ts";
import { campaignRoutes } from "./programme/campaign/routes.ts";
import { restoreClickRoutes } from "./clicks/click/restore-routes.ts";
import { clickRoutes } from "./clicks/click/routes.ts";
import { codeRoutes } from "./programme/code/routes.ts";
import { creatorRoutes } from "./programme/creator/routes.ts";
import { openDatabase } from "./ground/db/client.ts";
import { storageFailure } from "./ground/db/retry.ts";
import type { AppTypes, Deps } from "./ground/deps.ts";
import { deadLetterRoutes } from "./operate/dead-letter/routes.ts";
import { domainRoutes } from "./links/domain/routes.ts";
import { errorStack, errorText } from "./ground/error-text.ts";
import { exportRoutes } from "./reports/export/routes.ts";
import { allowedMethods } from "./ground/http/allow.ts";
import { authenticated } from "./ground/http/auth.ts";
import { jsonBody } from "./ground/http/body.ts";
import { createRouter } from "./ground/http/openapi.ts";
import { refuseStrayBody } from "./ground/http/stray-body.ts";
import { Problem, problemResponse } from "./ground/http/problem.ts";
import { fillRandom, type Isolate } from "./isolate.ts";
import { settleDue } from "./books/ledger/settle.ts";
import { ledgerRoutes } from "./books/ledger/routes.ts";
import { linkRoutes } from "./links/link/routes.ts";
import { simulateRoutes } from "./clicks/simulate/routes.ts";
import { publishLinks } from "./links/link/standby.ts";
import type { ApiDocument } from "./operate/ops/docs.ts";
import { answerDocs, answerDocument, referenceOf } from "./operate/ops/reference.ts";
import { opsRoutes } from "./operate/ops/routes.ts";
import { wellKnownRoutes } from "./operate/ops/well-known.ts";
import { orderReviewRoutes } from "./books/review/routes.ts";
import { orderRoutes } from "./sales/order/routes.ts";
import { payoutRoutes } from "./books/payout/routes.ts";
import { periodRoutes } from "./books/period/routes.ts";
import { planRoutes } from "./programme/plan/routes.ts";
import { commissionRuleRoutes } from "./programme/plan/rule-routes.ts";
import { portalRoutes } from "./reports/portal/page-routes.ts";
import { portalLinkRoutes } from "./reports/portal/routes.ts";
import { providerRoutes } from "./programme/provider/routes.ts";
import { rateRoutes } from "./books/rate/routes.ts";
import { reconciliationRoutes } from "./books/reconcile/routes.ts";
import { performanceRoutes } from "./reports/report/performance-routes.ts";
import { reportRoutes } from "./reports/report/routes.ts";
import { rollupRoutes } from "./reports/rollup/routes.ts";
import { storeRoutes } from "./programme/store/routes.ts";
import { webhookDeliveryRoutes } from "./operate/webhook/delivery-routes.ts";
import { webhookRoutes } from "./operate/webhook/routes.ts";

/** The version that the API reference states. */
const VERSION = "0.1.0";

const API_ROUTES = [
  storeRoutes,
  domainRoutes,
  creatorRoutes,
  portalLinkRoutes,
  campaignRoutes,
  campaignCreatorRoutes,
  codeRoutes,
  linkRoutes,
  simulateRoutes,
  attributionRoutes,
  providerRoutes,
  planRoutes,
  commissionRuleRoutes,
  orderRoutes,
  reconciliationRoutes,
  orderReviewRoutes,
  periodRoutes,
  payoutRoutes,
  ledgerRoutes,
  rateRoutes,
  inboxRoutes,
  clickRoutes,
  restoreClickRoutes,
  reportRoutes,
  performanceRoutes,
  rollupRoutes,
  exportRoutes,
  webhookRoutes,
  webhookDeliveryRoutes,
  apiKeyRoutes,
  auditRoutes,
  deadLetterRoutes,
  archiveRoutes,
  alarmRoutes,
  blockRoutes,
  abuseRoutes,
];

/**
 * The lazy room: admin API, documentation and health, loaded by the first request that needs it.
 * Redirects never come through here.
 */
export function createApp(): OpenAPIHono<AppTypes> {
  const app = createRouter();

  app.use(async (c, next) => {
    c.set("requestId", c.req.header("cf-ray") ?? crypto.randomUUID());
    await next();
    c.header("X-Request-Id", c.var.requestId);
  });
  app.use("/api/v1/*", authenticated, except(takesFile, jsonBody), refuseStrayBody(app));
  app.use("/metrics", authenticated);

  for (const routes of API_ROUTES) app.route("/api/v1", routes);
  app.route("/", opsRoutes);
  app.route("/", wellKnownRoutes);
  app.route("/t", scriptRoutes);
  app.route("/t", captureRoutes);
  app.route("/creator", portalRoutes);

  app.openAPIRegistry.registerComponent("securitySchemes", "apiKey", {
    type: "http",
    scheme: "bearer",
    description: "An API key (`wmk_…`), or the deployment's `ADMIN_API_KEY`.",
  });

  const reference = referenceOf((origin) => documentOf(app, origin));
  app.get("/openapi.json", (c) => answerDocument(c, reference));
  app.get("/docs", (c) => answerDocs(c, reference));

  app.notFound((c) => problemResponse(unanswered(app, c.req.method, c.req.path), c.var.requestId));
  app.onError((error, c) => problemResponse(problemOf(error, c.var.requestId), c.var.requestId));
  return app;
}

/** Whether a request's body is a store's export, which may be far larger than JSON may be, and is read as it comes. */
function takesFile({ req }: Context): boolean {
  return req.method === "POST" && req.path === "/api/v1/reconciliations";
}

/** The OpenAPI 3.1 document, made from the schemas that validate. */
function documentOf(app: OpenAPIHono<AppTypes>, origin: string): ApiDocument {
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

let app: OpenAPIHono<AppTypes> | null = null;

/** Answers one request of the lazy room. */
export async function answerApp(
  request: Request,
  isolate: Isolate,
  env: Env,
  ctx: ExecutionContext,
): Promise<Response> {
  app ??= createApp();
  return app.fetch(request, { deps: depsFor(isolate, env, ctx) });
}

function depsFor(isolate: Isolate, env: Env, ctx: ExecutionContext): Deps {
  const { cache, buffer, config } = isolate.edge;
  const deps: Deps = {
    env,
    d1: env.DB,
    db: openDatabase(env.DB),
    config,
    now: Date.now,
    newId: isolate.newId,
    random: fillRandom,
    waitUntil: (work) => ctx.waitUntil(work),
    linksChanged: (ids, droppedKeys) => {
      cache.expireAll(Date.now());
      if (ids.length + droppedKeys.length > 0) ctx.waitUntil(followLinks(env, ids, droppedKeys));
    },
    isolate: {
      cachedLinks: cache.size,
      bufferedClicks: buffer.size,
      queueDeliveries: isolate.deliveries,
      tierHits: isolate.edge.hits,
    },
    settle: (limits) => settleDue(deps, limits),
  };
  return deps;
}

/** The standby copies follow an edit behind its answer; the cron makes up for what fails here. */
async function followLinks(env: Env, ids: readonly string[], droppedKeys: readonly string[]): Promise<void> {
  try {
    await publishLinks(env, ids, droppedKeys, Date.now());
  } catch (error) {
    console.warn(JSON.stringify({ event: "standby_write_failed", message: errorText(error) }));
  }
}

/** Why no route answered: none is at the path, or none there takes the method. */
function unanswered(app: OpenAPIHono<AppTypes>, method: string, path: string): Problem {
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
function problemOf(error: Error, requestId: string): Problem {
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
