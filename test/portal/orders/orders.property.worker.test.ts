import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import Papa from "papaparse";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { settleConversions } from "../../../src/books/conversion/settle-run.ts";
import { settleOrders } from "../../../src/books/ledger/settle-run.ts";
import { missesOf } from "../../../src/portal/orders/ask.ts";
import { campaignsOf } from "../../../src/portal/frame/load-campaigns.ts";
import { answerFor } from "../../../src/portal/orders/load-asked.ts";
import { type Guest, readBrought } from "../../../src/portal/orders/load-brought.ts";
import { portalLinkWithUrl } from "../../../src/portal/access/schema.ts";
import { openDatabase } from "../../../src/ground/db/client.ts";
import type { Deps } from "../../../src/ground/deps.ts";
import type { AttributionSettings } from "../../../src/ground/model/attribution.ts";
import { insertCodes } from "../../../src/programme/code/store.ts";
import { putCall } from "../../calls/call-rows.ts";
import { earned, putConversion, shareOf } from "../../conversions/conversion-fixtures.ts";
import { define } from "../../conversions/definition-fixtures.ts";
import { api, bodyOf } from "../../ground/api.ts";
import { lockTo, step } from "../../books/payout-fixtures.ts";
import { decimalOf } from "../../../src/ground/language/formats.ts";
import {
  CAMPAIGN,
  id,
  insertCampaign,
  insertPlan,
  NOW,
  PLAN,
  setMembers,
  STORE,
} from "../../programme/generation-fixtures.ts";
import { expectUntilSeen, histories } from "../../property-runs.ts";
import {
  claimed,
  clickOn,
  confirmed,
  DAY,
  insertShop,
  LEA,
  LEA_LINK,
  POLICY,
  putLink,
  record,
  recordDeps,
  ZOE,
  ZOE_LINK,
} from "../../sales/order-fixtures.ts";
import { emptyStorage } from "../../storage.ts";
import { look } from "../portal-fixtures.ts";
import { visit } from "../../edge/visit.ts";

/** A campaign of both that hides what they brought, and what belongs to it. */
const [DARK, DARK_PLAN, DARK_LINK] = [id("cmp", 2), id("pln", 2), id("lnk", 903)];
const SECRET = "SECRET-WORD";

/** What of each creator the other may never see: name, code, link, campaigns of their own, what was said to admins. */
const MARKS = { [LEA]: ["Lea", "LEA10", LEA_LINK, LEA], [ZOE]: ["Zoe", "ZOE10", ZOE_LINK, ZOE] };

interface Model {
  now: number;
  /** Amount by the shop's number of the order, minor units; no two alike. */
  orders: Map<string, number>;
  policy: AttributionSettings;
  paths: Record<string, string>;
  drafts: string[];
}

type Step = (model: Model) => Promise<void>;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
});

afterEach(() => {
  vi.useRealTimers();
});

const who = fc.constantFrom(LEA, ZOE);
const which = fc.integer({ min: 0, max: 6 });

function orderAt({ orders }: Model, index: number): [number: string, totalMinor: number] | undefined {
  return [...orders][index];
}

async function settle({ now }: Model): Promise<void> {
  vi.setSystemTime(now);
  await settleOrders(env, now);
  await settleConversions(env, now);
}

/** An order that names some of what both have, by a server or by browsers that may contradict each other. */
const placed: fc.Arbitrary<Step> = fc
  .record({
    trusts: fc.array(fc.constantFrom("confirmed", "claimed"), { minLength: 1, maxLength: 2 }),
    names: fc.array(fc.constantFrom("LEA10", "ZOE10", LEA_LINK, ZOE_LINK, DARK_LINK), { maxLength: 3 }),
    daysBefore: fc.constantFrom(0, 1, 20, 29, 35),
  })
  .map(({ trusts, names, daysBefore }) => async (model) => {
    const number = `B-${7_000_000 + model.orders.size * 1013}`;
    const totalMinor = 10_000_000 + model.orders.size * 131_071;
    model.orders.set(number, totalMinor);
    const pieces = trusts.map((trust, index) => {
      const own = names.filter((_name, place) => trusts.length === 1 || place % 2 === index);
      const data = {
        currency: "EUR",
        totalMinor,
        ...(trust === "confirmed" && { status: "paid" as const, placedAt: model.now }),
        codes: own.filter((name) => name.endsWith("10")),
        clicks: own
          .filter((name) => name.startsWith("lnk_"))
          .map((link, place) => clickOn(link, model.now - daysBefore * DAY - place * 60_000)),
      };
      return (trust === "confirmed" ? confirmed : claimed)(data, { externalId: number, receivedAt: model.now });
    });
    await record(pieces, model.policy, recordDeps(env.DB, model.now));
  });

const changed: fc.Arbitrary<Step> = fc
  .tuple(which, fc.constantFrom(0, 3, 10), fc.boolean())
  .map(([index, tenths, isCancelled]) => async (model) => {
    const [number, totalMinor] = orderAt(model, index) ?? [];
    if (number === undefined || totalMinor === undefined) return;
    const refundedMinor = Math.floor((totalMinor * tenths) / 10);
    const data = { currency: "EUR", totalMinor, refundedMinor, status: isCancelled ? "cancelled" : "paid" } as const;
    model.now += 1000;
    const piece = confirmed(data, { externalId: number, receivedAt: model.now });
    await record([piece], model.policy, recordDeps(env.DB, model.now));
  });

/** A decision by hand, where it is allowed. */
const decided: fc.Arbitrary<Step> = fc
  .tuple(which, fc.constantFrom("approve", "decline", "dispute", "lea", "zoe", "nobody"))
  .map(([index, what]) => async (model) => {
    const [number] = orderAt(model, index) ?? [];
    if (number === undefined) return;
    const order = await env.DB.prepare("SELECT id FROM orders WHERE external_id = ?1").bind(number).first<string>("id");
    const reason = `${SECRET} Zoe or Lea`;
    vi.setSystemTime(model.now);
    if (what === "approve" || what === "decline" || what === "dispute") {
      await api("POST", `/orders/${order}/${what}`, { reason });
      return;
    }
    const creatorId = what === "nobody" ? null : what === "lea" ? LEA : ZOE;
    const owner = creatorId === null ? { creatorId } : { creatorId, campaignId: CAMPAIGN };
    await api("POST", `/orders/${order}/attribute`, { ...owner, reason });
  });

const waited: fc.Arbitrary<Step> = fc.constantFrom(1, 10, 40).map((days) => async (model) => {
  model.now += days * DAY;
  await settle(model);
});

/** The books are closed, and those owed are paid, or are to be. */
const paid: fc.Arbitrary<Step> = fc
  .constantFrom("pay", "pay", "keep", "reverse", "lock")
  .map((then) => async (model) => {
    await settle(model);
    vi.setSystemTime(model.now);
    const { results } = await env.DB.prepare("SELECT max(to_at) AS at FROM periods").all<{ at: number | null }>();
    if ((results[0]?.at ?? 0) < model.now) await lockTo(model.now);
    model.now += 1000;
    vi.setSystemTime(model.now);
    if (then === "lock" || model.drafts.length > 0) return;
    const answer = await api("POST", "/payouts", { storeId: STORE });
    if (answer.status !== 201) return;
    const { id: run } = answer.body as { id: string };
    if (then === "keep") model.drafts.push(run);
    else await step(run, "pay");
    if (then === "reverse") await step(run, "reverse");
  });

const conversion: fc.Arbitrary<Step> = fc
  .tuple(who, fc.boolean(), fc.constantFrom(CAMPAIGN, DARK), fc.constantFrom("confirmed", "claimed"))
  .map(([creatorId, isSplit, campaignId, trust]) => async (model) => {
    const definition = await env.DB.prepare("SELECT id FROM conversion_definitions").first<string>("id");
    const weight = { numerator: 1, denominator: isSplit ? 2 : 1 };
    const planId = campaignId === DARK ? DARK_PLAN : PLAN;
    const creators = isSplit ? [creatorId, creatorId === LEA ? ZOE : LEA] : [creatorId];
    await putConversion({
      definitionId: definition ?? "",
      time: model.now,
      trust,
      dueAt: trust === "claimed" ? null : model.now + 5 * DAY,
      shares: creators.map((each) => shareOf({ creatorId: each, campaignId, planId, weight })),
      earns: creators.map((each, index) => earned({ creatorId: each, planId, amountMinor: 777_001 + 2 * index })),
    });
  });

const called: fc.Arbitrary<Step> = fc
  .tuple(who, fc.constantFrom(CAMPAIGN, DARK), fc.boolean())
  .map(([creatorId, campaignId, qualified]) => async (model) => {
    await putCall({
      creatorId,
      campaignId,
      qualified,
      startedAt: model.now,
      number: "+33612345642",
      channel: "creator",
    });
  });

const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: placed },
  { weight: 2, arbitrary: changed },
  { weight: 3, arbitrary: decided },
  { weight: 2, arbitrary: waited },
  { weight: 2, arbitrary: paid },
  { weight: 1, arbitrary: conversion },
  { weight: 1, arbitrary: called },
);

async function begin(model: AttributionSettings["model"]): Promise<Model> {
  await emptyStorage();
  vi.setSystemTime(NOW);
  await insertShop();
  await env.DB.prepare("UPDATE campaigns SET creators_see_performance = 1").run();
  await insertPlan({ id: DARK_PLAN });
  await insertCampaign({ id: DARK, name: "Dark", planId: DARK_PLAN });
  await setMembers([LEA, ZOE], "approved", DARK).run();
  await putLink({ id: DARK_LINK, creatorId: LEA, campaignId: DARK, planId: DARK_PLAN });
  const code = {
    storeId: STORE,
    planId: DARK_PLAN,
    campaignId: DARK,
    state: "active",
    origin: "generated",
    createdAt: 0,
    updatedAt: 0,
  } as const;
  await env.DB.batch(insertCodes({ d1: env.DB }, [{ ...code, id: id("cod", 3), creatorId: ZOE, text: "ZOEDARK" }]));
  await define({ storeId: STORE, name: "Sign-up" });
  const paths: Record<string, string> = {};
  for (const creator of [LEA, ZOE]) {
    const body = { expiresInDays: null };
    const { url } = bodyOf(portalLinkWithUrl, await api("POST", `/creators/${creator}/portal-links`, body));
    paths[creator] = new URL(url).pathname;
  }
  return { now: NOW, orders: new Map(), policy: { ...POLICY, model }, paths, drafts: [] };
}

const deps = () => ({ d1: env.DB, db: openDatabase(env.DB), env }) as unknown as Deps;

async function guestOf(creatorId: string, now: number): Promise<Guest> {
  const guest = { creatorId, tokenId: "", name: "" } as Guest["guest"];
  return { guest, campaigns: await campaignsOf(deps(), creatorId, now), now };
}

const ALL = { kind: null, state: null, campaign: null };

/** All that somebody is shown, page by page, as rows and as what they read. */
async function shownTo(creatorId: string, { now, paths }: Model) {
  const guest = await guestOf(creatorId, now);
  const { rows, next } = await readBrought(deps(), guest, ALL, null, { limit: 500, windows: 1 });
  expect(next).toBeNull();
  const path = `${paths[creatorId]}/orders`;
  let read = "";
  let query: string | undefined = "";
  while (query !== undefined) {
    const { text }: { text: string } = await look(`${path}${query}`);
    expect(new TextEncoder().encode(text).length).toBeLessThan(30_000);
    read += /<main>.*<\/main>/s.exec(text)?.[0];
    query = /orders(\?after=[^"]*)">/.exec(text)?.[1];
  }
  const csv = await (await visit(`${path}/list.csv`, { "Accept-Language": "en" })).text();
  const lines = Papa.parse<Record<string, string>>(csv, { header: true, skipEmptyLines: true }).data;
  return { guest, rows, read, csv, lines };
}

interface Booked {
  id: string;
  currency: string;
  minor: number;
}

/**
 * What the ledger has for somebody, one row a thing and currency, but for what is of the hidden campaign: by whose it is
 * now, or else by the plan that it was booked under.
 */
async function bookedFor(creatorId: string): Promise<Booked[]> {
  const { results } = await env.DB.prepare(
    `SELECT coalesce(l.order_id, l.conversion_id) AS id, l.currency, sum(l.amount_minor) AS minor,
       (SELECT s.value ->> 'campaignId' FROM json_each(coalesce(o.shares, v.shares)) s
        WHERE s.value ->> 'creatorId' = ?1) AS campaignId, max(l.plan_id) AS planId
     FROM ledger l LEFT JOIN orders o ON o.id = l.order_id LEFT JOIN conversions v ON v.id = l.conversion_id
     WHERE l.creator_id = ?1 AND l.type NOT IN ('bonus', 'payout') GROUP BY 1, 2 ORDER BY 1`,
  )
    .bind(creatorId)
    .all<Booked & { campaignId: string | null; planId: string | null }>();
  return results.filter(({ campaignId, planId }) => (campaignId === null ? planId !== DARK_PLAN : campaignId !== DARK));
}

/** What is pending of orders, by their ids. */
async function pendingFor(creatorId: string): Promise<Map<string, number | null>> {
  const { results } = await env.DB.prepare(
    `SELECT m.order_id AS id, m.amount_minor AS minor FROM order_commissions m JOIN orders o ON o.id = m.order_id
     WHERE m.creator_id = ?1 AND o.status = 'pending' AND m.plan_id = (SELECT plan_id FROM campaigns WHERE id = ?2)
     UNION ALL SELECT m.conversion_id, m.amount_minor FROM conversion_commissions m
     JOIN conversions c ON c.id = m.conversion_id AND c.commission = 'pending' CROSS JOIN json_each(c.shares) s
     WHERE m.creator_id = ?1 AND s.value ->> 'creatorId' = ?1 AND s.value ->> 'campaignId' = ?2`,
  )
    .bind(creatorId, CAMPAIGN)
    .all<{ id: string; minor: number | null }>();
  return new Map(results.map(({ id, minor }) => [id, minor]));
}

async function check(model: Model, seen: Set<string>): Promise<void> {
  await settle(model);
  for (const [mine, other] of [
    [LEA, ZOE],
    [ZOE, LEA],
  ] as const) {
    const { guest, rows, read, csv, lines } = await shownTo(mine, model);
    for (const { standing } of rows) for (const { code } of standing.reasons) seen.add(code);

    // The list is the ledger, and what is pending.
    const byId = new Map(rows.map((row) => [row.id, row]));
    const booked = Map.groupBy(await bookedFor(mine), (row) => row.id);
    for (const [thing, sums] of booked) {
      const wanted = sums.filter(({ minor }) => minor !== 0).map(({ currency, minor }) => ({ currency, minor }));
      const { amounts = [] } = byId.get(thing)?.standing ?? {};
      expect(
        amounts.filter(({ minor }) => minor !== 0),
        thing,
      ).toEqual(wanted);
    }
    const pending = await pendingFor(mine);
    for (const [thing, minor] of pending) {
      const { state, amounts } = byId.get(thing)?.standing ?? {};
      expect([state, amounts?.[0]?.minor ?? null], thing).toEqual(["waiting", minor]);
    }
    for (const { id: thing, standing } of rows) {
      if (booked.has(thing) || pending.has(thing)) continue;
      // Of what is disputed it may stand there what it would earn; nothing else comes from anywhere.
      if (!standing.reasons.some(({ code }) => code === "disputed")) {
        expect(
          standing.amounts.filter(({ minor }) => minor !== 0),
          `${thing} ${JSON.stringify(standing)}`,
        ).toEqual([]);
      }
    }

    // The file is the list, and nothing is in either that is another's.
    const amounts = rows.flatMap(({ standing }) => standing.amounts);
    expect(lines.map((line) => line["commission"]).filter((text) => text !== "")).toEqual(
      amounts.map(({ minor, currency }) => decimalOf(minor, currency)),
    );
    expect(read.match(/<li><h3>/g)?.length ?? 0).toBe(rows.length);
    const answers: unknown[] = [];
    const nothing = JSON.stringify(await answerFor(deps(), guest, "B-0"));
    for (const [number, totalMinor] of model.orders) {
      const answer = await answerFor(deps(), guest, number);
      answers.push(
        answer,
        answer.flatMap((one) => (one.is === "missed" ? missesOf(one.order) : [])),
      );
      const [order] = (
        await env.DB.prepare("SELECT explanation, shares, status FROM orders WHERE external_id = ?1").bind(number).all()
      ).results;
      const evidence = JSON.stringify([order?.["explanation"], order?.["shares"]]).includes(mine);
      const hasBooked = answer.some((one) => one.is === "yours" && booked.has(one.order.id));
      if (!evidence && !hasBooked) expect(JSON.stringify(answer)).toBe(nothing);
      seen.add(answer[0]?.is ?? "nothing");
      if (evidence) continue;
      for (const text of [read, csv]) {
        expect(text).not.toContain(decimalOf(totalMinor, "EUR"));
      }
    }
    for (const text of [read, csv, JSON.stringify(answers)]) {
      for (const mark of [...(MARKS[other] ?? []), SECRET, "Dark", "ZOEDARK", DARK_LINK, DARK, "B-7"]) {
        expect(text).not.toContain(mark);
      }
    }
  }
}

const WANTED = ["held", "confirming", "refused", "contested", "paidOn", "yours", "missed", "nothing"];

it("B2: what a creator sees is the books, and nothing of another's", { timeout: 300_000 }, async () => {
  const seen = new Set<string>();
  await expectUntilSeen(
    fc.asyncProperty(
      fc.constantFrom("last_click", "split", "code_wins"),
      fc.tuple(placed, placed, waited, paid, fc.array(steps, { minLength: 8, maxLength: 18 })),
      async (model, [...history]) => {
        const state = await begin(model);
        for (const step of history.flat()) await step(state);
        await check(state, seen);
      },
    ),
    histories(3),
    () => WANTED.filter((code) => !seen.has(code)),
  );
});
