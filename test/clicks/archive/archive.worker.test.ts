import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { archiveClicks } from "../../../src/clicks/archive/run.ts";
import { archiveSchema } from "../../../src/clicks/archive/schema.ts";
import { readConfig } from "../../../src/ground/config.ts";
import { runCron } from "../../../src/cron.ts";
import { pageOf } from "../../../src/ground/http/pagination.ts";
import { trafficReport } from "../../../src/reports/report/schema.ts";
import { rollUpClicks } from "../../../src/reports/rollup/run.ts";
import { api, bodyOf, pagesOf, problemOf } from "../../ground/api.ts";
import {
  archived,
  archiveFiles,
  CUTOFF,
  DAY,
  HOUR,
  type LoggedClick,
  log,
  logged,
  NIGHT,
  openAlarms,
  SMALL,
  textOf,
  visitAt,
  WEEK,
} from "../archive-fixtures.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { expectGuarded } from "../../operate/key-fixtures.ts";

const LINK = "lnk_0000000000000001";
const LOST = new Error("D1_ERROR: Network connection lost.");

const seqIn = (clicks: readonly LoggedClick[], id: string) => clicks.find((click) => click.id === id)?.seq ?? -1;

const run = () => archiveClicks(env, WEEK, NIGHT, SMALL);

/** Six clicks of one old day, rolled up: two files of {@link SMALL}. */
async function sixOldClicks(): Promise<void> {
  await log(...Array.from({ length: 6 }, (_none, index) => visitAt(`clk_${index}`, CUTOFF - DAY + index * HOUR)));
  await rollUpClicks(env, NIGHT);
}

async function archives() {
  return bodyOf(pageOf(archiveSchema), await api("GET", "/archives")).data;
}

async function traffic(query = "from=2026-01-01&to=2026-12-31&interval=hour") {
  return bodyOf(trafficReport, await api("GET", `/reports/traffic?${query}`));
}

/** Restores a file through the API, and returns the answer. */
const restore = (key: string) => api("POST", "/archives/restore", { key });

const letter = (id: string, reason: string, replayedAt: number | null) =>
  env.DB.prepare(
    `INSERT INTO dead_letters (id, queue, message_id, body, reason, received_at, replayed_at)
     VALUES (?1, 'q', ?1, '', ?2, ?3, ?4)`,
  )
    .bind(id, reason, CUTOFF - DAY + HOUR, replayedAt)
    .run();

/** Runs again as the next night would, and expects every click in exactly one place. */
async function expectRecovery(): Promise<void> {
  vi.restoreAllMocks();
  expect(await run()).toMatchObject({ files: expect.any(Number) });
  expect(await logged()).toEqual([]);
  expect((await archived()).map(({ id }) => id).toSorted()).toEqual(
    Array.from({ length: 6 }, (_none, index) => `clk_${index}`),
  );
  expect(await archiveFiles()).toHaveLength(2);
  expect(await openAlarms()).toEqual([]);
}

/** Makes the deletion of one of {@link sixOldClicks} fail. */
async function failDeletion(index: number): Promise<void> {
  await env.DB.prepare(
    `CREATE TRIGGER crash BEFORE DELETE ON click_batches WHEN old.earliest = ${CUTOFF - DAY + index * HOUR}
     BEGIN SELECT RAISE(ABORT, 'storage caused object to be reset'); END`,
  ).run();
}

/** Makes R2 keep something else than it was given. */
function spoilPut(spoil: (body: Uint8Array) => Uint8Array): void {
  const put = env.ARCHIVE.put.bind(env.ARCHIVE) as (key: string, body: Uint8Array) => Promise<R2Object>;
  const spoiled = (key: string, body: unknown) => put(key, spoil(new Uint8Array(body as ArrayBuffer)));
  vi.spyOn(env.ARCHIVE, "put").mockImplementation(spoiled);
}

beforeEach(async () => {
  await insertLink({ id: LINK });
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe("archiving", () => {
  it("moves what is rolled up and older than the retention, and nothing else", async () => {
    await log(visitAt("clk_old", CUTOFF - 1), visitAt("clk_young", CUTOFF), visitAt("clk_older", CUTOFF - DAY));
    await rollUpClicks(env, NIGHT);
    await log(visitAt("clk_unread", CUTOFF - 2));
    const before = await logged();
    const [first, last] = [seqIn(before, "clk_older"), seqIn(before, "clk_old")].toSorted((a, b) => a - b);

    expect(await run()).toEqual({ files: 1, rows: 2 });
    expect((await logged()).map(({ id }) => id)).toEqual(["clk_young", "clk_unread"]);
    expect(await archived()).toEqual(before.filter(({ id }) => id === "clk_old" || id === "clk_older"));
    expect(await archives()).toMatchObject([
      {
        key: `clicks/2026/11/13/0/${first}-${last}.ndjson.gz`,
        database: 0,
        firstSeq: first,
        lastSeq: last,
        rows: 2,
        earliest: new Date(CUTOFF - DAY).toISOString(),
        latest: new Date(CUTOFF - 1).toISOString(),
        verifiedAt: new Date(NIGHT).toISOString(),
        deletedAt: new Date(NIGHT).toISOString(),
      },
    ]);
    expect(await run()).toEqual({ files: 0, rows: 0 });

    await rollUpClicks(env, NIGHT);
    expect(await run()).toEqual({ files: 1, rows: 1 });
    expect((await logged()).map(({ id }) => id)).toEqual(["clk_young"]);
  });

  it("writes files of bounded size that say how many rows they hold and their checksum", async () => {
    await sixOldClicks();
    const seqs = (await logged()).map(({ seq }) => seq);
    expect(await run()).toEqual({ files: 2, rows: 6 });
    const { objects } = await env.ARCHIVE.list({ include: ["customMetadata"] });
    expect(objects.map(({ key }) => key)).toEqual([
      `clicks/2026/11/13/0/${seqs[0]}-${seqs[3]}.ndjson.gz`,
      `clicks/2026/11/13/0/${seqs[4]}-${seqs[5]}.ndjson.gz`,
    ]);
    for (const { key, size, customMetadata } of objects) {
      const text = await textOf(key);
      const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
      const sha256 = new Uint8Array(digest).toHex();
      const rows = text.split("\n").length - 1;
      expect(customMetadata).toEqual({ rows: String(rows), sha256 });
      expect(await archives()).toContainEqual(expect.objectContaining({ key, sha256, rows, bytes: size }));
    }
  });

  it("does a bounded number of files a run", async () => {
    await sixOldClicks();
    expect(await archiveClicks(env, WEEK, NIGHT, { ...SMALL, files: 1 })).toEqual({ files: 1, rows: 4 });
    expect(await logged()).toHaveLength(2);
  });

  it("goes on every minute until a night's work is done, and rests until the next night", async () => {
    const minutely = { ...env, CLICK_RETENTION_DAYS: "7" } as unknown as Env;
    await sixOldClicks();
    await runCron("* * * * *", minutely, NIGHT);
    expect(await logged()).toHaveLength(6);
    await archiveClicks(env, WEEK, NIGHT, { ...SMALL, files: 1 });
    await runCron("* * * * *", minutely, NIGHT);
    expect(await logged()).toEqual([]);
    await log(visitAt("clk_6", CUTOFF - 1));
    for (let minute = 1; minute <= 2; minute++) await runCron("* * * * *", minutely, NIGHT + minute * 60_000);
    expect(await logged()).toHaveLength(1);
  });

  it("keeps every click for ever where the retention is 0, and where no bucket is bound", async () => {
    await sixOldClicks();
    await archiveClicks(env, readConfig({ CLICK_RETENTION_DAYS: "0" }), NIGHT, SMALL);
    await archiveClicks({ ...env, ARCHIVE: undefined } as unknown as Env, WEEK, NIGHT, SMALL);
    expect(await logged()).toHaveLength(6);
    expect(await archives()).toEqual([]);
  });

  it("keeps what a waiting dead letter may bring again", async () => {
    await sixOldClicks();
    await letter("ded_1", "retries_exhausted", NIGHT);
    await letter("ded_2", "unreadable", null);
    await letter("ded_3", "retries_exhausted", null);
    expect(await run()).toEqual({ files: 0, rows: 0 });
    await env.DB.prepare("UPDATE dead_letters SET replayed_at = 1 WHERE id = 'ded_3'").run();
    expect(await run()).toEqual({ files: 2, rows: 6 });
  });

  it("lets only one run work at a time", async () => {
    await sixOldClicks();
    const runs = await Promise.all([run(), run(), run()]);
    expect(runs.reduce((sum, { rows }) => sum + rows, 0)).toBe(6);
    expect((await archived()).map(({ id }) => id).toSorted()).toHaveLength(6);
  });
});

describe("an archive run that fails", () => {
  beforeEach(sixOldClicks);

  it("because R2 takes nothing, deletes nothing", async () => {
    vi.spyOn(env.ARCHIVE, "put").mockRejectedValue(new Error("put: We encountered an internal error. (10001)"));
    await expect(run()).rejects.toThrow("10001");
    expect(await logged()).toHaveLength(6);
    await expectRecovery();
  });

  it("because R2 gives nothing back, deletes nothing", async () => {
    vi.spyOn(env.ARCHIVE, "get").mockRejectedValue(new Error("get: We encountered an internal error. (10001)"));
    await expect(run()).rejects.toThrow("10001");
    expect(await logged()).toHaveLength(6);
    expect(await archives()).toMatchObject([{ verifiedAt: null }]);
    await expectRecovery();
  });

  it.each([
    ["empty", () => new Uint8Array()],
    ["cut off", (body: Uint8Array) => body.slice(0, -20)],
    ["not gzip", () => new TextEncoder().encode("<html>")],
    ["of other bytes", (body: Uint8Array) => body.map((byte) => byte ^ 1)],
  ])("because what R2 kept is %s, deletes nothing", async (_name, spoil) => {
    spoilPut(spoil);
    await expect(run()).rejects.toThrow("can't be read back whole");
    expect(await logged()).toHaveLength(6);
    expect(await archives()).toMatchObject([{ verifiedAt: null }]);
    await expectRecovery();
  });

  it.each([
    ["fewer lines", 3],
    ["other lines", 4],
    ["more lines", 5],
  ])("because R2 kept a good file of %s, deletes nothing", async (_name, count) => {
    const lines = `${JSON.stringify({ seq: 1, id: "clk_0" })}\n`.repeat(count);
    const packed = new Response(lines).body?.pipeThrough(new CompressionStream("gzip")) ?? null;
    const other = await new Response(packed).bytes();
    spoilPut(() => other);
    await expect(run()).rejects.toThrow("can't be read back whole");
    expect(await logged()).toHaveLength(6);
    await expectRecovery();
  });

  it.each([1, 2, 3, 4])("at deletion %d, takes none of the file's, and is taken up there", async (failing) => {
    await failDeletion(failing - 1);
    await expect(run()).rejects.toThrow("storage caused object to be reset");
    expect(await logged()).toHaveLength(6);
    await env.DB.prepare("DROP TRIGGER crash").run();
    await expectRecovery();
  });

  it.each(["INSERT", "UPDATE OF verified_at", "UPDATE OF deleted_at"])(
    "at the record's %s, is taken up there",
    async (write) => {
      await env.DB.prepare(
        `CREATE TRIGGER crash BEFORE ${write} ON click_archives
         BEGIN SELECT RAISE(ABORT, 'storage caused object to be reset'); END`,
      ).run();
      await expect(run()).rejects.toThrow("storage caused object to be reset");
      expect((await logged()).length).toBe(write.includes("deleted_at") ? 2 : 6);
      await env.DB.prepare("DROP TRIGGER crash").run();
      await expectRecovery();
    },
  );

  it("by the end of its isolate, holds up nobody the night after", async () => {
    await env.DB.prepare("INSERT INTO watermarks VALUES ('archive_lease', ?1, ?2)")
      .bind(NIGHT + 20 * 60_000, NIGHT)
      .run();
    expect(await run()).toEqual({ files: 0, rows: 0 });
    expect(await archiveClicks(env, WEEK, NIGHT + DAY, SMALL)).toEqual({ files: 2, rows: 6 });
  });

  it("writes a file again that was verified and is gone, while the log still has its rows", async () => {
    const prepare = env.DB.prepare.bind(env.DB);
    vi.spyOn(env.DB, "prepare").mockImplementation((sql) => {
      if (sql.startsWith("DELETE FROM click_batches")) throw LOST;
      return prepare(sql);
    });
    await expect(run()).rejects.toThrow(LOST.message);
    const [archive] = await archives();
    expect(archive?.verifiedAt).not.toBeNull();
    await env.ARCHIVE.delete(archive?.key ?? "");
    await expectRecovery();
  });

  it("writes a file again that is damaged before its clicks are deleted", async () => {
    await failDeletion(2);
    await expect(run()).rejects.toThrow("reset");
    await env.DB.prepare("DROP TRIGGER crash").run();
    const [archive] = await archives();
    await env.ARCHIVE.put(archive?.key ?? "", "gone");
    await expectRecovery();
  });

  it("stops with an alarm at a file that is damaged after its clicks were deleted", async () => {
    await run();
    const [{ key } = { key: "" }] = await archives();
    await env.DB.prepare("UPDATE click_archives SET deleted_at = NULL WHERE key = ?1").bind(key).run();
    const good = await (await env.ARCHIVE.get(key))?.arrayBuffer();
    await env.ARCHIVE.put(key, "gone");
    await log(visitAt("clk_6", CUTOFF - 1));
    await rollUpClicks(env, NIGHT);

    vi.spyOn(console, "error").mockImplementation(() => {});
    expect(await run()).toEqual({ files: 0, rows: 0 });
    expect(await openAlarms()).toEqual([`archive_damaged ${key}`]);
    expect(await logged()).toHaveLength(1);
    expect(await (await env.ARCHIVE.get(key))?.text()).toBe("gone");

    await env.ARCHIVE.put(key, good ?? "");
    expect(await run()).toEqual({ files: 2, rows: 3 });
    expect(await openAlarms()).toEqual([]);
  });
});

describe("a click that came late", () => {
  beforeEach(async () => {
    await log(visitAt("clk_b", CUTOFF - HOUR + 2, { pseudonym: "one" }));
    await rollUpClicks(env, NIGHT);
  });

  /** Lets what the click counts as change each time when the file has been read back, so often. */
  function comeLate(times: number): void {
    let come = 0;
    const get = env.ARCHIVE.get.bind(env.ARCHIVE);
    vi.spyOn(env.ARCHIVE, "get").mockImplementation(async (key: string) => {
      const object = await get(key);
      if (come++ < times) {
        await env.DB.prepare(
          "UPDATE click_batches SET entered = coalesce(entered, verdicts), verdicts = iif(verdicts = 'd', 'c', 'd')",
        ).run();
      }
      return object;
    });
  }

  it.each([1, 2, 3])("between reading and deleting, %d times, is in the file before anything goes", async (times) => {
    comeLate(times);
    expect(await run()).toEqual({ files: 1, rows: 1 });
    expect(await logged()).toEqual([]);
    expect(await archived()).toMatchObject([{ id: "clk_b", bucket: times % 2 === 1 ? "duplicate" : "counted" }]);
  });

  it("again and again, leaves the clicks in the log", async () => {
    comeLate(50);
    await expect(run()).rejects.toThrow("can't be written as fast as its clicks change");
    expect(await logged()).toHaveLength(1);
    vi.restoreAllMocks();
    expect(await run()).toEqual({ files: 1, rows: 1 });
    expect(await archived()).toEqual([expect.objectContaining({ id: "clk_b" })]);
  });

  it("into a restored batch is in its file once it leaves again", async () => {
    await run();
    const [{ key } = { key: "" }] = await archives();
    await restore(key);
    await env.DB.prepare("UPDATE click_batches SET entered = verdicts, verdicts = 'd'").run();
    expect(await run()).toEqual({ files: 1, rows: 1 });
    expect(await archived()).toMatchObject([{ id: "clk_b", bucket: "duplicate" }]);
    expect(await logged()).toEqual([]);
  });
});

describe("reports over archived time", () => {
  beforeEach(async () => {
    await log(
      visitAt("clk_a", CUTOFF - DAY + HOUR / 2),
      visitAt("clk_b", CUTOFF - DAY + HOUR / 2, { userAgent: null }),
      visitAt("clk_c", CUTOFF - HOUR),
      visitAt("clk_d", CUTOFF + HOUR / 2),
    );
    await rollUpClicks(env, NIGHT);
  });

  it("stay the same to the last count", async () => {
    const before = await traffic();
    expect(before.total.requests).toBe(4);
    await archiveClicks(env, WEEK, NIGHT);
    expect(await logged()).toHaveLength(1);
    expect(await traffic()).toEqual(before);
  });

  it.each([
    ["from=2026-11-13T00:10:00Z&to=2026-11-20", ["from"]],
    ["from=2026-11-01&to=2026-11-13T00:40:00Z", ["to"]],
    ["from=2026-11-13T00:10:00Z&to=2026-11-13T23:30:00Z", ["from", "to"]],
    ["from=2026-11-13T00:10:00Z&to=2026-11-13T00:50:00Z", ["from", "to"]],
    ["from=2026-11-13T01:00:00Z&to=2026-11-13T01:30:00Z", ["to"]],
    ["from=2026-11-13T01:30:00Z&to=2026-11-13T02:00:00Z", ["from"]],
  ])("refuse %s, which cuts through an hour", async (query, ends) => {
    expect((await api("GET", `/reports/traffic?${query}`)).status).toBe(200);
    await archiveClicks(env, WEEK, NIGHT);
    for (const report of ["traffic", "links"]) {
      const problem = problemOf(await api("GET", `/reports/${report}?${query}`));
      expect(problem).toMatchObject({ status: 422, code: "range_archived" });
      expect(problem.errors?.map(({ path }) => path)).toEqual(ends);
    }
  });

  it.each([
    ["from=2026-11-13T00:00:00Z&to=2026-11-13T23:00:00Z", 2],
    ["from=2026-11-13&to=2026-11-14T00:40:00Z", 4],
    ["from=2026-11-14T00:10:00Z&to=2026-11-14T00:50:00Z", 1],
    ["from=2026-11-10T00:10:00Z&to=2026-11-14", 4],
  ])("answer %s, whose ends the log still tells", async (query, requests) => {
    await archiveClicks(env, WEEK, NIGHT);
    expect((await traffic(query)).total.requests).toBe(requests);
  });
});

describe("restoring", () => {
  beforeEach(sixOldClicks);

  it("brings back the very rows, counts nothing again, and lasts until the next run", async () => {
    const [rows, report] = [await logged(), await traffic()];
    await run();
    for (const { key } of await archives()) {
      expect(bodyOf(archiveSchema, await restore(key))).toMatchObject({ key, deletedAt: null });
      await restore(key);
    }
    expect(await logged()).toEqual(rows);
    await rollUpClicks(env, NIGHT);
    expect(await traffic()).toEqual(report);

    await log(visitAt("clk_new", NIGHT));
    expect((await logged()).at(-1)?.seq).toBeGreaterThan(rows.at(-1)?.seq ?? 0);
    expect(await run()).toEqual({ files: 2, rows: 6 });
    expect((await logged()).map(({ id }) => id)).toEqual(["clk_new"]);
    expect(await archived()).toEqual(rows);
    expect((await archives()).every(({ deletedAt }) => deletedAt !== null)).toBe(true);
  });

  it("that dies half-way leaves nothing behind that the next run doesn't look after", async () => {
    const rows = await logged();
    await run();
    await env.DB.prepare(
      `CREATE TRIGGER crash BEFORE INSERT ON click_batches WHEN new.seq = ${rows[2]?.seq ?? 0}
       BEGIN SELECT RAISE(ABORT, 'reset'); END`,
    ).run();
    vi.spyOn(console, "error").mockImplementation(() => {});
    const [, first] = await archives();
    expect((await restore(first?.key ?? "")).status).toBeGreaterThanOrEqual(500);
    await env.DB.prepare("DROP TRIGGER crash").run();
    expect(await archives()).toMatchObject([{}, { deletedAt: null }]);
    expect(await logged()).toEqual([]);
    await run();
    expect(await logged()).toEqual([]);
    expect(await archived()).toEqual(rows);
  });

  it("refuses an unknown key, a damaged file, and a time when a run is under way", async () => {
    await run();
    const [{ key } = { key: "" }] = await archives();
    expect(problemOf(await restore("clicks/2026/11/13/9-9.ndjson.gz"))).toMatchObject({ code: "not_found" });
    await env.DB.prepare("UPDATE watermarks SET value = ?1 WHERE name = 'archive_lease'")
      .bind(Date.now() + HOUR)
      .run();
    expect(problemOf(await restore(key))).toMatchObject({ status: 409, code: "archive_busy" });
    await env.DB.prepare("UPDATE watermarks SET value = 0 WHERE name = 'archive_lease'").run();
    await env.ARCHIVE.delete(key);
    expect(problemOf(await restore(key))).toMatchObject({ status: 409, code: "archive_damaged" });
    expect(await logged()).toEqual([]);
  });

  it("leaves alone a file whose clicks have not left the log", async () => {
    const rows = await logged();
    vi.spyOn(env.ARCHIVE, "get").mockRejectedValue(new Error("10001"));
    await expect(run()).rejects.toThrow("10001");
    const [{ key } = { key: "" }] = await archives();
    expect((await restore(key)).status).toBe(200);
    expect(await logged()).toEqual(rows);
  });

  it("is written in the audit log", async () => {
    await run();
    const [{ key } = { key: "" }] = await archives();
    await restore(key);
    const answer = await api("GET", "/audit?entity=click_archive");
    expect(answer.body).toMatchObject({ data: [{ entityId: key, before: { key }, after: { deletedAt: null } }] });
  });
});

describe("/archives", () => {
  it("lists files by pages, the latest clicks first", async () => {
    await sixOldClicks();
    const seqs = (await logged()).map(({ seq }) => seq);
    await archiveClicks(env, WEEK, NIGHT, { ...SMALL, fileRows: 2 });
    const pages = await pagesOf(archiveSchema, "/archives?limit=2");
    expect(pages.map((page) => page.map(({ firstSeq }) => firstSeq))).toEqual([[seqs[4], seqs[2]], [seqs[0]]]);
  });

  it("needs settings:read to list and settings:write to restore", async () => {
    await expectGuarded("GET", "/archives", "settings:read");
    await expectGuarded("POST", "/archives/restore", "settings:write");
  });
});
