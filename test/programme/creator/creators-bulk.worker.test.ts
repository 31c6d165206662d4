import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { auditSchema } from "../../../src/journal/audit/schema.ts";
import { bulkCreatorsResult, creatorSchema } from "../../../src/programme/creator/schema.ts";
import { api, type ApiAnswer, expectInvalid, pagesOf, problemOf } from "../../ground/api.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";
import { countRows } from "../../ground/rows.ts";
import { createCreator } from "../fixtures.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

function postBulk(creators: readonly unknown[], headers: Record<string, string> = {}): Promise<ApiAnswer> {
  return api("POST", "/creators/bulk", { creators }, headers);
}

async function bulk(creators: readonly unknown[], headers: Record<string, string> = {}) {
  const answer = await postBulk(creators, headers);
  expect(answer.status, JSON.stringify(answer.body).slice(0, 500)).toBe(200);
  return bulkCreatorsResult.parse(answer.body).results;
}

/** What the audit log has of creators, newest first. */
async function audited() {
  return (await pagesOf(auditSchema, "/audit?entity=creator&limit=50")).flat();
}

describe("1,000 creators in one request", () => {
  const entries = Array.from({ length: 1_000 }, (_none, index) => ({
    firstName: `Léa ${index}`,
    lastName: "Martin",
    email: `lea${index}@creator.example`,
    handles: { instagram: `lea.${index}`, tiktok: "lea" },
    externalId: `crm-${index}`,
  }));

  test("are all made, in the order given, in one batch with one audit entry that names them", async () => {
    const write = vi.spyOn(env.DB, "batch");
    const results = await bulk(entries);
    expect(results.map(({ index, status }) => [index, status])).toEqual(entries.map((_entry, index) => [index, 201]));
    expect(results.map(({ creator }) => creator)).toMatchObject(entries);
    expect(write).toHaveBeenCalledTimes(1);
    // The creators and the audit log.
    expect(write.mock.calls[0]?.[0].length).toBe(2);

    const ids = results.map(({ creator }) => creator?.id);
    const listed = (await pagesOf(creatorSchema, "/creators?limit=200")).flat();
    expect(listed).toEqual(results.map(({ creator }) => creator).toReversed());
    expect(await audited()).toMatchObject([{ action: "import", entityId: ids[0], before: null, after: { ids } }]);
  });

  test("come again by their Idempotency-Key and are made once", async () => {
    const key = { "idempotency-key": "bulk" };
    const first = await postBulk(entries, key);
    const second = await postBulk(entries, key);
    expect(JSON.stringify(second.body) === JSON.stringify(first.body)).toBe(true);
    expect(await countRows("creators")).toBe(1_000);
    expect(problemOf(await postBulk(entries.slice(1), key))).toMatchObject({ code: "idempotency_key_reused" });
  });

  test("may be as large as a body may be", async () => {
    const handles = Object.fromEntries(
      Array.from({ length: 9 }, (_none, index) => [`network${index}`, "h".repeat(89)]),
    );
    const large = entries.map((entry) => ({ ...entry, handles }));
    expect(JSON.stringify({ creators: large }).length).toBeGreaterThan(1_000_000);
    expect(new Set((await bulk(large)).map(({ status }) => status))).toEqual(new Set([201]));
  });

  test("are the most there may be, and one is the least", async () => {
    for (const creators of [[], [...entries, {}]]) expectInvalid(await postBulk(creators), "creators");
    expectInvalid(await api("POST", "/creators/bulk", {}), "creators");
    expectInvalid(await api("POST", "/creators/bulk", { creators: [{}], colour: "red" }), "colour");
    expect(await countRows("creators")).toBe(0);
  });

  test("in a body above 1 MiB are refused as a whole", async () => {
    const large = entries.map((entry) => ({ ...entry, firstName: "x".repeat(1_100) }));
    expect(problemOf(await postBulk(large))).toMatchObject({ status: 413, code: "body_too_large" });
  });
});

test("a bad entry spoils no other, and says what is wrong with it", async () => {
  const results = await bulk([
    { firstName: "Lea", lastName: "Martin" },
    { firstName: "a\nb", handles: { Instagram: "lea" } },
    7,
    { nickname: "Lea" },
    {},
  ]);
  expect(results.map(({ index, status, error }) => [index, status, error?.errors.map(({ path }) => path)])).toEqual([
    [0, 201, undefined],
    [1, 422, ["firstName", "handles.Instagram"]],
    [2, 422, [""]],
    [3, 422, ["nickname"]],
    [4, 201, undefined],
  ]);
  expect(results[4]?.creator).toMatchObject({
    firstName: "",
    lastName: "",
    email: null,
    handles: {},
    externalId: null,
  });
  expect(results[1]).toMatchObject({
    error: { code: "validation_failed", detail: expect.stringContaining("firstName") },
  });
  expect(await countRows("creators")).toBe(2);
});

test("entries that all are bad make nothing, not even an audit entry", async () => {
  expect((await bulk([{ email: "x" }, null])).map(({ status }) => status)).toEqual([422, 422]);
  expect([await countRows("creators"), await countRows("audit_log")]).toEqual([0, 0]);
});

describe("an external id", () => {
  const TAKEN = { code: "external_id_taken", errors: [{ path: "externalId", message: "is taken" }] };

  test("goes to the first entry with it, unless a creator has it, and is free once that one is deleted", async () => {
    await createCreator({ externalId: "crm-1" });
    const gone = await createCreator({ externalId: "crm-2" });
    await api("DELETE", `/creators/${gone.id}`);
    const results = await bulk([
      { externalId: "crm-1" },
      { externalId: "crm-2" },
      { externalId: "crm-2" },
      { externalId: "crm-3", email: "bad" },
      { externalId: "crm-3" },
      { externalId: " crm-3 " },
      {},
      { externalId: null },
    ]);
    expect(results.map(({ status }) => status)).toEqual([409, 201, 409, 422, 201, 409, 201, 201]);
    for (const index of [0, 2, 5]) expect(results[index]?.error).toMatchObject(TAKEN);
    const alone = problemOf(await api("POST", "/creators", { externalId: "crm-1" }));
    expect(alone).toMatchObject({ status: 409, ...TAKEN, detail: results[0]?.error?.detail });
  });

  test("taken between the check and the write is refused by its own entry alone", async () => {
    beforeNextWrite(() => createCreator({ externalId: "crm-1" }));
    const results = await bulk([{ externalId: "crm-1" }, { externalId: "crm-2" }]);
    expect(results.map(({ status }) => status)).toEqual([409, 201]);
    expect(await countRows("creators")).toBe(2);
  });

  test("asked for by several requests at the same moment goes to one of them", async () => {
    const entries = Array.from({ length: 20 }, (_none, index) => ({ externalId: `crm-${index}` }));
    const answers = await Promise.all([bulk(entries), bulk(entries.toReversed()), bulk(entries)]);
    const statuses = answers.flat().map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(20);
    expect(statuses.filter((status) => status === 409)).toHaveLength(40);
  });
});
