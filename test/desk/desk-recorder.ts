import { env, exports } from "cloudflare:workers";
import { Hono } from "hono";
import { SCOPES } from "../../src/ground/http/auth.ts";
import type { Actor, AppTypes } from "../../src/ground/deps.ts";
import { Problem, problemResponse } from "../../src/ground/http/problem.ts";
import { apiFor, type Page } from "../../src/desk/frame/api-load.ts";
import type { Desk, StoreBrief } from "../../src/desk/frame/desk-load.ts";
import { deskRoutes } from "../../src/desk/routes.ts";
import { formatsFor } from "../../src/ground/language/formats.ts";

const ORIGIN = "https://go.brand.example";

/** Somebody who may do all there is. */
const ANYBODY: Actor = { id: "bootstrap", scopes: new Set(SCOPES), storeIds: null };

/** What a page asked of the API. */
export interface Asked {
  method: string;
  /** Behind `/api/v1`, or of the root. */
  path: string;
  query: URLSearchParams;
  /** Of JSON, its places, such as `discount.type`; those of entries of lists are without their numbers. */
  places: string[];
}

/** The pages of the desk, before an API that says what it is asked, answers reads, and refuses every write. */
export class DeskRecorder {
  readonly #app: Hono<AppTypes>;
  /** Since it was last taken. */
  #asked: Asked[] = [];

  private constructor(app: Hono<AppTypes>) {
    this.#app = app;
  }

  static async open(): Promise<DeskRecorder> {
    const app = new Hono<AppTypes>();
    const recorder = new DeskRecorder(app);
    // What is only checked is no call: all the same to what a page asks for, and refused nothing.
    const ask = (request: Request, _actor: Actor, checking?: boolean): Promise<Response> =>
      checking === true ? Promise.resolve(new Response(null, { status: 204 })) : recorder.#answer(request);
    const api = apiFor(ask, ANYBODY, ORIGIN, "recorder");
    const { data: stores } = await api.get<Page<StoreBrief>>("/stores", { limit: 200 });
    app.use(async (c, next) => {
      const url = new URL(c.req.url);
      const store = stores.find(({ id }) => id === url.searchParams.get("store")) ?? null;
      const desk: Desk = {
        actor: ANYBODY,
        name: "Recorder",
        sessionId: "ses_0000000000000000",
        api,
        formats: formatsFor(null),
        url,
        now: Date.now(),
        stores,
        store,
        timezone: store?.timezone ?? "UTC",
        may: () => true,
      };
      c.set("desk" as never, desk as never);
      await next();
    });
    for (const { at, begins, load } of deskRoutes) {
      // Sessions are no part of the API.
      if (!begins.includes("/login")) app.route(at, await load());
    }
    app.onError((error) => {
      if (error instanceof Problem) return problemResponse(error, "recorder");
      throw error;
    });
    return recorder;
  }

  /** Opens a page, or sends a form to it. */
  async fetch(path: string, form?: URLSearchParams | FormData): Promise<Response> {
    const init = form === undefined ? {} : { method: "POST", body: form };
    return this.#app.request(`${ORIGIN}${path}`, init, {});
  }

  /** What was asked since this was called before. */
  taken(): Asked[] {
    return this.#asked.splice(0);
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const text = request.method === "GET" ? "" : await request.text();
    const path = pathname.replace(/^\/api\/v1/, "");
    this.#asked.push({ method: request.method, path, query: searchParams, places: placesIn(text) });
    const isRead = request.method === "GET" || /\/(?:preview|simulate)$/.test(path) || isDryRun(text, searchParams);
    if (!isRead) return problemResponse(new Problem("illegal_step", "Nothing is changed here."), "recorder");
    return exports.default.fetch(
      new Request(request.url, {
        method: request.method,
        headers: { Authorization: `Bearer ${env.ADMIN_API_KEY}`, "Content-Type": "application/json" },
        ...(text !== "" && { body: text }),
      }),
    );
  }
}

function isDryRun(text: string, query: URLSearchParams): boolean {
  return query.get("dryRun") === "true" || text.includes('"dryRun":true');
}

function placesIn(text: string): string[] {
  try {
    return placesOf(JSON.parse(text), "");
  } catch {
    return [];
  }
}

function placesOf(value: unknown, at: string): string[] {
  if (Array.isArray(value)) return value.flatMap((entry) => placesOf(entry, at));
  if (value === null || typeof value !== "object") return at === "" ? [] : [at];
  const own = at === "" ? [] : [at];
  return [
    ...own,
    ...Object.entries(value).flatMap(([name, entry]) => placesOf(entry, at === "" ? name : `${at}.${name}`)),
  ];
}
