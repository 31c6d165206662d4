import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { attribute } from "../../../src/sales/attribution/attribute.ts";
import { recordCustomerTouches } from "../../../src/sales/attribution/customer-store.ts";
import { simulationResult } from "../../../src/sales/attribution/schema.ts";
import type { ManualDecision, Policy, Touch } from "../../../src/ground/model/attribution.ts";
import { openDatabase } from "../../../src/ground/db/client.ts";
import { orders } from "../../../src/ground/db/schema/order.ts";
import { api, bodyOf, expectInvalid, problemOf } from "../../ground/api.ts";
import { nextId } from "../../programme/code-fixtures.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { expectGuarded } from "../../operate/key-fixtures.ts";
import { createCreator, createStore } from "../../programme/fixtures.ts";

const DAY_MS = 86_400_000;
const NOW = Date.now();
const POLICY: Policy = { model: "last_click", windowDays: 30, codePriority: false };

let count = 0;

/** A click on a creator's link, so many days before the order. */
function click(creatorId: string, placedAt: number, days: number): Touch {
  return {
    id: nextId("clk_"),
    kind: "click",
    trust: "claimed",
    time: placedAt - days * DAY_MS,
    creatorId,
    creatorDeletedAt: null,
    campaignId: null,
    planId: null,
    linkId: "lnk_0000000000000001",
    codeId: null,
    linkKind: "affiliate",
    otherStore: false,
    retiredAt: null,
    withdrawn: false,
    planStartsAt: null,
    planEndsAt: null,
    ownPurchase: false,
  };
}

function code(creatorId: string, placedAt: number): Touch {
  return {
    ...click(creatorId, placedAt, 0),
    id: `code:${creatorId}`,
    kind: "code",
    linkId: null,
    linkKind: null,
    codeId: "cod_0000000000000001",
  };
}

/** Puts an order into the database as it is once it was attributed. */
async function insertOrder(
  storeId: string,
  touchesOf: (placedAt: number) => Touch[],
  values: Partial<typeof orders.$inferInsert> = {},
): Promise<string> {
  count += 1;
  const id = `ord_${String(count).padStart(16, "0")}`;
  const { placedAt = NOW - DAY_MS, policy = POLICY, manual = null, totalMinor = 10_000 } = values;
  const touches = touchesOf(placedAt);
  const { shares, method, explanation } = attribute(
    { placedAt, totalMinor, crowded: false, approvedAt: null },
    touches,
    policy,
    manual,
  );
  await openDatabase(env.DB)
    .insert(orders)
    .values({
      id,
      storeId,
      externalId: `order-${count}`,
      status: "pending",
      trust: "confirmed",
      currency: "EUR",
      totalMinor,
      codes: [],
      test: false,
      placedAt,
      policy,
      touches,
      manual,
      explanation,
      shares,
      method,
      creatorId: shares[0]?.creatorId ?? null,
      version: 1,
      createdAt: NOW,
      updatedAt: NOW,
      ...values,
    });
  return id;
}

async function simulate(storeId: string, policy: Partial<Policy>, body: Record<string, unknown> = {}) {
  return bodyOf(simulationResult, await api("POST", "/attribution/simulate", { storeId, policy, ...body }));
}

/** All that the database holds. */
async function everything(): Promise<string> {
  const { results: tables } = await env.DB.prepare(
    `SELECT name FROM sqlite_master
     WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '_cf%' ORDER BY name`,
  ).all<{ name: string }>();
  expect(tables.map(({ name }) => name)).toContain("orders");
  const rows = await Promise.all(
    tables.map(async ({ name }) => [name, (await env.DB.prepare(`SELECT * FROM "${name}"`).all()).results]),
  );
  return JSON.stringify(rows);
}

/** A store with Léa and Nora. */
async function world() {
  const store = await createStore({ attribution: POLICY });
  const lea = await createCreator({ firstName: "Léa", lastName: "Martin" });
  const nora = await createCreator({ firstName: "Nora", lastName: "Lind" });
  return { storeId: store.id, lea: lea.id, nora: nora.id };
}

const euros = (amountMinor: number) => [{ amountMinor, currency: "EUR" }];

describe("POST /attribution/simulate", () => {
  it("needs orders:read", async () => {
    await expectGuarded("POST", "/attribution/simulate", "orders:read");
  });

  it("says what another model would change, and changes nothing", async () => {
    const { storeId, lea, nora } = await world();
    const both = await insertOrder(storeId, (at) => [click(lea, at, 2), code(nora, at)]);
    await insertOrder(storeId, (at) => [click(lea, at, 2)], { placedAt: NOW - 2 * DAY_MS, totalMinor: 500 });
    await insertOrder(storeId, () => [], { placedAt: NOW - 3 * DAY_MS, totalMinor: 70 });
    const before = await everything();
    const result = await simulate(storeId, { model: "code_wins" });
    expect(await everything()).toBe(before);
    const weight = { numerator: 1, denominator: 1 };
    const share = { campaignId: null, planId: null, weight, amountMinor: 10_000 };
    expect(result).toMatchObject({
      policy: { ...POLICY, model: "code_wins" },
      orders: 3,
      changed: 1,
      nextCursor: null,
    });
    expect(result.changes).toEqual([
      {
        orderId: both,
        externalId: expect.stringMatching(/^order-/),
        total: { amountMinor: 10_000, currency: "EUR" },
        before: {
          creatorId: lea,
          method: "click",
          shares: [{ ...share, creatorId: lea, linkId: "lnk_0000000000000001", codeId: null }],
        },
        after: {
          creatorId: nora,
          method: "code",
          shares: [{ ...share, creatorId: nora, linkId: null, codeId: "cod_0000000000000001" }],
        },
        decision: "Nora Lind's code was used in the order, and a code wins over every click.",
      },
    ]);
    expect(result.byCreator).toEqual([
      { creatorId: lea, before: { orders: 2, totals: euros(10_500) }, after: { orders: 1, totals: euros(500) } },
      { creatorId: nora, before: { orders: 0, totals: [] }, after: { orders: 1, totals: euros(10_000) } },
      { creatorId: null, before: { orders: 1, totals: euros(70) }, after: { orders: 1, totals: euros(70) } },
    ]);
  });

  it("changes nothing under the policy that holds", async () => {
    const { storeId, lea, nora } = await world();
    await insertOrder(storeId, (at) => [click(lea, at, 2), code(nora, at)]);
    await insertOrder(storeId, (at) => [click(nora, at, 40)]);
    for (const policy of [{}, POLICY]) {
      const result = await simulate(storeId, policy);
      expect(result).toMatchObject({ policy: POLICY, orders: 2, changed: 0, changes: [] });
      for (const { before, after } of result.byCreator) expect(after).toEqual(before);
    }
  });

  it("counts an order as changed that is credited to the same creator by other means", async () => {
    const { storeId, lea } = await world();
    await insertOrder(storeId, (at) => [click(lea, at, 2), code(lea, at)]);
    const { changes } = await simulate(storeId, { codePriority: true });
    expect(changes.map(({ before, after }) => [before, after])).toMatchObject([
      [
        { creatorId: lea, method: "click" },
        { creatorId: lea, method: "code" },
      ],
    ]);
  });

  it("splits, and sums the parts by currency", async () => {
    const { storeId, lea, nora } = await world();
    const touches = (at: number) => [click(lea, at, 2), click(nora, at, 1)];
    await insertOrder(storeId, touches, { totalMinor: 101 });
    await insertOrder(storeId, touches, { totalMinor: 7, currency: "JPY" });
    await insertOrder(storeId, touches, { totalMinor: null, currency: null });
    const { changed, changes, byCreator } = await simulate(storeId, { model: "split" });
    expect(changed).toBe(3);
    expect(changes.map(({ total }) => total?.currency)).toEqual([undefined, "JPY", "EUR"]);
    expect(changes[2]?.after).toMatchObject({
      creatorId: nora,
      shares: [
        { creatorId: nora, amountMinor: 51 },
        { creatorId: lea, amountMinor: 50 },
      ],
    });
    const yen = (amountMinor: number) => ({ amountMinor, currency: "JPY" });
    expect(byCreator).toEqual([
      { creatorId: lea, before: { orders: 0, totals: [] }, after: { orders: 3, totals: [...euros(50), yen(3)] } },
      {
        creatorId: nora,
        before: { orders: 3, totals: [...euros(101), yen(7)] },
        after: { orders: 3, totals: [...euros(51), yen(4)] },
      },
    ]);
  });

  it("reckons with another window: clicks that came with an order are kept whatever their age", async () => {
    const { storeId, lea, nora } = await world();
    await insertOrder(storeId, (at) => [click(lea, at, 40)]);
    await insertOrder(storeId, (at) => [click(nora, at, 10)]);
    const longer = await simulate(storeId, { windowDays: 60 });
    expect(longer.changes.map(({ before, after }) => [before.creatorId, after.creatorId])).toEqual([[null, lea]]);
    const shorter = await simulate(storeId, { windowDays: 7 });
    expect(shorter.changes.map(({ before, after }) => [before.creatorId, after.creatorId])).toEqual([[nora, null]]);
  });

  it("reads a customer's earlier clicks again for a longer window only", async () => {
    const { storeId, lea, nora } = await world();
    const linkId = nextId("lnk_").replace("lnk_0", "lnk_8");
    await insertLink({ id: linkId, kind: "affiliate", creatorId: lea });
    const placedAt = NOW - DAY_MS;
    const deps = { d1: env.DB, now: () => NOW };
    const touch = { storeId, customerHash: "hash-1", linkId, trust: "confirmed" } as const;
    await env.DB.batch(
      recordCustomerTouches(deps, [
        { ...touch, clickId: "clk_old", time: placedAt - 40 * DAY_MS },
        { ...touch, clickId: "clk_new", time: placedAt - 5 * DAY_MS },
      ]),
    );
    const stored: Touch = { ...click(nora, placedAt, 5), id: "clk_new", kind: "customer_click", trust: "confirmed" };
    await insertOrder(storeId, () => [], { placedAt, customerHash: "hash-1" });
    await insertOrder(storeId, () => [stored], { placedAt, customerHash: "hash-1" });
    await insertOrder(storeId, () => [], { placedAt });
    const before = await everything();
    expect(await simulate(storeId, { windowDays: 30 })).toMatchObject({ orders: 3, changed: 0 });
    const first = await simulate(storeId, { windowDays: 60, model: "first_click" });
    // The stored touch stands for its click: the newly read ones come beside it.
    expect(first.changes.map(({ after }) => after.creatorId)).toEqual([lea, lea]);
    const last = await simulate(storeId, { windowDays: 60 });
    expect(last.changes.map(({ before, after }) => [before.creatorId, after.creatorId])).toEqual([[null, lea]]);
    expect(await everything()).toBe(before);
  });

  it("leaves decisions by hand, test orders and cancelled ones alone", async () => {
    const { storeId, lea, nora } = await world();
    const manual: ManualDecision = {
      creatorId: lea,
      campaignId: null,
      planId: null,
      reason: "Agreed.",
      actor: "bootstrap",
      at: NOW,
    };
    const touches = (at: number) => [click(lea, at, 2), code(nora, at)];
    await insertOrder(storeId, touches, { manual });
    await insertOrder(storeId, touches, { status: "test", test: true });
    await insertOrder(storeId, touches, { status: "declined" });
    expect(await simulate(storeId, { model: "code_wins" })).toMatchObject({ orders: 1, changed: 0 });
  });

  it("looks at the store's orders in the span, newest first, page after page", async () => {
    const { storeId, lea, nora } = await world();
    const other = await createStore();
    const touches = (at: number) => [click(lea, at, 2), code(nora, at)];
    const days = [3, 3, 4, 5, 6];
    const ids: string[] = [];
    for (const day of days) ids.push(await insertOrder(storeId, touches, { placedAt: NOW - day * DAY_MS }));
    await insertOrder(other.id, touches, { placedAt: NOW - 3 * DAY_MS });
    await insertOrder(storeId, touches, { placedAt: NOW - 7 * DAY_MS });
    await insertOrder(storeId, touches, { placedAt: NOW - 2 * DAY_MS });
    const span = { from: new Date(NOW - 6 * DAY_MS).toISOString(), to: new Date(NOW - 2 * DAY_MS).toISOString() };
    const seen: string[][] = [];
    let cursor: string | null = null;
    do {
      const result = await simulate(
        storeId,
        { model: "code_wins" },
        { ...span, limit: 2, ...(cursor !== null && { cursor }) },
      );
      expect(result.range).toEqual(span);
      expect(result.orders).toBe(result.changed);
      seen.push(result.changes.map(({ orderId }) => orderId));
      cursor = result.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual([[ids[1], ids[0]], [ids[2], ids[3]], [ids[4]]]);
  });

  it("goes on past what it reads at once, and lists the first 200 changes", async () => {
    const { storeId, lea, nora } = await world();
    const id = await insertOrder(storeId, (at) => [click(lea, at, 2), code(nora, at)]);
    const { results } = await env.DB.prepare("SELECT name FROM pragma_table_info('orders')").all<{ name: string }>();
    const columns = results.map(({ name }) => name);
    const values = columns.map((name) =>
      name === "id" ? "printf('ord_9%015d', n)" : name === "external_id" ? "'copy-' || n" : name,
    );
    await env.DB.prepare(
      `INSERT INTO orders (${columns.join(", ")})
       WITH RECURSIVE counter(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter WHERE n < 1200)
       SELECT ${values.join(", ")} FROM counter CROSS JOIN orders WHERE orders.id = ?1`,
    )
      .bind(id)
      .run();
    const result = await simulate(storeId, { model: "code_wins" });
    expect(result).toMatchObject({ orders: 1201, changed: 1201, nextCursor: null });
    expect(result.changes.length).toBe(200);
    expect(new Set(result.changes.map(({ orderId }) => orderId)).size).toBe(200);
    expect(result.byCreator.map(({ after }) => after.orders)).toEqual([0, 1201]);
    const most = await simulate(storeId, { model: "code_wins" }, { limit: 1000 });
    expect(most).toMatchObject({ orders: 1000, changed: 1000 });
    expect(await simulate(storeId, {}, { cursor: most.nextCursor })).toMatchObject({ orders: 201, nextCursor: null });
  });

  it("refuses what makes no sense", async () => {
    const { storeId } = await world();
    const body = { storeId, policy: {} };
    const refused = async (wrong: Record<string, unknown>) =>
      api("POST", "/attribution/simulate", { ...body, ...wrong });
    expectInvalid(await refused({ policy: { model: "best" } }), "policy.model");
    expectInvalid(await refused({ policy: { windowDays: 0 } }), "policy.windowDays");
    expectInvalid(await refused({ policy: { windowDays: 401 } }), "policy.windowDays");
    expectInvalid(await refused({ policy: { lookback: 1 } }), "policy.lookback");
    expectInvalid(await refused({ policy: undefined }), "policy");
    expectInvalid(await refused({ from: "2026-11-02", to: "2026-11-01" }), "to");
    expectInvalid(await refused({ from: "yesterday" }), "from");
    expectInvalid(await refused({ limit: 10_001 }), "limit");
    expectInvalid(await refused({ cursor: "nonsense" }), "cursor");
    expect(problemOf(await refused({ storeId: "str_0000000000000000" })).code).toBe("not_found");
  });
});
