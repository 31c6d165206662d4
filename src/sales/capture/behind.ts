/** Reports processed together at most. */
const AT_ONCE = 250;

/** How long one request works for others too, ms: its own life behind the answer ends at some time. */
const SHIFT_MS = 10_000;

/** A worker that was not heard of for this long is gone, ms; the cron has its reports. */
const GONE_AFTER_MS = 20_000;

/** What the work behind answers needs of the platform. */
export interface Behind {
  /** Processes reports by their ids. */
  process: (ids: readonly string[]) => Promise<void>;
  /** ms; only differences count. */
  now: () => number;
}

/**
 * Reports of an isolate that wait to be processed. One request at a time works them off, its own and
 * those that come meanwhile: a run costs D1 about as much for one report as for a hundred, and runs side
 * by side stand in each other's way. Only ids are shared between requests, and each of them is due in the
 * inbox until it is processed, so that the cron makes up for whatever is lost here.
 */
export class Backlog {
  #ids: string[] = [];
  #workingSince: number | null = null;

  /** Adds reports. Returns the work to be done behind the answer, or `null` where another request does it. */
  add(ids: readonly string[], behind: Behind): Promise<void> | null {
    this.#ids.push(...ids);
    const now = behind.now();
    if (this.#workingSince !== null && now - this.#workingSince < GONE_AFTER_MS) return null;
    this.#workingSince = now;
    return this.#work(behind, now + SHIFT_MS);
  }

  async #work({ process, now }: Behind, endAt: number): Promise<void> {
    try {
      while (this.#ids.length > 0 && now() < endAt) await process(this.#ids.splice(0, AT_ONCE));
    } finally {
      // What is left is the next request's, or the cron's if none comes.
      this.#workingSince = null;
    }
  }
}
