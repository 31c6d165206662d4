import { pick, type Random } from "./random.ts";

/** What befalls the calls of a binding. */
export interface Faults {
  /** Share of the calls that fail, 0 to 1. */
  rate: number;
  /** Share of the failed calls whose work was done all the same: only the answer is lost. */
  answerLost: number;
  /** Every call comes late, by up to so many ms. */
  lateMs: number;
  /** No call is answered until {@link Faulty.release}; then all of them fail, none having done its work. */
  hangs: boolean;
}

const NO_FAULTS: Faults = { rate: 0, answerLost: 0, lateMs: 0, hangs: false };

/** Passes as time does, however much a test hurries the Worker. */
const wait = scheduler.wait.bind(scheduler);

/** Runs one call of a binding, or doesn't. */
export type Call = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** D1's own words for its failures (Cloudflare's list of D1 errors). */
export const D1_FAILURES = [
  "D1_ERROR: Network connection lost.",
  "D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.",
  "D1_ERROR: D1 DB reset because its code was updated.",
  "D1_ERROR: Internal error while starting up D1 DB storage caused object to be reset.",
  "D1_ERROR: D1 DB is overloaded. Too many requests queued.",
];

/** What decides over the calls of one binding, by chance from a seed. */
export class Faulty {
  readonly #random: Random;
  readonly #texts: readonly string[];
  #faults = NO_FAULTS;
  #hanging: (() => void)[] = [];
  /** Calls that were made to fail. */
  failures = 0;

  constructor(random: Random, texts: readonly string[]) {
    this.#random = random;
    this.#texts = texts;
  }

  /** From now on these faults, and no others. */
  set(faults: Partial<Faults>): void {
    this.#faults = { ...NO_FAULTS, ...faults };
  }

  /** Ends the wait of the calls that hang. */
  release(): void {
    for (const end of this.#hanging.splice(0)) end();
  }

  /** Throws by chance: for calls that answer at once. */
  strike(): void {
    if (this.#random() < this.#faults.rate) throw this.#failure();
  }

  /** Runs a call under the present faults. */
  call: Call = async (work) => {
    const { answerLost, hangs, lateMs, rate } = this.#faults;
    if (hangs) {
      await new Promise<void>((resolve) => this.#hanging.push(resolve));
      throw this.#failure();
    }
    if (lateMs > 0) await wait(this.#random() * lateMs);
    if (this.#random() >= rate) return work();
    if (this.#random() < answerLost) await work();
    throw this.#failure();
  };

  #failure(): Error {
    this.failures++;
    return new Error(pick(this.#texts, this.#random));
  }
}
