import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { afterEach, expect, it, vi } from "vitest";
import { Check, Tally } from "./books-check.ts";
import { type Model, workedOut } from "./books-model.ts";
import { Play } from "./books-play.ts";
import { Shop } from "./books-shop.ts";
import { anyHistory, CREATORS, type History } from "./books-steps.ts";
import { NOW } from "./generation-fixtures.ts";

const HOUR = 3_600_000;

/** A few histories go with every run of the tests; `BOOKS_RUNS=200` has more, and tells what they came to. */
const RUNS = Number(env.BOOKS_RUNS || 3);
const SEED = env.BOOKS_SEED === "" ? undefined : Number(env.BOOKS_SEED);

function modelOf({ split, timezone, rule, slots: [hours, slots] }: History): Model {
  return {
    now: NOW,
    timezone,
    storeCurrency: "EUR",
    split,
    creators: CREATORS,
    orders: slots.map(({ currency, codes }, index) => ({
      externalId: `order-${index}`,
      currency,
      placedAt: NOW - (hours[index] ?? 0) * HOUR,
      codes,
      statements: [],
      manual: undefined,
      review: null,
      approvedAt: null,
      booked: new Map(),
    })),
    rules: [{ ...rule, from: 0 }],
    rates: new Map(),
    lockedTo: 0,
    entries: [],
    runs: [],
  };
}

afterEach(() => {
  vi.useRealTimers();
});

it(
  "the books are what a second set of books says, whatever is told of orders, by whom and how often",
  { timeout: 60_000 + RUNS * 20_000 },
  async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: NOW });
    const tally = new Tally();
    let number = 0;
    await fc.assert(
      fc.asyncProperty(anyHistory, async (history) => {
        const model = modelOf(history);
        const shop = await Shop.open(model, { ...history.rule, from: 0 }, number++);
        const check = new Check(shop, tally);
        const play = new Play(shop, check);
        for (const [slot, saying] of history.first.entries()) {
          if (saying !== null)
            await play.take({ kind: "report", slot, channel: "order", saying, updated: null, keyed: false });
        }
        for (const [index, step] of history.steps.entries()) {
          await play.take(step).catch((error: unknown) => {
            console.log(index, JSON.stringify(step));
            throw error;
          });
        }
        await check.end(workedOut(model));
      }),
      { numRuns: RUNS, ...(SEED !== undefined && { seed: SEED }), endOnFailure: true },
    );
    if (RUNS > 3) {
      const { comparisons, orders, seen } = tally;
      console.log(JSON.stringify({ histories: number, orders, comparisons, seen: Object.fromEntries(seen) }));
    }
    expect(tally.comparisons).toBeGreaterThan(RUNS * 1_000);
  },
);
