import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { tellAbandoned } from "../../../src/visits/cart/tell-run.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";
import { allEvents, changeEndpoint, createEndpoint } from "../../operate/webhook-fixtures.ts";
import { NOW, STORE } from "../../programme/generation-fixtures.ts";
import { confirmed, DAY, HOUR, insertShop, POLICY, record, recordDeps } from "../../sales/order-fixtures.ts";
import { boughtAs, filled, identify, putCart, putPlan, stepped } from "../visit-rows.ts";

const MINUTE = 60_000;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
  await insertShop();
  await putPlan();
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Runs the job so many minutes later. */
const run = async (minutes: number) => {
  vi.setSystemTime(NOW + minutes * MINUTE);
  await tellAbandoned(env.DB, NOW + minutes * MINUTE);
};

const told = async () => (await allEvents()).filter(({ type }) => type === "cart.abandoned");

/** Has the shop report an order. */
const order = async (externalId: string, data: Parameters<typeof confirmed>[0] = {}) =>
  record(
    [confirmed({ currency: "EUR", totalMinor: 1000, placedAt: Date.now(), ...data }, { externalId })],
    POLICY,
    recordDeps(env.DB, Date.now()),
  );

test("DIX-7: a cart that is abandoned is told of once, however often it is looked for, and again filled it is not", async () => {
  await createEndpoint();
  const contactId = await identify("lea", "customer-1");
  const key = await putCart([filled(NOW, 2), stepped(NOW + MINUTE, "address")], {
    visitorHash: "lea",
    source: "search Google",
  });
  await run(30);
  expect(await told()).toEqual([]);
  await Promise.all([run(31), run(31)]);
  await run(32);
  const events = await told();
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({ subjectId: expect.stringMatching(/^cart_/) });
  expect(JSON.parse(events[0]?.data ?? "")).toEqual({
    abandonedAt: new Date(NOW + 31 * MINUTE).toISOString(),
    items: 2,
    valueMinor: 2000,
    currency: "EUR",
    step: "address",
    source: "search Google",
    contactId,
  });
  await env.DB.prepare(
    "UPDATE carts SET last_at = ?2, events = json_insert(events, '$[#]', json(?3)) WHERE cart_key = ?1",
  )
    .bind(key, NOW + 40 * MINUTE, JSON.stringify(filled(NOW + 40 * MINUTE)))
    .run();
  await run(90);
  expect(await told()).toHaveLength(1);
});

test("one that is bought between is not told of: by the page's order or the contact's, also in that very moment", async () => {
  await createEndpoint();
  await identify("lea", "customer-1");
  await putCart([filled(NOW), boughtAs(NOW + MINUTE, "1001")]);
  await putCart([filled(NOW)], { visitorHash: "lea" });
  await order("1001");
  const buy = () => order("1002", { customerHash: "customer-1" });
  beforeNextWrite(buy, "UPDATE carts SET told_at");
  await run(31);
  await run(32);
  expect(await told()).toEqual([]);
  // An empty one, one that another took the place of, and one of which only a page says that it was bought.
  await putCart([filled(NOW), filled(NOW + 1, 0)]);
  await putCart([filled(NOW)], { visitorHash: "zoe" });
  await putCart([filled(NOW + 1), boughtAs(NOW + 2, "made-up")], { visitorHash: "zoe" });
  await run(33);
  expect(await told()).toHaveLength(1);
});

test("nobody who doesn't listen is told: nothing is written, and what is long ago is no news", async () => {
  await putCart([filled(NOW - HOUR)]);
  await run(0);
  await createEndpoint({ types: ["order.approved"] });
  await run(1);
  // It was abandoned before this one was made.
  const { id } = await createEndpoint();
  await putCart([filled(NOW - 2 * DAY)]);
  await run(2);
  expect(await told()).toEqual([]);
  await putCart([filled(NOW)]);
  await changeEndpoint(id, { disabled: true });
  await run(40);
  expect(await told()).toEqual([]);
  await changeEndpoint(id, { disabled: false });
  await run(41);
  expect(await told()).toHaveLength(1);
  expect(
    await env.DB.prepare("SELECT count(*) AS n FROM carts WHERE told_at IS NOT NULL AND store_id = ?1")
      .bind(STORE)
      .first("n"),
  ).toBe(1);
});
