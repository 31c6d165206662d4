import { getTableColumns } from "drizzle-orm";
import type { Click } from "../../clicks/click/schema.ts";
import { presentClick } from "../../clicks/click/store.ts";
import { eachLink } from "../../ground/db/each-link.ts";
import { clickRows as clicks } from "../../ground/db/schema/click.ts";
import type { Deps } from "../../ground/deps.ts";
import { type ArchivedFile, listFiles, type LogRow, readFile } from "./load-archived-clicks.ts";
import { type ExportRange, walkTable, WINDOW_ROWS } from "./walk.ts";

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

// Without an index on time alone: each link's index by time has the number of each of its clicks.
const FIND_ANY = `
WITH RECURSIVE ${eachLink("linked", "clicks")}
SELECT min(c.seq) AS seq FROM linked CROSS JOIN clicks c ON c.link_id = linked.id AND c.time >= ?2 AND c.time < ?3
WHERE c.seq >= ?1`;

const FIND_OF_STORE = `
SELECT min(c.seq) AS seq FROM links l CROSS JOIN clicks c ON c.link_id = l.id AND c.time >= ?2 AND c.time < ?3
WHERE l.store_id = ?4 AND c.seq >= ?1`;

const READ = `
SELECT * FROM clicks
WHERE seq >= ?1 AND seq <= (SELECT max(seq) FROM (SELECT seq FROM clicks WHERE seq >= ?1 ORDER BY seq LIMIT ${WINDOW_ROWS}))
  AND time >= ?2 AND time < ?3
  AND (?4 IS NULL OR EXISTS (SELECT 1 FROM links l WHERE l.id = clicks.link_id AND l.store_id = ?4))
ORDER BY seq`;

/**
 * The clicks of a range, a page at a time: those of files in R2, then those of the log in the order of
 * their arrival. Clicks that leave the log meanwhile are taken from their file, each once. Throws what
 * D1 and R2 throw, and an {@link UnreadableFile} for a file that is missing or damaged.
 */
export async function* clickPages({ d1, env }: Deps, range: ExportRange): AsyncGenerator<Click[]> {
  const files = new KnownFiles();
  const [first] = await d1.batch<ArchivedFile>([listFiles(d1, range, 0)]);
  files.learn(first?.results ?? [], 0);
  const values = (seq: number) => [seq, range.from, range.to] as const;
  // The files in the same transaction: a click that is gone by then is in one of them.
  const withFiles = async <Row>(seq: number, statement: D1PreparedStatement): Promise<Row[]> => {
    const [rows, listed] = await d1.batch([statement, listFiles(d1, range, seq)]);
    files.learn((listed?.results ?? []) as unknown as ArchivedFile[], seq);
    return (rows?.results ?? []) as Row[];
  };

  yield* archived();
  const pages = walkTable<number, LogRow>(0, {
    find: async (seq) => {
      const find =
        range.store === null
          ? d1.prepare(FIND_ANY).bind(...values(seq))
          : d1.prepare(FIND_OF_STORE).bind(...values(seq), range.store);
      const [found] = await withFiles<{ seq: number | null }>(seq, find);
      return found?.seq ?? null;
    },
    read: async (seq) => withFiles<LogRow>(seq, d1.prepare(READ).bind(...values(seq), range.store)),
    after: ({ seq }) => seq + 1,
  });
  for await (const rows of pages) yield files.without(rows).map((row) => presentClick(clickOf(row)));
  yield* archived();

  async function* archived(): AsyncGenerator<Click[]> {
    for (const { file, from } of files.unread()) {
      for await (const rows of readFile({ d1, env }, file, from, range)) {
        // A visitor key is shown while its click is in the log, and no longer.
        yield rows.map((row) => presentClick({ ...clickOf(row), visitorKey: null }));
      }
    }
  }
}

/** The files of a range as far as they are known, and from which number on each is to be read. */
class KnownFiles {
  readonly #files = new Map<string, { file: ArchivedFile; from: number; read: boolean }>();

  /** Notes files. What is below `seq` was read from the log before a file that is new here could take it out. */
  learn(listed: readonly ArchivedFile[], seq: number): void {
    for (const file of listed) {
      if (!this.#files.has(file.key)) this.#files.set(file.key, { file, from: seq, read: false });
    }
  }

  /** The rows of a page of the log that are read from no file. */
  without(rows: readonly LogRow[]): LogRow[] {
    const [first, last] = [rows.at(0)?.seq ?? 0, rows.at(-1)?.seq ?? 0];
    const near = [...this.#files.values()].filter(({ file }) => file.firstSeq <= last && file.lastSeq >= first);
    return rows.filter(
      ({ seq, time }) => !near.some(({ file }) => seq >= file.firstSeq && seq <= file.lastSeq && time <= file.latest),
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

const FIELDS = Object.entries(getTableColumns(clicks));

/** A row by the names of its fields. Files that are older than a column don't have it. */
function clickOf(row: LogRow): typeof clicks.$inferSelect {
  const fields = Object.fromEntries(FIELDS.map(([field, { name }]) => [field, row[name] ?? null]));
  return fields as typeof clicks.$inferSelect;
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
