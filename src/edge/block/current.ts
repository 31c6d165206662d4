import { errorText } from "../../ground/error-text.ts";
import type { News } from "../news/news.ts";
import { BLOCKS } from "../news/subject.ts";
import type { LoadedBlocklist } from "./load.ts";
import { type Blocklist, EMPTY_BLOCKLIST } from "./match.ts";

/** The block list in the isolate's memory. */
export interface BlockMemory {
  list: Blocklist;
  /** The position of the change feed at which it was true; below 0: none was read yet. */
  position: number;
  /** The reading of it that is under way, or was last; `since`: ms UTC. */
  reading: { done: Promise<void>; since: number; failed: boolean } | null;
}

/** What reading the list needs, with one request's own bindings. */
export interface BlocklistReader {
  news: News;
  load: () => Promise<LoadedBlocklist>;
  /** Resolves once whoever asks has waited long enough. */
  patience: () => Promise<void>;
  /** ms UTC. */
  now: number;
}

/** A reading that failed, or has not come back, is tried again after this long, ms. */
const RETRY_MS = 10_000;

/** A memory without a list. */
export function noBlocks(): BlockMemory {
  return { list: EMPTY_BLOCKLIST, position: -1, reading: null };
}

/** Whether a reading of the list came to nothing so long ago that it is time to try again. */
export function isOverdue({ reading }: BlockMemory, now: number): boolean {
  return reading !== null && Math.abs(now - reading.since) >= RETRY_MS;
}

/**
 * The list as far as the change feed was heard, read once for all who ask while it is out of date. The last one that was
 * read serves while D1 fails. Never rejects.
 */
export async function currentBlocklist(memory: BlockMemory, reader: BlocklistReader): Promise<Blocklist> {
  const { news, now, patience } = reader;
  if (!news.outdates([BLOCKS], memory.position)) return memory.list;
  let { reading } = memory;
  if (reading === null || isOverdue(memory, now)) {
    reading = { since: now, failed: false, done: Promise.resolve() };
    reading.done = read(memory, reader, reading);
    memory.reading = reading;
  }
  if (!reading.failed) await Promise.race([reading.done, patience()]);
  return memory.list;
}

async function read(
  memory: BlockMemory,
  { load, news }: BlocklistReader,
  reading: NonNullable<BlockMemory["reading"]>,
): Promise<void> {
  try {
    const { hosts, suffixes, position } = await load();
    // It may be the first that is read at all, and be kept while no link is.
    news.begin(position, reading.since);
    // A reading that was given up may come back after a later one.
    if (position >= memory.position) {
      memory.list = { hosts, suffixes };
      memory.position = position;
    }
    if (memory.reading === reading) memory.reading = null;
  } catch (error) {
    reading.failed = true;
    console.warn(JSON.stringify({ event: "blocklist_failed", message: errorText(error) }));
  }
}
