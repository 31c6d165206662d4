import { describe, expect, test } from "vitest";
import { Backlog } from "../../../src/sales/capture/behind.ts";

/** A worker whose runs end when the test says so. */
function slow() {
  const runs: { ids: readonly string[]; end: () => void; fail: (error: Error) => void }[] = [];
  let time = 0;
  return {
    runs,
    pass: (ms: number) => void (time += ms),
    behind: {
      now: () => time,
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
    await new Backlog().add(ids, { now: () => 0, process: async (some) => void taken.push(...some) });
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
});
