import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Look, News, type Told } from "../../../src/edge/news/news.ts";
import { slugSubject, subjectOf } from "../../../src/edge/news/subject.ts";

const NOW = Date.UTC(2026, 10, 29);

/**
 * What a feed of these subjects tells whoever heard it up to a position; `kept`: the newest of them, `era`: when the first
 * happened.
 */
function told(
  feed: readonly string[],
  position: number | null,
  { kept = feed.length, most = 100, era = 0 } = {},
): Told {
  const changes = feed
    .map((subject, index) => ({ seq: index + 1, subject, at: era + index }))
    .slice(-kept || feed.length);
  const newer = changes.filter(({ seq }) => position !== null && seq >= position);
  const oldest = changes[0]?.seq ?? 0;
  return { changes: newer.slice(0, most + 1), oldest, newest: feed.length, more: newer.length > most + 1 };
}

/** A look that began at `since`. */
function look(news: News, since = NOW): Look {
  return { since, from: news.position, doubts: news.doubts };
}

/** News that were heard up to the end of a feed. */
function heard(feed: readonly string[]): News {
  const news = new News();
  news.begin(feed.length, NOW);
  return news;
}

describe("news", () => {
  it("outdate what was read before them and is about their subject, and nothing else", () => {
    const feed = ["a", "b"];
    const news = heard(feed);
    feed.push("a");
    expect(news.hear(told(feed, 2), look(news))).toEqual(new Map([["a", 3]]));
    expect(news.outdates(["x", "a"], 2)).toBe(true);
    expect(news.outdates(["a"], 3)).toBe(false);
    expect(news.outdates(["b"], 2)).toBe(false);
  });

  it("outdate whatever was read before anything is remembered of", () => {
    const news = heard(["a", "b"]);
    expect(news.outdates(["x"], 1)).toBe(true);
    expect(news.outdates(["x"], 2)).toBe(false);
  });

  it("are forgotten past a number, and then outdate all that is older", () => {
    const news = heard([]);
    const feed = Array.from({ length: 5_001 }, (_, index) => `s${index}`);
    news.hear(told(feed, 0, { most: 6_000 }), look(news));
    expect(news.outdates(["x"], 1)).toBe(false);
    expect(news.outdates(["x"], 0)).toBe(true);
    expect(news.outdates(["s5000"], 5_000)).toBe(true);
  });

  it.each([
    ["pruned beyond what was heard", ["a", "b", "c", "d"], 1, { kept: 2 }],
    ["too many for one look", ["a", "b", "c", "d"], 1, { most: 2 }],
    ["a database that was set back in time", ["a"], 4, {}],
    ["a database that was emptied", [], 4, {}],
  ])("that were missed start memory anew: %s", (_name, feed, position, limits) => {
    const news = new News();
    news.begin(position, NOW);
    expect(news.hear(told(feed, position, limits), look(news))).toBeNull();
    expect(news.position).toBe(feed.length);
    expect(news.hear(told([...feed, "z"], feed.length), look(news))).toEqual(new Map([["z", feed.length + 1]]));
  });

  it("that were missed are known though a database was set back and has come as far again", () => {
    const news = heard(["a", "b"]);
    expect(news.hear(told(["a", "b", "c"], 2), look(news))).toEqual(new Map([["c", 3]]));
    expect(news.hear(told(["x", "y", "z"], 3, { era: 50 }), look(news))).toBeNull();
    expect(news.hear(told(["x", "y", "z", "a"], 3, { era: 50 }), look(news))).toEqual(new Map([["a", 4]]));
  });

  it("are not missed though all but the first unheard one were pruned", () => {
    const news = new News();
    news.begin(2, NOW);
    expect(news.hear(told(["a", "b", "c", "d"], 2, { kept: 2 }), look(news))?.size).toBe(2);
  });

  it("that come twice or late, after those of a later look, change nothing", () => {
    const news = heard(["a"]);
    const late = look(news, NOW + 1);
    const feed = ["a", "b", "c"];
    news.hear(told(feed, 1), look(news, NOW + 2));
    expect(news.hear(told(["a", "b"], 1), late)).toEqual(new Map());
    expect(news.position).toBe(3);
    expect(news.heardAt).toBe(NOW + 2);
  });
});

describe("a look", () => {
  it("is due every 10 s, and must come before an answer after 45 s", () => {
    const news = heard([]);
    for (const [ms, due, recent] of [
      [9_999, false, true],
      [10_000, true, true],
      [44_999, true, true],
      [45_000, true, false],
    ] as const) {
      expect([news.isDue(NOW + ms), news.isRecent(NOW + ms)], `${ms}`).toEqual([due, recent]);
    }
  });

  it("is never due while nothing depends on the feed", () => {
    expect([new News().isDue(NOW), new News().isRecent(NOW)]).toEqual([false, true]);
  });

  it("that fails leaves its time, so that the next comes 10 s later", () => {
    const news = heard([]);
    const underWay = { ...look(news, NOW + 50_000), done: Promise.resolve() };
    news.lookBegan(underWay);
    news.lookEnded(underWay);
    expect([news.isDue(NOW + 59_999), news.isDue(NOW + 60_000)]).toEqual([false, true]);
    expect(news.isRecent(NOW + 59_999)).toBe(false);
  });

  it("that began before a write here doesn't settle the doubt", () => {
    const news = heard([]);
    const before = look(news, NOW);
    news.doubt(NOW);
    expect([news.isDue(NOW), news.isRecent(NOW)]).toEqual([true, false]);
    news.hear(told([], 0), before);
    expect(news.isRecent(NOW)).toBe(false);
    news.hear(told([], 0), look(news, NOW));
    expect(news.isRecent(NOW)).toBe(true);
  });
});

it("a slug that a domain wrote in its own case is folded, and no other subject is", () => {
  const fold = (slug: string) => slug.toLowerCase();
  expect(subjectOf("slug:LEA", fold)).toBe(slugSubject("lea"));
  expect(subjectOf("lnk_ABC", fold)).toBe("lnk_ABC");
});

/** Something that an isolate keeps: what it read, and where the feed stood then. */
interface Kept {
  subject: string;
  value: number;
  position: number;
  doubted: boolean;
}

it("whatever is written, pruned, read from lagging copies and looked at, memory trusts nothing older than it heard", () => {
  const subject = fc.constantFrom("a", "b", "c", "d");
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("write" as const), subject }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("read" as const), subject, lag: fc.nat(6) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("look" as const), kept: fc.integer({ min: 1, max: 8 }) }) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const news = new News();
      const feed: string[] = [];
      const kept: Kept[] = [];
      /** The value of a subject at a position: how often it was written until then. */
      const valueAt = (of: string, position: number) => feed.slice(0, position).filter((one) => one === of).length;
      for (const one of steps) {
        if (one.kind === "write") feed.push(one.subject);
        else if (one.kind === "read") {
          const position = Math.max(0, feed.length - one.lag);
          news.begin(position, NOW);
          const doubted = news.outdates([one.subject], position);
          kept.push({ subject: one.subject, value: valueAt(one.subject, position), position, doubted });
        } else if (news.position !== null) {
          const changes = news.hear(told(feed, news.position, { kept: one.kept, most: 5 }), look(news));
          for (const entry of kept) {
            if (changes === null || (changes.get(entry.subject) ?? 0) > entry.position) entry.doubted = true;
          }
        }
        const position = news.position ?? 0;
        for (const entry of kept) {
          // A look from further back than a copy may know of less than the copy does.
          const known = valueAt(entry.subject, Math.max(position, entry.position));
          if (!entry.doubted) expect(entry.value).toBe(known);
        }
      }
    }),
    { numRuns: 500 },
  );
});
