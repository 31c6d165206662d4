import type { Context, Hono, HonoRequest, Next } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { Problem, PROBLEMS, problemResponse } from "../../ground/http/problem.ts";
import { namelessAmong, strangeHosts, strangersAmong } from "./load-strangers.ts";
import { idsInPath, idsInText, idsInValue, isId, type NamedId, valuesAt } from "./named.ts";
import { STORE_RULES, type StoreRule } from "./operations.ts";

/** A request of a key that is limited to these stores. */
interface Limited {
  c: Context<AppTypes>;
  storeIds: ReadonlySet<string>;
  /** The body as JSON; `null`: there is none, or it is a file. */
  body: unknown;
}

/** What is said of an id in a query or a body, whether it is another store's or nobody's. */
const NOT_THEIRS = "names nothing that this key may see";

/**
 * Lets a request of a key that is limited to some stores on if it is about these alone, and nothing of what it names is
 * another's. `app` has the routes; it is to run behind the authentication and before anything else that reads the request, but for its body.
 * Throws a `Problem`: 403 for what needs a key of all stores, 404 for a path and 422 for a query or a body that names
 * something else, or no store where it has to.
 */
export async function keepToStores(
  app: Hono<AppTypes>,
  c: Context<AppTypes>,
  storeIds: ReadonlySet<string>,
  next: Next,
): Promise<void> {
  const operation = operationOf(app, c.req);
  if (operation !== null) await check({ c, storeIds, body: bodyOf(c) }, operation, STORE_RULES[operation] ?? null);
  await next();
  if (c.error instanceof Problem) await hushProblem(c, storeIds, c.error);
  else if (c.req.query("expand") === "names") await hushNames(c, storeIds);
}

async function check(request: Limited, operation: string, rule: StoreRule | null): Promise<void> {
  if (rule === null) {
    const { size } = request.storeIds;
    const limit = size === 1 ? "one store" : `${size} stores`;
    throw new Problem("forbidden", `${operation} needs a key of all stores; this one is limited to ${limit}.`);
  }
  await refuseStrangers(request, rule);
  if (rule.query !== undefined) nameInQuery(request, rule.query);
  if (rule.body !== undefined) mustName(request, rule.body);
  for (const { path, value } of placesOf(request, rule.keeps)) {
    if (value === null) throw Problem.invalid(path, "can't be emptied by a key that is limited to stores");
  }
}

/** The operation of a request, as the rules name it; `null`: none is there. */
function operationOf(app: Hono<AppTypes>, { method, path: asked }: HonoRequest): string | null {
  const routes = app.router.match(method === "HEAD" ? "GET" : method, asked)[0].map(([[, route]]) => route);
  // The first is the one that answers: of `/x/self` and `/x/{id}` that which was registered first.
  const route = routes.find((one) => one.method !== "ALL");
  if (route === undefined) return null;
  const path = route.path.replace(/^\/api\/v1(?=\/)/, "").replaceAll(/:(\w+)(?:\{[^}]*\})?/g, "{$1}");
  return `${route.method} ${path}`;
}

function bodyOf(c: Context<AppTypes>): unknown {
  const text = c.var.bodyText ?? "";
  return text.trim() === "" ? null : JSON.parse(text);
}

/** Throws a `Problem` for the first id, or host, that is not of the key's stores. */
async function refuseStrangers(request: Limited, rule: StoreRule): Promise<void> {
  const { c, storeIds, body } = request;
  const { deps } = c.env;
  const inPath = idsInPath(c.req.path);
  if (rule.path === true && inPath.length === 0) throw new Problem("not_found", "There is nothing of this id.");
  const inQuery = Object.entries(c.req.queries()).flatMap(([name, values]) =>
    values.flatMap((value) => idsInText(value, name)),
  );
  const [stranger] = await strangersAmong(deps, [...inPath, ...inQuery, ...idsInValue(body)], storeIds);
  if (stranger !== undefined) throw problemOf(stranger);

  const hosts = placesOf(request, rule.hosts).flatMap(({ path, value }) =>
    typeof value === "string" ? [{ path, host: value.toLowerCase() }] : [],
  );
  if (hosts.length === 0) return;
  const named = hosts.map(({ host }) => host);
  const strange = await strangeHosts(deps, named, storeIds);
  const first = hosts.find(({ host }) => strange.has(host));
  if (first !== undefined) throw Problem.invalid(first.path, NOT_THEIRS);
}

function problemOf({ id, path }: NamedId): Problem {
  if (path === "") return new Problem("not_found", `There is no ${id} that this key may see.`);
  return Problem.invalid(path, NOT_THEIRS);
}

/** Sees to it that a query names its store, or what tells it. Throws a `Problem` (422). */
function nameInQuery({ c, storeIds }: Limited, name: string): void {
  if (c.req.query(name) !== undefined) {
    // What isn't an id was held against nothing so far.
    if (!isId(c.req.query(name))) throw Problem.invalid(name, NOT_THEIRS);
    return;
  }
  const [only, ...others] = storeIds;
  if (name !== "store" || only === undefined)
    throw Problem.invalid(name, "must be named by a key that is limited to stores");
  if (others.length > 0 || c.req.method === "POST") throw Problem.invalid(name, oneOf(storeIds));
  const url = new URL(c.req.url);
  url.searchParams.set(name, only);
  c.req.raw = new Request(url, c.req.raw);
}

/** Throws a `Problem` (422) unless a body has an id at one of these places, in each of its rows. */
function mustName(request: Limited, places: readonly string[]): void {
  const lacking = places.map((place) => {
    const found = valuesAt(request.body, place);
    // No row names nothing.
    return found.length === 0 ? { path: place.replace(/\.\*.*/, "") } : found.find(({ value }) => !isId(value));
  });
  const [first] = lacking;
  if (first === undefined || lacking.includes(undefined)) return;
  const isStore = /(?:^|\.)storeId$/.test(first.path);
  throw Problem.invalid(
    first.path,
    isStore ? oneOf(request.storeIds) : "must be named by a key that is limited to stores",
  );
}

function placesOf({ body }: Limited, places: readonly string[] = []) {
  return places.flatMap((place) => valuesAt(body, place));
}

/** Stores that a refusal names at most. */
const MAX_NAMED = 5;

function oneOf(storeIds: ReadonlySet<string>): string {
  const ids = [...storeIds];
  const more = ids.length > MAX_NAMED ? ` (GET /api/v1/stores lists all ${ids.length})` : "";
  return `must name a store of this key: ${ids.slice(0, MAX_NAMED).join(", ")}${more}`;
}

/** Whatever has an id for a text, such as a click's source, has names looked up: those of other stores are left out. */
async function hushNames(c: Context<AppTypes>, storeIds: ReadonlySet<string>): Promise<void> {
  if (!c.res.ok || !(c.res.headers.get("Content-Type") ?? "").startsWith("application/json")) return;
  const { headers, status } = c.res;
  const text = await c.res.text();
  const body = JSON.parse(text) as { names?: Record<string, string> };
  const strangers = await namelessAmong(c.env.deps, idsInValue(Object.keys(body.names ?? {})), storeIds);
  for (const { id } of strangers) delete body.names?.[id];
  c.res = new Response(strangers.length === 0 ? text : JSON.stringify(body), { status, headers });
}

/** Of a refusal that names something of another store, such as who has a name already, only what kind it is is told. */
async function hushProblem(c: Context<AppTypes>, storeIds: ReadonlySet<string>, problem: Problem): Promise<void> {
  const told = idsInValue([problem.message, problem.existing, problem.fields.map(({ message }) => message)]);
  const strangers = await strangersAmong(c.env.deps, told, storeIds);
  if (strangers.length === 0) return;
  const { title } = PROBLEMS[problem.code];
  const fields = problem.fields.map(({ path, message }) => ({
    path,
    message: idsInText(message, path).length > 0 ? title : message,
  }));
  c.res = problemResponse(new Problem(problem.code, `${title}.`, fields, problem.headers), c.var.requestId);
}
