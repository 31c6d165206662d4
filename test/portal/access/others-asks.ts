import * as fc from "fast-check";
import { expect } from "vitest";
import { portalRoutes } from "../../../src/portal/routes.ts";
import { linksOf } from "../../browser/crawl.ts";
import { visit } from "../../edge/visit.ts";
import { NOON } from "../portal-fixtures.ts";
import type { Person } from "./others-world.ts";

/** What each route of a creator's pages is asked by, beside its path: names in its query, or fields of its form. */
export const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  "GET /:token": ["span", "skip", "lang"],
  "GET /:token/report.csv": ["span", "campaign", "lang"],
  "GET /:token/orders": ["state", "kind", "campaign", "after", "lang"],
  "GET /:token/orders/list.csv": ["state", "kind", "campaign", "after", "lang"],
  "GET /:token/orders/ask": ["lang"],
  "POST /:token/orders/ask": ["number"],
  "GET /:token/links": ["made", "there", "done", "for", "skip", "lang"],
  "POST /:token/links": ["campaign", "page", "ending"],
  "GET /:token/links/:link/off": ["lang"],
  "POST /:token/links/:link/off": [],
  "GET /:token/links/:link/qr.svg": ["lang"],
  "GET /:token/money": ["done", "payouts", "skip", "lang"],
  "POST /:token/money/payout-details": ["accountHolder", "iban", "bic"],
  "GET /:token/money/statement": ["month", "skip", "lang"],
  "GET /:token/money/statement.csv": ["month", "lang"],
  "POST /:token/language": ["language", "tab"],
};

/** Arguments that name a place in a list, by a time or an id that need not be there: what lies behind it is shown. */
export const CURSORS: ReadonlySet<string> = new Set(["after", "payouts"]);

/** A route of a creator's pages. */
export interface Route {
  method: string;
  /** Below `/creator`, such as `/:token/links/:link/qr.svg`. */
  path: string;
}

/** All routes of a creator's pages. */
export async function routesOfPages(): Promise<Route[]> {
  const routers = await Promise.all(portalRoutes.filter(({ at }) => at === "/creator").map(({ load }) => load()));
  const all = routers.flatMap(({ routes }) => routes.map(({ method, path }) => ({ method, path })));
  return [...new Map(all.map((route) => [nameOf(route), route])).values()];
}

export const nameOf = ({ method, path }: Route): string => `${method} ${path}`;

let asks = 0;

/** A request, as somebody makes it who knows what isn't theirs. */
export interface Asked {
  method: string;
  /** From the root, with its query. */
  path: string;
  form?: Record<string, string>;
  /** What the browser says of where a form comes from; left out: from this site. */
  headers?: Record<string, string>;
  /** In which language; left out: in turn. */
  language?: string;
}

const OWN = { Origin: "https://go.brand.example", "Sec-Fetch-Site": "same-origin" };

export async function ask({
  method,
  path,
  form,
  headers,
  language,
}: Asked): Promise<{ response: Response; text: string }> {
  asks += 1;
  const answer = await visit(
    path,
    {},
    {
      method,
      redirect: "manual",
      headers: {
        Accept: "text/html",
        "Accept-Language": language ?? ["en", "fr", "de", "es"][asks % 4] ?? "en",
        ...(form !== undefined && { "Content-Type": "application/x-www-form-urlencoded", ...(headers ?? OWN) }),
      },
      ...(form !== undefined && { body: new URLSearchParams(form).toString() }),
    },
  );
  return { response: answer, text: await answer.text() };
}

/** All pages and files that links of somebody's pages lead to, with what each answers. */
export async function allOf({ path: start }: Person): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const queue = [start];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (found.has(path)) continue;
    const { response, text } = await ask({ method: "GET", path, language: "en" });
    expect(response.status, path).toBe(200);
    found.set(path, text);
    for (const to of [...linksOf(text, path), ...picturesOf(text)]) {
      if (to.startsWith(start) && found.size < MOST_PAGES) queue.push(to);
    }
  }
  return found;
}

export const isId = (value: string): boolean => /^[a-z]{3}_[\da-z]{16}$/.test(value);

/** A cursor as pages make them, to a place behind something. */
export const cursorTo = (id: string): string => btoa(`b1:${NOON}:${id}`).replaceAll("=", "");

/** What a creator's main pages and files say. */
export async function facesOf({ path: start }: Person): Promise<string[]> {
  const faces: string[] = [];
  for (const below of ["", "/orders", "/links", "/money", "/report.csv", "/orders/list.csv", "/money/statement.csv"]) {
    faces.push((await ask({ method: "GET", path: start + below, language: "en" })).text);
  }
  return faces;
}

/** Pages of one creator at most that are opened. */
const MOST_PAGES = 25;

/** The names of fields of forms on a page. */
export function fieldsOf(page: string): string[] {
  return [...page.matchAll(/<(?:input|select|textarea|button)[^>]*? name="([^"]+)"/g)].map(([, name = ""]) => name);
}

function picturesOf(page: string): string[] {
  return [...page.matchAll(/<img[^>]*? src="([^"]+)"/g)].map(([, to = ""]) => to);
}

/** Values that lead to something of a creator, by their own pages: parts of paths and queries, and fields of forms. */
export function valuesIn(pages: ReadonlyMap<string, string>, { path: start, ids }: Person): string[] {
  const values = new Set(ids);
  for (const [path, text] of pages) {
    const url = new URL(path, "http://portal");
    for (const part of url.pathname.slice(start.length).split("/")) values.add(part);
    for (const value of url.searchParams.values()) values.add(value);
    for (const [, value = ""] of text.matchAll(/<(?:input|option|button)[^>]*? value="([^"]*)"/g)) values.add(value);
  }
  values.delete("");
  return [...values];
}

/** A request that names something, and the same with other names. */
export interface Drawn {
  route: Route;
  /** What it names that is another's alone. */
  named: readonly string[];
  asked: (name: (value: string) => string) => Asked;
}

/** Requests of all kinds, with a token, that name what others have. */
export function requests(
  routes: readonly Route[],
  token: string,
  { values, secrets }: { values: readonly string[]; secrets: ReadonlySet<string> },
): fc.Arbitrary<Drawn> {
  const value = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...values) }, fc.constantFrom("0", "-1", "x"));
  return fc.constantFrom(...routes).chain((route) => {
    const names = ARGUMENTS[nameOf(route)] ?? [];
    const given = fc.dictionary(fc.constantFrom(...(names.length === 0 ? ["lang"] : names)), value);
    const holes = (route.path.match(/:\w+(?:\{[^}]*\})?/g) ?? []).slice(1);
    return fc.record({ fields: given, filled: fc.tuple(...holes.map(() => value)) }).map(({ fields, filled }) => ({
      route,
      named: [...Object.entries(fields).flatMap(([key, each]) => (CURSORS.has(key) ? [] : [each])), ...filled].filter(
        (each) => secrets.has(each),
      ),
      asked: (name) => {
        const renamed = Object.fromEntries(Object.entries(fields).map(([key, each]) => [key, name(each)]));
        const path = holes.reduce(
          (left, hole, index) => left.replace(hole, encodeURIComponent(name(filled[index] ?? ""))),
          `/creator${route.path}`.replace(":token", token),
        );
        if (route.method !== "GET") return { method: route.method, path, form: renamed };
        const query = new URLSearchParams(renamed).toString();
        return { method: route.method, path: query === "" ? path : `${path}?${query}` };
      },
    }));
  });
}

/** Routes that change nothing, so that the same may be asked again. */
export const isReading = (route: Route): boolean =>
  route.method === "GET" || nameOf(route) === "POST /:token/orders/ask";

/** A name of the same kind that nobody has. */
export const nobodys = (value: string): string =>
  /^[a-z]{3}_[\da-z]{16}$/.test(value) ? `${value.slice(0, 4)}${"0".repeat(16)}` : "N".repeat(value.length);
