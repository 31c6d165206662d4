import type { Context, Next } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { allows } from "../../ground/http/auth.ts";
import { Problem, PROBLEMS } from "../../ground/http/problem.ts";
import { formatsFor } from "../../ground/language/formats.ts";
import { type Api, apiFor, type Page } from "../frame/api-load.ts";
import type { Desk, StoreBrief } from "../frame/desk-load.ts";
import { ProblemNote } from "../frame/parts.tsx";
import { isProblem } from "../frame/problem.ts";
import { answerPage, answerPlain } from "../frame/shell-page.tsx";
import { tokenOf } from "./cookie.ts";
import { formLimit, MAX_LOGIN_FORM, takeForm } from "./form-load.ts";
import { mayWrite } from "../../ground/http/provenance.ts";
import { pageToGo } from "./guard.ts";
import { sessionOf } from "./store.ts";

/** Pages of the desk that anybody may ask for. */
const OPEN = /^\/admin\/(?:login$|assets\/)/;

/**
 * Lets somebody in who is signed in, with what their key may do now, and sends others to sign in. A write that doesn't come
 * from a page of the desk itself is refused before anything of it is read. Throws a `Problem` (403).
 */
export async function admit(c: Context<AppTypes>, next: Next): Promise<Response | void> {
  const url = new URL(c.req.url);
  const isWrite = c.req.method !== "GET" && c.req.method !== "HEAD";
  if (isWrite) {
    const from = { origin: c.req.header("Origin"), site: c.req.header("Sec-Fetch-Site"), own: url.origin };
    if (!mayWrite(from))
      throw new Problem("forbidden", "This doesn’t come from a page of the desk. Open it there and try again.");
  }
  if (OPEN.test(c.req.path)) {
    if (isWrite) await takeForm(c, MAX_LOGIN_FORM);
    return next();
  }
  const token = tokenOf(c.req.header("Cookie"));
  const session = token === null ? null : await sessionOf(c.env.deps, token);
  if (session === null) return toLogin(c, url, token !== null);
  const { actor } = session;
  const api = apiFor(c.env.ask, actor, url.origin, c.var.requestId);
  const stores = await storesOf(api, actor.storeIds);
  const store = await storeNamed(api, stores, url.searchParams.get("store"));
  const desk: Desk = {
    actor,
    name: session.name,
    sessionId: session.id,
    api,
    formats: formatsFor(c.req.header("Accept-Language") ?? null),
    url,
    now: c.env.deps.now(),
    stores,
    store,
    timezone: (store ?? stores[0])?.timezone ?? "UTC",
    may: (scope) => allows(actor, scope),
  };
  (c as Context).set("desk", desk);
  if (isWrite) await takeForm(c, formLimit(c.req.path));
  return next();
}

/**
 * Stores by name. Where the key may not read them, or they can't be read now: those that it is for, by their ids, so that one of
 * them can be chosen; none, where it is for all.
 */
async function storesOf(api: Api, own: ReadonlySet<string> | null): Promise<StoreBrief[]> {
  try {
    const { data } = await api.get<Page<StoreBrief>>("/stores", { limit: 200 });
    return data.toSorted((a, b) => a.name.localeCompare(b.name));
  } catch {
    return [...(own ?? [])].map((id) => ({ id, name: id, currency: "EUR", timezone: "UTC" }));
  }
}

/**
 * The store that an address names; `null`: none, or the key may not read stores. Throws the API's `Problem` for one that isn't
 * there: a page that asks for one store must not answer of all of them.
 */
async function storeNamed(api: Api, stores: readonly StoreBrief[], id: string | null): Promise<StoreBrief | null> {
  if (id === null || id === "") return null;
  const known = stores.find((store) => store.id === id);
  if (known !== undefined) return known;
  try {
    return await api.get<StoreBrief>(`/stores/${encodeURIComponent(id)}`);
  } catch (error) {
    if (isProblem(error, "forbidden")) return null;
    throw isProblem(error, "validation_failed") ? new Problem("not_found", "There is no store of this id.") : error;
  }
}

/**
 * To the login. A link from another site brings no cookie (`SameSite=Strict`), although one may be there: the page is then
 * asked for once more, from itself.
 */
async function toLogin(c: Context<AppTypes>, url: URL, ended: boolean): Promise<Response> {
  const to = url.pathname + url.search;
  if (
    c.req.method === "GET" &&
    c.req.header("Sec-Fetch-Site") === "cross-site" &&
    c.req.header("Cookie") === undefined
  ) {
    return answerPlain(
      c,
      "One moment",
      <p>
        <a href={to}>Go on to Waymark</a>
      </p>,
      { Refresh: `0; url=${to}` },
    );
  }
  const query = new URLSearchParams({
    ...(c.req.method === "GET" && { to: pageToGo(to) }),
    ...(ended && { ended: "1" }),
  });
  return c.redirect(`/admin/login?${query.toString()}`, 303);
}

/** A problem as a page, with the way out that it names. `response` is the same as problem+json. */
export async function problemPage(c: Context<AppTypes>, problem: Problem, response: Response): Promise<Response> {
  const { status, title } = PROBLEMS[problem.code];
  const desk = (c as Context).get("desk");
  const headers = Object.fromEntries(Object.entries(problem.headers).filter(([name]) => name === "Retry-After"));
  const body = (
    <>
      <ProblemNote problem={problem} />
      <p>
        {status >= 500 || status === 429 ? <a href={c.req.path}>Try again</a> : <a href="/admin">To the first page</a>}
      </p>
      <p>
        <small>
          Request <code>{response.headers.get("X-Request-Id") ?? c.var.requestId}</code>
        </small>
      </p>
    </>
  );
  if (desk === undefined) return answerPlain(c, title, body, headers, status);
  return answerPage(c, { title, status, headers }, body);
}
