import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  type Carrier,
  GroupCommit,
  MAX_GROUP_BYTES,
  MAX_GROUP_ROWS,
  MAX_WAITING_BYTES,
  RELY_MS,
} from "../../../src/sales/capture/group-commit.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Writes that end when the test says so; each row is answered with itself, written. */
function slow() {
  const writes: { rows: readonly string[]; end: () => void; fail: (text: string) => void }[] = [];
  const carrier: Carrier<string, string> = {
    write: (rows) =>
      new Promise((resolve, reject) => {
        writes.push({
          rows,
          end: () => resolve(rows.map((row) => `${row} kept`)),
          fail: (text) => reject(new Error(text)),
        });
      }),
    divides: (error) => (error as Error).message === "a bad row",
    wait: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
    now: Date.now,
  };
  return { writes, carrier, written: () => writes.map(({ rows }) => rows) };
}

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

describe("writes of one group", () => {
  test("are those that came while another was under way, each answered by its own rows", async () => {
    const { writes, carrier, written } = slow();
    const groups = new GroupCommit<string, string>();
    const answers = ["a", "b", "c"].map((row) => groups.keep([row, `${row}2`], 10, carrier));
    expect(written()).toEqual([["a", "a2"]]);
    expect(groups.waiting).toBe(4);
    writes[0]?.end();
    await expect(answers[0]).resolves.toEqual(["a kept", "a2 kept"]);
    expect(written()[1]).toEqual(["b", "b2", "c", "c2"]);
    writes[1]?.end();
    await expect(Promise.all(answers.slice(1))).resolves.toEqual([
      ["b kept", "b2 kept"],
      ["c kept", "c2 kept"],
    ]);
    expect(groups.waiting).toBe(0);
    // Nobody waits for company where there is none.
    void groups.keep(["d"], 10, carrier);
    expect(written()[2]).toEqual(["d"]);
  });

  test("are answered no sooner than they are written", async () => {
    const { writes, carrier } = slow();
    const groups = new GroupCommit<string, string>();
    void groups.keep(["a"], 10, carrier);
    const answered = vi.fn();
    void groups.keep(["b"], 10, carrier).then(answered);
    writes[0]?.end();
    await pass(0);
    expect(writes).toHaveLength(2);
    expect(answered).not.toHaveBeenCalled();
    writes[1]?.end();
    await pass(0);
    expect(answered).toHaveBeenCalledWith(["b kept"]);
  });

  test("are written each by itself where one of them can't be", async () => {
    const { writes, carrier, written } = slow();
    const groups = new GroupCommit<string, string>();
    void groups.keep(["a"], 10, carrier);
    const answers = ["b", "bad", "c"].map((row) => groups.keep([row], 10, carrier));
    const outcomes = Promise.allSettled(answers);
    writes[0]?.end();
    await pass(0);
    expect(written()[1]).toEqual(["b", "bad", "c"]);
    writes[1]?.fail("a bad row");
    await pass(0);
    expect(written().slice(2)).toEqual(expect.arrayContaining([["b"], ["bad"], ["c"]]));
    for (const { rows, end, fail } of writes.slice(2))
      if (rows[0] === "bad") fail("a bad row");
      else end();
    expect((await outcomes).map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(writes).toHaveLength(5);
  });

  test("fail together where the database does, which isn't asked once more for each", async () => {
    const { writes, carrier } = slow();
    const groups = new GroupCommit<string, string>();
    void groups.keep(["a"], 10, carrier);
    const answers = ["b", "c"].map((row) => groups.keep([row], 10, carrier));
    const outcomes = Promise.allSettled(answers);
    writes[0]?.end();
    await pass(0);
    writes[1]?.fail("overloaded");
    expect((await outcomes).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(writes).toHaveLength(2);
    void groups.keep(["d"], 10, carrier);
    expect(writes).toHaveLength(3);
  });

  test("that hang hold up others for a second: the first writes for all that wait", async () => {
    const { writes, carrier, written } = slow();
    const groups = new GroupCommit<string, string>();
    void groups.keep(["hangs"], 10, carrier);
    const answers = ["b", "c"].map((row) => groups.keep([row], 10, carrier));
    await pass(RELY_MS - 1);
    expect(writes).toHaveLength(1);
    await pass(1);
    expect(written()[1]).toEqual(["b", "c"]);
    writes[1]?.end();
    await expect(Promise.all(answers)).resolves.toEqual([["b kept"], ["c kept"]]);
  });

  test("of a carrier that is lost are written by those themselves that waited for it", async () => {
    const { writes, carrier, written } = slow();
    const groups = new GroupCommit<string, string>();
    void groups.keep(["a"], 10, carrier);
    void groups.keep(["lost"], 10, carrier);
    const answer = groups.keep(["b"], 10, carrier);
    writes[0]?.end();
    await pass(0);
    expect(written()[1]).toEqual(["lost", "b"]);
    await pass(RELY_MS);
    expect(written()[2]).toEqual(["b"]);
    writes[2]?.end();
    await expect(answer).resolves.toEqual(["b kept"]);
    // Should it end after all, that changes nothing.
    writes[1]?.end();
    await pass(0);
    expect(groups.waiting).toBe(0);
  });

  test("come to whoever gives up in the moment of its turn, for all that wait", async () => {
    const { writes, carrier, written } = slow();
    const groups = new GroupCommit<string, string>();
    const patience = Promise.withResolvers<void>();
    void groups.keep(["a"], 10, carrier);
    void groups.keep(["b"], 10, { ...carrier, wait: () => patience.promise });
    void groups.keep(["c"], 10, carrier);
    patience.resolve();
    writes[0]?.end();
    await pass(0);
    expect(written()[1]).toEqual(["b", "c"]);
  });

  test("are bounded in rows and bytes, and so is what waits", async () => {
    const { writes, carrier, written } = slow();
    const groups = new GroupCommit<string, string>();
    const rows = (count: number): string[] => Array.from({ length: count }, (_, n) => `r${n}`);
    void groups.keep(["a"], 10, carrier);
    // Too large for any group: by itself, at once.
    void groups.keep(rows(MAX_GROUP_ROWS + 1), 10, carrier);
    void groups.keep(["large"], MAX_GROUP_BYTES + 1, carrier);
    expect(writes).toHaveLength(3);
    void groups.keep(rows(MAX_GROUP_ROWS - 1), 10, carrier);
    void groups.keep(["b"], MAX_GROUP_BYTES - 10, carrier);
    void groups.keep(["c"], 10, carrier);
    writes[0]?.end();
    await pass(0);
    expect(written()[3]).toHaveLength(MAX_GROUP_ROWS);
    writes[3]?.end();
    await pass(0);
    expect(written()[4]).toEqual(["c"]);

    for (let n = 0; n < MAX_WAITING_BYTES / 100_000; n++) void groups.keep([`w${n}`], 100_000, carrier);
    const before = writes.length;
    void groups.keep(["past"], 10, carrier);
    expect(written().slice(before)).toEqual([["past"]]);
  });
});
