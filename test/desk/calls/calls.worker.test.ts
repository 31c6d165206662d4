import { describe, expect, it } from "vitest";
import { api } from "../../ground/api.ts";
import { createKey } from "../../operate/key-fixtures.ts";
import { createStore } from "../../programme/fixtures.ts";
import { deskGet, deskPost, signIn } from "../desk-fixtures.ts";

describe("DSH-3: numbers, pools and calls on the desk", () => {
  it("registers, binds and unbinds a number, and says at its field what is wrong", async () => {
    const cookie = await signIn();
    expect((await deskGet("/admin/numbers", cookie)).text).toContain("There is no number yet.");
    expect((await deskGet("/admin/pools", cookie)).text).toContain("There is no pool yet.");
    expect((await deskGet("/admin/calls", cookie)).text).toContain("Nobody has called yet.");
    expect((await deskGet("/admin/call-events", cookie)).text).toContain("No carrier has told anything yet.");
    const store = await createStore();
    const refused = await deskPost(
      "/admin/numbers/new",
      { storeId: store.id, number: "030 123", _step: "save" },
      cookie,
    );
    expect([refused.status, /href="#f-number"/.test(refused.text)]).toEqual([422, true]);
    const made = await deskPost(
      "/admin/numbers/new",
      {
        storeId: store.id,
        number: "+49 30 1234567",
        label: "Poster",
        "binding.channel": "poster",
        "binding.offline": "on",
        _step: "save",
      },
      cookie,
    );
    const id = /num_[0-9a-z]+/.exec(made.to ?? "")?.[0] ?? "";
    expect((await api("GET", `/phone-numbers/${id}`)).body).toMatchObject({
      number: "+49301234567",
      binding: { channel: "poster", offline: true },
    });
    expect((await deskPost(`/admin/numbers/${id}/bind`, { channel: "flyer" }, cookie)).status).toBe(422);
    await deskPost(`/admin/numbers/${id}/bind`, { channel: "flyer", replaces: "on" }, cookie);
    const page = await deskGet(`/admin/numbers/${id}`, cookie);
    expect(page.text).toContain("flyer");
    expect(page.text).toContain("poster");
    await deskPost("/admin/numbers/bulk", { _action: "unbind", id, _step: "do" }, cookie);
    expect((await api("GET", `/phone-numbers/${id}`)).body).toMatchObject({ binding: null });
    const pool = await deskPost(
      "/admin/pools/new",
      { storeId: store.id, name: "Website", target: "+49 30 999", numberIds: id, _step: "save" },
      cookie,
    );
    expect((await deskGet(pool.to ?? "", cookie)).text).toContain("Is it large enough?");
  });

  it("looks at an import before it is done", async () => {
    const cookie = await signIn();
    const store = await createStore();
    const form = { storeId: store.id, csv: "number,label\n+49301112223,One\nnone,Two" };
    const looked = await deskPost("/admin/numbers/import", { ...form, _step: "look" }, cookie);
    expect(looked.text).toContain("Would be registered: 1; refused: 1.");
    expect((await api("GET", "/phone-numbers")).body).toMatchObject({ data: [] });
    await deskPost("/admin/numbers/import", { ...form, _step: "do" }, cookie);
    expect((await api("GET", "/phone-numbers")).body).toMatchObject({ data: [{ number: "+49301112223" }] });
  });

  it("is closed to keys that may not", async () => {
    const cookie = await signIn();
    const store = await createStore();
    const { key } = await createKey(["links:read"]);
    const other = await signIn(key);
    for (const path of ["/admin/calls", "/admin/numbers", "/admin/numbers/import", "/admin/pools/new"]) {
      expect((await deskGet(path, other)).status, path).toBe(403);
    }
    expect(
      (await deskPost("/admin/numbers/new", { storeId: store.id, number: "+49301234567", _step: "save" }, other))
        .status,
    ).toBe(403);
    expect((await deskGet("/admin/calls/cal_0000000000000000", cookie)).status).toBe(404);
  });
});
