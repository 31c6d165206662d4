import type { Actor, AppTypes } from "../../ground/deps.ts";
import { type FieldError, Problem, PROBLEMS, type ProblemCode } from "../../ground/http/problem.ts";

/** Values of a query: what is `null`, `undefined` or empty is left out. */
export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** A page of a list, as the API answers it. */
export interface Page<Row> {
  data: Row[];
  nextCursor: string | null;
  /** With `expand=names`: what ids of the rows are called. */
  names?: Readonly<Record<string, string>>;
}

/** What a write came to: an answer, or why there is none. */
export type Sent<Body> = { ok: true; status: number; body: Body } | { ok: false; problem: Problem };

/** The public API in process: the same routes, checks and answers as over HTTP, for whoever is signed in. */
export interface Api {
  /** Reads JSON. Throws the API's `Problem`. */
  get: <Body>(path: string, query?: Query) => Promise<Body>;
  /** Reads anything, such as CSV or a picture, as it comes. Throws the API's `Problem`. */
  open: (path: string, query?: Query) => Promise<Response>;
  /** Reads what stands beside the API, at the root: `/readyz`, `/metrics`. Answers whatever its status is. */
  root: (path: "/readyz" | "/metrics") => Promise<Response>;
  /**
   * Writes. `once` is an idempotency key: the same form sent twice is done once. Never throws for what the API refuses.
   */
  send: <Body>(method: Method, path: string, body?: unknown, options?: SendOptions) => Promise<Sent<Body>>;
  /** Does nothing: what the API would refuse a write for as it is written, by the schemas that it has; `null`: for nothing. */
  check: (method: Method, path: string, body: unknown) => Promise<Problem | null>;
}

/** Methods that change something. */
export type Method = "POST" | "PUT" | "PATCH" | "DELETE";

/** How something is sent. */
export interface SendOptions {
  once?: string | undefined;
  query?: Query;
  /** Of a body that is a file: sent as it is. */
  contentType?: string;
}

/** A part of a path by which it would lead out of where it begins, however that is written. */
const UPWARDS = /(?:^|[/\\])(?:\.|%2e){1,2}(?:[/\\]|$)/i;

/** The API as `actor` may use it. `path` begins behind `/api/v1`. */
export function apiFor(ask: AppTypes["Bindings"]["ask"], actor: Actor, origin: string, ray: string): Api {
  const call = async (
    method: string,
    path: string,
    { checking = false, ...options }: SendOptions & { checking?: boolean },
    body?: BodyInit,
  ): Promise<Response> => {
    // Of such a path another route would answer than the one that was meant.
    if (UPWARDS.test(path.split("?", 1)[0] ?? "")) throw new Problem("not_found", "There is nothing of this id.");
    const url = new URL(`/api/v1${path}`, origin);
    for (const [name, value] of Object.entries(options.query ?? {})) {
      if (value !== null && value !== undefined && value !== "") url.searchParams.set(name, String(value));
    }
    const headers = new Headers({ "cf-ray": ray });
    if (body !== undefined) headers.set("content-type", options.contentType ?? "application/json");
    if (options.once !== undefined) headers.set("idempotency-key", options.once);
    return ask(new Request(url, { method, headers, ...(body !== undefined && { body }) }), actor, checking);
  };
  const open: Api["open"] = async (path, query = {}) => {
    const response = await call("GET", path, { query });
    if (!response.ok) throw await problemIn(response);
    return response;
  };
  return {
    open,
    root: (path) => ask(new Request(new URL(path, origin), { headers: { "cf-ray": ray } }), actor),
    get: async (path, query) => (await open(path, query)).json(),
    check: async (method, path, body) => {
      const response = await call(method, path, { checking: true }, JSON.stringify(body));
      return response.ok ? null : problemIn(response);
    },
    send: async (method, path, body, options = {}) => {
      const isFile = options.contentType !== undefined;
      const content = body === undefined ? undefined : isFile ? (body as BodyInit) : JSON.stringify(body);
      const response = await call(method, path, options, content);
      if (!response.ok) {
        const problem = await problemIn(response);
        return { ok: false, problem: problem.code === "idempotency_key_reused" ? sentBefore(problem) : problem };
      }
      const text = await response.text();
      const isJson = (response.headers.get("content-type") ?? "").includes("json");
      return { ok: true, status: response.status, body: isJson && text !== "" ? JSON.parse(text) : text };
    },
  };
}

/** What people are told whose form was done with already: they came back to it, and changed it. */
function sentBefore({ code }: Problem): Problem {
  return new Problem(
    code,
    "This form was sent and done before, and now says something else: nothing was done this time. Send it once more if that is to be done too.",
  );
}

/** The problem that an answer tells. */
async function problemIn(response: Response): Promise<Problem> {
  const said = (await response.json().catch(() => ({}))) as {
    code?: string;
    detail?: string;
    title?: string;
    errors?: FieldError[];
    existing?: { id: string; name: string };
    counts?: Record<string, number>;
  };
  const code: ProblemCode = said.code !== undefined && said.code in PROBLEMS ? (said.code as ProblemCode) : "internal";
  const retry = response.headers.get("retry-after");
  return new Problem(
    code,
    said.detail || said.title || "",
    said.errors ?? [],
    retry === null ? {} : { "Retry-After": retry },
    said.existing ?? null,
    said.counts ?? null,
  );
}
