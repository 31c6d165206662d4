import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readBatch } from "../../../src/clicks/click/read-batch.ts";
import { unpackMessage } from "../../../src/clicks/click/unpack.ts";
import type { ClickMessage } from "../../../src/edge/click/message.ts";
import type { SeenClick } from "../../../src/edge/click/seen.ts";
import { type ClickLogRoutes, sendClicks } from "../../../src/edge/click/send.ts";
import { leavingClick, leavingClicks, plainClick } from "./leaving-clicks.ts";

/** What a queue takes, bytes: 128 KB with what the platform adds. */
const QUEUE_BYTES = 128_000;

const AGENT = { bot: null, device: "mobile", browser: "Mobile Safari", os: "iOS" } as const;
const READ = { agent: AGENT, source: "social" } as const;

/** Routes to the log, and what went each way. */
function routesWith(failing: Partial<Record<"queue" | "direct" | "read" | "unpack", true>> = {}) {
  const bodies: string[] = [];
  const direct: { id: string; clicks: ClickMessage[] }[] = [];
  const reports: Record<string, unknown>[] = [];
  let ids = 0;
  const fail = (name: keyof typeof failing): void => {
    if (failing[name] === true) throw new Error(`${name} failed`);
  };
  const routes: ClickLogRoutes = {
    queue: {
      send: async (body: string) => {
        bodies.push(body);
        fail("queue");
      },
    } as unknown as Pick<Queue<string>, "send">,
    direct: async (batch) => {
      direct.push(batch);
      fail("direct");
    },
    newId: () => `message-${ids++}`,
    unpack: async (message) => {
      fail("unpack");
      return unpackMessage(message);
    },
    pseudonyms: null,
    read: async () => {
      fail("read");
      return READ;
    },
    report: (event) => reports.push(event),
  };
  return { bodies, direct, reports, routes };
}

/** What is to arrive of a click in the log, without keys to tell visitors apart. */
function expected(seen: SeenClick): ClickMessage {
  return plainClick({ seen, pseudonym: null, read: seen.consent.policy === "strict" ? READ : null });
}

const seenClick = leavingClick.map(({ seen }) => seen);
const seenClicks = leavingClicks.map((clicks) => clicks.map(({ seen }) => seen));

/** As many as a batch has, each with texts of its own, as long and of as many bytes as they may be. */
const heavyClicks = fc
  .tuple(
    fc.array(seenClick, { minLength: 1, maxLength: 200 }),
    fc.constantFrom("a", "é", "語", "\u0001", '"', "\\"),
    fc.nat({ max: 600 }),
  )
  .map(([clicks, unit, length]) =>
    clicks.map((click, index) => ({
      ...click,
      userAgent: index + unit.repeat(length),
      city: unit.repeat(length) + index,
      utm: { ...click.utm, content: index + unit.repeat(length) },
    })),
  );

describe("a batch of clicks", () => {
  it("reaches the queue whole and in order, in messages that it can take, each with an id of its own", async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(seenClicks, heavyClicks), async (clicks) => {
        const { bodies, direct, reports, routes } = routesWith();
        await sendClicks(clicks, routes);
        for (const body of bodies) expect(new TextEncoder().encode(body).length).toBeLessThan(QUEUE_BYTES);
        const read = bodies.map((body) => readBatch(JSON.parse(body)));
        expect(read.flatMap((batch) => batch?.clicks ?? [])).toEqual(clicks.map(expected));
        expect(new Set(read.map((batch) => batch?.id)).size).toBe(bodies.length);
        expect([direct, reports]).toEqual([[], []]);
      }),
      { numRuns: 50 },
    );
  });

  it("goes to D1 under the ids of its messages when the queue fails, one and all", async () => {
    const clicks = fc.sample(seenClick, { numRuns: 150, seed: 7 }).map((click, index) => ({
      ...click,
      userAgent: `${index}${"語".repeat(500)}`,
    }));
    const { bodies, direct, reports, routes } = routesWith({ queue: true });
    await sendClicks(clicks, routes);
    expect(bodies.length).toBeGreaterThan(1);
    const read = bodies.map((body) => readBatch(JSON.parse(body)));
    expect(direct).toEqual(read.map((batch) => ({ id: batch?.id, clicks: batch?.clicks })));
    expect(direct.flatMap((batch) => batch.clicks)).toEqual(clicks.map(expected));
    expect(reports.map(({ event }) => event)).toEqual(bodies.map(() => "click_queue_failed"));
  });

  it("goes to D1 under an id of its own where there is no queue", async () => {
    const clicks = fc.sample(seenClick, { numRuns: 3, seed: 1 });
    const { direct, routes } = routesWith();
    await sendClicks(clicks, { ...routes, queue: null });
    expect(direct).toEqual([{ id: "message-0", clicks: clicks.map(expected) }]);
  });

  it("is in the Worker's log, click by click, when D1 fails too", async () => {
    const clicks = fc.sample(seenClick, { numRuns: 3, seed: 2 });
    const { reports, routes } = routesWith({ queue: true, direct: true });
    await sendClicks(clicks, routes);
    const last: unknown = JSON.parse(JSON.stringify(reports.at(-1)));
    expect(last).toEqual({
      event: "clicks_unlogged",
      message: "Error: direct failed",
      clicks: JSON.parse(JSON.stringify(clicks.map(expected))) as unknown,
    });
    expect(readBatch({ v: 1, clicks: (last as { clicks: unknown }).clicks })).toMatchObject({ unreadable: [] });
  });

  it("is there as the message that it would have been, should nothing else be possible", async () => {
    const clicks = fc.sample(seenClick, { numRuns: 3, seed: 3 });
    const { bodies, direct, reports, routes } = routesWith({ queue: true, unpack: true });
    await sendClicks(clicks, routes);
    expect(direct).toEqual([]);
    expect(reports.at(-1)).toMatchObject({
      event: "clicks_unlogged",
      clicks: [JSON.parse(bodies[0] ?? "") as unknown],
    });
  });

  it("under strict names no user agent, though it can't be read", async () => {
    const [click] = fc.sample(seenClick, { numRuns: 1, seed: 4 });
    if (click === undefined) throw new Error("no click");
    const strict: SeenClick = { ...click, userAgent: "Secret/1.0", consent: { policy: "strict", source: "gpc" } };
    const { bodies, reports, routes } = routesWith({ read: true });
    await sendClicks([strict], routes);
    expect(bodies.join()).not.toContain("Secret");
    expect(readBatch(JSON.parse(bodies[0] ?? ""))?.clicks).toEqual([
      plainClick({ seen: strict, pseudonym: null, read: null }),
    ]);
    expect(reports.map(({ event }) => event)).toEqual(["agent_unread"]);
  });
});
