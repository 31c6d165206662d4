import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { CLICK_QUEUE, DEAD_LETTER_QUEUE } from "../../../src/clicks/click/consume.ts";
import worker from "../../../src/index.ts";
import { rollUpClicks } from "../../../src/reports/rollup/run.ts";
import { between, shuffled } from "./random.ts";
import type { World } from "./world.ts";

/** As `wrangler.toml` says of both queues. */
const BATCH_SIZE = 20;
const ATTEMPTS = 11;

/** A message between its sender and its acknowledgement. */
interface Waiting {
  queue: string;
  id: string;
  body: string;
  attempts: number;
  /** Deliveries still to come although it is acknowledged: a queue delivers at least once. */
  extra: number;
}

/** Delivers one batch to the Worker's consumer. Returns the ids of the messages that it acknowledged. */
export async function deliver(
  queue: string,
  messages: readonly Pick<Waiting, "id" | "body" | "attempts">[],
  consumer: Env,
): Promise<ReadonlySet<string>> {
  const batch = createMessageBatch<string>(
    queue,
    messages.map(({ id, body, attempts }) => ({ id, body, attempts, timestamp: new Date() })),
  );
  await worker.queue(batch, consumer);
  return new Set((await getQueueResult(batch, createExecutionContext())).explicitAcks);
}

/**
 * The queues' side of the delivery: at least once, in any order, in batches of any size, to several
 * consumers at a time; again until acknowledged, and after eleven attempts to the dead-letter queue.
 */
export class Deliveries {
  readonly #world: World;
  readonly #repeats: number;
  #waiting: Waiting[] = [];
  #taken = 0;
  /** Messages delivered, each time counted. */
  count = 0;
  /** Messages that went to the dead-letter queue. */
  dead = 0;

  /** Every message is delivered once to `repeats` times more than it has to be. */
  constructor(world: World, repeats: number) {
    this.#world = world;
    this.#repeats = repeats;
  }

  /**
   * Delivers what waits to a consumer, some of it in each round, in so many rounds at most. Between them
   * the log may be rolled up.
   */
  async run(consumer: Env, rounds: number): Promise<void> {
    const { random } = this.#world;
    this.#pickUp();
    for (let round = 0; round < rounds && this.#waiting.length > 0; round++) {
      const messages: Waiting[] = [];
      const later: Waiting[] = [];
      for (const message of shuffled(this.#waiting, random)) (random() < 0.6 ? messages : later).push(message);
      this.#waiting = later;
      const batches: Waiting[][] = [];
      for (const queue of [CLICK_QUEUE, DEAD_LETTER_QUEUE]) {
        const own = messages.filter((message) => message.queue === queue);
        while (own.length > 0) batches.push(own.splice(0, between(1, BATCH_SIZE, random)));
      }
      await Promise.all(batches.map((batch) => this.#deliver(batch, consumer)));
      if (random() < 0.5) {
        // Cron comes again a minute later.
        await rollUpClicks(consumer, Date.now()).catch(() => 0);
      }
    }
  }

  /** How many messages still wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  #pickUp(): void {
    for (const body of this.#world.queued.splice(0)) {
      const id = `message-${this.#taken++}`;
      this.#waiting.push({
        queue: CLICK_QUEUE,
        id,
        body,
        attempts: 0,
        extra: between(Math.min(1, this.#repeats), this.#repeats, this.#world.random),
      });
    }
  }

  async #deliver(messages: readonly Waiting[], consumer: Env): Promise<void> {
    const [first] = messages;
    if (first === undefined) return;
    this.count += messages.length;
    for (const message of messages) message.attempts++;
    const done = await deliver(first.queue, messages, consumer);
    for (const message of messages) {
      if (!done.has(message.id)) this.#failed(message);
      else if (message.extra > 0) this.#waiting.push({ ...message, extra: message.extra - 1 });
    }
  }

  #failed(message: Waiting): void {
    if (message.queue === CLICK_QUEUE && message.attempts >= ATTEMPTS) {
      this.dead++;
      this.#waiting.push({ ...message, queue: DEAD_LETTER_QUEUE, attempts: 0 });
    } else {
      this.#waiting.push(message);
    }
  }
}
