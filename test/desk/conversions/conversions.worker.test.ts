import { beforeEach, describe, expect, it } from "vitest";
import { earned, putConversion } from "../../conversions/conversion-fixtures.ts";
import { define } from "../../conversions/definition-fixtures.ts";
import { api } from "../../ground/api.ts";
import { STORE } from "../../programme/generation-fixtures.ts";
import { insertShop } from "../../sales/order-fixtures.ts";
import { deskGet, deskPost, signIn } from "../desk-fixtures.ts";

beforeEach(() => insertShop());

const stateOf = async (id: string) =>
  ((await api("GET", `/conversions/${id}/commission`)).body as { state: string }).state;

describe("DSH-3: conversions on the desk", () => {
  it("shows what each earns, and approves and declines, one and several", async () => {
    const cookie = await signIn();
    expect((await deskGet("/admin/conversions", cookie)).text).toContain("There is no conversion yet.");
    const { id: definitionId } = await define({ storeId: STORE, key: "lead", name: "Lead" });
    const [one, two] = [
      await putConversion({ definitionId, earns: [earned()] }),
      await putConversion({ definitionId, earns: [earned()] }),
    ];
    const list = await deskGet("/admin/conversions?commission=pending", cookie);
    expect(list.text).toContain(one);
    const page = await deskGet(`/admin/conversions/${one}`, cookie);
    expect(page.text).toContain("€5.00");
    await deskPost(`/admin/conversions/${one}/approve`, { reason: "" }, cookie);
    expect(await stateOf(one)).toBe("approved");
    const looked = await deskPost("/admin/conversions/bulk", { _action: "decline", id: [one, two] }, cookie);
    expect(looked.text).toContain("Pending → declined");
    await deskPost(
      "/admin/conversions/bulk",
      { _action: "decline", id: [one, two], reason: "Odd", _step: "do" },
      cookie,
    );
    expect([await stateOf(one), await stateOf(two)]).toEqual(["declined", "declined"]);
  });
});
