import { expect, test } from "vitest";
import { insertStore, NOW, STORE } from "../../programme/generation-fixtures.ts";
import { event, hashOf, putLogged, visitorId } from "../../visits/log-fixtures.ts";
import { exported, exportedCsv } from "../export-fixtures.ts";

const HOUR = 3_600_000;
const OTHER = "str_0000000000000077";

test("DIO-6: what consenting visitors did is a file of a span and a store, the same as CSV, without a hash", async () => {
  await insertStore();
  await insertStore({ id: OTHER, key: "other" });
  const anna = await hashOf(visitorId("a"));
  const bert = await hashOf(visitorId("b"));
  await putLogged([
    event({ visitorHash: anna, page: "/early", time: NOW - HOUR }),
    event({ visitorHash: anna, page: "/tea" }),
    event({ visitorHash: bert, page: "/tea", type: "click", name: "Add to basket", label: '=HYPERLINK("x")' }),
    event({ visitorHash: anna, page: "/tea", type: "engage", engagedMs: 1_500, scroll: 40 }),
  ]);
  await putLogged([event({ visitorHash: anna, page: "/elsewhere" })], OTHER);

  const asked = `visits?store=${STORE}&from=${new Date(NOW - HOUR / 2).toISOString()}`;
  const lines = await exported(asked);
  expect(lines.map(({ page, type, engagedMs }) => [page, type, engagedMs])).toEqual([
    ["/tea", "page", 0],
    ["/tea", "click", 0],
    ["/tea", "engage", 1_500],
  ]);
  const [view, click, time] = lines;
  expect(time?.["visitor"]).toBe(view?.["visitor"]);
  expect(click?.["visitor"]).not.toBe(view?.["visitor"]);
  const all = [...lines, ...(await exported(`visits?store=${OTHER}`))];
  expect(new Set(all.map(({ visitor }) => visitor)).size).toBe(3);
  for (const hash of [anna, bert]) expect(JSON.stringify(all)).not.toContain(hash);

  const rows = await exportedCsv(asked);
  expect(rows.map(({ id, visitor, name }) => [id, visitor, name])).toEqual(
    lines.map(({ id, visitor, name }) => [id, visitor, name ?? ""]),
  );
  expect(rows[1]?.["label"]).toMatch(/^'=/);
});
