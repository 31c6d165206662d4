import { env } from "cloudflare:workers";
import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { codeDetail, codeUsesResult } from "../../../src/programme/code/schema.ts";
import { dueShops, SHOP_QUEUE } from "../../../src/programme/code/send-due.ts";
import { ShopFailure, type ShopFailureCode } from "../../../src/shops/platform.ts";
import worker from "../../../src/index.ts";
import { destination, visit } from "../../edge/visit.ts";
import { api, bodyOf } from "../../ground/api.ts";
import { createCode, insertCampaign, insertPlan, readCode } from "../../programme/code-fixtures.ts";
import { connect } from "../../programme/shop-rows.ts";
import {
  connectedPlan,
  DAY,
  generatedCode,
  holdShopQueue,
  manyCodes,
  NOW,
  openAlarm,
  places,
  syncWith,
} from "./model-run.ts";
import { ModelShop } from "./shop-model.ts";

beforeEach(() => void holdShopQueue());

const texts = (model: ModelShop): string[] => [...model.codes.values()].map(({ text }) => text).toSorted();

const rowOf = async (codeId: string) =>
  env.DB.prepare("SELECT * FROM shop_codes WHERE code_id = ?1").bind(codeId).first();

/** How far the change feed of links is. */
const newsPosition = async (): Promise<number> =>
  (await env.DB.prepare("SELECT max(seq) AS seq FROM link_changes").first<number>("seq")) ?? 0;

/** Fails calls that match by a failure of the shop's. */
function failing(model: ModelShop, match: RegExp, code: ShopFailureCode, detail = "No."): void {
  model.fate = (call) => (match.test(call) ? new ShopFailure(code, detail) : "done");
}

describe("a code", () => {
  it("is made in the shop, read back and live, and left alone for a day (UPF-41)", async () => {
    const { planId, storeId } = await connectedPlan({ limits: { totalUses: 5 } });
    const { id } = await createCode({ planId, code: "LEA10" });
    const model = new ModelShop();
    expect(await syncWith(model, storeId)).toEqual({ worked: 1, left: false });
    expect(model.calls).toEqual(["make LEA10", "read LEA10"]);
    const [made] = [...model.codes.values()];
    expect(made).toMatchObject({ text: "LEA10", terms: { title: `Autumn (${id})`, limits: '{"totalUses":5}' } });
    expect((await readCode(id)).store).toEqual({
      state: "live",
      externalId: made?.externalId,
      failure: null,
      syncedAt: new Date(NOW).toISOString(),
    });
    expect(await syncWith(model, storeId, NOW + DAY - 1)).toEqual({ worked: 0, left: false });
    expect(await syncWith(model, storeId, NOW + DAY)).toEqual({ worked: 1, left: false });
    expect(model.calls.slice(2)).toEqual(["read LEA10"]);
  });

  it("follows an edit, a rotation and its plan in place, so that it is never gone in between", async () => {
    const { planId, storeId } = await connectedPlan();
    const { id } = await createCode({ planId, code: "LEA10" });
    const model = new ModelShop();
    await syncWith(model, storeId);
    await api("PATCH", `/codes/${id}`, { code: "LEA20" });
    await syncWith(model, storeId);
    expect(texts(model)).toEqual(["LEA20"]);
    const { code } = bodyOf(codeDetail, await api("POST", `/codes/${id}/rotate`, { code: "LEA30" }));
    await syncWith(model, storeId);
    expect(texts(model)).toEqual([code]);
    const discount = { type: "percentage", value: 25 };
    expect((await api("PATCH", `/tracking-plans/${planId}`, { discount })).status).toBe(200);
    expect(await places(storeId)).toEqual({ pending: 1 });
    await syncWith(model, storeId);
    expect([...model.codes.values()]).toEqual([expect.objectContaining({ externalId: "1", text: "LEA30" })]);
    expect([...model.codes.values()][0]?.terms["value"]).toContain("2500");
    expect(model.calls.filter((call) => /^(make|change|withdraw)/.test(call))).toEqual([
      "make LEA10",
      "change LEA20",
      "change LEA30",
      "change LEA30",
    ]);
    // What was its text stays its own, for late orders (SHP-23).
    expect((await readCode(id)).earlier.map(({ code }) => code)).toEqual(["LEA20", "LEA10"]);
    expect(await places(storeId)).toEqual({ live: 1 });
  });

  it("is withdrawn when its creator is rejected, and there again when they are approved", async () => {
    const { planId, storeId } = await connectedPlan();
    const { id, creatorId } = await createCode({ planId, code: "LEA10" });
    const campaign = await insertCampaign(planId, [creatorId]);
    const model = new ModelShop();
    await syncWith(model, storeId);
    expect((await api("POST", `/campaigns/${campaign}/creators/${creatorId}/reject`, {})).status).toBe(200);
    await syncWith(model, storeId);
    expect(texts(model)).toEqual([]);
    expect((await readCode(id)).store).toMatchObject({ state: "withdrawn", externalId: null, failure: null });
    expect((await api("POST", `/campaigns/${campaign}/creators/${creatorId}/approve`, {})).status).toBe(200);
    await syncWith(model, storeId);
    expect(texts(model)).toEqual(["LEA10"]);
    expect((await readCode(id)).store).toMatchObject({ state: "live", externalId: "2" });
  });

  it("is withdrawn when it is retired, and its text stays its own", async () => {
    const { planId, storeId } = await connectedPlan();
    const { id } = await createCode({ planId, code: "LEA10" });
    const model = new ModelShop();
    await syncWith(model, storeId);
    await api("DELETE", `/codes/${id}`);
    await syncWith(model, storeId);
    expect(texts(model)).toEqual([]);
    expect((await readCode(id)).store.state).toBe("withdrawn");
    expect(await syncWith(model, storeId, NOW + 30 * DAY)).toEqual({ worked: 0, left: false });
    const other = (await api("POST", "/codes", { planId, code: "lea10", creatorId: (await readCode(id)).creatorId }))
      .status;
    expect(other).toBe(409);
  });

  it("is withdrawn when its plan is deleted", async () => {
    const { planId, storeId } = await connectedPlan();
    await createCode({ planId, code: "LEA10" });
    const model = new ModelShop();
    await syncWith(model, storeId);
    // The API refuses that while the plan has codes; nobody's discount may outlive its plan all the same.
    expect(await api("DELETE", `/tracking-plans/${planId}`)).toMatchObject({ status: 409 });
    await env.DB.prepare("UPDATE tracking_plans SET deleted_at = ?2 WHERE id = ?1").bind(planId, NOW).run();
    await syncWith(model, storeId);
    expect(texts(model)).toEqual([]);
    expect(await places(storeId)).toEqual({ withdrawn: 1 });
  });

  it("begins and ends with its plan by the clock, and comes back when the plan goes on (UPF-21, UPF-48)", async () => {
    const { planId, storeId } = await connectedPlan({ startsAt: NOW + 1_000, endsAt: NOW + 5_000 });
    const { id } = await createCode({ planId, code: "LEA10" });
    const model = new ModelShop();
    const status = () => [...model.codes.values()].map(({ terms }) => terms["status"]);
    await syncWith(model, storeId);
    expect(status()).toEqual(["draft"]);
    await syncWith(model, storeId, NOW + 999);
    expect(status()).toEqual(["draft"]);
    await syncWith(model, storeId, NOW + 1_000);
    expect(status()).toEqual(["publish"]);
    await syncWith(model, storeId, NOW + 4_999);
    expect(status()).toEqual(["publish"]);
    await syncWith(model, storeId, NOW + 5_000);
    expect(texts(model)).toEqual([]);
    expect((await readCode(id)).store.state).toBe("withdrawn");
    await api("PATCH", `/tracking-plans/${planId}`, { endsAt: new Date(NOW + 10 * DAY).toISOString() });
    await syncWith(model, storeId, NOW + 6_000);
    expect(status()).toEqual(["publish"]);
  });

  it("of a plan without a discount is nothing that the shop could have, and says so", async () => {
    const { planId, storeId } = await connectedPlan({ discount: null });
    const { id } = await createCode({ planId, code: "LEA10" });
    const model = new ModelShop();
    const byHand = model.put("LEA10", { title: "Of the merchant" });
    await syncWith(model, storeId);
    expect((await readCode(id)).store).toMatchObject({ state: "withdrawn", failure: { code: "no_discount" } });
    expect([...model.codes.values()]).toEqual([byHand]);
  });
});

describe("a text that the shop has as somebody else's", () => {
  it("gives way to one with a random character, and whoever comes with it is credited to nobody", async () => {
    const { planId, storeId } = await connectedPlan();
    const { id, creatorId } = await generatedCode(planId, "LEA10");
    const url = "https://shop.example/discount/{{code}}?redirect=%2Fsale";
    await api("POST", "/links", { url, slug: "lea", kind: "affiliate", planId, storeId, creatorId, codeId: id });
    const model = new ModelShop();
    const stranger = model.put("lea10", { title: "Of the merchant" });
    const [before, after] = [await newsPosition(), await syncWith(model, storeId).then(newsPosition)];
    const code = await readCode(id);
    // Links lead with the new text, and whoever remembers the old one hears of it (UPF-40).
    expect(destination(await visit("/lea")).pathname).toBe(`/discount/${code.code}`);
    expect(after).toBeGreaterThan(before);
    expect(code.code).toMatch(/^LEA10[2-9A-Z]$/);
    expect(code).toMatchObject({ store: { state: "live", externalId: "2" }, earlier: [] });
    expect(model.codes.get(stranger.externalId)).toEqual(stranger);
    const { results } = await env.DB.prepare("SELECT text_key FROM code_texts WHERE code_id = ?1").bind(id).all();
    expect(results).toEqual([{ text_key: code.code.toLowerCase() }]);
    const use = { storeId, code: "LEA10", orderId: "1", usedAt: new Date(0).toISOString() };
    const { unknown } = bodyOf(codeUsesResult, await api("POST", "/codes/uses", { uses: [use] }));
    expect(unknown).toEqual([{ index: 0, code: "LEA10" }]);
    const audit = await env.DB.prepare(
      "SELECT actor, action, before, after FROM audit_log WHERE entity_id = ?1 ORDER BY id DESC LIMIT 1",
    )
      .bind(id)
      .first<{ actor: string; action: string; before: string; after: string }>();
    expect(audit).toMatchObject({ actor: "shops", action: "update" });
    expect(JSON.parse(audit?.before ?? "")).toMatchObject({ code: "LEA10" });
    expect(JSON.parse(audit?.after ?? "")).toMatchObject({ code: code.code, store: { state: "pending" } });
  });

  it("stays where an admin chose it, and is told of, with what the shop's gives instead", async () => {
    const { planId, storeId } = await connectedPlan();
    const { id } = await createCode({ planId, code: "LEA10" });
    const model = new ModelShop();
    model.put("LEA10", { title: "Of the merchant", value: "5%" });
    await syncWith(model, storeId);
    const code = await readCode(id);
    expect(code.code).toBe("LEA10");
    expect(code.store).toMatchObject({ state: "failed", externalId: null, failure: { code: "taken" } });
    expect(code.store.failure?.detail).toContain("value is 5%, not");
    expect([...model.codes.values()].map(({ terms }) => terms["title"])).toEqual(["Of the merchant"]);
  });

  it.each([
    [
      "orders came with it",
      async (_planId: string, storeId: string, code: string) => {
        const uses = [{ storeId, code, orderId: "1", usedAt: new Date(0).toISOString() }];
        await api("POST", "/codes/uses", { uses });
      },
    ],
    [
      "it is older than the connection",
      async (_planId: string, storeId: string) => {
        await env.DB.prepare("UPDATE shop_connections SET created_at = ?2 WHERE store_id = ?1")
          .bind(storeId, 2e13)
          .run();
      },
    ],
  ])("stays where %s", async (_why, known) => {
    const { planId, storeId } = await connectedPlan();
    const { id } = await generatedCode(planId, "LEA10");
    await known(planId, storeId, "LEA10");
    const model = new ModelShop();
    model.put("LEA10", { title: "Of the merchant" });
    await syncWith(model, storeId);
    expect(await readCode(id)).toMatchObject({ code: "LEA10", store: { state: "failed", failure: { code: "taken" } } });
  });

  it("is taken over where it gives the same: it was made by hand for the creator", async () => {
    const { planId, storeId } = await connectedPlan();
    const { id } = await createCode({ planId, code: "LEA10" });
    const first = new ModelShop();
    await syncWith(first, storeId);
    const [made] = [...first.codes.values()];
    // As it would be if the merchant had made it.
    const model = new ModelShop();
    model.put("LEA10", { ...made?.terms, title: "Lea, 10 %" });
    await env.DB.prepare(
      "UPDATE shop_codes SET state = 'pending', next_at = 0, external_id = NULL, live_text = NULL",
    ).run();
    await syncWith(model, storeId);
    expect((await readCode(id)).store).toMatchObject({ state: "live", externalId: "1" });
    expect([...model.codes.values()].map(({ terms }) => terms)).toEqual([made?.terms]);
  });

  it("is not taken away from an earlier live text: the code keeps working under that", async () => {
    const { planId, storeId } = await connectedPlan();
    const { id } = await generatedCode(planId, "LEA10");
    const model = new ModelShop();
    await syncWith(model, storeId);
    model.put("LEA20", { title: "Of the merchant" });
    await api("PATCH", `/codes/${id}`, { code: "LEA20" });
    await syncWith(model, storeId);
    const { code, earlier, store } = await readCode(id);
    expect(code).toMatch(/^LEA20[2-9A-Z]$/);
    expect(earlier.map(({ code }) => code)).toEqual(["LEA10"]);
    expect(store).toMatchObject({ state: "live", externalId: "1" });
    expect(texts(model)).toEqual(["LEA20", code]);
  });
});

describe("a shop that fails", () => {
  it("passing: the code waits, longer each time, with the reason, and goes on by itself", async () => {
    const { planId, storeId } = await connectedPlan();
    const { id } = await createCode({ planId, code: "LEA10" });
    const model = new ModelShop();
    failing(model, /make/, "unavailable", "Down.");
    expect(await syncWith(model, storeId)).toEqual({ worked: 0, left: false });
    expect((await readCode(id)).store).toMatchObject({
      state: "pending",
      failure: { code: "unavailable", detail: "Down." },
    });
    expect(await rowOf(id)).toMatchObject({ attempts: 1, next_at: NOW + 30_000 });
    await syncWith(model, storeId, NOW + 30_000);
    expect(await rowOf(id)).toMatchObject({ attempts: 2, next_at: NOW + 90_000 });
    model.fate = () => "done";
    await syncWith(model, storeId, NOW + 90_000);
    expect((await readCode(id)).store).toMatchObject({ state: "live", failure: null });
    expect(await rowOf(id)).toMatchObject({ attempts: 0 });
  });

  it("again and again is left alone for the rest of the run", async () => {
    const { planId, storeId } = await connectedPlan();
    await manyCodes(planId, storeId, 20);
    const model = new ModelShop();
    failing(model, /./, "throttled");
    expect(await syncWith(model, storeId, NOW, { lanes: 1 })).toEqual({ worked: 0, left: false });
    expect(model.calls).toHaveLength(3);
    expect(await places(storeId)).toEqual({ pending: 20 });
  });

  it("by one code holds up no other, and that one is left until somebody changes it or asks for it", async () => {
    const { planId, storeId } = await connectedPlan();
    const ids = await manyCodes(planId, storeId, 9);
    const model = new ModelShop();
    failing(model, /make CODE3/, "refused", "Not this one.");
    expect(await syncWith(model, storeId)).toEqual({ worked: 9, left: false });
    expect(await places(storeId)).toEqual({ live: 8, failed: 1 });
    const [, , third = ""] = ids;
    expect((await readCode(third)).store).toMatchObject({
      state: "failed",
      failure: { code: "refused", detail: "Not this one." },
    });
    model.fate = () => "done";
    expect(await syncWith(model, storeId, NOW + DAY - 1)).toEqual({ worked: 0, left: false });
    const answer = await api("POST", `/codes/${third}/sync`);
    expect(answer.status).toBe(202);
    expect(bodyOf(codeDetail, answer).store).toMatchObject({ state: "pending" });
    await syncWith(model, storeId);
    expect((await readCode(third)).store).toMatchObject({ state: "live", failure: null });
  });

  it("for want of a scope is asked once, and all codes wait for an hour with the reason", async () => {
    const { planId, storeId } = await connectedPlan();
    const [first = ""] = await manyCodes(planId, storeId, 5);
    const model = new ModelShop();
    failing(model, /make/, "missing_scope", "write_discounts");
    expect(await syncWith(model, storeId, NOW, { lanes: 1 })).toEqual({ worked: 0, left: false });
    expect(model.calls).toEqual(["make CODE1"]);
    expect((await readCode(first)).store).toMatchObject({ state: "pending", failure: { code: "missing_scope" } });
    expect(await syncWith(model, storeId, NOW + 3_599_999)).toEqual({ worked: 0, left: false });
    model.fate = () => "done";
    expect(await syncWith(model, storeId, NOW + 3_600_000)).toEqual({ worked: 5, left: false });
  });

  it("by refusing the credentials is a failing one, and is asked no more until a check is content", async () => {
    const { planId, storeId } = await connectedPlan();
    await manyCodes(planId, storeId, 5);
    expect(await dueShops(env.DB, NOW, 10)).toEqual([storeId]);
    const model = new ModelShop();
    failing(model, /make/, "unauthorised");
    await syncWith(model, storeId, NOW, { lanes: 1 });
    expect(model.calls).toEqual(["make CODE1"]);
    expect(await openAlarm("shop_failing", storeId)).toBeDefined();
    expect(await dueShops(env.DB, NOW, 10)).toEqual([]);
    expect(await places(storeId)).toEqual({ pending: 5 });
  });

  it("by keeping something else than it was told is told of, with what it keeps (SHP-22)", async () => {
    const { planId, storeId } = await connectedPlan({ limits: { totalUses: 5 } });
    const { id } = await createCode({ planId, code: "LEA10" });
    const model = new ModelShop();
    model.keeps = (terms) => ({ ...terms, limits: "{}" });
    await syncWith(model, storeId);
    const { store } = await readCode(id);
    expect(store).toMatchObject({ state: "failed", externalId: "1", failure: { code: "not_held" } });
    expect(store.failure?.detail).toContain('limits is {}, not {"totalUses":5}');
    expect(await openAlarm("code_drift", storeId)).toMatchObject({ detail: { count: 1, codes: ["LEA10"] } });
  });
});

describe("a code that somebody changes in the shop", () => {
  it("is found within a day, told by an alarm, and written over when it is asked for (SHP-22)", async () => {
    const { planId, storeId } = await connectedPlan();
    const { id } = await createCode({ planId, code: "LEA10" });
    const model = new ModelShop();
    await syncWith(model, storeId);
    const made = model.codes.get("1")!;
    model.codes.set("1", { ...made, terms: { ...made.terms, value: "90%" } });
    await syncWith(model, storeId, NOW + DAY);
    expect((await readCode(id)).store).toMatchObject({ state: "failed", failure: { code: "changed_in_shop" } });
    expect(await openAlarm("code_drift", storeId)).toMatchObject({ detail: { count: 1, codes: ["LEA10"] } });
    expect(model.codes.get("1")?.terms["value"]).toBe("90%");
    await api("POST", `/codes/${id}/sync`);
    await syncWith(model, storeId, NOW + DAY + 1);
    expect(model.codes.get("1")).toEqual(made);
    expect((await readCode(id)).store.state).toBe("live");
    expect(await openAlarm("code_drift", storeId)).toBeUndefined();
  });

  it("is live again when somebody puts it right there", async () => {
    const { planId, storeId } = await connectedPlan();
    const { id } = await createCode({ planId, code: "LEA10" });
    const model = new ModelShop();
    await syncWith(model, storeId);
    const made = model.codes.get("1")!;
    model.codes.set("1", { ...made, text: "LEA99" });
    await syncWith(model, storeId, NOW + DAY);
    expect((await readCode(id)).store).toMatchObject({ state: "failed", failure: { code: "changed_in_shop" } });
    model.codes.set("1", made);
    await syncWith(model, storeId, NOW + 2 * DAY);
    expect((await readCode(id)).store).toMatchObject({ state: "live", failure: null });
    expect(await openAlarm("code_drift", storeId)).toBeUndefined();
  });

  it("or deletes there is noticed, and made again when it is asked for (SHP-23)", async () => {
    const { planId, storeId } = await connectedPlan();
    const { id } = await createCode({ planId, code: "LEA10" });
    const model = new ModelShop();
    await syncWith(model, storeId);
    model.codes.clear();
    await syncWith(model, storeId, NOW + DAY);
    expect((await readCode(id)).store).toMatchObject({ state: "failed", failure: { code: "gone_from_shop" } });
    expect(await openAlarm("code_drift", storeId)).toBeDefined();
    expect(texts(model)).toEqual([]);
    await api("POST", `/codes/${id}/sync`);
    await syncWith(model, storeId, NOW + DAY + 1);
    expect(texts(model)).toEqual(["LEA10"]);
    expect((await readCode(id)).store).toMatchObject({ state: "live", externalId: "2" });
    expect(await openAlarm("code_drift", storeId)).toBeUndefined();
  });

  it("is another's where only the id is the same: nothing of it is changed or withdrawn", async () => {
    const { planId, storeId } = await connectedPlan();
    const { id } = await createCode({ planId, code: "LEA10" });
    await syncWith(new ModelShop(), storeId);
    const other = new ModelShop();
    const strangers = other.put("SUMMER", { title: "Of the merchant" });
    await api("DELETE", `/codes/${id}`);
    await syncWith(other, storeId);
    expect([...other.codes.values()]).toEqual([strangers]);
  });
});

describe("work on a store's codes", () => {
  it("is bounded, goes on where it ended, and makes none twice", async () => {
    const { planId, storeId } = await connectedPlan();
    await manyCodes(planId, storeId, 100);
    const model = new ModelShop();
    const runs: number[] = [];
    for (let left = true; left;) {
      const before = model.calls.length;
      const run = await syncWith(model, storeId, NOW, { requests: before + 60 });
      left = run.left;
      runs.push(run.worked);
      expect(model.calls.length - before).toBeLessThan(60 + 4 * 2);
    }
    expect(runs.length).toBeGreaterThan(3);
    expect(runs.reduce((sum, worked) => sum + worked, 0)).toBe(100);
    expect(new Set(texts(model)).size).toBe(100);
    expect(model.codes.size).toBe(100);
    expect(await places(storeId)).toEqual({ live: 100 });
  });

  it("is one run's at a time, until its lease is over", async () => {
    const { planId, storeId } = await connectedPlan();
    await createCode({ planId, code: "LEA10" });
    const model = new ModelShop();
    let during: unknown;
    await syncWith(model, storeId, NOW, {
      open: async () => {
        expect(await dueShops(env.DB, NOW, 10)).toEqual([]);
        during = await syncWith(model, storeId, NOW + 1);
        throw new Error("the run dies");
      },
    }).catch(() => undefined);
    expect(during).toEqual({ worked: 0, left: false });
    expect(await syncWith(model, storeId)).toEqual({ worked: 1, left: false });
    // One that dies without a word.
    await env.DB.prepare("UPDATE shop_connections SET codes_leased_until = ?1")
      .bind(NOW + 180_000)
      .run();
    await api(
      "POST",
      `/codes/${(await env.DB.prepare("SELECT id FROM codes").first<{ id: string }>())?.id ?? ""}/sync`,
    );
    expect(await syncWith(model, storeId, NOW + 179_999)).toEqual({ worked: 0, left: false });
    expect(await syncWith(model, storeId, NOW + 180_000)).toEqual({ worked: 1, left: false });
  });

  it("that was about an older state of a code isn't the last", async () => {
    const { planId, storeId } = await connectedPlan();
    const { id } = await createCode({ planId, code: "LEA10" });
    const model = new ModelShop();
    const makeCode = model.makeCode.bind(model);
    model.makeCode = async (spec, now) => {
      await api("PATCH", `/codes/${id}`, { code: "LEA20" });
      model.makeCode = makeCode;
      return makeCode(spec, now);
    };
    await syncWith(model, storeId);
    expect(texts(model)).toEqual(["LEA20"]);
    expect((await readCode(id)).store.state).toBe("live");
    expect(model.codes.size).toBe(1);
  });

  it("that could not be noted is taken up where the shop has it", async () => {
    const { planId, storeId } = await connectedPlan();
    const { id } = await createCode({ planId, code: "LEA10" });
    const model = new ModelShop();
    await env.DB.prepare(
      "CREATE TRIGGER broken BEFORE UPDATE OF external_id ON shop_codes BEGIN SELECT RAISE(ABORT, 'D1_ERROR: Network connection lost.'); END",
    ).run();
    await expect(syncWith(model, storeId)).rejects.toThrow("Network connection lost");
    expect(texts(model)).toEqual(["LEA10"]);
    await env.DB.prepare("DROP TRIGGER broken").run();
    // Retired before anybody knew that it was made.
    await api("DELETE", `/codes/${id}`);
    await syncWith(model, storeId);
    expect(texts(model)).toEqual([]);
    expect((await readCode(id)).store.state).toBe("withdrawn");
  });

  it("is none of a store that isn't connected, which a message may name, and a sync is refused", async () => {
    const { id: planId, storeId } = await insertPlan({}, { provider: "shopify" });
    const { id } = await createCode({ planId, code: "LEA10" });
    const batch = createMessageBatch<string>(SHOP_QUEUE, [
      { id: "wake", body: storeId, attempts: 1, timestamp: new Date(NOW) },
    ]);
    const context = createExecutionContext();
    await worker.queue(batch, env);
    expect((await getQueueResult(batch, context)).explicitAcks).toEqual(["wake"]);
    expect(await dueShops(env.DB, NOW, 10)).toEqual([]);
    expect(await api("POST", `/codes/${id}/sync`)).toMatchObject({ status: 409 });
    expect(await api("POST", "/codes/cod_0000000000000000/sync")).toMatchObject({ status: 404 });
    await connect(storeId, "disconnected");
    expect(await api("POST", `/codes/${id}/sync`)).toMatchObject({ status: 409 });
    // A code from before the connection, of which nothing was noted.
    await connect(storeId);
    expect(await api("POST", `/codes/${id}/sync`)).toMatchObject({ status: 202 });
    expect((await readCode(id)).store.state).toBe("pending");
  });
});
