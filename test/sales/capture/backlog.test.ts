import { describe, expect, test } from "vitest";
import { Backlog } from "../../../src/sales/capture/behind.ts";

/** A worker whose runs end when the test says so. */
function slow() {
  const runs: { ids: readonly string[]; end: () => void; fail: (error: Error) => void }[] = [];
  const rests: number[] = [];
  let time = 0;
  return {
    runs,
    rests,
    pass: (ms: number) => void (time += ms),
    behind: {
      now: () => time,
      wait: (ms: number): Promise<void> => {
        rests.push(ms);
        time += ms;
        return Promise.resolve();
      },
      process: (ids: readonly string[]) =>
        new Promise<void>((resolve, reject) => void runs.push({ ids, end: resolve, fail: reject })),
    },
  };
}

const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe("the backlog of reports", () => {
  test("is worked off by one request, which takes what comes meanwhile together", async () => {
    const { runs, behind } = slow();
    const backlog = new Backlog();
    const work = backlog.add(["a"], behind);
    expect(work).not.toBeNull();
    for (const id of ["b", "c", "d"]) expect(backlog.add([id], behind)).toBeNull();
    runs[0]?.end();
    await settled();
    expect(runs.map(({ ids }) => ids)).toEqual([["a"], ["b", "c", "d"]]);
    runs[1]?.end();
    await work;
    // The next request works again.
    expect(backlog.add(["e"], behind)).not.toBeNull();
    expect(runs[2]?.ids).toEqual(["e"]);
  });

  test("is cut so that no run is too large, and loses none", async () => {
    const taken: string[] = [];
    const ids = Array.from({ length: 1_001 }, (_, n) => `inb_${n}`);
    const sizes: number[] = [];
    await new Backlog().add(ids, {
      now: () => 0,
      wait: () => Promise.resolve(),
      process: async (some) => {
        sizes.push(some.length);
        taken.push(...some);
      },
    });
    expect(Math.max(...sizes)).toBeLessThanOrEqual(500);
    expect(taken).toEqual(ids);
  });

  test("leaves a run that failed to the cron, and what waits to the next request", async () => {
    const { runs, behind } = slow();
    const backlog = new Backlog();
    const work = backlog.add(["a"], behind);
    void backlog.add(["b"], behind);
    runs[0]?.fail(new Error("D1 is gone"));
    await expect(work).rejects.toThrow("D1 is gone");
    expect(backlog.add(["c"], behind)).not.toBeNull();
    expect(runs[1]?.ids).toEqual(["b", "c"]);
  });

  test("is not worked off by one request for ever", async () => {
    const { runs, pass, behind } = slow();
    const backlog = new Backlog();
    const work = backlog.add(["a"], behind);
    void backlog.add(["b"], behind);
    pass(10_001);
    runs[0]?.end();
    await work;
    expect(runs).toHaveLength(1);
    expect(backlog.add(["c"], behind)).not.toBeNull();
    expect(runs[1]?.ids).toEqual(["b", "c"]);
  });

  test("is taken over from a request that was not heard of again", () => {
    const { runs, pass, behind } = slow();
    const backlog = new Backlog();
    expect(backlog.add(["a"], behind)).not.toBeNull();
    pass(19_999);
    expect(backlog.add(["b"], behind)).toBeNull();
    pass(1);
    expect(backlog.add(["c"], behind)).not.toBeNull();
    expect(runs[1]?.ids).toEqual(["b", "c"]);
  });

  test("rests in a crowd as long as it works, and only draws breath otherwise", async () => {
    const { runs, rests, pass, behind } = slow();
    const backlog = new Backlog();
    void backlog.add(["a"], behind);
    void backlog.add(["b"], behind);
    pass(40);
    runs[0]?.end();
    await settled();
    expect(rests).toEqual([1]);
    for (let n = 0; n < 20; n++) void backlog.add([`c${n}`], behind);
    pass(60);
    runs[1]?.end();
    await settled();
    expect(rests).toEqual([1, 60]);
    // However long a run takes, a rest has a bound, and a crowd is over a second after it came.
    void backlog.add(["d"], behind);
    pass(900);
    for (let n = 0; n < 20; n++) void backlog.add([`e${n}`], behind);
    runs[2]?.end();
    await settled();
    expect(rests).toEqual([1, 60, 500]);
    void backlog.add(["f"], behind);
    pass(1_000);
    runs[3]?.end();
    await settled();
    expect(rests).toEqual([1, 60, 500, 1]);
  });

  test("gathers the reports of a crowd before the first of them is processed", async () => {
    const { runs, rests, behind } = slow();
    const backlog = new Backlog();
    const work = backlog.add(["a"], behind);
    runs[0]?.end();
    await work;
    for (let n = 0; n < 19; n++) {
      const each = backlog.add([`b${n}`], behind);
      runs.at(-1)?.end();
      await settled();
      runs.at(-1)?.end();
      await each;
    }
    expect(rests).toEqual([200]);
    const before = runs.length;
    for (const id of ["c", "d", "e"]) void backlog.add([id], behind);
    expect(runs).toHaveLength(before);
    await settled();
    expect(runs.at(-1)?.ids).toEqual(["c", "d", "e"]);
  });

  test("rests in the middle of a run, too", async () => {
    const { rests, pass, behind } = slow();
    const backlog = new Backlog();
    await backlog.add(["a"], {
      ...behind,
      process: async (_ids, rest) => {
        pass(30);
        await rest();
        pass(10);
        await rest();
      },
    });
    expect(rests).toEqual([1, 1]);
  });

  test("remembers a bounded number of reports, and leaves further ones to the cron", () => {
    const { behind } = slow();
    const backlog = new Backlog();
    for (let n = 0; n < 300; n++)
      void backlog.add(
        Array.from({ length: 100 }, (_, m) => `${n}.${m}`),
        behind,
      );
    expect(backlog.size).toBe(20_000);
  });
});
