import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { purgeDefinitions } from "../../../src/conversions/definition/delete-run.ts";
import { deletionSchema } from "../../../src/conversions/definition/schema.ts";
import { runJobs } from "../../../src/cron.ts";
import { minutely } from "../../../src/conversions/jobs.ts";
import { openDatabase } from "../../../src/ground/db/client.ts";
import {
  conversionBackfills,
  conversionCommissions,
  conversionRates,
  conversions,
  conversionsDue,
  segmentSweeps,
} from "../../../src/ground/db/schema/conversion.ts";
import { auditSchema } from "../../../src/journal/audit/schema.ts";
import { book } from "../../books/money-fixtures.ts";
import { api, bodyOf, expectInvalid, pagesOf, problemOf } from "../../ground/api.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";
import { createCreator, createStore } from "../../programme/fixtures.ts";
import { insertPlan } from "../../programme/plan-rows.ts";
import { conversionRow } from "../conversion-rows.ts";
import { define } from "../definition-fixtures.ts";

const db = openDatabase(env.DB);
const CREATOR = "crt_0000000000000001";

afterEach(() => {
  vi.restoreAllMocks();
});

const remove = (id: string, confirm?: number) =>
  api("DELETE", `/conversion-definitions/${id}${confirm === undefined ? "" : `?confirm=${confirm}`}`);

/** How many rows each table has. */
async function counts(...tables: string[]): Promise<number[]> {
  const answers = await env.DB.batch<{ n: number }>(
    tables.map((table) => env.DB.prepare(`SELECT count(*) AS n FROM ${table}`)),
  );
  return answers.map(({ results }) => results[0]?.n ?? -1);
}

async function record(
  definition: { id: string; storeId: string },
  values: Partial<typeof conversions.$inferInsert> = {},
): Promise<string> {
  const row = conversionRow({ definitionId: definition.id, storeId: definition.storeId, ...values });
  await db.insert(conversions).values(row);
  return row.id;
}

/** A conversion that a creator earned by, and that the books know of. */
async function earned(definition: { id: string; storeId: string }): Promise<string> {
  const conversionId = await record(definition, { commission: "approved", subject: "c:lea" });
  await db
    .insert(conversionCommissions)
    .values({ conversionId, creatorId: CREATOR, planId: "pln_1", amountMinor: 500, currency: "EUR" });
  return conversionId;
}

const due = (kind: "settlement" | "conversion", id: string, storeId: string) =>
  db.insert(conversionsDue).values({ kind, id, storeId, mark: 1, attempts: 0, since: 0, nextAt: 0 });

describe("deleting a definition (AC-31, AC-32, AC-33)", () => {
  test("has to be confirmed by the number of its conversions, and takes all but the ledger", async () => {
    const { id: storeId } = await createStore();
    const definition = await define({ storeId, name: "Lead", key: "lead", triggers: [{ type: "segment", all: [] }] });
    const other = await define({ storeId });
    const { id: creatorId } = await createCreator();
    const plan = await insertPlan({ storeId });
    await record(definition, { subject: "c:lea" });
    await record(definition, { subject: "v:1", uncounted: "limit" });
    const paid = await earned(definition);
    await earned(other);
    await due("conversion", paid, storeId);
    await db.insert(segmentSweeps).values({ definitionId: definition.id, cursor: "", startedAt: 0, met: 0 });
    const times = { fromAt: 0, toAt: 1, expected: 0, seen: 0, made: 0, actor: "", createdAt: 0, updatedAt: 0 };
    await db
      .insert(conversionBackfills)
      .values({ definitionId: definition.id, state: "running", cursor: { step: "events", after: "" }, ...times });
    await db.insert(conversionRates).values(
      [0, Date.now() + 1_000_000].map((effectiveFrom) => ({
        planId: plan.id,
        definitionId: definition.id,
        effectiveFrom,
        amountMinor: 500,
        currency: "EUR",
        actor: "",
        createdAt: 0,
      })),
    );
    await book({ storeId, creatorId, amountMinor: 500, time: 0 });
    const ledger = await env.DB.prepare("SELECT * FROM ledger").all();

    for (const confirm of [undefined, 2, 4]) {
      const answer = await remove(definition.id, confirm);
      const refused = problemOf(answer);
      expect(refused).toMatchObject({ status: 409, code: "confirm_needed" });
      expect(refused.detail).toContain('"Lead" has 3 conversions of 2 converters; 1 of them earned commission.');
      expect(answer.body).toMatchObject({ counts: { conversions: 3, converters: 2, earned: 1 } });
    }
    expect(await counts("conversions")).toEqual([4]);
    expectInvalid(await api("DELETE", `/conversion-definitions/${definition.id}?confirm=-1`), "confirm");

    expect((await remove(definition.id, 3)).status).toBe(204);
    expect((await api("GET", `/conversion-definitions/${definition.id}`)).status).toBe(404);
    expect((await remove(definition.id, 3)).status).toBe(404);
    const left = ["conversions", "conversion_commissions", "conversion_definitions", "conversions_due"];
    expect(await counts(...left, "segment_sweeps", "conversion_backfills")).toEqual([1, 1, 1, 0, 0, 0]);
    expect((await env.DB.prepare("SELECT * FROM ledger").all()).results).toEqual(ledger.results);
    const rates = await env.DB.prepare(
      "SELECT amount_minor AS amount, effective_from > 0 AS later FROM conversion_rates ORDER BY effective_from",
    ).all();
    expect(rates.results).toEqual([
      { amount: 500, later: 0 },
      { amount: 0, later: 1 },
    ]);
    const [entry] = (await pagesOf(auditSchema, `/audit?entityId=${definition.id}&limit=50`)).flat();
    expect(entry).toMatchObject({
      action: "delete",
      before: { name: "Lead", history: { conversions: 3, converters: 2, earned: 1 } },
      after: null,
    });
    // The key is free again.
    const again = await api("POST", "/conversion-definitions", {
      storeId,
      name: "Lead",
      key: "lead",
      template: "call",
    });
    expect(again.status).toBe(201);
  });

  test("what was recorded since it was counted has to be confirmed too", async () => {
    const { id: storeId } = await createStore();
    const definition = await define({ storeId });
    await record(definition);
    beforeNextWrite(() => record(definition));
    const refused = problemOf(await remove(definition.id, 1));
    expect(refused.code).toBe("confirm_needed");
    expect(refused.detail).toContain("2 conversions");
    expect(await counts("conversions")).toEqual([2]);
  });

  test("is refused while another waits for it, by name, unless they go together", async () => {
    const { id: storeId } = await createStore();
    const lead = await define({ storeId });
    const follower = await define({
      storeId,
      name: "Second lead",
      status: "draft",
      triggers: [{ type: "conversion", definitionId: lead.id }],
    });
    await record(lead, { subject: "c:1" });
    await record(follower, { subject: "c:1" });
    const refused = problemOf(await remove(lead.id, 1));
    expect(refused).toMatchObject({ status: 409, code: "in_use" });
    expect(refused.detail).toContain(`"Second lead" (${follower.id})`);

    const bulk = (body: unknown) => api("POST", "/conversion-definitions/delete", body);
    const ids = [lead.id, follower.id, lead.id];
    expect(problemOf(await bulk({ ids })).code).toBe("confirm_needed");
    expectInvalid(await bulk({ ids: [lead.id, "cdf_0000000000000000"], confirm: 1 }), "ids.1");
    expect(bodyOf(deletionSchema, await bulk({ ids, confirm: 2 }))).toEqual({
      ids: [lead.id, follower.id],
      conversions: 2,
      converters: 2,
      earned: 0,
    });
    expect(await counts("conversions", "conversion_definitions")).toEqual([0, 0]);
  });

  test("one that comes to wait for it meanwhile stands in the way", async () => {
    const { id: storeId } = await createStore();
    const lead = await define({ storeId });
    beforeNextWrite(() => define({ storeId, triggers: [{ type: "conversion", definitionId: lead.id }] }));
    expect(problemOf(await remove(lead.id, 0)).code).toBe("in_use");
  });

  test("goes on by the minute, and lets the books hear first of what was decided (AC-33)", async () => {
    const { id: storeId } = await createStore();
    const definition = await define({ storeId });
    const decided = await earned(definition);
    await due("settlement", decided, storeId);
    const many = Array.from({ length: 600 }, () => conversionRow({ definitionId: definition.id, storeId }));
    for (let start = 0; start < many.length; start += 2)
      await db.insert(conversions).values(many.slice(start, start + 2));
    expect((await remove(definition.id, 601)).status).toBe(204);
    expect(await counts("conversions", "conversion_commissions", "conversion_definitions")).toEqual([1, 1, 1]);
    expect((await api("GET", `/conversion-definitions?store=${storeId}`)).body).toMatchObject({ data: [] });

    // Booked by now.
    await env.DB.prepare("DELETE FROM conversions_due WHERE kind = 'settlement'").run();
    const later = Date.now() + 120_000;
    await runJobs(minutely, env, later);
    expect(await counts("conversions", "conversion_commissions", "conversion_definitions", "conversions_due")).toEqual([
      0, 0, 0, 0,
    ]);
    await runJobs(minutely, env, later);
  });

  test("a run that ends between two batches is taken up by the next", async () => {
    const { id: storeId } = await createStore();
    const definition = await define({ storeId, status: "archived" });
    await record(definition);
    await db
      .insert(conversionsDue)
      .values({ kind: "deletion", id: definition.id, storeId, mark: 1, attempts: 0, since: 0, nextAt: 0 });
    await purgeDefinitions({ d1: env.DB }, Date.now(), { batches: 1 });
    expect(await counts("conversions", "conversion_definitions")).toEqual([0, 1]);
    await purgeDefinitions({ d1: env.DB }, Date.now(), { batches: 1 });
    expect(await counts("conversion_definitions", "conversions_due")).toEqual([0, 0]);
  });
});
