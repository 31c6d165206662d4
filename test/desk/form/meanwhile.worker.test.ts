import { describe, expect, it } from "vitest";
import { api } from "../../ground/api.ts";
import { type DeskAnswer, deskGet, deskPost, signIn } from "../desk-fixtures.ts";

/** What a form's own hidden field says, as a browser sends it back. */
function hidden({ text }: DeskAnswer, name: string): string {
  const value = new RegExp(`name="${name}" value="([^"]*)"`).exec(text)?.[1];
  if (value === undefined) throw new Error(`the form has no ${name}`);
  return value.replaceAll("&quot;", '"').replaceAll("&amp;", "&");
}

const MINE = "https://shop.example/over";
const THEIRS = "https://shop.example/ended";
const FIRST = { url: "https://shop.example/first", slug: "both", fallbackUrl: "https://shop.example/old" };

async function made(): Promise<string> {
  const { body } = await api("POST", "/links", FIRST);
  return Reflect.get(body as object, "id") as string;
}

describe("DSH-3: a form over somebody else's change", () => {
  it("leaves alone what was changed meanwhile and not in it", async () => {
    const cookie = await signIn();
    const id = await made();
    const at = `/admin/links/${id}/edit`;
    const _seen = hidden(await deskGet(at, cookie), "_seen");
    await api("PATCH", `/links/${id}`, { url: "https://shop.example/theirs" });
    const preview = await deskPost(at, { ...FIRST, fallbackUrl: MINE, _seen, _step: "preview" }, cookie);
    expect(preview.text).not.toMatch(/<td data-label="Then"><span>https:\/\/shop.example\/first/);
    expect((await deskPost(at, { ...FIRST, fallbackUrl: MINE, _seen, _step: "save" }, cookie)).status).toBe(303);
    expect((await api("GET", `/links/${id}`)).body).toMatchObject({
      url: "https://shop.example/theirs",
      fallbackUrl: MINE,
    });
  });

  it("says so at the field where both changed the same, and then does what was asked for with that in sight", async () => {
    const cookie = await signIn();
    const id = await made();
    const at = `/admin/links/${id}/edit`;
    const _seen = hidden(await deskGet(at, cookie), "_seen");
    await api("PATCH", `/links/${id}`, { url: "https://shop.example/theirs", fallbackUrl: THEIRS });
    const mine = { ...FIRST, url: "https://shop.example/mine" };
    const told = await deskPost(at, { ...mine, _seen, _step: "save" }, cookie);
    expect(told.status).toBe(422);
    expect(told.text).toMatch(/href="#f-url"/);
    expect(told.text).toContain("was changed by somebody else");
    // What wasn't touched here stands as it is now, so that sending the form again doesn't undo it.
    expect(told.text).toContain(`value="${THEIRS}"`);
    expect((await api("GET", `/links/${id}`)).body).toMatchObject({ url: "https://shop.example/theirs" });
    await deskPost(at, { ...mine, fallbackUrl: THEIRS, _seen: hidden(told, "_seen"), _step: "save" }, cookie);
    expect((await api("GET", `/links/${id}`)).body).toMatchObject({
      url: "https://shop.example/mine",
      fallbackUrl: THEIRS,
    });
  });
});

describe("DSH-3: a form that is sent twice", () => {
  it("is done once, and can be sent again with other values after the browser's back", async () => {
    const cookie = await signIn();
    const blank = await deskGet("/admin/links/new?_once=theirs&url=https://shop.example/", cookie);
    const _once = hidden(blank, "_once");
    expect(_once).not.toBe("theirs");
    const form = { url: "https://shop.example/twice", _once, _step: "save" };
    const first = await deskPost("/admin/links/new", form, cookie);
    expect((await deskPost("/admin/links/new", form, cookie)).to).toBe(first.to);
    const other = { ...form, url: "https://shop.example/other" };
    const told = await deskPost("/admin/links/new", other, cookie);
    expect([told.status, told.text.includes("was sent and done before")]).toEqual([422, true]);
    const again = await deskPost("/admin/links/new", { ...other, _once: hidden(told, "_once") }, cookie);
    expect(again.status).toBe(303);
    expect(again.to).not.toBe(first.to);
  });
});
