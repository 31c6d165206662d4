import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { evaluateKind } from "../../../src/conversions/count/due-run.ts";
import { countedOf, type Limited } from "../../../src/conversions/count/limit.ts";
import { recordGoals } from "../../../src/conversions/count/record-run.ts";
import { relinkConversions } from "../../../src/conversions/count/recount-run.ts";
import type { CountEvent } from "../../../src/conversions/count/work.ts";
import type { Trust } from "../../../src/ground/model/evidence.ts";
import { histories } from "../../property-runs.ts";
import { NOW, PLAN, STORE } from "../../programme/generation-fixtures.ts";
import {
  clickOn,
  confirmed,
  DAY,
  emptyRows,
  HOUR,
  insertShop,
  LEA_LINK,
  record,
  ZOE_LINK,
} from "../../sales/order-fixtures.ts";
import { define } from "../definition-fixtures.ts";
import { ANN, ANN_HASH, BEN, BEN_HASH, claimedClick, countDeps, event, rate } from "./count-fixtures.ts";

const LIMIT = { times: 2, windowDays: 1 };
const HASHES: Readonly<Record<string, string>> = { [ANN]: ANN_HASH, [BEN]: BEN_HASH };

/** Something that becomes known. */
type Step =
  | { is: "event"; event: CountEvent }
  | { is: "link"; visitor: string; contact: string; time: number }
  | {
      is: "order";
      externalId: string;
      placedAt: number;
      customerHash: string | null;
      totalMinor: number;
      cancelled: boolean;
    };

const visitors = fc.constantFrom("v1", "v2");
const hashes = fc.option(fc.constantFrom(ANN_HASH, BEN_HASH));

/** What a page says of one event, without consent first, with it, or both, and what a server says of it, if it does. */
const events = fc
  .record({
    visitor: fc.option(visitors),
    early: fc.boolean(),
    customerHash: hashes,
    value: fc.constantFrom("1.50", "2", "much", undefined),
    link: fc.constantFrom(LEA_LINK, ZOE_LINK, null),
    server: fc.option(fc.record({ customerHash: hashes, value: fc.constantFrom("7", undefined) })),
  })
  .map(({ visitor, early, customerHash, value, link, server }) => (key: string, time: number): Step[] => {
    const page = { key, time, view: key, data: value === undefined ? {} : { value } };
    const clicks = link === null ? [] : [claimedClick(link, time - HOUR)];
    const known = event({
      ...page,
      visitorHash: visitor,
      customerHash: visitor === null ? null : customerHash,
      clicks,
    });
    const trust: Trust = "confirmed";
    return [
      ...(early ? [event(page)] : []),
      known,
      ...(server === null
        ? []
        : [
            event({
              key,
              time: time + 1,
              trust,
              customerHash: server.customerHash,
              data: server.value === undefined ? {} : { value: server.value },
            }),
          ]),
    ].map((one): Step => ({ is: "event", event: one }));
  });

const links = fc
  .record({ visitor: visitors, contact: fc.constantFrom(ANN, BEN) })
  .map(({ visitor, contact }) => (_key: string, time: number): Step[] => [{ is: "link", visitor, contact, time }]);

const orders = fc
  .record({ customerHash: hashes, totalMinor: fc.constantFrom(500, 1500), cancelled: fc.boolean() })
  .map((order) => (key: string, time: number): Step[] => [
    { is: "order", externalId: key, placedAt: time, ...order, cancelled: false },
    ...(order.cancelled ? [{ is: "order" as const, externalId: key, placedAt: time, ...order }] : []),
  ]);

/** What happened, each at a time of its own within some days. */
const happened = fc
  .array(
    fc.oneof({ weight: 5, arbitrary: events }, { weight: 2, arbitrary: links }, { weight: 2, arbitrary: orders }),
    {
      minLength: 4,
      maxLength: 14,
    },
  )
  .chain((made) =>
    fc
      .shuffledSubarray(
        made.map((_one, at) => at),
        { minLength: made.length, maxLength: made.length },
      )
      .map((places) => made.flatMap((one, at) => one(`e:${at}`, NOW - 6 * DAY + (places[at] ?? 0) * 7 * HOUR))),
  );

/** How it is heard of: in which order, what twice, and how many together. */
const hearing = (steps: readonly Step[]) =>
  fc.record({
    steps: fc.array(fc.nat({ max: Math.max(0, steps.length - 1) }), { maxLength: 6 }).chain((again) => {
      const all = [...steps.keys(), ...again];
      return fc
        .shuffledSubarray([...all.keys()], { minLength: all.length, maxLength: all.length })
        .map((places) => places.flatMap((place) => steps[all[place] ?? 0] ?? []));
    }),
    together: fc.integer({ min: 1, max: 8 }),
  });

async function hear(all: readonly Step[], together: number): Promise<void> {
  const deps = await countDeps();
  for (let start = 0; start < all.length; start += together) {
    const some = all.slice(start, start + together);
    for (const step of some) {
      if (step.is === "link") {
        await env.DB.batch([
          env.DB.prepare(
            `INSERT INTO contacts (id, store_id, customer_hash, fields, trust, version, created_at, updated_at)
             VALUES (?1, ?2, ?3, '{"budget":"3"}', 'claimed', 1, 0, 0) ON CONFLICT DO NOTHING`,
          ).bind(step.contact, STORE, HASHES[step.contact]),
          env.DB.prepare("INSERT INTO visitor_contacts VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING").bind(
            STORE,
            step.visitor,
            step.time,
            step.contact,
          ),
        ]);
        const customers = [HASHES[step.contact] ?? ""];
        await relinkConversions(deps, STORE, { visitors: [step.visitor], customers });
      } else if (step.is === "order") {
        const { externalId, placedAt, totalMinor, customerHash, cancelled } = step;
        // The later word holds, in whichever order they come.
        const sourceTime = placedAt + (cancelled ? 2 : 1);
        const data = {
          currency: "EUR",
          totalMinor,
          placedAt,
          updatedAt: sourceTime,
          // A customer's clicks are as they are known when something is recorded.
          ...(customerHash === null ? { clicks: [clickOn(LEA_LINK, placedAt - HOUR)] } : { customerHash }),
          ...(cancelled && { status: "cancelled" as const }),
        };
        await record([confirmed(data, { externalId, sourceTime, hash: `${externalId}${sourceTime}`.padEnd(64, "0") })]);
      }
    }
    await recordGoals(
      deps,
      STORE,
      some.flatMap((step) => (step.is === "event" ? [step.event] : [])),
    );
    if (start % 2 === 0) await evaluateKind(deps, "order");
    if (start % 3 === 0) await evaluateKind(deps, "conversion");
  }
  await evaluateKind(deps, "order");
  await evaluateKind(deps, "conversion");
}

/** All that was counted, but for ids and for when it was written. What was undone before it was heard of is nowhere. */
async function counted(): Promise<unknown[]> {
  const { results } = await env.DB.prepare(
    `SELECT d.key, coalesce(o.external_id, k.event_key, c.event_key) AS event, c.trust, c.time, c.contact_id, c.visitor_hash,
       iif(c.subject GLOB 'e:*', 'e', c.subject) AS subject, c.value_minor, c.value_note, c.uncounted, c.creator_id, c.contested, c.commission, c.due_at,
       (SELECT sum(m.amount_minor) FROM conversion_commissions m WHERE m.conversion_id = c.id) AS earned
     FROM conversions c JOIN conversion_definitions d ON d.id = c.definition_id
     LEFT JOIN orders o ON o.id = c.order_id LEFT JOIN conversions k ON k.id = c.cause_id
     WHERE c.uncounted IS NOT 'withdrawn' ORDER BY 1, 2`,
  ).all();
  return results;
}

/** Expects that of each subject those count that the limit's rule says. */
async function expectLimited(): Promise<void> {
  const { results } = await env.DB.prepare(
    `SELECT c.definition_id AS definitionId, c.subject, c.event_key AS key, c.time, c.trust, c.uncounted, d.max_per_contact AS ofDefinition
     FROM conversions c JOIN conversion_definitions d ON d.id = c.definition_id WHERE c.uncounted IS NOT 'withdrawn'`,
  ).all<Limited & { definitionId: string; subject: string; uncounted: string | null; ofDefinition: string | null }>();
  for (const [, some] of Map.groupBy(results, (row) => `${row.definitionId} ${row.subject}`)) {
    const right = countedOf(some, some[0]?.ofDefinition == null ? null : LIMIT);
    for (const row of some) expect([row, row.uncounted === null]).toEqual([row, right.has(row.key)]);
  }
}

async function forget(): Promise<void> {
  const tables = ["conversion_commissions", "conversions", "conversions_due", "visitor_contacts", "contacts"];
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
  await emptyRows();
}

beforeEach(async () => {
  await insertShop();
  const script = { type: "script", where: [] } as const;
  const order = { type: "order", minimumMinor: null, skus: [] as string[] } as const;
  const of = { storeId: STORE, limit: LIMIT };
  const first = await define({ ...of, key: "trial", value: { mode: "event" }, triggers: [{ ...script, where: [] }] });
  await define({ ...of, key: "next", triggers: [{ type: "conversion", definitionId: first.id }] });
  await define({ ...of, key: "sale", value: { mode: "order" }, triggers: [{ ...order, which: "any" }] });
  await define({ storeId: STORE, key: "second", triggers: [{ ...order, which: "returning" }] });
  await define({
    ...of,
    key: "worth",
    value: { mode: "field", field: "budget" },
    triggers: [{ ...order, which: "first" }],
  });
  await rate(PLAN, first.id, 250, { holdDays: 7 });
});

describe("what is counted", () => {
  it(
    "ACX-1, 2, 7, 8: is the same in whichever order, however often and with what else it is heard of",
    { timeout: 120_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(
          happened.chain((steps) => fc.tuple(fc.constant(steps), hearing(steps))),
          async ([steps, { steps: heard, together }]) => {
            await forget();
            await hear(steps, 3);
            await expectLimited();
            const once = await counted();
            await forget();
            await hear(heard, together);
            await expectLimited();
            expect(await counted()).toEqual(once);
            // Nobody counts more often than the limit within any of its windows.
            const { results } = await env.DB.prepare(
              `SELECT a.id FROM conversions a JOIN conversions b ON b.definition_id = a.definition_id AND b.subject = a.subject
               AND b.uncounted IS NULL AND b.time >= a.time AND b.time < a.time + ${DAY}
             JOIN conversion_definitions d ON d.id = a.definition_id AND d.max_per_contact IS NOT NULL
             WHERE a.uncounted IS NULL GROUP BY a.id HAVING count(*) > ${LIMIT.times}`,
            ).all();
            expect(results).toEqual([]);
          },
        ),
        { numRuns: histories(6), endOnFailure: true },
      );
    },
  );
});
