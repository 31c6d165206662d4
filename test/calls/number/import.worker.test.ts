import { env, exports } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { importResult, numberSchema } from "../../../src/calls/number/schema.ts";
import { api, bodyOf, expectInvalid, pagesOf } from "../../ground/api.ts";
import { countOf } from "../number-fixtures.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { createCreator, createStore } from "../../programme/fixtures.ts";
import { createPool, registerNumber } from "../number-fixtures.ts";

const LINK = "lnk_0000000000000zzz";

async function send(storeId: string, csv: string, more: Record<string, unknown> = {}) {
  return bodyOf(importResult, await api("POST", "/phone-numbers/import", { storeId, csv, ...more }));
}

async function exported(storeId: string): Promise<string> {
  const response = await exports.default.fetch(
    `https://go.brand.example/api/v1/phone-numbers?store=${storeId}&format=csv`,
    { headers: { authorization: `Bearer ${env.ADMIN_API_KEY}` } },
  );
  expect(response.headers.get("content-type")).toContain("text/csv");
  return response.text();
}

async function numbersIn(storeId: string) {
  return (await pagesOf(numberSchema, `/phone-numbers?store=${storeId}&limit=200`)).flat();
}

describe("BX-1: a file of numbers", () => {
  test("has a result for each row; a dry run writes nothing", async () => {
    const [store, lea] = [await createStore(), await createCreator()];
    const pool = await createPool({ storeId: store.id, target: "+49301110000" });
    await insertLink({ id: LINK, storeId: store.id, creatorId: lea.id });
    const csv = [
      "Number;label;creator;link;channel;offline;pool;rented_until;target",
      "+49 30 2220001;Poster;;;outdoor;yes;;2027-01-31;",
      `+49 30 2220002;;${lea.id};;;;;;+49 30 111 00 00`,
      `+49 30 2220003;;;${LINK};;no;;;`,
      `+49 30 2220004;;;;;;${pool.id};;`,
      "+49 30 2220005;Spare",
      "",
      "030 2220006;;;;;;;;",
      "+49 30 2220001;Again;;;tv;;;;",
      "+49 30 2220007;;;;tv;maybe;;;",
      "+49 30 2220008;;;;;;;31.01.2027;",
      `+49 30 2220009;;;;tv;;${pool.id};;`,
      "+49 30 2220010;;;;;yes;;;",
      "+49 30 2220011;;;;;;;;;too wide",
    ].join("\r\n");
    const dry = await send(store.id, csv, { dryRun: true });
    expect(await numbersIn(store.id)).toEqual([]);
    const done = await send(store.id, csv);
    expect(dry).toEqual({ ...done, dryRun: true, results: done.results.map(({ id: _id, ...result }) => result) });
    expect(done).toMatchObject({ created: 5, refused: 7 });
    expect(done.results.map(({ line, status, error }) => [line, status, error?.errors[0]?.path])).toEqual([
      [2, 201, undefined],
      [3, 201, undefined],
      [4, 201, undefined],
      [5, 201, undefined],
      [6, 201, undefined],
      [8, 422, "number"],
      [9, 409, "number"],
      [10, 422, "offline"],
      [11, 422, "rented_until"],
      [12, 422, "pool"],
      [13, 422, "channel"],
      [14, 422, ""],
    ]);
    expect(done.results[5]?.error?.detail).toContain("+49 30 1234567");
    expect(done.results[7]?.error?.detail).toBe("offline: must be yes or no");
    const numbers = new Map((await numbersIn(store.id)).map((number) => [number.number, number]));
    expect(numbers.get("+49302220001")?.binding).toMatchObject({ channel: "outdoor", offline: true });
    expect(numbers.get("+49302220002")).toMatchObject({ target: "+49301110000", binding: { creatorId: lea.id } });
    expect(numbers.get("+49302220003")?.binding).toMatchObject({ linkId: LINK, creatorId: lea.id });
    expect(numbers.get("+49302220004")).toMatchObject({ kind: "pool", poolId: pool.id, target: "+49301110000" });
    expect(numbers.get("+49302220005")).toMatchObject({ label: "Spare", binding: null });
    expect((await send(store.id, csv)).created).toBe(0);
  });

  test("that was exported comes back as it was, formulas and all", async () => {
    const [store, other] = [await createStore(), await createStore()];
    const labels = ["=1+1", "-cheap; @home", `"quoted", twice`, "'tis", "Müller"];
    for (const [index, label] of labels.entries()) {
      await registerNumber({
        storeId: store.id,
        label,
        target: "+49301110000",
        forwardsTo: "+49301119999",
        rentedFrom: "2026-01-01",
        rentedUntil: index === 0 ? null : "2027-01-01",
        binding: index % 2 === 0 ? { channel: "tv", offline: index === 2 } : null,
      });
    }
    const csv = await exported(store.id);
    expect(csv).toMatch(
      /^number,label,target,channel,creator,campaign,link,offline,forwards_to,rented_from,rented_until,pool\r\n/,
    );
    // No cell is run as a formula, a number's plus included.
    expect(csv).not.toMatch(/(?:^|[,\n;])"?[=+@-]/m);
    const before = await numbersIn(store.id);
    for (const { id } of before) await api("DELETE", `/phone-numbers/${id}`);
    expect(await send(other.id, csv)).toMatchObject({ created: labels.length, refused: 0 });
    const told = (numbers: typeof before) =>
      numbers
        .map(({ id: _id, storeId: _store, createdAt: _made, updatedAt: _written, binding, ...rest }) => ({
          ...rest,
          binding: binding === null ? null : { ...binding, since: "" },
        }))
        .toSorted((one, next) => one.number.localeCompare(next.number));
    expect(told(await numbersIn(other.id))).toEqual(told(before));
  });

  test.each([
    ["without a header", "+49 30 1234567\n", "columns that nobody knows"],
    ["of a header alone", "number,label\n", "no rows"],
    ["without numbers", "label,channel\nPoster,tv\n", "a column number"],
    ["with a column twice", "number,label,label\n+49 30 1234567,a,b\n", "a column twice"],
    ["with a column of another's", "number,price\n+49 30 1234567,5\n", '"price"'],
    ["of 1,001 rows", `number\n${"+49 30 1234567\n".repeat(1_001)}`, "1000 rows"],
    ["whose row has no end", `number,label\n+49 30 1234567,"${"x".repeat(70_000)}`, "more than"],
  ])("%s is refused as a whole", async (_what, csv, message) => {
    const store = await createStore();
    const answer = await api("POST", "/phone-numbers/import", { storeId: store.id, csv });
    expectInvalid(answer, "csv");
    expect(JSON.stringify(answer.body)).toContain(message.replaceAll('"', String.raw`\"`));
  });

  test("a row that hides others, or has what no text has, is refused by itself", async () => {
    const store = await createStore();
    const csv = [
      "number,label,channel",
      `+49 30 2220001,"a\u0000b",tv`,
      `+49 30 2220002,${"x".repeat(200)},tv`,
      `+49 30 2220003,ok,__proto__`,
      "+49 30 2220004,ok,<script>",
      "=cmd|' /C calc'!A0,ok,tv",
      `+49 30 2220005,fine,tv`,
      `+49 30 2220006,"open,tv`,
    ].join("\n");
    const { results } = await send(store.id, csv);
    expect(results.map(({ status }) => status)).toEqual([422, 422, 422, 422, 422, 201, 422]);
  });

  test("of 1,000 numbers is registered in one go", async () => {
    const store = await createStore();
    const rows = Array.from({ length: 1_000 }, (_none, index) => `+49 30 ${3_000_000 + index},Number ${index},tv`);
    expect((await send(store.id, ["number,label,channel", ...rows].join("\n"))).created).toBe(1_000);
    expect(await countOf("number_bindings")).toBe(1_000);
    expect(await countOf("audit_log WHERE entity = 'phoneNumber'")).toBe(1_000);
  });
});
