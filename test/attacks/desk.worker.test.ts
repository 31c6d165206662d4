import { beforeEach, describe, expect, test } from "vitest";
import { NAV } from "../../src/desk/frame/nav.ts";
import { pathOfId } from "../../src/desk/frame/places.ts";
import { SCOPES } from "../../src/ground/http/auth.ts";
import { ID_PREFIXES, type IdKind } from "../../src/ground/id.ts";
import { deskGet, deskPost, signIn } from "../desk/desk-fixtures.ts";
import { api } from "../ground/api.ts";
import { createKey } from "../operate/key-fixtures.ts";
import { createStore } from "../programme/fixtures.ts";
import { fillStore, idOfStore, markOfStore } from "../operate/store-rows.ts";

const WIDEST = SCOPES.filter((scope) => scope !== "metrics:read" && scope !== "audit:read");

/** The desk's page of each kind of thing that a store has. */
const PLACES = (Object.keys(ID_PREFIXES) as IdKind[]).flatMap((kind) => {
  const path = pathOfId(idOfStore("b", kind));
  return path === null ? [] : [path];
});

const LISTS = NAV.flatMap(({ items }) => items.map(({ path }) => `/admin${path}`));

describe("DSH-5: the desk with a key of one store", () => {
  let cookie = "";
  beforeEach(async () => {
    await fillStore("b");
    const { id } = await createStore();
    cookie = await signIn((await createKey(WIDEST, { storeIds: [id] })).key);
  });

  test("shows and changes nothing of another, by any of its pages", async () => {
    const pages = [
      ...PLACES.flatMap((path) => [path, `${path}/edit`, `${path}/delete`]),
      ...LISTS.flatMap((path) => [path, `${path}/export.csv`, `${path}?store=${idOfStore("b", "store")}`]),
      `/admin/search?q=${markOfStore("b")}`,
      `/admin/find?q=${markOfStore("b")}&kind=creator`,
    ];
    for (const page of pages) {
      const { status, text } = await deskGet(page, cookie);
      expect(status, page).toBeLessThan(500);
      // What was looked for stands in its field again.
      const others = text.replaceAll(`value="${markOfStore("b")}"`, "").replaceAll(`“${markOfStore("b")}”`, "");
      expect(others, page).not.toContain(markOfStore("b"));
    }
    for (const path of PLACES) {
      for (const step of ["edit", "delete", "archive", "approve", "disable"]) {
        const { status } = await deskPost(`${path}/${step}`, { reason: "x" }, cookie);
        expect([403, 404], `${path}/${step}`).toContain(status);
      }
    }
  }, 60_000);
});

describe("DSH-5: what is stored and shown", () => {
  const EVIL = `"><img src=x onerror=alert(1)></textarea><script>alert(2)</script>`;

  test("runs nowhere", async () => {
    const made = async (path: string, body: object) => {
      const { status, body: answer } = await api("POST", path, body);
      expect(status, path).toBe(201);
      return Reflect.get(answer as object, "id") as string;
    };
    const creator = await made("/creators", { firstName: EVIL, lastName: EVIL, externalId: "1" });
    const { id: store } = await createStore({ name: EVIL });
    const link = await made("/links", {
      url: "https://shop.example/?q='onclick='alert(3)",
      creatorId: creator,
      storeId: store,
    });
    const campaign = await made("/campaigns", { name: EVIL });
    const cookie = await signIn();
    for (const path of [
      ...[creator, store, link, campaign].flatMap((id) => [pathOfId(id) ?? "", `${pathOfId(id)}/edit`]),
      "/admin/creators",
      "/admin/links",
      "/admin/campaigns",
      "/admin/stores",
      "/admin/audit",
      `/admin/links?store=${store}&q=${encodeURIComponent(EVIL)}`,
      `/admin/search?q=${encodeURIComponent(EVIL)}`,
      `/admin/links/new?url=${encodeURIComponent(EVIL)}`,
      `/admin/${encodeURIComponent(EVIL)}`,
      `/admin/links?cursor=${encodeURIComponent(EVIL)}&done=${encodeURIComponent(EVIL)}`,
    ]) {
      const { text, headers } = await deskGet(path, cookie);
      expect(text, path).not.toMatch(/<img src=x|<script>|<b>"|href="javascript:/i);
      expect(headers.get("content-security-policy"), path).toContain("default-src 'none'");
    }
  }, 60_000);
});
