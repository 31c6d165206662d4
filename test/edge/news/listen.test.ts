import { afterEach, describe, expect, it, vi } from "vitest";
import { hearBefore, hearBehind, type Listener } from "../../../src/edge/news/listen.ts";
import { News, type Told } from "../../../src/edge/news/news.ts";

const NOW = Date.UTC(2026, 10, 29);
const NOTHING: Told = { changes: [], oldest: 0, newest: 0, more: false };

afterEach(() => {
  vi.restoreAllMocks();
});

/** A listener of one isolate, at a moment; `load` never answers unless it says otherwise. */
function listening(news: News, load: () => Promise<Told> = () => new Promise(() => {})) {
  const spies = {
    load: vi.fn(load),
    apply: vi.fn<Listener["apply"]>().mockResolvedValue(),
    wait: vi.fn<Listener["wait"]>().mockResolvedValue(),
  };
  const at = (ms: number): Listener => ({ news, ...spies, waitUntil: () => undefined, now: NOW + ms });
  return { ...spies, at };
}

/** News that were heard last at {@link NOW}. */
function begun(): News {
  const news = new News();
  news.begin(0, NOW);
  return news;
}

describe("behind an answer", () => {
  it("one look is under way at a time, and is applied", async () => {
    const news = begun();
    const { at, load, apply } = listening(news, async () => ({
      ...NOTHING,
      changes: [{ seq: 1, subject: "a", at: 0 }],
      newest: 1,
    }));
    hearBehind(at(10_000));
    hearBehind(at(10_001));
    await news.underWay?.done;
    expect(load).toHaveBeenCalledTimes(1);
    expect(apply).toHaveBeenCalledExactlyOnceWith(new Map([["a", 1]]));
    expect([news.underWay, news.heardAt, news.position]).toEqual([null, NOW + 10_000, 1]);
  });

  it("a look that has not come back for 10 s died with its request", () => {
    const { at, load } = listening(begun());
    hearBehind(at(10_000));
    hearBehind(at(19_999));
    expect(load).toHaveBeenCalledTimes(1);
    hearBehind(at(20_000));
    expect(load).toHaveBeenCalledTimes(2);
  });
});

describe("before an answer", () => {
  it("a crowd waits for one look", async () => {
    const { at, load } = listening(begun(), async () => NOTHING);
    await Promise.all(Array.from({ length: 100 }, async () => hearBefore(at(60_000))));
    expect(load).toHaveBeenCalledTimes(1);
  });

  it("waits no longer than the first second of a look that hangs, and not at all after it", async () => {
    const { at, load, wait } = listening(begun());
    await hearBefore(at(60_000));
    await hearBefore(at(60_400));
    await hearBefore(at(61_000));
    await hearBefore(at(69_999));
    expect(wait.mock.calls).toEqual([[1_000], [600]]);
    expect(load).toHaveBeenCalledTimes(1);
    await hearBefore(at(70_000));
    expect(load).toHaveBeenCalledTimes(2);
  });

  it("does not ask again for 10 s what failed", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const news = begun();
    const { at, load, apply } = listening(news, () => Promise.reject(new Error("D1_ERROR: Network connection lost.")));
    await hearBefore(at(60_000));
    await news.underWay?.done;
    await hearBefore(at(60_001));
    await hearBefore(at(69_999));
    expect(load).toHaveBeenCalledTimes(1);
    expect(apply).not.toHaveBeenCalled();
    expect(warn).toHaveBeenCalledTimes(1);
    await hearBefore(at(70_000));
    expect(load).toHaveBeenCalledTimes(2);
  });

  it("asks anew after a write here, though a look is under way", async () => {
    const news = begun();
    const { at, load } = listening(news);
    await hearBefore(at(10_000));
    news.doubt(NOW);
    await hearBefore(at(10_001));
    expect(load).toHaveBeenCalledTimes(2);
  });
});
