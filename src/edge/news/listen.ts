import { errorText } from "../../ground/error-text.ts";
import { LOOK_MS, type Look, type LookUnderWay, type News, type Told } from "./news.ts";

/** What a look at the change feed needs, with one request's own bindings. */
export interface Listener {
  news: News;
  /** Reads the feed from a position on; `null`: no more than where it stands. Rejects if storage fails. */
  load: (position: number | null) => Promise<Told>;
  /** Forgets what these changes, by subject, make untrue; `null`: everything. Must not reject. */
  apply: (changes: ReadonlyMap<string, number> | null) => Promise<void>;
  /** Resolves after so many ms. */
  wait: (ms: number) => Promise<void>;
  waitUntil: (work: Promise<unknown>) => void;
  /** ms UTC. */
  now: number;
}

/** A look that has not come back after this long died with its request, ms. */
const LOST_MS = LOOK_MS;

/** How long a shopper waits for a look who could be answered from memory, ms. */
const PATIENCE_MS = 1_000;

/** Looks at the feed behind the response, unless another request does. */
export function hearBehind(listener: Listener): void {
  const { underWay } = listener.news;
  if (underWay === null || listener.now - underWay.since >= LOST_MS) beginLook(listener);
}

/**
 * Waits for a look at the feed, a crowd for the same one. Where it fails or takes too long, memory answers as it is, and
 * nobody waits until the next is due: of ten seconds of an outage one is slow.
 */
export async function hearBefore(listener: Listener): Promise<void> {
  const { news, now, wait } = listener;
  let { underWay } = news;
  if (underWay === null || now - underWay.since >= LOST_MS) {
    if (!news.isDue(now)) return;
    underWay = beginLook(listener);
  }
  const patience = underWay.since + PATIENCE_MS - now;
  if (patience > 0) await Promise.race([underWay.done, wait(patience)]);
}

function beginLook(listener: Listener): LookUnderWay {
  const { news, now, waitUntil } = listener;
  const look: Look = { since: now, from: news.position, doubts: news.doubts };
  const underWay: LookUnderWay = { ...look, done: hear(listener, look).finally(() => news.lookEnded(underWay)) };
  news.lookBegan(underWay);
  waitUntil(underWay.done);
  return underWay;
}

async function hear({ news, load, apply }: Listener, look: Look): Promise<void> {
  try {
    const told = await load(look.from);
    await apply(news.hear(told, look));
  } catch (error) {
    console.warn(JSON.stringify({ event: "news_failed", message: errorText(error) }));
  }
}
