import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { planConversionReview } from "../../../src/books/conversion/review-change.ts";
import { settleConversions } from "../../../src/books/conversion/settle-run.ts";
import { planPayment, planPayout, planReversal } from "../../../src/books/payout/change.ts";
import { planPeriod, planPeriodLock } from "../../../src/books/period/change.ts";
import { readConfig } from "../../../src/ground/config.ts";
import { openDatabase } from "../../../src/ground/db/client.ts";
import type { Actor, Deps } from "../../../src/ground/deps.ts";
import { Problem } from "../../../src/ground/http/problem.ts";
import { createIdSource } from "../../../src/ground/id.ts";
import { changeConversion, earned, putConversion, shareOf } from "../../conversions/conversion-fixtures.ts";
import { define } from "../../conversions/definition-fixtures.ts";
import { NOW, STORE } from "../../programme/generation-fixtures.ts";
import { histories } from "../../property-runs.ts";
import { DAY, insertShop, LEA, ZOE } from "../../sales/order-fixtures.ts";
import { emptyStorage } from "../../storage.ts";

const ACTOR: Actor = { id: "bootstrap", scopes: new Set(), storeIds: null };
const HOLD_DAYS = 5;
const AMOUNT = 500;

/** A conversion as the model has it: facts alone. */
interface ModelConversion {
  id: string;
  time: number;
  creatorId: string;
  claimed: boolean;
  past: boolean;
  counts: boolean;
  decision: "approve" | "decline" | null;
  approved: boolean;
}

interface Model {
  now: number;
  conversions: ModelConversion[];
  runs: string[];
  paid: Map<string, number>;
  lockedTo: number;
  seen: unknown[];
  definitionId: string;
}

function deps(now: number): Deps {
  const newId = createIdSource(Date.now, (bytes) => void crypto.getRandomValues(bytes));
  return {
    d1: env.DB,
    db: openDatabase(env.DB),
    env,
    config: readConfig(env),
    now: () => now,
    newId,
  } as unknown as Deps;
}

/** Does a step unless it is refused, which is then none in the model either. */
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

/** What the ledger must have of a conversion. */
function owedFor({ counts, past, claimed, decision, approved }: ModelConversion): number {
  if (!counts || past || decision === "decline" || !approved) return 0;
  return claimed && decision !== "approve" ? 0 : AMOUNT;
}

async function check(model: Model): Promise<void> {
  await Promise.all([settleConversions(env, model.now), settleConversions(env, model.now)]);
  for (const one of model.conversions) {
    const isDue = one.counts && !one.past && !one.claimed && one.decision === null;
    if (isDue && one.time + HOLD_DAYS * DAY <= model.now) one.approved = true;
  }
  const { results } = await env.DB.prepare("SELECT * FROM ledger ORDER BY seq").all<{
    creator_id: string;
    amount_minor: number;
    conversion_id: string | null;
    time: number;
  }>();
  expect(results.slice(0, model.seen.length)).toEqual(model.seen);
  for (const row of results.slice(model.seen.length)) expect(row.time).toBeGreaterThanOrEqual(model.lockedTo);
  model.seen = results;
  const sumOf = (rows: typeof results) => rows.reduce((sum, row) => sum + row.amount_minor, 0);
  for (const one of model.conversions) {
    const own = results.filter((row) => row.conversion_id === one.id && row.creator_id === one.creatorId);
    expect({ ...one, booked: sumOf(own) }).toEqual({ ...one, booked: owedFor(one) });
  }
  for (const creatorId of [LEA, ZOE]) {
    const owed = model.conversions.filter((one) => one.creatorId === creatorId).map(owedFor);
    const paid = [...model.paid].filter(([key]) => key.startsWith(creatorId)).map(([, amount]) => amount);
    const balance = owed.reduce((sum, part) => sum + part, 0) - paid.reduce((sum, part) => sum + part, 0);
    expect(sumOf(results.filter((row) => row.creator_id === creatorId))).toBe(balance);
  }
}

type Step = (model: Model) => Promise<void>;

const some = (model: Model, index: number) => model.conversions[index % Math.max(1, model.conversions.length)];

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .record({
        daysAgo: fc.integer({ min: 0, max: 8 }),
        lea: fc.boolean(),
        claimed: fc.boolean(),
        past: fc.integer({ max: 4, min: 0 }),
      })
      .map(({ daysAgo, lea, claimed, past }): Step => async (model) => {
        const time = model.now - daysAgo * DAY;
        const creatorId = lea ? LEA : ZOE;
        const id = await putConversion({
          definitionId: model.definitionId,
          time,
          trust: claimed ? "claimed" : "confirmed",
          origin: past === 0 ? "backfill" : "live",
          dueAt: claimed ? null : time + HOLD_DAYS * DAY,
          shares: [shareOf({ creatorId })],
          earns: [earned({ creatorId, amountMinor: AMOUNT, holdDays: HOLD_DAYS })],
        });
        model.conversions.push({
          id,
          time,
          creatorId,
          claimed,
          past: past === 0,
          counts: true,
          decision: null,
          approved: false,
        });
      }),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.nat(), fc.constantFrom("approve" as const, "decline" as const))
      .map(([index, step]): Step => async (model) => {
        const one = some(model, index);
        if (one === undefined) return;
        const done = await attempt(() => planConversionReview(deps(model.now), ACTOR, one.id, step, null));
        if (done === null) return;
        one.decision = step;
        if (step === "approve") one.approved = true;
      }),
  },
  {
    weight: 3,
    arbitrary: fc.nat().map((index): Step => async (model) => {
      const one = some(model, index);
      if (one === undefined) return;
      one.counts = !one.counts;
      await changeConversion(one.id, {
        uncounted: one.counts ? null : "withdrawn",
        dueAt: one.counts && !one.claimed && one.decision === null && !one.approved ? one.time + HOLD_DAYS * DAY : null,
      });
    }),
  },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 1, max: 4 }).map((days): Step => async (model) => {
      model.now += days * DAY;
    }),
  },
  {
    weight: 3,
    arbitrary: fc.boolean().map((pays): Step => async (model) => {
      await check(model);
      const to = new Date(model.now).toISOString();
      const period = await attempt(() => planPeriod(deps(model.now), { storeId: STORE, to, note: null }));
      if (period === null) return;
      model.now += 1;
      expect(await attempt(() => planPeriodLock(deps(model.now), ACTOR, period.id, null))).not.toBeNull();
      model.lockedTo = Date.parse(to);
      const run = await attempt(() =>
        planPayout(deps(model.now), ACTOR, { storeId: STORE, currency: "EUR", minimum: 0, holdDays: 0, note: null }),
      );
      if (run === null || !pays) return;
      expect(await attempt(() => planPayment(deps(model.now), ACTOR, run.id, undefined))).not.toBeNull();
      for (const line of run.lines) model.paid.set(`${line.creatorId}/${run.id}`, line.amount.amountMinor);
      model.runs.push(run.id);
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constant<Step>(async (model) => {
      const id = model.runs.pop();
      if (id === undefined) return;
      expect(await attempt(() => planReversal(deps(model.now), ACTOR, id, "because"))).not.toBeNull();
      for (const key of model.paid.keys()) if (key.endsWith(id)) model.paid.delete(key);
    }),
  },
);

test("ACX-10: the ledger has what approved conversions that count earn, whatever happens in whatever order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 5, maxLength: 25 }), async (history) => {
      await emptyStorage();
      await insertShop();
      const { id: definitionId } = await define({ storeId: STORE });
      const model: Model = {
        now: NOW,
        conversions: [],
        runs: [],
        paid: new Map(),
        lockedTo: 0,
        seen: [],
        definitionId,
      };
      for (const step of history) await step(model);
      await check(model);
      model.now += 10 * DAY;
      await check(model);
    }),
    { numRuns: histories(4), endOnFailure: true },
  );
}, 120_000);
