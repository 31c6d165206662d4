import type { Delivery, DeliveryAnswer } from "./outbox.ts";
import type { CallRecord, Faults } from "./shop.ts";

/** A shop of a stand-in, as a test speaks to it: by `fetch` alone, so within workerd too. Throws where it is refused. */
export class StandShop {
  /** What names it: the shop's domain, or the first part of its path. */
  readonly name: string;
  /** Where its calls go. */
  readonly origin: string;
  /** What connects it, for `PUT /api/v1/stores/{id}/connection`. */
  readonly credentials: Record<string, string>;
  readonly #control: string;

  constructor(stand: string, { name, origin, credentials }: MadeShop) {
    this.name = name;
    this.origin = origin;
    this.credentials = credentials;
    this.#control = `${stand}/_stand/shops/${encodeURIComponent(name)}`;
  }

  /** Has the shop do something of the platform's `verbs`. */
  act<Answer>(verb: string, given: unknown = {}): Promise<Answer> {
    return say("POST", `${this.#control}/do/${verb}`, given);
  }

  /** All that it has; see the platform's `state`. */
  state<State>(): Promise<State> {
    return say("GET", this.#control);
  }

  /** Sets all faults; `{}` heals it. */
  async faults(faults: Faults): Promise<void> {
    await say("PUT", `${this.#control}/faults`, faults);
  }

  /** Stops its clock, ms UTC; `null` lets it go. */
  async clock(at: number | null): Promise<void> {
    await say("PUT", `${this.#control}/clock`, { at });
  }

  /** Calls since it was made or since `forgetCalls`. */
  calls(): Promise<CallRecord[]> {
    return say("GET", `${this.#control}/calls`);
  }

  async forgetCalls(): Promise<void> {
    await say("DELETE", `${this.#control}/calls`);
  }

  /** Webhooks that wait, to be sent by whoever takes them, who then says by {@link answered} what came of it. */
  take(dueOnly = false): Promise<Delivery[]> {
    return say("POST", `${this.#control}/outbox/take`, { dueOnly });
  }

  async answered(answers: readonly Pick<DeliveryAnswer, "id" | "status">[]): Promise<void> {
    await say("POST", `${this.#control}/outbox/answers`, answers);
  }

  /**
   * Sends what waits by `send`, one after the other, such as by the Worker's own `fetch`, which has no address. What it
   * throws counts as no answer. One that failed waits for the next time.
   */
  async deliverBy(send: (request: Request) => Promise<Response>, dueOnly = false): Promise<DeliveryAnswer[]> {
    const answers: DeliveryAnswer[] = [];
    for (const { id, topic, to, headers, body } of await this.take(dueOnly)) {
      const status = await send(new Request(to, { method: "POST", headers, body })).then(
        async (response) => {
          await response.arrayBuffer();
          return response.status;
        },
        () => null,
      );
      answers.push({ id, topic, status });
    }
    await this.answered(answers);
    return answers;
  }

  /** Has the stand-in send what waits over HTTP, to `to` if given. */
  deliver(to?: string, dueOnly = false): Promise<DeliveryAnswer[]> {
    return say("POST", `${this.#control}/deliver`, { to, dueOnly });
  }

  /** Whether it sends webhooks by itself. */
  async auto(on: boolean): Promise<void> {
    await say("PUT", `${this.#control}/auto`, { on });
  }

  async forget(): Promise<void> {
    await say("DELETE", this.#control);
  }
}

interface MadeShop {
  name: string;
  origin: string;
  credentials: Record<string, string>;
}

/** Makes a shop at the stand-in at `stand` (an origin). `given` is of the platform; without a `name` it gets one of its own. */
export async function makeShop(stand: string, given: Record<string, unknown> = {}): Promise<StandShop> {
  return new StandShop(stand, await say<MadeShop>("POST", `${stand}/_stand/shops`, given));
}

async function say<Answer>(method: string, url: string, body?: unknown): Promise<Answer> {
  const response = await fetch(url, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text}`);
  return JSON.parse(text) as Answer;
}
