import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { expectUntilSeen, histories } from "../../property-runs.ts";
import { describe, expect, it } from "vitest";
import { readConfig } from "../../../src/ground/config.ts";
import { openDatabase } from "../../../src/ground/db/client.ts";
import type { Actor, Deps } from "../../../src/ground/deps.ts";
import { Problem } from "../../../src/ground/http/problem.ts";
import { createIdSource } from "../../../src/ground/id.ts";
import { settleDue, settleOrders } from "../../../src/books/ledger/settle-run.ts";
import { planAttribution } from "../../../src/sales/order/attribute-change.ts";
import { planReview } from "../../../src/books/review/change.ts";
import type { ReviewAction } from "../../../src/sales/order/state.ts";
import { planCancellation, planPayment, planPayout, planReversal } from "../../../src/books/payout/change.ts";
import { planPeriod, planPeriodLock } from "../../../src/books/period/change.ts";
import { planRule } from "../../../src/programme/plan/rule-change.ts";
import { NOW, PLAN, STORE } from "../../programme/generation-fixtures.ts";
import { claimed, confirmed, DAY, insertShop, LEA, recordDeps, record, ZOE } from "../../sales/order-fixtures.ts";
import { emptyStorage } from "../../storage.ts";

const ACTOR: Actor = { id: "bootstrap", scopes: new Set(), storeIds: null };
/** As every rule of these histories has it. */
const HOLD_DAYS = 5;
const CREATORS = [LEA, ZOE];
const CURRENCIES = ["EUR", "JPY", "KWD"];

/** What a shop says of an order at some time; each says it all. */
interface Report {
  time: number;
  totalMinor: number;
  refundedMinor: number;
  cancelled: boolean;
}

/** An order as the model has it: facts alone, from which all else is worked out. */
interface ModelOrder {
  placedAt: number;
  currency: string;
  codeOwner: string;
  reports: Report[];
  claims: number;
  manual: string | null | undefined;
  review: ReviewAction | null;
  approvedAt: number | null;
}

interface Model {
  now: number;
  orders: Map<string, ModelOrder>;
  rules: { from: number; basisPoints: number }[];
  /** Amounts of paid runs that weren't undone, by creator and currency. */
  paid: Map<string, Map<string, number>>;
  drafts: string[];
  runs: string[];
  lockedTo: number;
  books: Books;
}

/** The model's own arithmetic: nothing of what it checks is used. */
function halfEven(numerator: bigint, denominator: bigint): number {
  const [whole, rest] = [numerator / denominator, (numerator % denominator) * 2n];
  return Number(rest > denominator || (rest === denominator && whole % 2n === 1n) ? whole + 1n : whole);
}

function latest({ reports }: ModelOrder): Report | undefined {
  return reports.toSorted((a, b) => b.time - a.time)[0];
}

function standing(order: ModelOrder): string {
  const report = latest(order);
  const owner = ownerOf(order);
  if (report !== undefined) {
    const wholly = report.refundedMinor >= report.totalMinor && report.totalMinor > 0;
    if (report.cancelled || wholly) return "declined";
  }
  if (owner === null) return "orphan";
  if (order.review === "decline") return "declined";
  if (order.review === "dispute") return "disputed";
  if (report === undefined) return "received";
  return order.approvedAt === null ? "pending" : "approved";
}

function ownerOf({ manual, codeOwner }: ModelOrder): string | null {
  return manual === undefined ? codeOwner : manual;
}

function owedFor(model: Model, order: ModelOrder): number {
  const report = latest(order);
  if (report === undefined || order.approvedAt === null) return 0;
  if (!["approved", "disputed"].includes(standing(order))) return 0;
  const rule = model.rules.findLast(({ from }) => from <= order.placedAt);
  const left = Math.max(0, report.totalMinor - report.refundedMinor);
  return halfEven(BigInt(left) * BigInt(rule?.basisPoints ?? 0), 10_000n);
}

/** What settling does by itself: approves what waited long enough. */
function approveDue(model: Model): void {
  for (const order of model.orders.values()) {
    if (standing(order) === "pending" && order.placedAt + HOLD_DAYS * DAY <= model.now) order.approvedAt = model.now;
  }
}

function deps(now: number): Deps {
  const newId = createIdSource(Date.now, (bytes) => void crypto.getRandomValues(bytes));
  return {
    ...recordDeps(env.DB, now),
    env,
    newId,
    config: readConfig(env),
    db: openDatabase(env.DB),
  } as unknown as Deps;
}

interface LedgerRow {
  seq: number;
  creator_id: string;
  order_id: string | null;
  amount_minor: number;
  currency: string;
  type: string;
  time: number;
}

/** What the ledger is compared with after each step. */
class Books {
  #seen: LedgerRow[] = [];

  async check(model: Model): Promise<void> {
    await settleOrders(env, model.now);
    approveDue(model);
    const rows = (await env.DB.prepare("SELECT * FROM ledger ORDER BY seq").all<LedgerRow>()).results;
    // Nothing that was booked is ever another; nothing new is in a locked period.
    expect(rows.slice(0, this.#seen.length)).toEqual(this.#seen);
    for (const row of rows.slice(this.#seen.length)) expect(row.time).toBeGreaterThanOrEqual(model.lockedTo);
    this.#seen = rows;

    for (const creatorId of CREATORS) {
      for (const currency of CURRENCIES) {
        const mine = [...model.orders.values()].filter(
          (order) => ownerOf(order) === creatorId && order.currency === currency,
        );
        const owed = mine.reduce((sum, order) => sum + owedFor(model, order), 0);
        const paid = [...model.paid.values()].reduce((sum, of) => sum + (of.get(`${creatorId}/${currency}`) ?? 0), 0);
        const balance = rows
          .filter((row) => row.creator_id === creatorId && row.currency === currency)
          .reduce((sum, row) => sum + row.amount_minor, 0);
        expect({ creatorId, currency, balance }).toEqual({ creatorId, currency, balance: owed - paid });
      }
    }
    await this.#checkOrders(model, rows);
  }

  /** Every order stands where the model has it, and owes at most one creator. */
  async #checkOrders(model: Model, rows: readonly LedgerRow[]): Promise<void> {
    const { results } = await env.DB.prepare("SELECT id, external_id, status FROM orders").all<
      Record<string, string>
    >();
    expect(Object.fromEntries(results.map((row) => [row["external_id"], row["status"]]))).toEqual(
      Object.fromEntries([...model.orders].map(([externalId, order]) => [externalId, standing(order)])),
    );
    for (const { id } of results) {
      const sums = Map.groupBy(
        rows.filter((row) => row.order_id === id && row.type !== "payout"),
        ({ creator_id: creatorId, currency }) => `${creatorId}/${currency}`,
      );
      const owedTo = [...sums.values()].filter((of) => of.reduce((sum, row) => sum + row.amount_minor, 0) !== 0);
      expect(owedTo.length).toBeLessThanOrEqual(1);
    }
  }
}

/** Does a step unless it is refused, which is then none in the model either. Answers the body. */
async function attempt<Body>(plan: () => Promise<{ statements: D1PreparedStatement[]; body: Body }>) {
  try {
    const { statements, body } = await plan();
    await env.DB.batch(statements);
    return body;
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}

type Step = (model: Model) => Promise<void>;

async function orderIdOf(externalId: string): Promise<string | null> {
  return env.DB.prepare("SELECT id FROM orders WHERE external_id = ?1").bind(externalId).first<string>("id");
}

const externalIds = fc.integer({ min: 1, max: 4 }).map(String);

/** What an order is from the first, by its id, so that reports may come in any order. */
function orderIn(model: Model, externalId: string): ModelOrder {
  const known = model.orders.get(externalId);
  if (known !== undefined) return known;
  const number = Number(externalId);
  const order: ModelOrder = {
    placedAt: NOW - (number - 2) * 4 * DAY,
    currency: CURRENCIES[number % 3] ?? "EUR",
    codeOwner: CREATORS[number % 2] ?? LEA,
    reports: [],
    claims: 0,
    manual: undefined,
    review: null,
    approvedAt: null,
  };
  model.orders.set(externalId, order);
  return order;
}

function saying(order: ModelOrder, externalId: string, report: Report) {
  return confirmed(
    {
      currency: order.currency,
      totalMinor: report.totalMinor,
      refundedMinor: report.refundedMinor,
      status: report.cancelled ? "cancelled" : "paid",
      placedAt: order.placedAt,
      codes: [order.codeOwner === LEA ? "LEA10" : "ZOE10"],
    },
    {
      externalId,
      sourceTime: report.time,
      receivedAt: NOW,
      hash: JSON.stringify([externalId, report]).padStart(64, "0"),
    },
  );
}

/** The shop reports an order; its reports overtake each other. */
const reports: fc.Arbitrary<Step> = fc
  .record({
    externalId: externalIds,
    time: fc.integer({ min: 0, max: 1000 }),
    totalMinor: fc.oneof(fc.constantFrom(0, 1, 5), fc.integer({ min: 0, max: 100_000 })),
    part: fc.constantFrom(0, 0, 0, 0, 1, 3, 7, 10, 12),
    cancelled: fc.constantFrom(false, false, false, false, false, true),
  })
  .map(({ externalId, time, totalMinor, part, cancelled }) => async (model) => {
    const order = orderIn(model, externalId);
    // Two reports of one moment would leave open which of them is right.
    if (order.reports.some((report) => report.time === NOW - 2000 + time)) return;
    const refundedMinor = Math.floor((totalMinor * part) / 10);
    const report = { time: NOW - 2000 + time, totalMinor, refundedMinor, cancelled };
    order.reports.push(report);
    await record([saying(order, externalId, report)], undefined, recordDeps(env.DB, model.now));
  });

/** All reports of an order come again, in another order. */
const redeliveries: fc.Arbitrary<Step> = externalIds.map((externalId) => async (model) => {
  const order = model.orders.get(externalId);
  if (order === undefined || order.reports.length === 0) return;
  const again = order.reports.toReversed().map((report) => saying(order, externalId, report));
  await record(again, undefined, recordDeps(env.DB, model.now));
});

/** A browser claims an order, for another amount. */
const claims: fc.Arbitrary<Step> = externalIds.map((externalId) => async (model) => {
  const order = orderIn(model, externalId);
  order.claims += 1;
  const code = order.codeOwner === LEA ? "LEA10" : "ZOE10";
  const claim = claimed(
    { currency: order.currency, totalMinor: 9_999_999, codes: [code] },
    { externalId, sourceTime: NOW + order.claims, receivedAt: order.placedAt },
  );
  await record([claim], undefined, recordDeps(env.DB, model.now));
});

const reviews: fc.Arbitrary<Step> = fc
  .tuple(externalIds, fc.constantFrom<ReviewAction>("approve", "decline", "dispute"))
  .map(([externalId, action]) => async (model) => {
    const [order, id] = [model.orders.get(externalId), await orderIdOf(externalId)];
    if (order === undefined || id === null) return;
    const done = await attempt(() => planReview(deps(model.now), ACTOR, id, action, "because"));
    if (done === null) return;
    order.review = action;
    if (action === "approve") order.approvedAt ??= model.now;
  });

const attributions: fc.Arbitrary<Step> = fc
  .tuple(externalIds, fc.constantFrom(LEA, ZOE, null, undefined))
  .map(([externalId, creatorId]) => async (model) => {
    const [order, id] = [model.orders.get(externalId), await orderIdOf(externalId)];
    if (order === undefined || id === null) return;
    const given =
      creatorId === undefined
        ? { rule: true as const }
        : { creatorId, ...(creatorId === null ? {} : { planId: PLAN }) };
    const done = await attempt(() => planAttribution(deps(model.now), ACTOR, id, { ...given, reason: "because" }));
    if (done !== null) order.manual = creatorId;
  });

const rules: fc.Arbitrary<Step> = fc.tuple(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: -30, max: 5 })).map(
  ([basisPoints, days]) =>
    async (model) =>
      putRule(model, basisPoints, NOW + days * DAY),
);

async function putRule(model: Model, basisPoints: number, from: number): Promise<void> {
  const commission = {
    type: "percentage" as const,
    value: basisPoints / 100,
    tiers: [],
    special: [],
    holdDays: HOLD_DAYS,
    newCustomersOnly: false,
    includeTax: false,
    includeShipping: false,
    capPerOrder: null,
    capPerCreator: null,
    payIn: null,
  };
  const effectiveFrom = new Date(from).toISOString();
  const given = { commission, effectiveFrom, reason: "because" };
  expect(await attempt(() => planRule(deps(model.now), ACTOR, PLAN, given))).not.toBeNull();
  model.rules.push({ from, basisPoints });
}

const days: fc.Arbitrary<Step> = fc.integer({ min: 0, max: 20 }).map((days) => async (model) => {
  model.now += days * DAY;
});

async function lock(model: Model): Promise<void> {
  const to = new Date(model.now).toISOString();
  const period = await attempt(() => planPeriod(deps(model.now), { storeId: STORE, to, note: null }));
  if (period === null) return;
  // What is booked at its last moment is the next period's.
  model.now += 1;
  expect(await attempt(() => planPeriodLock(deps(model.now), ACTOR, period.id, null))).not.toBeNull();
  model.lockedTo = Date.parse(to);
}

const locks: fc.Arbitrary<Step> = fc.constant(lock);

/** A payout run of each currency, after some days and a lock. */
const runs: fc.Arbitrary<Step> = fc
  .tuple(
    fc.integer({ min: 0, max: 12 }),
    fc.boolean(),
    fc.constantFrom("0", "10"),
    fc.constantFrom("keep", "pay", "pay", "pay", "cancel"),
  )
  .map(([days, locked, minimum, then]) => async (model) => {
    model.now += days * DAY;
    await model.books.check(model);
    model.now += 1;
    if (locked) await lock(model);
    for (const currency of CURRENCIES) {
      const draft = await attempt(() =>
        planPayout(deps(model.now), ACTOR, { storeId: STORE, currency, minimum, holdDays: 0, note: null }),
      );
      if (draft === null) continue;
      if (then === "keep") model.drafts.push(draft.id);
      else if (then === "pay") await pay(model, draft.id);
      else expect(await attempt(() => planCancellation(deps(model.now), draft.id, "because"))).not.toBeNull();
    }
  });

async function pay(model: Model, id: string): Promise<void> {
  const lines = await env.DB.prepare(
    `SELECT l.creator_id AS creator, l.amount_minor AS amount, p.currency FROM payout_lines l
     JOIN payouts p ON p.id = l.payout_id WHERE p.id = ?1`,
  )
    .bind(id)
    .all<{ creator: string; amount: number; currency: string }>();
  expect(await attempt(() => planPayment(deps(model.now), ACTOR, id, undefined))).not.toBeNull();
  // Marked paid once: a second time is refused.
  expect(await attempt(() => planPayment(deps(model.now), ACTOR, id, undefined))).toBeNull();
  model.paid.set(id, new Map(lines.results.map((line) => [`${line.creator}/${line.currency}`, line.amount])));
  for (const { amount } of lines.results) expect(amount).toBeGreaterThan(0);
  model.runs.push(id);
}

const payments: fc.Arbitrary<Step> = fc.constant(async (model) => {
  const id = model.drafts.pop();
  if (id !== undefined) await pay(model, id);
});

const reversals: fc.Arbitrary<Step> = fc.constant(async (model) => {
  const id = model.runs.pop();
  if (id === undefined) return;
  expect(await attempt(() => planReversal(deps(model.now), ACTOR, id, "because"))).not.toBeNull();
  model.paid.delete(id);
});

/** Settling twice at once, as a cron and a request do. */
const doubled: fc.Arbitrary<Step> = fc.constant(async (model) => {
  await env.DB.prepare("INSERT OR IGNORE INTO settlements_due SELECT id, 1, 0, 0 FROM orders").run();
  await Promise.all([settleDue(deps(model.now)), settleDue(deps(model.now))]);
});

const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: reports },
  { weight: 2, arbitrary: redeliveries },
  { weight: 2, arbitrary: claims },
  { weight: 3, arbitrary: reviews },
  { weight: 2, arbitrary: attributions },
  { weight: 2, arbitrary: rules },
  { weight: 2, arbitrary: days },
  { weight: 1, arbitrary: locks },
  { weight: 5, arbitrary: runs },
  { weight: 1, arbitrary: payments },
  { weight: 3, arbitrary: reversals },
  { weight: 1, arbitrary: doubled },
);

/** What there is in the books, so that the test can tell whether its histories come to anything. */
async function kindsSeen(): Promise<string[]> {
  const { results } = await env.DB.prepare(
    "SELECT DISTINCT type AS kind FROM ledger UNION SELECT DISTINCT status FROM payouts",
  ).all<{ kind: string }>();
  return results.map(({ kind }) => kind);
}

describe("the books", () => {
  it(
    "UPF-47 always have the sum owed less the sum paid, and one payable owner an order",
    { timeout: 300_000 },
    async () => {
      const seen = new Set<string>();
      const all = ["accrual", "adjustment", "reversal", "clawback", "payout", "paid", "cancelled", "reversed"];
      await expectUntilSeen(
        fc.asyncProperty(fc.array(steps, { minLength: 25, maxLength: 40 }), async (history) => {
          await emptyStorage();
          await insertShop();
          const model: Model = {
            now: NOW,
            orders: new Map(),
            rules: [],
            paid: new Map(),
            drafts: [],
            runs: [],
            lockedTo: 0,
            books: new Books(),
          };
          await putRule(model, 1000, 0);
          for (const step of history) {
            await step(model);
            await model.books.check(model);
          }
          for (const kind of await kindsSeen()) seen.add(kind);
        }),
        histories(4),
        () => all.filter((kind) => !seen.has(kind)),
      );
    },
  );
});
