import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { beforeEach, expect, it } from "vitest";
import { ingestClicks } from "../../../src/clicks/click/ingest.ts";
import { clickLogs } from "../../../src/clicks/log/logs-store.ts";
import type { ClickMessage } from "../../../src/edge/click/message.ts";
import { rollUpClicks } from "../../../src/reports/rollup/run.ts";
import { DAY, HOUR, logged, visitAt, WEEK } from "../archive-fixtures.ts";
import { bindClickDatabases, layOut, logDatabases } from "../databases-fixtures.ts";
import { wipeLog } from "../log-fixtures.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { histories } from "../../property-runs.ts";

/** Four databases from this midnight on, eight from the next. */
const MIDNIGHT = Date.UTC(2026, 10, 20);

const LINKS = ["lnk_0000000000000001", "lnk_0000000000000002", "lnk_0000000000000003"];

const anyClick = fc.record({
  linkId: fc.constantFrom(...LINKS),
  // Around both midnights, many of one window.
  time: fc.oneof(
    fc.integer({ min: -40, max: 40 }).map((minutes) => MIDNIGHT + minutes * 60_000),
    fc.integer({ min: -40, max: 40 }).map((minutes) => MIDNIGHT + DAY + minutes * 60_000),
  ),
  pseudonym: fc.constantFrom("one", "two", "three"),
});

/** Messages as they are delivered: each some times, in any order, hours late or not. */
const anyHistory = fc
  .array(fc.array(anyClick, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 8 })
  .chain((messages) =>
    fc.record({
      messages: fc.constant(messages),
      deliveries: fc.array(
        fc.record({ of: fc.nat({ max: messages.length - 1 }), hoursLate: fc.nat({ max: 30 }), withId: fc.boolean() }),
        { maxLength: 12 },
      ),
    }),
  );

interface Told {
  bucket: string;
  unique: number;
}

/** What each click counts as, told naively. No two are of one moment. */
function tell(clicks: readonly ClickMessage[]): Map<string, Told> {
  const told = new Map<string, Told>();
  const [windows, days] = [new Set<string>(), new Set<string>()];
  for (const { id, linkId, pseudonym, time } of clicks.toSorted((a, b) => a.time - b.time)) {
    const [window, day] = [HOUR, DAY].map((length) => `${pseudonym} ${linkId} ${Math.floor(time / length)}`) as [
      string,
      string,
    ];
    const counts = !windows.has(window);
    told.set(id, { bucket: counts ? "counted" : "duplicate", unique: counts && !days.has(day) ? 1 : 0 });
    windows.add(window);
    days.add(day);
  }
  return told;
}

beforeEach(async () => {
  for (const id of LINKS) await insertLink({ id });
  await bindClickDatabases(8, null);
  await layOut(4, MIDNIGHT / DAY);
  await layOut(8, MIDNIGHT / DAY + 1);
});

it("loses and doubles nothing as the log grows from one database to four, and to eight", async () => {
  const used = new Set<number>();
  await fc.assert(
    fc.asyncProperty(anyHistory, async ({ messages, deliveries }) => {
      for (const d1 of logDatabases()) await wipeLog(d1);
      await env.DB.batch(
        ["watermarks", "click_hours", "click_days", "click_months"].map((table) =>
          env.DB.prepare(`DELETE FROM ${table} WHERE true`),
        ),
      );
      const sent = messages.map((clicks, message) =>
        clicks.map(({ time, ...parts }, index) =>
          visitAt(`clk_${message}_${index}`, time + message * 7 + index, parts),
        ),
      );
      const all = [...messages.keys()].map((of) => ({ of, hoursLate: 0, withId: true }));
      const first = deliveries.map((delivery) => ({ ...delivery, withId: true }));
      for (const { of, hoursLate, withId } of [...first, ...all, ...deliveries]) {
        const clicks = sent[of] ?? [];
        const now = Math.max(...clicks.map(({ time }) => time)) + hoursLate * HOUR;
        // What is restored from the Worker's own log comes without the message's id: each click's own tells then.
        const id = withId ? `msg_${of}` : null;
        await ingestClicks(env, WEEK, [{ id, clicks }], now);
        if (hoursLate % 3 === 1) await rollUpClicks(env, now);
      }
      const expected = tell(sent.flat());
      const log = await logged();
      expect(
        new Map(log.map((click) => [click.id, { bucket: click["bucket"], unique: click["unique_of_day"] }])),
      ).toEqual(expected);
      expect(log).toHaveLength(expected.size);
      const { logOf } = await clickLogs(env, MIDNIGHT);
      for (const { link_id: linkId, time } of log) used.add(logOf(String(linkId), Number(time)).number);

      await rollUpClicks(env, MIDNIGHT + 3 * DAY);
      const sums = await env.DB.prepare(
        "SELECT sum(counted) AS counted, sum(duplicate) AS duplicate, sum(unique_of_day) AS uniques FROM click_hours",
      ).first();
      const count = (bucket: string) => [...expected.values()].filter((one) => one.bucket === bucket).length;
      expect(sums).toEqual({
        counted: count("counted"),
        duplicate: count("duplicate"),
        uniques: [...expected.values()].filter(({ unique }) => unique === 1).length,
      });
    }),
    { numRuns: histories(5) },
  );
  expect(used.size).toBeGreaterThan(3);
});
