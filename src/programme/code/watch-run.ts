import { clearAlarm, raiseAlarm } from "../../journal/alarm/store.ts";
import { type LeakPeriod, observe, usedCodes } from "./load-activity.ts";
import { leakSignals } from "./leak.ts";
import type { CodeLeak } from "./schema.ts";

/** Codes looked at together: few enough that what is known of them is one parameter. */
const CODES_AT_ONCE = 100;

/** Codes that one request looks at: the next page goes on where it ends. */
const CODES_A_REQUEST = 500;

/** Days that the nightly check looks back. */
const WATCHED_DAYS = 7;

const DAY_MS = 86_400_000;

/** Codes that look leaked, and where to go on. */
export interface LeakPage {
  leaks: CodeLeak[];
  /** The id of the last code that was looked at; `null`: there are no more. */
  next: string | null;
}

/** The days before `now` (ms UTC), to the moment. */
export function daysBefore(now: number, days: number): LeakPeriod {
  return { from: now - days * DAY_MS, to: now };
}

/**
 * Codes that look leaked, from new to old, starting after the id `after`. Most codes don't, so a page
 * may be short, even empty, before the last: it ends where enough codes were looked at.
 */
export async function findLeaks(
  env: Env,
  filter: { store?: string | undefined; plan?: string | undefined },
  period: LeakPeriod,
  after: string | null,
  limit: number,
): Promise<LeakPage> {
  const leaks: CodeLeak[] = [];
  let last = after;
  for (let looked = 0; looked < CODES_A_REQUEST; looked += CODES_AT_ONCE) {
    const codes = await usedCodes(env.DB, filter, period, last, CODES_AT_ONCE);
    for (const { code, activity, clicks } of await observe(env, codes, period)) {
      last = code.id;
      const signals = leakSignals(activity);
      if (signals.length === 0) continue;
      const { id: codeId, text, creatorId, planId } = code;
      leaks.push({ codeId, code: text, creatorId, planId, uses: activity.uses, clicks, signals });
      if (leaks.length === limit) return { leaks, next: last };
    }
    if (codes.length < CODES_AT_ONCE) return { leaks, next: null };
  }
  return { leaks, next: last };
}

/**
 * The nightly check at `now` (ms UTC): raises the alarm `code_leak`, with the code's id, for each code
 * that looked leaked in the week before, and resolves those of codes that no longer do. Idempotent.
 * Returns the number of leaks. Throws what D1 throws.
 */
export async function raiseLeakAlarms(env: Env, now: number): Promise<number> {
  const d1 = env.DB;
  const leaking = new Set<string>();
  let after: string | null = null;
  do {
    const { leaks, next }: LeakPage = await findLeaks(env, {}, daysBefore(now, WATCHED_DAYS), after, CODES_A_REQUEST);
    for (const { codeId, ...detail } of leaks) {
      leaking.add(codeId);
      await raiseAlarm(d1, { kind: "code_leak", subject: codeId, detail }, now);
    }
    after = next;
  } while (after !== null);
  const { results } = await d1
    .prepare("SELECT subject FROM alarms WHERE kind = 'code_leak' AND resolved_at IS NULL")
    .all<{ subject: string }>();
  for (const { subject } of results) {
    if (!leaking.has(subject)) await clearAlarm(d1, "code_leak", subject, now);
  }
  return leaking.size;
}
