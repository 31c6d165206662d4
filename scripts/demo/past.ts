import { answerApp } from "../../src/app.ts";
import { minutely as books } from "../../src/books/jobs.ts";
import { runCron, runJobs } from "../../src/cron.ts";
import { MAX_CLICKS } from "../../src/edge/click/buffer.ts";
import { handleClick } from "../../src/edge/click/route.ts";
import type { SeenClick } from "../../src/edge/click/seen.ts";
import { createIsolate, type Isolate, LinkRequest } from "../../src/isolate.ts";
import { consumeQueue } from "../../src/queue.ts";
import { EVERY_MINUTE, NIGHTLY } from "../cron.ts";
import { at, setClock } from "./clock.ts";
import { DAY_MS } from "./days.ts";

/** Messages of a delivery, as `wrangler.toml` has it for the queue of clicks. */
const MOST_MESSAGES = 100;

/** Queues by the binding that sends to them. */
const QUEUES = {
  CLICK_QUEUE: "waymark-clicks",
  GENERATION_QUEUE: "waymark-generation",
  SHOP_QUEUE: "waymark-shops",
  VISIT_QUEUE: "waymark-visits",
} as const;

type QueueName = keyof typeof QUEUES;

/**
 * The Worker as it would have run in the past: its own entry points, one isolate, and queues that deliver when they are
 * asked to. Everything takes the time (ms UTC) at which it happens.
 */
export class Past {
  readonly #isolate: Isolate;
  readonly #env: Env;
  readonly #waiting: Map<QueueName, string[]>;
  /** The UTC day of the last click. */
  #day = -1;

  private constructor(isolate: Isolate, env: Env, waiting: Map<QueueName, string[]>) {
    this.#isolate = isolate;
    this.#env = env;
    this.#waiting = waiting;
  }

  static async open(bindings: Env): Promise<Past> {
    setClock();
    const waiting = new Map<QueueName, string[]>();
    const queueOf = (name: QueueName) => {
      const messages: string[] = [];
      waiting.set(name, messages);
      return { send: async (body: string) => void messages.push(body) } as unknown as Queue;
    };
    const queues = Object.fromEntries((Object.keys(QUEUES) as QueueName[]).map((name) => [name, queueOf(name)]));
    const env = { ...bindings, ...queues } as Env;
    return new Past(await createIsolate(env), env, waiting);
  }

  /** Answers a request to the app, once everything behind the answer is done. */
  async ask(time: number, request: Request): Promise<Response> {
    return at(time, async () => {
      const behind: Promise<unknown>[] = [];
      const response = await answerApp(request, this.#isolate, this.#env, contextOf(behind));
      const body = await response.arrayBuffer();
      for (let one = 0; one < behind.length; one++) await behind[one];
      const { status, headers } = response;
      return new Response([204, 304].includes(status) ? null : body, { status, headers });
    });
  }

  /** Follows a link. Answers where it leads; `null`: nowhere. What is counted of it waits for {@link logClicks}. */
  async follow(time: number, request: LinkRequest["request"]): Promise<string | null> {
    return at(time, async () => {
      this.#hearNoNews(time);
      const behind: Promise<unknown>[] = [];
      const event = new Followed(this.#seen, this.#isolate, request, this.#env, contextOf(behind));
      const outcome = await handleClick(this.#isolate.edge, event);
      this.#behind.push(...behind);
      return outcome.kind === "redirect" ? outcome.response.headers.get("Location") : null;
    });
  }

  readonly #seen: SeenClick[] = [];
  readonly #behind: Promise<unknown>[] = [];

  /** Writes the clicks of links that were followed until `time` to the log. */
  async logClicks(time: number): Promise<void> {
    await Promise.all(this.#behind.splice(0));
    const nowhere = new Request<unknown, IncomingRequestCfProperties>("http://waymark.invalid/");
    const sender = new LinkRequest(this.#isolate, nowhere, this.#env, contextOf([]));
    const seen = this.#seen.splice(0).toSorted((a, b) => a.time - b.time);
    for (let first = 0; first < seen.length; first += MAX_CLICKS) {
      await at(time, () => sender.sendClicks(seen.slice(first, first + MAX_CLICKS)));
    }
    await this.deliver(time, "CLICK_QUEUE");
  }

  /** Has a queue's messages consumed. Throws an `Error` if one isn't taken. */
  async deliver(time: number, name: QueueName): Promise<void> {
    const bodies = this.#waiting.get(name) ?? [];
    while (bodies.length > 0) {
      let refused = false;
      const messages = bodies.splice(0, MOST_MESSAGES).map((body, index) => ({
        id: `${name}-${time}-${index}`,
        timestamp: new Date(time),
        body,
        attempts: 1,
        ack: () => undefined,
        retry: () => void (refused = true),
      }));
      const batch = { queue: QUEUES[name], messages, ackAll: () => undefined, retryAll: () => void (refused = true) };
      await at(time, () => consumeQueue(batch as unknown as MessageBatch<string>, this.#env, this.#isolate));
      if (refused) throw new Error(`messages of ${QUEUES[name]} were not taken`);
    }
  }

  /** Does of what every minute does what the books need: orders are approved by it, and exports compared. */
  async book(time: number): Promise<void> {
    await at(time, () => runJobs(books, this.#env, time));
  }

  /** Does all that every minute does. */
  async minute(time: number): Promise<void> {
    await at(time, () => runCron(EVERY_MINUTE, this.#env, time));
  }

  /** Does what every night does. */
  async night(time: number): Promise<void> {
    await at(time, () => runCron(NIGHTLY, this.#env, time));
  }

  /**
   * Nobody changes links while clicks are made, so the isolate needs to read the feed of changes but once a day: else it
   * would before nearly every click, which are minutes apart.
   */
  #hearNoNews(time: number): void {
    const { news } = this.#isolate.edge;
    const day = Math.floor(time / DAY_MS);
    const { position } = news;
    if (day !== this.#day || position === null) {
      this.#day = day;
      return;
    }
    const look = { since: time, from: position, doubts: news.doubts, done: Promise.resolve() };
    news.lookBegan(look);
    news.hear({ changes: [], oldest: 0, newest: position, more: false }, look);
    news.lookEnded(look);
  }
}

/** A request to a link whose click is kept: clicks that are minutes apart would leave in a message each. */
class Followed extends LinkRequest {
  readonly #seen: SeenClick[];

  constructor(seen: SeenClick[], ...own: ConstructorParameters<typeof LinkRequest>) {
    super(...own);
    this.#seen = seen;
  }

  /** Company comes by {@link Past.logClicks}. */
  override async wait(): Promise<void> {}

  override async sendClicks(clicks: SeenClick[]): Promise<void> {
    this.#seen.push(...clicks);
  }
}

/** What a request gets of the platform: what it leaves behind its answer is collected. */
function contextOf(behind: Promise<unknown>[]): ExecutionContext {
  const context = {
    waitUntil: (work: Promise<unknown>) => void behind.push(work),
    passThroughOnException: () => undefined,
  };
  return context as unknown as ExecutionContext;
}
