import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { domainSchema } from "../../../src/links/domain/schema.ts";
import worker from "../../../src/index.ts";
import { api, bodyOf, expectInvalid, pagesOf, problemOf } from "../../ground/api.ts";
import { createDomain, insertLink } from "../link-fixtures.ts";
import { expectGuarded } from "../../operate/key-fixtures.ts";
import { createStore } from "../../programme/fixtures.ts";

const UNKNOWN = "dom_0000000000000000";

describe("registering a domain", () => {
  test("needs a host name alone", async () => {
    const answer = await api("POST", "/domains", { hostname: "GO.Lea.example" });
    expect(answer.status).toBe(201);
    const domain = bodyOf(domainSchema, answer);
    expect(domain).toMatchObject({
      hostname: "go.lea.example",
      storeId: null,
      cookieDomain: null,
      caseSensitive: false,
    });
    expect((await api("GET", `/domains/${domain.id}`)).body).toEqual(answer.body);
  });

  test("keeps every field as given", async () => {
    const store = await createStore();
    const given = { hostname: "go.lea.example", storeId: store.id, cookieDomain: "lea.example", caseSensitive: true };
    expect(await createDomain(given)).toMatchObject(given);
  });

  test("is refused where the host is registered, until that one is deleted", async () => {
    const first = await createDomain();
    const problem = problemOf(await api("POST", "/domains", { hostname: "GO.lea.example" }));
    expect(problem).toMatchObject({ status: 409, code: "hostname_taken", errors: [{ path: "hostname" }] });
    expect((await api("DELETE", `/domains/${first.id}`)).status).toBe(204);
    await createDomain();
  });

  test.each([
    "https://go.lea.example",
    "go.lea.example:8080",
    "go.lea.example/x",
    "-go.example",
    "go..example",
    "",
    " ",
  ])("refuses the host name %j", async (hostname) => {
    expectInvalid(await api("POST", "/domains", { hostname }), "hostname");
  });

  test("refuses the deployment's own host", async () => {
    const ownHost = { ...env, PUBLIC_URL: "https://go.brand.example" } as unknown as Env;
    const register = async (hostname: string) => {
      const request = new Request<unknown, IncomingRequestCfProperties>("https://go.brand.example/api/v1/domains", {
        method: "POST",
        headers: { authorization: `Bearer ${env.ADMIN_API_KEY}` },
        body: JSON.stringify({ hostname }),
      });
      const response = await worker.fetch(request, ownHost, createExecutionContext());
      return { status: response.status, body: await response.json(), headers: response.headers };
    };
    expectInvalid(await register("go.brand.example"), "hostname");
    expectInvalid(await register("GO.BRAND.example"), "hostname");
    expect((await register("www.brand.example")).status).toBe(201);
  });

  test("refuses a store that doesn't exist or was deleted", async () => {
    const gone = await createStore();
    await api("DELETE", `/stores/${gone.id}`);
    for (const storeId of ["str_0000000000000000", gone.id]) {
      expectInvalid(await api("POST", "/domains", { hostname: "go.lea.example", storeId }), "storeId");
    }
  });

  test("names a field that it doesn't know", async () => {
    expectInvalid(await api("POST", "/domains", { hostname: "go.lea.example", port: 443 }), "port");
  });
});

describe("a cookie domain", () => {
  test.each([
    ["go.lea.example", "go.lea.example"],
    ["go.lea.example", "LEA.example"],
    ["go.lea.co.uk", "lea.co.uk"],
    ["go.lea.github.io", "lea.github.io"],
  ])("of %s may be %s", async (hostname, cookieDomain) => {
    expect(await createDomain({ hostname, cookieDomain })).toMatchObject({ cookieDomain: cookieDomain.toLowerCase() });
  });

  test.each([
    ["another host", "go.lea.example", "other.example"],
    ["a host that only ends alike", "go.lea.example", "ea.example"],
    ["a child of the host", "lea.example", "go.lea.example"],
    ["a top-level domain", "go.lea.example", "example"],
    ["a public suffix", "go.lea.co.uk", "co.uk"],
    ["a suffix that a company lends", "lea.github.io", "github.io"],
    ["a bare name", "localhost", "localhost"],
    ["an IP address", "192.0.2.7", "192.0.2.7"],
    ["a name with a leading dot", "go.lea.example", ".lea.example"],
  ])("can't be %s", async (_what, hostname, cookieDomain) => {
    expectInvalid(await api("POST", "/domains", { hostname, cookieDomain }), "cookieDomain");
  });

  test("is checked against the host on a change too", async () => {
    const domain = await createDomain();
    expectInvalid(await api("PATCH", `/domains/${domain.id}`, { cookieDomain: "other.example" }), "cookieDomain");
    expect((await api("GET", `/domains/${domain.id}`)).body).toEqual(domain);
  });
});

describe("changing a domain", () => {
  test("changes what is given and leaves the rest", async () => {
    const store = await createStore();
    const before = await createDomain({ cookieDomain: "lea.example" });
    const after = bodyOf(domainSchema, await api("PATCH", `/domains/${before.id}`, { storeId: store.id }));
    expect(after).toEqual({ ...before, storeId: store.id, updatedAt: after.updatedAt });
    expect((await api("PATCH", `/domains/${before.id}`, { storeId: null, cookieDomain: null })).status).toBe(200);
    expect((await api("GET", `/domains/${before.id}`)).body).toMatchObject({ storeId: null, cookieDomain: null });
  });

  test("refuses a store that doesn't exist", async () => {
    const domain = await createDomain();
    expectInvalid(await api("PATCH", `/domains/${domain.id}`, { storeId: "str_0000000000000000" }), "storeId");
  });

  test.each([
    ["hostname", { hostname: "other.example" }],
    ["caseSensitive", { caseSensitive: true }],
  ])("can't change its %s", async (path, patch) => {
    const domain = await createDomain();
    expectInvalid(await api("PATCH", `/domains/${domain.id}`, patch), path);
  });
});

describe("deleting a domain", () => {
  test("takes it out of every answer", async () => {
    const domain = await createDomain();
    expect((await api("DELETE", `/domains/${domain.id}`)).status).toBe(204);
    for (const [method, body] of [["GET"], ["PATCH", {}], ["DELETE"]] as const) {
      expect(problemOf(await api(method, `/domains/${domain.id}`, body))).toMatchObject({ code: "not_found" });
    }
    expect(await pagesOf(domainSchema, "/domains?limit=2")).toEqual([[]]);
  });

  test("is refused while a link answers on it", async () => {
    const [used, freed] = [await createDomain(), await createDomain({ hostname: "b.lea.example" })];
    await insertLink({ domain: used.hostname });
    await insertLink({ domain: freed.hostname, deletedAt: 1 });
    expect(problemOf(await api("DELETE", `/domains/${used.id}`))).toMatchObject({ status: 409, code: "in_use" });
    expect((await api("DELETE", `/domains/${freed.id}`)).status).toBe(204);
  });
});

test("a list pages from new to old without repeats or gaps", async () => {
  const ids: string[] = [];
  for (let index = 0; index < 5; index++) ids.unshift((await createDomain({ hostname: `g${index}.example` })).id);
  const pages = await pagesOf(domainSchema, "/domains?limit=2");
  expect(pages.map((domains) => domains.length)).toEqual([2, 2, 1]);
  expect(pages.flat().map((domain) => domain.id)).toEqual(ids);
});

test("an unknown domain is not found, and an id of another form is invalid", async () => {
  for (const [method, body] of [["GET"], ["PATCH", {}], ["DELETE"]] as const) {
    expect(problemOf(await api(method, `/domains/${UNKNOWN}`, body))).toMatchObject({ code: "not_found" });
    expectInvalid(await api(method, "/domains/str_0000000000000000", body), "id");
  }
});

test.each([
  ["GET", "/domains", "settings:read"],
  ["POST", "/domains", "settings:write"],
  ["GET", `/domains/${UNKNOWN}`, "settings:read"],
  ["PATCH", `/domains/${UNKNOWN}`, "settings:write"],
  ["DELETE", `/domains/${UNKNOWN}`, "settings:write"],
] as const)("%s %s needs a key with %s", expectGuarded);
