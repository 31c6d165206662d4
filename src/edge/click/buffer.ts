import type { SeenClick } from "./seen.ts";

/** How long the first click of a batch waits for company, ms. */
export const FLUSH_AFTER_MS = 100;

/** A batch that its own flusher has left lying this long is taken over by the next request, ms. */
export const TAKE_OVER_MS = 1_000;

/** Clicks in a batch at most. */
export const MAX_CLICKS = 200;

/** Estimated size of a batch at most, bytes: a queue message may have 128 KB. */
export const MAX_BYTES = 100_000;

/** What a click takes in a message besides its texts: its id and pseudonym, and places of texts, bytes. */
const FIXED_BYTES = 160;

interface Batch {
  clicks: SeenClick[];
  bytes: number;
  openedAt: number;
  taken: boolean;
}

/** What a request does for the batch that it put its click into. */
export interface Flusher {
  /** Resolves after {@link FLUSH_AFTER_MS}. Only the first click of a batch waits. */
  wait: () => Promise<void>;
  /** Sends clicks off, with this request's own bindings. Must not reject. */
  sendClicks: (clicks: SeenClick[]) => Promise<void>;
  waitUntil: (work: Promise<unknown>) => void;
}

/**
 * The isolate's micro-batch of clicks. It holds plain data only, and every batch is sent exactly
 * once, by one of three requests: the one that opened it, after a short wait; the one that filled
 * it; or, if the first died before it could, the first to find it old.
 */
export class ClickBuffer {
  #open: Batch | null = null;
  /** Clicks of batches that are being sent. */
  #leaving = 0;

  /** Adds a click seen at `now` (ms UTC) and sees to it that its batch leaves. */
  add(click: SeenClick, now: number, flusher: Flusher): void {
    const size = FIXED_BYTES + textBytes(click);
    let batch = this.#open;
    if (batch !== null && batch.bytes + size > MAX_BYTES) {
      this.#sendOff(batch, flusher);
      batch = null;
    }
    if (batch === null) {
      batch = { clicks: [click], bytes: size, openedAt: now, taken: false };
      this.#open = batch;
      flusher.waitUntil(this.#sendLater(batch, flusher));
      return;
    }
    batch.clicks.push(click);
    batch.bytes += size;
    if (batch.clicks.length >= MAX_CLICKS || now - batch.openedAt > TAKE_OVER_MS) this.#sendOff(batch, flusher);
  }

  /** Clicks that wait or are being sent, for the metrics. */
  get size(): number {
    return (this.#open?.clicks.length ?? 0) + this.#leaving;
  }

  async #sendLater(batch: Batch, flusher: Flusher): Promise<void> {
    await flusher.wait();
    if (!batch.taken) await this.#send(batch, flusher);
  }

  #sendOff(batch: Batch, flusher: Flusher): void {
    flusher.waitUntil(this.#send(batch, flusher));
  }

  async #send(batch: Batch, flusher: Flusher): Promise<void> {
    const clicks = this.#take(batch);
    this.#leaving += clicks.length;
    try {
      await flusher.sendClicks(clicks);
    } finally {
      this.#leaving -= clicks.length;
    }
  }

  #take(batch: Batch): SeenClick[] {
    batch.taken = true;
    if (this.#open === batch) this.#open = null;
    return batch.clicks;
  }
}

/** Upper estimate: a character outside ASCII takes up to three bytes of UTF-8. */
function textBytes(click: SeenClick): number {
  return (
    (click.userAgent?.length ?? 0) +
    Math.min(click.query.length, 640) +
    (click.referrerHost?.length ?? 0) +
    3 * ((click.region?.length ?? 0) + (click.city?.length ?? 0))
  );
}
