import { describe, expect, it } from "vitest";
import { api } from "../../ground/api.ts";
import { createStore } from "../../programme/fixtures.ts";
import { deskGet, deskPost, signIn } from "../desk-fixtures.ts";

describe("DSH-3: tagging plans on the desk", () => {
  it("drafts one with rules and steps, shows what pages carry, activates and copies it", async () => {
    const cookie = await signIn();
    expect((await deskGet("/admin/tagging-plans", cookie)).text).toContain("There is no tagging plan yet.");
    const store = await createStore();
    const form = {
      storeId: store.id,
      name: "Shop",
      "pages.heatmap": "on",
      "rules.0.kind": "click",
      "rules.0.event": "add to basket",
      "rules.0.selector": ".add",
      "checkout.steps.0.name": "cart",
      "checkout.steps.0.page": "/cart",
      _step: "save",
    };
    const refused = await deskPost("/admin/tagging-plans/new", { ...form, "rules.0.selector": "((" }, cookie);
    expect([refused.status, refused.text.includes('id="f-rules-0-selector-fault"')]).toEqual([422, true]);
    const made = await deskPost("/admin/tagging-plans/new", form, cookie);
    const id = /tgp_[0-9a-z]+/.exec(made.to ?? "")?.[0] ?? "";
    expect((await api("GET", `/tagging-plans/${id}`)).body).toMatchObject({
      pages: { heatmap: true, scroll: false },
      rules: [{ event: "add to basket", selector: ".add" }],
      checkout: { steps: [{ name: "cart", page: "/cart" }] },
    });
    expect((await deskGet(made.to ?? "", cookie)).text).toContain("What pages carry with it");
    await deskPost(`/admin/tagging-plans/${id}/activate`, {}, cookie);
    expect((await deskGet(`/admin/tagging-plans/${id}/edit`, cookie)).text).not.toContain("Internal");
    const copied = await deskPost(`/admin/tagging-plans/${id}/copy`, { name: "Next" }, cookie);
    expect(copied.to).toMatch(/^\/admin\/tagging-plans\/tgp_[0-9a-z]+\?done=copy$/);
    expect((await deskGet("/admin/quality", cookie)).status).toBe(200);
    expect((await deskGet("/admin/heatmap", cookie)).text).toContain("Nothing was counted on this page.");
  });
});
