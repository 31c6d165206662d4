import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { eraseUtms } from "../../../src/programme/creator/erase-utms-store.ts";
import { DAY, HOUR, logAt, logged, logRows, NIGHT, visitAt } from "../../clicks/archive-fixtures.ts";
import { bindClickDatabases, logDatabases } from "../../clicks/databases-fixtures.ts";
import { insertLink } from "../../links/link-fixtures.ts";

const [GONE, STAYS] = ["crt_0000000000000001", "crt_0000000000000002"];
const [OWN, OTHER] = ["lnk_0000000000000001", "lnk_0000000000000002"];
const utm = { utmSource: "zephyria", utmMedium: "social", utmContent: "zephyria.makes" };

const SMALL = { pageBatches: 2, batches: 3 };

/** The id of each click and its UTM source. */
async function sources(): Promise<Record<string, unknown>> {
  return Object.fromEntries((await logged()).map((click) => [click.id, click["utm_source"]]));
}

async function deleteCreator(at: number): Promise<void> {
  await env.DB.prepare("UPDATE creators SET deleted_at = ?2 WHERE id = ?1").bind(GONE, at).run();
}

beforeEach(async () => {
  await env.DB.batch(
    [GONE, STAYS].map((id) =>
      env.DB.prepare(
        "INSERT INTO creators (id, first_name, last_name, handles, created_at, updated_at) VALUES (?1, '', '', '{}', 0, 0)",
      ).bind(id),
    ),
  );
  await insertLink({ id: OWN, creatorId: GONE });
  await insertLink({ id: OTHER, creatorId: STAYS });
});

describe.each([0, 3])("UTM values of a deleted creator's clicks, with %d databases", (databases) => {
  beforeEach(async () => {
    if (databases > 0) await bindClickDatabases(databases);
    await logRows(visitAt("clk_row", NIGHT - 5 * DAY, { linkId: OWN, ...utm }));
    for (let hour = 5; hour > 0; hour--) {
      await logAt(
        NIGHT - hour * HOUR,
        visitAt(`clk_own_${hour}`, NIGHT - hour * HOUR, { linkId: OWN, ...utm }),
        visitAt(`clk_other_${hour}`, NIGHT - hour * HOUR, { linkId: OTHER, ...utm }),
        visitAt(`clk_bare_${hour}`, NIGHT - hour * HOUR, { linkId: OTHER }),
      );
    }
  });

  it("go, wherever they are in the log, and nothing else of it changes", async () => {
    const before = await logged();
    await deleteCreator(NIGHT - 1);
    await eraseUtms(env, NIGHT);
    const none = { utm_source: null, utm_medium: null, utm_content: null };
    expect(await logged()).toEqual(before.map((click) => (click["link_id"] === OWN ? { ...click, ...none } : click)));
    expect(JSON.stringify(await logged())).toContain("zephyria");
  });

  it("go bit by bit, over several nights where they are many", async () => {
    await deleteCreator(NIGHT - 1);
    let nights = 0;
    const left = async () => Object.entries(await sources()).filter(([id, source]) => !id.includes("other") && source);
    for (; (await left()).length > 0; nights++) {
      expect(nights).toBeLessThan(10);
      await eraseUtms(env, NIGHT + nights * DAY, SMALL);
    }
    expect(nights).toBeGreaterThan(1);
  });

  it("go in the night after a click came late, and whoever is deleted meanwhile isn't forgotten", async () => {
    await eraseUtms(env, NIGHT);
    expect((await sources())["clk_own_3"]).toBe("zephyria");
    await deleteCreator(NIGHT + 1);
    await eraseUtms(env, NIGHT + DAY);
    expect((await sources())["clk_own_3"]).toBeNull();
    await logAt(NIGHT + 2 * DAY, visitAt("clk_late", NIGHT, { linkId: OWN, ...utm }));
    await eraseUtms(env, NIGHT + 3 * DAY);
    expect((await sources())["clk_late"]).toBeNull();
    // The walk begins before the next creator is deleted, and ends after.
    await env.DB.prepare("UPDATE creators SET deleted_at = ?1")
      .bind(NIGHT + 3 * DAY + 1)
      .run();
    await eraseUtms(env, NIGHT + 4 * DAY);
    expect(Object.values(await sources()).filter((source) => source !== null)).toEqual([]);
  });

  it("leave what a click counts as alone, though that changes meanwhile", async () => {
    await deleteCreator(NIGHT - 1);
    const [{ seq } = { seq: 0 }] = (await logged()).filter(({ id }) => id === "clk_own_3");
    const change = "UPDATE click_batches SET entered = verdicts, verdicts = replace(verdicts, 'u', 'd')";
    for (const d1 of logDatabases()) {
      const batch = d1.batch.bind(d1);
      vi.spyOn(d1, "batch").mockImplementation(async (statements) => {
        await d1.prepare(change).run();
        return batch(statements);
      });
    }
    await eraseUtms(env, NIGHT);
    vi.restoreAllMocks();
    const click = (await logged()).find((row) => row.seq === seq);
    expect(click).toMatchObject({ utm_source: null, bucket: "duplicate", reason: "repeat_in_window" });
  });
});
