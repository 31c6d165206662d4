import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { beforeEach, expect, it } from "vitest";
import { normalField } from "../../../src/conversions/contact/field.ts";
import { segmentSql } from "../../../src/conversions/segment/segment-sql.ts";
import { openDatabase } from "../../../src/ground/db/client.ts";
import { contacts, visitorEvents } from "../../../src/ground/db/schema/conversion.ts";
import { customerTouches, orders } from "../../../src/ground/db/schema/order.ts";
import type { SegmentCondition } from "../../../src/ground/model/conversion.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import {
  id,
  insertCampaign,
  insertCreators,
  insertPlan,
  insertStore,
  NOW,
  STORE,
} from "../../programme/generation-fixtures.ts";
import { histories } from "../../property-runs.ts";
import { orderRow } from "../contact/contact-fixtures.ts";
import { type Known, meets } from "./segment-reading.ts";

const DAY = 86_400_000;
const db = openDatabase(env.DB);

const CREATORS = [id("crt", 1), id("crt", 2)] as const;
const CAMPAIGNS = [id("cmp", 1), null] as const;
/** A link of each creator, with and without a campaign. */
const LINKS = CREATORS.flatMap((creatorId, c) =>
  CAMPAIGNS.map((campaignId, k) => ({ id: id("lnk", 10 + 2 * c + k), creatorId, campaignId })),
);

// Few of each, so that conditions and contacts meet.
const FIELDS = ["plan", "city", "seats", "since", "vip", "a-b", "__x"] as const;
const field = fc.constantFrom(...FIELDS);
const text = fc.constantFrom(
  "gold",
  "Gold",
  "GÖTEBORG",
  "göteborg",
  "Gö",
  "straße",
  'it\'s "it"',
  "%_",
  "7",
  "true",
  "жёлтый",
  "ЖЁЛТЫЙ",
);
const date = fc.integer({ min: -40, max: 40 }).map((days) => new Date(NOW + days * DAY).toISOString());
const day = date.map((moment) => moment.slice(0, 10));
const value = fc.oneof(text, fc.integer({ min: -3, max: 9 }), fc.constantFrom(2.5, 0.1, 7), fc.boolean(), date, day);
const ago = fc.integer({ min: 0, max: 80 }).map((half) => NOW - half * (DAY / 2));
const name = fc.constantFrom("sign_up", "Sign_Up", "view");
const page = fc.constantFrom("https://shop.example/Sale", "https://shop.example/über/uns", "https://shop.example/");

const known: fc.Arbitrary<Known> = fc.record({
  fields: fc.uniqueArray(fc.tuple(field, value), { maxLength: 5, selector: ([of]) => of }).map(
    // As the API keeps them.
    (pairs) => Object.fromEntries(pairs.map(([of, it]) => [of, normalField(it)])),
  ),
  events: fc.array(fc.record({ kind: fc.constantFrom("track", "conversion", "page"), name, page, time: ago }), {
    maxLength: 4,
  }),
  orders: fc.array(
    fc.record({
      bought: fc.boolean(),
      currency: fc.constantFrom("EUR", "EUR", "USD"),
      totalMinor: fc.integer({ min: 0, max: 3_000 }),
      refundedMinor: fc.option(fc.integer({ min: 0, max: 4_000 })),
      placedAt: ago,
    }),
    { maxLength: 3 },
  ),
  clicks: fc.array(
    fc
      .tuple(fc.constantFrom(...LINKS), ago)
      .map(([{ id: linkId, creatorId, campaignId }, time]) => ({ linkId, creatorId, campaignId, time })),
    { maxLength: 3 },
  ),
});

const withinDays = fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined });
const often = {
  is: fc.constantFrom("at_least" as const, "at_most" as const),
  times: fc.integer({ min: 0, max: 3 }),
  withinDays,
};
const condition: fc.Arbitrary<SegmentCondition> = fc.oneof(
  fc.record({
    about: fc.constant("field" as const),
    field: fc.oneof({ weight: 9, arbitrary: field }, { weight: 1, arbitrary: fc.constant("x\"'.y") }),
    is: fc.constantFrom(
      "equals",
      "not_equals",
      "contains",
      "greater",
      "less",
      "exists",
      "missing",
      "within_days",
      "before_days",
    ),
    value: fc.option(value, { nil: undefined, freq: 9 }),
  }),
  fc.record({ about: fc.constantFrom("event" as const, "goal" as const), name, ...often }),
  fc.record({ about: fc.constant("url" as const), name: fc.constantFrom("/SALE", "ÜBER", "shop", "%"), ...often }),
  fc.record({ about: fc.constant("order" as const), ...often }),
  fc.record({
    about: fc.constant("spent" as const),
    is: fc.constantFrom("greater" as const, "less" as const),
    amountMinor: fc.integer({ min: 0, max: 4_000 }),
    withinDays,
  }),
  fc.record({
    about: fc.constant("click" as const),
    creatorId: fc.option(fc.constantFrom(...CREATORS), { nil: undefined }),
    campaignId: fc.option(fc.constant(id("cmp", 1)), { nil: undefined }),
    linkId: fc.option(fc.constantFrom(...LINKS.map((link) => link.id)), { nil: undefined, freq: 1 }),
    ...often,
  }),
);

beforeEach(async () => {
  await insertStore();
  await insertPlan();
  await insertCampaign();
  await insertCreators([{}, {}]);
  for (const link of LINKS) await insertLink({ ...link, storeId: STORE });
});

it("AC-14: conditions compiled to SQL find the contacts that a plain reading of them finds", async () => {
  let [some, none] = [0, 0];
  await fc.assert(
    fc.asyncProperty(
      fc.array(known, { minLength: 1, maxLength: 8 }),
      fc.array(fc.array(condition, { minLength: 1, maxLength: 3 }), { minLength: 25, maxLength: 25 }),
      async (people, segments) => {
        await put(people);
        const found = await env.DB.batch<{ id: string }>(
          segments.map((conditions) => {
            const { sql, values } = segmentSql(conditions, { place: 1, now: NOW });
            return env.DB.prepare(`SELECT c.id FROM contacts c WHERE ?1 <> '' AND ${sql} ORDER BY c.id`).bind(values);
          }),
        );
        for (const [index, conditions] of segments.entries()) {
          const expected = people.flatMap((one, n) => (meets(conditions, one, NOW, "EUR") ? [id("con", n)] : []));
          expect(
            found[index]?.results.map((row) => row.id),
            JSON.stringify(conditions),
          ).toEqual(expected);
          if (expected.length > 0) some += 1;
          else none += 1;
        }
      },
    ),
    { numRuns: histories(15), endOnFailure: true },
  );
  expect(some).toBeGreaterThan(20);
  expect(none).toBeGreaterThan(20);
});

async function put(people: readonly Known[]): Promise<void> {
  await env.DB.batch(
    ["visitor_events", "customer_touches", "orders", "contacts"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)),
  );
  const of = <Row>(rows: (one: Known, n: number) => Row[]): Row[] => people.flatMap(rows);
  const storeId = STORE;
  for (const row of of((one, n) => [
    {
      id: id("con", n),
      storeId,
      customerHash: `hash${n}`,
      fields: one.fields,
      trust: "confirmed" as const,
      version: 1,
      createdAt: NOW,
      updatedAt: NOW,
    },
  ])) {
    await db.insert(contacts).values(row);
  }
  const events = of((one, n) =>
    one.events.map((event, k) => ({
      ...event,
      storeId,
      eventKey: `${n}-${k}`,
      kind: event.kind as "track",
      visitorHash: null,
      contactId: id("con", n),
    })),
  );
  const bought = of((one, n) =>
    one.orders.map((order, k) => orderRow({ id: id("ord", 10 * n + k), customerHash: `hash${n}`, ...order })),
  );
  const touches = of((one, n) =>
    one.clicks.map(({ linkId, time }, k) => ({
      storeId,
      customerHash: `hash${n}`,
      clickId: `clk${k}`,
      linkId,
      time,
      createdAt: NOW,
    })),
  );
  const statements = [
    ...events.map((row) => db.insert(visitorEvents).values(row)),
    ...bought.map((row) => db.insert(orders).values(row)),
    ...touches.map((row) => db.insert(customerTouches).values(row)),
  ];
  const [first, ...rest] = statements;
  if (first !== undefined) await db.batch([first, ...rest]);
}
