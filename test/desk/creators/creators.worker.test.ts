import { describe, expect, it } from "vitest";
import { api } from "../../ground/api.ts";
import { createKey } from "../../operate/key-fixtures.ts";
import { createCreator } from "../../programme/fixtures.ts";
import { deskGet, deskPost, signIn } from "../desk-fixtures.ts";

const IBAN = "DE02120300000000202051";

describe("DSH-3: creators on the desk", () => {
  it("are made with handles, changed, and shown with all that belongs to them", async () => {
    const cookie = await signIn();
    expect((await deskGet("/admin/creators", cookie)).text).toContain("There is no creator yet.");
    const fields = {
      firstName: "Lea",
      lastName: "Sommer",
      email: "nobody",
      handles: "instagram = @lea.makes\ntiktok = lea",
    };
    const refused = await deskPost("/admin/creators/new", fields, cookie);
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('href="#f-email"');
    const made = await deskPost("/admin/creators/new", { ...fields, email: "lea@creator.example" }, cookie);
    const path = (made.to ?? "").split("?")[0] ?? "";
    const id = path.split("/").at(-1) ?? "";
    expect((await api("GET", `/creators/${id}`)).body).toMatchObject({
      handles: { instagram: "lea.makes", tiktok: "lea" },
    });
    const page = await deskGet(path, cookie);
    expect(page.status).toBe(200);
    for (const part of [
      "They are in no campaign yet.",
      "They have no link yet.",
      "They have no code yet.",
      "Nobody said yet where they are paid.",
    ])
      expect(page.text).toContain(part);
    await deskPost(
      `${path}/edit`,
      { firstName: "Lea", lastName: "", email: "lea@creator.example", handles: "" },
      cookie,
    );
    expect((await api("GET", `/creators/${id}`)).body).toMatchObject({ lastName: "", handles: {} });
    const report = await deskGet(`${path}/report?from=2026-11-01&interval=day&compare=previous`, cookie);
    expect(report.status).toBe(200);
    expect((await deskGet(`${path}/report?from=2026-11-02&to=2026-11-01`, cookie)).text).toContain('href="#f-to"');
    expect((await deskGet(`${path}/report/export.csv`, cookie)).text).toMatch(/^campaignId,/);
  });

  it("keeps where they are paid, hidden until it is asked for, which is audited", async () => {
    const cookie = await signIn();
    const { id } = await createCreator();
    const at = `/admin/creators/${id}`;
    const refused = await deskPost(
      `${at}/payout-details/edit`,
      { method: "sepa", accountHolder: "Lea Sommer", iban: "DE02120300000000202052" },
      cookie,
    );
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('href="#f-iban"');
    const kept = await deskPost(
      `${at}/payout-details/edit`,
      { method: "sepa", accountHolder: "Lea Sommer", iban: IBAN },
      cookie,
    );
    expect(kept.to).toBe(`${at}?done=account`);
    const page = await deskGet(`${at}?done=account`, cookie);
    expect(page.text).toContain("Lea Sommer");
    expect(page.text).toContain("The payout details are kept.");
    for (const path of [at, `${at}/payout-details/edit`]) {
      const { text } = await deskGet(path, cookie);
      expect(text).not.toContain(IBAN);
      expect(text).toContain("2051");
    }
    expect((await deskPost(`${at}/payout-details/reveal`, {}, cookie)).text).toContain(IBAN);
    const { data } = (await api("GET", "/audit?limit=5")).body as { data: { action: string }[] };
    expect(data[0]).toMatchObject({ action: "reveal" });
    const reader = await createKey(["plans:read", "orders:read"]);
    expect((await deskPost(`${at}/payout-details/reveal`, {}, await signIn(reader.key))).status).toBe(403);
    expect((await deskPost(`${at}/forget-account`, {}, cookie)).to).toContain("done=forget-account");
    expect((await api("GET", `/creators/${id}/payout-details`)).status).toBe(404);
  });

  it("get portal links, one by one and many at once, whose addresses are shown once", async () => {
    const cookie = await signIn();
    const [lea, max] = [await createCreator(), await createCreator({ firstName: "Max", lastName: "Lindner" })];
    const made = await deskPost(
      `/admin/creators/${lea.id}/portal-link`,
      { label: "Spring", expiresInDays: "" },
      cookie,
    );
    expect(made.text).toMatch(/\/creator\/[\w-]{43}/);
    const page = await deskGet(`/admin/creators/${lea.id}`, cookie);
    expect(page.text).toContain("Spring");
    expect(page.text).not.toMatch(/\/creator\/[\w-]{43}/);
    const { data } = (await api("GET", `/creators/${lea.id}/portal-links`)).body as { data: { id: string }[] };
    expect(data).toMatchObject([{ expiresAt: null }]);
    const revoked = await deskPost(`/admin/creators/${lea.id}/portal-links/${data[0]?.id}/revoke`, {}, cookie);
    expect(revoked.to).toBe(`/admin/creators/${lea.id}?done=revoke`);

    const bulk = { _action: "portal-links", id: [lea.id, max.id] };
    expect((await deskPost("/admin/creators/bulk", bulk, cookie)).text).not.toMatch(/\/creator\/[\w-]{43}/);
    const done = await deskPost("/admin/creators/bulk", { ...bulk, expiresInDays: "30", _step: "do" }, cookie);
    expect(done.text.match(/\/creator\/[\w-]{43}/g)).toHaveLength(2);
    const file = await deskPost(
      "/admin/creators/portal-links",
      { creatorIds: `Max Lindner\n${lea.id}`, replace: "on", _step: "csv" },
      cookie,
    );
    expect(file.headers.get("content-type")).toContain("text/csv");
    expect(file.text).toContain("Max Lindner");
    const nobody = await deskPost("/admin/creators/portal-links", { creatorIds: "Nobody Known" }, cookie);
    expect(nobody.status).toBe(422);
    expect(nobody.text).toContain("is the name of nothing that is known here");
  });

  it("come from a table, each row by itself", async () => {
    const cookie = await signIn();
    const rows = "firstName;lastName;email;handles\nLea;Sommer;lea@creator.example;instagram = lea\nMax;;x;\n";
    const sent = await deskPost("/admin/creators/import", { rows, _step: "do" }, cookie);
    expect(sent.text).toContain("1 of 2 made");
    expect((await api("GET", "/creators?q=lea")).body).toMatchObject({ data: [{ handles: { instagram: "lea" } }] });
  });
});
