import * as fc from "fast-check";
import type { Rule } from "./books-earnings.ts";
import type { Channel } from "./books-facts.ts";
import { CURRENCIES } from "./books-shop.ts";

/** Orders of a history. */
export const SLOTS = 4;
/** Creators of a history. */
export const CREATORS = 3;

/** The most that one order may come to, EUR, minor units. */
export const MOST = 1_000_000_000;

const DAY_HOURS = 24;

/** Few amounts, so that orders return to what they were. */
const amount = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(10_000, 12_000, 1_190) },
  { weight: 1, arbitrary: fc.constantFrom(0, 1, 5, 7) },
  { weight: 1, arbitrary: fc.constantFrom(MOST, MOST - 1) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 300_000 }) },
);
/** Nothing, or `weight` times as often something. */
const sometimes = <Value>(arbitrary: fc.Arbitrary<Value>, weight = 2) =>
  fc.oneof({ weight: 1, arbitrary: fc.constant(null) }, { weight, arbitrary });
/** Some more often than others, so that much happens to one. */
const slot = fc.oneof(fc.nat({ max: SLOTS - 1 }), fc.nat({ max: 1 }));
const creator = fc.nat({ max: CREATORS - 1 });
const tenths = fc.constantFrom(0, 0, 0, 2, 2, 4, 4, 4, 10);
/** Mostly yes. */
const mostly = fc.constantFrom(true, true, true, true, false);

/** What a report may say; whoever takes it leaves out what its channel can't say. */
export const anySaying = fc.record({
  totalMinor: amount,
  /** Parts of the total, per cent. */
  tax: sometimes(fc.constantFrom(0, 16, 19)),
  shipping: sometimes(fc.constantFrom(0, 5), 1),
  subtotal: sometimes(fc.constantFrom(70, 90, 100), 1),
  refunded: sometimes(tenths),
  status: fc.oneof(
    { weight: 9, arbitrary: fc.constant("paid" as const) },
    { weight: 3, arbitrary: fc.constantFrom(undefined, "cancelled" as const, "pending" as const, "refunded" as const) },
  ),
  /** Whether a server names its codes. */
  named: mostly,
  /** Whose code a browser names. */
  claims: sometimes(creator, 4),
  /** Whether a postback has an amount. */
  priced: fc.boolean(),
});
/** What may earn something at once. */
const anyFirst = anySaying.map((saying) => ({ ...saying, status: "paid" as const, named: true, refunded: null }));
/** See {@link anySaying}. */
export type Saying = typeof anySaying extends fc.Arbitrary<infer Value> ? Value : never;

const channel = fc.constantFrom<Exclude<Channel, "import">>(
  "order",
  "order",
  "order",
  "order",
  "postback",
  "postback",
  "snippet",
  "pixel",
  "pixel",
);

const tiers = fc.constantFrom(
  [],
  [{ fromMinor: 10_000, value: 1_500 }],
  [{ fromMinor: 5_000, value: 1_500 }],
  [
    { fromMinor: 1, value: 500 },
    { fromMinor: 20_000, value: 2_000 },
  ],
);

const anyRule: fc.Arbitrary<Omit<Rule, "from">> = fc.record({
  type: fc.constantFrom("percentage" as const, "percentage" as const, "percentage" as const, "fixed" as const),
  value: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(1_000, 777, 1_250) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 10_000 }) },
  ),
  currency: fc.constantFrom("EUR", "EUR", "EUR", "USD"),
  tiers,
  capPerOrder: sometimes(fc.constantFrom(500, 1_001, 1_001, 1_001, 0), 1),
  capPerCreator: sometimes(fc.constantFrom(700, 2_500, 4_001), 1),
  includeTax: fc.boolean(),
  includeShipping: fc.boolean(),
  holdDays: fc.oneof(
    { weight: 7, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.constant(5) },
    { weight: 1, arbitrary: fc.constant(null) },
  ),
  payIn: fc.constantFrom(null, null, null, null, null, "EUR", "USD"),
});

const row = fc.record({
  /** What the export has of an order: nothing, what the order says, or something else. */
  as: fc.oneof(
    { weight: 5, arbitrary: fc.constant("same" as const) },
    { weight: 2, arbitrary: fc.constantFrom("absent" as const, "other" as const) },
  ),
  totalMinor: amount,
  refunded: sometimes(tenths),
  subtotal: sometimes(fc.constantFrom(70, 100), 1),
  status: fc.constantFrom("paid" as const, "paid" as const, "paid" as const, "paid" as const, "cancelled" as const),
  named: mostly,
});

/** What may happen, in any order. */
export const anyStep = fc.oneof(
  {
    weight: 14,
    arbitrary: fc.record({
      kind: fc.constant("report" as const),
      slot,
      channel,
      saying: anySaying,
      /** Minutes back from now; `null`: it doesn't say. */
      updated: fc.constantFrom(null, null, null, 0, 0, 3, 5_000),
      keyed: fc.boolean(),
    }),
  },
  {
    weight: 14,
    arbitrary: fc.record({
      kind: fc.constant("again" as const),
      slot,
      /** From the last report back. */
      back: fc.nat({ max: 5 }),
      /** The same delivery, or the same content told anew. */
      anew: fc.constantFrom(true, true, false),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("tooMuch" as const), slot, channel }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("import" as const),
      rows: fc.array(row, { minLength: SLOTS, maxLength: SLOTS }),
      /** What the server says between the comparison and its application. */
      between: sometimes(fc.record({ slot, saying: anySaying }), 1),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("review" as const),
      slot,
      action: fc.constantFrom(
        "approve" as const,
        "approve" as const,
        "approve" as const,
        "dispute" as const,
        "decline" as const,
      ),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("attribute" as const),
      slot,
      /** Rather one that is in a draft. */
      drafted: fc.boolean(),
      to: fc.oneof(
        { weight: 5, arbitrary: creator },
        { weight: 3, arbitrary: fc.constant("rule" as const) },
        { weight: 1, arbitrary: fc.constant(null) },
      ),
      planned: fc.constantFrom(true, true, true, false),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("rule" as const), rule: anyRule, days: fc.constantFrom(-40, -10, 0) }),
  },
  {
    weight: 4,
    arbitrary: fc
      .record({
        kind: fc.constant("rate" as const),
        rated: fc.oneof(
          fc.record({ pair: fc.constantFrom("EUR/USD", "USD/EUR"), rate: fc.constantFrom("1.1580", "0.8635", "1") }),
          // Never near 1: the largest order in yen would come to more than any commission may.
          fc.record({ pair: fc.constantFrom("EUR/JPY", "USD/JPY"), rate: fc.constantFrom("161.5", "139.9", "200") }),
        ),
        days: fc.integer({ min: -30, max: 3 }),
        /** That of the day alone, or as well those of the weeks before. */
        weeks: fc.constantFrom(1, 6, 6),
      })
      .map(({ rated, ...step }) => ({ ...step, ...rated })),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), hours: fc.constantFrom(1, DAY_HOURS, 5 * DAY_HOURS) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("lock" as const) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("draft" as const),
      currency: fc.oneof(
        { weight: 8, arbitrary: fc.constant("EUR") },
        { weight: 3, arbitrary: fc.constantFrom(...CURRENCIES) },
      ),
      minimum: fc.constantFrom(0, 0, 1_000),
      holdDays: fc.constantFrom(0, 0, 0, 2),
      locks: mostly,
      next: fc.constantFrom("keep" as const, "keep" as const, "pay" as const, "pay" as const, "cancel" as const),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("move" as const),
      to: fc.constantFrom("pay" as const, "pay" as const, "pay" as const, "cancel" as const, "reverse" as const),
      run: fc.constantFrom(0, 0, 0, 1, 2),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("rollUp" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("look" as const) }) },
);
/** See {@link anyStep}. */
export type Step = typeof anyStep extends fc.Arbitrary<infer Value> ? Value : never;
/** One kind of step. */
export type StepOf<Kind extends Step["kind"]> = Extract<Step, { kind: Kind }>;

/** Mostly in one month. */
const hoursAgo = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 450 }) },
  { weight: 1, arbitrary: fc.integer({ min: 451, max: 900 }) },
);

/** A history: a shop, and what happens to it. */
export const anyHistory = fc.record({
  split: fc.constantFrom(true, true, false),
  timezone: fc.constantFrom("Europe/Berlin", "America/New_York"),
  rule: anyRule,
  slots: fc.tuple(
    fc.uniqueArray(hoursAgo, { minLength: SLOTS, maxLength: SLOTS }),
    fc.array(
      fc.record({
        currency: fc.constantFrom("EUR", "EUR", "EUR", "EUR", "EUR", "USD", "JPY"),
        /** Whose codes the server names. */
        codes: fc.oneof(
          { weight: 4, arbitrary: fc.constantFrom([0], [0, 1]) },
          { weight: 2, arbitrary: fc.subarray([0, 1, 2], { minLength: 1 }) },
          { weight: 2, arbitrary: fc.constant([]) },
        ),
      }),
      { minLength: SLOTS, maxLength: SLOTS },
    ),
  ),
  /** What the server says of each order at first, if it was the first to tell of it. */
  first: fc.array(sometimes(anyFirst, 5), { minLength: SLOTS, maxLength: SLOTS }),
  steps: fc.array(anyStep, { minLength: 25, maxLength: 40, size: "max" }),
});
/** See {@link anyHistory}. */
export type History = typeof anyHistory extends fc.Arbitrary<infer Value> ? Value : never;
