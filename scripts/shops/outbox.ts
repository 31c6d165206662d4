import { randomOf } from "./random.ts";

/** What becomes of a shop's webhooks; shares are from 0 to 1. */
export interface WebhookFaults {
  /** None is sent at all. */
  off?: boolean;
  /** Lost on their way: the shop thinks they arrived. */
  dropped?: number;
  /** Delivered twice. */
  doubled?: number;
  /** Held back until the next time that messages are taken, behind what came after them. */
  late?: number;
  /** In an order by chance instead of that in which they arose. */
  shuffled?: boolean;
}

/** A message that waits to be sent. */
export interface Message {
  id: string;
  topic: string;
  /** The platform's id of the subscription that it is of. */
  subscription: string;
  /** Where it goes. */
  to: string;
  /** What is sent, made at each try; `null`: nothing any more. */
  make: () => { headers: Record<string, string>; body: string } | null;
  /** Tries so far. */
  tries: number;
  /** When it is to be tried, ms UTC by the shop's clock. */
  dueAt: number;
}

/** A message on its way. */
export interface Delivery {
  id: string;
  topic: string;
  to: string;
  headers: Record<string, string>;
  body: string;
}

/** What was answered to one. */
export interface DeliveryAnswer {
  id: string;
  topic: string;
  /** `null`: nobody was there. */
  status: number | null;
}

/** Webhooks that a shop is to send. Whoever takes them sends them, and says what was answered. */
export class Outbox {
  #waiting: Message[] = [];
  /** By id: the message, and how many of it are on their way. */
  readonly #sent = new Map<string, Message>();
  readonly #now: () => number;
  readonly #delivered: (message: Message, status: number | null) => number | null;
  #faults: WebhookFaults = {};
  #random = randomOf(2);
  #count = 0;
  /** Set where webhooks are sent by themselves; called when something waits. */
  onWaiting: (() => void) | null = null;

  constructor(now: () => number, delivered: (message: Message, status: number | null) => number | null) {
    this.#now = now;
    this.#delivered = delivered;
  }

  setFaults(faults: WebhookFaults, seed: number): void {
    this.#faults = faults;
    this.#random = randomOf(seed + 1);
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** When the first that waits is due, ms UTC. */
  get nextAt(): number | null {
    return this.#waiting.length === 0 ? null : Math.min(...this.#waiting.map(({ dueAt }) => dueAt));
  }

  add(message: Pick<Message, "topic" | "subscription" | "to" | "make">): void {
    if (this.#faults.off === true) return;
    this.#count += 1;
    this.#waiting.push({ ...message, id: String(this.#count), tries: 0, dueAt: this.#now() });
    this.onWaiting?.();
  }

  /** Messages of a subscription that is gone are not sent. */
  drop(subscription: string): void {
    this.#waiting = this.#waiting.filter((message) => message.subscription !== subscription);
  }

  /** Takes what waits, or of that what is due, to be sent now; each is a try. */
  take(dueOnly: boolean): Delivery[] {
    const { dropped = 0, doubled = 0, late = 0, shuffled = false } = this.#faults;
    const taken: Delivery[] = [];
    const held: Message[] = [];
    for (const message of this.#waiting) {
      if (dueOnly && message.dueAt > this.#now()) {
        held.push(message);
        continue;
      }
      // Held back once, before its first try; all dice are thrown for each message, so that the rest is as it was.
      const [isDropped, isDoubled, isLate] = [dropped, doubled, late].map((share) => this.#random() < share);
      if (message.tries === 0 && isLate === true) {
        held.push(message);
        message.tries = -1;
        continue;
      }
      message.tries = Math.max(message.tries, 0) + 1;
      const made = message.make();
      if (made === null) continue;
      if (isDropped === true) {
        this.#delivered(message, 200);
        continue;
      }
      this.#sent.set(message.id, message);
      const delivery = { id: message.id, topic: message.topic, to: message.to, ...made };
      taken.push(delivery, ...(isDoubled === true ? [{ ...delivery, headers: { ...made.headers } }] : []));
    }
    this.#waiting = held;
    return shuffled ? this.#shuffle(taken) : taken;
  }

  /** Says what a message was answered by. Of one that was delivered twice, the first answer counts. */
  answered({ id, status }: Pick<DeliveryAnswer, "id" | "status">): void {
    const message = this.#sent.get(id);
    if (message === undefined) return;
    this.#sent.delete(id);
    const again = this.#delivered(message, status);
    if (again === null) return;
    message.dueAt = this.#now() + again;
    this.#waiting.push(message);
    this.onWaiting?.();
  }

  #shuffle(deliveries: Delivery[]): Delivery[] {
    const keyed = deliveries.map((delivery) => ({ delivery, at: this.#random() }));
    return keyed.toSorted((a, b) => a.at - b.at).map(({ delivery }) => delivery);
  }
}
