import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { archiveClicks } from "../../../src/clicks/archive/run.ts";
import { archiveSchema } from "../../../src/clicks/archive/schema.ts";
import { pageOf } from "../../../src/ground/http/pagination.ts";
import { trafficReport } from "../../../src/reports/report/schema.ts";
import { rollUpClicks } from "../../../src/reports/rollup/run.ts";
import { packClicks } from "../../../src/clicks/pack/run.ts";
import { setDirection } from "../../../src/clicks/pack/store.ts";
import { api, bodyOf } from "../../ground/api.ts";
import {
  archived,
  archiveFiles,
  CUTOFF,
  DAY,
  HOUR,
  log,
  logRows,
  logged,
  NIGHT,
  openAlarms,
  SMALL,
  textOf,
  visitAt,
  WEEK,
} from "../archive-fixtures.ts";
import { insertLink } from "../../links/link-fixtures.ts";

const LINK = "lnk_0000000000000001";
const LOST = new Error("D1_ERROR: Network connection lost.");

const run = () => archiveClicks(env, WEEK, NIGHT, SMALL);

/** Six clicks of one old day, rolled up: two files of {@link SMALL}. */
async function sixOldClicks(): Promise<void> {
  await logRows(...Array.from({ length: 6 }, (_none, index) => visitAt(`clk_${index}`, CUTOFF - DAY + index * HOUR)));
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

describe("archiving clicks that are rows", () => {
  it("moves what is rolled up and older than the retention, and nothing else", async () => {
    await logRows(visitAt("clk_old", CUTOFF - 1), visitAt("clk_young", CUTOFF), visitAt("clk_older", CUTOFF - DAY));
    await rollUpClicks(env, NIGHT);
    await logRows(visitAt("clk_unread", CUTOFF - 2));
    const before = await logged();

    expect(await run()).toEqual({ files: 1, rows: 2 });
    expect((await logged()).map(({ id }) => id)).toEqual(["clk_young", "clk_unread"]);
    expect(await archived()).toEqual(before.filter(({ id }) => id === "clk_old" || id === "clk_older"));
    expect(await archives()).toMatchObject([
      {
        key: "clicks/2026/11/13/1-3.ndjson.gz",
        firstSeq: 1,
        lastSeq: 3,
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
    expect(await run()).toEqual({ files: 2, rows: 6 });
    const { objects } = await env.ARCHIVE.list({ include: ["customMetadata"] });
    expect(objects.map(({ key }) => key)).toEqual([
      "clicks/2026/11/13/1-4.ndjson.gz",
      "clicks/2026/11/13/5-6.ndjson.gz",
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
});

describe("an archive run of rows that fails", () => {
  beforeEach(sixOldClicks);

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

  it.each([1, 2, 3])("at deletion %d, is taken up where it stopped", async (failing) => {
    await env.DB.prepare(
      `CREATE TRIGGER crash BEFORE DELETE ON click_rows WHEN old.seq = ${failing * 2 - 1}
       BEGIN SELECT RAISE(ABORT, 'storage caused object to be reset'); END`,
    ).run();
    await expect(run()).rejects.toThrow("storage caused object to be reset");
    expect(await logged()).toHaveLength(8 - failing * 2);
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

  it("writes a file again that was verified and is gone, while the log still has its rows", async () => {
    const prepare = env.DB.prepare.bind(env.DB);
    vi.spyOn(env.DB, "prepare").mockImplementation((sql) => {
      if (sql.startsWith("DELETE FROM click_rows")) throw LOST;
      return prepare(sql);
    });
    await expect(run()).rejects.toThrow(LOST.message);
    const [archive] = await archives();
    expect(archive?.verifiedAt).not.toBeNull();
    await env.ARCHIVE.delete(archive?.key ?? "");
    await expectRecovery();
  });

  it("stops with an alarm at a file that is damaged after a part of its rows is deleted", async () => {
    await env.DB.prepare(
      "CREATE TRIGGER crash BEFORE DELETE ON click_rows WHEN old.seq = 3 BEGIN SELECT RAISE(ABORT, 'reset'); END",
    ).run();
    await expect(run()).rejects.toThrow("reset");
    await env.DB.prepare("DROP TRIGGER crash").run();
    const [archive] = await archives();
    const key = archive?.key ?? "";
    const good = await (await env.ARCHIVE.get(key))?.arrayBuffer();
    await env.ARCHIVE.put(key, "gone");

    vi.spyOn(console, "error").mockImplementation(() => {});
    expect(await run()).toEqual({ files: 0, rows: 0 });
    expect(await openAlarms()).toEqual([`archive_damaged ${key}`]);
    expect(await logged()).toHaveLength(4);
    expect(await (await env.ARCHIVE.get(key))?.text()).toBe("gone");

    await env.ARCHIVE.put(key, good ?? "");
    await expectRecovery();
  });

  it("archives what is left in the log when somebody lets go of a lost file", async () => {
    await env.DB.prepare(
      "CREATE TRIGGER crash BEFORE DELETE ON click_rows WHEN old.seq = 3 BEGIN SELECT RAISE(ABORT, 'reset'); END",
    ).run();
    await expect(run()).rejects.toThrow("reset");
    await env.DB.prepare("DROP TRIGGER crash").run();
    await env.ARCHIVE.delete("clicks/2026/11/13/1-4.ndjson.gz");
    // As docs/operating.md has it.
    await env.DB.prepare("UPDATE click_archives SET deleted_at = verified_at WHERE key LIKE '%/1-4.%'").run();
    expect(await run()).toEqual({ files: 1, rows: 4 });
    expect((await archiveFiles()).map(({ key }) => key)).toEqual(["clicks/2026/11/13/3-6.ndjson.gz"]);
  });
});

describe("restoring rows", () => {
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

    await logRows(visitAt("clk_new", NIGHT));
    expect((await logged()).at(-1)).toMatchObject({ id: "clk_new", seq: 7 });
    expect(await run()).toEqual({ files: 2, rows: 6 });
    expect((await logged()).map(({ id }) => id)).toEqual(["clk_new"]);
    expect(await archived()).toEqual(rows);
    expect((await archives()).every(({ deletedAt }) => deletedAt !== null)).toBe(true);
  });

  it("that dies half-way leaves nothing behind that the next run doesn't look after", async () => {
    const rows = await logged();
    await run();
    await env.DB.prepare(
      "CREATE TRIGGER crash BEFORE INSERT ON click_rows WHEN new.seq = 3 BEGIN SELECT RAISE(ABORT, 'reset'); END",
    ).run();
    vi.spyOn(console, "error").mockImplementation(() => {});
    const [, first] = await archives();
    expect((await restore(first?.key ?? "")).status).toBeGreaterThanOrEqual(500);
    await env.DB.prepare("DROP TRIGGER crash").run();
    expect(await archives()).toMatchObject([{}, { deletedAt: null }]);
    await run();
    expect(await logged()).toEqual([]);
    expect(await archived()).toEqual(rows);
  });

  it("leaves alone a file whose clicks have not left the log", async () => {
    const rows = await logged();
    vi.spyOn(env.ARCHIVE, "get").mockRejectedValue(new Error("10001"));
    await expect(run()).rejects.toThrow("10001");
    const [{ key } = { key: "" }] = await archives();
    expect((await restore(key)).status).toBe(200);
    expect(await logged()).toEqual(rows);
  });
});

describe("clicks that change their form", () => {
  /** The id of each click of the log and of every file, in order. */
  const everywhere = async () => [...(await logged()), ...(await archived())].map(({ id }) => id).toSorted();
  const six = Array.from({ length: 6 }, (_none, index) => `clk_${index}`);

  it("between a run that died and the next are not packed: they are in a file already", async () => {
    await sixOldClicks();
    vi.spyOn(env.ARCHIVE, "get").mockRejectedValueOnce(new Error("10001"));
    await expect(run()).rejects.toThrow("10001");
    await packClicks(env.DB, WEEK, NIGHT);
    await run();
    expect(await everywhere()).toEqual(six);
    expect(await logged()).toEqual([]);
  });

  it("while their file is built let go of it, and leave in another", async () => {
    await sixOldClicks();
    const prepare = env.DB.prepare.bind(env.DB);
    // Packed after the file's rows were read, and before it is recorded.
    const spy = vi.spyOn(env.DB, "batch").mockImplementationOnce(async (statements) => {
      spy.mockRestore();
      await packClicks(env.DB, WEEK, NIGHT);
      return env.DB.batch(statements);
    });
    expect(await run()).toEqual({ files: 2, rows: 6 });
    expect(await everywhere()).toEqual(six);
    expect(await prepare("SELECT count(*) AS n FROM click_archives WHERE log IS NULL").first("n")).toBe(0);
  });

  it("are not unpacked while a file has them", async () => {
    await log(...six.map((name, index) => visitAt(name, CUTOFF - DAY + index * HOUR)));
    await rollUpClicks(env, NIGHT);
    vi.spyOn(env.ARCHIVE, "get").mockRejectedValueOnce(new Error("10001"));
    await expect(run()).rejects.toThrow("10001");
    await setDirection(env.DB, "rows", 0).run();
    await packClicks(env.DB, WEEK, NIGHT);
    await run();
    await run();
    expect(await everywhere()).toEqual(six);
  });
});
