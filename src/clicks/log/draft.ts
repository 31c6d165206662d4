import type { PackedClick } from "./pack.ts";
import type { Verdict } from "./verdict.ts";

/** A click on its way into the log, with all that doesn't hang on what the log has. */
export interface DraftClick extends Omit<PackedClick, "reason"> {
  /** `null` where its verdict says why. */
  reason: string | null;
  /** `null`: a visit, of which first visits decide. */
  verdict: Verdict | null;
  /** Start of the duplicate window that holds `time`, ms UTC. */
  windowStart: number;
  /** Id of the queue message that brought it; `null`: none that could come again, so its own id must tell. */
  message: string | null;
}

/** A visit that is the first of its visitor, link and window among those it came with. */
export interface Claim {
  visitorKey: string;
  linkId: string;
  windowStart: number;
  /** ms UTC. */
  time: number;
  id: string;
  /** Whether it is the first of its visitor and link too: a visitor key lives for one UTC day. */
  firstOfDay: boolean;
  /** Once it is settled that it counts: as what. */
  verdict?: "u" | "c";
}

/** What is known of a click before the log is asked: its verdict, or what it claims. */
export type Prospect = Verdict | Claim;

/**
 * What clicks that come together are, as far as they tell by themselves. First is the earliest, and of two at the same
 * moment the one with the smaller id: a rule that doesn't depend on the order of arrival. A visit without a visitor key
 * can't be told from any other, so each is the first of its own visitor.
 */
export function prospectsOf(clicks: readonly DraftClick[]): Prospect[] {
  const windows = new Map<string, DraftClick>();
  const days = new Map<string, DraftClick>();
  const keys = clicks.map((click) => {
    if (click.verdict !== null || click.visitorKey === null) return null;
    const day = click.visitorKey + click.linkId;
    const window = day + click.windowStart;
    keepEarlier(days, day, click);
    keepEarlier(windows, window, click);
    return { day, window };
  });
  return clicks.map((click, index): Prospect => {
    const { verdict, visitorKey, linkId, windowStart, time, id } = click;
    if (verdict !== null) return verdict;
    const key = keys[index] ?? null;
    if (key === null || visitorKey === null) return "u";
    if (windows.get(key.window) !== click) return "d";
    return { visitorKey, linkId, windowStart, time, id, firstOfDay: days.get(key.day) === click };
  });
}

function keepEarlier(firsts: Map<string, DraftClick>, key: string, click: DraftClick): void {
  const known = firsts.get(key);
  if (known === undefined || isEarlier(click, known)) firsts.set(key, click);
}

/** Whether a click comes before another: by time, and by id at the same moment. */
export function isEarlier(click: { time: number; id: string }, other: { time: number; id: string }): boolean {
  return click.time < other.time || (click.time === other.time && click.id < other.id);
}
