import { beforeEach, describe, expect, it } from "vitest";
import { api } from "../../ground/api.ts";
import { createKey } from "../../operate/key-fixtures.ts";
import { createCreator, createStore } from "../../programme/fixtures.ts";
import { tagOf } from "../../shops/amazon/amazon-fixtures.ts";
import { deskGet, deskPost, signIn } from "../desk-fixtures.ts";

let cookie = "";
beforeEach(async () => {
  cookie = await signIn();
});

/** A form that brings a file. */
function withFile(text: string, name: string, fields: Readonly<Record<string, string>> = {}): FormData {
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) form.set(field, value);
  form.set("file", new File([text], name, { type: "text/csv" }));
  return form;
}

describe("DSH-3: stores on the desk", () => {
  it("makes one whose secret is shown once, changes how it credits, and gives it another secret", async () => {
    const refused = await deskPost("/admin/stores/new", { name: "", currency: "EUR", _step: "save" }, cookie);
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('href="#f-name"');
    const made = await deskPost(
      "/admin/stores/new",
      {
        name: "Linen",
        key: "linen",
        provider: "ast",
        origins: "https://linen.example\nhttps://www.linen.example",
        currency: "EUR",
        timezone: "Europe/Paris",
        clickParam: "wm_click",
        consentPolicy: "strict",
        "attribution.model": "split",
        "attribution.windowDays": "14",
      },
      cookie,
    );
    expect(made.text).toContain("This is the only time that it is shown.");
    const secret = /data-copy="([a-z0-9]{32})"/.exec(made.text)?.[1] ?? "";
    const id = /str_[0-9a-z]{16}/.exec(made.text)?.[0] ?? "";
    const at = `/admin/stores/${id}`;
    const page = await deskGet(at, cookie);
    expect(page.text).toContain("/t/ast.js?s=linen");
    expect(page.text).not.toContain(secret);
    await deskPost(`${at}/edit`, { "attribution.codePriority": "on", "attribution.windowDays": "7" }, cookie);
    expect((await api("GET", `/stores/${id}`)).body).toMatchObject({
      name: "Linen",
      origins: ["https://linen.example", "https://www.linen.example"],
      consentPolicy: "strict",
      attribution: { model: "split", windowDays: 7, codePriority: true },
    });
    const rotated = await deskPost(`${at}/rotate-secret`, {}, cookie);
    expect(/data-copy="([a-z0-9]{32})"/.exec(rotated.text)?.[1]).not.toBe(secret);
    expect((await deskPost(`${at}/delete`, {}, cookie)).to).toBe("/admin/stores?done=delete");
  });

  it("gives one its logo, whatever a browser calls the file, and takes it away", async () => {
    const { id } = await createStore({ name: "Linen" });
    const at = `/admin/stores/${id}`;
    expect((await deskGet(at, cookie)).text).toContain(`href="${at}/logo">Add a logo`);
    for (const [form, said] of [
      [withFile("no picture at all", "logo.png"), "must be a picture"],
      [withFile(`<svg>${" ".repeat(102_400)}</svg>`, "logo.svg"), "may have 100 KiB"],
      [{}, "must be chosen"],
    ] as const) {
      const refused = await deskPost(`${at}/logo`, form, cookie);
      expect([refused.status, refused.text.includes('href="#f-file"')]).toEqual([422, true]);
      expect(refused.text).toContain(said);
    }
    const given = await deskPost(
      `${at}/logo`,
      withFile("<svg xmlns='http://www.w3.org/2000/svg'/>", "logo.csv"),
      cookie,
    );
    expect([given.status, given.to]).toEqual([303, `${at}?done=logo`]);
    const shown = await deskGet(`${at}?done=logo`, cookie);
    const path = /<img src="(\/t\/logo\/[0-9a-f]{64})"/.exec(shown.text)?.[1] ?? "";
    expect(shown.text).toContain("The store has its logo.");
    expect((await deskGet(path, null)).headers.get("content-type")).toBe("image/svg+xml");
    expect(shown.headers.get("content-security-policy")).toContain("https://go.brand.example/t/logo/;");
    expect((await deskPost(`${at}/take-logo-away`, {}, cookie)).to).toBe(`${at}?done=take-logo-away`);
    expect((await deskGet(at, cookie)).text).not.toContain("<img");
    expect((await deskGet(path, null)).status).toBe(404);
  });

  it("connects carriers and an export of visits, and says what a shop lacks", async () => {
    const { id } = await createStore({ provider: "woocommerce" });
    const at = `/admin/stores/${id}`;
    expect((await deskGet(`${at}/connection`, cookie)).text).toContain("No shop is connected.");
    const faulty = await deskPost(`${at}/connect`, { url: "https://shop.brand.com", "settings.first": "x" }, cookie);
    expect(faulty.text).toContain("must be a whole number");
    const lacking = await deskPost(`${at}/connect`, { url: "https://shop.brand.com" }, cookie);
    expect([lacking.status, lacking.text.includes('href="#f-consumerKey"')]).toEqual([422, true]);
    await deskPost(`${at}/carrier-twilio`, { authToken: "0123456789abcdef0123456789abcdef" }, cookie);
    await deskPost(`${at}/call-settings`, { qualifiedSeconds: "60", announcement: "This call is recorded." }, cookie);
    const calls = await deskGet(at, cookie);
    expect(calls.text).toMatch(/Disconnect Twilio[\s\S]*60 seconds of talk[\s\S]*This call is recorded\./);
    expect((await deskPost(`${at}/carrier-twilio-off`, {}, cookie)).to).toBe(`${at}?done=carrier-twilio-off`);
    const bad = await deskPost(`${at}/analytics-export`, { format: "ga4", endpoint: "nowhere" }, cookie);
    expect(bad.text).toContain('href="#f-endpoint"');
    await deskPost(
      `${at}/analytics-export`,
      { format: "ndjson", endpoint: "https://sink.brand.com/events", "secrets.token": "t0ken", enabled: "on" },
      cookie,
    );
    expect((await api("GET", `/stores/${id}/analytics-export`)).body).toMatchObject({
      format: "ndjson",
      hasSecrets: true,
      enabled: true,
    });
    expect((await deskGet(at, cookie)).text).toContain("https://sink.brand.com/events");
    await deskPost(`${at}/analytics-export-end`, {}, cookie);
    expect((await api("GET", `/stores/${id}/analytics-export`)).status).toBe(404);
  });

  it("enters tags of Amazon Attribution by hand and by file, and imports a report", async () => {
    const { id } = await createStore({ provider: "amazon", currency: "USD" });
    const [lea, max] = [await createCreator(), await createCreator()];
    const at = `/admin/stores/${id}`;
    const entered = await deskPost(
      `${at}/tags/new`,
      { creatorId: lea.id, tag: tagOf("Lea"), "matches.0.by": "adGroup", "matches.0.value": "Lea" },
      cookie,
    );
    expect(entered.text).toContain("The tag is entered");
    const changed = await deskPost(
      `${at}/tags/${lea.id}/edit`,
      { tag: tagOf("Lea 2"), "matches.0.by": "adGroup", "matches.0.value": "Lea 2" },
      cookie,
    );
    expect(changed.text).toContain("Lea%202");
    const none = new FormData();
    expect((await deskPost(`${at}/tags/import`, none, cookie)).text).toContain('href="#f-file"');
    const file = await deskPost(
      `${at}/tags/import`,
      withFile(`creator_id,tag\n${max.id},"${tagOf("Max")}"\ncrt_0000000000000000,x\n`, "tags.csv"),
      cookie,
    );
    expect(file.text).toContain("1 of 2 were entered");
    const report = "Date,Ad Group,Click-throughs,Currency,14d Product Sales\n2026-11-02,Lea 2,5,USD,19.90\n";
    const read = await deskPost(`${at}/attribution-reports/import`, withFile(report, "report.csv"), cookie);
    expect(read.text).toContain("2026-11-02");
    expect((await deskGet(`${at}/attribution-rows?creator=${lea.id}`, cookie)).text).toContain("19.90");
    expect((await deskGet(`${at}/attribution-reports`, cookie)).text).toContain("all of its 1 days");
    await deskPost(`${at}/tags/${max.id}/delete`, {}, cookie);
    expect((await deskGet(`${at}/tags`, cookie)).text).not.toContain("Max&quot;");
    expect((await api("GET", `/stores/${id}/attribution-tags`)).body).toMatchObject({
      data: [{ creatorId: lea.id, matches: [{ by: "adGroup", value: "Lea 2" }] }],
    });
  });

  it("shows a key of one store that store alone, and refuses who may not", async () => {
    const own = await createStore({ name: "Own" });
    const other = await createStore({ name: "Other" });
    const limited = await createKey(["settings:read", "settings:write"], { storeIds: [own.id] });
    const client = await signIn(limited.key);
    const list = await deskGet("/admin/stores", client);
    expect([list.text.includes(own.id), list.text.includes("Other"), list.text.includes("New store")]).toEqual([
      true,
      false,
      false,
    ]);
    for (const place of ["domains", "api-keys", "dead-letters", "blocked-hosts", "system"]) {
      expect(list.text).not.toContain(`href="/admin/${place}"`);
      expect((await deskGet(`/admin/${place}`, client)).status, place).toBe(403);
    }
    expect((await deskGet(`/admin/stores/${other.id}`, client)).status).toBeGreaterThanOrEqual(403);
    expect((await deskGet(`/admin/stores/${own.id}/delete`, client)).status).toBe(403);
    expect((await deskGet("/admin/stores", await signIn((await createKey(["links:read"])).key))).status).toBe(403);
  });
});
