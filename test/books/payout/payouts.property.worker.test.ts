import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { histories } from "../../property-runs.ts";
import { afterEach, expect, it, vi } from "vitest";
import { payoutDraft } from "../../../src/books/payout/schema.ts";
import { api, bodyOf, problemOf } from "../../ground/api.ts";
import { NOW, STORE } from "../../programme/generation-fixtures.ts";
import { book } from "../money-fixtures.ts";
import { DAY, insertShop, LEA, ZOE } from "../../sales/order-fixtures.ts";
import { iso, putOrder } from "../payout-fixtures.ts";
import { emptyStorage } from "../../storage.ts";

const CREATORS = [LEA, ZOE];
const CURRENCIES = ["EUR", "USD"] as const;

const anyOrder = fc.option(fc.nat({ max: 2 }), { nil: null });
const anyCurrency = fc.oneof({ weight: 3, arbitrary: fc.constant("EUR") }, fc.constant("USD"));
/** From the last one back. */
const anyRun = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.nat({ max: 7 }));
const seldom = fc.nat({ max: 3 }).map((drawn) => drawn === 3);

const anyEntry = fc.record({
  creator: fc.nat({ max: 1 }),
  order: anyOrder,
  currency: anyCurrency,
  // Rather what is owed than what is taken back, else nobody is ever paid.
  amount: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 500 }) }, fc.integer({ min: -400, max: -1 })),
});

/** What may happen, in any order. */
const anyStep = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("book" as const),
      entries: fc.array(anyEntry, { minLength: 1, maxLength: 5, size: "max" }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("lock" as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("wait" as const), days: fc.integer({ min: 1, max: 3 }) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("draft" as const),
      currency: anyCurrency,
      minimum: fc.constantFrom(0, 0, 100, 300),
      hold: fc.constantFrom(0, 0, 0, 1, 3),
      /** Locks first all that was booked. */
      locks: fc.boolean(),
      narrowed: seldom,
      twice: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom("pay" as const, "pay" as const, "cancel" as const, "reverse" as const, "reverse" as const),
      run: anyRun,
      twice: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("dispute" as const), order: fc.nat({ max: 2 }), disputed: fc.boolean() }),
  },
);
type Step = typeof anyStep extends fc.Arbitrary<infer Value> ? Value : never;
type StepOf<Kind extends Step["kind"]> = Extract<Step, { kind: Kind }>;

interface ModelEntry {
  seq: number;
  creator: string;
  order: number | null;
  currency: string;
  amount: number;
  time: number;
}

interface ModelRun {
  id: string;
  status: "draft" | "paid" | "cancelled" | "reversed";
  entries: ModelEntry[];
}

/** The books as a list that is looked through: slow, short, and written without a look at the SQL. */
class Model {
  now = NOW;
  lockedTo = 0;
  readonly orders: string[] = [];
  readonly disputed = new Set<number>();
  readonly entries: ModelEntry[] = [];
  readonly runs: ModelRun[] = [];

  get bookingTime(): number {
    return Math.max(this.now, this.lockedTo);
  }

  /** Entries that a run would take, by creator. */
  collect({ currency, minimum, hold, narrowed }: StepOf<"draft">): Map<string, ModelEntry[]> {
    const inRuns = new Set(
      this.runs.filter(({ status }) => status === "draft" || status === "paid").flatMap(({ entries }) => entries),
    );
    const open = this.entries.filter(
      (entry) =>
        entry.currency === currency &&
        !inRuns.has(entry) &&
        !(entry.order !== null && this.disputed.has(entry.order)) &&
        (!narrowed || entry.creator === LEA),
    );
    const ripe = open.filter((entry) => entry.time < this.lockedTo && entry.time <= this.now - hold * DAY);
    const sameGroup = (a: ModelEntry, b: ModelEntry) => a.order === b.order && a.creator === b.creator;
    const late = open.filter(
      (entry) => !ripe.includes(entry) && entry.amount < 0 && ripe.some((other) => sameGroup(entry, other)),
    );
    const byCreator = Map.groupBy([...ripe, ...late], ({ creator }) => creator);
    for (const [creator, entries] of byCreator) {
      const sum = sumOf(entries);
      if (sum <= 0 || sum < minimum) byCreator.delete(creator);
    }
    return byCreator;
  }

  /** Bookings less what is paid by now. */
  balanceOf(creator: string, currency: string): number {
    const mine = (entry: ModelEntry) => entry.creator === creator && entry.currency === currency;
    const paid = this.runs.filter(({ status }) => status === "paid").flatMap(({ entries }) => entries);
    return sumOf(this.entries.filter(mine)) - sumOf(paid.filter(mine));
  }
}

function sumOf(entries: readonly ModelEntry[]): number {
  return entries.reduce((sum, { amount }) => sum + amount, 0);
}

async function take(model: Model, step: Step): Promise<void> {
  switch (step.kind) {
    case "book":
      for (const entry of step.entries) await bookOne(model, entry);
      return;
    case "lock":
      return lock(model);
    case "wait":
      model.now += step.days * DAY;
      vi.setSystemTime(model.now);
      return;
    case "dispute":
      if (step.disputed) model.disputed.add(step.order);
      else model.disputed.delete(step.order);
      await env.DB.prepare("UPDATE orders SET status = ?2 WHERE id = ?1")
        .bind(model.orders[step.order], step.disputed ? "disputed" : "approved")
        .run();
      return;
    case "draft":
      return draftOne(model, step);
    default:
      return move(model, step);
  }
}

async function bookOne(
  model: Model,
  { creator, order, currency, amount }: StepOf<"book">["entries"][number],
): Promise<void> {
  const entry = { creator: CREATORS[creator] ?? LEA, order, currency, amount, time: model.bookingTime };
  const seq = await book({
    creatorId: entry.creator,
    type: amount > 0 ? "accrual" : "reversal",
    amountMinor: amount,
    currency,
    orderId: order === null ? null : (model.orders[order] ?? null),
    time: entry.time,
  });
  model.entries.push({ seq, ...entry });
}

/** Locks all that was booked so far. */
async function lock(model: Model): Promise<void> {
  if (model.now <= model.lockedTo) {
    model.now += 1;
    vi.setSystemTime(model.now);
  }
  const begun = await api("POST", "/periods", { storeId: STORE, to: iso(model.now) });
  const { id } = begun.body as { id: string };
  expect((await api("POST", `/periods/${id}/lock`)).status).toBe(200);
  model.lockedTo = model.now;
}

async function draftOne(model: Model, step: StepOf<"draft">): Promise<void> {
  if (step.locks) await lock(model);
  const wanted = model.collect(step);
  const body = {
    storeId: STORE,
    currency: step.currency,
    minimum: step.minimum / 100,
    holdDays: step.hold,
    ...(step.narrowed && { creatorIds: [LEA] }),
  };
  const ask = () => api("POST", "/payouts", body);
  const answers = await Promise.all(step.twice ? [ask(), ask()] : [ask()]);
  const made = answers.filter(({ status }) => status === 201);
  for (const answer of answers) if (answer.status !== 201) expect(problemOf(answer).code).toBe("payout_empty");
  // The first takes all there is.
  expect(made).toHaveLength(wanted.size > 0 ? 1 : 0);
  const [answer] = made;
  if (answer === undefined) return;
  const run = bodyOf(payoutDraft, answer);
  const lines = run.lines.map(({ creatorId, amount, entries }) => [creatorId, amount.amountMinor, entries]);
  const expected = [...wanted].map(([creator, entries]) => [creator, sumOf(entries), entries.length] as const);
  expect(lines).toEqual(expected.toSorted(([a], [b]) => (a < b ? 1 : -1)));
  model.runs.push({ id: run.id, status: "draft", entries: [...wanted.values()].flat() });
}

const MOVES = {
  pay: { from: "draft", to: "paid", refusal: "payout_not_draft" },
  cancel: { from: "draft", to: "cancelled", refusal: "payout_not_draft" },
  reverse: { from: "paid", to: "reversed", refusal: "payout_not_paid" },
} as const;

async function move(model: Model, { kind, run: index, twice }: StepOf<"pay" | "cancel" | "reverse">): Promise<void> {
  const run = model.runs.at(-1 - (index % Math.max(1, model.runs.length)));
  if (run === undefined) return;
  const { from, to, refusal } = MOVES[kind];
  const ask = () => api("POST", `/payouts/${run.id}/${kind}`, kind === "pay" ? undefined : { reason: "a mistake" });
  const answers = await Promise.all(twice ? [ask(), ask()] : [ask()]);
  const done = answers.filter(({ status }) => status === 200);
  for (const answer of answers) if (answer.status !== 200) expect(problemOf(answer).code).toBe(refusal);
  expect(done).toHaveLength(run.status === from ? 1 : 0);
  if (run.status === from) run.status = to;
}

async function expectAgreement(model: Model): Promise<void> {
  const [sums, live] = await env.DB.batch<Record<string, unknown>>([
    env.DB.prepare("SELECT creator_id, currency, sum(amount_minor) AS sum FROM ledger GROUP BY 1, 2"),
    env.DB.prepare("SELECT payout_id, entry_seq FROM payout_entries WHERE live = 1 ORDER BY entry_seq"),
  ]);
  for (const creator of CREATORS) {
    for (const currency of CURRENCIES) {
      const found = sums?.results.find((row) => row["creator_id"] === creator && row["currency"] === currency);
      expect(found?.["sum"] ?? 0, `${creator} ${currency}`).toBe(model.balanceOf(creator, currency));
    }
  }
  // Each entry is in one live run at most, and in the one that took it.
  const expected = model.runs
    .filter(({ status }) => status === "draft" || status === "paid")
    .flatMap((run) => run.entries.map(({ seq }) => ({ payout_id: run.id, entry_seq: seq })))
    .toSorted((a, b) => a.entry_seq - b.entry_seq);
  expect(live?.results).toEqual(expected);
  expect(new Set(expected.map(({ entry_seq: seq }) => seq)).size).toBe(expected.length);
}

afterEach(() => {
  vi.useRealTimers();
});

it("pays each entry at most once, and the ledger always sums to what was booked less what was paid", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 30, maxLength: 50, size: "max" }), async (steps) => {
      await emptyStorage();
      vi.useFakeTimers({ toFake: ["Date"], now: NOW });
      await insertShop();
      const model = new Model();
      for (let count = 0; count < 3; count++) model.orders.push(await putOrder());
      for (const step of steps) {
        await take(model, step);
        await expectAgreement(model);
      }
    }),
    { numRuns: histories(3) },
  );
}, 300_000);
