import { importTokenKeys, type TokenKeys } from "../edge/click/token.ts";
import type { ConfigVariables } from "../ground/config.ts";
import { errorText } from "../ground/error-text.ts";
import { recordDepsOf } from "../sales/order/record-deps-run.ts";
import { type DueLimits, evaluateKind } from "./count/due-run.ts";
import type { CountDeps } from "./count/plan-run.ts";

/** What evaluating needs. */
export type EvaluateEnv = Pick<Env, "DB"> & ConfigVariables;

/** What counting needs, of an environment at `now` (ms UTC). Keys that can't be read are logged, and are none. */
export async function countDepsOf(env: EvaluateEnv, now: number): Promise<CountDeps> {
  return {
    ...recordDepsOf(env, now),
    keys: await keysOf(env),
  };
}

async function keysOf({ CLICK_TOKEN_KEYS }: EvaluateEnv): Promise<TokenKeys | null> {
  try {
    return await importTokenKeys(CLICK_TOKEN_KEYS ?? "");
  } catch (error) {
    console.error(JSON.stringify({ event: "conversions_wait", message: errorText(error) }));
    return null;
  }
}

/**
 * Takes up the orders and conversions that are due at `now` (ms UTC), orders first: what they make may make others, as
 * far as the time goes. Contacts are the segments' to take, settlements the books'. It may be doubled, run beside itself
 * and die at any point. Throws what D1 throws when it is busy or gone.
 */
export async function evaluateDue(env: EvaluateEnv, now: number, limits: Omit<DueLimits, "ids"> = {}): Promise<void> {
  const deps = await countDepsOf(env, now);
  await evaluateKind(deps, "order", limits);
  await evaluateKind(deps, "conversion", limits);
}
