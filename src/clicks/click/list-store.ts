import { sql, type SQL } from "drizzle-orm";
import { openDatabase } from "../../ground/db/client.ts";
import { clickBatches, clickRows } from "../../ground/db/schema/click.ts";
import type { Deps } from "../../ground/deps.ts";
import { endMsOf, msOf } from "../../ground/http/fields.ts";
import type { Stretch } from "../../ground/http/pagination.ts";
import { columnsIf, isWhole, namesAny } from "../log/links-store.ts";
import { type ClickLog, clickLogs } from "../log/logs-store.ts";
import { BATCH_SPAN_MS, type LoggedClick, unpack } from "../log/pack.ts";
import { FIRST_PACKED_SEQ, firstSeq } from "../log/sequence.ts";
import { LETTERS } from "../log/verdict.ts";
import type { ClickQuery } from "./schema.ts";

/** What clicks are asked for. Times are ms UTC. */
interface Filter {
  link: string | undefined;
  bucket: ClickQuery["bucket"];
  from: number | undefined;
  to: number | undefined;
}

/** A page of clicks, and the number behind which the next goes on; `null`: there are no more. */
export interface ClickPage {
  rows: LoggedClick[];
  next: number | null;
}

/** Batches that one request looks at: some hundred thousand clicks, where they are of the usual size. */
const MOST_BATCHES = 1_000;

/** Batches looked at in one query: few at first, for the first may have all that is asked for. */
const CHUNK = { first: 2, most: 64 };

/** Clicks that are rows, looked at in one query. Each counts as a share of a batch. */
const ROWS_A_CHUNK = 2_000;
const ROWS_A_BATCH = 100;

/** A click is logged after it happened, but for what the clocks of two machines may differ, ms. */
const CLOCK_SLACK_MS = 3_600_000;

/**
 * Clicks that pass a filter, the last to arrive first, from behind the number `after` on, over all databases of the log.
 * No index leads to a link or a bucket, so they are looked for batch by batch, in a bounded number of them a request: a
 * page may be short, even empty, before the last. Where `to` is given, the index by time leads there. Throws what D1
 * throws.
 */
export async function listClicks(
  { env, now }: Pick<Deps, "env" | "now">,
  { after, limit }: Stretch<number>,
  query: Pick<ClickQuery, "link" | "bucket" | "from" | "to">,
): Promise<ClickPage> {
  const filter: Filter = { link: query.link, bucket: query.bucket, from: msOf(query.from), to: endMsOf(query.to) };
  const { all } = await clickLogs(env, now());
  const [main] = all;
  const sources: Source[] = [
    ...(main === undefined ? [] : [new RowSource(main, after, filter)]),
    ...all.map((log) => new BatchSource(log, after, filter)),
  ];
  const found = new Map<number, LoggedClick>();
  let cost = 0;
  const advance = async (source: Source): Promise<void> => {
    for (const click of await source.advance()) found.set(click.seq, click);
    cost += source.cost;
  };
  await Promise.all(sources.map(advance));
  for (;;) {
    // Below the highest place where a source stands, another may still have some that come before.
    const horizon = Math.max(...sources.map((source) => source.horizon));
    const known = [...found.values()].filter(({ seq }) => seq >= horizon).toSorted((a, b) => b.seq - a.seq);
    const behind = sources.find((source) => source.horizon === horizon && !source.done);
    if (known.length > limit) return { rows: known.slice(0, limit), next: known[limit - 1]?.seq ?? null };
    if (behind === undefined) return { rows: known, next: null };
    if (cost >= MOST_BATCHES) return { rows: known, next: horizon };
    await advance(behind);
  }
}

/** One form of the clicks of one database, read against the order of arrival. */
interface Source {
  /** All of its clicks from this number on were looked at. */
  readonly horizon: number;
  readonly done: boolean;
  /** What the last step cost, in batches. */
  readonly cost: number;
  /** Looks on, and returns the clicks that pass. */
  advance: () => Promise<LoggedClick[]>;
}

/** Below every number. */
const END = -1;

class RowSource implements Source {
  horizon: number;
  done = false;
  cost = 0;
  readonly #log: ClickLog;
  readonly #filter: Filter;

  constructor(log: ClickLog, after: number | null, filter: Filter) {
    this.#log = log;
    this.horizon = after ?? Number.MAX_SAFE_INTEGER;
    this.#filter = filter;
  }

  async advance(): Promise<LoggedClick[]> {
    const rows = await openDatabase(this.#log.d1)
      .select()
      .from(clickRows)
      .where(sql`seq < ${this.horizon}`)
      .orderBy(sql`seq DESC`)
      .limit(ROWS_A_CHUNK);
    this.cost = rows.length / ROWS_A_BATCH;
    this.done = rows.length < ROWS_A_CHUNK;
    this.horizon = this.done ? END : (rows.at(-1)?.seq ?? END);
    return rows.filter((row) => passes(row, this.#filter));
  }
}

class BatchSource implements Source {
  horizon: number;
  done = false;
  cost = 0;
  readonly #log: ClickLog;
  readonly #after: number;
  readonly #filter: Filter;
  #chunk = CHUNK.first;
  /** What arrived before, by numbers that tell the time, is of before the span; 0: nothing is known to be. */
  #floor: number;

  constructor(log: ClickLog, after: number | null, filter: Filter) {
    this.#log = log;
    this.#after = after ?? Number.MAX_SAFE_INTEGER;
    this.horizon = this.#after;
    this.#filter = filter;
    const floor = filter.from === undefined ? 0 : firstSeq(filter.from - CLOCK_SLACK_MS, 0);
    this.#floor = floor > FIRST_PACKED_SEQ ? floor : 0;
  }

  async advance(): Promise<LoggedClick[]> {
    const batches = await this.#read();
    this.cost = batches.length;
    const last = batches.at(-1);
    if (last !== undefined && batches.length === this.#chunk) {
      this.horizon = last.seq;
    } else if (this.#floor > 0 && this.#filter.to === undefined) {
      [this.horizon, this.#floor] = [Math.min(this.#after, FIRST_PACKED_SEQ), 0];
    } else {
      [this.horizon, this.done] = [END, true];
    }
    this.#chunk = Math.min(CHUNK.most, this.#chunk * 2);
    return batches
      .filter(isWhole)
      .flatMap((batch) => unpack(batch))
      .filter((click) => click.seq < this.#after && passes(click, this.#filter));
  }

  /** The next batches, downwards; those of which no click passes come without their texts. */
  #read() {
    const { from, to } = this.#filter;
    const span =
      to === undefined
        ? sql`seq < ${this.horizon} AND seq >= ${this.#floor}`
        : sql`seq IN (SELECT seq FROM click_batches
            WHERE earliest > ${(from ?? 0) - BATCH_SPAN_MS} AND earliest < ${to} AND latest >= ${from ?? 0}
              AND +seq < ${this.horizon} ORDER BY seq DESC LIMIT ${this.#chunk})`;
    return openDatabase(this.#log.d1)
      .select(columnsIf(this.#mayMatch()))
      .from(clickBatches)
      .where(span)
      .orderBy(sql`seq DESC`)
      .limit(this.#chunk);
  }

  /** SQL: whether a batch may have clicks that pass. */
  #mayMatch(): SQL {
    const { link, bucket, from } = this.#filter;
    const conditions = [sql`1`];
    if (link !== undefined) conditions.push(namesAny([link]));
    if (from !== undefined) conditions.push(sql`latest >= ${from}`);
    if (bucket !== undefined) {
      const letters = bucket === "counted" ? ["u", "c"] : [bucket === "duplicate" ? "d" : LETTERS[bucket]];
      conditions.push(
        sql`(${sql.join(
          letters.map((letter) => sql`instr(verdicts, ${letter}) > 0`),
          sql` OR `,
        )})`,
      );
    }
    return sql.join(conditions, sql` AND `);
  }
}

function passes({ linkId, bucket, time }: LoggedClick, filter: Filter): boolean {
  return (
    (filter.link === undefined || linkId === filter.link) &&
    (filter.bucket === undefined || bucket === filter.bucket) &&
    (filter.from === undefined || time >= filter.from) &&
    (filter.to === undefined || time < filter.to)
  );
}
