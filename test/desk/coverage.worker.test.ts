import { env, exports } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { AdminApi } from "../../scripts/admin-api.ts";
import { runCron } from "../../src/cron.ts";
import { ID_PREFIXES, type IdKind } from "../../src/ground/id.ts";
import { SHOP_SETTINGS } from "../../src/ground/model/shop.ts";
import { crawl, patternOf } from "../browser/desk-crawl.ts";
import { fillWorld, troubles } from "../browser/desk-world-data.ts";
import { NOT_A_FIELD, NOT_A_FILTER, NOT_ON_THE_DESK } from "./coverage-reasons.ts";
import { api } from "../ground/api.ts";
import { type Asked, DeskRecorder } from "./desk-recorder.ts";
import { type Control, formsOf, type HtmlForm } from "./html-forms.ts";

const ORIGIN = "https://go.brand.example";

const CSV = "order_id,placed_at,currency,total,status\n1,2026-11-01,EUR,10.00,paid\n";

/** How often a form of a pattern is sent: rows in other states lead elsewhere. */
const SENT_TIMES = 3;

interface Schema {
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  $ref?: string;
}

interface Described {
  parameters?: { name: string; in: string }[];
  requestBody?: { content: Record<string, { schema?: Schema }> };
}

interface Operation {
  /** Such as `PATCH /links/{id}`. */
  name: string;
  pattern: RegExp;
  method: string;
  queries: string[];
  /** Places of its body, such as `discount.type`. */
  places: string[];
}

/** What of an operation pages bring about. */
interface Reached {
  fields: Set<string>;
  queries: Set<string>;
}

async function operations(): Promise<Operation[]> {
  const response = await exports.default.fetch(`${ORIGIN}/openapi.json`);
  const document = await response.json<{
    paths: Record<string, Record<string, Described>>;
    components: { schemas: Record<string, Schema> };
  }>();
  const { schemas } = document.components;
  const placesOf = (schema: Schema | undefined, at: string, depth: number): string[] => {
    if (schema === undefined || depth > 12) return [];
    if (schema.$ref !== undefined) return placesOf(schemas[schema.$ref.split("/").at(-1) ?? ""], at, depth + 1);
    const parts = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
    const inner = [
      ...parts.flatMap((part) => placesOf(part, at, depth + 1)),
      ...placesOf(schema.items, at, depth + 1),
      ...Object.entries(schema.properties ?? {}).flatMap(([name, part]) => {
        const place = at === "" ? name : `${at}.${name}`;
        return [place, ...placesOf(part, place, depth + 1)];
      }),
    ];
    return [...new Set(inner)];
  };
  return Object.entries(document.paths).flatMap(([full, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]): Operation => {
      const path = full.replace(/^\/api\/v1/, "");
      return {
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        pattern: new RegExp(`^${path.replaceAll(".", String.raw`\.`).replaceAll(/\{\w+\}/g, "[^/]+")}$`),
        queries: parameters.filter((parameter) => parameter.in === "query").map(({ name }) => name),
        places: placesOf(requestBody?.content["application/json"]?.schema, "", 0),
      };
    }),
  );
}

/** Something that a control could be filled in with. */
function valueFor({ tag, name, type, numeric, value, options }: Control): string {
  if (tag === "select") return options.find((option) => option !== "") ?? "";
  if (value !== "") return value;
  const [, word = ""] = /(?:^|\.)(\w+?)(?:Ids?)?$/.exec(name) ?? [];
  if (word === "number" && tag === "input" && !numeric) return `${ID_PREFIXES.phoneNumber}0000000000000000`;
  if (word in ID_PREFIXES) return `${ID_PREFIXES[word as IdKind]}0000000000000000`;
  if (type === "date" || /^(?:from|to)$/.test(name)) return "2026-11-01";
  if (type === "datetime-local") return "2026-11-01T00:00";
  if (type === "number" || numeric) return "1";
  if (type === "email") return "a@shop.example";
  if (type === "url") return "https://shop.example/";
  return type === "checkbox" ? "true" : "EUR";
}

/** Values of a choice that are tried. */
const MOST_OPTIONS = 8;

/** How a form is sent: as it stands, with one value changed, or with all that is empty filled in. */
const HOW = ["as it stands", "changed", "whole"] as const;

/** The buttons of forms, and how each is tried: the first writes, the second does so to many, the third only asks. */
const SENT = [
  ["save", HOW],
  ["do", ["whole"]],
  ["preview", ["as it stands", "whole"]],
] as const;

/** What a form is sent with. */
function filledIn(
  { action, controls }: HtmlForm,
  step: Record<string, string>,
  how: (typeof HOW)[number],
): URLSearchParams {
  const sent = new URLSearchParams();
  const whole = how === "whole";
  // A form that changes something sends what differs.
  const changed =
    how === "changed"
      ? controls.find(
          ({ tag, type, value }) => tag !== "button" && /text|url/.test(type) && value !== "" && !value.includes("_"),
        )
      : undefined;
  for (const control of controls) {
    if (control.tag === "button" || control.type === "file") continue;
    const isBox = control.type === "checkbox" || control.type === "radio";
    if (isBox && !control.ticked && !(whole && control.type === "checkbox")) continue;
    const value = control === changed ? `${control.value}${control.numeric ? "1" : "x"}` : control.value;
    const rows = action.includes("/creators/") ? "email\na@shop.example" : "url\nhttps://shop.example/";
    sent.append(control.name, control.name === "rows" ? rows : whole ? valueFor(control) : value);
  }
  for (const [name, value] of Object.entries(step)) sent.set(name, value);
  return sent;
}

/** The same with a file in each place for one, if there is one: as browsers send those. */
function withFiles({ controls }: HtmlForm, sent: URLSearchParams): URLSearchParams | FormData {
  const places = controls.filter(({ type }) => type === "file");
  // A table is pasted or sent.
  if (places.length === 0 || sent.has("rows")) return sent;
  const form = new FormData();
  for (const [name, value] of sent) form.append(name, value);
  for (const { name } of places) form.append(name, new File([CSV], "export.csv", { type: "text/csv" }));
  return form;
}

/** A control's name as the place of a body: entries of lists are without their numbers. */
const placeOf = (name: string): string => name.replaceAll(/\.\d+(?=\.|$)/g, "");

/** Whether a form has a field for a place: its own, one for all that it stands in, or one for a part of it. */
function hasField(fields: ReadonlySet<string>, place: string): boolean {
  const isIt = (field: string): boolean =>
    field === place || field.startsWith(`${place}.`) || field.endsWith(`.${place}`);
  if ([...fields].some(isIt)) return true;
  return place.split(".").some((_part, index, parts) => fields.has(parts.slice(0, index).join(".")));
}

describe("DSH-3: the desk and the API", () => {
  const reached = new Map<string, Reached>();
  let all: Operation[];

  const note = (asked: readonly Asked[], fields: readonly string[]): void => {
    for (const { method, path, query, places } of asked) {
      // Of several that fit, the one that names most of the path.
      const fitting = all.filter((operation) => operation.method === method && operation.pattern.test(path));
      const [best] = fitting.toSorted((a, b) => a.name.split("{").length - b.name.split("{").length);
      if (best === undefined) continue;
      const known = reached.get(best.name) ?? { fields: new Set(), queries: new Set() };
      for (const field of [...fields, ...places]) known.fields.add(placeOf(field));
      for (const name of query.keys()) known.queries.add(name);
      reached.set(best.name, known);
    }
  };

  const look = async (): Promise<void> => {
    vi.stubGlobal("fetch", (url: string, init?: RequestInit) => exports.default.fetch(new Request(url, init)));
    await env.DB.batch(troubles(Date.now()).map(([sql, ...values]) => env.DB.prepare(sql).bind(...values)));
    const tick = () => runCron("* * * * *", env, Date.now());
    const key = env.ADMIN_API_KEY;
    await fillWorld({ api: new AdminApi(ORIGIN, key), key, origin: ORIGIN, tick });
    await connectStores();
    all = await operations();
    const desk = await DeskRecorder.open();
    const files = new Map<string, string>();
    const pages: { path: string; forms: HtmlForm[] }[] = [];
    await crawl(
      (path) => desk.fetch(path),
      (path, html) => {
        note(desk.taken(), []);
        pages.push({ path, forms: formsOf(html, path) });
        for (const file of filesOf(html)) files.set(patternOf(file), file);
      },
    );
    for (const file of files.values()) await desk.fetch(file);
    note(desk.taken(), []);
    const archive = "/admin/system/archives/old.ndjson.gz/restore";
    await env.DB.prepare(
      `INSERT INTO click_archives (key, first_seq, last_seq, rows, bytes, sha256, earliest, latest, created_at, verified_at,
         deleted_at)
       VALUES ('old.ndjson.gz', 1, 2, 1, 1, '', 0, 0, 0, 0, 0)`,
    ).run();
    for (const form of formsOf(await (await desk.fetch(archive)).text(), archive)) {
      if (form.action === archive) await send(desk, archive, form, note);
    }
    // Nobody has its file.
    await env.DB.prepare("DELETE FROM click_archives").run();
    const times = new Map<string, number>();
    for (const { path, forms } of pages) {
      for (const form of forms) {
        const names = form.controls.map(({ name }) => name);
        const kind = `${form.method} ${form.method === "get" ? patternOf(path) : ""} ${patternOf(form.action)} ${names.join()}`;
        const sent = (times.get(kind) ?? 0) + 1;
        times.set(kind, sent);
        if (sent > (form.method === "get" ? 1 : SENT_TIMES) || /\/(?:logout|sessions)/.test(form.action)) continue;
        if (form.method === "get") await tryFilters(desk, form, note);
        else await send(desk, path, form, note);
      }
    }
  };

  it("has every operation, a field for every value that can be sent, and a filter for every one that can be asked for", async () => {
    await look();
    const missing = all.map(({ name }) => name).filter((name) => !reached.has(name) && !(name in NOT_ON_THE_DESK));
    expect.soft(missing, "operations without a page").toEqual([]);
    const needless = Object.keys(NOT_ON_THE_DESK).filter((name) => reached.has(name));
    expect.soft(needless, "reached after all").toEqual([]);
    const unsaid = all.flatMap(({ name, places, queries }) => {
      const known = reached.get(name);
      if (known === undefined) return [];
      const fields = places.filter((place) => !hasField(known.fields, place)).map((place) => `${name} ${place}`);
      const asked = (query: string): boolean =>
        known.queries.has(query) || (!name.startsWith("GET") && hasField(known.fields, query));
      const filters = queries.filter((query) => !asked(query)).map((query) => `${name} ?${query}`);
      return [
        ...fields.filter((place) => !NOT_A_FIELD.some(({ of }) => of.test(place))),
        ...filters.filter((place) => !NOT_A_FILTER.some(({ of }) => of.test(place))),
      ];
    });
    expect.soft(unsaid, "values without a field or filter").toEqual([]);
  }, 240_000);
});

/** Has a store of each platform, and the one with orders and codes connected, which no test's shop answers for. */
async function connectStores(): Promise<void> {
  for (const provider of ["woocommerce", "bigcommerce", "magento"]) {
    await api("POST", "/stores", { name: provider, provider });
  }
  const first = "(SELECT store_id FROM codes LIMIT 1)";
  await env.DB.batch([
    env.DB.prepare(`UPDATE stores SET provider = 'shopify' WHERE id = ${first}`),
    // What has a logo can have it taken away; nobody looks at the picture.
    env.DB.prepare(`UPDATE stores SET logo_hash = '${"0".repeat(64)}'`),
    env.DB.prepare(
      "INSERT INTO shop_codes (code_id, store_id, state, mark) SELECT id, store_id, 'failed', 1 FROM codes WHERE true ON CONFLICT DO NOTHING",
    ),
    env.DB.prepare(
      `INSERT INTO shop_connections (store_id, provider, state, account, scopes, settings, created_at, updated_at)
       SELECT id, provider, 'connected', 'linen.example', '[]', ?1, 0, 0 FROM stores
       WHERE provider IN ('shopify', 'woocommerce', 'bigcommerce', 'magento')`,
    ).bind(JSON.stringify(SHOP_SETTINGS)),
  ]);
}

/** Files and pictures of a page, which are no pages of their own. */
function filesOf(html: string): string[] {
  return [...html.matchAll(/(?:href|src)="(\/admin\/(?!assets\/)[^"]+)"/g)].flatMap(([, path = ""]) =>
    /\.(?:csv|svg|json|xml)(?:\?|$)|\/export/.test(path) ? [path.replaceAll("&amp;", "&")] : [],
  );
}

/** Sends a form that filters with one control after the other. */
async function tryFilters(
  desk: DeskRecorder,
  form: HtmlForm,
  note: (asked: readonly Asked[], fields: readonly string[]) => void,
): Promise<void> {
  for (const control of form.controls) {
    const path = form.action.split("?")[0] ?? "";
    const hidden = form.controls.flatMap(({ type, name, value }): [string, string][] =>
      type === "hidden" || name === "by" ? [[name, value]] : [],
    );
    const query = new URLSearchParams(hidden);
    const values = control.options.filter((option) => option !== "").slice(0, MOST_OPTIONS);
    for (const value of values.length > 0 ? values : [valueFor(control)]) {
      query.set(control.name, value);
      await desk.fetch(`${path}?${query.toString()}`);
    }
    // The list's file takes the same filters.
    await desk.fetch(`${path}/export.csv?${query.toString()}`);
    note(desk.taken(), []);
  }
  // Some pages ask nothing before all is said.
  await desk.fetch(`${form.action.split("?")[0] ?? ""}?${filledIn(form, {}, "whole").toString()}`);
  note(desk.taken(), []);
}

/** Sends a form that writes as it stands, and with all of it filled in; each of what is done to many. */
async function send(
  desk: DeskRecorder,
  path: string,
  form: HtmlForm,
  note: (asked: readonly Asked[], fields: readonly string[]) => void,
): Promise<void> {
  const names = form.controls.map(({ name }) => name).filter((name) => !name.startsWith("_"));
  const actions = form.controls.find(({ name }) => name === "_action")?.options ?? [""];
  for (const action of actions) {
    for (const [step, hows] of SENT) {
      for (const how of hows) {
        const steps = { _step: step, ...(action !== "" && { _action: action }) };
        const answer = await desk.fetch(form.action || path, withFiles(form, filledIn(form, steps, how)));
        const all = desk.taken();
        const asked = all.filter(({ method }) => method !== "GET");
        note(
          all.filter(({ method }) => method === "GET"),
          [],
        );
        // What is done to many asks for more on its second page.
        const more = formsOf(await answer.text(), form.action).filter(
          ({ action, method }) => method === "post" && action.split("?")[0] === form.action.split("?")[0],
        );
        note(asked, [...names, ...more.flatMap(({ controls }) => controls.map(({ name }) => name))]);
      }
    }
  }
}
