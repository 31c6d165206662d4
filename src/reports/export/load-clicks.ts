import type { Click } from "../../clicks/click/schema.ts";
import { presentClick } from "../../clicks/click/present.ts";
import { type ClickLog, clickLogs } from "../../clicks/log/logs-store.ts";
import { type LoggedClick, unpack } from "../../clicks/log/pack.ts";
import { findInSpan, type LogWindow, readWindow } from "../../clicks/log/window-store.ts";
import type { Deps } from "../../ground/deps.ts";
import { type ArchivedFile, listFiles, readFile } from "./load-archived-clicks.ts";
import { type ExportRange, WINDOW_ROWS } from "./walk.ts";

/** The columns of clicks as CSV, in order. */
export const CLICK_COLUMNS = [
  "id",
  "seq",
  "linkId",
  "time",
  "bucket",
  "reason",
  "rule",
  "visitorKey",
  "unique",
  "country",
  "region",
  "city",
  "device",
  "browser",
  "os",
  "language",
  "referrerHost",
  "source",
  "utmSource",
  "utmMedium",
  "utmCampaign",
  "utmTerm",
  "utmContent",
  "consent",
  "consentSource",
  "ingestedAt",
] as const;

/** Batches of one query at first, and at most where they are small. */
const BATCHES = { first: 2, most: 256 };

/**
 * The clicks of a range, a page at a time: those of files in R2, then those of the log, database by database, in the
 * order of their arrival. Clicks that leave the log meanwhile are taken from their file, each once; so are those that
 * are packed meanwhile. Throws what D1 and R2 throw, and an `UnreadableFile` for a file that is missing or damaged.
 */
export async function* clickPages(
  { d1, env, now }: Pick<Deps, "d1" | "env" | "now">,
  range: ExportRange,
): AsyncGenerator<Click[]> {
  const logs = await clickLogs(env, now());
  const stores = new StoreLinks(d1, range.store);
  const files = new KnownFiles();
  files.learn(await listFiles(d1, range), 0, 0);
  // Asked after the log was read: a click that was gone by then is in one of them.
  const learnFiles = async (log: ClickLog, seq: number): Promise<void> => {
    files.learn(await listFiles(d1, range, files.asked()), log.number, seq);
  };

  yield* archived();
  for (const log of logs.all) {
    let most = BATCHES.first;
    let at = await findInSpan(log, 0, range);
    await learnFiles(log, 0);
    while (at !== null) {
      const window = await readWindow(log, at, { most, mostRows: WINDOW_ROWS });
      await learnFiles(log, at);
      const clicks = clicksOf(window, at, range, files);
      const page = await stores.own(clicks);
      if (page.length > 0) yield page.map(presentClick);
      most = clicks.length < WINDOW_ROWS ? Math.min(most * 2, BATCHES.most) : Math.max(BATCHES.first, most / 2);
      const next: number | null = window.more ? window.last + 1 : null;
      at = next !== null && clicks.length === 0 ? await findInSpan(log, next, range) : next;
      if (next !== null && clicks.length === 0) await learnFiles(log, next);
    }
  }
  yield* archived();

  async function* archived(): AsyncGenerator<Click[]> {
    for (const { file, from } of files.unread()) {
      for await (const clicks of readFile(env.ARCHIVE, file, from, range)) {
        // A visitor key is shown while its click is in the log, and no longer.
        const page = (await stores.own(clicks)).map((click) => presentClick({ ...click, visitorKey: null }));
        if (page.length > 0) yield page;
      }
    }
  }
}

/** The clicks of a window that are in the range and read from no file, in the order of arrival. */
function clicksOf(
  { batches, rows, last }: LogWindow,
  from: number,
  range: ExportRange,
  files: KnownFiles,
): LoggedClick[] {
  const packed = batches.filter((batch) => !files.hasBatch(batch)).flatMap((batch) => unpack(batch));
  return [...packed, ...rows.filter((row) => !files.hasRow(row))]
    .filter(({ seq, time }) => seq >= from && seq <= last && time >= range.from && time < range.to)
    .toSorted((a, b) => a.seq - b.seq);
}

/** The links of the store that is exported, as far as clicks on them have come up. */
class StoreLinks {
  readonly #d1: D1Database;
  readonly #store: string | null;
  readonly #known = new Map<string, boolean>();

  constructor(d1: D1Database, store: string | null) {
    this.#d1 = d1;
    this.#store = store;
  }

  /** The clicks on links of the store; all of them if none is asked for. */
  async own(clicks: readonly LoggedClick[]): Promise<readonly LoggedClick[]> {
    if (this.#store === null) return clicks;
    const asked = [...new Set(clicks.map(({ linkId }) => linkId))].filter((linkId) => !this.#known.has(linkId));
    if (asked.length > 0) {
      const { results } = await this.#d1
        .prepare("SELECT l.id FROM json_each(?1) w CROSS JOIN links l ON l.id = w.value WHERE l.store_id = ?2")
        .bind(JSON.stringify(asked), this.#store)
        .all<{ id: string }>();
      for (const linkId of asked) this.#known.set(linkId, false);
      for (const { id } of results) this.#known.set(id, true);
    }
    return clicks.filter(({ linkId }) => this.#known.get(linkId) === true);
  }
}

/** The files of a range as far as they are known, and from which number on each is to be read. */
class KnownFiles {
  readonly #files = new Map<string, { file: ArchivedFile; from: number; read: boolean }>();
  /** The batches that they have, by their numbers, which no two databases share. */
  readonly #batches = new Set<number>();
  #newest = 0;
  #pending: string[] = [];

  /** Up to which file all are known, and which of them were not verified yet. */
  asked(): { known: number; pending: readonly string[] } {
    return { known: this.#newest, pending: this.#pending };
  }

  /**
   * Notes files, when the walk of the log stands in this database before this number. What was passed was read from the
   * log before a file that is new here could take it out.
   */
  learn(listed: readonly ArchivedFile[], log: number, seq: number): void {
    this.#pending = listed.filter(({ verified }) => verified === 0).map(({ key }) => key);
    for (const file of listed) {
      this.#newest = Math.max(this.#newest, file.id);
      if (file.verified === 0 || this.#files.has(file.key)) continue;
      const own = file.log ?? 0;
      const from = own === log ? seq : own > log ? 0 : Infinity;
      this.#files.set(file.key, { file, from, read: from === Infinity });
      for (const batch of JSON.parse(file.batches ?? "[]") as number[]) this.#batches.add(batch);
    }
  }

  /** Whether a batch is read from a file. */
  hasBatch({ seq }: { seq: number }): boolean {
    return this.#batches.has(seq);
  }

  /** Whether a click that is a row is read from a file. */
  hasRow({ seq, time }: LoggedClick): boolean {
    return [...this.#files.values()].some(
      ({ file }) => file.log === null && seq >= file.firstSeq && seq <= file.lastSeq && time <= file.latest,
    );
  }

  /** Those that were not read yet, each once. */
  *unread(): Generator<{ file: ArchivedFile; from: number }> {
    for (const known of this.#files.values()) {
      if (known.read) continue;
      known.read = true;
      yield known;
    }
  }
}

/** A click as a line of CSV: its cells by {@link CLICK_COLUMNS}. */
export function clickCells({ utm, ...click }: Click): Record<(typeof CLICK_COLUMNS)[number], unknown> {
  return {
    ...click,
    utmSource: utm.source,
    utmMedium: utm.medium,
    utmCampaign: utm.campaign,
    utmTerm: utm.term,
    utmContent: utm.content,
  };
}
