import { env, exports } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { type Scope, SCOPES } from "../../src/ground/http/auth.ts";
import { ID_PREFIXES, type IdKind } from "../../src/ground/id.ts";
import { STORE_RULES, type StoreRule } from "../../src/operate/store-key/operations.ts";
import { api, type ApiAnswer, holding } from "../ground/api.ts";
import { createKey } from "../operate/key-fixtures.ts";
import { fillStore, idOfStore, markOfStore } from "../operate/store-rows.ts";
import { createStore } from "../programme/fixtures.ts";

/** What else a read has to say. */
const ASKED: Readonly<Record<string, string>> = {
  "GET /conversion-definitions/used-in": "event=x",
  "GET /heatmaps": "page=/&width=wide",
  "GET /search": "q=lea",
};

/** What a limited key may have at most. */
const WIDEST: readonly Scope[] = SCOPES.filter((scope) => scope !== "metrics:read" && scope !== "audit:read");

interface Operation {
  name: string;
  method: string;
  /** Parameters of its path with the kinds of id that they are. */
  path: string;
  parameters: ReadonlyMap<string, IdKind | null>;
  queries: readonly string[];
}

interface Described {
  parameters?: { name: string; in: string; schema: { pattern?: string } }[];
}

/** Every operation of the API's description that is below `/api/v1`. */
async function operations(): Promise<Operation[]> {
  const response = await exports.default.fetch("https://go.brand.example/openapi.json");
  const { paths } = await response.json<{ paths: Record<string, Record<string, Described>> }>();
  return Object.entries(paths).flatMap(([full, methods]) => {
    if (!full.startsWith("/api/v1/")) return [];
    const path = full.slice("/api/v1".length);
    return Object.entries(methods).map(([method, { parameters = [] }]): Operation => {
      const kindOf = (pattern = ""): IdKind | null => {
        const [kind] = Object.entries(ID_PREFIXES).find(([, prefix]) => pattern.startsWith(`^${prefix}`)) ?? [];
        return (kind as IdKind | undefined) ?? null;
      };
      const inPath = parameters.filter((parameter) => parameter.in === "path");
      return {
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        parameters: new Map(inPath.map(({ name, schema }) => [name, kindOf(schema.pattern)])),
        queries: parameters.filter((parameter) => parameter.in === "query").map(({ name }) => name),
      };
    });
  });
}

/** A path with ids of one store in the first of its parameters, and of another in those after it. */
function filled({ path, parameters }: Operation, first: string, others = first): string {
  let letter = first;
  return path.replaceAll(/\{(\w+)\}/g, (_match, name: string) => {
    const kind = parameters.get(name) ?? null;
    const id = kind === null ? "1" : idOfStore(letter, kind);
    letter = others;
    return id;
  });
}

/** A body that has an id at a place such as `links.*.storeId`. */
function bodyWith(place: string, id: string): unknown {
  return place.split(".").reduceRight<unknown>((inner, name) => (name === "*" ? [inner] : { [name]: inner }), id);
}

/** An id of the kind that is asked for at a place of a body. */
function idAt(place: string, { path }: Operation, letter: string): string {
  const kind = place.endsWith("storeId") ? "store" : place.endsWith("planId") ? "plan" : kindOfIds(path);
  return idOfStore(letter, kind);
}

function kindOfIds(path: string): IdKind {
  return path.startsWith("/orders") ? "order" : path.startsWith("/conversions") ? "conversion" : "definition";
}

/** All that the database has, but for when keys were used. */
async function everything(): Promise<string> {
  const { results } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*'",
  ).all<{ name: string }>();
  const names = results.map(({ name }) => name).filter((name) => name !== "api_keys");
  const tables = await env.DB.batch(names.map((name) => env.DB.prepare(`SELECT * FROM "${name}"`)));
  return JSON.stringify(names.map((name, index) => [name, tables[index]?.results]));
}

const all = await operations();
const decided = (operation: Operation): StoreRule | null => STORE_RULES[operation.name] ?? null;

describe("DSH-5: what a key of some stores may do", () => {
  test("is decided for every operation there is", () => {
    const known = new Set(Object.keys(STORE_RULES));
    const undecided = all.map(({ name }) => name).filter((name) => !known.has(name));
    expect(undecided, "say in src/operate/store-key/operations.ts how these tell their store").toEqual([]);
    const there = new Set(all.map(({ name }) => name));
    const gone = [...known].filter((name) => !there.has(name) && name !== "GET /metrics");
    expect(gone, "these are in src/operate/store-key/operations.ts and nowhere else").toEqual([]);
  });

  test("is told by what the operation has", () => {
    for (const operation of all) {
      const rule = decided(operation);
      if (rule === null) continue;
      const { name, parameters, queries } = operation;
      if (rule.path === true)
        expect(
          [...parameters.values()].some((kind) => kind !== null),
          name,
        ).toBe(true);
      if (rule.query !== undefined) expect(queries, name).toContain(rule.query);
      // What can be asked for one store alone is never answered of all.
      if (queries.includes("store") && rule.query !== "store") expect(rule.path, name).toBe(true);
      if (rule.path === undefined && rule.query === undefined && rule.body === undefined) {
        expect(operation.method, name).toBe("GET");
      }
    }
  });
});

describe("DSH-5: a key of one store", () => {
  let ofA: Record<string, string> = {};
  const ask = async (
    operation: Operation,
    path: string,
    body?: unknown,
    key: Record<string, string> = ofA,
  ): Promise<ApiAnswer & { text: string }> => {
    const needs = operation.method !== "GET" && operation.method !== "DELETE";
    // Some answers are files.
    const response = await exports.default.fetch(`https://go.brand.example/api/v1${path}`, {
      method: operation.method,
      headers: key,
      ...(needs && { body: JSON.stringify(body ?? {}) }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get("content-type") ?? "");
    const answer = { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : null, text };
    expect(text, operation.name).not.toContain(markOfStore("b"));
    return answer;
  };
  const refused = ({ status, body }: ApiAnswer): unknown => [status, Reflect.get(body as object, "code")];

  beforeEach(async () => {
    await fillStore("a");
    await fillStore("b");
    ofA = holding((await createKey(WIDEST, { storeIds: [idOfStore("a", "store")] })).key);
  });

  test("neither sees nor changes what is of another, by any operation, wherever it is named", async () => {
    const before = await everything();
    for (const operation of all) {
      const { name } = operation;
      const rule = decided(operation);
      if (rule === null) {
        expect(refused(await ask(operation, filled(operation, "a"))), name).toEqual([403, "forbidden"]);
        continue;
      }
      const query = ASKED[name] ?? "";
      if (rule.path === true) {
        expect(refused(await ask(operation, filled(operation, "b"))), name).toEqual([404, "not_found"]);
        const escaped = filled(operation, "b").replaceAll("_0", "%5F0");
        expect(refused(await ask(operation, escaped)), `${name}, escaped`).toEqual([404, "not_found"]);
        const ids = [...operation.parameters.values()].filter((kind) => kind !== null);
        if (ids.length > 1) {
          expect(refused(await ask(operation, filled(operation, "a", "b"))), name).toEqual([404, "not_found"]);
        }
      }
      const own = filled(operation, "a");
      for (const filter of operation.queries) {
        const others = `${own}?${filter}=${idOfStore("b", filter === "store" ? "store" : "link")}&${query}`;
        expect(refused(await ask(operation, others)), `${name} ?${filter}`).toEqual([422, "validation_failed"]);
      }
      for (const place of rule.body ?? []) {
        const body = bodyWith(place, idAt(place, operation, "b"));
        expect(refused(await ask(operation, own, body)), `${name} ${place}`).toEqual([422, "validation_failed"]);
        expect(refused(await ask(operation, own)), `${name} without`).toEqual([422, "validation_failed"]);
      }
      if (operation.method !== "GET" && operation.method !== "DELETE") {
        const places = (rule.body ?? []).map((place) => bodyWith(place, idAt(place, operation, "a")));
        const store = rule.query === "store" ? `?store=${idOfStore("a", "store")}` : "";
        for (const deep of [[{ in: `1,${idOfStore("b", "link")}` }], { [idOfStore("b", "creator")]: 1 }]) {
          const body = { ...(places[0] as object | undefined), deep };
          if (name === "POST /reconciliations" || name.endsWith("/attribution-reports")) continue;
          const answer = await ask(operation, `${own}${store}`, body);
          expect(refused(answer), `${name}, deep`).toEqual([422, "validation_failed"]);
        }
      }
    }
    expect(await everything()).toBe(before);
  }, 60_000);

  test("gets of lists and reports what is of its own store alone", async () => {
    const { id } = await createStore();
    for (const path of [
      "/stores",
      "/links",
      "/codes",
      "/orders",
      "/ledger",
      "/reports/creators",
      "/webhook-endpoints",
    ]) {
      expect(JSON.stringify((await api("GET", path)).body), `${path} of all stores`).toMatch(/_0{15}b/);
    }
    const ofEmpty = holding((await createKey(WIDEST, { storeIds: [id] })).key);
    for (const operation of all) {
      const rule = decided(operation);
      if (operation.method !== "GET" || rule?.path === true || rule?.query === "link" || rule === null) continue;
      const isFiltered = rule.query === undefined || operation.queries.includes(rule.query);
      const answer = await ask(operation, `${operation.path}?${ASKED[operation.name] ?? ""}`, undefined, ofEmpty);
      expect(answer.status, `${operation.name} ${answer.text}`).toBe(isFiltered ? 200 : 422);
      expect(answer.text, operation.name).not.toMatch(/[a-z]{3}_0{15}[ab]/);
      expect(answer.text, operation.name).not.toContain(markOfStore("a"));
    }
    const metrics = await exports.default.fetch("https://go.brand.example/metrics", { headers: ofEmpty });
    expect(metrics.status).toBe(403);
  }, 30_000);
});
