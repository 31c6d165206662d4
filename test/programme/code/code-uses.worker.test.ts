import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { auditSchema } from "../../../src/journal/audit/schema.ts";
import { codeUsesResult } from "../../../src/programme/code/schema.ts";
import { api, bodyOf, expectInvalid, pagesOf } from "../../ground/api.ts";
import { createCode, createFull, insertPlan } from "../code-fixtures.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const AT = "2026-11-20T10:00:00+01:00";

const report = async (uses: unknown[], headers?: Record<string, string>) =>
  bodyOf(codeUsesResult, await api("POST", "/codes/uses", { uses }, headers));

async function rows() {
  const { results } = await env.DB.prepare(
    "SELECT code_id, order_id, text_key, used_at, country FROM code_uses ORDER BY code_id, order_id",
  ).all();
  return results;
}

describe("uses of codes", () => {
  test("UPF-41 are recorded once an order, however often and however spelled they come", async () => {
    const { storeId, id: planId } = await insertPlan();
    const { id } = await createCode({ planId, code: "LEA10" });
    const use = { storeId, code: "LEA10", orderId: "1001", usedAt: AT, country: "fr" };
    expect(await report([use])).toEqual({ recorded: 1, repeated: 0, unknown: [] });
    const again = [use, { ...use, code: " lea10 ", country: "DE" }, { ...use, orderId: "1002", country: undefined }];
    expect(await report(again)).toEqual({ recorded: 1, repeated: 2, unknown: [] });
    expect(await report(again)).toEqual({ recorded: 0, repeated: 3, unknown: [] });
    expect(
      await report([
        { ...use, orderId: "1003" },
        { ...use, orderId: "1003" },
      ]),
    ).toMatchObject({
      recorded: 1,
      repeated: 1,
    });
    const usedAt = Date.parse(AT);
    expect(await rows()).toEqual([
      { code_id: id, order_id: "1001", text_key: "lea10", used_at: usedAt, country: "FR" },
      { code_id: id, order_id: "1002", text_key: "lea10", used_at: usedAt, country: null },
      { code_id: id, order_id: "1003", text_key: "lea10", used_at: usedAt, country: "FR" },
    ]);
    const audit = (await pagesOf(auditSchema, `/audit?entityId=${storeId}&limit=50`)).flat();
    expect(audit.filter(({ action }) => action === "import").map(({ after }) => after)).toEqual([
      { codeUses: 1 },
      { codeUses: 1 },
      { codeUses: 1 },
    ]);
  });

  test("G2-8 are of the order whose id is the same to the letter, as orders are", async () => {
    const { storeId, id: planId } = await insertPlan();
    await createCode({ planId, code: "LEA10" });
    const use = { storeId, code: "LEA10", usedAt: AT };
    await report([
      { ...use, orderId: " 77 " },
      { ...use, orderId: "77" },
    ]);
    expect((await rows()).map(({ order_id }) => order_id)).toEqual([" 77 ", "77"]);
    for (const orderId of ["  ", "", "7\n", "x".repeat(201)]) {
      expectInvalid(await api("POST", "/codes/uses", { uses: [{ ...use, orderId }] }), "uses.0.orderId");
    }
  });

  test("UPF-58, UPF-62 of a text that a code had earlier, or that is retired, are its own", async () => {
    const { storeId, id: planId } = await insertPlan();
    const { id } = await createCode({ planId, code: "LEA10" });
    await api("PATCH", `/codes/${id}`, { code: "LEA20" });
    await api("DELETE", `/codes/${id}`);
    const use = { storeId, orderId: "1", usedAt: AT };
    const result = await report([
      { ...use, code: "LEA10" },
      { ...use, code: "LEA20", orderId: "2" },
      { ...use, code: "lea20" },
    ]);
    expect(result).toEqual({ recorded: 2, repeated: 1, unknown: [] });
    expect(await rows()).toMatchObject([
      { code_id: id, order_id: "1", text_key: "lea10" },
      { code_id: id, order_id: "2", text_key: "lea20" },
    ]);
  });

  test("of texts that are no code of the store are named", async () => {
    const one = await insertPlan();
    const two = await insertPlan();
    await createCode({ planId: one.id, code: "LEA10" });
    const use = { storeId: one.storeId, orderId: "1", usedAt: AT };
    const result = await report([
      { ...use, code: "Nobody's 10%" },
      { ...use, code: "LEA10" },
      { ...use, code: "LEA10", storeId: two.storeId },
      { ...use, code: "LEA10", storeId: "str_0000000000000000" },
    ]);
    expect(result).toEqual({
      recorded: 1,
      repeated: 0,
      unknown: [
        { index: 0, code: "Nobody's 10%" },
        { index: 2, code: "LEA10" },
        { index: 3, code: "LEA10" },
      ],
    });
    expect(await report([{ ...use, code: "x" }])).toMatchObject({ recorded: 0, unknown: [{ index: 0 }] });
  });

  test("UPF-56 of the same text in two stores are told apart", async () => {
    const [one, two] = [await insertPlan(), await insertPlan()];
    const creatorId = (await createFull()).id;
    const codes = [
      await createCode({ planId: one.id, creatorId, code: "LEA10" }),
      await createCode({ planId: two.id, creatorId, code: "LEA10" }),
    ];
    await report([one, two].map(({ storeId }) => ({ storeId, code: "LEA10", orderId: "1", usedAt: AT })));
    expect((await rows()).map(({ code_id: id }) => id)).toEqual(codes.map(({ id }) => id).toSorted());
  });

  test("may be a thousand at once", async () => {
    const { storeId, id: planId } = await insertPlan();
    await createCode({ planId, code: "LEA10" });
    const uses = Array.from({ length: 1001 }, (_, index) => ({
      storeId,
      code: index % 2 === 0 ? "LEA10" : "lea10",
      orderId: `o${index}`,
      usedAt: AT,
    }));
    expectInvalid(await api("POST", "/codes/uses", { uses }), "uses");
    expect(await report(uses.slice(0, 1000))).toEqual({ recorded: 1000, repeated: 0, unknown: [] });
    expectInvalid(await api("POST", "/codes/uses", { uses: [] }), "uses");
  });

  test("that come twice at the same moment count once", async () => {
    const { storeId, id: planId } = await insertPlan();
    await createCode({ planId, code: "LEA10" });
    const uses = ["1", "2"].map((orderId) => ({ storeId, code: "LEA10", orderId, usedAt: AT }));
    beforeNextWrite(() => report(uses.slice(0, 1)));
    expect(await report(uses)).toEqual({ recorded: 1, repeated: 1, unknown: [] });
    expect(await rows()).toHaveLength(2);
  });

  test("answer a repeated request as before", async () => {
    const { storeId, id: planId } = await insertPlan();
    await createCode({ planId, code: "LEA10" });
    const uses = [{ storeId, code: "LEA10", orderId: "1", usedAt: AT }];
    const key = { "idempotency-key": "export-1" };
    expect(await report(uses, key)).toMatchObject({ recorded: 1 });
    expect(await report(uses, key)).toMatchObject({ recorded: 1 });
    expect(await rows()).toHaveLength(1);
  });

  test.each([
    ["uses.1.usedAt", { usedAt: new Date(Date.now() + 2 * 86_400_000).toISOString() }],
    ["uses.1.usedAt", { usedAt: "yesterday" }],
    ["uses.1.orderId", { orderId: " " }],
    ["uses.1.orderId", { orderId: "x".repeat(201) }],
    ["uses.1.country", { country: "France" }],
    ["uses.1.storeId", { storeId: "x" }],
    ["uses.1.amount", { amount: 3 }],
  ])("with a bad %s are refused as a whole", async (path, values) => {
    const { storeId, id: planId } = await insertPlan();
    await createCode({ planId, code: "LEA10" });
    const use = { storeId, code: "LEA10", orderId: "1", usedAt: AT };
    expectInvalid(await api("POST", "/codes/uses", { uses: [use, { ...use, ...values }] }), path);
    expect(await rows()).toEqual([]);
  });
});
