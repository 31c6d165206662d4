import { beforeEach, describe, expect, it } from "vitest";
import { createStore } from "../../programme/fixtures.ts";
import { postOrder, type ShopStore } from "../../sales/capture-fixtures.ts";
import { deskGet, deskPost, signIn } from "../desk-fixtures.ts";

let store: ShopStore;

beforeEach(async () => {
  store = await createStore();
});

describe("DSH-3: the inbox on the desk", () => {
  it("says what came in, what became of it, and processes again", async () => {
    const cookie = await signIn();
    expect((await deskGet("/admin/inbox", cookie)).text).toContain("Nothing has come in yet.");
    await postOrder(store, { orderId: "1001", total: "42.00", currency: "EUR", qty: 3, note: "<script>" });
    const list = await deskGet(`/admin/inbox?store=${store.id}&source=order`, cookie);
    const id = /inb_[0-9a-z]+/.exec(list.text)?.[0] ?? "";
    expect(list.text).toMatch(/The store’s server/);
    const page = await deskGet(`/admin/inbox/${id}`, cookie);
    expect(page.text).toContain("What was sent");
    expect(page.text).not.toContain("<script>");
    const summary = await deskGet(`/admin/inbox/summary?store=${store.id}&days=30`, cookie);
    expect(summary.text).toContain("reports");
    expect((await deskPost(`/admin/inbox/${id}/retry`, {}, cookie)).to).toContain("done=retry");
  });
});
