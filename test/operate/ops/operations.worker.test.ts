import { createExecutionContext } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createApp } from "../../../src/app.ts";
import { clickLogs } from "../../../src/clicks/log/logs-store.ts";
import { bindClickDatabases, spareDatabase } from "../../clicks/databases-fixtures.ts";
import { ingestAll } from "../../clicks/log-fixtures.ts";
import { readConfig } from "../../../src/ground/config.ts";
import worker from "../../../src/index.ts";
import type { Readiness } from "../../../src/operate/ops/load-readiness.ts";
import { trafficReport } from "../../../src/reports/report/schema.ts";
import { rollUpClicks } from "../../../src/reports/rollup/run.ts";
import { SCOPES } from "../../../src/ground/http/auth.ts";
import { api, bodyOf, holding, problemOf } from "../../ground/api.ts";
import { clickMessage } from "../../clicks/click-message.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { createKey } from "../key-fixtures.ts";

const ORIGIN = "https://go.brand.example";
const LINK = "lnk_000000000000000a";
const LOST = new Error("D1_ERROR: Network connection lost.");

function open(path: string, init: RequestInit = {}): Promise<Response> {
  return exports.default.fetch(`${ORIGIN}${path}`, init);
}

async function openJson(path: string, init: RequestInit = {}) {
  const response = await open(path, init);
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** What `/readyz` tells who has the bootstrap key, or these headers. */
async function ready(headers: Record<string, string> = holding(env.ADMIN_API_KEY)) {
  const { body, ...rest } = await openJson("/readyz", { headers });
  return { ...rest, body: body as Readiness };
}

/** What `/readyz` tells in a deployment with these bindings, by default who has the bootstrap key. */
async function readyWith(
  bindings: Record<string, unknown>,
  headers: Record<string, string> = holding(env.ADMIN_API_KEY),
) {
  const request = new Request<unknown, IncomingRequestCfProperties>(`${ORIGIN}/readyz`, { headers });
  const response = await worker.fetch(request, { ...env, ...bindings }, createExecutionContext());
  return { status: response.status, body: await response.json<Readiness>() };
}

function breakD1() {
  return vi.spyOn(env.DB, "prepare").mockImplementation(() => {
    throw LOST;
  });
}

beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => {});
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("/healthz", () => {
  test("says that the process runs, without asking anything", async () => {
    const prepare = breakD1();
    const { status, headers, body } = await openJson("/healthz");
    expect({ status, body }).toEqual({ status: 200, body: { status: "ok" } });
    expect(headers.get("cache-control")).toBe("no-store");
    expect(prepare).not.toHaveBeenCalled();
    expect((await open("/healthz", { method: "HEAD" })).status).toBe(200);
  });
});

describe("/readyz", () => {
  let clock = Date.now();

  // Findings are reused for 2 s, across tests too: each test begins when the last is forgotten.
  beforeEach(() => {
    clock += 60_000;
    vi.useFakeTimers({ toFake: ["Date"], now: clock });
  });

  test("says that all parts answer", async () => {
    const { status, headers, body } = await ready();
    expect(status).toBe(200);
    expect(headers.get("cache-control")).toBe("no-store");
    const ok = { state: "ok", ageMs: 0 };
    expect(body).toEqual({
      ready: true,
      checks: {
        d1: { ...ok, latencyMs: expect.any(Number) },
        kv: { ...ok, latencyMs: expect.any(Number) },
        queue: { ...ok, latencyMs: null },
        configuration: { ...ok, latencyMs: null },
      },
    });
  });

  test("is 503 while D1 fails, names it, and recovers", async () => {
    breakD1();
    const failing = await ready();
    expect(failing.status).toBe(503);
    expect(failing.body.ready).toBe(false);
    expect(failing.body.checks).toMatchObject({
      d1: { state: "failing", detail: LOST.message },
      kv: { state: "ok" },
      configuration: { state: "ok" },
    });
    vi.restoreAllMocks();
    vi.setSystemTime(clock + 2_000);
    expect((await open("/readyz")).status).toBe(200);
  });

  test("is 503 while D1 answers that a table is missing", async () => {
    await env.DB.prepare("DROP TABLE watermarks").run();
    const { status, body } = await ready();
    expect([status, body.checks.d1.state]).toEqual([503, "failing"]);
  });

  test("is ready without KV and queue, and says so", async () => {
    vi.spyOn(env.LINKS, "get").mockRejectedValue(new Error("KV GET failed"));
    const failing = await ready();
    expect([failing.status, failing.body.checks.kv.state]).toEqual([200, "failing"]);
    vi.setSystemTime(clock + 5_000);
    const absent = await readyWith({ LINKS: undefined, CLICK_QUEUE: undefined });
    expect(absent).toMatchObject({
      status: 200,
      body: { checks: { kv: { state: "absent" }, queue: { state: "absent" } } },
    });
  });

  test("is 503 with a wrong configuration, and tells no secret", async () => {
    const wrong = { VISITOR_KEY: "short-secret", CONSENT_POLICY: "maybe", PROVIDER_ORIGINS: "elsewhere" };
    const { status, body } = await readyWith(wrong);
    expect([status, body.ready]).toEqual([503, false]);
    expect(body.checks.configuration).toMatchObject({ state: "failing" });
    expect(body.checks.configuration.detail).toContain("VISITOR_KEY");
    expect(body.checks.configuration.detail).toContain("CONSENT_POLICY");
    expect(body.checks.configuration.detail).toContain("PROVIDER_ORIGINS");
    expect(JSON.stringify(body)).not.toContain("short-secret");
  });

  test("G-10: tells details to nobody without metrics:read", async () => {
    const wrong = { VISITOR_KEY: "short-secret", CONSENT_POLICY: "maybe", ADMIN_API_KEY: "ab" };
    const [monitor, other] = [
      await createKey(["metrics:read"]),
      await createKey(SCOPES.filter((scope) => scope !== "metrics:read")),
    ];
    const bare = { ready: false, checks: { configuration: { state: "failing", latencyMs: null, ageMs: 0 } } };
    for (const headers of [{}, holding(other.key)]) {
      const { status, body } = await readyWith(wrong, headers);
      expect(status).toBe(503);
      expect(body).toMatchObject(bare);
      for (const check of Object.values(body.checks)) expect(Object.keys(check)).not.toContain("detail");
      expect(JSON.stringify(body)).not.toMatch(/VISITOR_KEY|ADMIN_API_KEY|shorter|CONSENT/);
    }
    const seen = await readyWith(wrong, holding(monitor.key));
    expect(seen.body.checks.configuration.detail).toMatch(/ADMIN_API_KEY.*VISITOR_KEY.*CONSENT_POLICY/);
    for (const headers of [holding("wmk_00000000000000000000000000000000"), holding("ab")]) {
      expect((await readyWith(wrong, headers)).status).toBe(401);
    }
  });

  test("G-10: is answered while D1, where keys are, fails", async () => {
    const { key } = await createKey(["metrics:read"]);
    breakD1();
    const { status, body } = await ready(holding(key));
    expect([status, body.ready]).toEqual([503, false]);
    expect(JSON.stringify(body)).not.toContain(LOST.message);
  });

  test("asks D1 at most every 2 s, however often it is polled, and says how old its finding is", async () => {
    const prepare = vi.spyOn(env.DB, "prepare");
    for (const age of [0, 500, 1_999]) {
      vi.setSystemTime(clock + age);
      const { body } = await ready();
      expect(Object.values(body.checks).map(({ ageMs }) => ageMs)).toEqual([age, age, age, age]);
    }
    expect(prepare).toHaveBeenCalledTimes(1);
    vi.setSystemTime(clock + 2_000);
    expect((await ready()).body.checks.d1.ageMs).toBe(0);
    expect(prepare).toHaveBeenCalledTimes(2);
  });
});

/** Samples of the Prometheus text format (0.0.4) by name and labels; throws for a line that has no place in it. */
function samplesOf(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  const types = new Map<string, string>();
  expect(text.endsWith("\n")).toBe(true);
  for (const line of text.slice(0, -1).split("\n")) {
    const [, type, declared] = /^# TYPE ([a-z_]+) (counter|gauge)$/.exec(line) ?? [];
    if (type !== undefined && declared !== undefined) {
      expect(types.has(type), `${type} is declared twice`).toBe(false);
      types.set(type, declared);
    } else if (!/^# HELP [a-z_]+ \S.*$/.test(line)) {
      const [, name = "", labels = "", value] = /^([a-z_]+)(\{[a-z_]+="[A-Za-z_0-9]+"\})? (-?[\d.]+)$/.exec(line) ?? [];
      expect(value, line).toBeDefined();
      expect(types.has(name), `${name} is not declared`).toBe(true);
      expect(name.endsWith("_total"), `${name} ends as counters do`).toBe(types.get(name) === "counter");
      expect(samples.has(name + labels), `${name} is there twice`).toBe(false);
      samples.set(name + labels, Number(value));
    }
  }
  return samples;
}

async function metrics(): Promise<Map<string, number>> {
  const response = await open("/metrics", { headers: holding(env.ADMIN_API_KEY) });
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  return samplesOf(await response.text());
}

/** Reads the metrics, whose buckets must be those of the report on traffic. */
async function expectLikeReport(counted: number): Promise<Map<string, number>> {
  const samples = await metrics();
  const report = bodyOf(trafficReport, await api("GET", "/reports/traffic?from=2026-11-01&to=2026-11-30"));
  const { start: _start, requests: _requests, ...buckets } = report.total;
  for (const [bucket, count] of Object.entries(buckets)) {
    expect(samples.get(`waymark_requests_total{bucket="${bucket}"}`), bucket).toBe(count);
  }
  expect(buckets.counted).toBe(counted);
  return samples;
}

describe("/metrics", () => {
  const NOW = Date.UTC(2026, 10, 20, 12);

  test("G-9: needs a key with metrics:read", async () => {
    expect((await open("/metrics")).status).toBe(401);
    const [wrong, right] = [
      await createKey(SCOPES.filter((scope) => scope !== "metrics:read")),
      await createKey(["metrics:read"]),
    ];
    expect((await open("/metrics", { headers: holding(wrong.key) })).status).toBe(403);
    expect((await open("/metrics", { headers: holding(right.key) })).status).toBe(200);
  });

  test("are zeros in an empty deployment", async () => {
    const samples = await metrics();
    for (const bucket of ["counted", "bot", "prefetch", "head", "embedded", "duplicate", "inactive"]) {
      expect(samples.get(`waymark_requests_total{bucket="${bucket}"}`)).toBe(0);
    }
    for (const name of ["rollup_waiting_clicks", "rollup_lag_seconds", "dead_letters", "links"]) {
      expect(samples.get(`waymark_${name}`), name).toBe(0);
    }
  });

  test("equal the report on traffic, before the roll-up, after it and with a tail", async () => {
    await insertLink({ id: LINK });
    await insertLink({ deletedAt: 1 });
    const visit = (id: string, parts = {}) => clickMessage({ id, linkId: LINK, time: NOW, pseudonym: id, ...parts });
    const config = readConfig({});
    await ingestAll(
      config,
      [
        visit("clk_1"),
        visit("clk_2", { pseudonym: "clk_1" }),
        visit("clk_3", { userAgent: "Googlebot/2.1" }),
        visit("clk_4", { bucket: "prefetch" }),
        visit("clk_5", { bucket: "head" }),
        visit("clk_6", { bucket: "inactive" }),
      ],
      NOW,
    );
    const waiting = await expectLikeReport(1);
    expect(waiting.get("waymark_rollup_waiting_clicks")).toBe(6);
    expect(waiting.get("waymark_links")).toBe(1);
    expect(Math.abs((Date.now() - NOW) / 1000 - (waiting.get("waymark_rollup_lag_seconds") ?? 0))).toBeLessThan(60);
    expect(waiting.has("waymark_rollup_last_run_timestamp_seconds")).toBe(false);

    await rollUpClicks(env, NOW);
    const rolledUp = await expectLikeReport(1);
    expect(rolledUp.get("waymark_rollup_waiting_clicks")).toBe(0);
    expect(rolledUp.get("waymark_rollup_lag_seconds")).toBe(0);
    expect(rolledUp.get("waymark_rollup_last_run_timestamp_seconds")).toBe(NOW / 1000);

    // In the tail: a click more, and one that comes before a click that is rolled up as counted.
    await ingestAll(config, [visit("clk_7"), visit("clk_0", { pseudonym: "clk_1", time: NOW - 1 })], NOW);
    expect((await expectLikeReport(3)).get("waymark_rollup_waiting_clicks")).toBe(2);
    await ingestAll(config, [visit("clk_00", { pseudonym: "clk_1", time: NOW - 2 })], NOW);
    expect((await expectLikeReport(3)).get("waymark_rollup_waiting_clicks")).toBe(3);
  });

  test("say which database of the log doesn't answer, and what the others have", async () => {
    await bindClickDatabases(2);
    await insertLink({ id: LINK });
    const { logOf } = await clickLogs(env, NOW);
    const { number } = logOf(LINK, NOW);
    const name = (which: number) => `{database="CLICKS_${which}"}`;
    await ingestAll(readConfig({}), [clickMessage({ id: "clk_1", linkId: LINK, time: NOW, pseudonym: "a" })], NOW);
    expect((await metrics()).get(`waymark_log_waiting_clicks${name(number)}`)).toBe(1);

    const errors = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const down = 3 - number;
    await spareDatabase(down).prepare("DROP TABLE click_batches").run();
    const samples = await metrics();
    expect(samples.get(`waymark_log_up${name(down)}`)).toBe(0);
    expect(samples.get(`waymark_log_up${name(number)}`)).toBe(1);
    expect(samples.get(`waymark_log_waiting_clicks${name(number)}`)).toBe(1);
    expect(samples.has(`waymark_log_waiting_clicks${name(down)}`)).toBe(false);
    expect(samples.has('waymark_requests_total{bucket="counted"}')).toBe(false);
    expect(errors.mock.calls.flat().join()).toContain("log_unread");
  });

  test("count the letters that wait", async () => {
    await env.DB.prepare(
      `INSERT INTO dead_letters (id, queue, message_id, body, reason, received_at, replayed_at)
       VALUES ('ded_1', 'q', 'a', '', 'x', 0, NULL), ('ded_2', 'q', 'b', '', 'x', 0, 5)`,
    ).run();
    expect((await metrics()).get("waymark_dead_letters")).toBe(1);
  });
});

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

interface OpenApi {
  openapi: string;
  info: Record<string, string>;
  servers: { url: string }[];
  paths: Record<string, Record<string, OpenApiOperation>>;
  components: { schemas: Record<string, Json>; securitySchemes: Record<string, { type: string; scheme: string }> };
}

interface OpenApiOperation {
  summary?: string;
  tags?: string[];
  security?: Record<string, string[]>[];
  parameters?: { name: string; in: string; required?: boolean }[];
  requestBody?: { required?: boolean; content: Record<string, { schema?: Json }> };
  responses: Record<string, { description?: string; content?: Record<string, { schema?: Json }> }>;
}

/** Every object within a value. */
function* objectsIn(value: unknown): Generator<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) yield value as Record<string, unknown>;
  for (const inner of Object.values(value)) yield* objectsIn(inner);
}

/** What a JSON pointer such as `#/components/schemas/Link` points to (RFC 6901). */
function pointedTo(root: unknown, pointer: string): unknown {
  return pointer
    .slice(2)
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], root);
}

function operationsOf(document: Pick<OpenApi, "paths">) {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      path,
      operation,
    })),
  );
}

async function apiDocument(): Promise<OpenApi> {
  const { status, body } = await openJson("/openapi.json");
  expect(status).toBe(200);
  return body as OpenApi;
}

describe("/openapi.json", () => {
  test("is OpenAPI 3.1 and names this deployment", async () => {
    const document = await apiDocument();
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    expect(document.info).toMatchObject({
      title: expect.any(String),
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    });
    expect(document.servers).toEqual([{ url: ORIGIN }]);
    for (const object of objectsIn(document)) expect(object).not.toHaveProperty("nullable");
  });

  test("has every route of the API, each once, and no other", async () => {
    const app = await createApp();
    const routes = app.routes
      .filter(({ method, path }) => method !== "ALL" && path.startsWith("/api/v1/") && !path.includes("*"))
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
    const defined = app.openAPIRegistry.definitions.flatMap((definition) =>
      definition.type === "route" ? [`${definition.route.method.toUpperCase()} ${definition.route.path}`] : [],
    );
    expect(new Set(defined).size, "a route is defined twice").toBe(defined.length);
    const documented = operationsOf(await apiDocument()).map(({ name }) => name);
    expect(documented.filter((name) => name.includes("/api/v1/")).toSorted()).toEqual([...new Set(routes)].toSorted());
    expect(documented.length).toBeGreaterThan(30);
    for (const name of ["GET /healthz", "GET /readyz", "GET /metrics"]) expect(documented).toContain(name);
  });

  test("has of each component what holds wherever it is used, not where it is met first", async () => {
    const document = await apiDocument();
    const uses = [...objectsIn(document)].flatMap(({ $ref }) =>
      typeof $ref === "string" ? [$ref.split("/").at(-1)] : [],
    );
    const often = Object.entries(document.components.schemas).filter(
      ([name]) => uses.filter((use) => use === name).length > 1,
    );
    expect(often.map(([name]) => name)).toEqual(expect.arrayContaining(["Money", "ReportNumbers", "NewTrackingPlan"]));
    const nullable = often.filter(([, schema]) => [Object(schema).type].flat().includes("null")).map(([name]) => name);
    // Bodies that a POST does without: `null` is one by itself.
    expect(nullable.toSorted()).toEqual(["CampaignCreatorDecision", "ConversionReviewRequest"]);
    expect(document.components.schemas).not.toMatchObject({ NewTrackingPlan: { description: expect.anything() } });
    expect(document.components.schemas).not.toMatchObject({ ReportNumbers: { description: expect.anything() } });
  });

  test("gives every route of the API its key, its refusals as problems, a group and a summary", async () => {
    const document = await apiDocument();
    expect(document.components.securitySchemes).toEqual({
      apiKey: { type: "http", scheme: "bearer", description: expect.any(String) },
    });
    const problem = { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } };
    for (const { name, path, operation } of operationsOf(document)) {
      expect(operation.summary, name).toMatch(/^\S.+\S$/);
      expect(operation.tags, name).toHaveLength(1);
      if (path.startsWith("/api/v1/")) {
        // The scopes that the key must have, as OpenAPI 3.1 lets them stand there; scopes.worker.test.ts has them all.
        expect(operation.security, name).toEqual([{ apiKey: expect.any(Array) }]);
        for (const status of ["401", "403", "422"])
          expect(operation.responses[status]?.content, `${name} ${status}`).toEqual(problem);
        if (path.includes("{")) expect(operation.responses["404"]?.content, `${name} 404`).toEqual(problem);
      }
      expect(
        Object.keys(operation.responses).filter((status) => status.startsWith("2")),
        name,
      ).toHaveLength(1);
    }
  });

  /** Operations that take a body but need none. */
  const BODIES_TO_LEAVE_OUT = new Set([
    "POST /api/v1/codes/{id}/rotate",
    "POST /api/v1/periods/{id}/lock",
    "POST /api/v1/payouts/{id}/pay",
    "POST /api/v1/rollups/rebuild",
    "POST /api/v1/conversions/{id}/approve",
    "POST /api/v1/conversions/{id}/decline",
    "POST /api/v1/conversion-definitions/{id}/activate",
    "POST /api/v1/conversion-definitions/{id}/copy",
    "POST /api/v1/tagging-plans/{id}/copy",
    "POST /api/v1/creators/{id}/portal-links",
    "POST /api/v1/campaigns/{id}/creators/{creatorId}/approve",
    "POST /api/v1/campaigns/{id}/creators/{creatorId}/reject",
  ]);

  test("declares each path parameter and each body that it requires", async () => {
    for (const { name, path, operation } of operationsOf(await apiDocument())) {
      const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === "path");
      expect(
        declared.map((parameter) => `{${parameter.name}}`),
        name,
      ).toEqual(path.match(/\{\w+\}/g) ?? []);
      for (const parameter of declared) expect(parameter.required, name).toBe(true);
      if (operation.requestBody === undefined) continue;
      expect(operation.requestBody.required ?? false, name).toBe(!BODIES_TO_LEAVE_OUT.has(name));
    }
  });

  test("has only references that lead somewhere, and schemas that are referred to", async () => {
    const document = await apiDocument();
    const references = [...objectsIn(document)].flatMap(({ $ref }) => (typeof $ref === "string" ? [$ref] : []));
    expect(references.length).toBeGreaterThan(30);
    for (const reference of references) expect(pointedTo(document, reference), reference).toBeTypeOf("object");
    for (const name of Object.keys(document.components.schemas)) {
      expect(references, name).toContain(`#/components/schemas/${name}`);
    }
  });
});

describe("the fixed answers", () => {
  test("/robots.txt keeps crawlers out", async () => {
    const response = await open("/robots.txt");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toMatch(/^text\/plain/);
    expect(await response.text()).toBe("User-agent: *\nDisallow: /\n");
  });

  test("/.well-known/gpc.json states that Global Privacy Control is honoured", async () => {
    const { status, headers, body } = await openJson("/.well-known/gpc.json");
    expect(status).toBe(200);
    expect(headers.get("content-type")).toMatch(/^application\/json/);
    expect(body).toEqual({ gpc: true, lastUpdate: expect.stringMatching(/^20\d\d-[01]\d-[0-3]\d$/) });
  });

  test("/favicon.ico is nothing, without an error in the browser's console", async () => {
    expect((await open("/favicon.ico")).status).toBe(204);
  });
});

describe("what the Worker doesn't have", () => {
  test.each([
    ["GET", "/api/v1/nothing"],
    ["GET", "/api/v1"],
    ["GET", "/api/v2/links"],
    ["GET", "/api"],
    ["DELETE", "/api/v1/nothing"],
    ["POST", "/api/v1/links/lnk_0000000000000000/nothing"],
    ["GET", "/.well-known/nothing"],
    ["GET", "/"],
  ])("is not found, as a problem with its request id: %s %s", async (method, path) => {
    const { status, headers, body } = await openJson(path, { method, headers: holding(env.ADMIN_API_KEY) });
    expect(problemOf({ status, headers, body })).toMatchObject({ status: 404, code: "not_found" });
    expect(body).toMatchObject({ requestId: headers.get("x-request-id") });
    expect(headers.get("cache-control")).toBe("no-store");
  });

  const LINK_PATH = "/api/v1/links/lnk_0000000000000000";

  test.each([
    ["PUT", "/api/v1/links", "GET, HEAD, POST"],
    ["DELETE", "/api/v1/links", "GET, HEAD, POST"],
    ["OPTIONS", "/api/v1/links", "GET, HEAD, POST"],
    ["POST", "/api/v1/clicks", "GET, HEAD"],
    ["POST", LINK_PATH, "GET, HEAD, PATCH, DELETE"],
    ["DELETE", "/api/v1/dead-letters/ded_0000000000000000/replay", "POST"],
    ["PATCH", `${LINK_PATH}/qr.svg`, "GET, HEAD"],
    ["POST", "/healthz", "GET, HEAD"],
    ["POST", "/metrics", "GET, HEAD"],
    ["DELETE", "/docs", "GET, HEAD"],
    ["POST", "/robots.txt", "GET, HEAD"],
  ])("is a method where others are: %s %s is refused and told which", async (method, path, allow) => {
    const { status, headers, body } = await openJson(path, { method, headers: holding(env.ADMIN_API_KEY) });
    expect(problemOf({ status, headers, body })).toMatchObject({ status: 405, code: "method_not_allowed" });
    expect(headers.get("allow")).toBe(allow);
    expect(body).toMatchObject({ requestId: headers.get("x-request-id") });
  });

  test("is PUT, at every path but a logo's, a connection's, a tag's, an export's, a rate's, those of calls and of accounts: each tells the methods that it has", async () => {
    const document = await apiDocument();
    const putting = Object.entries(document.paths).filter(([, operations]) => "put" in operations);
    expect(putting.map(([path]) => path)).toEqual([
      "/api/v1/stores/{id}/logo",
      "/api/v1/stores/{id}/connection",
      "/api/v1/stores/{id}/attribution-tags/{creatorId}",
      "/api/v1/stores/{id}/analytics-export",
      "/api/v1/tracking-plans/{id}/conversion-rates/{definitionId}",
      "/api/v1/stores/{id}/carriers/{carrier}",
      "/api/v1/stores/{id}/call-settings",
      "/api/v1/creators/{id}/payout-details",
      "/api/v1/stores/{id}/payer",
    ]);
    for (const [path, operations] of Object.entries(document.paths)) {
      if ("put" in operations) continue;
      const url = path.replaceAll(/\{\w+\}/g, "a_b");
      const { status, headers } = await openJson(url, { method: "PUT", headers: holding(env.ADMIN_API_KEY) });
      expect(status, path).toBe(405);
      const told = (headers.get("allow") ?? "").split(", ");
      // Some paths are also those of a route with a parameter, and tell its methods too.
      for (const method of Object.keys(operations)) expect(told, path).toContain(method.toUpperCase());
    }
  });

  test("is told to nobody without a key, within the API", async () => {
    expect((await open("/api/v1/nothing")).status).toBe(401);
    expect((await open("/api/v1/links", { method: "PUT" })).status).toBe(401);
  });
});

test("a failure of D1 is a problem that tells the request id and nothing of the failure", async () => {
  breakD1();
  const log = vi.spyOn(console, "error").mockImplementation(() => {});
  const answer = await api("GET", "/stores");
  expect(problemOf(answer)).toMatchObject({ status: 503, code: "unavailable" });
  expect(answer.headers.get("retry-after")).toBe("5");
  expect(answer.body).toMatchObject({ requestId: answer.headers.get("x-request-id") });
  expect(JSON.stringify(answer.body)).not.toContain("D1");
  expect(log.mock.calls.flat().join("\n")).toContain(LOST.message);
});
