/** Reports processed together at most. */
const AT_ONCE = 500;

/** Reports remembered at most; further ones are left to the cron. */
const MOST = 20_000;

/** How long one request works for others too, ms: its own life behind the answer ends at some time. */
const SHIFT_MS = 10_000;

/** A worker that was not heard of for this long is gone, ms; the cron has its reports. */
const GONE_AFTER_MS = 20_000;

/** So many requests with reports within {@link BUSY_WINDOW_MS} are a crowd, with which the database is shared. */
const BUSY_REQUESTS = 20;
const BUSY_WINDOW_MS = 1_000;

/** How long the first of a crowd waits for others to be processed with, ms. */
const GATHER_MS = 200;

/** In a crowd, a rest is so many times as long as the work before it, and so long at most, ms. */
const REST_TIMES = 1;
const MAX_REST_MS = 500;

/** The least rest, ms: enough for requests that arrived to be looked at. */
const BREATH_MS = 1;

/** Interrupts work for a while, so that requests get their turn. */
export type Rest = () => Promise<void>;

/** What the work behind answers needs of the platform. */
export interface Behind {
  /** Processes reports by their ids, and rests now and then. */
  process: (ids: readonly string[], rest: Rest) => Promise<void>;
  /** Resolves after so many ms. */
  wait: (ms: number) => Promise<void>;
  /** ms; only differences count. */
  now: () => number;
}

/**
 * Reports of an isolate that wait to be processed. One request at a time works them off, its own and
 * those that come meanwhile: a run costs D1 about as much for one report as for a hundred, and runs side
 * by side stand in each other's way. In a crowd it rests as long as it works, so that taking reports has half
 * of the database at least; what comes meanwhile makes the next run larger, and so cheaper a report. Only ids
 * are shared between requests, and each of them is due in the inbox until it is processed, so that the cron
 * makes up for whatever is lost here.
 */
export class Backlog {
  #ids: string[] = [];
  #workingSince: number | null = null;
  /** When the last requests came, ms: the oldest is overwritten. */
  readonly #cameAt: number[] = Array.from({ length: BUSY_REQUESTS }, () => -Infinity);
  #came = 0;

  /** Reports that wait to be processed by this isolate. */
  get size(): number {
    return this.#ids.length;
  }

  /** Adds a request's reports. Returns the work to be done behind the answer, or `null` where another request does it. */
  add(ids: readonly string[], behind: Behind): Promise<void> | null {
    this.#ids.push(...ids.slice(0, Math.max(0, MOST - this.#ids.length)));
    const now = behind.now();
    this.#cameAt[this.#came++ % BUSY_REQUESTS] = now;
    if (this.#workingSince !== null && now - this.#workingSince < GONE_AFTER_MS) return null;
    this.#workingSince = now;
    return this.#work(behind, now + SHIFT_MS);
  }

  async #work({ process, wait, now }: Behind, endAt: number): Promise<void> {
    try {
      if (this.#isBusy(now())) await wait(GATHER_MS);
      let since = now();
      const rest = async (): Promise<void> => {
        const share = Math.min(MAX_REST_MS, REST_TIMES * (now() - since));
        await wait(this.#isBusy(now()) ? Math.max(BREATH_MS, share) : BREATH_MS);
        since = now();
      };
      while (this.#ids.length > 0 && now() < endAt) {
        await process(this.#ids.splice(0, AT_ONCE), rest);
        if (this.#ids.length > 0) await rest();
      }
    } finally {
      // What is left is the next request's, or the cron's if none comes.
      this.#workingSince = null;
    }
  }

  #isBusy(now: number): boolean {
    return now - (this.#cameAt[this.#came % BUSY_REQUESTS] ?? -Infinity) < BUSY_WINDOW_MS;
  }
}
