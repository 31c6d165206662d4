import { beforeEach, describe, expect, it } from "vitest";
import { api, bodyOf } from "../../ground/api.ts";
import { apiKeyWithKey } from "../../../src/operate/api-key/schema.ts";
import { createStore } from "../../programme/fixtures.ts";
import {
  addCreator,
  createCampaign,
  createPlan,
  createReadyCreator,
  generateAll,
  holdQueue,
  readCampaign,
  readMember,
} from "../../programme/campaign-fixtures.ts";
import { deskGet, deskPost, signIn } from "../desk-fixtures.ts";

let cookie = "";

beforeEach(async () => {
  holdQueue();
  cookie = await signIn();
});

const idIn = (to: string | null): string => /cmp_[0-9a-z]{16}/.exec(to ?? "")?.[0] ?? "";

describe("DSH-3, UPF-4: a campaign is set up in four steps", () => {
  it("makes a plan on the way, adds creators, shows what they would get, and makes it with the launch alone", async () => {
    const store = await createStore();
    const creator = await createReadyCreator({ firstName: "Ada", lastName: "Wizard", handles: { instagram: "adaw" } });
    expect((await deskGet("/admin/campaigns", cookie)).text).toContain("There is no campaign yet.");
    const form = {
      name: "Winter",
      how: "make",
      planId: "",
      "plan.name": "Winter plan",
      "plan.storeId": store.id,
      "plan.discount.type": "percentage",
      "plan.discount.value": "ten",
      "plan.codePattern": "{{username}}10",
      "plan.landingUrl": "https://shop.example/",
      "plan.commission.type": "percentage",
      "plan.commission.value": "12",
      "plan.commission.holdDays": "30",
      generateOn: "approval",
    };
    const refused = await deskPost("/admin/campaigns/new", { ...form, _step: "save" }, cookie);
    expect(refused.status).toBe(422);
    expect(refused.text).toMatch(/href="#f-plan-discount-value"/);
    const mended = { ...form, "plan.discount.value": "10" };
    const looked = await deskPost("/admin/campaigns/new", { ...mended, _step: "preview" }, cookie);
    expect(looked.text).toContain("€12.00");
    expect((await api("GET", "/campaigns")).body).toMatchObject({ data: [] });
    const made = await deskPost("/admin/campaigns/new", { ...mended, _step: "save" }, cookie);
    expect(made.status).toBe(303);
    const id = idIn(made.to);
    expect(await readCampaign(id)).toMatchObject({ name: "Winter", status: "draft", tracking: false });

    const found = await deskGet(`/admin/campaigns/${id}/setup/creators?q=wizard`, cookie);
    expect(found.text).toContain("Ada Wizard");
    const pasted = await deskPost(
      `/admin/campaigns/${id}/setup/creators`,
      { _how: "pasted", status: "approved", creatorIds: "Nobody Known" },
      cookie,
    );
    expect(pasted.status).toBe(422);
    const added = await deskPost(
      `/admin/campaigns/${id}/setup/creators`,
      { _how: "pasted", status: "approved", creatorIds: "Ada Wizard\r\n" },
      cookie,
    );
    expect(added.to).toContain("added=1&existing=0");
    await generateAll();
    expect(await readMember(id, creator.id)).toMatchObject({ status: "approved", state: "waiting" });

    const preview = await deskGet(`/admin/campaigns/${id}/setup/preview?order.total=50`, cookie);
    expect(preview.text).toContain("adaw10");
    expect(preview.text).toContain("€6.00");
    // It was left, and is found again.
    expect((await deskGet(`/admin/campaigns/${id}`, cookie)).text).toContain("This is a draft");
    expect((await deskGet(`/admin/campaigns/${id}/setup`, cookie)).text).toContain("Winter plan");
    const launched = await deskPost(`/admin/campaigns/${id}/launch`, { tracking: "on" }, cookie);
    expect(launched.to).toBe(`/admin/campaigns/${id}?done=launch`);
    await generateAll();
    expect(await readMember(id, creator.id)).toMatchObject({ state: "ready", code: "adaw10" });
    expect((await deskGet(launched.to ?? "", cookie)).text).toContain("Campaign launched.");
    expect((await deskPost(`/admin/campaigns/${id}/launch`, {}, cookie)).status).toBe(422);
  });

  it("says before the launch that nobody would earn anything, where the plan names no commission", async () => {
    const plan = await createPlan({ commission: { type: "percentage", value: 0 } });
    const { id } = await createCampaign({ planId: plan.id, tracking: false });
    for (const page of ["setup/preview", "launch", ""]) {
      const { status, text } = await deskGet(`/admin/campaigns/${id}/${page}`.replace(/\/$/, ""), cookie);
      expect([status, text.includes("Nobody earns anything by orders under its plan.")], page).toEqual([200, true]);
    }
  });

  it("gives a draft another plan, or a new one, and adds all that a search finds", async () => {
    const plan = await createPlan({ name: "Old plan" });
    const campaign = await createCampaign({ planId: plan.id, tracking: false });
    await createReadyCreator({ lastName: "Berlinger" });
    await createReadyCreator({ lastName: "Berlinger" });
    const at = `/admin/campaigns/${campaign.id}/setup`;
    const taken = {
      name: "Autumn",
      how: "make",
      "plan.name": "old plan",
      "plan.storeId": plan.storeId,
      "plan.noCodes": "on",
      "plan.landingUrl": "https://shop.example/",
    };
    const refused = await deskPost(at, { ...taken, _step: "save" }, cookie);
    expect(refused.status).toBe(422);
    expect(refused.text).toContain(`/admin/plans/${plan.id}`);
    await deskPost(at, { ...taken, "plan.name": "New plan", "plan.trackClicks": "yes", _step: "save" }, cookie);
    expect((await readCampaign(campaign.id)).planId).not.toBe(plan.id);
    await deskPost(at, { name: "Autumn", how: "later", _step: "save" }, cookie);
    expect((await readCampaign(campaign.id)).planId).toBeNull();
    expect((await deskGet(`${at}/preview`, cookie)).text).toContain("There is no plan yet.");
    const added = await deskPost(`${at}/creators?q=berlinger`, { _how: "all", status: "applied" }, cookie);
    expect(added.to).toContain("added=2&existing=0");
    expect((await deskPost(`${at}/creators`, { _how: "ticked" }, cookie)).text).toContain("Nobody is ticked.");
  });
});

describe("DSH-3: a campaign's creators", () => {
  it("decides on one, on those who are ticked, and on all who applied", async () => {
    const plan = await createPlan();
    const campaign = await createCampaign({ planId: plan.id });
    const [one, two, three] = [
      await addCreator(campaign.id),
      await addCreator(campaign.id),
      await addCreator(campaign.id),
    ];
    const here = `/admin/campaigns/${campaign.id}/creators`;
    const list = await deskGet(`${here}?status=applied`, cookie);
    expect(list.text).toContain(`${one.firstName} ${one.lastName}`);
    expect((await deskGet(`${here}/${one.id}`, cookie)).text).toContain("Applied");
    const rejected = await deskPost(`${here}/${one.id}/reject`, { reason: "too far away" }, cookie);
    expect(rejected.to).toBe(`${here}/${one.id}?done=reject`);
    expect(await readMember(campaign.id, one.id)).toMatchObject({ status: "rejected", reason: "too far away" });
    const looked = await deskPost(`${here}/bulk`, { _action: "approve", id: two.id }, cookie);
    expect(looked.text).toContain("Nothing has happened yet.");
    await deskPost(`${here}/bulk`, { _action: "approve", id: two.id, _step: "do" }, cookie);
    expect(await readMember(campaign.id, two.id)).toMatchObject({ status: "approved" });
    const all = await deskPost(`${here}/all`, { action: "approve", reason: "", _step: "look" }, cookie);
    expect(all.text).toContain("It can be done for 1");
    await deskPost(`${here}/all`, { action: "approve", reason: "", _step: "do" }, cookie);
    expect(await readMember(campaign.id, three.id)).toMatchObject({ status: "approved" });
    expect((await deskGet(`${here}/export.csv`, cookie)).text).toContain(three.id);
    expect((await deskGet(`/admin/campaigns/${campaign.id}/performance`, cookie)).status).toBe(200);
  });

  it("says why a code failed, and has it made again", async () => {
    const campaign = await createCampaign({ planId: (await createPlan()).id });
    const creator = await addCreator(campaign.id, "approved", { email: null });
    await generateAll();
    const here = `/admin/campaigns/${campaign.id}/creators`;
    expect((await deskGet(`${here}?state=failed`, cookie)).text).toContain("The e-mail address is missing.");
    await api("PATCH", `/creators/${creator.id}`, { email: "ada@creator.example" });
    await deskPost(`${here}/${creator.id}/retry-code`, {}, cookie);
    await generateAll();
    expect(await readMember(campaign.id, creator.id)).toMatchObject({ state: "ready" });
  });

  it("changes, archives and deletes campaigns, and refuses a key that may only read", async () => {
    const campaign = await createCampaign({ tracking: false });
    await deskPost(`/admin/campaigns/${campaign.id}/edit`, { name: "Fall", creatorsSeePerformance: "on" }, cookie);
    expect(await readCampaign(campaign.id)).toMatchObject({ name: "Fall", creatorsSeePerformance: true });
    const { key } = bodyOf(apiKeyWithKey, await api("POST", "/api-keys", { name: "reader", scopes: ["plans:read"] }));
    const reader = await signIn(key);
    expect((await deskGet(`/admin/campaigns/${campaign.id}`, reader)).status).toBe(200);
    for (const path of ["new", `${campaign.id}/launch`, `${campaign.id}/setup/creators`, `${campaign.id}/creators/all`])
      expect((await deskGet(`/admin/campaigns/${path}`, reader)).status).toBe(403);
    await deskPost(`/admin/campaigns/${campaign.id}/launch`, {}, cookie);
    expect((await deskPost(`/admin/campaigns/${campaign.id}/archive`, {}, cookie)).status).toBe(303);
    expect(await readCampaign(campaign.id)).toMatchObject({ status: "archived" });
    const draft = await createCampaign();
    expect((await deskPost(`/admin/campaigns/${draft.id}/delete`, {}, cookie)).to).toBe("/admin/campaigns?done=delete");
  });
});
