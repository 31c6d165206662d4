import type { Chance } from "./chance.ts";
import { DAYS, dayAfter, HOUR_MS, MINUTE_MS, weekdayOf } from "./days.ts";
import { type Audience, AUDIENCES, PROGRAMS, type Visitor, visitorOf } from "./visitors.ts";

/** A request to a link. */
export interface StoryClick extends Visitor {
  /** ms UTC. */
  at: number;
  link: LinkName;
  /** Who earns by the link, by their external id; `null`: nobody. */
  creator: string | null;
  /** `again`: the same visitor within the same hour of the clock. */
  kind: "visit" | "again" | "program" | "prefetch" | "head";
}

/**
 * A link by its slug; those that a campaign made for a creator have slugs that nobody knows before: they are named by
 * campaign and creator.
 */
export type LinkName = "lea" | "max" | "nina" | "spring" | "spring:lea" | "autumn:lea" | "autumn:max";

/** A link and its visitors. */
interface Stream {
  link: LinkName;
  creator: string | null;
  audience: Audience;
  /** Visitors on a usual day. */
  daily: number;
  /** How many times as many come on the days (from the first, 0) after something was posted, one after the other. */
  posts: Readonly<Record<number, readonly number[]>>;
  /** The day of the week on which nearly all come; left out: they come on any. */
  only?: number;
}

const STREAMS: readonly Stream[] = [
  {
    link: "lea",
    creator: "demo-lea",
    audience: AUDIENCES.lea,
    daily: 13,
    // A reel that went far, and one that did well.
    posts: { 12: [2.4, 1.5], 36: [6, 3.2, 1.8, 1.3] },
  },
  { link: "spring:lea", creator: "demo-lea", audience: AUDIENCES.lea, daily: 1.5, posts: {} },
  { link: "autumn:lea", creator: "demo-lea", audience: AUDIENCES.lea, daily: 3, posts: { 44: [4, 2] } },
  {
    link: "max",
    creator: "demo-max",
    audience: AUDIENCES.max,
    daily: 7,
    // Videos are found for weeks.
    posts: { 20: [3.5, 3, 2.4, 2, 1.8, 1.6, 1.5, 1.4, 1.3, 1.2], 48: [3, 2.2, 1.7, 1.4] },
  },
  { link: "autumn:max", creator: "demo-max", audience: AUDIENCES.max, daily: 1, posts: {} },
  { link: "nina", creator: "demo-nina", audience: AUDIENCES.nina, daily: 7, posts: { 8: [2, 1.5], 28: [2.5] } },
  { link: "spring", creator: null, audience: AUDIENCES.newsletter, daily: 14, posts: {}, only: 2 },
];

/** How lively each day of the week is, from Sunday on. */
const WEEK = [1.3, 0.85, 0.9, 0.9, 0.95, 1.05, 1.25];

/** Weights of the hours, from midnight on. */
const HOURS = [2, 1, 1, 0, 0, 1, 2, 4, 5, 5, 6, 6, 9, 8, 6, 5, 6, 7, 9, 11, 13, 13, 9, 5].map(
  (weight, hour) => [hour, weight] as const,
);

const AGAIN = 0.05;
const PREFETCHED = 0.015;
const HEADS = 0.006;
/** Programs come to links that are talked about. */
const PROGRAM = 0.08;

/** All requests to the demo's links, from early to late. */
export function tellClicks(chance: Chance, begin: number): StoryClick[] {
  const clicks: StoryClick[] = [];
  let visitors = 0;
  for (let day = 0; day < DAYS; day++) {
    const midnight = dayAfter(begin, day);
    // People look at what was posted within minutes of each other: in each hour they come in one rush.
    const rushes = HOURS.map(([hour]) => midnight + hour * HOUR_MS + chance.whole(0, 54 * MINUTE_MS));
    for (const stream of STREAMS) {
      const count = chance.about(stream.daily * livelinessOf(stream, day, weekdayOf(midnight)));
      for (let one = 0; one < count; one++) {
        visitors += 1;
        const at = (rushes[chance.of(HOURS)] ?? midnight) + chance.whole(0, 5 * MINUTE_MS - 1);
        clicks.push(...visitOf(chance, stream, at, visitors));
      }
    }
  }
  return clicks.toSorted((a, b) => a.at - b.at);
}

function livelinessOf({ posts, only }: Stream, day: number, weekday: number): number {
  if (only !== undefined) return weekday === only ? 1 : 0.06;
  const boost = Object.entries(posts).reduce(
    (most, [first, times]) => Math.max(most, times[day - Number(first)] ?? 1),
    1,
  );
  return boost * (WEEK[weekday] ?? 1);
}

/** Some moment of the day that begins at `midnight` (ms UTC). */
export function momentOf(chance: Chance, midnight: number): number {
  return midnight + chance.of(HOURS) * HOUR_MS + chance.whole(0, HOUR_MS - 1);
}

/** One visitor's request, and what may come with it. */
function visitOf(chance: Chance, { link, creator, audience }: Stream, at: number, number: number): StoryClick[] {
  const visitor = visitorOf(chance, audience, number);
  const visit: StoryClick = { ...visitor, at, link, creator, kind: "visit" };
  if (chance.happens(PROGRAM)) return [{ ...visit, agent: chance.of(PROGRAMS), referrer: null, kind: "program" }];
  if (chance.happens(PREFETCHED)) return [{ ...visit, kind: "prefetch" }];
  if (chance.happens(HEADS)) return [{ ...visit, kind: "head" }];
  const later = at + chance.whole(1, 12) * MINUTE_MS;
  const isAgain = chance.happens(AGAIN) && Math.floor(later / HOUR_MS) === Math.floor(at / HOUR_MS);
  return isAgain ? [visit, { ...visit, at: later, kind: "again" }] : [visit];
}
