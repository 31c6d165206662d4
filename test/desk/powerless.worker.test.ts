import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { type Scope, SCOPES } from "../../src/ground/http/auth.ts";
import { ID_PREFIXES, type IdKind } from "../../src/ground/id.ts";
import { deskRoutes } from "../../src/desk/routes.ts";
import { createKey } from "../operate/key-fixtures.ts";
import { fillStore, idOfStore, markOfStore } from "../operate/store-rows.ts";
import { type DeskAnswer, deskGet, deskPost, signIn } from "./desk-fixtures.ts";

/** A page of the desk as its router has it. */
interface Page {
  method: string;
  /** From the root, with parameters as `:id`. */
  path: string;
}

/** Of a session: its own end is everybody's to decide. */
const OF_THE_SESSION = /^\/admin\/(?:login|logout|sessions|assets)/;

/** Kinds of ids by the first part of a page's path, where that doesn't name them itself. */
const KIND_AT: Readonly<Record<string, IdKind>> = {
  numbers: "phoneNumber",
  pools: "numberPool",
  webhooks: "endpoint",
  definitions: "definition",
  "tagging-plans": "taggingPlan",
  "channel-costs": "channelCost",
  "api-keys": "apiKey",
  "dead-letters": "deadLetter",
  "abuse-reports": "abuseReport",
  inbox: "inbox",
};

/** All that the desk's routers answer, each once. */
async function pages(): Promise<Page[]> {
  const routers = await Promise.all(deskRoutes.map(({ load }) => load()));
  const all = routers.flatMap(({ routes }) => routes.map(({ method, path }) => ({ method, path: `/admin${path}` })));
  const known = new Map(all.map((page) => [`${page.method} ${page.path}`, page]));
  return [...known.values()].filter(({ method, path }) => method !== "ALL" && !OF_THE_SESSION.test(path));
}

/** A page's address with ids of a store; parameters that are no ids are told by their names. */
function addressOf({ path }: Page, letter: string): string {
  const [, , place = ""] = path.split("/");
  return path.replaceAll(/:(\w+)(?:\{[^}]*\})?/g, (_match, name: string) => {
    if (name === "action") return "delete";
    if (name === "carrier") return "twilio";
    const named = name.replace(/Id$/, "");
    const kind = named in ID_PREFIXES ? (named as IdKind) : (KIND_AT[place] ?? singular(place));
    return name === "parent" || kind === null ? idOfStore(letter, "store") : idOfStore(letter, kind);
  });
}

function singular(place: string): IdKind | null {
  const word = place.replace(/s$/, "");
  return word in ID_PREFIXES ? (word as IdKind) : null;
}

/** What forms are sent with: what every action might want. */
const FORM = {
  _step: "do",
  _action: "delete",
  id: idOfStore("a", "link"),
  name: "Taken over",
  reason: "Because",
  url: "https://taken.example/",
} as const;

/** All rows that the database has, but for sessions and when keys were used. */
async function everything(): Promise<string[]> {
  const { results } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*'",
  ).all<{ name: string }>();
  const names = results.map(({ name }) => name).filter((name) => name !== "api_keys" && name !== "desk_sessions");
  const tables = await env.DB.batch(names.map((name) => env.DB.prepare(`SELECT * FROM "${name}"`)));
  return names.flatMap((name, index) => (tables[index]?.results ?? []).map((row) => `${name} ${JSON.stringify(row)}`));
}

/** The rows that are of a store, by its ids and texts. */
function ofStore(letter: string, rows: readonly string[]): string[] {
  return rows.filter((row) => row.includes(markOfStore(letter)) || new RegExp(`_0{15}${letter}`).test(row));
}

/** What a page shows of a store, by an id or a text of its rows. */
function shownOf(letter: string, { text }: DeskAnswer): string | null {
  return new RegExp(String.raw`${markOfStore(letter)}\w+|[a-z]{3}_0{15}${letter}`).exec(text)?.[0] ?? null;
}

describe("DSH-5: a session can do no more than its key", () => {
  let all: Page[];

  beforeEach(async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    await fillStore("a");
    await fillStore("b");
    all = await pages();
    expect(all.length).toBeGreaterThan(50);
  });

  it("sees nothing and changes nothing with a key for metrics alone, by any page", async () => {
    const cookie = await signIn((await createKey(["metrics:read"])).key);
    const before = await everything();
    const wrong: string[] = [];
    for (const page of all) {
      const address = addressOf(page, "a");
      for (const how of page.method === "GET" ? ["GET"] : ["look", "do", "save"]) {
        const answer =
          how === "GET" ? await deskGet(address, cookie) : await deskPost(address, { ...FORM, _step: how }, cookie);
        // What the address says itself is told back.
        const told = answer.text.replaceAll(address, "").replaceAll(encodeURIComponent(address), "");
        const shown = shownOf("a", { ...answer, text: told }) ?? shownOf("b", answer);
        const isOwn = shown !== null && address.includes(shown) && !told.includes(markOfStore("a"));
        if (shown !== null && !isOwn) wrong.push(`${page.method} ${page.path} shows ${shown}`);
        if (answer.status >= 500) wrong.push(`${page.method} ${page.path} answered ${answer.status}`);
      }
    }
    expect([...new Set(wrong)]).toEqual([]);
    expect(await everything()).toEqual(before);
  }, 120_000);

  it("of a key of one store neither sees nor changes anything of another, by any page", async () => {
    const widest: Scope[] = SCOPES.filter((scope) => scope !== "metrics:read" && scope !== "audit:read");
    const cookie = await signIn((await createKey(widest, { storeIds: [idOfStore("a", "store")] })).key);
    const before = await everything();
    const wrong: string[] = [];
    const own = new Set<string>();
    for (const page of all) {
      for (const letter of ["b", "a"]) {
        // What is of its own store is only read: what a form makes of it is up to it.
        if (letter === "a" && page.method !== "GET") continue;
        const address = addressOf(page, letter);
        const others = `${address}?store=${idOfStore("b", "store")}`;
        const answers =
          page.method === "GET"
            ? [await deskGet(address, cookie), await deskGet(others, cookie)]
            : [
                await deskPost(
                  address,
                  { ...FORM, id: idOfStore("b", "link"), storeId: idOfStore("b", "store") },
                  cookie,
                ),
              ];
        for (const answer of answers) {
          if (letter === "a" && answer.text.includes(markOfStore("a"))) own.add(page.path);
          if (answer.text.includes(markOfStore("b")))
            wrong.push(`${page.method} ${page.path} shows ${markOfStore("b")}`);
        }
      }
    }
    expect([...new Set(wrong)]).toEqual([]);
    // The marks are there to be seen.
    expect(own.size).toBeGreaterThan(20);
    expect(ofStore("b", await everything())).toEqual(ofStore("b", before));
  }, 120_000);
});
