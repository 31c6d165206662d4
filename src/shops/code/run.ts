import { openDatabase } from "../../ground/db/client.ts";
import { storageFailure } from "../../ground/db/retry.ts";
import { errorText } from "../../ground/error-text.ts";
import { createIdSource } from "../../ground/id.ts";
import { PROVIDER_TABLE } from "../../ground/model/provider.ts";
import { clearAlarm, raiseAlarm } from "../../journal/alarm/store.ts";
import { type ReplaceDeps, replaceTaken } from "../../programme/code/replace-run.ts";
import { noteFailure, noteSuccess } from "../connection/health-store.ts";
import { type OpenedShop, openShop } from "../connection/load-shop.ts";
import { ShopFailure } from "../platform.ts";
import { bringCode, type CodeOutcome } from "./bring.ts";
import { COMPARED_EVERY_MS, type CodeFailure, DRIFT, dueAgainAt, pauseAfter } from "./plan.ts";
import * as store from "./store.ts";

/** How much one run does, and how it comes to its shop. */
export interface SyncOptions {
  /** No code is begun after this long, ms. */
  timeMs: number;
  /** Nor after this many requests: a Worker has 1,000 in one event, and one code may take a dozen. */
  requests: number;
  /** Codes that are worked on at the same time. */
  lanes: number;
  open: (env: Env, storeId: string) => Promise<Pick<OpenedShop, "shop" | "platform" | "requests"> | null>;
}

/** What a run did. */
export interface Synced {
  /** Codes that it is done with, for now. */
  worked: number;
  /** Whether some are due still that another run would get on with at once. */
  left: boolean;
}

const OPTIONS: SyncOptions = { timeMs: 25_000, requests: 600, lanes: 4, open: openShop };

/** How long a store's codes are one run's, ms: longer than it, and the slowest call that it may be in the middle of, take. */
const LEASE_MS = 180_000;

/** Codes that are read together. */
const PAGE = 40;

/** Passing failures in a row after which the shop is left alone: the others would come to the same. */
const FAILURES_TO_STOP = 3;

/** How long codes wait where a scope or a setting is missing, ms: until an admin has seen to it. */
const HELD_MS = 3_600_000;

/** Texts of a code that are looked for in the shop, where an earlier try may have made one. */
const TEXTS = 10;

/** Codes that an alarm names. */
const NAMED = 10;

const INTERNAL: CodeFailure = {
  code: "internal",
  detail: "Something went wrong on our side, and was logged. Sync the code to have it tried again.",
};

/** What one run carries along. */
interface Run {
  env: Env;
  storeId: string;
  now: number;
  opened: Pick<OpenedShop, "shop" | "platform" | "requests">;
  replace: ReplaceDeps;
  endAt: number;
  maxRequests: number;
  worked: number;
  /** Passing failures in a row. */
  failures: number;
  halted: boolean;
}

/**
 * Makes, changes, withdraws and compares the codes of a connected store that are due at `now` (ms UTC), until none is
 * or a limit is met. It may be missed, doubled, run beside itself and die at any point: no code is made twice, and
 * what isn't done stays due. A code that fails holds up no other. Throws what D1 throws.
 */
export async function syncCodes(
  env: Env,
  storeId: string,
  now: number,
  options: Partial<SyncOptions> = {},
): Promise<Synced> {
  const { timeMs, requests, lanes, open } = { ...OPTIONS, ...options };
  const lease = now + LEASE_MS;
  if (!(await store.leaseCodes(env.DB, storeId, lease, now))) return { worked: 0, left: false };
  try {
    const opened = await open(env, storeId);
    if (opened === null) return { worked: 0, left: false };
    const random = (bytes: Uint8Array): void => void crypto.getRandomValues(bytes);
    const replace = { d1: env.DB, db: openDatabase(env.DB), newId: createIdSource(Date.now, random), random };
    const counts = { worked: 0, failures: 0, halted: false };
    const run: Run = {
      env,
      storeId,
      now,
      opened,
      replace,
      endAt: Date.now() + timeMs,
      maxRequests: requests,
      ...counts,
    };
    const left = await workOff(run, lanes);
    await tellDrift(run);
    return { worked: run.worked, left };
  } catch (error) {
    if (!(error instanceof ShopFailure)) throw error;
    // Its secrets can't be opened.
    await noteFailure(env.DB, storeId, error, now);
    return { worked: 0, left: false };
  } finally {
    await store.endLease(env.DB, storeId, lease);
  }
}

/** Works on pages of due codes. Returns whether some are left that could be worked on at once. */
async function workOff(run: Run, lanes: number): Promise<boolean> {
  for (;;) {
    const due = await store.dueCodes(run.env.DB, run.storeId, run.now, PAGE);
    if (due.length === 0) return false;
    const lane = async (): Promise<void> => {
      while (goesOn(run)) {
        const next = due.shift();
        if (next === undefined) return;
        await work(run, next);
      }
    };
    // All of them end before the lease does, whatever one of them comes to.
    const ended = await Promise.allSettled(Array.from({ length: lanes }, lane));
    for (const end of ended) if (end.status === "rejected") throw end.reason;
    if (!goesOn(run)) return !run.halted;
  }
}

function goesOn({ halted, endAt, opened, maxRequests }: Run): boolean {
  return !halted && Date.now() < endAt && opened.requests() < maxRequests;
}

async function work(run: Run, due: store.DueCode): Promise<void> {
  const { env, now, opened } = run;
  try {
    const outcome = await bringCode(due, {
      shop: opened.shop,
      terms: opened.platform,
      now,
      texts: () => store.textsOfCode(env.DB, due.code.id, TEXTS),
      inUse: () => store.isTextInUse(env.DB, due),
    });
    // The first that works again after failures; those of orders are the orders' to tell of.
    if (run.worked === 0) await noteSuccess(env.DB, run.storeId, now);
    run.failures = 0;
    await settle(run, due, outcome);
    run.worked += 1;
  } catch (error) {
    if (error instanceof ShopFailure) return fail(run, due, error);
    if (storageFailure(error) !== "permanent") throw error;
    // Whatever it is, the other codes have nothing to do with it.
    console.error(JSON.stringify({ event: "code_failed", codeId: due.code.id, message: errorText(error) }));
    await refuse(run, due, INTERNAL);
  }
}

async function settle({ env, now, opened, replace }: Run, due: store.DueCode, outcome: CodeOutcome): Promise<void> {
  const ends = endsLater(due, now);
  const note = (values: Omit<store.CodeNote, "attempts">): Promise<void> =>
    store.noteCode(env.DB, due, { attempts: 0, ...values }, now);
  switch (outcome.state) {
    case "live": {
      const nextAt = dueAgainAt(outcome.spec, now, opened.platform);
      return note({ state: "live", found: outcome.found, failure: null, nextAt, synced: true });
    }
    case "withdrawn":
      return note({ state: "withdrawn", found: null, failure: outcome.failure, nextAt: null, synced: true });
    case "failed": {
      const { failure, found } = outcome;
      // Somebody may put it right in the shop itself.
      const again = DRIFT.has(failure.code) ? Math.min(now + COMPARED_EVERY_MS, ends ?? Infinity) : ends;
      return note({ state: "failed", found: found ?? undefined, failure, nextAt: again, synced: false });
    }
    case "rest":
      return note({ state: "failed", found: undefined, failure: undefined, nextAt: ends, synced: false });
    case "taken": {
      const { code: rules } = PROVIDER_TABLE[due.provider].capabilities;
      // The new text is due by itself, with a mark of its own.
      if (rules !== null) await replaceTaken(replace, due.code.id, due.code.text, rules, now);
      return;
    }
  }
}

/** Notes a failure of the shop: one that passes, one of all its codes, or one of this code alone. */
async function fail(run: Run, due: store.DueCode, error: ShopFailure): Promise<void> {
  const { env, storeId, now } = run;
  const failure = { code: error.code, detail: error.message };
  const { state } = due.known;
  if (error.code === "missing_scope" || error.code === "missing_setting") {
    run.halted = true;
    return store.holdCodes(env.DB, storeId, failure, now + HELD_MS, now);
  }
  if (error.code === "unauthorised") {
    run.halted = true;
    await noteFailure(env.DB, storeId, error, now);
  }
  // What was there a moment ago, and is not, was taken out meanwhile: the next try sees what there is.
  if (error.passing || error.code === "unauthorised" || error.code === "not_found") {
    run.failures += 1;
    run.halted ||= run.failures >= FAILURES_TO_STOP;
    const attempts = due.attempts + 1;
    const note = { found: undefined, attempts, nextAt: now + pauseAfter(attempts), synced: false };
    return store.noteCode(env.DB, due, { ...note, state, failure: state === "pending" ? failure : undefined }, now);
  }
  run.failures = 0;
  await refuse(run, due, failure);
}

/** Notes that a code can't be brought to what it should be, until it is changed or somebody asks for it. */
async function refuse(run: Run, due: store.DueCode, failure: CodeFailure): Promise<void> {
  const { env, now } = run;
  run.worked += 1;
  const nextAt = endsLater(due, now);
  const note = { found: undefined, failure, attempts: 0, nextAt, synced: false };
  await store.noteCode(env.DB, due, { state: "failed", ...note }, now);
}

/** When a code's plan ends, if that is to come, ms UTC. */
function endsLater({ plan: { endsAt } }: store.DueCode, now: number): number | null {
  return endsAt !== null && endsAt > now ? endsAt : null;
}

/** Raises the alarm `code_drift` for a store that has codes otherwise than it should, or resolves it. */
async function tellDrift({ env, storeId, now }: Run): Promise<void> {
  const { count, codes } = await store.driftedCodes(env.DB, storeId, NAMED);
  if (count === 0) return clearAlarm(env.DB, "code_drift", storeId, now);
  await raiseAlarm(env.DB, { kind: "code_drift", subject: storeId, detail: { count, codes } }, now);
}
