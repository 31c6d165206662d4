import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CartEvent, ConsentState, LoggedEvent } from "../../../src/ground/model/visit.ts";
import { addWaitingSums } from "../../../src/visits/log/add-run.ts";
import { mergedCart } from "../../../src/visits/cart/fold.ts";
import { readLogRows } from "../../../src/visits/log/read-store.ts";
import { recordVisits } from "../../../src/visits/log/record-run.ts";
import type { TakenEvent, TakenFacts, TakenRequest, TakenVisit, VisitMessage } from "../../../src/visits/take/taken.ts";
import { createStore } from "../../programme/fixtures.ts";
import { histories } from "../../property-runs.ts";
import { insertPlan } from "../take-fixtures.ts";

/** A little before a day ends in UTC, so that its days are those of no zone alone. */
const BEGIN = Date.UTC(2026, 10, 29, 23, 20);
const NOW = BEGIN + 2 * 3_600_000;
const NONE = { referrer: null, utmSource: null, utmMedium: null, utmCampaign: null, adIds: [], linkId: null };

/** What happened once, however often it is told. */
interface Happened {
  time: number;
  store: number;
  consent: ConsentState;
  visitor: number;
  pageOfVisit: number;
  path: string;
  /** Whether consent is granted on it later; of a page alone. */
  isGrantedLater: boolean;
  /** Whether what was told of it before that never came. */
  isLost: boolean;
  facts: TakenFacts;
}

/** One request that tells of it: the place of what happened, and how late it comes, ms. */
interface Telling {
  place: number;
  late: number;
  /** It is told again with the consent that was granted on it. */
  isAgain: boolean;
}

const facts = fc.oneof(
  fc.constant<TakenFacts>({ type: "page" }),
  fc
    .record({ ms: fc.nat(60_000), scroll: fc.nat(100), n: fc.integer({ min: 1, max: 3 }) })
    .map((engaged): TakenFacts => ({ type: "engage", ...engaged })),
  fc.constantFrom<TakenFacts>(
    { type: "click", rule: "buy" },
    { type: "form", rule: "contact" },
    { type: "download", rule: "guide", file: "care.pdf" },
    { type: "step", step: "payment", cartKey: "cart_1" },
    { type: "click", rule: "nobody's" },
    { type: "banner", state: "shown" },
    { type: "bought", cartKey: "cart_1", orderId: "1" },
    { type: "zones", band: "wide", isFirst: true, outline: null, counts: zones({ "1:1": 2 }) },
    { type: "zones", band: "wide", isFirst: true, outline: null, counts: zones({ "1:1": 1, f2: 1 }) },
  ),
  fc.nat(3).map((n): TakenFacts => ({
    type: "cart",
    cartKey: `cart_${n % 2}`,
    currency: "EUR",
    valueMinor: n * 100,
    items: n,
  })),
);

function zones(cells: Record<string, number>) {
  return { cells, elements: {}, scroll: {}, rage: {} };
}

const happened: fc.Arbitrary<Happened> = fc
  .record({
    time: fc.nat(3_600_000).map((ms) => BEGIN + ms),
    store: fc.nat(1),
    consent: fc.constantFrom<ConsentState>("granted", "granted", "denied", "unknown"),
    visitor: fc.nat(4),
    pageOfVisit: fc.integer({ min: 1, max: 3 }),
    path: fc.constantFrom("/", "/products/tea", "/products/pot", "/about/"),
    isGrantedLater: fc.boolean(),
    isLost: fc.boolean(),
    facts,
  })
  .map((one) => ({
    ...one,
    isGrantedLater: one.isGrantedLater && one.facts.type === "page" && one.consent !== "granted",
  }));

/** What happened, and how it is told: in messages, which are written in groups, some of them again and some at once. */
const history = fc.array(happened, { minLength: 1, maxLength: 40 }).chain((all) =>
  fc.record({
    all: fc.constant(all),
    tellings: fc
      .array(fc.record({ place: fc.nat(all.length - 1), late: fc.nat(3_000_000), isAgain: fc.boolean() }), {
        maxLength: 20,
      })
      .map((more): Telling[] => [
        ...all.flatMap(({ isGrantedLater, isLost }, place) =>
          isGrantedLater && isLost ? [] : [{ place, late: 0, isAgain: false }],
        ),
        ...all.flatMap(({ isGrantedLater }, place) => (isGrantedLater ? [{ place, late: 20_000, isAgain: true }] : [])),
        ...more.map((one) => ({
          ...one,
          isAgain: all[one.place]?.isGrantedLater === true && (one.isAgain || all[one.place]?.isLost === true),
        })),
      ])
      .chain((tellings) => fc.shuffledSubarray(tellings, { minLength: tellings.length })),
    sizes: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 60, maxLength: 60 }),
    deliveries: fc.array(fc.record({ first: fc.nat(20), count: fc.integer({ min: 1, max: 6 }), fails: fc.nat(4) }), {
      maxLength: 8,
    }),
  }),
);

/** A database that says of every so-manieth write that it failed, before it was done or after. */
function failing(fails: number): D1Database {
  return new Proxy(env.DB, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (name === "batch" && fails > 0) {
        return async (statements: D1PreparedStatement[]) => {
          const done = fails > 1 || statements.length < 3 ? await target.batch(statements) : null;
          if (done !== null && statements.length < 3) return done;
          throw new Error("Network connection lost");
        };
      }
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

describe("what pages told", () => {
  it("DIO-1, DIO-13, DIX-2: is counted once, whatever its way", async () => {
    const stores = [
      await createStore({ timezone: "Asia/Kolkata" }),
      await createStore({ timezone: "America/New_York" }),
    ];
    const ids = stores.map(({ id }) => id);
    for (const id of ids) await insertPlan(id);
    await fc.assert(
      fc.asyncProperty(history, async ({ all, tellings, sizes, deliveries }) => {
        await emptied();
        const messages = messagesOf(all, tellings, sizes, ids);
        const groups = deliveries.map(({ first, count, fails }) => ({
          fails,
          some: Array.from({ length: count }, (_none, at) => messages[(first + at) % messages.length]),
        }));
        // Several consumers at once, of which some are told that they failed; at last everything comes again.
        const writing = groups.map(({ some, fails }) =>
          recordVisits(failing(fails), some as VisitMessage[], NOW).catch(() => {}),
        );
        // Sums are added meanwhile, also by two at once, and as if it failed.
        const adding = [env.DB, env.DB, failing(1), failing(2)].map((d1) => addWaitingSums(d1).catch(() => {}));
        await Promise.all([...writing, ...adding]);
        for (const message of messages.toReversed()) await recordVisits(env.DB, [message], NOW);
        await Promise.all([addWaitingSums(env.DB), addWaitingSums(env.DB)]);
        const atLast = all.map((one): Happened => (one.isGrantedLater ? { ...one, consent: "granted" } : one));
        expect(await counted()).toEqual(recount(atLast, tellings.length, ids));
        expect((await logged(ids)).toSorted(byText)).toEqual(expectedLog(atLast, ids).toSorted(byText));
        expect(await carts()).toEqual(expectedCarts(atLast, ids));
      }),
      { numRuns: histories(5), endOnFailure: true },
    );
  });
});

function messagesOf(
  all: readonly Happened[],
  tellings: readonly Telling[],
  sizes: readonly number[],
  ids: readonly string[],
): VisitMessage[] {
  const requests = tellings.map((telling) => requestOf(all[telling.place] as Happened, telling, ids));
  const messages: VisitMessage[] = [];
  for (const size of sizes) {
    if (requests.length > 0) messages.push({ id: `message-${messages.length}`, requests: requests.splice(0, size) });
  }
  if (requests.length > 0) messages.push({ id: "rest", requests });
  return messages;
}

function requestOf(one: Happened, { place, late, isAgain }: Telling, ids: readonly string[]): TakenRequest {
  const { time, store, facts: what, path } = one;
  const consent = isAgain ? "granted" : one.consent;
  const isGranted = consent === "granted";
  const visits: TakenVisit[] = isGranted ? [visitIn(one)] : [];
  const told: TakenEvent = {
    seen: `event-${String(place).padStart(5, "0")}`,
    plan: 1,
    age: late,
    consent,
    path,
    visit: isGranted ? 0 : null,
    ...what,
    ...(what.type === "page" &&
      one.consent !== "granted" && {
        again: `again-${String(place).padStart(5, "0")}`,
        mark: `markd-${String(place).padStart(5, "0")}`,
      }),
    ...(what.type === "page" && one.consent !== "granted" && one.pageOfVisit === 1 && { entry: NONE }),
    ...(isAgain && { was: one.consent }),
  };
  const isTaken = isGranted || !["engage", "cart", "bought", "zones"].includes(what.type);
  const type = what.type === "bought" ? "cart" : what.type;
  return {
    storeId: ids[store] ?? "",
    receivedAt: time + late,
    country: "DE",
    device: "mobile",
    visits,
    events: isTaken ? [told] : [],
    untaken: isTaken ? [] : [{ type, rule: "", outcome: "no_consent", count: 1 }],
  };
}

function visitIn({ visitor, pageOfVisit }: Happened): TakenVisit {
  const before = pageOfVisit === 1 ? null : "/about";
  return { visitorHash: `hash-${visitor}`, id: "visit", page: pageOfVisit, landing: "/", before, origin: NONE };
}

function pageOf(path: string): string {
  return path === "/about/" ? "/about" : path.replace(/^\/products\/.*/, "/products/:name");
}

/** Sums by local day, as a plain reading of what happened has them. */
function recount(all: readonly Happened[], told: number, ids: readonly string[]): Record<string, number> {
  const sums: Record<string, number> = {};
  const add = (key: string, by = 1): void => {
    if (by !== 0) sums[key] = (sums[key] ?? 0) + by;
  };
  const visitors = new Set<string>();
  for (const one of all) {
    const { store, consent, visitor, pageOfVisit, path, facts: what } = one;
    const isGranted = consent === "granted";
    const needsConsent = ["engage", "cart", "bought", "zones"].includes(what.type);
    if ((needsConsent && !isGranted) || ("rule" in what && what.rule === "nobody's")) continue;
    const day = dayIn(one);
    const at = `${ids[store]} ${day} ${consent}`;
    const pages = [pageOf(path), ""];
    if (isGranted && what.type !== "banner" && what.type !== "zones") visitors.add(`${at} visitors \n${visitor}`);
    if (what.type === "page") {
      for (const page of pages) {
        add(`${at} views ${page}`);
        if (pageOfVisit === 1) add(`${at} entries ${page}`);
      }
      if (isGranted && pageOfVisit > 1) for (const page of ["/about", ""]) add(`${at} nexts ${page}`);
      if (isGranted || pageOfVisit === 1) add(`${at} visit views`);
      if (pageOfVisit === 1) add(`${at} visits`);
    } else if (what.type === "engage") {
      for (const page of pages) add(`${at} engaged ${page}`, what.ms);
    } else if (what.type === "zones") {
      add(`${ids[store]} ${day} heat ${pageOf(path)} 1:1`, what.counts.cells["1:1"]);
    } else if (what.type !== "cart" && what.type !== "bought") {
      add(`${at} ${what.type} ${pageOf(path)}`);
    }
  }
  for (const key of visitors) add(key.split("\n", 1)[0] ?? "");
  return { ...sums, told };
}

function dayIn({ time, store }: Happened): string {
  const timeZone = store === 0 ? "Asia/Kolkata" : "America/New_York";
  return new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short" }).format(time);
}

/** The same out of the tables. */
async function counted(): Promise<Record<string, number>> {
  const sums: Record<string, number> = {};
  const read = async (sql: string): Promise<void> => {
    const { results } = await env.DB.prepare(sql).all<{ key: string; n: number | null }>();
    for (const { key, n } of results) if (n !== null && n !== 0) sums[key] = n;
  };
  const at = "store_id || ' ' || substr(span, 1, 10) || ' ' || consent";
  for (const [name, column] of [
    ["views", "views"],
    ["entries", "entries"],
    ["nexts", "nexts"],
    ["engaged", "engaged_ms"],
  ]) {
    await read(`SELECT ${at} || ' ${name} ' || page AS key, sum(${column}) AS n FROM page_sums GROUP BY 1`);
  }
  await read(`SELECT ${at} || ' visitors ' AS key, sum(visitors) AS n FROM page_sums GROUP BY 1`);
  await read(`SELECT ${at} || ' visit views' AS key, sum(views) AS n FROM visit_sums GROUP BY 1`);
  await read(`SELECT ${at} || ' visits' AS key, sum(visits) AS n FROM visit_sums GROUP BY 1`);
  await read(`SELECT ${at} || ' ' || kind || ' ' || page AS key, sum(count) AS n FROM behaviour_sums GROUP BY 1`);
  await read(`SELECT store_id || ' ' || day || ' heat ' || page || ' 1:1' AS key,
    json_extract(counts, '$.cells."1:1"') AS n FROM heat_days`);
  // All that was told is valid, or it is said why not.
  await read("SELECT 'told' AS key, sum(count) AS n FROM visit_quality");
  return sums;
}

async function logged(ids: readonly string[]): Promise<unknown[]> {
  const all: unknown[] = [];
  for (const storeId of ids) {
    for await (const rows of readLogRows(env.DB, { storeId, from: 0, to: Infinity })) {
      all.push(...rows.flatMap(({ events }) => events).map((event) => brief(storeId, event)));
    }
  }
  return all;
}

function brief(storeId: string, { time, type, visitorHash, page, engagedMs }: LoggedEvent): unknown[] {
  return [storeId, time, type, visitorHash, page, engagedMs];
}

function expectedLog(all: readonly Happened[], ids: readonly string[]): unknown[] {
  return all.flatMap(({ time, store, consent, visitor, path, facts: what }) => {
    const isLogged = consent === "granted" && what.type !== "banner" && what.type !== "zones";
    if (!isLogged || ("rule" in what && what.rule === "nobody's")) return [];
    const type = what.type === "bought" ? "cart" : what.type;
    const engagedMs = what.type === "engage" ? what.ms : 0;
    return [[ids[store], time, type, `hash-${visitor}`, pageOf(path), engagedMs]];
  });
}

async function carts(): Promise<Record<string, unknown>> {
  const { results } = await env.DB.prepare(
    `SELECT store_id || ' ' || cart_key AS key, events, first_at, last_at, items, step, order_external_id FROM carts`,
  ).all<{ key: string; events: string }>();
  return Object.fromEntries(
    results.map(({ key, events, ...rest }) => [key, { events: JSON.parse(events) as unknown, ...rest }]),
  );
}

function expectedCarts(all: readonly Happened[], ids: readonly string[]): Record<string, unknown> {
  const events = new Map<string, CartEvent[]>();
  for (const { time, store, consent, facts: what } of all) {
    if (consent !== "granted" || !("cartKey" in what) || what.cartKey === null) continue;
    const key = `${ids[store]} ${what.cartKey}`;
    events.set(key, [...(events.get(key) ?? []), cartEvent(what, time)]);
  }
  return Object.fromEntries(
    [...events].map(([key, of]) => {
      const told = of.map((event) => ({ event, visitorHash: "", source: "" }));
      const cart = mergedCart({ storeId: "", cartKey: "" }, null, told);
      const times = of.map(({ time }) => time);
      return [
        key,
        {
          events: cart?.events,
          first_at: Math.min(...times),
          last_at: Math.max(...times),
          items: cart?.items,
          step: cart?.step,
          order_external_id: cart?.orderExternalId,
        },
      ];
    }),
  );
}

function cartEvent(what: TakenFacts, time: number): CartEvent {
  if (what.type === "step") return { kind: "step", time, step: what.step };
  if (what.type === "bought") return { kind: "bought", time, orderId: what.orderId };
  if (what.type !== "cart") throw new TypeError(`no cart: ${what.type}`);
  return { kind: "cart", time, items: what.items, valueMinor: what.valueMinor, currency: what.currency };
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

async function emptied(): Promise<void> {
  const tables = [
    "visit_writes",
    "visit_sums_waiting",
    "visit_log",
    "visitor_days",
    "page_sums",
    "visit_sums",
    "behaviour_sums",
    "visit_quality",
    "heat_days",
    "page_outlines",
    "carts",
  ];
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
}
