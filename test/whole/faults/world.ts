import { env } from "cloudflare:workers";
import { boundLogs } from "../../../src/clicks/log/logs-store.ts";
import { wrapDatabase, wrapQueue, wrapStandby } from "./bindings.ts";
import { type Call, D1_FAILURES, type Faults, Faulty } from "./faulty.ts";
import { type Random, seeded } from "./random.ts";

/** Noon UTC: a scenario's traffic stays within the hour. */
export const START = Date.UTC(2026, 10, 20, 12);

/** An isolate: the Worker keeps one state for each set of bindings. */
export interface TestIsolate {
  bindings: Env;
  /** Ends it: nothing that it does reaches anybody from now on, and it hears of nothing. */
  kill: () => void;
}

/** The bindings that can be made to fail. */
export const BINDINGS = ["database", "standby", "queue", "analytics", "oneOfClicks"] as const;

/** Of several click databases, `oneOfClicks` is this one; `database` is all that there are. */
export const ONE_OF_CLICKS = 3;

/** What fails of each binding; what isn't named works. */
export type Outage = Partial<Record<(typeof BINDINGS)[number], Partial<Faults>>>;

/** The platform of one scenario: the real D1, KV and Cache API with faults before them, and what came out. */
export class World {
  readonly random: Random;
  readonly #faulty: Record<(typeof BINDINGS)[number], Faulty>;
  /** Bodies that the click queue took and that no delivery has picked up yet. */
  queued: string[] = [];
  /** Points that Analytics Engine took. */
  readonly points: AnalyticsEngineDataPoint[] = [];
  /** Lines of `console.error`. */
  readonly errors: string[] = [];
  readonly #isolates: TestIsolate[] = [];
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(seed: number) {
    this.random = seeded(seed);
    this.#faulty = {
      database: new Faulty(seeded(seed + 1), D1_FAILURES),
      standby: new Faulty(seeded(seed + 2), ["KV GET failed: 500 Internal Server Error"]),
      queue: new Faulty(seeded(seed + 3), ["Queue send failed: Too Many Requests"]),
      analytics: new Faulty(seeded(seed + 4), ["writeDataPoint: too many data points"]),
      oneOfClicks: new Faulty(seeded(seed + 5), D1_FAILURES),
    };
  }

  /** From now on this fails, and nothing else. */
  suffer(outage: Outage): void {
    for (const name of BINDINGS) this.#faulty[name].set(outage[name] ?? {});
  }

  /** Everything works again, and what hung fails. */
  heal(): void {
    this.suffer({});
    this.release();
  }

  /** Calls that hang give up, as when Cloudflare's own limit of 30 s ends them; later ones hang again. */
  release(): void {
    for (const name of BINDINGS) this.#faulty[name].release();
  }

  /**
   * Ends all isolates and waits for the calls that they made: each request's time is long over, but what
   * it began and gave up may still be done.
   */
  async endIsolates(): Promise<void> {
    for (const isolate of this.#isolates.splice(0)) isolate.kill();
    await Promise.allSettled(this.#underWay);
  }

  /** How many calls of a binding were made to fail. */
  failuresOf(name: (typeof BINDINGS)[number]): number {
    return this.#faulty[name].failures;
  }

  /** A new isolate, which remembers nothing. */
  isolate(): TestIsolate {
    let alive = true;
    const calls = (faulty: Faulty): Call => {
      return (work) => (alive ? this.#track(faulty.call(work)) : new Promise(() => {}));
    };
    const { analytics, database, oneOfClicks, queue, standby } = this.#faulty;
    const [anyOf, one] = [calls(database), calls(oneOfClicks)];
    const clicks = boundLogs(env).map((d1, index): [string, D1Database] => {
      const isOne = index + 1 === ONE_OF_CLICKS;
      return [`CLICKS_${index + 1}`, wrapDatabase(d1, isOne ? (work) => anyOf(() => one(work)) : anyOf)];
    });
    const take = (body: string): number => this.queued.push(body);
    const bindings: Env = {
      ...env,
      ...Object.fromEntries(clicks),
      DB: wrapDatabase(env.DB, anyOf),
      LINKS: wrapStandby(env.LINKS, calls(standby)),
      CLICK_QUEUE: wrapQueue(env.CLICK_QUEUE, calls(queue), take),
      CLICK_POINTS: {
        writeDataPoint: (point) => {
          analytics.strike();
          if (point !== undefined) this.points.push(point);
        },
      },
    };
    const kill = (): void => {
      alive = false;
    };
    this.#isolates.push({ bindings, kill });
    return { bindings, kill };
  }

  #track<Result>(work: Promise<Result>): Promise<Result> {
    this.#underWay.add(work);
    void work.catch(() => undefined).finally(() => this.#underWay.delete(work));
    return work;
  }
}
