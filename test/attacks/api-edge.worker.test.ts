import { exports } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { createApp } from "../../src/app.ts";
import { api } from "../ground/api.ts";

const ORIGIN = "https://go.brand.example";
const TOKEN = "q1W2e3R4t5Y6u7I8o9P0a1S2d3F4g5H6j7K8l9Z0x1C";

describe("G-14: a problem doesn't repeat a secret of the path", () => {
  it.each([
    ["POST", `/creator/${TOKEN}`, 405],
    ["DELETE", `/creator/${TOKEN}/report.csv`, 405],
    ["GET", `/creator/${TOKEN}/nothing-here`, 404],
    ["GET", `/creator/${TOKEN}/links`, 404],
    ["GET", `/%63reator/${TOKEN}/nothing-here`, 404],
    ["POST", `/t/${TOKEN}`, 404],
    ["GET", `/webhooks/${TOKEN}/x`, 405],
    ["POST", `/webhooks/${TOKEN}/x`, 404],
    ["GET", `/webhooks/${TOKEN}`, 404],
    ["GET", `/assets/${TOKEN}`, 404],
  ])("%s %s", async (method, path, status) => {
    for (const accept of ["*/*", "text/html"]) {
      const response = await exports.default.fetch(`${ORIGIN}${path}?token=${TOKEN}`, {
        method,
        headers: { accept },
        redirect: "manual",
      });
      expect(response.status).toBe(status);
      const said = (await response.text()) + JSON.stringify([...response.headers]);
      expect(said).not.toContain(TOKEN);
      expect(said).not.toContain(TOKEN.slice(0, 20));
    }
  });

  it("also where it was put into a path of the API", async () => {
    const { status, body } = await api("GET", `/creator/${TOKEN}`);
    expect(status).toBe(404);
    expect(JSON.stringify(body)).toContain("/api/v1/creator/…");
    expect(JSON.stringify(body)).not.toContain(TOKEN);
  });

  it("and still says what is wrong with a path", async () => {
    expect((await api("GET", "/linkz")).body).toMatchObject({ detail: "Nothing is at /api/v1/linkz." });
  });
});

describe("G-14: the reference of the API", () => {
  it.each(["/openapi.json", "/docs"])("%s is made once an isolate", async (path) => {
    const app = await createApp();
    const made = vi.spyOn(app, "getOpenAPI31Document");
    const crowd = await Promise.all(Array.from({ length: 5 }, async () => app.request(`${ORIGIN}${path}`)));
    const [first] = await Promise.all(crowd.map(async (response) => response.text()));
    const later = await app.request(`${ORIGIN}${path}`);
    expect(await later.text()).toBe(first);
    expect(made).toHaveBeenCalledTimes(1);
  });

  it.each(["/openapi.json", "/docs"])("%s is answered from a cache's copy while it is the same", async (path) => {
    const response = await exports.default.fetch(ORIGIN + path);
    const etag = response.headers.get("etag") ?? "";
    expect(etag).toMatch(/^"[0-9a-f]{32}"$/);
    expect(response.headers.get("cache-control")).toBe("public, max-age=300");
    await response.text();
    for (const tag of [etag, `W/${etag}`, `"x", ${etag}`]) {
      const again = await exports.default.fetch(ORIGIN + path, { headers: { "If-None-Match": tag } });
      expect([again.status, await again.text(), again.headers.get("etag")]).toEqual([304, "", etag]);
    }
    const other = await exports.default.fetch(ORIGIN + path, { headers: { "If-None-Match": '"x"' } });
    expect(other.status).toBe(200);
    await other.text();
  });

  it("names the origin that was asked, each its own", async () => {
    for (const origin of [ORIGIN, "https://short.example:8443"]) {
      const response = await exports.default.fetch(`${origin}/openapi.json`);
      expect(await response.json()).toMatchObject({ servers: [{ url: origin }] });
    }
  });
});
