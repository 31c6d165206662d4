import { env, exports } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Alarm, clearAlarm, raiseAlarm } from "../../../src/journal/alarm/store.ts";
import { alarmSchema } from "../../../src/journal/alarm/schema.ts";
import { runCron, runJobs } from "../../../src/cron.ts";
import { pageOf } from "../../../src/ground/http/pagination.ts";
import { api, bodyOf, expectInvalid, holding, pagesOf, problemOf } from "../../ground/api.ts";
import { NIGHT, openAlarms } from "../../clicks/archive-fixtures.ts";
import { expectGuarded } from "../../operate/key-fixtures.ts";

const drift = (subject: string, hours = 1): Alarm => ({ kind: "rollup_drift", subject, detail: { hours } });

const iso = (time: number) => new Date(time).toISOString();

async function list(query = "") {
  return bodyOf(pageOf(alarmSchema), await api("GET", `/alarms${query}`)).data;
}

const subjects = async (query: string) => (await list(query)).map(({ subject }) => subject);

const failing = () => Promise.reject(new Error("no such table: nothing"));

let log = vi.spyOn(console, "error");

beforeEach(() => {
  log = vi.spyOn(console, "error").mockImplementation(() => {});
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe("an alarm", () => {
  it("is one for its kind and subject however often it is raised, with the latest numbers, and logged once", async () => {
    await raiseAlarm(env.DB, drift("2026-11-20", 1), NIGHT);
    await raiseAlarm(env.DB, drift("2026-11-20", 2), NIGHT + 5);
    await raiseAlarm(env.DB, drift("2026-11-19"), NIGHT + 6);
    expect(await list()).toMatchObject([
      { subject: "2026-11-19", raisedAt: iso(NIGHT + 6) },
      {
        kind: "rollup_drift",
        subject: "2026-11-20",
        detail: { hours: 2 },
        raisedAt: iso(NIGHT),
        lastSeenAt: iso(NIGHT + 5),
        resolvedAt: null,
      },
    ]);
    expect(log.mock.calls.map(([line]) => JSON.parse(String(line)))).toEqual([
      { event: "alarm", ...drift("2026-11-20", 1) },
      { event: "alarm", ...drift("2026-11-19") },
    ]);
  });

  it("is resolved when its cause is gone, and opens again if it comes back", async () => {
    await raiseAlarm(env.DB, drift("2026-11-20"), NIGHT);
    await clearAlarm(env.DB, "rollup_drift", "2026-11-19", NIGHT + 1);
    await clearAlarm(env.DB, "click_drift", "2026-11-20", NIGHT + 1);
    expect(await openAlarms()).toEqual(["rollup_drift 2026-11-20"]);
    await clearAlarm(env.DB, "rollup_drift", "2026-11-20", NIGHT + 2);
    await clearAlarm(env.DB, "rollup_drift", "2026-11-20", NIGHT + 3);
    expect(await list()).toMatchObject([{ resolvedAt: iso(NIGHT + 2) }]);
    await raiseAlarm(env.DB, drift("2026-11-20"), NIGHT + 4);
    expect(await list()).toMatchObject([{ raisedAt: iso(NIGHT + 4), resolvedAt: null }]);
    expect(log).toHaveBeenCalledTimes(2);
  });
});

describe("/alarms", () => {
  it("lists by state and kind, and by pages", async () => {
    for (let day = 1; day <= 3; day++) await raiseAlarm(env.DB, drift(`2026-11-0${day}`), NIGHT + day);
    await raiseAlarm(env.DB, { kind: "cron_failed", subject: "x", detail: {} }, NIGHT + 9);
    await clearAlarm(env.DB, "rollup_drift", "2026-11-02", NIGHT + 10);
    expect(await subjects("")).toEqual(["x", "2026-11-03", "2026-11-02", "2026-11-01"]);
    expect(await subjects("?open=true")).toEqual(["x", "2026-11-03", "2026-11-01"]);
    expect(await subjects("?open=false")).toEqual(["2026-11-02"]);
    expect(await subjects("?open=true&kind=rollup_drift")).toEqual(["2026-11-03", "2026-11-01"]);
    expect((await pagesOf(alarmSchema, "/alarms?limit=3")).map((page) => page.length)).toEqual([3, 1]);
    expectInvalid(await api("GET", "/alarms?open=maybe"), "open");
    expectInvalid(await api("GET", "/alarms?kind=fire"), "kind");
  });

  it("resolves one, which is in the audit log and harmless to repeat", async () => {
    await raiseAlarm(env.DB, drift("2026-11-20"), NIGHT);
    const [{ id } = { id: "" }] = await list();
    const once = bodyOf(alarmSchema, await api("POST", `/alarms/${id}/resolve`));
    expect(once.resolvedAt).not.toBeNull();
    expect(bodyOf(alarmSchema, await api("POST", `/alarms/${id}/resolve`))).toEqual(once);
    expect(await list()).toEqual([once]);
    expect((await api("GET", `/audit?entityId=${id}`)).body).toMatchObject({ data: [{ entity: "alarm" }, {}] });
    const unknown = await api("POST", "/alarms/alm_0000000000000000/resolve");
    expect(problemOf(unknown)).toMatchObject({ status: 404, code: "not_found" });
  });

  it("needs settings:read to list and settings:write to resolve", async () => {
    await expectGuarded("GET", "/alarms", "settings:read");
    await expectGuarded("POST", "/alarms/alm_0000000000000000/resolve", "settings:write");
  });

  it("are counted by kind in /metrics", async () => {
    await raiseAlarm(env.DB, drift("2026-11-19"), NIGHT);
    await raiseAlarm(env.DB, drift("2026-11-20"), NIGHT);
    const response = await exports.default.fetch("https://go.brand.example/metrics", {
      headers: holding(env.ADMIN_API_KEY),
    });
    const lines = (await response.text()).split("\n");
    expect(lines).toContain('waymark_alarms_open{kind="rollup_drift"} 2');
    expect(lines).toContain('waymark_alarms_open{kind="cron_failed"} 0');
  });
});

describe("the nightly jobs", () => {
  it("run whatever becomes of the others, and one that fails is heard of", async () => {
    const good = vi.fn(() => Promise.resolve());
    const jobs = { first: failing, second: good, third: failing };
    await expect(runJobs(jobs, env, NIGHT)).rejects.toThrow(
      "first: Error: no such table: nothing; third: Error: no such table: nothing",
    );
    expect(good).toHaveBeenCalledExactlyOnceWith(env, NIGHT);
    expect(await openAlarms()).toEqual(["cron_failed first", "cron_failed third"]);
    expect((await list())[0]?.detail).toEqual({ message: "Error: no such table: nothing" });

    await runJobs({ first: good, second: good }, env, NIGHT + 1);
    expect(await openAlarms()).toEqual(["cron_failed third"]);
  });

  it("are tried again after a passing failure of D1, without an alarm", async () => {
    const job = vi.fn(() => Promise.resolve());
    job.mockRejectedValueOnce(new Error("D1_ERROR: Network connection lost."));
    await runJobs({ job }, env, NIGHT);
    expect(job).toHaveBeenCalledTimes(2);
    expect(await openAlarms()).toEqual([]);
  });

  it("run to the end while the database can't even take the alarm", async () => {
    const good = vi.fn(() => Promise.resolve());
    await env.DB.prepare("DROP TABLE alarms").run();
    await expect(runJobs({ first: failing, good }, env, NIGHT)).rejects.toThrow("first");
    expect(good).toHaveBeenCalledOnce();
    const logged = log.mock.calls.map(([line]) => String(line));
    expect(logged.some((line) => line.includes('"job":"first"'))).toBe(true);
  });

  it("all succeed on an empty deployment", async () => {
    await runCron("17 3 * * *", env, NIGHT);
    expect(await list()).toEqual([]);
  });
});
