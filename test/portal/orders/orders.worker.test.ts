import { env } from "cloudflare:workers";
import Papa from "papaparse";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { settleConversions } from "../../../src/books/conversion/settle-run.ts";
import { settleOrders } from "../../../src/books/ledger/settle-run.ts";
import { api } from "../../ground/api.ts";
import { SHORT_ORIGIN, visit, visitToTheEnd } from "../../edge/visit.ts";
import { draft, step } from "../../books/payout-fixtures.ts";
import { putCall } from "../../calls/call-rows.ts";
import { KINDS } from "../../../src/portal/orders/query.ts";
import { ASKED } from "../../../src/portal/orders/load-asked.ts";
import { placesSql } from "../../../src/portal/orders/load-places.ts";
import { earned, putConversion, shareOf } from "../../conversions/conversion-fixtures.ts";
import { define } from "../../conversions/definition-fixtures.ts";
import { takePage } from "../../../src/sales/shop/intake-run.ts";
import { call, tokenOf } from "../../sales/capture-fixtures.ts";
import { isoOf, shopOrder } from "../../sales/shop/shop-fixtures.ts";
import { createGuest, createShop, join, type Joined, look, NOON, sell, textOf } from "../portal-fixtures.ts";

const DAY = 86_400_000;

let shop: Awaited<ReturnType<typeof createShop>>;
let lea: Awaited<ReturnType<typeof createGuest>>;
let zoe: Awaited<ReturnType<typeof createGuest>>;
let spring: Joined;
let others: Joined;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOON });
  shop = await createShop();
  lea = await createGuest();
  zoe = await createGuest({ firstName: "Zoe", lastName: "Quillfeather" });
  spring = await join(shop, lea.id, { name: "Spring looks" });
  others = await join(shop, zoe.id, { name: "Zoe’s own" });
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** What a page of Lea's orders says, in its rows. */
async function rowsAt(query = "", path = lea.path): Promise<string[]> {
  const { text, status } = await look(`${path}/orders${query}`);
  expect(status).toBe(200);
  expect(new TextEncoder().encode(text).length).toBeLessThan(30_000);
  const list = /<ul class="brought">(.*?)<\/ul>/s.exec(text)?.[1] ?? "";
  return (list.match(/<li>.*?<\/li>/gs) ?? []).map((row) => textOf(row).trim());
}

async function csvAt(query = "", path = lea.path): Promise<Record<string, string>[]> {
  const response = await visit(`${path}/orders/list.csv${query}`, { "Accept-Language": "en" });
  expect(response.headers.get("Referrer-Policy")).toBe("strict-origin");
  return Papa.parse<Record<string, string>>(await response.text(), { header: true, skipEmptyLines: true }).data;
}

async function orderId(externalId: string): Promise<string> {
  const id = await env.DB.prepare("SELECT id FROM orders WHERE external_id = ?1").bind(externalId).first<string>("id");
  return id ?? "";
}

/** Asks about an order as Lea does, or somebody else: the answer, without what was typed. */
async function ask(number: string, path = lea.path, headers: Record<string, string> = {}) {
  const response = await visit(
    `${path}/orders/ask`,
    { "Accept-Language": "en", Origin: SHORT_ORIGIN, ...headers },
    { method: "POST", body: new URLSearchParams({ number }).toString() },
  );
  const text = await response.text();
  return { status: response.status, text, read: textOf(/<main>(.*)<\/main>/s.exec(text)?.[1] ?? "").trim() };
}

/** Has the shop say something else of an order, a moment later. */
async function restate(...[store, code, time, body]: Parameters<typeof sell>): Promise<void> {
  vi.setSystemTime(Date.now() + 1000);
  await sell(store, code, time, body);
  await settleOrders(env, Date.now());
}

/** Decides by hand on an order, in words that are for admins alone. */
async function decide(number: string, action: string): Promise<void> {
  const answer = await api("POST", `/orders/${await orderId(number)}/${action}`, { reason: "Zoe says it’s hers" });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  await settleOrders(env, Date.now());
}

describe("the list", () => {
  test("says of each order where it stands, why, and until when, with no more than the end of its number", async () => {
    const byHand = await join(
      shop,
      lea.id,
      { name: "By hand" },
      { commission: { type: "percentage", value: 10, holdDays: null } },
    );
    await sell(shop, spring.code, NOON - 9 * DAY, { orderId: "A-1041", amount: "80.00" });
    await sell(shop, byHand.code, NOON - 8 * DAY, { orderId: "A-2042", amount: "50.50" });
    await sell(shop, spring.code, NOON - 7 * DAY, { orderId: "A-3043" });
    await restate(shop, spring.code, NOON - 7 * DAY, { orderId: "A-3043", status: "cancelled" });
    await sell(shop, spring.code, NOON - 6 * DAY, { orderId: "A-4044", amount: "90.00" });
    await restate(shop, spring.code, NOON - 6 * DAY, { orderId: "A-4044", amount: "90.00", refunded: "30.00" });
    await sell(shop, spring.code, NOON - 5 * DAY, { orderId: "<b>5045" });
    await decide("<b>5045", "decline");
    await call(`/pixel.gif?s=${shop.key}&order=A-6046&amount=1000000.00&currency=EUR&codes=${spring.code}`);
    await sell(shop, others.code, NOON - DAY, { orderId: "Z-9999", amount: "77.77" });
    expect(await rowsAt()).toEqual([
      "Order …046 Nov 22 · with your code · Spring looks Waiting So far only the shopper’s browser has reported it. It counts once the shop’s own system confirms it.",
      "Order …045 Nov 17 · with your code · Spring looks · Value €100.00 Declined The shop declined it. Ask them if you don’t know why.",
      "Order …044 €6.00 Nov 16 · with your code · Spring looks · Value €60.00 Waiting Held until December 16, when the return period is over. Part of the order was refunded; your commission is for the rest.",
      "Order …043 Nov 15 · with your code · Spring looks · Value €100.00 Declined The order was cancelled.",
      "Order …042 €5.05 Nov 14 · with your code · By hand · Value €50.50 Waiting Somebody at the shop has to approve it. No day is set for that.",
      "Order …041 €8.00 Nov 13 · with your code · Spring looks · Value €80.00 Waiting Held until December 13, when the return period is over.",
    ]);
    const lines = await csvAt();
    expect(lines.map(({ what, value, commission, state, until }) => [what, value, commission, state, until])).toEqual([
      ["Order …046", "", "", "Waiting", ""],
      ["Order …045", "100.00", "", "Declined", ""],
      ["Order …044", "60.00", "6.00", "Waiting", "2026-12-16"],
      ["Order …043", "100.00", "", "Declined", ""],
      ["Order …042", "50.50", "5.05", "Waiting", ""],
      ["Order …041", "80.00", "8.00", "Waiting", "2026-12-13"],
    ]);
    expect((await rowsAt("?state=declined")).length).toBe(2);
    expect((await rowsAt(`?campaign=${byHand.campaignId}`)).length).toBe(1);
    // Somebody else's campaign asks for nothing in particular.
    expect((await rowsAt(`?campaign=${others.campaignId}`)).length).toBe(6);
  });

  test("follows what is owed from the approval to the payment, and back", async () => {
    await sell(shop, spring.code, NOON - 40 * DAY, { orderId: "A-1041" });
    const reason = async () => (await rowsAt())[0]?.replace(/^Order …041 (\S+) .*Value \S+ /, "$1 ");
    expect(await reason()).toBe("€10.00 Approved It can be paid once the shop has closed its books for this period.");
    await api("POST", "/periods", { storeId: shop.id, to: new Date(NOON + DAY).toISOString() });
    expect(await reason()).toBe(
      "€10.00 Approved It can be paid once the shop has closed its books for the period up to November 23.",
    );
    vi.setSystemTime(NOON + 2 * DAY);
    const { results } = await env.DB.prepare("SELECT id FROM periods").all<{ id: string }>();
    await api("POST", `/periods/${results[0]?.id}/lock`);
    expect(await reason()).toBe("€10.00 Approved It is ready for the next payout.");
    const run = await draft({ storeId: shop.id });
    expect(await reason()).toBe("€10.00 Approved It is in the payout that is being prepared.");
    await step(run.id, "pay");
    expect(await reason()).toMatch(/^€10.00 Paid Paid on November 24, reference WM-[A-Z0-9]+-1\.$/);
    await restate(shop, spring.code, NOON - 40 * DAY, { orderId: "A-1041", refunded: "50.00" });
    expect(await reason()).toMatch(/^€5.00 Paid .* Part of it was taken back since: that comes off the next payout\./);
    await restate(shop, spring.code, NOON - 40 * DAY, { orderId: "A-1041", status: "refunded", refunded: "100.00" });
    expect(await reason()).toBe(
      "€0.00 Taken back All of it was refunded. It was paid already, so it comes off what you are paid next.",
    );
  });

  test("has conversions and calls beside orders, and nobody's phone number", async () => {
    const { id: definitionId } = await define({ storeId: shop.id, name: "<i>Sign-up" });
    const shares = [shareOf({ creatorId: lea.id, campaignId: spring.campaignId, planId: null })];
    const put = (values: Partial<Parameters<typeof putConversion>[0]>) =>
      putConversion({ definitionId, storeId: shop.id, shares, earns: [earned({ creatorId: lea.id })], ...values });
    await put({ time: NOON - 5 * DAY, dueAt: NOON + 9 * DAY });
    await put({ time: NOON - 6 * DAY, trust: "claimed", dueAt: null });
    await put({ time: NOON - 7 * DAY, earns: [], dueAt: null });
    await put({ time: NOON - 8 * DAY, uncounted: "limit" });
    await put({ time: NOON - 20 * DAY, dueAt: NOON - DAY });
    await settleConversions(env, NOON);
    const calls = { storeId: shop.id, creatorId: lea.id, campaignId: spring.campaignId, number: "+33612345642" };
    await putCall({ ...calls, startedAt: NOON - 2 * DAY, talkSeconds: 125, qualified: true });
    await putCall({ ...calls, startedAt: NOON - 3 * DAY, talkSeconds: null, qualified: false, status: "missed" });
    expect(await rowsAt("?kind=call")).toEqual([
      "Call to +33 … 42 Nov 20 · Spring looks · Talked for 2:05 Counts It was answered and long enough to count. Whatever it sells appears here as an order.",
      "Call to +33 … 42 Nov 19 · Spring looks Doesn’t count Nobody answered.",
    ]);
    const name = "&lt;i&gt;Sign-up";
    expect(await rowsAt("?kind=conversion")).toEqual([
      `${name} €5.00 Nov 17 · Spring looks Waiting Held until December 1. Up to then it can still be taken back.`,
      `${name} €5.00 Nov 16 · Spring looks Waiting So far only the shopper’s browser has reported it. It counts once the shop’s own system confirms it.`,
      `${name} Nov 15 · Spring looks Counts It counts, but no commission is paid for it.`,
      `${name} Nov 14 · Spring looks Doesn’t count The same person counts only a limited number of times.`,
      `${name} €5.00 Nov 2 · Spring looks Approved It can be paid once the shop has closed its books for this period.`,
    ]);
    expect((await rowsAt()).length).toBe(7);
    expect((await rowsAt("", zoe.path)).length).toBe(0);
  });

  test("has a call and the conversion that was made of it in one line, where both may be seen", async () => {
    const { id: definitionId } = await define({
      storeId: shop.id,
      name: "Phone call",
      triggers: [{ type: "call", minTalkSeconds: 30, numbers: [] }],
    });
    const dark = await join(shop, lea.id, { name: "Dark", creatorsSeePerformance: false });
    const called = async (day: number, campaignId: string, creatorId = lea.id) => {
      const startedAt = NOON - day * DAY;
      const owner = { storeId: shop.id, creatorId, campaignId, number: "+33612345642" };
      const { id } = await putCall({ ...owner, startedAt, talkSeconds: 60 + day, qualified: true });
      return id;
    };
    const counted = (callId: string, day: number, campaignId = spring.campaignId) =>
      putConversion({
        definitionId,
        storeId: shop.id,
        eventKey: `call:${callId}`,
        trigger: "call",
        time: NOON - day * DAY,
        shares: [shareOf({ creatorId: lea.id, campaignId, planId: null })],
        method: "call",
        earns: [earned({ creatorId: lea.id })],
        dueAt: NOON + 9 * DAY,
      });
    await counted(await called(1, spring.campaignId), 1);
    await called(2, spring.campaignId);
    // Of a conversion that isn't to be seen the call is; of a call that isn't, or is another's, the conversion.
    await counted(await called(3, spring.campaignId), 3, dark.campaignId);
    await counted(await called(4, dark.campaignId), 4);
    await counted(await called(5, others.campaignId, zoe.id), 5);
    const held = "Waiting Held until December 1. Up to then it can still be taken back.";
    const all = [
      `Phone call €5.00 Nov 21 · Call to +33 … 42 · through your phone number · Spring looks · Talked for 1:01 ${held}`,
      expect.stringMatching(/^Call to \+33 … 42 Nov 20 · Spring looks · Talked for 1:02 Counts/),
      expect.stringMatching(/^Call to \+33 … 42 Nov 19 · Spring looks · Talked for 1:03 Counts/),
      `Phone call €5.00 Nov 18 · through your phone number · Spring looks ${held}`,
      `Phone call €5.00 Nov 17 · through your phone number · Spring looks ${held}`,
    ];
    expect(await rowsAt()).toEqual(all);
    expect((await rowsAt(`?campaign=${spring.campaignId}`)).length).toBe(5);
    expect((await rowsAt("?kind=call")).length).toBe(3);
    expect((await rowsAt("?kind=conversion"))[0]).toBe(all[0]);
    expect((await csvAt()).map(({ kind, talkSeconds }) => [kind, talkSeconds])).toEqual([
      ["conversion", "61"],
      ["call", "62"],
      ["call", "63"],
      ["conversion", ""],
      ["conversion", ""],
    ]);
    await api("POST", `/conversion-definitions/${definitionId}/archive`);
    expect((await rowsAt()).length).toBe(5);
  });

  test("says of a share what it is of, whoever comes first; in the reader's language", async () => {
    await api("PATCH", `/stores/${shop.id}`, { attribution: { model: "split" } });
    await sell(shop, spring.code, NOON - DAY, { orderId: "A-1041", codes: [spring.code, others.code] });
    await sell(shop, spring.code, NOON - 2 * DAY, { orderId: "A-1042", codes: [spring.code, others.code] });
    await restate(shop, spring.code, NOON - 2 * DAY, {
      orderId: "A-1042",
      codes: [spring.code, others.code],
      status: "cancelled",
    });
    const all = [await rowsAt(), await rowsAt("", zoe.path)];
    for (const rows of all) {
      expect(rows).toEqual([
        expect.stringMatching(/ €5.00 Nov 21 · with your code · your share: 50% · .* · Value €50.00 Waiting Held/),
        expect.stringMatching(/· your share: 50% · .* The order was cancelled\.$/),
      ]);
    }
    expect((await rowsAt("?lang=de"))[0]).toMatch(
      /^Bestellung …041 5,00.€ 21. November · mit deinem Code · dein Anteil: 50.% .* bis 21\. Dezember\.$/,
    );
    expect((await rowsAt("?lang=fr"))[0]).toMatch(
      /^Commande …041 5,00.€ 21 nov. · avec votre code .* jusqu’au 21 décembre\.$/,
    );
  });

  test("has nothing of a campaign that hides its numbers, nor of one of several that browsers fight for but one's own part", async () => {
    const dark = await join(shop, lea.id, { name: "Dark", creatorsSeePerformance: false });
    await sell(shop, dark.code, NOON - DAY, { orderId: "D-1" });
    expect(await rowsAt()).toEqual([]);
    const claim = (code: string) => call(`/pixel.gif?s=${shop.key}&order=C-7777&codes=${code}`);
    await claim(spring.code);
    await claim(others.code);
    const contested = /Order …777 .* Waiting Browsers disagree about who it belongs to\. The shop has to decide\.$/;
    expect(await rowsAt()).toEqual([expect.stringMatching(contested)]);
    expect(await rowsAt("", zoe.path)).toEqual([expect.stringMatching(contested)]);
    await api("PATCH", `/campaigns/${spring.campaignId}`, { creatorsSeePerformance: false });
    const { text } = await look(`${lea.path}/orders`);
    expect(textOf(text)).toContain("None of your campaigns shows its orders here.");
    expect(text).not.toContain("number=");
    expect(await csvAt()).toEqual([]);
    expect((await ask("C-7777")).read).toContain("We found nothing of yours");
  });

  test("has what is of no campaign, or of a plan alone, only where none of its campaigns hides its numbers", async () => {
    await sell(shop, spring.code, NOON - 40 * DAY, { orderId: "A-1041" });
    await decide("A-1041", "decline");
    await api("POST", `/orders/${await orderId("A-1041")}/attribute`, { creatorId: null, reason: "by mistake" });
    await settleOrders(env, NOON);
    await putCall({ storeId: shop.id, creatorId: lea.id, campaignId: null, startedAt: NOON - DAY });
    const taken = expect.stringMatching(/^Order …041 .* Taken back It isn’t credited to you any more\.$/);
    expect(await rowsAt()).toEqual([expect.stringMatching(/^Call to /), taken]);
    // In the same store, with a plan of its own.
    const dark = await join(shop, lea.id, { name: "Dark", creatorsSeePerformance: false });
    expect(await rowsAt()).toEqual([taken]);
    // With the plan that the order was booked under.
    const { planId } = (await api("GET", `/campaigns/${spring.campaignId}`)).body as { planId: string };
    await join(shop, lea.id, { name: "Twin", planId, creatorsSeePerformance: false });
    expect(await rowsAt()).toEqual([]);
    // An order for a campaign that hides its numbers isn't told as one that something else of hers led to.
    await api("PATCH", `/stores/${shop.id}`, { attribution: { codePriority: true } });
    const clickId = await tokenOf(others.linkId, NOON - 2 * DAY);
    await sell(shop, dark.code, NOON - DAY, { orderId: "D-1042", clickId });
    expect((await ask("D-1042", zoe.path)).read).toContain("here a code goes before a link.");
    const own = await join(shop, lea.id, { name: "Open" });
    await sell(shop, dark.code, NOON - DAY, { orderId: "D-1043", clickId: await tokenOf(own.linkId, NOON - 2 * DAY) });
    expect((await ask("D-1043")).read).toContain("We found nothing of yours");
  });

  test("goes on by cursors, from which nothing else can be had, and finds few among many", async () => {
    // Ten at each moment, so that pages end in the middle of one.
    await env.DB.batch(
      Array.from({ length: 5 }, (_none, part) =>
        env.DB.prepare(
          `INSERT INTO orders (id, store_id, external_id, status, trust, confirmed, currency, total_minor, codes, test, placed_at,
             policy, touches, explanation, shares, creator_id, campaign_id, version, created_at, updated_at)
           WITH n(i) AS (SELECT CAST(?1 AS INTEGER) * 2000 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 * 2000 + 1999)
           SELECT printf('ord_%016d', i), ?2, 'N-' || (100000 + i), iif(i = 7, 'declined', 'approved'), 'confirmed', '{"currency":"EUR","totalMinor":1000}', 'EUR', 1000, '[]', 0,
             CAST(?3 AS INTEGER) + i / 10, '{}', '[]', '{}', json_array(json_object('creatorId', ?4, 'campaignId', ?5, 'planId', NULL, 'linkId', NULL, 'codeId', NULL,
               'weight', json_object('numerator', 1, 'denominator', 1), 'amountMinor', 1000)), ?4, ?5, 1, 0, 0 FROM n`,
        ).bind(part, shop.id, NOON - DAY, lea.id, spring.campaignId),
      ),
    );
    const numbers = (await csvAt()).map(({ what = "" }) => Number(what.slice(-3)));
    expect(numbers.length).toBe(10_000);
    expect(numbers.every((number, index) => number === (109_999 - index) % 1000)).toBe(true);
    let query: string | undefined = "";
    const read: string[] = [];
    for (let page = 0; page < 3; page++) {
      const { text } = await look(`${lea.path}/orders${query ?? "?"}`);
      read.push(...(text.match(/Order …\d+/g) ?? []));
      query = /orders(\?after=[^"]*)">/.exec(text)?.[1];
    }
    expect(read.length).toBeGreaterThan(45);
    expect(read.slice(0, 45)).toEqual(Array.from({ length: 45 }, (_none, index) => `Order …${999 - index}`));
    // The only one that was declined is far behind: the way there is said.
    const { text } = await look(`${lea.path}/orders?state=declined`);
    expect(textOf(text)).toContain("There may be something further back.");
    // Whatever a cursor says, it is Lea's list; Zoe's hands on nothing of it.
    const cursor = query?.replace("?after=", "") ?? "";
    expect((await rowsAt(`?after=${cursor}`)).length).toBeGreaterThan(0);
    expect(await rowsAt(`?after=${cursor}`, zoe.path)).toEqual([]);
    for (const forged of [
      "x",
      btoa("b1:1:ord_' OR 1=1 --"),
      btoa("b1:-5:x"),
      "%00",
      btoa(`b1:${NOON}:crt_zzzzzzzzzzzzzzzz`),
    ]) {
      expect((await rowsAt(`?after=${encodeURIComponent(forged)}`))[0]).toContain("Order …999");
    }
  });

  test("looks for nothing without an index", async () => {
    for (const kind of [null, ...KINDS]) {
      const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${placesSql(kind)}`)
        .bind(lea.id, "[]", "[]", "[]", "[]", NOON, "", 26)
        .all<{ detail: string }>();
      const steps = results.map(({ detail }) => detail);
      expect(
        steps.filter((step) => step.startsWith("SCAN") && !step.includes("VIRTUAL TABLE")),
        kind ?? "all",
      ).toEqual([]);
      // Each part comes in order by its index; at most rows of one moment are sorted.
      expect(
        steps.filter((step) => step === "USE TEMP B-TREE FOR ORDER BY"),
        kind ?? "all",
      ).toEqual([]);
    }
  });
});

describe("asking about an order", () => {
  const NOTHING = /^We found nothing of yours that led to an order with this number\. /;

  test("says why it isn't credited, and never whose it is", async () => {
    const opened = (days: number, orderId: string, more: Record<string, unknown> = {}) =>
      tokenOf(spring.linkId, NOON - days * DAY).then((clickId) =>
        sell(shop, others.code, NOON, { orderId, clickId, codes: [], ...more }),
      );
    await opened(31, "A-1");
    expect((await ask("#A-1 ")).read).toContain(
      "An order of November 22: it isn’t credited to you. Your link was opened 31 days before the order; here it counts for 30 days.",
    );
    await api("PATCH", `/stores/${shop.id}`, { attribution: { codePriority: true } });
    await opened(2, "A-2", { codes: [others.code] });
    const codeFirst = await ask("A-2");
    expect(codeFirst.read).toContain(
      "Your link counted, but another code was used, and here a code goes before a link.",
    );
    expect(codeFirst.read).not.toMatch(/Zoe|Quill|100/);
    await sell(shop, spring.code, NOON - DAY, { orderId: "A-3" });
    expect((await ask("A-3")).read).toMatch(/^It is in your list\. Order …3 €10.00 Nov 21 · .* Waiting Held/);
    await api("POST", `/orders/${await orderId("A-3")}/attribute`, { creatorId: null, reason: "Zoe asked for it" });
    const byHand = await ask("A-3");
    expect(byHand.read).toContain("The shop itself decided who it is credited to.");
    expect(byHand.text).not.toContain("Zoe");
    // Nothing of hers led to what is Zoe's alone.
    await sell(shop, others.code, NOON - DAY, { orderId: "Z-1" });
    expect((await ask("Z-1", zoe.path)).read).toMatch(/^It is in your list\./);
  });

  test("finds it by its number as by the shop's id, whichever of several have that, by an index", async () => {
    const told = async (orderNumber: string, code: string, time: number, orderId: string) => {
      const order = shopOrder({
        orderId,
        number: orderNumber,
        codes: [code],
        placedAt: isoOf(time),
        updatedAt: isoOf(time),
      });
      const readings = [{ kind: "order" as const, order, customer: { id: null, email: null, phone: null } }];
      await takePage(env, { id: shop.id, key: shop.key }, { readings, skipped: [] }, Date.now());
    };
    await told("#1001", spring.code, NOON - DAY, "5630997781372");
    await settleOrders(env, NOON);
    const mine = /^It is in your list\. Order …01 €10\.00 Nov 21 · [^…]* Held until December 21[^…]*$/;
    for (const number of ["#1001", "1001", " # 1001", "5630997781372"]) {
      expect((await ask(number)).read.split(" Check another")[0], number).toMatch(mine);
    }
    expect((await rowsAt())[0]).toMatch(/^Order …01 /);
    expect((await ask("1001", zoe.path)).read).toMatch(NOTHING);
    // Another of the same number, and pages that call theirs so: hers come first, and each is said by its day.
    await told("#1001", spring.code, NOON - 9 * DAY, "5630997781373");
    for (const order of ["1001", "%231001"]) {
      await call(`/pixel.gif?s=${shop.key}&order=${order}&amount=9.00&currency=EUR&codes=${spring.code}`);
    }
    await told("#1001", others.code, NOON - 2 * DAY, "5630997781374");
    await settleOrders(env, NOON);
    const { read } = await ask("1001");
    expect(read.match(/Nov \d+/g)).toEqual(["Nov 22", "Nov 22", "Nov 21", "Nov 13"]);
    expect(read).not.toMatch(/Zoe|Nov 20|November 20/);
    const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${ASKED}`)
      .bind(lea.id, "[]", "[]", "[]", "[]", "[]", "[]")
      .all<{ detail: string }>();
    const steps = results.map(({ detail }) => detail);
    const isScan = (step: string) => step.startsWith("SCAN") && !/VIRTUAL TABLE|named|subquery/i.test(step);
    expect(steps.filter(isScan)).toEqual([]);
    expect(steps.filter((step) => /SEARCH [en] /.test(step))).toEqual([
      expect.stringContaining("INDEX orders_external (store_id=? AND external_id=?)"),
      expect.stringContaining("INDEX orders_number (store_id=? AND order_number=?)"),
    ]);
  });

  test("answers alike for what isn't there, is another shop's, or nothing of theirs led to", async () => {
    const elsewhere = await createShop({ name: "Elsewhere" });
    const far = await join(elsewhere, zoe.id);
    await sell(elsewhere, far.code, NOON - DAY, { orderId: "E-100001" });
    await sell(shop, others.code, NOON - DAY, { orderId: "Z-100001" });
    // A claim that comes long after an order is no evidence that may be asked for.
    await sell(shop, others.code, NOON - 3 * DAY, { orderId: "Y-100001" });
    await call(`/pixel.gif?s=${shop.key}&order=Y-100001&codes=${spring.code}`);
    const texts = new Set<string>();
    for (const number of ["N-100001", "E-100001", "Z-100001", "Y-100001"]) {
      const { status, text, read } = await ask(number);
      expect([status, read]).toEqual([200, expect.stringMatching(NOTHING)]);
      texts.add(text.replaceAll(number, ""));
    }
    expect(texts.size).toBe(1);
  });

  test("is bounded, escaped, the creator's own to send, and costs those who guess", async () => {
    expect(await ask(" # ")).toMatchObject({
      status: 422,
      read: expect.stringContaining("Enter the number of an order."),
    });
    const { text } = await ask('"><script>alert(1)</script>');
    expect(text).not.toContain("<script>alert");
    expect((await ask("9".repeat(5000))).text).toContain(`value="${"9".repeat(200)}"`);
    expect((await ask("A-1", lea.path, { Origin: "https://evil.example" })).status).toBe(403);
    const keys: string[] = [];
    const UNKNOWN_SLUGS = {
      limit: async ({ key }: { key: string }) => {
        keys.push(key);
        return { success: false };
      },
    };
    await sell(shop, spring.code, NOON - DAY, { orderId: "A-3" });
    const response = await visitToTheEnd(
      `${lea.path}/orders/ask`,
      { "Accept-Language": "en", Origin: SHORT_ORIGIN },
      { ...env, UNKNOWN_SLUGS },
      {
        method: "POST",
        body: "number=A-3",
      },
    );
    expect([response.status, textOf(await response.text())]).toEqual([
      429,
      expect.stringContaining("That was too many at once. Wait a minute and try again."),
    ]);
    const { id: tokenId } =
      (await env.DB.prepare("SELECT id FROM portal_tokens WHERE creator_id = ?1")
        .bind(lea.id)
        .first<{ id: string }>()) ?? {};
    expect(new Set(keys)).toEqual(new Set([`portal ask ${tokenId}`]));
  });
});
