import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { attribute } from "../../../src/sales/attribution/attribute.ts";
import { recordCustomerTouches } from "../../../src/sales/attribution/customer-store.ts";
import { loadTouches, type TouchedOrder } from "../../../src/sales/attribution/load-touches.ts";
import { customerHasher } from "../../../src/sales/capture/customer.ts";
import { api } from "../../ground/api.ts";
import { createCode, insertCampaign, insertPlan, nextId } from "../../programme/code-fixtures.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { createCreator, createStore } from "../../programme/fixtures.ts";

const DAY_MS = 86_400_000;
const NOW = Date.now();

const customerHashOf = customerHasher(env.VISITOR_KEY);

let count = 0;

function order(parts: Partial<TouchedOrder> = {}): TouchedOrder {
  count += 1;
  return { key: `order-${count}`, placedAt: NOW, windowDays: 30, customerHash: null, clicks: [], codes: [], ...parts };
}

function clickOn(linkId: string, parts: { clickId?: string; time?: number; trust?: "claimed" | "confirmed" } = {}) {
  return { clickId: nextId("clk_"), linkId, time: NOW - DAY_MS, trust: "claimed" as const, ...parts };
}

/** The touches of one order. */
async function load(storeId: string, one: TouchedOrder) {
  const found = await loadTouches({ d1: env.DB, customerHashOf }, { id: storeId }, [one]);
  expect([...found.keys()]).toEqual([one.key]);
  return found.get(one.key) ?? [];
}

/** The reason codes of an order's candidates. */
async function reasonsOf(storeId: string, one: TouchedOrder) {
  const policy = { model: "last_click", windowDays: one.windowDays, codePriority: false } as const;
  const touches = await load(storeId, one);
  return attribute(
    { ...one, totalMinor: 100, crowded: false, approvedAt: null },
    touches,
    policy,
    null,
  ).explanation.candidates.map(({ reasonCode }) => reasonCode);
}

/** An affiliate link of a new creator. */
async function creatorLink(parts: Parameters<typeof insertLink>[0] = {}) {
  const creator = await createCreator({ email: `Lea${count}@Creator.example`, externalId: `crm-${count}` });
  const id = nextId("lnk_").replace("lnk_0", "lnk_9");
  await insertLink({ id, kind: "affiliate", creatorId: creator.id, ...parts });
  count += 1;
  return { id, creator };
}

async function keepClick(
  storeId: string,
  customerHash: string,
  linkId: string,
  time: number,
  clickId = nextId("clk_"),
) {
  const touch = { storeId, customerHash, clickId, linkId, trust: "confirmed", time } as const;
  await env.DB.batch(recordCustomerTouches({ d1: env.DB, now: () => NOW }, [touch]));
  return clickId;
}

describe("clicks that an order names", () => {
  it("need no row of the click log", async () => {
    const { id: planId, storeId } = await insertPlan({ startsAt: 1000, endsAt: NOW + DAY_MS });
    const campaignId = await insertCampaign(planId);
    const { id, creator } = await creatorLink({ storeId, planId, campaignId });
    const click = clickOn(id, { trust: "confirmed" });
    expect(await env.DB.prepare("SELECT count(*) AS n FROM clicks").first("n")).toBe(0);
    expect(await load(storeId, order({ clicks: [click] }))).toEqual([
      {
        id: click.clickId,
        kind: "click",
        trust: "confirmed",
        time: click.time,
        creatorId: creator.id,
        creatorDeletedAt: null,
        campaignId,
        planId,
        linkId: id,
        codeId: null,
        linkKind: "affiliate",
        otherStore: false,
        retiredAt: null,
        withdrawn: false,
        planStartsAt: 1000,
        planEndsAt: NOW + DAY_MS,
        ownPurchase: false,
        claims: [],
        claimedAt: null,
      },
    ]);
  });

  it("count when their link was deleted since", async () => {
    const store = await createStore();
    const { id, creator } = await creatorLink({ storeId: store.id, deletedAt: NOW });
    expect(await load(store.id, order({ clicks: [clickOn(id)] }))).toMatchObject([{ creatorId: creator.id }]);
    expect(await reasonsOf(store.id, order({ clicks: [clickOn(id)] }))).toEqual([null]);
  });

  it("count under a plan that was deleted since", async () => {
    const { id: planId, storeId } = await insertPlan({ deletedAt: NOW });
    const { id } = await creatorLink({ storeId, planId });
    expect(await load(storeId, order({ clicks: [clickOn(id)] }))).toMatchObject([{ planId }]);
  });

  it("are candidates when no link has their id", async () => {
    const store = await createStore();
    const one = order({ clicks: [clickOn("lnk_nowhere")] });
    expect(await load(store.id, one)).toMatchObject([{ creatorId: null, linkId: "lnk_nowhere", linkKind: null }]);
    expect(await reasonsOf(store.id, one)).toEqual(["unknown_link"]);
  });

  it("credit nobody on a tracking link, a link without a creator, or another store's", async () => {
    const [store, other] = [await createStore(), await createStore()];
    const plan = await insertPlan({ storeId: other.id });
    const links = [
      await creatorLink({ kind: "tracking" }),
      await creatorLink({ creatorId: null }),
      await creatorLink({ storeId: other.id }),
      await creatorLink({ planId: plan.id }),
      await creatorLink({ storeId: null }),
    ];
    const clicks = links.map(({ id }) => clickOn(id));
    expect(await reasonsOf(store.id, order({ clicks }))).toEqual([
      "tracking_link",
      "no_creator",
      "other_store",
      "other_store",
      null,
    ]);
  });

  it("tell when their creator was deleted", async () => {
    const store = await createStore();
    const { id, creator } = await creatorLink();
    await env.DB.prepare("UPDATE creators SET deleted_at = ?2 WHERE id = ?1")
      .bind(creator.id, NOW - 1)
      .run();
    expect(await reasonsOf(store.id, order({ clicks: [clickOn(id)] }))).toEqual(["creator_deleted"]);
    expect(await reasonsOf(store.id, order({ clicks: [clickOn(id)], placedAt: NOW - 2 }))).toEqual([null]);
  });
});

describe("codes", () => {
  it("are found in their store alone, whatever their case", async () => {
    const plan = await insertPlan();
    const other = await createStore();
    const code = await createCode({ planId: plan.id, code: "LEA10" });
    const one = order({ codes: [{ text: " lea10 ", trust: "confirmed" }] });
    expect(await load(plan.storeId, one)).toEqual([
      {
        id: `code:${code.id}`,
        kind: "code",
        trust: "confirmed",
        time: one.placedAt,
        creatorId: code.creatorId,
        creatorDeletedAt: null,
        campaignId: null,
        planId: plan.id,
        linkId: null,
        codeId: code.id,
        linkKind: null,
        otherStore: false,
        retiredAt: null,
        withdrawn: false,
        planStartsAt: null,
        planEndsAt: null,
        ownPurchase: false,
        claims: [],
        claimedAt: null,
      },
    ]);
    expect(await load(other.id, one)).toEqual([]);
  });

  it("that the store never had are no touches", async () => {
    const store = await createStore();
    expect(await load(store.id, order({ codes: [{ text: "WELCOME", trust: "confirmed" }] }))).toEqual([]);
  });

  it("are found by earlier texts, which count for orders placed before they were retired", async () => {
    const plan = await insertPlan();
    const code = await createCode({ planId: plan.id, code: "LEA10" });
    expect((await api("PATCH", `/codes/${code.id}`, { code: "LEA20" })).status).toBe(200);
    const codes = [{ text: "LEA10", trust: "confirmed" as const }];
    const [touch] = await load(plan.storeId, order({ codes }));
    expect(touch).toMatchObject({ id: `code:${code.id}`, withdrawn: false });
    const retiredAt = touch?.retiredAt ?? 0;
    expect(retiredAt).toBeGreaterThan(NOW - 1);
    expect(await reasonsOf(plan.storeId, order({ codes, placedAt: retiredAt }))).toEqual(["code_retired"]);
    expect(await reasonsOf(plan.storeId, order({ codes, placedAt: retiredAt - 1 }))).toEqual([null]);
    const both = [...codes, { text: "LEA20", trust: "confirmed" as const }];
    expect(await reasonsOf(plan.storeId, order({ codes: both, placedAt: retiredAt - 1 }))).toEqual([null, "duplicate"]);
  });

  it("that were withdrawn count for orders placed before", async () => {
    const plan = await insertPlan();
    const code = await createCode({ planId: plan.id, code: "LEA10" });
    await env.DB.prepare("UPDATE codes SET state = 'withdrawn', updated_at = ?2 WHERE id = ?1")
      .bind(code.id, NOW)
      .run();
    const codes = [{ text: "LEA10", trust: "confirmed" as const }];
    expect(await reasonsOf(plan.storeId, order({ codes }))).toEqual(["code_withdrawn"]);
    expect(await reasonsOf(plan.storeId, order({ codes, placedAt: NOW - 1 }))).toEqual([null]);
  });
});

describe("a customer's earlier clicks", () => {
  it("are found in the window, in the store, of that customer, once", async () => {
    const [store, other] = [await createStore(), await createStore()];
    const { id, creator } = await creatorLink();
    const from = NOW - 30 * DAY_MS;
    const found = [
      await keepClick(store.id, "hash-1", id, from),
      await keepClick(store.id, "hash-1", id, NOW + 600_000),
    ];
    await keepClick(store.id, "hash-1", id, from - 1);
    await keepClick(store.id, "hash-1", id, NOW + 600_001);
    await keepClick(store.id, "hash-2", id, NOW - 1);
    await keepClick(other.id, "hash-1", id, NOW - 1);
    await keepClick(store.id, "hash-1", id, NOW - 1, "clk_named");
    const clicks = [clickOn(id, { clickId: "clk_named", trust: "confirmed" })];
    const touches = await load(store.id, order({ customerHash: "hash-1", clicks }));
    expect(touches.length).toBe(3);
    expect(new Map(touches.map((touch) => [touch.id, touch.kind]))).toEqual(
      new Map([["clk_named", "click"], ...found.map((clickId) => [clickId, "customer_click"] as const)]),
    );
    expect(touches.every(({ creatorId, trust }) => creatorId === creator.id && trust === "confirmed")).toBe(true);
    const claimed = clicks.map((click) => ({ ...click, trust: "claimed" as const }));
    const both = await load(store.id, order({ customerHash: "hash-1", clicks: claimed }));
    expect(both.filter((touch) => touch.id === "clk_named").map(({ trust }) => trust)).toEqual([
      "claimed",
      "confirmed",
    ]);
    expect(await load(store.id, order())).toEqual([]);
  });

  it("are kept once", async () => {
    const store = await createStore();
    for (const time of [5, 6]) await keepClick(store.id, "hash-1", "lnk_1", time, "clk_1");
    const { results } = await env.DB.prepare("SELECT * FROM customer_touches").all();
    expect(results).toEqual([
      {
        store_id: store.id,
        customer_hash: "hash-1",
        click_id: "clk_1",
        link_id: "lnk_1",
        trust: "confirmed",
        time: 5,
        created_at: NOW,
      },
    ]);
  });

  it("are the latest hundred", async () => {
    const store = await createStore();
    const { id } = await creatorLink();
    const deps = { d1: env.DB, now: () => NOW };
    const kept = Array.from({ length: 103 }, (_, index) => ({
      storeId: store.id,
      customerHash: "hash-1",
      clickId: `clk_${index}`,
      linkId: id,
      trust: "confirmed" as const,
      time: NOW - index,
    }));
    await env.DB.batch(recordCustomerTouches(deps, kept));
    const touches = await load(store.id, order({ customerHash: "hash-1" }));
    expect(touches.map(({ time }) => NOW - time).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 100 }, (_, index) => index),
    );
  });
});

describe("an own purchase", () => {
  it("is known by the creator's e-mail address or external id", async () => {
    const plan = await insertPlan();
    const { id, creator } = await creatorLink({ storeId: plan.storeId });
    const code = await createCode({ planId: plan.id, code: "LEA10", creatorId: creator.id });
    expect(code.creatorId).toBe(creator.id);
    const parts = { clicks: [clickOn(id)], codes: [{ text: "LEA10", trust: "claimed" as const }] };
    const email = await customerHashOf(plan.storeId, ` ${creator.email?.toUpperCase()} `);
    const externalId = await customerHashOf(plan.storeId, creator.externalId ?? "");
    for (const customerHash of [email, externalId]) {
      await keepClick(plan.storeId, customerHash ?? "", id, NOW - 1);
      expect(await reasonsOf(plan.storeId, order({ ...parts, customerHash }))).toEqual(
        Array.from({ length: 3 }).fill("self_purchase"),
      );
    }
    const somebody = await customerHashOf(plan.storeId, "somebody@shop.example");
    const elsewhere = await customerHashOf((await createStore()).id, creator.email ?? "");
    for (const customerHash of [somebody, elsewhere, null]) {
      expect(await reasonsOf(plan.storeId, order({ ...parts, customerHash }))).toEqual([null, null]);
    }
  });
});

describe("many orders", () => {
  it("cost two round trips, and each gets its own", async () => {
    const plan = await insertPlan();
    const code = await createCode({ planId: plan.id, code: "LEA10" });
    const { id, creator } = await creatorLink({ storeId: plan.storeId });
    await keepClick(plan.storeId, "hash-1", id, NOW - 5);
    const orders = Array.from({ length: 60 }, (_, index) =>
      order({
        clicks: index % 2 === 0 ? [clickOn(id)] : [],
        codes: index % 3 === 0 ? [{ text: "LEA10", trust: "claimed" }] : [],
        customerHash: index % 5 === 0 ? "hash-1" : null,
      }),
    );
    const batch = vi.spyOn(env.DB, "batch");
    const prepare = vi.spyOn(env.DB, "prepare");
    const found = await loadTouches({ d1: env.DB, customerHashOf }, { id: plan.storeId }, orders);
    expect([batch.mock.calls.length, prepare.mock.calls.length]).toEqual([2, 4]);
    vi.restoreAllMocks();
    for (const [index, { key }] of orders.entries()) {
      expect(found.get(key)?.map(({ kind, creatorId }) => [kind, creatorId])).toEqual([
        ...(index % 2 === 0 ? [["click", creator.id]] : []),
        ...(index % 3 === 0 ? [["code", code.creatorId]] : []),
        ...(index % 5 === 0 ? [["customer_click", creator.id]] : []),
      ]);
    }
  });

  it("without anything to look up cost none", async () => {
    const store = await createStore();
    const prepare = vi.spyOn(env.DB, "prepare");
    const orders = [order(), order()];
    const found = await loadTouches({ d1: env.DB, customerHashOf }, store, orders);
    expect(found).toEqual(new Map(orders.map(({ key }) => [key, []])));
    expect(prepare).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });
});
