import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { type Click, clickSchema } from "../../../src/clicks/click/schema.ts";
import { pageOf } from "../../../src/ground/http/pagination.ts";
import { api, bodyOf } from "../../ground/api.ts";
import { HOUR, logAt, logged, logRows, NIGHT, visitAt } from "../archive-fixtures.ts";
import { bindClickDatabases, logDatabases } from "../databases-fixtures.ts";
import { wipeLog } from "../log-fixtures.ts";
import { histories } from "../../property-runs.ts";

const LINKS = ["lnk_0000000000000001", "lnk_0000000000000002", "lnk_0000000000000003"];

const anyClick = fc.record({
  linkId: fc.constantFrom(...LINKS),
  /** Minutes before it is logged: most at once, some late. */
  late: fc.oneof({ weight: 3, arbitrary: fc.nat({ max: 1 }) }, { weight: 1, arbitrary: fc.nat({ max: 3_000 }) }),
  bucket: fc.constantFrom("visit" as const, "visit" as const, "head" as const, "inactive" as const),
  pseudonym: fc.constantFrom("one", "two", null),
});

const anyDelivery = fc.record({
  hour: fc.nat({ max: 72 }),
  clicks: fc.array(anyClick, { minLength: 1, maxLength: 6 }),
});

const anyQuery = fc.record({
  link: fc.option(fc.constantFrom(...LINKS), { nil: undefined }),
  bucket: fc.option(fc.constantFrom("counted" as const, "duplicate" as const, "head" as const), { nil: undefined }),
  from: fc.option(fc.integer({ min: -60, max: 80 }), { nil: undefined }),
  to: fc.option(fc.integer({ min: -60, max: 80 }), { nil: undefined }),
  limit: fc.constantFrom(1, 2, 7, 200),
});

/** Every page of a query, followed to its end. */
async function pagesOf(query: string): Promise<Click[][]> {
  const pages: Click[][] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const page: { data: Click[]; nextCursor: string | null } = bodyOf(
      pageOf(clickSchema),
      await api("GET", `/clicks?${query}${cursor && `&cursor=${cursor}`}`),
    );
    pages.push(page.data);
    cursor = page.nextCursor;
    expect(pages.length, "the list never ends").toBeLessThan(200);
  }
  return pages;
}

const START = NIGHT - 72 * HOUR;

it.each([0, 3])("lists each click that passes once, the last to arrive first, with %d databases", async (databases) => {
  if (databases > 0) await bindClickDatabases(databases);
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyDelivery, { maxLength: 6 }),
      fc.array(anyDelivery, { maxLength: 12 }),
      fc.array(anyQuery, { minLength: 1, maxLength: 4 }),
      async (before, deliveries, queries) => {
        for (const d1 of logDatabases()) await wipeLog(d1);
        await env.DB.prepare("DELETE FROM click_archives").run();
        const visits = ({ hour, clicks }: (typeof deliveries)[number], name: string) =>
          clicks.map(({ late, ...parts }, index) =>
            visitAt(`clk_${name}_${index}`, START + hour * HOUR - late * 60_000, parts),
          );
        await logRows(...before.flatMap((delivery, index) => visits(delivery, `r${index}`)));
        for (const [index, delivery] of deliveries.toSorted((a, b) => a.hour - b.hour).entries()) {
          await logAt(START + delivery.hour * HOUR, ...visits(delivery, `p${index}`));
        }
        const all = (await logged()).toReversed();
        for (const { link, bucket, from, to, limit } of queries) {
          const [start, end] = [from, to].map((hour) => (hour === undefined ? undefined : START + hour * HOUR));
          const expected = all.filter(
            (click) =>
              (link === undefined || click["link_id"] === link) &&
              (bucket === undefined || click["bucket"] === bucket) &&
              (start === undefined || Number(click["time"]) >= start) &&
              (end === undefined || Number(click["time"]) < end),
          );
          const asked = Object.entries({
            link,
            bucket,
            from: start === undefined ? undefined : new Date(start).toISOString(),
            to: end === undefined ? undefined : new Date(end).toISOString(),
            limit,
          }).filter(([, value]) => value !== undefined);
          const pages = await pagesOf(
            new URLSearchParams(asked.map(([name, value]) => [name, String(value)])).toString(),
          );
          expect(pages.flat().map(({ id, seq }) => [id, seq])).toEqual(expected.map(({ id, seq }) => [id, seq]));
          expect(pages.every(({ length }) => length <= limit)).toBe(true);
        }
      },
    ),
    { numRuns: histories(5) },
  );
});
