import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { afterEach, expect, it, vi } from "vitest";
import { Check, Tally } from "./books-check.ts";
import type { Model } from "./books-model.ts";
import { Play } from "./books-play.ts";
import { Shop } from "./books-shop.ts";
import { anyHistory, CREATORS, type History, type Step } from "./books-steps.ts";
import { NOW } from "../../programme/generation-fixtures.ts";

const HOUR = 3_600_000;

/**
 * A few histories go with every run of the tests; `BOOKS_RUNS=200` has more, and tells what they came to.
 * `BOOKS_SEED` has those of a run again, and makes the one that fails as short as it can be.
 */
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
  "G2-1 G2-3 G2-4 G2-5 G2-6 G2-7 the books are what a second set of books says, whatever is told of orders, by whom and how often",
  { timeout: 300_000 + RUNS * 30_000 },
  async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: NOW });
    const tally = new Tally();
    let number = 0;
    await fc.assert(
      fc.asyncProperty(anyHistory, async (history) => {
        const model = modelOf(history);
        const shop = await Shop.open(model, { ...history.rule, from: 0 }, number++);
        const play = new Play(shop, new Check(shop, tally));
        const first = history.first.flatMap((saying, slot): Step[] =>
          saying === null ? [] : [{ kind: "report", slot, channel: "order", saying, updated: null, keyed: false }],
        );
        for (const [index, step] of [...first, ...history.steps].entries()) {
          await play.take(step).catch((cause: unknown) => {
            throw new Error(`step ${index}, ${JSON.stringify(step)}: ${String(cause)}`, { cause });
          });
        }
        await play.end();
      }),
      // Shrinking takes its time: it is for whoever looks at a seed.
      { numRuns: RUNS, ...(SEED === undefined ? { endOnFailure: true } : { seed: SEED }) },
    );
    if (RUNS > 3) {
      console.log(
        JSON.stringify({ histories: number, comparisons: tally.comparisons, seen: Object.fromEntries(tally.seen) }),
      );
    }
    expect(tally.comparisons).toBeGreaterThan(RUNS * 1_000);
  },
);
