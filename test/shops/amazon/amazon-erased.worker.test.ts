import { env } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";
import { runCron } from "../../../src/cron.ts";
import { amazonReport } from "../../../src/reports/amazon/schema.ts";
import { api, bodyOf } from "../../ground/api.ts";
import { createReadyCreator } from "../../programme/campaign-fixtures.ts";
import { apiRow, createAmazon, createAmazonPlan, imported, joinAmazon, rowsOf } from "./amazon-fixtures.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const MARKS = /zephyr|quillfeather/i;

/** Names of the tables in which a mark is found. */
async function placesOf(marks: RegExp): Promise<string[]> {
  const { results } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*'",
  ).all<{ name: string }>();
  const found: string[] = [];
  for (const { name } of results) {
    const rows = (await env.DB.prepare(`SELECT * FROM "${name}"`).all()).results;
    if (marks.test(JSON.stringify(rows))) found.push(name);
  }
  return found;
}

test("nothing of a deleted creator's name is left in tags and reports, and their figures stay", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const store = await createAmazon();
  const plan = await createAmazonPlan(store.id);
  const zoe = await createReadyCreator();
  const { campaignId, linkId } = await joinAmazon(plan.id, zoe.id);
  const path = `/stores/${store.id}/attribution-tags/${zoe.id}`;
  const tag = "maas=maas_adg_1&aa_adgroupid=7";
  const matches = [
    { by: "adGroup", value: "Zephyrine Quillfeather" },
    { by: "publisher", value: "Zephyrine's" },
  ];
  expect((await api("PUT", path, { tag, matches })).status).toBe(200);
  expect((await api("PUT", path, { tag: `${tag}-2`, matches })).status).toBe(200);
  await imported(store.id, [
    apiRow("20261101", "1", { adGroupName: "Zephyrine Quillfeather" }),
    apiRow("20261101", "2"),
  ]);
  const report = async () =>
    bodyOf(amazonReport, await api("GET", `/reports/amazon?store=${store.id}&from=2026-11-01&to=2026-11-01`)).data;
  const before = await report();
  expect(before.map(({ creatorId }) => creatorId)).toEqual([null, zoe.id]);
  expect(await placesOf(MARKS)).toEqual(
    expect.arrayContaining(["attribution_matches", "attribution_sources", "audit_log"]),
  );

  await api("POST", `/campaigns/${campaignId}/creators/${zoe.id}/reject`, { reason: "left" });
  expect((await api("DELETE", `/links/${linkId}`)).status).toBe(204);
  expect((await api("DELETE", `/creators/${zoe.id}`)).status).toBe(204);
  expect(await placesOf(MARKS)).toEqual([]);
  await runCron("17 3 * * *", env, Date.now());
  expect((await report()).map(({ creatorId, purchases }) => [creatorId, purchases])).toEqual(
    before.map(({ creatorId, purchases }) => [creatorId, purchases]),
  );
  // What Amazon tells of the day anew is nobody's, and nothing is counted twice.
  await imported(store.id, [apiRow("20261101", "1", { adGroupName: "Zephyrine Quillfeather" })]);
  expect((await rowsOf(store.id)).map(({ creatorId }) => creatorId)).toEqual([null]);
});
