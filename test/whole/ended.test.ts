import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { TestModule, TestSpecification, Vitest } from "vitest/node";
import { Ended } from "../ended.ts";

const exit = vi.fn<(code?: string | number | null) => never>();

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(process, "exit").mockImplementation(exit);
  vi.spyOn(console, "error").mockReturnValue();
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  exit.mockReset();
});

/** A run of two files, the second of which went well or not, and then silence for two minutes. */
function silentRun(well: boolean, errors: unknown[] = []): Ended {
  const ended = new Ended();
  ended.onInit({ state: { getUnhandledErrors: () => errors } } as unknown as Vitest);
  ended.onTestRunStart([{}, {}] as TestSpecification[]);
  for (const ok of [true, well]) ended.onTestModuleEnd({ ok: () => ok } as TestModule);
  return ended;
}

it.each([
  { well: true, errors: [], code: 0 },
  { well: false, errors: [], code: 1 },
  { well: true, errors: [new Error("outside of all tests")], code: 1 },
])("ends a run that falls silent by what its files came to: %j", ({ well, errors, code }) => {
  silentRun(well, errors);
  expect(exit).not.toHaveBeenCalled();
  vi.advanceTimersByTime(120_000);
  expect(exit.mock.calls).toEqual([[code]]);
});

it("leaves a run alone that ends, and one of which a file is still running", () => {
  silentRun(true).onTestRunEnd();
  const running = new Ended();
  running.onTestRunStart([{}, {}] as TestSpecification[]);
  running.onTestModuleEnd({ ok: () => true } as TestModule);
  vi.advanceTimersByTime(600_000);
  expect(exit).not.toHaveBeenCalled();
});
