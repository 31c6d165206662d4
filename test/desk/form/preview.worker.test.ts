import { beforeEach, describe, expect, it } from "vitest";
import { api } from "../../ground/api.ts";
import { createKey } from "../../operate/key-fixtures.ts";
import { createCreator, createStore } from "../../programme/fixtures.ts";
import { type DeskAnswer, deskPost, signIn } from "../desk-fixtures.ts";

let cookie = "";
beforeEach(async () => {
  cookie = await signIn();
});

/** What a store's form has that its page would send as it is. */
const AS_IT_IS = {
  "attribution.model": "last_click",
  "attribution.windowDays": "30",
  "attribution.customerClicks": "confirmed",
};

/** What a preview says that would change: each value's name with what it is then. */
function toldBy({ text }: DeskAnswer): Record<string, string> {
  const rows = text.matchAll(
    /<th scope="row">([^<]*)<\/th>(?:<td data-label="Now">.*?<\/td>)?<td data-label="Then"><span>([^<]*)</gs,
  );
  return Object.fromEntries([...rows].map(([, name = "", then = ""]) => [name, then]));
}

describe("DSH-3: previews of forms", () => {
  it("refuse what saving refuses, in the same words at the same field, and do nothing", async () => {
    const { id } = await createStore({ name: "Linen" });
    const at = `/admin/stores/${id}/edit`;
    const faults = async (form: Record<string, string>, step: string, path = at) => {
      const { status, text } = await deskPost(path, { ...form, _step: step }, cookie);
      return [status, /<div class="problem".*?<\/div>/s.exec(text)?.[0], text.includes("What it would come to")];
    };
    for (const [form, path] of [
      [{ brandColor: "red" }, at],
      [{ name: "Wool", currency: "XXQ", "attribution.windowDays": "401" }, at],
      [{ name: "Wool", brandColor: "blue", key: "A" }, "/admin/stores/new"],
    ] as const) {
      const saved = await faults(form, "save", path);
      expect([saved[0], saved[2]]).toEqual([422, false]);
      expect(await faults(form, "preview", path)).toEqual(saved);
    }
    const fine = await deskPost(at, { ...AS_IT_IS, brandColor: "#FF0000", _step: "preview" }, cookie);
    expect([fine.status, toldBy(fine)]).toEqual([200, { "Colour of the brand": "#FF0000" }]);
    expect((await api("GET", `/stores/${id}`)).body).toMatchObject({ name: "Linen", brandColor: null });
  });

  it("refuse a key of a store what names another's, as saving does", async () => {
    const [own, other] = [await createStore({ name: "Linen" }), await createStore({ name: "Wool" })];
    const { key } = await createKey(["links:write", "plans:write", "settings:read"], { storeIds: [own.id] });
    const mine = await signIn(key);
    const link = (storeId: string, step: string) =>
      deskPost("/admin/links/new", { url: "https://shop.example/new", storeId, _step: step }, mine);
    for (const step of ["save", "preview"]) {
      const { status, text } = await link(other.id, step);
      expect([status, text.includes("names nothing that this key may see"), text.includes("Wool")], step).toEqual([
        422,
        true,
        false,
      ]);
    }
    expect((await link(own.id, "preview")).status).toBe(200);
    expect((await api("GET", "/links")).body).toMatchObject({ data: [] });
  });

  it("are in the form's own words, with the names of things", async () => {
    const { id } = await createStore({ name: "Linen" });
    const form = {
      ...AS_IT_IS,
      "attribution.model": "split",
      "attribution.codePriority": "on",
      consentPolicy: "strict",
    };
    expect(toldBy(await deskPost(`/admin/stores/${id}/edit`, { ...form, _step: "preview" }, cookie))).toEqual({
      Consent: "Strict: visitors are not told apart",
      "Who is credited › Model": "Split between link and code",
      "Who is credited › A code that was used goes before any click": "yes",
    });
    const campaign = (await api("POST", "/campaigns", { name: "Spring" })).body as { id: string };
    const { id: creator } = await createCreator({ firstName: "Lea", lastName: "Sommer" });
    const link = {
      url: "https://shop.example/new",
      campaignId: campaign.id,
      creatorId: creator,
      storeId: id,
      endsAt: "2031-02-03T04:05",
      "rules.0.when.country": "FR, DE",
      "rules.0.url": "https://shop.example/fr",
      _step: "preview",
    };
    expect(toldBy(await deskPost("/admin/links/new", link, cookie))).toEqual({
      Destination: "https://shop.example/new",
      Campaign: "Spring",
      Creator: "Lea Sommer",
      Store: "Linen",
      "Until (UTC)": "Feb 3, 2031, 4:05 AM UTC",
      "Switched off": "no",
      "Other destinations": "Leads to: https://shop.example/fr, For whom › Countries: FR; DE",
    });
  });
});
