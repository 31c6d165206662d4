import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ClickBuffer, type Flusher, MAX_BYTES, MAX_CLICKS, TAKE_OVER_MS } from "../../../src/edge/click/buffer.ts";
import type { SeenClick } from "../../../src/edge/click/seen.ts";

const click = (stamp: string, userAgent = ""): SeenClick => ({ stamp, userAgent, query: "" }) as SeenClick;

/** A platform whose waits end when a test says so. */
function platform() {
  const sent: string[][] = [];
  const work: Promise<unknown>[] = [];
  const waits: (() => void)[] = [];
  const flusher: Flusher = {
    wait: () => new Promise((resolve) => waits.push(resolve)),
    sendClicks: async (clicks) => {
      sent.push(clicks.map(({ stamp }) => stamp));
    },
    waitUntil: (promise) => work.push(promise),
  };
  return { sent, waits, flusher, settle: () => Promise.all(work) };
}

describe("the click buffer", () => {
  it("sends what came within the wait as one batch, from the first click's request alone", async () => {
    const { sent, waits, flusher, settle } = platform();
    const buffer = new ClickBuffer();
    for (const id of ["a", "b", "c"]) buffer.add(click(id), 0, flusher);
    expect(waits).toHaveLength(1);
    expect(sent).toEqual([]);
    waits[0]?.();
    await settle();
    expect(sent).toEqual([["a", "b", "c"]]);
    expect(buffer.size).toBe(0);
  });

  it("sends a full batch at once", () => {
    const { sent, flusher } = platform();
    const buffer = new ClickBuffer();
    for (let index = 0; index < MAX_CLICKS; index++) buffer.add(click(String(index)), 0, flusher);
    expect(sent.map((batch) => batch.length)).toEqual([MAX_CLICKS]);
  });

  it("has room for as many of the longest user agents that browsers send", () => {
    const { sent, flusher } = platform();
    const buffer = new ClickBuffer();
    for (let index = 0; index < MAX_CLICKS; index++) buffer.add(click(String(index), "u".repeat(300)), 0, flusher);
    expect(sent.map((batch) => batch.length)).toEqual([MAX_CLICKS]);
  });

  it("never lets a batch outgrow a queue message", () => {
    const { sent, flusher } = platform();
    const buffer = new ClickBuffer();
    for (let index = 0; index < 60; index++) buffer.add(click(String(index), "u".repeat(5_000)), 0, flusher);
    expect(sent.length).toBeGreaterThan(1);
    for (const batch of sent) expect(batch.length * 5_000).toBeLessThanOrEqual(MAX_BYTES);
  });

  it("lets the next request take over a batch whose own request died", async () => {
    const dead = platform();
    const alive = platform();
    const buffer = new ClickBuffer();
    buffer.add(click("a"), 0, dead.flusher);
    buffer.add(click("b"), TAKE_OVER_MS, alive.flusher);
    expect(alive.sent).toEqual([]);
    buffer.add(click("c"), TAKE_OVER_MS + 1, alive.flusher);
    await alive.settle();
    expect(alive.sent).toEqual([["a", "b", "c"]]);
    // Should the first come back to life after all, it must not send them again.
    dead.waits[0]?.();
    await dead.settle();
    expect(dead.sent).toEqual([]);
  });

  it("sends every click exactly once, whatever the order of arrivals and waits", async () => {
    const steps = fc.array(
      fc.oneof(fc.constant("click" as const), fc.constant("wake" as const), fc.nat({ max: 3_000 })),
      {
        maxLength: 700,
      },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (plan) => {
        const { sent, waits, flusher, settle } = platform();
        const buffer = new ClickBuffer();
        let now = 0;
        let added = 0;
        for (const step of plan) {
          if (step === "click") buffer.add(click(String(added++)), now, flusher);
          else if (step === "wake") waits.shift()?.();
          else now += step;
        }
        for (const wake of waits) wake();
        await settle();
        expect(sent.flat().toSorted()).toEqual(
          Array.from({ length: added }, (_none, index) => String(index)).toSorted(),
        );
      }),
    );
  });
});
