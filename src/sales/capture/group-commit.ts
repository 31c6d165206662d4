/** How long a request relies on others to begin to write for it, and then to have done so, ms. */
export const RELY_MS = 1_000;

/** Rows of one group at most. */
export const MAX_GROUP_ROWS = 250;

/** Size of one group at most, bytes, and of all that waits for the next ones. */
export const MAX_GROUP_BYTES = 500_000;
export const MAX_WAITING_BYTES = 4_000_000;

/** What a request does for a group that it carries, with its own bindings. */
export interface Carrier<Row, Kept> {
  /** Writes rows, all or none, and answers with what became of each, in their order. A repeat is harmless. */
  write: (rows: readonly Row[]) => Promise<Kept[]>;
  /** Whether after this failure rows may be written by themselves that could not be written together. */
  divides: (error: unknown) => boolean;
  /** Resolves after so many ms. */
  wait: (ms: number) => Promise<void>;
  /** ms; only differences count. */
  now: () => number;
}

/** What became of a request's rows, or what it is to do about them itself. */
type Outcome<Kept> =
  | { kind: "kept"; kept: Kept[] }
  | { kind: "failed"; error: unknown }
  /** It is to write them with all others that wait. */
  | { kind: "carry" }
  /** They could not be written together with others. */
  | { kind: "alone" };

/** The rows of one request. */
interface Entry<Row, Kept> {
  rows: readonly Row[];
  bytes: number;
  /** When somebody began to write them, ms; `null`: they wait. */
  takenAt: number | null;
  given: Outcome<Kept> | null;
  give: (outcome: Outcome<Kept>) => void;
}

/**
 * Writes the rows of requests that come while a write is under way together with the next one, for a write
 * costs the database about as much for one row as for dozens. Each request is answered by what became of its
 * own rows. It holds plain data only: whoever waits writes for the others with its own bindings. One that
 * nobody writes for in time, because the request that was to do so was cancelled or its call hangs, writes by
 * itself; its rows may have been written by then, so a repeat has to be harmless.
 */
export class GroupCommit<Row, Kept> {
  #waiting: Entry<Row, Kept>[] = [];
  #waitingBytes = 0;
  #underWay: { since: number } | null = null;

  /** Rows that wait to be written by somebody. */
  get waiting(): number {
    return this.#waiting.reduce((sum, { rows }) => sum + rows.length, 0);
  }

  /** Resolves once all rows of a request are written; `bytes` is their size. Rejects with the failure of the write: none is written then, as far as is known. */
  async keep(rows: readonly Row[], bytes: number, carrier: Carrier<Row, Kept>): Promise<Kept[]> {
    if (rows.length > MAX_GROUP_ROWS || bytes > MAX_GROUP_BYTES) return carrier.write(rows);
    const entry = entryOf<Row, Kept>(rows, bytes);
    if (!this.#isUnderWay(carrier)) return this.#carry(entry, carrier);
    if (this.#waitingBytes + bytes > MAX_WAITING_BYTES) return carrier.write(rows);

    const given = new Promise<Outcome<Kept>>((resolve) => {
      entry.give = (outcome) => {
        entry.given = outcome;
        resolve(outcome);
      };
    });
    this.#waiting.push(entry);
    this.#waitingBytes += bytes;
    const within = (ms: number): Promise<Outcome<Kept> | null> =>
      Promise.race([given, carrier.wait(ms).then(() => null)]);
    // Its turn may have come in the very moment in which it gave up.
    let outcome = (await within(RELY_MS)) ?? entry.given;
    // To write it beside somebody who does would load a database more that is slow already.
    const left = entry.takenAt === null ? 0 : RELY_MS - (carrier.now() - entry.takenAt);
    if (outcome === null && left > 0) outcome = (await within(left)) ?? entry.given;
    if (outcome === null) return this.#giveUp(entry, carrier);
    switch (outcome.kind) {
      case "kept":
        return outcome.kept;
      case "failed":
        throw outcome.error;
      case "carry":
        return this.#carry(entry, carrier);
      case "alone":
        return carrier.write(rows);
    }
  }

  /** One that is lost, as its request was cancelled, holds up nobody for longer than its followers wait. */
  #isUnderWay({ now }: Carrier<Row, Kept>): boolean {
    return this.#underWay !== null && now() - this.#underWay.since < RELY_MS;
  }

  /** Nobody has written for this one: it writes for all that wait, unless somebody else does so by now. */
  #giveUp(entry: Entry<Row, Kept>, carrier: Carrier<Row, Kept>): Promise<Kept[]> {
    const place = this.#waiting.indexOf(entry);
    if (place >= 0) {
      this.#waiting.splice(place, 1);
      this.#waitingBytes -= entry.bytes;
    }
    return this.#isUnderWay(carrier) ? carrier.write(entry.rows) : this.#carry(entry, carrier);
  }

  /** Writes the rows of a request and of others that wait. */
  async #carry(own: Entry<Row, Kept>, carrier: Carrier<Row, Kept>): Promise<Kept[]> {
    const now = carrier.now();
    const others = this.#take(own, now);
    const mine = { since: now };
    this.#underWay = mine;
    try {
      const kept = await carrier.write([own, ...others].flatMap(({ rows }) => rows));
      let at = own.rows.length;
      for (const { rows, give } of others) give({ kind: "kept", kept: kept.slice(at, (at += rows.length)) });
      return kept.slice(0, own.rows.length);
    } catch (error) {
      const isDivided = others.length > 0 && carrier.divides(error);
      for (const { give } of others) give(isDivided ? { kind: "alone" } : { kind: "failed", error });
      if (!isDivided) throw error;
    } finally {
      if (this.#underWay === mine) this.#handOn(carrier);
    }
    return carrier.write(own.rows);
  }

  /** Others that fit into one write with a request's own rows. */
  #take(own: Entry<Row, Kept>, now: number): Entry<Row, Kept>[] {
    let { bytes, rows } = { bytes: own.bytes, rows: own.rows.length };
    let count = 0;
    for (const one of this.#waiting) {
      bytes += one.bytes;
      rows += one.rows.length;
      if (rows > MAX_GROUP_ROWS || bytes > MAX_GROUP_BYTES) break;
      count++;
    }
    const taken = this.#waiting.splice(0, count);
    for (const one of taken) {
      one.takenAt = now;
      this.#waitingBytes -= one.bytes;
    }
    return taken;
  }

  /** The next write is the one's that waits longest. */
  #handOn({ now }: Carrier<Row, Kept>): void {
    const next = this.#waiting.shift();
    this.#underWay = next === undefined ? null : { since: now() };
    if (next === undefined) return;
    this.#waitingBytes -= next.bytes;
    next.give({ kind: "carry" });
  }
}

function entryOf<Row, Kept>(rows: readonly Row[], bytes: number): Entry<Row, Kept> {
  return { rows, bytes, takenAt: null, given: null, give: () => {} };
}
