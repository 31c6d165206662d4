import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { api, expectInvalid } from "../../ground/api.ts";
import { createStore } from "../../programme/fixtures.ts";

test("of more costs by the day than a statement takes a report says for how many days they can be told (BX-9)", async () => {
  const { id: storeId, currency } = await createStore();
  const channel = "'a channel with a long name, such as one of a town ' || i";
  await env.DB.prepare(
    `INSERT INTO channel_costs (id, store_id, channel, from_day, to_day, amount_minor, currency, version, created_at, updated_at)
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 130)
     SELECT printf('cst_%016d', i), ?1, ${channel}, '2025-01-01', '2026-02-04', 40000000, ?2, 1, 1, 1 FROM n`,
  )
    .bind(storeId, currency)
    .run();
  const report = async (to: string, more: string) =>
    api("GET", `/reports/calls?store=${storeId}&from=2025-01-01&to=${to}${more}`);
  expectInvalid(await report("2026-02-04", "&interval=day"), "from");
  for (const [to, more] of [
    ["2026-02-04", ""],
    ["2026-02-04", "&interval=month"],
    ["2025-02-28", "&interval=day&limit=1"],
  ] as const) {
    const { status, body } = await report(to, more);
    expect(status).toBe(200);
    const days = more.includes("day") ? 59 : 400;
    expect(body).toMatchObject({ total: { costMinor: (130 * 40_000_000 * days) / 400 } });
  }
});
