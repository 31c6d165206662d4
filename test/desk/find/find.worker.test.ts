import { describe, expect, it } from "vitest";
import { api } from "../../ground/api.ts";
import { createKey } from "../../operate/key-fixtures.ts";
import { createCreator } from "../../programme/fixtures.ts";
import { deskGet, signIn } from "../desk-fixtures.ts";

describe("DSH-3: the search of the desk", () => {
  it("finds by names, by kind, and suggests for a field; what a key may not read is said and left out", async () => {
    const cookie = await signIn();
    const lea = await createCreator({ firstName: "Lea", lastName: "<Sommer>" });
    await api("POST", "/links", { url: "https://shop.example/", slug: "lea-links" });
    const all = await deskGet("/admin/search?q=lea", cookie);
    expect(all.text).toContain("Lea &lt;Sommer&gt;");
    expect(all.text).toContain("lea-links");
    expect((await deskGet("/admin/search?q=lea&kind=creator", cookie)).text).not.toContain(">lea-links<");
    expect((await deskGet("/admin/search", cookie)).text).toContain("Type two characters or more.");
    expect((await deskGet("/admin/search?q=nowhere", cookie)).text).toContain("Nothing here is called");

    const suggested = await deskGet("/admin/find?q=lea&kind=creator", cookie);
    expect(suggested.headers.get("content-type")).toContain("json");
    expect(JSON.parse(suggested.text)).toEqual({
      data: [{ id: lea.id, name: "Lea <Sommer>", detail: expect.any(String) }],
    });
    expect(JSON.parse((await deskGet("/admin/find?q=l&kind=creator", cookie)).text)).toEqual({ data: [] });
    expect((await deskGet("/admin/find?q=lea&kind=toString", cookie)).status).toBe(422);
    const reader = await signIn((await createKey(["links:read"])).key);
    const hidden = await deskGet("/admin/search?q=lea", reader);
    expect(hidden.text).toContain("lea-links");
    expect(hidden.text).not.toContain("Sommer");
    expect(hidden.text).toContain("Not looked for, as your key may not read them");
  });
});
