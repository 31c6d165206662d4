import { collect } from "../../books/payout/collect-store.ts";
import { waitingFor } from "../../books/payout/load-waiting.ts";
import type { Deps } from "../../ground/deps.ts";
import type { Account } from "./account.ts";
import type { NextPayout } from "./next.ts";

const DAY_MS = 86_400_000;

interface LastRun {
  storeId: string;
  currency: string;
  minimumMinor: number;
  holdDays: number;
}

const LAST_RUNS = `SELECT store_id AS storeId, currency, minimum_minor AS minimumMinor, hold_days AS holdDays FROM payouts
  WHERE id IN (SELECT max(id) FROM payouts WHERE store_id IN (SELECT value FROM json_each(?1)) AND status IN ('draft', 'paid')
    GROUP BY store_id, currency)`;

const OPEN_PERIODS = `SELECT store_id AS storeId, min(to_at) AS endsAt FROM periods
  WHERE store_id IN (SELECT value FROM json_each(?1)) AND locked_at IS NULL GROUP BY store_id`;

/**
 * What the next payout of each of some accounts would hold, in their order: what a run for this creator alone would take at
 * `now` (ms UTC) by the terms of the store's last one, since no rule says what the next one's will be. Throws what D1 throws.
 */
export async function readNext(
  deps: Deps,
  creatorId: string,
  accounts: readonly Account[],
  now: number,
): Promise<NextPayout[]> {
  if (accounts.length === 0) return [];
  const { d1 } = deps;
  const stores = JSON.stringify([...new Set(accounts.map(({ store }) => store.id))]);
  const [runs, periods] = await d1.batch<LastRun | { storeId: string; endsAt: number }>([
    d1.prepare(LAST_RUNS).bind(stores),
    d1.prepare(OPEN_PERIODS).bind(stores),
  ]);
  const lastRuns = (runs?.results ?? []) as LastRun[];
  const open = (periods?.results ?? []) as { storeId: string; endsAt: number }[];
  return Promise.all(
    accounts.map(async ({ store, currency }): Promise<NextPayout> => {
      const last = lastRuns.find((run) => run.storeId === store.id && run.currency === currency);
      const { minimumMinor = 0, holdDays = 0 } = last ?? {};
      const wanted = {
        storeId: store.id,
        currency,
        bookedTo: now - holdDays * DAY_MS,
        creatorIds: [creatorId],
        leastMinor: Math.max(1, minimumMinor),
      };
      const [lines, waiting] = await Promise.all([collect(deps, wanted), waitingFor(deps, wanted, now)]);
      return {
        readyMinor: lines[0]?.amountMinor ?? 0,
        // A draft of another currency waits as one, too.
        waits: waiting.flatMap(({ code, amount }) =>
          code === "other_currency" || amount.currency !== currency
            ? []
            : [{ reason: code, minor: amount.amountMinor }],
        ),
        minimumMinor,
        holdDays,
        periodEndsAt: open.find(({ storeId, endsAt }) => storeId === store.id && endsAt > now)?.endsAt ?? null,
      };
    }),
  );
}
