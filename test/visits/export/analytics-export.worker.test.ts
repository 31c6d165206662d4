import { env, exports } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, inject, it, vi } from "vitest";
import { exportVisits } from "../../../src/visits/export/run.ts";
import { forgetVisitor } from "../../../src/visits/forget/write-forget.ts";
import { api, expectInvalid } from "../../ground/api.ts";
import { insertStore, NOW, STORE } from "../../programme/generation-fixtures.ts";
import { everything } from "../../sales/capture-fixtures.ts";
import { exported } from "../../reports/export-fixtures.ts";
import type { Collected } from "../collector-started.ts";
import { countIn, event, hashOf, putLogged, visitorId } from "../log-fixtures.ts";

const PATH = `/stores/${STORE}/analytics-export`;
const MINUTE = 60_000;
let name: string;
let anna: string;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
  vi.spyOn(console, "error").mockImplementation(() => {});
  await insertStore();
  name = crypto.randomUUID();
  anna = await hashOf(visitorId("a"));
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const collector = (path = "") => `${inject("collectorOrigin")}/${name}${path}`;
const received = async (): Promise<Collected[]> => (await fetch(collector())).json();
const answering = (status: number) => fetch(collector(), { method: "PUT", body: String(status) });
const run = (after = 0) => {
  vi.setSystemTime(Date.now() + after);
  return exportVisits(env);
};

/** Sets the export as somebody on this machine may, to whom this machine is no private place. */
async function put(
  body: unknown,
  method = "PUT",
  path = PATH,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await exports.default.fetch(`http://localhost/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${env.ADMIN_API_KEY}` },
    ...(body !== null && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

interface Line {
  id: string;
  page: string;
  visitor: string;
}

const linesOf = (requests: readonly Collected[]) =>
  requests.flatMap(({ body }) =>
    body
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Line),
  );

describe("DIO-6: the stream to the store's own tool", () => {
  it("sends what is logged from then on, once, under names that are found nowhere here", async () => {
    await putLogged([event({ visitorHash: anna, page: "/before" })]);
    expect((await put({ format: "ndjson", endpoint: collector("/in"), secrets: { token: "s3cret" } })).status).toBe(
      200,
    );
    await putLogged([event({ visitorHash: anna, page: "/1" }), event({ visitorHash: anna, page: "/2" })]);
    await putLogged([event({ visitorHash: anna, page: "/3" })]);
    await run();
    await run(MINUTE);
    const requests = await received();
    expect(requests.map(({ path, headers }) => [path, headers["authorization"], headers["content-type"]])).toEqual(
      Array.from({ length: 2 }, () => [`/${name}/in`, "Bearer s3cret", "application/x-ndjson"]),
    );
    const lines = linesOf(requests);
    expect(lines.map(({ page }) => page)).toEqual(["/1", "/2", "/3"]);
    expect(new Set(lines.map(({ id }) => id)).size).toBe(3);
    expect(JSON.stringify(requests)).not.toContain(anna);
    const [first] = lines;
    expect(await everything()).not.toContain(first?.visitor);
    expect(await everything()).not.toContain("s3cret");
    expect((await api("GET", PATH)).body).toMatchObject({ waiting: 0, failure: null, hasSecrets: true });
    // The download has the same names.
    expect(await exported<Line>(`visits?store=${STORE}`)).toMatchObject(
      ["/before", ...lines].map((line) =>
        typeof line === "string" ? { page: line } : { id: line.id, visitor: line.visitor },
      ),
    );
  });

  it("tries what fails again, at growing pauses and from where it stands, and tells somebody", async () => {
    await put({ format: "ga4", endpoint: collector("/mp"), secrets: { measurementId: "G-1", apiSecret: "s" } });
    await putLogged([
      event({ visitorHash: anna, page: "/1" }),
      event({ visitorHash: await hashOf(visitorId("b")), page: "/2" }),
    ]);
    await answering(503);
    await run();
    await run(MINUTE - 1);
    expect(await received()).toHaveLength(2);
    await run(1);
    expect(await received()).toHaveLength(4);
    expect(await countIn("alarms")).toBe(0);
    await run(2 * MINUTE);
    expect(
      await countIn(
        "alarms",
        `kind = 'analytics_export_failing' AND subject = '${STORE}' AND detail NOT LIKE '%${name}%'`,
      ),
    ).toBe(1);
    expect((await api("GET", PATH)).body).toMatchObject({ waiting: 2, failure: "HTTP 503" });
    await answering(204);
    await run(5 * MINUTE);
    expect((await received()).slice(-2).map(({ path }) => path)).toEqual(
      Array.from({ length: 2 }, () => `/${name}/mp?measurement_id=G-1&api_secret=s`),
    );
    expect(await countIn("alarms", "resolved_at IS NULL")).toBe(0);
    expect((await api("GET", PATH)).body).toMatchObject({ waiting: 0, failure: null, nextAttemptAt: null });
  });

  it("may run twice at once and die anywhere; who asked to be forgotten is sent no more", async () => {
    await put({ format: "ndjson", endpoint: collector() });
    await putLogged([
      event({ visitorHash: anna, page: "/anna" }),
      event({ visitorHash: await hashOf(visitorId("b")), page: "/b" }),
    ]);
    await env.DB.batch(forgetVisitor(env.DB, STORE, anna, NOW));
    await Promise.all([run(), run()]);
    expect(linesOf(await received()).map(({ page }) => page)).toEqual(["/b"]);
    // It was taken and not noted: it is sent again, under the same id.
    await env.DB.prepare("UPDATE analytics_exports SET seq = 0, sent = 0, next_at = 0").run();
    await run();
    expect(new Set(linesOf(await received()).map(({ id }) => id)).size).toBe(1);
  });

  it("follows no redirect, and a test says what was answered, without a body of theirs", async () => {
    await put({ format: "meta", endpoint: collector(), secrets: { accessToken: "EAAB" } });
    await answering(302);
    expect((await put(null, "POST", `${PATH}/test`)).body).toEqual({ taken: false, status: 302, failure: "HTTP 302" });
    await answering(200);
    expect((await put(null, "POST", `${PATH}/test`)).body).toEqual({ taken: true, status: 200, failure: null });
    expect(JSON.parse((await received())[1]?.body ?? "")).toMatchObject({
      data: [{ event_name: "PageView" }],
      access_token: "EAAB",
    });
  });
});

describe("the endpoint", () => {
  it("tells nothing of an address that could not be reached: it may have secrets", async () => {
    const secrets = { measurementId: "G-1", apiSecret: "s3cret" };
    await put({ format: "ga4", endpoint: collector("/pr1vate"), secrets });
    await putLogged([event({ visitorHash: anna, page: "/1" })]);
    const failing = (url: unknown) => Promise.reject(new TypeError(`Fetch API cannot load: ${String(url)}`));
    for (let minute = 1; minute <= 3; minute++) {
      vi.setSystemTime(Date.now() + 10 * MINUTE);
      await exportVisits(env, { fetch: failing, now: () => Date.now() });
    }
    const { body } = await api("GET", PATH);
    expect(JSON.stringify(body)).toContain("Fetch API cannot load");
    expect(await countIn("alarms", "kind = 'analytics_export_failing'")).toBe(1);
    const { results } = await env.DB.prepare(
      "SELECT failure AS text FROM analytics_exports UNION SELECT detail FROM alarms",
    ).all();
    for (const text of [JSON.stringify(body), JSON.stringify(results)]) expect(text).not.toContain("s3cret");
    expect(JSON.stringify(results)).not.toContain("pr1vate");
  });

  it("is of the public internet, by https, whoever asks from there", async () => {
    for (const endpoint of [
      "http://collect.example.com/",
      "https://127.0.0.1/",
      "https://localhost/",
      "https://10.0.0.8/",
      "https://0x7f000001/",
      "https://[::1]/",
      "https://169.254.169.254/latest/meta-data",
      "https://metadata.google.internal/",
      "https://intranet/",
      "https://user:pass@collect.example.com/",
      "ftp://collect.example.com/",
    ]) {
      expectInvalid(await api("PUT", PATH, { format: "ndjson", endpoint }), "endpoint");
    }
    expect(await countIn("analytics_exports")).toBe(0);
  });

  it("gets no secret that was given for another, and each format only its own", async () => {
    const endpoint = "https://collect.example.com/mp";
    const secrets = { measurementId: "G-1", apiSecret: "s" };
    expectInvalid(await api("PUT", PATH, { format: "ga4", endpoint }), "secrets.measurementId");
    expectInvalid(await api("PUT", PATH, { format: "meta", endpoint, secrets }), "secrets.measurementId");
    expect((await api("PUT", PATH, { format: "ga4", endpoint, secrets })).status).toBe(200);
    expect((await api("PUT", PATH, { format: "ga4", endpoint, enabled: false })).body).toMatchObject({
      enabled: false,
      hasSecrets: true,
    });
    for (const other of ["https://evil.example.com/mp", `${endpoint}/x`]) {
      expectInvalid(await api("PUT", PATH, { format: "ga4", endpoint: other }), "secrets.measurementId");
    }
    expect(JSON.stringify((await api("GET", "/audit")).body)).not.toContain("G-1");
    expect((await api("DELETE", PATH)).status).toBe(204);
    expect((await api("GET", PATH)).status).toBe(404);
    expect((await api("DELETE", PATH)).status).toBe(404);
  });
});
