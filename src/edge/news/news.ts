/** One change of something that a redirect depends on. */
export interface Change {
  /** Grows with every change. */
  seq: number;
  /** See `subject.ts`. */
  subject: string;
  /** When, ms UTC. */
  at: number;
}

/** What a look at the change feed brought. */
export interface Told {
  /** Those from the position on that was asked for, that position's own among them, in their order. */
  changes: readonly Change[];
  /** The oldest and the newest that are kept; 0: there never was one. */
  oldest: number;
  newest: number;
  /** Whether there were more than one look may bring. */
  more: boolean;
}

/** A look at the feed. */
export interface Look {
  /** When it began, ms UTC. */
  since: number;
  /** The position it began from. */
  from: number | null;
  /** How often memory had been doubted when it began. */
  doubts: number;
}

/** A look at the feed that hasn't ended. */
export interface LookUnderWay extends Look {
  /** Never rejects. */
  done: Promise<void>;
}

/** The feed is read this often by an isolate that answers requests, ms. */
export const LOOK_MS = 10_000;

/**
 * What is in memory is used without asking only so long after the last look, ms. With the time that a look takes it
 * keeps the promise that an edit is visible everywhere within 60 s.
 */
const MUST_LOOK_MS = 45_000;

/** Subjects remembered at most, for telling whether a copy that some cache kept is older than news about it. */
const MAX_RECENT = 5_000;

/**
 * What an isolate has heard of the change feed. Everything in its memory was true at a position of the feed, and stays
 * true until news about one of its subjects come. Plain data: who may look, and when, is in `listen.ts`.
 */
export class News {
  #position: number | null = null;
  /** When the change at the position happened, ms UTC; `null`: not known. */
  #positionAt: number | null = null;
  /** News after this position are remembered; older ones may have been forgotten. */
  #floor = 0;
  /** Subject → its newest change, oldest first. */
  readonly #recent = new Map<string, number>();
  /** When the last look that succeeded began, ms UTC. */
  #heardAt = 0;
  /** When the last look began, whatever came of it, ms UTC. */
  #lookedAt = 0;
  #doubts = 0;
  #doubtedAt = 0;
  #doubted = false;
  #underWay: LookUnderWay | null = null;

  /** Up to where the feed was heard; `null`: nothing that depends on it was read yet. */
  get position(): number | null {
    return this.#position;
  }

  /** When the last look that succeeded began, ms UTC. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** Grows with every {@link doubt}. */
  get doubts(): number {
    return this.#doubts;
  }

  /** The look that is under way. */
  get underWay(): LookUnderWay | null {
    return this.#underWay;
  }

  /** From here on the feed is heard: something was read that is true at this position and was so at `readAt` (ms UTC). */
  begin(position: number, readAt: number): void {
    if (this.#position !== null) return;
    this.#position = position;
    this.#floor = position;
    this.#heardAt = readAt;
    this.#lookedAt = readAt;
  }

  /** Whether it is time for a look behind the next answer. */
  isDue(now: number): boolean {
    // A clock that was set back is as good a reason as one that went on.
    return Math.abs(now - this.#lookedAt) >= LOOK_MS && this.#position !== null;
  }

  /** Whether memory may answer without a look before. */
  isRecent(now: number): boolean {
    return this.#position === null || (!this.#doubted && Math.abs(now - this.#heardAt) < MUST_LOOK_MS);
  }

  /** When {@link doubt} was last called, ms UTC; 0: never. */
  get doubtedAt(): number {
    return this.#doubtedAt;
  }

  /** Something was written here at `now` (ms UTC): memory answers only after a look that begins later. */
  doubt(now: number): void {
    this.#doubts++;
    this.#doubtedAt = now;
    this.#doubted = true;
    this.#lookedAt = 0;
    this.#underWay = null;
  }

  /** Whether something read at a position of the feed is no longer true, or may not be: its news are forgotten. */
  outdates(subjects: readonly string[], position: number): boolean {
    if (position < this.#floor) return true;
    return subjects.some((subject) => (this.#recent.get(subject) ?? 0) > position);
  }

  /** Takes down that a look began. */
  lookBegan(look: LookUnderWay): void {
    this.#underWay = look;
    this.#lookedAt = look.since;
  }

  /** Takes down that a look ended, however it did. */
  lookEnded(look: Look): void {
    if (this.#underWay === look) this.#underWay = null;
  }

  /**
   * Takes in what a look brought. Returns the changes that are new by their subjects, or `null` if some were missed:
   * then nothing that was read before is known to be true.
   */
  hear(told: Told, look: Look): ReadonlyMap<string, number> | null {
    this.#heardAt = Math.max(this.#heardAt, look.since);
    if (look.doubts === this.#doubts) this.#doubted = false;
    const position = this.#position;
    const news = new Map<string, number>();
    // Another look came back before this one, from further on.
    if (position !== look.from && position !== null && told.newest <= position) return news;
    const last = told.changes.at(-1);
    if (position === null || this.#missed(told, position)) {
      this.#position = told.newest;
      this.#positionAt = last?.seq === told.newest ? last.at : null;
      this.#floor = told.newest;
      this.#recent.clear();
      return null;
    }
    for (const { seq, subject } of told.changes) {
      if (seq <= position) continue;
      news.set(subject, seq);
      this.#remember(subject, seq);
    }
    if (last !== undefined && last.seq >= position) {
      this.#position = last.seq;
      this.#positionAt = last.at;
    }
    return news;
  }

  /**
   * Whether there may be news that were not told: pruned beyond what was heard, too many for one look, or a database that
   * was set back in time, whose numbers begin again from there.
   */
  #missed({ changes, more, newest, oldest }: Told, position: number): boolean {
    if (more || oldest > position + 1 || newest < position) return true;
    const own = changes.find(({ seq }) => seq === position);
    return own !== undefined && this.#positionAt !== null && own.at !== this.#positionAt;
  }

  #remember(subject: string, seq: number): void {
    this.#recent.delete(subject);
    if (this.#recent.size >= MAX_RECENT) {
      for (const [oldest, at] of this.#recent) {
        this.#recent.delete(oldest);
        this.#floor = at;
        break;
      }
    }
    this.#recent.set(subject, seq);
  }
}
