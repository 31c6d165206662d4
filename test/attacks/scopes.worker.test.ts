import { env, exports } from "cloudflare:workers";
import { createExecutionContext } from "cloudflare:test";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createApp } from "../../src/app.ts";
import { type Scope, SCOPES } from "../../src/ground/http/auth.ts";
import worker from "../../src/index.ts";
import { api, holding } from "../ground/api.ts";
import { createKey } from "../operate/key-fixtures.ts";
import { createStore } from "../programme/fixtures.ts";

const ORIGIN = "https://go.brand.example";

/**
 * What each route needs: all of these scopes. A route that is not here fails the test, so that whoever adds one
 * decides. What makes or shows a secret that speaks for orders, or moves what was credited for them, asks for
 * `orders` too; the audit log has everything, and so opens to nothing else's scope.
 */
const NEEDED: Readonly<Record<string, readonly Scope[]>> = {
  "GET /abuse-reports": ["settings:read"],
  "POST /abuse-reports/{id}/resolve": ["settings:write"],
  "GET /alarms": ["settings:read"],
  "POST /alarms/{id}/resolve": ["settings:write"],
  "GET /api-keys": ["settings:read"],
  "POST /api-keys": ["settings:write"],
  // What a key is, it may know.
  "GET /api-keys/self": [],
  "GET /api-keys/{id}": ["settings:read"],
  "PATCH /api-keys/{id}": ["settings:write"],
  "DELETE /api-keys/{id}": ["settings:write"],
  "GET /archives": ["settings:read"],
  "POST /archives/restore": ["settings:write"],
  "POST /attribution/simulate": ["orders:read"],
  "GET /audit": ["audit:read"],
  "GET /blocked-hosts": ["settings:read"],
  "POST /blocked-hosts": ["settings:write"],
  "DELETE /blocked-hosts/{id}": ["settings:write"],
  "GET /calls": ["orders:read"],
  "GET /calls/events": ["orders:read"],
  "GET /calls/{id}": ["orders:read"],
  "POST /calls/{id}/deal": ["orders:write"],
  "GET /calls/{id}/deals": ["orders:read"],
  "GET /campaigns": ["plans:read"],
  "POST /campaigns": ["plans:write"],
  "GET /campaigns/{id}": ["plans:read"],
  "PATCH /campaigns/{id}": ["plans:write"],
  "DELETE /campaigns/{id}": ["plans:write"],
  "POST /campaigns/{id}/archive": ["plans:write"],
  "GET /campaigns/{id}/creators": ["plans:read"],
  "POST /campaigns/{id}/creators": ["plans:write"],
  "POST /campaigns/{id}/creators/bulk": ["plans:write"],
  "GET /campaigns/{id}/creators/{creatorId}": ["plans:read"],
  "POST /campaigns/{id}/creators/{creatorId}/approve": ["plans:write"],
  "POST /campaigns/{id}/creators/{creatorId}/reject": ["plans:write"],
  "POST /campaigns/{id}/creators/{creatorId}/retry-code": ["plans:write"],
  "POST /campaigns/{id}/launch": ["plans:write"],
  "GET /campaigns/{id}/performance": ["reports:read"],
  "GET /clicks": ["reports:read"],
  "POST /clicks/restore": ["settings:write"],
  "GET /click-log/layouts": ["settings:read"],
  "POST /click-log/layouts": ["settings:write"],
  "GET /click-log/packing": ["settings:read"],
  "POST /click-log/packing": ["settings:write"],
  // What channels cost stands beside what creators earn.
  "GET /channel-costs": ["orders:read"],
  "POST /channel-costs": ["orders:write"],
  "GET /channel-costs/{id}": ["orders:read"],
  "PATCH /channel-costs/{id}": ["orders:write"],
  "DELETE /channel-costs/{id}": ["orders:write"],
  "GET /codes": ["plans:read"],
  "POST /codes": ["plans:write"],
  "GET /codes/leaks": ["plans:read"],
  "POST /codes/uses": ["orders:write"],
  "GET /codes/{id}": ["plans:read"],
  "PATCH /codes/{id}": ["plans:write"],
  "DELETE /codes/{id}": ["plans:write"],
  "POST /codes/{id}/rotate": ["plans:write"],
  "POST /codes/{id}/sync": ["plans:write"],
  // What they came to, and what would have met them, is said of orders and shoppers; deleting takes away what was recorded.
  "GET /contacts": ["orders:read"],
  "GET /contacts/{id}": ["orders:read"],
  "DELETE /contacts/{id}": ["orders:write"],
  "GET /contacts/{id}/events": ["orders:read"],
  "GET /contacts/{id}/path": ["orders:read"],
  "GET /conversion-definitions": ["plans:read", "reports:read"],
  "POST /conversion-definitions": ["plans:write"],
  "GET /conversion-definitions/{id}": ["plans:read"],
  "GET /conversion-definitions/{id}/segment": ["plans:read"],
  "PATCH /conversion-definitions/{id}": ["plans:write"],
  "DELETE /conversion-definitions/{id}": ["plans:write", "orders:write"],
  "POST /conversion-definitions/delete": ["plans:write", "orders:write"],
  "GET /conversion-definitions/used-in": ["plans:read"],
  "POST /conversion-definitions/preview": ["plans:read", "orders:read"],
  "POST /conversion-definitions/{id}/preview": ["plans:read", "orders:read"],
  "GET /conversion-definitions/{id}/snippet": ["plans:read"],
  "GET /conversion-templates": ["plans:read"],
  "POST /conversion-definitions/{id}/activate": ["plans:write"],
  "POST /conversion-definitions/{id}/archive": ["plans:write"],
  "POST /conversion-definitions/{id}/copy": ["plans:write"],
  "POST /conversion-definitions/{id}/conversions": ["orders:write"],
  "POST /conversion-definitions/{id}/backfill": ["plans:write", "orders:write"],
  "GET /conversion-definitions/{id}/backfill": ["plans:read"],
  "GET /conversions": ["orders:read"],
  "POST /conversions/bulk": ["orders:write"],
  "GET /conversions/{id}": ["orders:read"],
  "POST /conversions/{id}/approve": ["orders:write"],
  "GET /conversions/{id}/commission": ["orders:read"],
  "POST /conversions/{id}/decline": ["orders:write"],
  "GET /creators": ["plans:read"],
  "POST /creators": ["plans:write"],
  "POST /creators/bulk": ["plans:write"],
  // It shows the names and addresses of whom it makes links for.
  "POST /creators/portal-links": ["reports:write", "plans:read"],
  "GET /creators/{id}": ["plans:read"],
  "PATCH /creators/{id}": ["plans:write"],
  "DELETE /creators/{id}": ["plans:write"],
  // Where money goes; whole it is shown to `orders:write` alone.
  "GET /creators/{id}/payout-details": ["orders:read"],
  "PUT /creators/{id}/payout-details": ["orders:write"],
  "DELETE /creators/{id}/payout-details": ["orders:write"],
  "GET /creators/{id}/portal-links": ["reports:read"],
  "POST /creators/{id}/portal-links": ["reports:write"],
  "DELETE /creators/{id}/portal-links/{tokenId}": ["reports:write"],
  "GET /creators/{id}/report": ["reports:read"],
  // Its messages are shown by their size alone; they are clicks.
  "GET /dead-letters": ["settings:read"],
  "POST /dead-letters/{id}/replay": ["settings:write"],
  // Each part by the scope of its list.
  "GET /decisions": ["reports:read"],
  "GET /domains": ["settings:read"],
  "POST /domains": ["settings:write"],
  "GET /domains/{id}": ["settings:read"],
  "PATCH /domains/{id}": ["settings:write"],
  "DELETE /domains/{id}": ["settings:write"],
  "GET /exchange-rates": ["orders:read"],
  "POST /exchange-rates": ["orders:write"],
  "GET /export/clicks": ["reports:read"],
  "GET /export/conversions": ["reports:read", "orders:read"],
  "GET /export/ledger": ["orders:read"],
  "GET /export/visits": ["reports:read"],
  "GET /export/orders": ["reports:read", "orders:read"],
  "GET /inbox": ["orders:read"],
  "GET /inbox/{id}": ["orders:read"],
  "POST /inbox/{id}/retry": ["orders:write"],
  "GET /ledger": ["orders:read"],
  "POST /ledger": ["orders:write"],
  "GET /ledger/balances": ["orders:read"],
  "GET /links": ["links:read"],
  "POST /links": ["links:write"],
  "POST /links/bulk": ["links:write"],
  "GET /links/export.csv": ["links:read"],
  "GET /links/{id}": ["links:read"],
  "PATCH /links/{id}": ["links:write"],
  "DELETE /links/{id}": ["links:write"],
  "GET /links/{id}/qr.svg": ["links:read"],
  "POST /links/{id}/simulate": ["links:read"],
  // Whom calls are credited to, as codes are.
  "GET /number-pools": ["plans:read"],
  "POST /number-pools": ["plans:write"],
  "GET /number-pools/{id}": ["plans:read"],
  "PATCH /number-pools/{id}": ["plans:write"],
  "DELETE /number-pools/{id}": ["plans:write"],
  "GET /orders": ["orders:read"],
  "POST /orders/bulk": ["orders:write"],
  "GET /orders/{id}": ["orders:read"],
  "POST /orders/{id}/approve": ["orders:write"],
  "POST /orders/{id}/attribute": ["orders:write"],
  "GET /orders/{id}/commission": ["orders:read"],
  "POST /orders/{id}/decline": ["orders:write"],
  "POST /orders/{id}/dispute": ["orders:write"],
  "GET /orders/{id}/explanation": ["orders:read"],
  "GET /orders/{id}/history": ["orders:read"],
  "GET /orders/{id}/path": ["orders:read"],
  // As where creators are paid: whole they are shown to `orders:write` alone.
  "GET /payout-detail-proposals": ["orders:read"],
  "GET /payout-detail-proposals/{id}": ["orders:read"],
  "POST /payout-detail-proposals/{id}/confirm": ["orders:write"],
  "POST /payout-detail-proposals/{id}/refuse": ["orders:write"],
  "GET /payouts": ["orders:read"],
  "POST /payouts": ["orders:write"],
  "POST /payouts/preview": ["orders:read"],
  "GET /payouts/{id}": ["orders:read"],
  "POST /payouts/{id}/cancel": ["orders:write"],
  "GET /payouts/{id}/entries": ["orders:read"],
  "GET /payouts/{id}/export": ["orders:read"],
  "GET /payouts/{id}/lines": ["orders:read"],
  "POST /payouts/{id}/pay": ["orders:write"],
  "POST /payouts/{id}/reverse": ["orders:write"],
  "GET /periods": ["orders:read"],
  "POST /periods": ["orders:write"],
  "GET /periods/{id}": ["orders:read"],
  "PATCH /periods/{id}": ["orders:write"],
  "DELETE /periods/{id}": ["orders:write"],
  "POST /periods/{id}/lock": ["orders:write"],
  "GET /phone-numbers": ["plans:read"],
  "POST /phone-numbers": ["plans:write"],
  "POST /phone-numbers/import": ["plans:write"],
  "GET /phone-numbers/{id}": ["plans:read"],
  "PATCH /phone-numbers/{id}": ["plans:write"],
  "DELETE /phone-numbers/{id}": ["plans:write"],
  "POST /phone-numbers/{id}/bind": ["plans:write"],
  "GET /phone-numbers/{id}/bindings": ["plans:read"],
  "POST /phone-numbers/{id}/unbind": ["plans:write"],
  "GET /providers": ["plans:read"],
  "GET /reconciliations": ["orders:read"],
  "POST /reconciliations": ["orders:write"],
  "GET /reconciliations/{id}": ["orders:read"],
  "POST /reconciliations/{id}/apply": ["orders:write"],
  "POST /reconciliations/{id}/keep": ["orders:write"],
  "GET /reconciliations/{id}/discrepancies": ["orders:read"],
  "GET /audiences/abandoners": ["reports:read"],
  "GET /carts": ["reports:read"],
  "GET /heatmaps": ["reports:read"],
  "GET /reports/abandonment": ["reports:read"],
  "GET /reports/checkout": ["reports:read"],
  "GET /reports/consent": ["reports:read"],
  "GET /reports/events": ["reports:read"],
  "GET /reports/pages": ["reports:read"],
  "GET /reports/visits": ["reports:read"],
  "GET /reports/amazon": ["reports:read"],
  "GET /reports/calls": ["reports:read"],
  "GET /reports/channels": ["reports:read"],
  "GET /reports/campaigns": ["reports:read"],
  "GET /reports/codes": ["reports:read"],
  "GET /reports/conversions": ["reports:read"],
  "GET /reports/countries": ["reports:read"],
  "GET /reports/creators": ["reports:read"],
  "GET /reports/devices": ["reports:read"],
  "GET /reports/links": ["reports:read"],
  "GET /reports/plans": ["reports:read"],
  "GET /reports/sources": ["reports:read"],
  "GET /reports/summary": ["reports:read"],
  "GET /reports/traffic": ["reports:read"],
  "GET /rollups": ["settings:read"],
  "POST /rollups/rebuild": ["settings:write"],
  // Each kind by the scope of its list.
  "GET /search": [],
  "GET /stores": ["settings:read"],
  // A store is whose word on orders is believed: its secret, its currency, who is credited, what it may report.
  "POST /stores": ["settings:write", "orders:write"],
  "GET /stores/{id}": ["settings:read"],
  "PATCH /stores/{id}": ["settings:write", "orders:write"],
  "DELETE /stores/{id}": ["settings:write", "orders:write"],
  "GET /stores/{id}/analytics-export": ["settings:read"],
  "PUT /stores/{id}/analytics-export": ["settings:write", "reports:read"],
  "DELETE /stores/{id}/analytics-export": ["settings:write"],
  "POST /stores/{id}/analytics-export/test": ["settings:write"],
  "GET /stores/{id}/attribution-reports": ["orders:read"],
  "POST /stores/{id}/attribution-reports": ["orders:write"],
  "GET /stores/{id}/attribution-reports/rows": ["orders:read"],
  "GET /stores/{id}/attribution-tags": ["plans:read"],
  "POST /stores/{id}/attribution-tags": ["plans:write", "orders:write"],
  "PUT /stores/{id}/attribution-tags/{creatorId}": ["plans:write", "orders:write"],
  "DELETE /stores/{id}/attribution-tags/{creatorId}": ["plans:write", "orders:write"],
  "GET /stores/{id}/call-settings": ["settings:read"],
  "PUT /stores/{id}/call-settings": ["settings:write"],
  // Whoever signs as a carrier says who called, and so who is credited.
  "GET /stores/{id}/carriers": ["settings:read"],
  "GET /stores/{id}/carriers/{carrier}": ["settings:read"],
  "PUT /stores/{id}/carriers/{carrier}": ["settings:write", "orders:write"],
  "DELETE /stores/{id}/carriers/{carrier}": ["settings:write", "orders:write"],
  "GET /stores/{id}/connection": ["settings:read"],
  "PUT /stores/{id}/connection": ["settings:write", "orders:write"],
  "DELETE /stores/{id}/connection": ["settings:write", "orders:write"],
  "POST /stores/{id}/connection/check": ["settings:write"],
  "POST /stores/{id}/connection/sync": ["settings:write", "orders:write"],
  "GET /stores/{id}/inbox": ["orders:read"],
  "GET /stores/{id}/payer": ["settings:read"],
  "PUT /stores/{id}/payer": ["settings:write", "orders:write"],
  "DELETE /stores/{id}/payer": ["settings:write", "orders:write"],
  "POST /stores/{id}/rotate-secret": ["settings:write", "orders:write"],
  "PUT /stores/{id}/logo": ["settings:write", "orders:write"],
  "DELETE /stores/{id}/logo": ["settings:write", "orders:write"],
  "GET /stores/{id}/quality": ["settings:read"],
  "GET /tagging-plans": ["settings:read"],
  "POST /tagging-plans": ["settings:write"],
  "GET /tagging-plans/{id}": ["settings:read"],
  "PATCH /tagging-plans/{id}": ["settings:write"],
  "DELETE /tagging-plans/{id}": ["settings:write"],
  "POST /tagging-plans/{id}/activate": ["settings:write"],
  "POST /tagging-plans/{id}/copy": ["settings:write"],
  "POST /tagging-plans/{id}/preview": ["settings:write"],
  "POST /tagging-plans/{id}/retire": ["settings:write"],
  "GET /tracking-plans": ["plans:read"],
  "POST /tracking-plans": ["plans:write"],
  "POST /tracking-plans/preview": ["plans:read"],
  "GET /tracking-plans/{id}": ["plans:read"],
  "PATCH /tracking-plans/{id}": ["plans:write"],
  "DELETE /tracking-plans/{id}": ["plans:write"],
  "GET /tracking-plans/{id}/commission-rules": ["plans:read"],
  // It may reach back: what orders of last month earn changes, and the ledger with it.
  "POST /tracking-plans/{id}/commission-rules": ["plans:write", "orders:write"],
  "GET /tracking-plans/{id}/conversion-rates": ["plans:read"],
  "GET /tracking-plans/{id}/conversion-rates/{definitionId}": ["plans:read"],
  "PUT /tracking-plans/{id}/conversion-rates/{definitionId}": ["plans:write", "orders:write"],
  "DELETE /tracking-plans/{id}/conversion-rates/{definitionId}": ["plans:write", "orders:write"],
  "POST /tracking-plans/{id}/preview": ["plans:read"],
  // Events tell of orders and payouts, so whoever says where they go, or reads them, may read those.
  "GET /webhook-endpoints": ["settings:read"],
  "POST /webhook-endpoints": ["settings:write", "orders:read"],
  "GET /webhook-endpoints/{id}": ["settings:read"],
  "PATCH /webhook-endpoints/{id}": ["settings:write", "orders:read"],
  "DELETE /webhook-endpoints/{id}": ["settings:write"],
  "GET /webhook-endpoints/{id}/deliveries": ["settings:read", "orders:read"],
  "POST /webhook-endpoints/{id}/deliveries/{seq}/replay": ["settings:write", "orders:read"],
  "POST /webhook-endpoints/{id}/replay": ["settings:write", "orders:read"],
  "POST /webhook-endpoints/{id}/rotate-secret": ["settings:write", "orders:read"],
  "POST /webhook-endpoints/{id}/test": ["settings:write"],
};

/** Routes for which nobody needs an API key; those under `/t`, `/creator` and `/webhooks` judge by secrets of their own. */
const OPEN =
  /^(?:GET \/(?:healthz|readyz|docs(?:\/\{area\})?|openapi\.json|robots\.txt|favicon\.ico|\.well-known\/[\w.-]+)|[A-Z]+ \/(?:t|creator|webhooks)\/.*)$/;

const PARAMETERS: Readonly<Record<string, string>> = {
  creatorId: "crt_0000000000000zzz",
  tokenId: "ptk_0000000000000zzz",
  seq: "1",
};
const KINDS: Readonly<Record<string, string>> = {
  "abuse-reports": "abr",
  alarms: "alm",
  "api-keys": "key",
  "blocked-hosts": "blk",
};

/** Every route of the app as `METHOD /path/{parameter}`, those outside the OpenAPI document too. */
async function routesOfApp(): Promise<string[]> {
  const { routes } = await createApp();
  const found = routes
    .filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)(?:\{[^}]*\})?/g, "{$1}")}`);
  return [...new Set(found)];
}

const keys = new Map<string, string>();

/** A key with just these scopes. */
async function keyWith(scopes: readonly Scope[]): Promise<string> {
  const name = scopes.join();
  const known = keys.get(name);
  if (known !== undefined) return known;
  const { key } = await createKey(scopes);
  keys.set(name, key);
  return key;
}

afterEach(() => {
  keys.clear();
  vi.restoreAllMocks();
});

describe("G-9: what a key may do", () => {
  test("is decided for every route there is", async () => {
    const guarded = (await routesOfApp()).filter((route) => !OPEN.test(route));
    const decided = [...Object.keys(NEEDED).map((route) => route.replace(" /", " /api/v1/")), "GET /metrics"];
    expect(guarded.toSorted()).toEqual(decided.toSorted());
  });

  test("is said by the reference for every route, but for what only some requests need", async () => {
    const { openAPIRegistry } = await createApp();
    const said = openAPIRegistry.definitions.flatMap((definition) =>
      definition.type === "route" && definition.route.path.startsWith("/api/v1/") ? [definition.route] : [],
    );
    expect(said).toHaveLength(Object.keys(NEEDED).length);
    for (const { method, path, security } of said) {
      const name = `${method.toUpperCase()} ${path.replace("/api/v1", "")}`;
      expect(security?.[0]?.["apiKey"]?.toSorted(), name).toEqual(NEEDED[name]?.toSorted());
    }
  });

  test.each(Object.entries(NEEDED))("%s needs %j, all of them, and nothing else", async (route, needed) => {
    const [method = "", path = ""] = route.split(" ");
    const filled = path.replaceAll(
      /\{(\w+)\}/g,
      (_match, name: string) => PARAMETERS[name] ?? `${KINDS[path.split("/")[1] ?? ""] ?? "x"}_x`,
    );
    const ask = async (key: string) => {
      const body = method === "GET" || method === "DELETE" ? undefined : {};
      const response = await exports.default.fetch(`${ORIGIN}/api/v1${filled}`, {
        method,
        headers: holding(key),
        ...(body !== undefined && { body: "{}" }),
      });
      const text = await response.text();
      return {
        status: response.status,
        code: response.status < 400 ? null : (JSON.parse(text) as { code: string }).code,
      };
    };
    for (const scope of needed) {
      const enough = new Set<string>([scope, scope.replace(":read", ":write")]);
      const answer = await ask(await keyWith(SCOPES.filter((other) => !enough.has(other))));
      expect(answer, `without ${scope}`).toEqual({ status: 403, code: "forbidden" });
    }
    const answer = await ask(await keyWith(needed.length === 0 ? ["metrics:read"] : needed));
    expect([answer.status, answer.code]).not.toContain("forbidden");
    expect(answer.status).not.toBe(401);
  });

  test("a key of before does no more than it did, and no longer what has a scope of its own", async () => {
    const { key } = await createKey(["settings:write"]);
    // As it stands in a database that is older than the new scopes.
    expect(await env.DB.prepare("SELECT scopes FROM api_keys").first("scopes")).toBe('["settings:write"]');
    const store = await createStore();
    const refused: [string, string][] = [
      ["GET", "/audit"],
      ["POST", `/stores/${store.id}/rotate-secret`],
      ["POST", "/webhook-endpoints"],
      ["POST", "/stores"],
    ];
    for (const [method, path] of refused) {
      const answer = await api(method, path, method === "GET" ? undefined : {}, holding(key));
      expect(answer.status, path).toBe(403);
    }
    const metrics = await exports.default.fetch(`${ORIGIN}/metrics`, { headers: holding(key) });
    expect(metrics.status).toBe(403);
    expect((await api("GET", "/stores", undefined, holding(key))).status).toBe(200);
  });
});

describe("G-10: a secret that can be guessed", () => {
  const asking = async (path: string, key: string, bindings: Record<string, unknown>) => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const request = new Request<unknown, IncomingRequestCfProperties>(`${ORIGIN}${path}`, { headers: holding(key) });
    return (await worker.fetch(request, { ...env, ...bindings }, createExecutionContext())).status;
  };

  test.each(["ab", "a", "changeme", "admin-key-of-21-chars"])("%s as ADMIN_API_KEY opens nothing", async (weak) => {
    for (const path of ["/api/v1/stores", "/api/v1/audit", "/metrics", "/readyz"]) {
      expect(await asking(path, weak, { ADMIN_API_KEY: weak }), path).toBe(401);
    }
  });

  test("of 22 characters opens the API", async () => {
    const key = "admin-key-of-22-chars!";
    expect(await asking("/api/v1/stores", key, { ADMIN_API_KEY: key })).toBe(200);
  });

  test("leaves no bootstrap key, and keys made before go on", async () => {
    const { key } = await createKey(["settings:read"]);
    expect(await asking("/api/v1/stores", key, { ADMIN_API_KEY: "ab" })).toBe(200);
    expect(await asking("/api/v1/stores", "", { ADMIN_API_KEY: "" })).toBe(401);
  });

  test("as VISITOR_KEY seals nothing and hashes nobody", async () => {
    const { customerHasher } = await import("../../src/sales/capture/customer.ts");
    const { openSecret, sealSecret } = await import("../../src/programme/store/secret.ts");
    const { createIsolate } = await import("../../src/isolate.ts");
    vi.spyOn(console, "error").mockImplementation(() => {});
    expect(await customerHasher("short")("str_1", "lea@shop.example")).toBeNull();
    expect(await sealSecret("short", (bytes) => bytes.fill(1), "str_1", "secret")).toBeNull();
    expect(await openSecret("short", "str_1", "AA==.AA==")).toBeNull();
    expect((await createIsolate({ ...env, VISITOR_KEY: "short" })).edge.pseudonyms).toBeNull();
    expect((await createIsolate(env)).edge.pseudonyms).not.toBeNull();
  });
});
