import { describe, expect, it } from "vitest";
import { api } from "../../ground/api.ts";
import { createKey } from "../../operate/key-fixtures.ts";
import { deskGet, deskPost, signIn } from "../desk-fixtures.ts";

describe("DSH-3: links on the desk", () => {
  it("makes, shows, changes and deletes one, and says at its field what is wrong", async () => {
    const cookie = await signIn();
    expect((await deskGet("/admin/links", cookie)).text).toContain("There is no link yet.");
    const refused = await deskPost("/admin/links/new", { url: "nowhere", slug: "spring", _step: "save" }, cookie);
    expect(refused.status).toBe(422);
    expect(refused.text).toMatch(/href="#f-url"/);
    const made = await deskPost(
      "/admin/links/new",
      { url: "https://shop.example/a?b=1&c", slug: "spring", utm: "x", _step: "save" },
      cookie,
    );
    expect(made.status).toBe(303);
    const id = /lnk_[0-9a-z]+/.exec(made.to ?? "")?.[0] ?? "";
    const page = await deskGet(made.to ?? "", cookie);
    expect(page.text).toContain("https://shop.example/a?b=1&amp;c");
    expect(page.text).toContain("Link made.");
    const preview = await deskPost(
      `/admin/links/${id}/edit`,
      { url: "https://shop.example/new", slug: "spring", _step: "preview" },
      cookie,
    );
    expect(preview.text).toContain("https://shop.example/new");
    expect((await api("GET", `/links/${id}`)).body).toMatchObject({ url: "https://shop.example/a?b=1&c" });
    await deskPost(
      `/admin/links/${id}/edit`,
      { url: "https://shop.example/new", slug: "spring", _step: "save" },
      cookie,
    );
    expect((await api("GET", `/links/${id}`)).body).toMatchObject({ url: "https://shop.example/new", slug: "spring" });
    const looked = await deskPost("/admin/links/bulk", { _action: "disable", id }, cookie);
    expect(looked.text).toContain("Nothing has happened yet.");
    expect((await api("GET", `/links/${id}`)).body).toMatchObject({ disabled: false });
    await deskPost("/admin/links/bulk", { _action: "disable", id, _step: "do" }, cookie);
    expect((await api("GET", `/links/${id}`)).body).toMatchObject({ disabled: true });
    expect((await deskPost(`/admin/links/${id}/delete`, {}, cookie)).to).toBe("/admin/links?done=delete");
    expect((await api("GET", `/links/${id}`)).status).toBe(404);
  });

  it("builds rules in a form, takes one away again, and says whom they lead where", async () => {
    const cookie = await signIn();
    const rule = (index: number, url: string, country: string): Record<string, string> => ({
      [`rules.${index}.url`]: url,
      [`rules.${index}.when.country`]: country,
      [`rules.${index}.when.weight`]: "",
      [`rules.${index}.when.hours.from`]: "",
    });
    const made = await deskPost(
      "/admin/links/new",
      {
        url: "https://shop.example/",
        slug: "ruled",
        ...rule(0, "https://shop.example/de", "DE, AT"),
        "rules.0.when.device": ["mobile"],
        ...rule(1, "https://shop.example/fr", "fr"),
        ...rule(2, "", ""),
      },
      cookie,
    );
    const path = (made.to ?? "").split("?")[0] ?? "";
    const page = await deskGet(path, cookie);
    expect(page.text).toContain("visitors in DE or AT, on mobile");
    expect(page.text).toContain(`src="${path}/qr.svg"`);
    expect(
      (await deskGet(`${path}/qr.svg?download=1&ecc=H&border=0`, cookie)).headers.get("content-disposition"),
    ).toMatch(/^attachment/);
    const tried = await deskGet(`${path}/simulate?country=FR&userAgent=x&asked=1`, cookie);
    expect(tried.text).toContain("https://shop.example/fr");
    expect((await deskGet(`${path}/simulate?country=Frankreich&asked=1`, cookie)).status).toBe(422);
    await deskPost(
      `${path}/edit`,
      { url: "https://shop.example/", slug: "ruled", ...rule(0, "", ""), ...rule(1, "https://shop.example/fr", "fr") },
      cookie,
    );
    expect((await api("GET", path.replace("/admin", ""))).body).toMatchObject({
      rules: [{ when: { country: ["FR"] }, url: "https://shop.example/fr" }],
    });
  });

  it("puts tags on many, makes many of a table, and says in which line one is refused", async () => {
    const cookie = await signIn();
    const table =
      'url,slug,tags,disabled,utm.source\nhttps://shop.example/a,one,"x, y",yes,story\nhttps://shop.example/b,one,,,\n';
    const looked = await deskPost("/admin/links/import", { rows: table, _step: "look" }, cookie);
    expect(looked.text).toContain("2 rows, nothing sent yet");
    expect((await deskPost("/admin/links/import", { rows: "uri\nx\n" }, cookie)).text).toContain(
      "is no column that is known here",
    );
    const sent = await deskPost("/admin/links/import", { rows: table, _step: "do" }, cookie);
    expect(sent.text).toContain("1 of 2 made");
    expect(sent.text).toContain("Line 3");
    const { data } = (await api("GET", "/links?q=one")).body as { data: { id: string }[] };
    expect(data).toMatchObject([{ slug: "one", tags: ["x", "y"], disabled: true, utm: { source: "story" } }]);
    const id = data[0]?.id ?? "";
    const bulk = { _action: "tag", id, put: "z", taken: "x" };
    expect((await deskPost("/admin/links/bulk", { ...bulk, _step: "again" }, cookie)).text).toContain("x, y → y, z");
    await deskPost("/admin/links/bulk", { ...bulk, _step: "do" }, cookie);
    expect((await api("GET", `/links/${id}`)).body).toMatchObject({ tags: ["y", "z"] });
  });

  it("are hidden from a key that may not read them, and stand without numbers for one without reports", async () => {
    const { key } = await createKey(["plans:read"]);
    expect((await deskGet("/admin/links", await signIn(key))).status).toBe(403);
    await api("POST", "/links", { url: "https://shop.example/", slug: "plain" });
    const reader = await createKey(["links:read"]);
    const page = await deskGet("/admin/links", await signIn(reader.key));
    expect(page.text).toContain("plain");
    expect(page.text).not.toContain("last 30 days");
    expect((await deskGet("/admin/clicks", await signIn(reader.key))).status).toBe(403);
  });
});
