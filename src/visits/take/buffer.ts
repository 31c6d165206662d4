/** How long the first request of a batch waits for company, ms. */
export const FLUSH_AFTER_MS = 100;

/** A batch that its own flusher has left lying this long is taken over by the next request, ms. */
const TAKE_OVER_MS = 1_000;

/** Events in a batch at most, but for those of one request. */
export const MAX_EVENTS = 1_000;

/** Size of a batch at most, bytes: a queue message may have 128 KB. What one request brings is less. */
export const MAX_BYTES = 100_000;

/** What is put into a batch together. */
export interface BufferedRequest {
  /** A `TakenRequest` as JSON. */
  text: string;
  /** Bytes of that. */
  bytes: number;
  events: number;
}

interface Batch {
  requests: BufferedRequest[];
  bytes: number;
  events: number;
  openedAt: number;
  taken: boolean;
}

/** What a request does for the batch that it put its events into. */
export interface VisitFlusher {
  /** Resolves after {@link FLUSH_AFTER_MS}. Only the first request of a batch waits. */
  wait: () => Promise<void>;
  /** Sends requests off, with this request's own bindings. Must not reject. */
  send: (requests: readonly BufferedRequest[]) => Promise<void>;
  waitUntil: (work: Promise<unknown>) => void;
}

/**
 * The isolate's micro-batch of what pages told, as that of clicks. It holds texts only, and every batch is sent exactly
 * once, by one of three requests: the one that opened it, after a short wait; the one that filled it; or, if the first died
 * before it could, the first to find it old.
 */
export class VisitBuffer {
  #open: Batch | null = null;

  /** Adds what a request brought at `now` (ms UTC) and sees to it that its batch leaves. */
  add(request: BufferedRequest, now: number, flusher: VisitFlusher): void {
    let batch = this.#open;
    if (batch !== null && batch.bytes + request.bytes > MAX_BYTES) {
      this.#sendOff(batch, flusher);
      batch = null;
    }
    if (batch === null) {
      batch = { requests: [request], bytes: request.bytes, events: request.events, openedAt: now, taken: false };
      this.#open = batch;
      flusher.waitUntil(this.#sendLater(batch, flusher));
      return;
    }
    batch.requests.push(request);
    batch.bytes += request.bytes;
    batch.events += request.events;
    if (batch.events >= MAX_EVENTS || now - batch.openedAt > TAKE_OVER_MS) this.#sendOff(batch, flusher);
  }

  async #sendLater(batch: Batch, flusher: VisitFlusher): Promise<void> {
    await flusher.wait();
    if (!batch.taken) await flusher.send(this.#take(batch));
  }

  #sendOff(batch: Batch, flusher: VisitFlusher): void {
    flusher.waitUntil(flusher.send(this.#take(batch)));
  }

  #take(batch: Batch): readonly BufferedRequest[] {
    batch.taken = true;
    if (this.#open === batch) this.#open = null;
    return batch.requests;
  }
}
