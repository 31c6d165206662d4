import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type CustomerPath, pathSchema } from "../../../src/reports/path/schema.ts";
import { api, bodyOf, problemOf } from "../../ground/api.ts";
import { book } from "../../books/money-fixtures.ts";
import { putOrder } from "../../books/payout-fixtures.ts";
import { putCall, putLease, putNumber, putPhone, putPool, putPoolNumber } from "../../calls/call-rows.ts";
import { putConversion } from "../../conversions/conversion-fixtures.ts";
import { define } from "../../conversions/definition-fixtures.ts";
import { id, insertStore, NOW, STORE } from "../../programme/generation-fixtures.ts";
import { putClick } from "../rollup-fixtures.ts";
import {
  clickOn,
  confirmed,
  DAY,
  HOUR,
  insertShop,
  LEA,
  LEA_LINK,
  recordOne,
  ZOE_LINK,
} from "../../sales/order-fixtures.ts";
import { event, putLogged } from "../../visits/log-fixtures.ts";
import { boughtAs, filled, identify, putCart } from "../../visits/visit-rows.ts";

const MINUTE = 60_000;
const VISITOR = "visitor-of-ada";
const PHONE = "phone-of-ada";

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
  await insertShop();
});

afterEach(() => {
  vi.useRealTimers();
});

const pathOf = async (of: string) => bodyOf(pathSchema, await api("GET", `/${of}/path`));

/** What of a path most tests are about: how long before `NOW` (minutes), what, and what tells of it. */
const told = ({ steps }: CustomerPath) =>
  steps.map(({ time, kind, evidence }) => [
    (NOW - Date.parse(time)) / MINUTE,
    kind,
    `${evidence.kind} ${evidence.trust}`,
  ]);

const hiddenIn = ({ hidden }: CustomerPath) => hidden.map(({ what, why, count }) => [what, why, count]);

/** Ada has a contact, and her browser is known as hers. */
const ada = async () => identify(VISITOR, "ada", NOW - 2 * DAY);

/** Something that Ada's browser did so many minutes ago, in a visit that Lea's link led to. */
const did = (minutesAgo: number, values: Partial<Parameters<typeof event>[0]> = {}) =>
  event({
    visitorHash: VISITOR,
    time: NOW - minutesAgo * MINUTE,
    visit: "visit-1",
    linkId: LEA_LINK,
    source: { kind: "creator", name: "", rule: "link" },
    ...values,
  });

/** An order of Ada's of so many minutes ago. */
const ordered = async (minutesAgo: number, data: Parameters<typeof confirmed>[0] = {}, externalId = "1001") =>
  recordOne(
    confirmed(
      {
        currency: "EUR",
        totalMinor: 5000,
        placedAt: NOW - minutesAgo * MINUTE,
        status: "paid",
        customerHash: "ada",
        ...data,
      },
      { externalId },
    ),
  );

describe("BX-3, BX-11, BX-12, BX-13, BX-14, BXX-7: the path of a customer", () => {
  test("has every step from the advertisement to the payout, in order, with exact times and what tells of each", async () => {
    const contact = await ada();
    const click = clickOn(LEA_LINK, NOW - 60 * MINUTE);
    await putClick({ id: click.clickId, linkId: LEA_LINK, time: click.time, source: "ad" });
    await putLogged([did(59), did(58, { pageOfVisit: 2, page: "/tea" }), did(57, { type: "engage", engagedMs: 4000 })]);
    const pool = await putPool();
    const number = await putPoolNumber(pool, { label: "Pool 1" });
    const lease = await putLease(number, {
      visitorHash: VISITOR,
      startsAt: NOW - 59 * MINUTE,
      linkId: LEA_LINK,
      clickId: click.clickId,
      clickAt: click.time,
    });
    const call = await putCall({
      numberId: number.id,
      number: number.number,
      startedAt: NOW - 50 * MINUTE,
      match: "lease",
      leaseId: lease.id,
      visitorHash: VISITOR,
      callerHash: PHONE,
      channel: "creator",
      creatorId: LEA,
      linkId: LEA_LINK,
      clickId: click.clickId,
      clickAt: click.time,
    });
    const orderId = await ordered(40, { clicks: [click], codes: ["LEA10"] });
    const definition = await define({ storeId: STORE });
    await putConversion({
      definitionId: definition.id,
      contactId: contact,
      time: NOW - 45 * MINUTE,
      shares: [],
      creatorId: null,
    });
    const seq = await book({ orderId, amountMinor: 500, time: NOW - 30 * MINUTE });
    await env.DB.batch([
      env.DB.prepare(
        `INSERT INTO payouts (id, store_id, currency, status, minimum_minor, hold_days, reference, created_at, created_by, paid_at)
         VALUES (?1, ?2, 'EUR', 'paid', 0, 0, 'SEPA 7', ?3, 'bootstrap', ?3)`,
      ).bind(id("pay", 1), STORE, NOW - 20 * MINUTE),
      env.DB.prepare(
        "INSERT INTO payout_entries (payout_id, entry_seq, creator_id, order_id, live) VALUES (?1, ?2, ?3, ?4, 1)",
      ).bind(id("pay", 1), seq, LEA, orderId),
    ]);

    const path = await pathOf(`contacts/${contact}`);
    const steps = [
      [60, "ad", "click confirmed"],
      [60, "link", "click confirmed"],
      [59, "visit", "visit claimed"],
      [59, "page", "visit claimed"],
      [58, "page", "visit claimed"],
      [50, "call", "call confirmed"],
      [45, "conversion", "conversion confirmed"],
      [40, "order", "order confirmed"],
      [30, "commission", "ledger confirmed"],
      [20, "payout", "payout confirmed"],
    ];
    expect(told(path)).toEqual(steps);
    expect(path.steps.map(({ what }) => what.text)).toEqual([
      "Came by an advertisement",
      expect.stringMatching(/^Opened the link \S+ of Lea Martin 1 in /),
      "Began a visit at /sale, by a creator's link",
      "Viewed /sale",
      "Viewed /tea",
      "Called Pool 1 (answered, 120 s), which was shown to one who came by Lea Martin 1",
      expect.stringMatching(/^Counted as /),
      "Ordered 1001: 50.00 EUR, credited to Lea Martin 1",
      "Booked for Lea Martin 1 (accrual): 5.00 EUR",
      "Paid to Lea Martin 1: 5.00 EUR as SEPA 7",
    ]);
    expect(path.hidden).toEqual([]);
    expect(path.summary).toEqual({
      firstAt: new Date(NOW - 60 * MINUTE).toISOString(),
      lastAt: new Date(NOW - 20 * MINUTE).toISOString(),
      firstToOrderMs: 20 * MINUTE,
      visits: 1,
      pages: 2,
      links: 1,
      calls: 1,
      conversions: 1,
      orders: 1,
      spent: [{ currency: "EUR", amountMinor: 5000 }],
      commission: [{ currency: "EUR", amountMinor: 500 }],
      paid: [{ currency: "EUR", amountMinor: 500 }],
    });
    expect(path.steps[5]?.what.call).toMatchObject({ id: call.id, match: "lease", customerTrust: null });

    // What a creator asks is answered by the same steps: who is credited, and what became of each candidate.
    const order = await pathOf(`orders/${orderId}`);
    expect(told(order)).toEqual(steps);
    expect(order.decision).toMatchObject({
      rule: "last_click",
      method: "click",
      creator: { id: LEA, name: "Lea Martin 1" },
    });
    expect(order.decision?.text).toContain("Lea Martin 1");
    expect(order.steps.map(({ touch }) => touch?.credited ?? null).filter((credited) => credited !== null)).toEqual([
      true,
    ]);
    expect(order.order).toMatchObject({
      id: orderId,
      externalId: "1001",
      total: { amountMinor: 5000, currency: "EUR" },
    });
    // Neither answer tells who anybody is, not even by hash.
    for (const secret of [VISITOR, PHONE, '"ada"']) expect(JSON.stringify([path, order])).not.toContain(secret);
  });

  test("without consent has what servers and calls tell alone, and says that the rest is hidden", async () => {
    // A visitor without consent is logged nowhere; another's log must not be taken for hers.
    await putLogged([event({ visitorHash: "somebody else", time: NOW - HOUR })]);
    const { id: numberId, number } = await putNumber({ label: "Lea's number" });
    await putPhone({ phoneHash: PHONE, customerHash: "ada" });
    await putCall({ numberId, number, startedAt: NOW - HOUR, callerHash: PHONE, channel: "creator", creatorId: LEA });
    await putCall({ numberId, number, startedAt: NOW - HOUR, callerHash: "phone of another" });
    const orderId = await ordered(30);
    const contact = await identify("x", "ada");
    await env.DB.prepare("DELETE FROM visitor_contacts").run();
    for (const of of [`contacts/${contact}`, `orders/${orderId}`]) {
      const path = await pathOf(of);
      expect(told(path)).toEqual([
        [60, "call", "call confirmed"],
        [30, "order", "order confirmed"],
      ]);
      expect(hiddenIn(path)).toEqual([["visits", "no_consent", null]]);
      expect(path.summary).toMatchObject({ visits: 0, pages: 0, calls: 1 });
    }
  });

  test("to an order ends where it was placed, and goes on with its own money alone", async () => {
    await ada();
    await putLogged([did(100), did(10, { page: "/after" })]);
    const first = await ordered(90, { clicks: [clickOn(LEA_LINK, NOW - 101 * MINUTE)] });
    const second = await ordered(5, { clicks: [clickOn(ZOE_LINK, NOW - 6 * MINUTE)] }, "1002");
    await book({ orderId: first, time: NOW - 80 * MINUTE });
    await book({ orderId: second, time: NOW });
    const path = await pathOf(`orders/${first}`);
    expect(path.steps.map(({ kind, what }) => what.page ?? kind)).toEqual([
      "link",
      "/sale",
      "/sale",
      "order",
      "commission",
    ]);
    // The second one's path has the first order, and not its commission.
    const { steps } = await pathOf(`orders/${second}`);
    expect(steps.filter(({ kind }) => kind === "order").map(({ what }) => what.order?.externalId)).toEqual([
      "1001",
      "1002",
    ]);
    expect(steps.filter(({ kind }) => kind === "commission").map(({ time }) => Date.parse(time))).toEqual([NOW]);
    // Of what competed for it, Lea's earlier click stands with why it isn't credited.
    const touches = steps.flatMap(({ touch, what }) => (touch === null ? [] : [[what.creator?.id, touch.credited]]));
    expect(touches.at(-1)?.[1]).toBe(true);
  });

  test("to an order without a known customer has what the order itself knows: its click, its call, its cart", async () => {
    const click = clickOn(LEA_LINK, NOW - 151 * MINUTE);
    const call = await putCall({ startedAt: NOW - 2 * HOUR });
    await putCart([filled(NOW - 2 * HOUR), boughtAs(NOW - HOUR, "1001")], { visitorHash: VISITOR });
    await putLogged([did(150)]);
    const { customerHash: _nobody, ...data } = { customerHash: "ada", clicks: [click] };
    const orderId = await recordOne(
      confirmed(
        { currency: "EUR", totalMinor: 5000, placedAt: NOW - HOUR, status: "paid", ...data },
        { externalId: "1001" },
      ),
    );
    await env.DB.prepare(
      `INSERT INTO call_deals (call_id, store_id, order_external_id, placed_at, cancelled, actor, created_at)
       VALUES (?1, ?2, '1001', ?3, 0, 'bootstrap', ?3)`,
    )
      .bind(call.id, STORE, NOW)
      .run();
    const path = await pathOf(`orders/${orderId}`);
    expect(path.contact).toBeNull();
    expect(told(path).map(([, kind]) => kind)).toEqual(["link", "visit", "page", "call", "order"]);
    expect(hiddenIn(path)).toEqual([
      ["customer", "not_told", null],
      ["caller", "withheld", 1],
    ]);
    // Once that browser is known as somebody's, what it did is theirs alone.
    await identify(VISITOR, "bea", NOW - DAY);
    expect(told(await pathOf(`orders/${orderId}`)).map(([, kind]) => kind)).toEqual(["link", "call", "order"]);
  });

  test("has what the browser did that alone was shown the number that was called, unless another's calls lead there", async () => {
    const contact = await identify("x", "ada");
    await env.DB.prepare("DELETE FROM visitor_contacts").run();
    await putLogged([did(59), did(58, { pageOfVisit: 2, page: "/tea" })]);
    await putCall({ match: "lease", visitorHash: VISITOR, customerHash: "ada", startedAt: NOW - 50 * MINUTE });
    const orderId = await ordered(40);
    const ways = async () =>
      Promise.all(
        [`contacts/${contact}`, `orders/${orderId}`].map(async (of) =>
          (await pathOf(of)).steps.map(({ kind }) => kind),
        ),
      );
    const way = ["link", "visit", "page", "page", "call", "order"];
    expect(await ways()).toEqual([way, way]);
    // Two customers called by what one browser was shown: it may be either's.
    await putCall({ match: "lease", visitorHash: VISITOR, customerHash: "bea", startedAt: NOW - 45 * MINUTE });
    expect(await ways()).toEqual([
      ["call", "order"],
      ["call", "order"],
    ]);
  });

  test("has of a browser that two share what each did, and of a number that two call from nothing", async () => {
    const contact = await ada();
    const other = await identify(VISITOR, "bea", NOW - 30 * MINUTE);
    await putLogged([did(40, { page: "/of-ada" }), did(20, { page: "/of-bea", visit: "visit-2" })]);
    await putCall({ visitorHash: VISITOR, startedAt: NOW - 35 * MINUTE });
    for (const customerHash of ["ada", "bea"]) await putPhone({ phoneHash: PHONE, customerHash });
    await putCall({ callerHash: PHONE });
    const pages = async (of: string) =>
      (await pathOf(`contacts/${of}`)).steps.flatMap(({ kind, what }) =>
        kind === "page" ? (what.page ?? []) : kind === "call" ? "call" : [],
      );
    expect(await pages(contact)).toEqual(["/of-ada", "call"]);
    expect(await pages(other)).toEqual(["/of-bea"]);
  });

  test("of one who is erased is gone, and their orders' has what competed for its credit alone, and no other order of theirs", async () => {
    const contact = await ada();
    await putLogged([did(50)]);
    await putCall({ customerHash: "ada", startedAt: NOW - 45 * MINUTE });
    const orderId = await ordered(40);
    await ordered(60, {}, "1002");
    expect((await pathOf(`orders/${orderId}`)).summary).toMatchObject({ orders: 2, pages: 1 });
    expect((await api("DELETE", `/contacts/${contact}`)).status).toBe(204);
    expect(problemOf(await api("GET", `/contacts/${contact}/path`)).code).toBe("not_found");
    const path = await pathOf(`orders/${orderId}`);
    // What is owed rests on it, and it is nobody's any more.
    expect(told(path)).toEqual([
      [45, "call", "call confirmed"],
      [40, "order", "order confirmed"],
    ]);
    expect(path.steps[0]).toMatchObject({ what: { call: { customerTrust: null } }, touch: { eligible: false } });
    expect(hiddenIn(path)).toEqual([
      ["customer", "erased", null],
      ["visits", "no_consent", null],
      ["caller", "withheld", 1],
    ]);
  });

  test("has nothing of another store's, though a customer and a browser go by the same name there", async () => {
    const other = id("str", 2);
    await insertStore({ id: other });
    const contact = await ada();
    await putLogged([did(50, { page: "/other" })], other);
    await putPhone({ phoneHash: PHONE, customerHash: "ada" });
    await putCall({ storeId: other, customerHash: "ada", visitorHash: VISITOR, callerHash: PHONE });
    await putOrder({ storeId: other, customerHash: "ada", currency: "EUR", totalMinor: 1 });
    await env.DB.prepare(
      "INSERT INTO customer_touches (store_id, customer_hash, click_id, link_id, trust, time, created_at) VALUES (?1, 'ada', 'c', ?2, 'confirmed', ?3, ?3)",
    )
      .bind(other, LEA_LINK, NOW)
      .run();
    expect((await pathOf(`contacts/${contact}`)).steps).toEqual([]);
    expect(problemOf(await api("GET", `/contacts/${id("con", 999)}/path`)).code).toBe("not_found");
    expect(problemOf(await api("GET", `/orders/${id("ord", 999)}/path`)).code).toBe("not_found");
  });
});
