import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { minutely } from "../../src/calls/jobs.ts";
import { callSchema } from "../../src/calls/call/schema.ts";
import { pageOf } from "../../src/ground/http/pagination.ts";
import { putBinding, putLease, putNumber, putPool, putPoolNumber } from "../calls/call-rows.ts";
import { connectCarrier, send, standCall } from "../calls/carrier-fixtures.ts";
import { api, bodyOf } from "../ground/api.ts";
import { rowsOf } from "../ground/rows.ts";
import { createCreator, createStore } from "../programme/fixtures.ts";
import { call, postOrder } from "../sales/capture-fixtures.ts";

/*
 * Whoever can have a statement run that reads a whole table has it read again and again: of what grows none does.
 */

const GROWS = ["calls", "call_events", "orders", "order_evidence", "number_leases", "number_bindings", "phone_numbers"];

/** Of these indexes all that is in them is work to be done. */
const WAITING = new Set(["calls_due", "call_events_pending"]);

/** The tables and indexes of what grows that a statement goes through from the beginning: https://sqlite.org/opcode.html. */
async function scannedBy(sql: string, names: ReadonlyMap<number, string>): Promise<string[]> {
  const count = Math.max(0, ...[...sql.matchAll(/\?(\d+)/g)].map(([, place]) => Number(place)));
  const bound = Array.from({ length: count || [...sql.matchAll(/\?/g)].length }, () => "1");
  const program = await rowsOf<{ opcode: string; p1: number; p2: number }>(`EXPLAIN ${sql}`, ...bound);
  const opened = new Map(
    program.flatMap(({ opcode, p1, p2 }) =>
      /^Open(?:Read|Write)$/.test(opcode) ? [[p1, names.get(p2)] as const] : [],
    ),
  );
  return program.flatMap(({ opcode, p1 }) => (opcode === "Rewind" ? (opened.get(p1) ?? []) : []));
}

it("no page, message, order or list reads a whole table of what grows", async () => {
  const store = await createStore({ origins: ["https://shop.example"] });
  const { id: creatorId } = await createCreator();
  const number = await putNumber({ storeId: store.id, createdAt: 0 });
  await putBinding(number, { creatorId });
  const pool = await putPool({ storeId: store.id });
  const pooled = await putPoolNumber(pool);
  await putLease(pooled, { startsAt: Date.now() - 3_600_000 });
  const { carrier, url } = await connectCarrier(store.id, "twilio");

  const prepared = vi.spyOn(Object.getPrototypeOf(env.DB) as D1Database, "prepare");
  await carrier.call(url, standCall({ id: "a", to: number.number }), { send });
  await carrier.call(url, standCall({ id: "b", to: pooled.number, startedAt: Date.now() - 3_500_000 }), { send });
  const wish = { v: 1, visitor: "visitor-of-a-browser_1", url: "https://shop.example/", targets: [pool.target] };
  for (const consent of ["granted", "denied"]) {
    const asked = { method: "POST", body: JSON.stringify({ ...wish, consent }) };
    expect((await call(`/numbers?s=${store.key}`, asked)).status).toBe(200);
  }
  const order = { orderId: "1", amount: "100.00", currency: "EUR", phone: "+4915550001234", customerId: "anna" };
  await postOrder(store, order);
  const { data } = bodyOf(pageOf(callSchema), await api("GET", "/calls"));
  const id = data[0]?.id ?? "";
  await api("POST", `/calls/${id}/deal`, { amount: "5.00", currency: "EUR" });
  for (const path of [
    `/calls?store=${store.id}&qualified=true`,
    `/calls?creator=${creatorId}`,
    "/calls?campaign=cmp_0000000000000001",
    "/calls?link=lnk_0000000000000001",
    `/calls?number=${number.id}`,
    `/calls/${id}`,
    `/phone-numbers/${number.id}/bindings`,
    `/number-pools/${pool.id}`,
  ]) {
    expect((await api("GET", path)).status, path).toBe(200);
  }
  for (const job of Object.values(minutely)) await job(env, Date.now());
  const statements = new Set(prepared.mock.calls.map(([sql]) => sql));
  prepared.mockRestore();

  const pages = await rowsOf<{ name: string; tbl_name: string; rootpage: number }>(
    "SELECT name, tbl_name, rootpage FROM sqlite_schema WHERE rootpage > 0",
  );
  const names = new Map(
    pages.flatMap(({ name, tbl_name: table, rootpage }) =>
      GROWS.includes(table) && !WAITING.has(name) ? [[rootpage, name] as const] : [],
    ),
  );
  const scans: [string[], string][] = [];
  for (const sql of statements) {
    if (/^\s*(?:EXPLAIN|PRAGMA)/.test(sql)) continue;
    const scanned = await scannedBy(sql, names);
    if (scanned.length > 0) scans.push([scanned, sql.replaceAll(/\s+/g, " ").slice(0, 300)]);
  }
  expect(statements.size).toBeGreaterThan(50);
  expect(scans).toEqual([]);
});
