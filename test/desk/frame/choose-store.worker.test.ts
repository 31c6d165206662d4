import { describe, expect, it } from "vitest";
import { createKey } from "../../operate/key-fixtures.ts";
import { createStore } from "../../programme/fixtures.ts";
import { deskGet, signIn } from "../desk-fixtures.ts";

describe("DSH-3: a key of several stores", () => {
  it("is asked for one of them where the API tells of one at a time, and goes on with it", async () => {
    const [one, two] = [await createStore({ name: "One" }), await createStore({ name: "Two" })];
    const scopes = ["orders:read", "links:read", "reports:read", "settings:read"] as const;
    const several = await signIn((await createKey([...scopes], { storeIds: [one.id, two.id] })).key);
    for (const path of ["/admin", "/admin/orders?status=pending", "/admin/links", "/admin/alarms"]) {
      const page = await deskGet(path, several);
      expect([page.status, page.text.includes("Choose a store"), page.text.includes("All stores")], path).toEqual([
        200,
        true,
        false,
      ]);
    }
    const asked = await deskGet("/admin/orders?status=pending", several);
    const to = `/admin/orders?status=pending&amp;store=${two.id}`;
    expect(asked.text).toContain(`href="${to}"`);
    const chosen = await deskGet(to.replace("&amp;", "&"), several);
    expect(chosen.text).not.toContain("Choose a store");
    expect(chosen.text).toContain(`href="/admin/ledger?store=${two.id}"`);
  });

  it("chooses by id where it may not read what stores are called, and names a link before it sees clicks", async () => {
    const [one, two] = [await createStore({ name: "One" }), await createStore({ name: "Two" })];
    const blind = await signIn((await createKey(["orders:read"], { storeIds: [one.id, two.id] })).key);
    expect((await deskGet("/admin/orders", blind)).text).toContain(`href="/admin/orders?store=${one.id}"`);
    expect((await deskGet(`/admin/orders?store=${one.id}`, blind)).text).toContain("There is no order yet.");
    const single = await signIn((await createKey(["reports:read"], { storeIds: [one.id] })).key);
    const clicks = await deskGet("/admin/clicks", single);
    expect([clicks.status, clicks.text.includes("Name a link")]).toEqual([200, true]);
  });
});
