import { env } from "cloudflare:workers";
import { beforeEach, expect, it, vi } from "vitest";
import { archiveVisitBacklog, archiveVisits } from "../../../src/visits/archive/run.ts";
import { readVisitRetention } from "../../../src/visits/archive/retention.ts";
import { insertStore, NOW, STORE } from "../../programme/generation-fixtures.ts";
import { DAY, HOUR } from "../../sales/order-fixtures.ts";
import { countIn, event, hashOf, putCart, putLogged, visitorId } from "../log-fixtures.ts";

const OLD = NOW - 95 * DAY;
let anna: string;

beforeEach(async () => {
  await insertStore();
  anna = await hashOf(visitorId("a"));
  return () => vi.restoreAllMocks();
});

/** The lines of all files, by their names. */
async function files(): Promise<Record<string, Record<string, unknown>[]>> {
  const { objects } = await env.ARCHIVE.list({ prefix: "visits/" });
  const read = objects.map(async ({ key }) => {
    const object = await env.ARCHIVE.get(key);
    const text = await new Response(object?.body.pipeThrough(new DecompressionStream("gzip"))).text();
    return [
      key,
      text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    ] as const;
  });
  return Object.fromEntries(await Promise.all(read));
}

it("DIO-10: what is past its retention leaves the log for a file that tells nobody from others", async () => {
  const bert = await hashOf(visitorId("b"));
  await putLogged([
    event({ visitorHash: bert, time: OLD + 61_234, page: "/b", pageOfVisit: 2 }),
    event({ visitorHash: anna, time: OLD, page: "/a" }),
  ]);
  const kept = await putLogged([event({ visitorHash: anna, time: NOW - 89 * DAY })]);
  await putCart(anna, OLD);
  await putCart(bert, NOW);
  await archiveVisits(env, NOW);
  const made = await files();
  expect(Object.keys(made)).toEqual([`visits/${STORE}/2026/08/17/1.ndjson.gz`]);
  const shared = {
    type: "page",
    source: { kind: "search", name: "google", rule: "referrer" },
    country: "DE",
    device: "mobile",
    hour: "2026-08-17T12",
  };
  expect(Object.values(made)[0]).toMatchObject([
    { ...shared, page: "/a", entry: true },
    { ...shared, page: "/b", entry: false },
  ]);
  const text = JSON.stringify(made);
  for (const trace of [anna, bert, "visit-00001", "pageOfVisit", String(OLD), "12:0"])
    expect(text).not.toContain(trace);
  expect(await countIn("visit_log")).toBe(1);
  expect(await countIn("visit_log", `seq = ${kept}`)).toBe(1);
  expect(await countIn("visitor_days")).toBe(1);
  // Of a cart what it came to is left, and nobody's.
  expect(
    await countIn("carts", "visitor_hash = '' AND events = '[]' AND value_minor = 1999 AND cart_key LIKE 'old:%'"),
  ).toBe(1);
  expect(await countIn("carts", `visitor_hash = '${bert}' AND cart_key = '${bert}' AND events <> '[]'`)).toBe(1);
  await archiveVisits(env, NOW);
  expect(await files()).toEqual(made);
});

it("a run that dies between the file and the log is taken up under the same name, and nothing is there twice", async () => {
  for (let n = 0; n < 3; n++) await putLogged([event({ visitorHash: anna, time: OLD + n * HOUR, page: `/${n}` })]);
  const broken = vi.spyOn(env.DB, "batch").mockRejectedValueOnce(new Error("D1 is away"));
  await expect(archiveVisits(env, NOW)).rejects.toThrow("D1 is away");
  const [name] = Object.keys(await files());
  expect(await countIn("visit_log")).toBe(3);
  broken.mockRestore();
  // By the next night more is old, and a visitor was taken out of a row.
  await putLogged([event({ visitorHash: anna, time: OLD + DAY, page: "/next" })]);
  await env.DB.prepare("DELETE FROM visit_log WHERE seq = 1").run();
  await archiveVisits(env, NOW + DAY);
  const made = await files();
  expect(Object.keys(made)[0]).toBe(name);
  expect(
    Object.values(made)
      .flat()
      .map(({ page }) => page),
  ).toEqual(["/1", "/2", "/next"]);
  expect(await countIn("visit_log")).toBe(0);
  expect(await countIn("watermarks", "name LIKE 'visit_archive:%'")).toBe(0);
});

it("two runs at once make one file, and what a night leaves is done by the minute", async () => {
  for (let n = 0; n < 3; n++) await putLogged([event({ visitorHash: anna, time: OLD - n * DAY })]);
  const done = await Promise.all([archiveVisits(env, NOW, 1), archiveVisits(env, NOW, 1)]);
  expect(done.toSorted()).toEqual([0, 1]);
  const other = "str_other00000000000";
  await insertStore({ id: other });
  await putLogged([event({ visitorHash: anna, time: OLD })], other);
  await archiveVisitBacklog(env, NOW);
  expect(await countIn("visit_log")).toBe(0);
  expect(await archiveVisitBacklog(env, NOW)).toBe(0);
});

it("without R2 nothing is deleted, and somebody is told", async () => {
  await putLogged([event({ visitorHash: anna, time: OLD })]);
  vi.spyOn(console, "error").mockImplementation(() => {});
  await archiveVisits({ ...env, ARCHIVE: undefined as unknown as R2Bucket }, NOW);
  expect(await countIn("visit_log")).toBe(1);
  expect(await countIn("visitor_days")).toBe(1);
  expect(await countIn("alarms", "kind = 'visits_unarchived' AND resolved_at IS NULL")).toBe(1);
  await archiveVisits({ ...env, VISIT_RETENTION_DAYS: "0" as "90" }, NOW);
  expect(await countIn("visit_log")).toBe(1);
  await archiveVisits(env, NOW);
  expect(await countIn("visit_log")).toBe(0);
  expect(await countIn("alarms", "kind = 'visits_unarchived' AND resolved_at IS NULL")).toBe(0);
});

it("a retention that can't be read is 90 days, and is told", () => {
  expect(["", "0", "1", "3660"].map((text) => readVisitRetention(text))).toEqual(
    [90, 0, 1, 3660].map((days) => ({ days, problem: null })),
  );
  for (const text of ["-1", "1.5", "3661", "ninety", "1e9"]) {
    expect(readVisitRetention(text)).toMatchObject({
      days: 90,
      problem: expect.stringContaining("VISIT_RETENTION_DAYS"),
    });
  }
});
