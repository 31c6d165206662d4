import { RETRIES } from "../../ground/db/retries.ts";
import { retryIdempotent } from "../../ground/db/retry.ts";
import type { Deps } from "../../ground/deps.ts";
import { GroupCommit } from "../../sales/capture/group-commit.ts";
import { claimNumbers } from "./claim-write.ts";
import type { Given, Wish } from "./wish.ts";

/** About the size of a wish in a statement, bytes. */
const WISH_BYTES = 400;

/** A wish on its way. */
interface Asked {
  wish: Wish;
  /** Somebody began to write it, and may have done so. */
  begun: boolean;
}

/** What gives numbers in an isolate: wishes that come while a batch is under way make up the next one. */
export type LeaseEngine = GroupCommit<Asked, Given>;

/** A fresh one. */
export function leaseEngine(): LeaseEngine {
  return new GroupCommit();
}

// By environment, as the isolate's own state is: see index.ts.
const engines = new WeakMap<object, LeaseEngine>();

function engineOf(env: object): LeaseEngine {
  const known = engines.get(env);
  if (known !== undefined) return known;
  const engine = leaseEngine();
  engines.set(env, engine);
  return engine;
}

/**
 * Gives the wishes of one request their numbers, together with those of others. Each is counted once: one that may have
 * been written already isn't when it is written again. Throws what D1 throws.
 */
export async function giveNumbers(
  { d1, env, now, waitUntil }: Pick<Deps, "d1" | "env" | "now" | "waitUntil">,
  wishes: readonly Wish[],
  engine = engineOf(env),
): Promise<Given[]> {
  if (wishes.length === 0) return [];
  const asked = wishes.map((wish): Asked => ({ wish, begun: false }));
  const work = engine.keep(asked, asked.length * WISH_BYTES, {
    write: (some) => retryIdempotent(() => write(d1, some, now()), RETRIES),
    // Nothing in a wish can be at fault: what fails for all would fail for each.
    divides: () => false,
    wait: (ms) => scheduler.wait(ms),
    now,
  });
  // Others may rely on this request, whose client may be gone before.
  waitUntil(work.catch(() => {}));
  return work;
}

async function write(d1: D1Database, asked: readonly Asked[], now: number): Promise<Given[]> {
  const repeats = new Set(asked.filter(({ begun }) => begun).map(({ wish }) => wish));
  for (const one of asked) one.begun = true;
  return claimNumbers(
    d1,
    asked.map(({ wish }) => wish),
    now,
    repeats,
  );
}
