import { AsyncLocalStorage } from "node:async_hooks";

/** Waits of one kind that some work has begun. */
interface Waits {
  /** How long they take, ms. */
  ms: number;
  ends: (() => void)[];
}

const begun = new AsyncLocalStorage<Waits>();

/** By a name of its own, since the modules of each file are others. */
const kept = globalThis as { waymarkTestWait?: typeof scheduler.wait };
const wait = (kept.waymarkTestWait ??= scheduler.wait.bind(scheduler));

scheduler.wait = (ms, options) => {
  const time = wait(ms, options);
  const waits = begun.getStore();
  return waits?.ms === ms ? Promise.race([time, new Promise<void>((end) => waits.ends.push(end))]) : time;
};

/**
 * Does work, such as to answer requests, and when it is done ends those waits of `ms` that it began: what waits behind
 * answers for more to come gets no more, and no test has to wait with it.
 */
export async function withoutCompany<Result>(ms: number, work: () => Promise<Result>): Promise<Result> {
  const waits: Waits = { ms, ends: [] };
  const result = await begun.run(waits, work);
  for (const end of waits.ends) end();
  return result;
}
