import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { type Discrepancy, discrepancySchema, reconciliationDetail } from "../../../src/books/reconcile/schema.ts";
import { reconcile } from "../../../src/books/reconcile/run.ts";
import { api, bodyOf, pagesOf, problemOf } from "../../ground/api.ts";
import { STORE } from "../../programme/generation-fixtures.ts";
import { allRows, claimed, confirmed, insertShop, record, recordDeps } from "../../sales/order-fixtures.ts";

/** Exports as shops write them, and beside each what it must come to. */
const FILES = import.meta.glob<string>("./exports/*.csv", { query: "?raw", import: "default", eager: true });
const EXPECTED = import.meta.glob<unknown>("./exports/*.json", { import: "default", eager: true });

const byId = <Value extends z.ZodType>(value: Value) => z.record(z.string(), value).default({});

const caseSchema = z.strictObject({
  what: z.string(),
  /** When the file comes. */
  now: z.string().default("2026-11-28T12:00:00Z"),
  store: z
    .strictObject({ currency: z.string(), timezone: z.string() })
    .default({ currency: "EUR", timezone: "Europe/Berlin" }),
  encoding: z.enum(["utf-8", "utf-16le", "utf-16be", "utf-16le-bare"]).default("utf-8"),
  query: z.string().default(""),
  tracked: z.array(
    z.strictObject({
      id: z.string(),
      totalMinor: z.int(),
      currency: z.string(),
      subtotalMinor: z.int().optional(),
      refundedMinor: z.int().optional(),
      status: z.enum(["pending", "paid", "cancelled", "refunded"]).default("paid"),
      placedAt: z.string().default("2026-10-05T10:00:00Z"),
      codes: z.array(z.string()).optional(),
      trust: z.enum(["claimed", "confirmed"]).default("confirmed"),
      declined: z.boolean().default(false),
    }),
  ),
  /** Every row in its order, then the orders that no row is: id and class. */
  rows: z.array(z.tuple([z.string().nullable(), z.string()])).default([]),
  codes: byId(z.array(z.string())),
  statuses: byId(z.string()),
  placedAt: byId(z.string()),
  faults: byId(z.string()),
  warning: z.string().nullable().default(null),
  refused: z.strictObject({ status: z.int(), path: z.string(), message: z.string() }).optional(),
});

type Case = z.infer<typeof caseSchema>;

const CASES = Object.entries(FILES).flatMap(([path, text]) =>
  z
    .array(caseSchema)
    .parse(EXPECTED[path.replace(/csv$/, "json")])
    .map((one) => [`${path.split("/").at(-1)}: ${one.what}`, { text, ...one }] as const),
);

beforeEach(insertShop.bind(null, undefined));

afterEach(() => {
  vi.useRealTimers();
});

function bytesOf(text: string, encoding: Case["encoding"]): Uint8Array<ArrayBuffer> {
  if (encoding === "utf-8") return Uint8Array.from(new TextEncoder().encode(text));
  const marked = encoding === "utf-16le-bare" ? text : `\uFEFF${text}`;
  const bytes = new Uint8Array(marked.length * 2);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < marked.length; index++) {
    view.setUint16(index * 2, marked.charCodeAt(index), encoding !== "utf-16be");
  }
  return bytes;
}

async function track({ tracked, store, now }: Case): Promise<void> {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.parse(now) });
  await env.DB.prepare("UPDATE stores SET currency = ?1, timezone = ?2").bind(store.currency, store.timezone).run();
  await record(
    tracked.map(({ id, placedAt, trust, declined: _declined, status, ...data }) => {
      const receivedAt = Date.parse(placedAt);
      // A page says neither how an order stands nor when it was placed.
      return trust === "claimed"
        ? claimed(data, { externalId: id, receivedAt, sourceTime: receivedAt })
        : confirmed({ ...data, status, placedAt: receivedAt }, { externalId: id, receivedAt, sourceTime: receivedAt });
    }),
    undefined,
    recordDeps(env.DB, Date.parse(now)),
  );
  const declined = tracked.flatMap(({ id, declined: byHand }) => (byHand ? [id] : []));
  const { orders } = await allRows();
  for (const order of orders.filter((row) => declined.includes(String(row["external_id"])))) {
    const answer = await api("POST", `/orders/${String(order["id"])}/decline`, { reason: "not in the shop" });
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  }
}

function upload({ text, encoding, query }: Case & { text: string }): ReturnType<typeof api> {
  const path = `/reconciliations?store=${STORE}${encodeURI(query)}`;
  return api("POST", path, bytesOf(text, encoding), { "content-type": "text/csv" });
}

/** What a file came to, once it is compared or applied. */
async function done(id: string) {
  for (let tries = 0; tries < 500; tries++) {
    const found = bodyOf(reconciliationDetail, await api("GET", `/reconciliations/${id}`));
    if (found.status === "ready") return found;
    if (tries > 50) await reconcile(env, Date.now());
    await scheduler.wait(10);
  }
  throw new Error("it is never done");
}

async function rowsOf(id: string): Promise<Discrepancy[]> {
  const path = `/reconciliations/${id}/discrepancies?limit=200`;
  const pages = [
    ...(await pagesOf(discrepancySchema, path)),
    ...(await pagesOf(discrepancySchema, `${path}&class=matched`)),
  ];
  return pages.flat().toSorted((a, b) => a.n - b.n);
}

describe("an export as shops write them (G-15 to G-23)", () => {
  test.each(CASES.filter(([, { refused }]) => refused === undefined))("%s", async (_name, given) => {
    await track(given);
    const { id } = bodyOf(reconciliationDetail, await upload(given));
    const found = await done(id);
    const rows = await rowsOf(id);
    expect(rows.map((row) => [row.externalId, row.class])).toEqual(given.rows);
    const of = (externalId: string) => rows.find((row) => row.externalId === externalId);
    for (const [externalId, codes] of Object.entries(given.codes)) expect(of(externalId)?.store?.codes).toEqual(codes);
    for (const [externalId, status] of Object.entries(given.statuses))
      expect(of(externalId)?.store?.status).toBe(status);
    for (const [externalId, time] of Object.entries(given.placedAt)) expect(of(externalId)?.store?.placedAt).toBe(time);
    for (const [externalId, fault] of Object.entries(given.faults)) expect(of(externalId)?.fault).toContain(fault);
    if (given.warning !== null) expect(found.warning).toContain(given.warning);
  });

  test.each(CASES.filter(([, { refused }]) => refused !== undefined))("%s", async (_name, given) => {
    await track(given);
    const problem = problemOf(await upload(given));
    expect(problem).toMatchObject({ status: given.refused?.status, code: "validation_failed" });
    expect(problem.detail).toContain(given.refused?.message);
    expect(problem.errors?.[0]?.path).toBe(given.refused?.path);
    const { results } = await env.DB.prepare("SELECT status FROM reconciliations").all();
    expect(results).toEqual([]);
  });

  /** What is left of a file that was applied: what nobody can apply, and what was declined by hand. */
  const LEFT = [
    "matched",
    "duplicate",
    "unknown_status",
    "not_comparable",
    "tracked_twice",
    "unclear_extent",
    "unreadable",
  ];

  test.each(CASES.filter(([, { refused }]) => refused === undefined))(
    "applied, agrees with what is tracked: %s",
    async (_name, given) => {
      await track(given);
      const { id } = bodyOf(reconciliationDetail, await upload(given));
      await done(id);
      const classes = [...new Set((await rowsOf(id)).map((row) => row.class))];
      const answer = await api("POST", `/reconciliations/${id}/apply`, { classes, confirmUnmatched: true });
      expect(answer.status, JSON.stringify(answer.body)).toBe(202);
      await done(id);
      const { orders } = await allRows();
      for (const order of orders) expect(Number(order["placed_at"])).toBeLessThanOrEqual(Date.now() + 600_000);

      const again = bodyOf(reconciliationDetail, await upload(given));
      await done(again.id);
      const declined = new Set(orders.filter((row) => row["status"] === "declined").map((row) => row["id"]));
      const left = (await rowsOf(again.id)).filter(
        (row) =>
          !LEFT.includes(row.class) &&
          // Nobody is credited with it, and so nobody can decline it.
          row.class !== "missing_in_store" &&
          !(row.class === "status_mismatch" && declined.has(row.orderId)),
      );
      expect(left).toEqual([]);
      expect((await rowsOf(again.id)).map((row) => row.externalId)).toEqual(
        expect.arrayContaining(
          given.rows.flatMap(([one], n) => (n < again.progress.rows && one !== null ? [one] : [])),
        ),
      );
    },
  );
});
