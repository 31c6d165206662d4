import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { drain, type OnTheWay, readOnTheWay } from "../../scripts/drain.ts";

const STILL: OnTheWay = { buffered: 0, queued: 0, deliveries: 0, logged: 10 };

/** Reads one after the other, and the last again and again. */
function readings(...all: OnTheWay[]): { read: () => Promise<OnTheWay>; left: () => number } {
  let index = 0;
  return {
    read: async () => all[Math.min(index++, all.length - 1)] ?? STILL,
    left: () => Math.max(all.length - index, 0),
  };
}

describe("clicks on their way", () => {
  it.each<[string, Partial<OnTheWay>]>([
    ["in the buffer", { buffered: 3 }],
    ["in the queue", { queued: 1 }],
    ["being written", { deliveries: 1 }],
  ])("G2-9: are waited for %s", async (_where, waits) => {
    const busy = { ...STILL, ...waits };
    const { read, left } = readings(busy, busy, busy, { ...STILL, logged: 13 });
    expect(await drain(read)).toEqual({ done: true, written: 3, last: { ...STILL, logged: 13 } });
    expect(left()).toBe(0);
  });

  it("G2-9: are waited for between queue and consumer, where only the growing log shows them", async () => {
    const { read } = readings(
      STILL,
      STILL,
      STILL,
      { ...STILL, logged: 11 },
      { ...STILL, queued: 1 },
      {
        ...STILL,
        logged: 12,
      },
    );
    expect(await drain(read)).toMatchObject({ done: true, written: 2 });
  });

  it("G2-9: that never arrive are told", async () => {
    const { read } = readings({ ...STILL, buffered: 5 });
    expect(await drain(read, 300)).toEqual({ done: false, written: 0, last: { ...STILL, buffered: 5 } });
  });

  it("G2-9: are read off /metrics, which must say all of it", async () => {
    let body = [
      "# HELP waymark_isolate_buffered_clicks x",
      "waymark_isolate_buffered_clicks 4",
      "waymark_isolate_queue_deliveries 1",
      "waymark_click_queue_messages 2",
      'waymark_requests_total{bucket="counted"} 7',
      'waymark_requests_total{bucket="bot"} 1',
    ].join("\n");
    const server = createServer((request, response) => {
      response.writeHead(request.headers.authorization === "Bearer key" ? 200 : 401).end(body);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { signal } = new AbortController();
    try {
      const expected = { buffered: 4, deliveries: 1, queued: 2, logged: 8 };
      expect(await readOnTheWay(origin, "key", signal)).toEqual(expected);
      await expect(readOnTheWay(origin, "other", signal)).rejects.toThrow("/metrics answers 401");
      body = body.replace("waymark_isolate_queue_deliveries", "renamed");
      await expect(readOnTheWay(origin, "key", signal)).rejects.toThrow("waymark_isolate_queue_deliveries");
    } finally {
      server.close();
    }
  });
});
