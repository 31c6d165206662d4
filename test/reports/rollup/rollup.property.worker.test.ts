import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { histories } from "../../property-runs.ts";
import { describe, expect, it } from "vitest";
import { archiveClicks } from "../../../src/clicks/archive/run.ts";
import type { Share, Touch } from "../../../src/ground/model/attribution.ts";
import type { OrderStatus } from "../../../src/ground/model/order.ts";
import { bindClickDatabases, logDatabases, unbindClickDatabases } from "../../clicks/databases-fixtures.ts";
import { ingestAll, wipeLog } from "../../clicks/log-fixtures.ts";
import { forgetLogs } from "../../../src/clicks/log/logs-store.ts";
import { packClicks } from "../../../src/clicks/pack/run.ts";
import { setDirection } from "../../../src/clicks/pack/store.ts";
import { askForStore, askForZone, askRebuild } from "../../../src/journal/due/write-rebuild.ts";
import { rollUpOrders } from "../../../src/reports/rollup/orders-run.ts";
import { rebuildRollups } from "../../../src/reports/rollup/rebuild-run.ts";
import { closeDays } from "../../../src/reports/rollup/months-run.ts";
import { rollUpClicks } from "../../../src/reports/rollup/run.ts";
import { archived, archiveFiles, SMALL, WEEK } from "../../clicks/archive-fixtures.ts";
import { clickMessage } from "../../clicks/click-message.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { failingAfter, id, insertStore } from "../../programme/generation-fixtures.ts";
import {
  clickSums,
  finishRollups,
  orderSums,
  putClick,
  recountClicks,
  recountOrders,
  recountTotals,
  type Row,
  splitsAsRows,
  totals,
} from "../rollup-fixtures.ts";

const HOUR = 3_600_000;

/** Europe's clocks change at 01:00 UTC of this day, America's a week later. */
const START = Date.UTC(2026, 9, 25) - 30 * HOUR;

/** A night at which clicks of the first days are old enough to be archived. */
const NIGHT = START + 10 * 24 * HOUR;

const ZONES = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"];
/** Those in which every hour belongs to one day. */
const WHOLE_ZONES = ["Europe/Berlin", "America/New_York", "UTC"];

const STORES = [id("str", 1), id("str", 2)];
/** The last one doesn't exist, the one before has no store. */
const LINKS = [id("lnk", 1), id("lnk", 2), id("lnk", 3), id("lnk", 4)];

/** Steps of half an hour, so that windows, days and changes of clocks are all crossed. */
const anyTime = fc.oneof(
  fc.integer({ min: 0, max: 40 }).map((step) => START + step * 30 * 60_000 + 5 * 60_000),
  fc.integer({ min: 0, max: 500 }).map((step) => START + step * 30 * 60_000),
);

const anyClick = fc.record({
  linkId: fc.constantFrom(...LINKS),
  time: anyTime,
  pseudonym: fc.constantFrom("a", "a", "b", null),
  bucket: fc.constantFrom("visit", "visit", "visit", "head"),
  country: fc.constantFrom("DE", "FR", null),
  referrerHost: fc.constantFrom("www.google.com", "www.instagram.com", null),
});

const anyFailure = fc.record({ after: fc.integer({ min: 1, max: 4 }), answerLost: fc.boolean() });

const clickStep = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("log"), clicks: fc.array(anyClick, { maxLength: 5 }), again: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("rollUp"),
      chunk: fc.constantFrom(1, 3, 20_000),
      failure: fc.option(anyFailure),
      twice: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("ask"), scope: fc.constantFrom("", ...STORES, LINKS[1] ?? "") }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("close"),
      days: fc.integer({ min: 1, max: 40 }),
      failure: fc.option(anyFailure),
      twice: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("form"),
      direction: fc.constantFrom("rows", "rows", "packed"),
      clicks: fc.integer({ min: 1, max: 9 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("old") }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("rebuild"),
      links: fc.constantFrom(1, 2),
      batches: fc.constantFrom(1, 2, 100),
      // 0: one part, so that clicks come and are rolled up in the middle of it.
      timeMs: fc.constantFrom(0, 0, 10_000),
      failure: fc.option(anyFailure),
      twice: fc.boolean(),
    }),
  },
);

const zoneStep = fc.oneof(
  fc.record({ do: fc.constant("zone"), store: fc.constantFrom(...STORES), zone: fc.constantFrom(...ZONES) }),
  fc.record({
    do: fc.constant("move"),
    link: fc.constantFrom(...LINKS.slice(0, 3)),
    store: fc.constantFrom(...STORES, null),
  }),
);

/** Some clicks are from before they were spread, and stay where they are. */
const SPREAD_SINCE = Math.floor(START / (24 * HOUR)) + 2;

const anyDatabases = fc.constantFrom(0, 0, 1, 4);

const archiveStep = fc.record({ do: fc.constant("archive") });

type ClickStep =
  | { do: "log"; clicks: { linkId: string; time: number }[]; again: boolean }
  | { do: "rollUp"; chunk: number; failure: Failure | null; twice: boolean }
  | { do: "ask"; scope: string }
  | { do: "rebuild"; links: number; batches: number; timeMs: number; failure: Failure | null; twice: boolean }
  | { do: "close"; days: number; failure: Failure | null; twice: boolean }
  | { do: "form"; direction: "rows" | "packed"; clicks: number }
  | { do: "old" }
  | { do: "zone"; store: string; zone: string }
  | { do: "move"; link: string; store: string | null }
  | { do: "archive" };

interface Failure {
  after: number;
  answerLost: boolean;
}

/** Runs work, or has it die, or run beside itself. */
async function run(work: (where: Env) => Promise<unknown>, failure: Failure | null, twice: boolean): Promise<void> {
  if (failure !== null) {
    const dying = { ...env, DB: failingAfter(failure.after, failure.answerLost) };
    return void (await work(dying).catch(() => {}));
  }
  await Promise.all(twice ? [work(env), work(env)] : [work(env)]);
}

async function wipe(...tables: string[]): Promise<void> {
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
}

async function freshShops(zones: readonly string[], databases = 0): Promise<void> {
  await wipe("report_totals", "click_days", "click_months", "click_splits", "click_hours", "watermarks");
  await wipe("rollup_rebuilds", "click_archives", "click_layouts", "links", "stores");
  for (const d1 of logDatabases()) await wipeLog(d1);
  unbindClickDatabases();
  await bindClickDatabases(databases, databases === 0 ? null : SPREAD_SINCE);
  for (const d1 of logDatabases()) await wipeLog(d1);
  await env.ARCHIVE.delete((await archiveFiles()).map(({ key }) => key));
  for (const [index, storeId] of STORES.entries()) await insertStore({ id: storeId, timezone: zones[index] ?? "UTC" });
  for (const [index, linkId] of LINKS.slice(0, 3).entries())
    await insertLink({ id: linkId, storeId: STORES[index] ?? null });
}

async function takeClickStep(step: ClickStep, number: number): Promise<void> {
  switch (step.do) {
    case "log": {
      const clicks = step.clicks.map((parts, index) => clickMessage({ ...parts, id: `clk_${number}_${index}` }));
      // A clock goes on: numbers of the log are made of it, and none comes again once its batch has left.
      const now = START + number;
      await ingestAll(WEEK, clicks, now);
      if (step.again) await ingestAll(WEEK, clicks.toReversed(), now);
      return;
    }
    case "rollUp":
      return run((where) => rollUpClicks(where, START, step.chunk), step.failure, step.twice);
    case "close":
      return run((where) => closeDays(where, START + step.days * 24 * HOUR), step.failure, step.twice);
    case "form":
      await setDirection(env.DB, step.direction, 0).run();
      for (let part = 0; part < 3; part++) await packClicks(env.DB, WEEK, START, { rows: step.clicks, timeMs: 0 });
      return forgetLogs(env);
    case "old":
      return splitsAsRows();
    case "ask":
      return void (await askRebuild(env.DB, step.scope, "asked", number).run());
    case "rebuild":
      return run(
        (where) => rebuildRollups(where, START, { links: step.links, batches: step.batches, timeMs: step.timeMs }),
        step.failure,
        step.twice,
      );
    case "zone":
      return void (await env.DB.batch([
        askForZone(env.DB, step.store, step.zone, number),
        env.DB.prepare("UPDATE stores SET timezone = ?2 WHERE id = ?1").bind(step.store, step.zone),
      ]));
    case "move":
      return void (await env.DB.batch([
        askForStore(env.DB, step.link, step.store, number),
        env.DB.prepare("UPDATE links SET store_id = ?2 WHERE id = ?1").bind(step.link, step.store),
      ]));
    case "archive":
      await archiveClicks(env, WEEK, NIGHT, SMALL);
  }
}

/** All that is there, rolled up, is what a recount gives, and a rebuild from nothing changes none of it. */
async function clicksAddUp(damage: readonly string[]): Promise<void> {
  await finishRollups();
  const found = await clickSums();
  expect(found).toEqual(await recountClicks((await archived()) as unknown as Row[]));
  const totalled = await totals();
  expect(totalled).toEqual(await recountTotals());
  await env.DB.batch(damage.map((sql) => env.DB.prepare(sql)));
  await askRebuild(env.DB, "", "asked", 0).run();
  await finishRollups();
  expect(await clickSums()).toEqual(found);
  expect(await totals()).toEqual(totalled);
  expect(await leftOver()).toBe(0);
}

/** Rows of what rebuilds read: none is left when they are done. */
async function leftOver(): Promise<number | null> {
  return env.DB.prepare(
    "SELECT (SELECT count(*) FROM click_days_anew) + (SELECT count(*) FROM click_hours_anew) AS n",
  ).first<number>("n");
}

describe("the roll-ups of clicks after any history", () => {
  const anySteps = (extra: fc.Arbitrary<unknown>) =>
    fc.array(fc.oneof({ weight: 4, arbitrary: clickStep }, { weight: 1, arbitrary: extra }), {
      minLength: 3,
      maxLength: 14,
    }) as fc.Arbitrary<ClickStep[]>;

  it(
    "of late, repeated and reordered clicks, in stores and links that change their zones",
    { timeout: 240_000 },
    async () => {
      const anyZones = fc.tuple(fc.constantFrom(...ZONES), fc.constantFrom(...ZONES));
      await fc.assert(
        fc.asyncProperty(anyZones, anySteps(zoneStep), anyDatabases, async (zones, steps, databases) => {
          await freshShops(zones, databases);
          for (const [number, step] of steps.entries()) await takeClickStep(step, number + 1);
          await clicksAddUp(["DELETE FROM click_days", "DELETE FROM click_months"]);
        }),
        { numRuns: histories(3) },
      );
    },
  );

  it("of clicks that leave the log at any moment", { timeout: 240_000 }, async () => {
    const anyZones = fc.tuple(fc.constantFrom(...WHOLE_ZONES), fc.constantFrom(...WHOLE_ZONES));
    await fc.assert(
      fc.asyncProperty(anyZones, anySteps(archiveStep), async (zones, steps) => {
        await freshShops(zones);
        for (const [number, step] of steps.entries()) await takeClickStep(step, number + 1);
        // Only the days know what archived clicks were split by.
        await clicksAddUp(["UPDATE click_days SET counted = 9, unique_of_day = 0", "DELETE FROM click_months"]);
      }),
      { numRuns: histories(3) },
    );
  });
});

const CREATORS = [id("crt", 1), id("crt", 2), id("crt", 3)];
const ORDERS = [id("ord", 1), id("ord", 2), id("ord", 3), id("ord", 4)];
const CLICKS = ["clk_1", "clk_2", "clk_3"];

/** Who is credited: the link of each creator's share, if one brought it. */
const anyCredit = fc.uniqueArray(
  fc.record({
    creatorId: fc.constantFrom(...CREATORS),
    linkId: fc.constantFrom(...LINKS.slice(0, 2), null),
    planId: fc.constantFrom(id("pln", 1), null),
  }),
  { selector: ({ creatorId }) => creatorId, maxLength: 3 },
);

const anyTouches = fc.uniqueArray(
  fc.record({
    id: fc.constantFrom(...CLICKS),
    kind: fc.constantFrom("click" as const, "customer_click" as const, "code" as const),
    time: fc.integer({ min: 0, max: 2 }),
    linkId: fc.constantFrom(...LINKS.slice(0, 2), null),
  }),
  { selector: (touch) => touch.id, maxLength: 3 },
);

const anyOrder = fc.record({
  orderId: fc.constantFrom(...ORDERS),
  status: fc.constantFrom<OrderStatus[]>(
    ...([
      "received",
      "received",
      "pending",
      "pending",
      "approved",
      "approved",
      "disputed",
      "declined",
      "orphan",
      "test",
    ] as const),
  ),
  currency: fc.constantFrom("EUR", "EUR", "USD", null),
  // More than any claim counts for, now and then.
  totalMinor: fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 0, max: 1000 }) }, fc.constant(5 * 10 ** 12)),
  refundedMinor: fc.option(fc.integer({ min: 0, max: 100 })),
  country: fc.constantFrom("DE", "FR", null),
  placedAt: anyTime,
  method: fc.constantFrom("click" as const, "code" as const, "manual" as const, null),
  credit: anyCredit,
  touches: anyTouches,
});

const anyCommission = fc.record({
  orderId: fc.constantFrom(...ORDERS),
  creatorId: fc.constantFrom(...CREATORS),
  currency: fc.constantFrom("EUR", "USD", null),
  amountMinor: fc.option(fc.integer({ min: 0, max: 500 })),
});

const orderStep = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("order"), order: anyOrder }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("commission"), commission: anyCommission }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("unpaid"), order: fc.constantFrom(...ORDERS) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("rollUp"),
      chunk: fc.constantFrom(1, 2, 500),
      failure: fc.option(anyFailure),
      twice: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("zone"),
      store: fc.constantFrom(...STORES),
      zone: fc.constantFrom(...ZONES),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("rebuild"),
      orders: fc.constantFrom(1, 5_000),
      failure: fc.option(anyFailure),
      twice: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("settle"), order: fc.constantFrom(...ORDERS) }) },
);

type OrderParts = typeof anyOrder extends fc.Arbitrary<infer Parts> ? Parts : never;
type CommissionParts = typeof anyCommission extends fc.Arbitrary<infer Parts> ? Parts : never;
type OrderStep =
  | { do: "order"; order: OrderParts }
  | { do: "commission"; commission: CommissionParts }
  | { do: "unpaid"; order: string }
  | { do: "settle"; order: string }
  | { do: "zone"; store: string; zone: string }
  | { do: "rollUp"; chunk: number; failure: Failure | null; twice: boolean }
  | { do: "rebuild"; orders: number; failure: Failure | null; twice: boolean };

/** Writes an order as recording would, whatever it was before. */
async function putOrder({ credit, totalMinor, touches, ...order }: OrderParts): Promise<void> {
  const shares = credit.map((owner, index): Share => ({
    ...owner,
    campaignId: null,
    codeId: owner.linkId === null ? id("cod", 1) : null,
    weight: { numerator: 1, denominator: credit.length },
    amountMinor:
      order.currency === null
        ? null
        : Math.floor(totalMinor / credit.length) + (index < totalMinor % credit.length ? 1 : 0),
  }));
  await env.DB.prepare(
    `INSERT INTO orders (id, store_id, external_id, status, trust, currency, total_minor, refunded_minor, codes, country,
       test, placed_at, policy, touches, explanation, shares, method, version, created_at, updated_at)
     VALUES (?1, ?2, ?1, ?3, 'confirmed', ?4, ?5, ?6, '[]', ?7, 0, ?8, '{}', ?9, '{}', ?10, ?11, 1, 0, 0)
     ON CONFLICT (id) DO UPDATE SET status = excluded.status, currency = excluded.currency,
       total_minor = excluded.total_minor, refunded_minor = excluded.refunded_minor, country = excluded.country,
       placed_at = excluded.placed_at, touches = excluded.touches, shares = excluded.shares, method = excluded.method`,
  )
    .bind(
      order.orderId,
      STORES[ORDERS.indexOf(order.orderId) % STORES.length],
      order.status,
      order.currency,
      order.currency === null ? null : totalMinor,
      order.refundedMinor,
      order.country,
      order.placedAt,
      JSON.stringify(touches satisfies Pick<Touch, "id" | "kind" | "time" | "linkId">[]),
      JSON.stringify(shares),
      order.method,
    )
    .run();
}

async function takeOrderStep(step: OrderStep, number: number): Promise<void> {
  switch (step.do) {
    case "order":
      return putOrder(step.order);
    case "commission": {
      const { orderId, creatorId, currency, amountMinor } = step.commission;
      await env.DB.prepare(
        `INSERT INTO order_commissions (order_id, creator_id, store_id, placed_at, month, currency, amount_minor,
           sales_minor, uncapped_minor, note, updated_at)
         SELECT id, ?2, store_id, placed_at, '2026-10', ?3, ?4, 0, 0, '{}', 0 FROM orders WHERE id = ?1
         ON CONFLICT (order_id, creator_id) DO UPDATE SET currency = excluded.currency, amount_minor = excluded.amount_minor`,
      )
        .bind(orderId, creatorId, currency, amountMinor)
        .run();
      return;
    }
    case "unpaid":
      return void (await env.DB.prepare("DELETE FROM order_commissions WHERE order_id = ?1").bind(step.order).run());
    case "settle":
      return void (await env.DB.prepare("UPDATE orders SET status = 'approved' WHERE id = ?1 AND status = 'pending'")
        .bind(step.order)
        .run());
    case "zone":
      return takeClickStep(step, number);
    case "rollUp":
      return run((where) => rollUpOrders(where, START, { chunk: step.chunk }), step.failure, step.twice);
    case "rebuild":
      await askRebuild(env.DB, "", "asked", number).run();
      return run((where) => rebuildRollups(where, START, { orders: step.orders }), step.failure, step.twice);
  }
}

async function freshOrders(zones: readonly string[]): Promise<void> {
  await wipe("order_facts", "order_days", "order_months", "order_commissions", "orders", "order_rollups_due");
  await freshShops(zones);
  for (const [index, clickId] of CLICKS.entries()) {
    const device = ["mobile", "tablet", "desktop"][index] ?? "";
    await putClick({
      id: clickId,
      linkId: LINKS[0] ?? "",
      time: START,
      device,
      source: ["social", "search"][index] ?? "ad",
    });
  }
}

/** One click decided two orders by links of their own, as no click of ours can: each order counts once all the same. */
const ONE_CLICK_OF_TWO_LINKS: OrderStep[] = [0, 2].map((index) => ({
  do: "order",
  order: {
    orderId: ORDERS[index] ?? "",
    status: "received",
    currency: "EUR",
    totalMinor: 100,
    refundedMinor: null,
    country: "DE",
    placedAt: START,
    method: "click",
    credit: [{ creatorId: CREATORS[0] ?? "", linkId: LINKS[index / 2] ?? "", planId: null }],
    touches: [{ id: "clk_3", kind: "click", time: 0, linkId: LINKS[index / 2] ?? "" }],
  },
}));

describe("the roll-ups of orders after any history", () => {
  const anyZones = fc.tuple(fc.constantFrom(...ZONES), fc.constantFrom(...ZONES));
  const anySteps = fc.array(orderStep, { minLength: 3, maxLength: 20 }) as fc.Arbitrary<OrderStep[]>;

  it("of refunds, credits, declines and commissions that change", { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(anyZones, anySteps, fc.boolean(), async (zones, steps, archive) => {
        await freshOrders(zones);
        for (const [number, step] of steps.entries()) await takeOrderStep(step, number + 1);
        await finishRollups();
        const found = await orderSums();
        expect(found).toEqual(await recountOrders());
        const totalled = await totals();
        expect(totalled).toEqual(await recountTotals());

        // What is known of clicks stays known when they are archived.
        const { results } = await env.DB.prepare("SELECT * FROM clicks").all<Row>();
        if (archive) await wipe("click_rows");
        await wipe("order_days", "order_months");
        await askRebuild(env.DB, "", "asked", 0).run();
        await finishRollups();
        expect(await orderSums()).toEqual(found);
        // No click is counted any more where they are gone without having been archived.
        if (!archive) expect(await totals()).toEqual(totalled);
        expect(await totals()).toEqual(await recountTotals());
        expect(found).toEqual(await recountOrders(new Map(results.map((row) => [String(row["id"]), row]))));
      }),
      { numRuns: histories(3), examples: [[["UTC", "UTC"], ONE_CLICK_OF_TWO_LINKS, false]] },
    );
  });
});
