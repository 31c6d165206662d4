import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { expect, it, vi } from "vitest";
import type { CommissionRow } from "../../../src/books/ledger/decide.ts";
import { ratesFor } from "../../../src/books/ledger/load-grounds.ts";
import { type Settled, settleGroup, wantedGrounds } from "../../../src/books/ledger/group.ts";
import { loadGroup } from "../../../src/books/ledger/load.ts";
import { settleDue } from "../../../src/books/ledger/settle-run.ts";
import type { Commission } from "../../../src/ground/model/plan.ts";
import { markOrdersSince, rulesOf } from "../../../src/programme/plan/rule-store.ts";
import { api } from "../../ground/api.ts";
import { NOW, PLAN, STORE } from "../../programme/generation-fixtures.ts";
import { confirmed, DAY, HOUR, insertShop, record } from "../../sales/order-fixtures.ts";
import { insertVersion, tenPercent } from "../../programme/rule-fixtures.ts";
import { expectUntilSeen, histories } from "../../property-runs.ts";
import { queue, settleDeps } from "../settle-fixtures.ts";
import { emptyStorage } from "../../storage.ts";

/** The first day of the month that all orders are of; the store is in UTC, and in euros. */
const FIRST = Date.UTC(2026, 9, 1, 12);
const DAYS = [0, 8, 16];
const RATES = [
  { from: "USD", to: "EUR", rate: "0.9223" },
  { from: "EUR", to: "GBP", rate: "0.83" },
  { from: "USD", to: "GBP", rate: "0.78" },
];

/** What may happen, in any order: an order is reported, a rate is entered, the rule is another, the books are locked. */
const anyStep = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("order" as const),
      order: fc.nat({ max: 6 }),
      currency: fc.constantFrom("EUR", "USD", "GBP"),
      totalMinor: fc.integer({ min: 1, max: 20_000 }),
      status: fc.constantFrom("paid" as const, "paid" as const, "paid" as const, "cancelled" as const),
      codes: fc.constantFrom(["LEA10"], ["LEA10"], ["ZOE10"], ["LEA10", "ZOE10"]),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("rate" as const),
      rate: fc.nat({ max: 2 }),
      day: fc.constantFrom(...DAYS),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("rule" as const),
      tiers: fc.boolean(),
      capPerOrderMinor: fc.constantFrom(null, 1_200),
      capPerCreatorMinor: fc.constantFrom(null, 2_500),
      payIn: fc.constantFrom(null, null, "GBP"),
      fixed: fc.boolean(),
      from: fc.constantFrom(0, 0, FIRST + 5 * DAY),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("lock" as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("settle" as const), some: fc.boolean() }) },
);
type Step = typeof anyStep extends fc.Arbitrary<infer Value> ? Value : never;

/** A shop's history. */
class History {
  now = NOW;
  version = 2;
  readonly orderIds = new Set<string>();

  async take(step: Step): Promise<void> {
    this.now += HOUR;
    vi.setSystemTime(this.now);
    switch (step.kind) {
      case "order": {
        const { order, currency, totalMinor, status, codes } = step;
        // The order of their numbers isn't that in which they are placed.
        const placedAt = FIRST + ((order * 3) % 7) * 4 * DAY;
        const said = { currency, totalMinor, status, codes: [...codes], placedAt };
        const piece = confirmed(said, { externalId: String(order), receivedAt: this.now, sourceTime: this.now });
        for (const id of (await record([piece], { ...SPLIT })).values()) this.orderIds.add(id);
        return;
      }
      case "rate":
        return enter(RATES[step.rate] ?? RATES[0]!, step.day);
      case "rule": {
        const { fixed, tiers, capPerOrderMinor, capPerCreatorMinor, payIn, from } = step;
        this.version += 1;
        const tier = tiers ? [{ fromMinor: 10_000, value: fixed ? 900 : 2_000 }] : [];
        const percent = tenPercent({ holdDays: 0, tiers: tier, capPerOrderMinor, capPerCreatorMinor, payIn });
        const { basisPoints: _points, type: _type, ...rest } = percent as Extract<Commission, { type: "percentage" }>;
        const rule: Commission = fixed ? { ...rest, type: "fixed", amountMinor: 600, currency: "USD" } : percent;
        await insertVersion(PLAN, rule, { version: this.version, effectiveFrom: from });
        return void (await markOrdersSince({ d1: env.DB }, PLAN, from).run());
      }
      case "lock": {
        const to = new Date(this.now).toISOString();
        const period = (await api("POST", "/periods", { storeId: STORE, to })).body as { id: string };
        expect((await api("POST", `/periods/${period.id}/lock`)).status).toBe(200);
        return;
      }
      case "settle": {
        const due = (await queue()).map(({ order_id: orderId }) => orderId);
        return settleDue(settleDeps(this.now), step.some ? { ids: due.filter((_id, index) => index % 2 === 0) } : {});
      }
    }
  }

  /** What all orders come to at once by what is known now, with nothing recorded before. */
  async fresh(): Promise<Settled[]> {
    const deps = settleDeps(this.now);
    const group = { ...(await loadGroup(deps, [...this.orderIds])), recorded: new Map(), rows: new Map() };
    const ruleOf = await rulesOf(deps, [PLAN]);
    const rateOf = await ratesFor(deps, wantedGrounds(group, ruleOf).rates);
    return settleGroup(group, { ruleOf, before: new Map(), returning: new Set(), rateOf }, this.now);
  }
}

const SPLIT = { model: "split", windowDays: 30, codePriority: false } as const;

async function enter({ from, to, rate }: (typeof RATES)[number], day: number): Promise<void> {
  const date = new Date(FIRST + day * DAY).toISOString().slice(0, 10);
  const answer = await api("POST", "/exchange-rates", { rates: [{ from, to, date, rate, source: "ECB" }] });
  expect(answer.status).toBe(200);
}

const rowName = ({ orderId, creatorId }: Pick<CommissionRow, "orderId" | "creatorId">): string =>
  `${orderId} ${creatorId}`;

/** The commissions as they are kept, but for when they were written. */
async function keptRows(orderIds: readonly string[]): Promise<unknown[]> {
  const { rows } = await loadGroup(settleDeps(), orderIds);
  return inOrder([...rows.values()].flat());
}

const inOrder = (rows: readonly CommissionRow[]): unknown[] =>
  rows
    .toSorted((a, b) => (rowName(a) < rowName(b) ? -1 : 1))
    .map(({ updatedAt: _at, ...row }) => ({ ...row, note: JSON.parse(JSON.stringify(row.note)) as unknown }));

/** Sums of the ledger that aren't 0, by order, creator and currency. */
async function bookedSums(): Promise<Record<string, number>> {
  const { results } = await env.DB.prepare(
    `SELECT order_id || ' ' || creator_id || ' ' || currency AS name, sum(amount_minor) AS sum FROM ledger
     GROUP BY 1 HAVING sum(amount_minor) <> 0`,
  ).all<{ name: string; sum: number }>();
  return Object.fromEntries(results.map(({ name, sum }) => [name, sum]));
}

const owedSums = (settled: readonly Settled[]): Record<string, number> =>
  Object.fromEntries(
    settled.flatMap(({ order, settling }) =>
      settling.entries.map(({ creatorId, currency, amountMinor }) => [
        `${order.id} ${creatorId} ${currency}`,
        amountMinor,
      ]),
    ),
  );

it(
  "G2-7: whatever comes first, orders, rules or rates, the books end where they would be with all rates from the start",
  { timeout: 600_000 },
  async () => {
    const seen = { waited: 0, without: 0, adjusted: 0 };
    await expectUntilSeen(
      fc.asyncProperty(fc.array(anyStep, { minLength: 8, maxLength: 20, size: "max" }), async (steps) => {
        await emptyStorage();
        vi.useFakeTimers({ toFake: ["Date"], now: NOW });
        await insertShop();
        const history = new History();
        await insertVersion(PLAN, tenPercent({ holdDays: 0, capPerCreatorMinor: 2_500 }), { version: 2 });
        for (const step of steps) await history.take(step);

        // With the rates that there are, notes and sums say the same as if all was settled at once.
        await settleDue(settleDeps(history.now));
        const ids = [...history.orderIds];
        const early = await history.fresh();
        expect(await keptRows(ids)).toEqual(inOrder(early.flatMap(({ settling }) => settling.rows)));
        const rows = early.flatMap(({ settling }) => settling.rows);
        const unsaid = rows.filter(({ amountMinor }) => amountMinor === null);
        seen.waited += unsaid.length;
        seen.without += rows.filter(({ note }) => note.without != null).length;
        const said = (sums: Record<string, number>) =>
          Object.fromEntries(
            Object.entries(sums).filter(([name]) => !unsaid.some((row) => name.startsWith(rowName(row)))),
          );
        expect(said(await bookedSums())).toEqual(said(owedSums(early)));

        // With all rates nothing waits, and the ledger has what is owed, to the cent.
        history.now += HOUR;
        vi.setSystemTime(history.now);
        for (const rate of RATES) for (const day of [...DAYS, 24]) await enter(rate, day);
        await settleDue(settleDeps(history.now));
        expect(await queue()).toEqual([]);
        const late = await history.fresh();
        const kept = late.flatMap(({ settling }) => settling.rows);
        expect(await keptRows(ids)).toEqual(inOrder(kept));
        expect(kept.filter(({ amountMinor, note }) => amountMinor === null || note.without !== null)).toEqual([]);
        expect(await bookedSums()).toEqual(owedSums(late));
        const types = await env.DB.prepare("SELECT count(*) AS n FROM ledger WHERE type <> 'accrual'").first<number>(
          "n",
        );
        seen.adjusted += types ?? 0;
      }),
      histories(5),
      () => Object.entries(seen).flatMap(([what, count]) => (count > 0 ? [] : [what])),
    );
    vi.useRealTimers();
  },
);
