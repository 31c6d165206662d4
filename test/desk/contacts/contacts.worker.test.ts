import { beforeEach, describe, expect, it } from "vitest";
import { ANN, ANN_HASH, insertContact } from "../../conversions/count/count-fixtures.ts";
import { api } from "../../ground/api.ts";
import { STORE } from "../../programme/generation-fixtures.ts";
import { insertShop } from "../../sales/order-fixtures.ts";
import { deskGet, deskPost, signIn } from "../desk-fixtures.ts";

beforeEach(() => insertShop());

describe("DSH-3: contacts on the desk", () => {
  it("finds one by a field, shows it and its path, says what goes before it is erased", async () => {
    const cookie = await signIn();
    expect((await deskGet("/admin/contacts", cookie)).text).toContain("There is no contact yet.");
    await insertContact(ANN, ANN_HASH, { plan: "gold" });
    expect((await deskGet("/admin/contacts?q=plan%3Agold", cookie)).text).toContain(ANN);
    expect((await deskGet(`/admin/contacts?q=plan%3Asilver&store=${STORE}`, cookie)).text).toContain("Nothing fits");
    const page = await deskGet(`/admin/contacts/${ANN}`, cookie);
    expect(page.text).toContain("plan%3Agold");
    expect((await deskGet(`/admin/contacts/${ANN}/path`, cookie)).text).toContain("What isn’t shown");
    expect((await deskGet(`/admin/contacts/${ANN}/events`, cookie)).status).toBe(200);
    expect((await deskGet(`/admin/contacts/${ANN}/erase`, cookie)).text).toContain("This can’t be undone.");
    expect((await deskPost(`/admin/contacts/${ANN}/erase`, {}, cookie)).to).toContain("done=erase");
    expect((await api("GET", `/contacts/${ANN}`)).status).toBe(404);
  });
});
