import { AsyncLocalStorage } from "node:async_hooks";

const times = new AsyncLocalStorage<number>();

/**
 * Sets this isolate's clock so that work which is done {@link at} some time finds that time on it, and all that it waits
 * for too; other work finds the real one. For the worker that writes the demo's history alone.
 */
export function setClock(): void {
  const real = Date.now.bind(Date);
  Date.now = () => times.getStore() ?? real();
}

/** Does work at a time (ms UTC). The clock stands still meanwhile. */
export function at<Result>(time: number, work: () => Result): Result {
  return times.run(time, work);
}
