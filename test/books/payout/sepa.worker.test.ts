import { env, exports } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { api, expectInvalid, holding, problemOf, type ShownProblem } from "../../ground/api.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";
import { createKey } from "../../operate/key-fixtures.ts";
import { NOW, STORE } from "../../programme/generation-fixtures.ts";
import { DAY, insertShop, LEA, ZOE } from "../../sales/order-fixtures.ts";
import { book } from "../money-fixtures.ts";
import { auditedOn, draft, lockTo, step } from "../payout-fixtures.ts";

/** In the period that these tests lock. */
const BOOKED = NOW - 10 * DAY;
const ACCOUNT = { method: "sepa", accountHolder: "Léa Martin", iban: "FR14 2004 1010 0505 0001 3M02 606" };
const PAYER = { name: "Linen & Söhne", iban: "DE89 3704 0044 0532 0130 00" };

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
  await insertShop();
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** A draft that pays Lea 12.34 and Zoe 0.50, of whom `known` have accounts, from an account of the store's. */
async function drafted(known: readonly string[], currency = "EUR") {
  await book({ amountMinor: 1234, currency, time: BOOKED });
  await book({ amountMinor: 50, currency, time: BOOKED, creatorId: ZOE });
  await lockTo(NOW);
  await api("PUT", `/stores/${STORE}/payer`, PAYER);
  for (const id of known) expect((await api("PUT", `/creators/${id}/payout-details`, ACCOUNT)).status).toBe(200);
  return draft({ currency });
}

const exportPath = (id: string, query = "") => `/payouts/${id}/export?format=sepa${query}`;

async function download(id: string, query = ""): Promise<Response> {
  return exports.default.fetch(`https://go.brand.example/api/v1${exportPath(id, query)}`, {
    headers: { authorization: `Bearer ${env.ADMIN_API_KEY}` },
  });
}

const parts = (xml: string, name: string): string[] =>
  [...xml.matchAll(new RegExp(`<${name}[^>]*>([^<]*)</${name}>`, "g"))].map(([, text = ""]) => text);

async function refusal(id: string, query = ""): Promise<ShownProblem & { counts?: Record<string, number> }> {
  return problemOf(await api("GET", exportPath(id, query)));
}

describe("a file for the bank", () => {
  test("pays each creator of a draft from the store's account, under the line's reference", async () => {
    const run = await drafted([LEA, ZOE]);
    expect(run.lines.map(({ method }) => method)).toEqual(["sepa", "sepa"]);
    const response = await download(run.id);
    expect(response.headers.get("content-type")).toBe("application/xml; charset=utf-8");
    expect(response.headers.get("content-disposition")).toBe(`attachment; filename="${run.id}.xml"`);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.has("Waymark-Left-Out")).toBe(false);
    const xml = await response.text();
    expect(parts(xml, "InstdAmt")).toEqual(["0.50", "12.34"]);
    expect(parts(xml, "CtrlSum")).toEqual(["12.84", "12.84"]);
    expect(parts(xml, "EndToEndId")).toEqual(run.lines.map(({ reference }) => reference));
    expect(parts(xml, "IBAN")).toEqual([
      "DE89370400440532013000",
      "FR1420041010050500013M02606",
      "FR1420041010050500013M02606",
    ]);
    expect(parts(xml, "Nm")).toEqual(["Linen + Soehne", "Linen + Soehne", "Lea Martin", "Lea Martin"]);
    // It is known by the same id whenever it is made: no bank takes it twice.
    expect(parts(await (await download(run.id)).text(), "MsgId")).toEqual(parts(xml, "MsgId"));
    expect(await auditedOn(run.id)).toEqual(["create", "export", "export"]);
    const kept = await env.DB.prepare("SELECT after FROM audit_log WHERE action = 'export'").first<string>("after");
    expect(JSON.parse(kept ?? "")).toMatchObject({ format: "sepa", transfers: 2, leftOut: 0 });
    expect(kept).not.toMatch(/DE89|FR14|Martin/);
  });

  test("says who can't be paid so, and why, or leaves them out and says whom", async () => {
    const run = await drafted([LEA]);
    const refused = await refusal(run.id);
    expect(refused).toMatchObject({ status: 409, code: "payees_missing", counts: { missing: 1, ready: 1 } });
    expect(refused.errors).toEqual([{ path: ZOE, message: "has no payout details" }]);
    expect(refused.detail).toContain("PUT /creators/{id}/payout-details");
    expect(await auditedOn(run.id)).toEqual(["create"]);

    const response = await download(run.id, "&skip=missing");
    expect(response.headers.get("Waymark-Left-Out")).toBe("1");
    expect(response.headers.get("Waymark-Left-Out-Creators")).toBe(ZOE);
    const xml = await response.text();
    expect(parts(xml, "InstdAmt")).toEqual(["12.34"]);
    expect(parts(xml, "NbOfTxs")).toEqual(["1", "1"]);

    await api("PUT", `/creators/${ZOE}/payout-details`, { method: "paypal", accountHolder: "Z", email: "z@x.example" });
    await env.DB.prepare("UPDATE payout_details SET sealed = replace(sealed, '.', '.AAAA') WHERE creator_id = ?1")
      .bind(LEA)
      .run();
    expect((await refusal(run.id, "&skip=missing")).errors).toEqual([
      { path: ZOE, message: "is paid by another way: paypal" },
      { path: LEA, message: expect.stringContaining("another VISITOR_KEY") as string },
    ]);
  });

  test("is of a draft in EUR of a store with an account, and of nothing else", async () => {
    const run = await drafted([LEA, ZOE]);
    beforeNextWrite(() => step(run.id, "pay"));
    // It was paid while the file was made.
    expect((await refusal(run.id)).code).toBe("payout_not_draft");
    await step(run.id, "reverse");
    expect((await refusal(run.id)).code).toBe("payout_not_draft");
    expect(await auditedOn(run.id)).not.toContain("export");
    const again = await draft();
    await api("DELETE", `/stores/${STORE}/payer`);
    expect((await refusal(again.id)).code).toBe("payer_missing");
    expect((await refusal("pay_0000000000000zzz")).code).toBe("not_found");
  });

  test("in another currency is refused", async () => {
    const run = await drafted([LEA, ZOE], "USD");
    expect((await refusal(run.id)).code).toBe("sepa_euro_only");
  });

  test("has the day on which the bank is to pay, which isn't over", async () => {
    const run = await drafted([LEA, ZOE]);
    const today = new Date(NOW).toISOString().slice(0, 10);
    expect(parts(await (await download(run.id)).text(), "Dt")[0]).toBe(today);
    expect(parts(await (await download(run.id, "&executeOn=2037-01-04")).text(), "Dt")).toEqual(["2037-01-04"]);
    expectInvalid(await api("GET", exportPath(run.id, "&executeOn=2020-01-01")), "executeOn");
    expectInvalid(await api("GET", `/payouts/${run.id}/export?skip=missing`), "skip");
  });

  test("has whole IBANs, which need a key that may pay", async () => {
    const run = await drafted([LEA, ZOE]);
    const { key } = await createKey(["orders:read"]);
    expect(problemOf(await api("GET", exportPath(run.id), undefined, holding(key))).code).toBe("forbidden");
    expect((await api("GET", `/payouts/${run.id}/export?format=json`, undefined, holding(key))).status).toBe(200);
  });

  test("has every line of a run of more than a page", async () => {
    await drafted([LEA]);
    await env.DB.batch([
      env.DB.prepare(
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1201)
         INSERT INTO creators (id, first_name, last_name, handles, created_at, updated_at)
         SELECT printf('crt_z%015d', i), 'Lea', 'Martin', '{}', 0, 0 FROM n`,
      ),
      env.DB.prepare(
        `INSERT INTO payouts (id, store_id, currency, status, minimum_minor, hold_days, created_at, created_by)
         VALUES ('pay_0000000000000001', ?1, 'EUR', 'draft', 0, 0, 0, 'bootstrap')`,
      ).bind(STORE),
      env.DB.prepare(
        `INSERT INTO payout_lines (payout_id, creator_id, amount_minor, entries)
         SELECT 'pay_0000000000000001', id, 7, 1 FROM creators WHERE id GLOB 'crt_z*' OR id = ?1`,
      ).bind(LEA),
    ]);
    expect(await refusal("pay_0000000000000001")).toMatchObject({ counts: { missing: 1201, ready: 1 } });
    const response = await download("pay_0000000000000001", "&skip=missing");
    expect(response.headers.get("Waymark-Left-Out")).toBe("1201");
    expect(parts(await response.text(), "EndToEndId")).toEqual(["NOTPROVIDED"]);
  });
});
