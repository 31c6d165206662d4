import { beforeEach, describe, expect, it } from "vitest";
import { putConversion } from "../../conversions/conversion-fixtures.ts";
import { define } from "../../conversions/definition-fixtures.ts";
import { api } from "../../ground/api.ts";
import { STORE } from "../../programme/generation-fixtures.ts";
import { insertShop } from "../../sales/order-fixtures.ts";
import { deskGet, deskPost, signIn } from "../desk-fixtures.ts";

beforeEach(() => insertShop());

const LEAD = { storeId: STORE, name: "Lead", "triggers.0.type": "event", "triggers.0.event": "lead" };

describe("DSH-3: conversion definitions on the desk", () => {
  it("drafts one with a preview, activates it, copies it, archives it", async () => {
    const cookie = await signIn();
    expect((await deskGet("/admin/definitions", cookie)).text).toContain("There is no definition yet.");
    const begun = await deskGet("/admin/definitions/new?begin=lead-form", cookie);
    expect(begun.text).toMatch(/name="triggers\.0\.event"[^>]*value="lead"/);
    const wrong = {
      ...LEAD,
      "triggers.0.type": "url",
      "triggers.0.url.is": "equals",
      "triggers.0.url.value": "/thanks",
    };
    const refused = await deskPost("/admin/definitions/new", { ...wrong, _step: "save" }, cookie);
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('id="f-triggers-0-url-value-fault"');
    const preview = await deskPost("/admin/definitions/new", { ...LEAD, _step: "preview" }, cookie);
    expect(preview.text).toContain("The event “lead”");
    expect((await api("GET", "/conversion-definitions")).body).toMatchObject({ data: [] });
    const live = await deskPost("/admin/definitions/live", LEAD, cookie);
    expect(live.text).toContain("The event “lead”");
    expect((await deskPost("/admin/definitions/live", wrong, cookie)).text).toContain("#f-triggers-0-url-value");
    const made = await deskPost("/admin/definitions/new", { ...LEAD, _step: "save" }, cookie);
    const id = /cdf_[0-9a-z]+/.exec(made.to ?? "")?.[0] ?? "";
    expect((await deskGet(`/admin/definitions/${id}`, cookie)).text).toContain(
      "What the last 30 days would have made of it",
    );
    await deskPost(`/admin/definitions/${id}/activate`, {}, cookie);
    const copied = await deskPost(`/admin/definitions/${id}/copy`, { name: "Lead 2" }, cookie);
    expect(copied.to).not.toContain(id);
    expect((await deskGet(copied.to ?? "", cookie)).text).toContain("Lead 2");
    const uses = await deskGet(`/admin/definitions/used-in?store=${STORE}&event=lead`, cookie);
    expect(uses.text).toContain("triggers.0.event");
    await deskPost(`/admin/definitions/${id}/archive`, {}, cookie);
    expect((await api("GET", `/conversion-definitions/${id}`)).body).toMatchObject({
      status: "archived",
      name: "Lead",
    });
  });

  it("deletes with the number of conversions that go, one and several", async () => {
    const cookie = await signIn();
    const [one, two] = [await define({ storeId: STORE, key: "one" }), await define({ storeId: STORE, key: "two" })];
    await putConversion({ definitionId: one.id });
    await putConversion({ definitionId: two.id });
    expect((await deskGet(`/admin/definitions/${one.id}/delete`, cookie)).text).toContain("1 conversion of");
    expect((await deskPost(`/admin/definitions/${one.id}/delete`, { confirm: "7" }, cookie)).status).toBe(422);
    const many = { _action: "delete", id: [one.id, two.id] };
    expect((await deskPost("/admin/definitions/bulk", many, cookie)).text).toContain("Nothing has happened yet.");
    const refused = await deskPost("/admin/definitions/bulk", { ...many, confirm: "1", _step: "do" }, cookie);
    expect(refused.text).toContain("must be 2");
    expect((await deskPost(`/admin/definitions/${one.id}/delete`, { confirm: "1" }, cookie)).to).toContain(
      "done=delete",
    );
    await deskPost("/admin/definitions/bulk", { _action: "delete", id: [two.id], confirm: "1", _step: "do" }, cookie);
    expect((await api("GET", "/conversion-definitions")).body).toMatchObject({ data: [] });
  });

  it("records a conversion by hand, shows it, and says how far the past is", async () => {
    const cookie = await signIn();
    const { id } = await define({ storeId: STORE, key: "deal", triggers: [{ type: "manual" }] });
    const made = await deskPost(
      `/admin/definitions/${id}/convert`,
      { customerId: "c-7", reason: "Met at a fair" },
      cookie,
    );
    expect(made.to).toMatch(/^\/admin\/conversions\/cvn_/);
    const page = await deskGet(made.to ?? "", cookie);
    expect(page.text).toContain("Why it is credited so");
    expect((await deskGet(`/admin/conversions?definition=${id}&counted=true`, cookie)).text).toContain("Confirmed");
    expect((await deskPost(`/admin/definitions/${id}/backfill`, { confirm: "3" }, cookie)).status).toBe(422);
    expect((await deskPost(`/admin/definitions/${id}/backfill`, { confirm: "0" }, cookie)).to).toContain("/progress");
    expect((await deskGet(`/admin/definitions/${id}/progress`, cookie)).text).toContain("Conversions made");
  });
});
