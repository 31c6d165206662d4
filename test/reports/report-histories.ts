import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { expect } from "vitest";
import type { Share } from "../../src/ground/model/attribution.ts";
import { insertCodes } from "../../src/programme/code/store.ts";
import { forgetLogs } from "../../src/clicks/log/logs-store.ts";
import { setDirection } from "../../src/clicks/pack/store.ts";
import { packClicks } from "../../src/clicks/pack/run.ts";
import { readConfig } from "../../src/ground/config.ts";
import type { Deps } from "../../src/ground/deps.ts";
import { type Numbers, sumNumbers } from "../../src/portal/overview/numbers.ts";
import { readNumbers } from "../../src/portal/overview/load-numbers.ts";
import type { Period } from "../../src/reports/report/count.ts";
import { DIMENSIONS } from "../../src/reports/report/dimension.ts";
import { DAY_MS, type DaySpan, daysOf, HOUR_MS, reportSpan, spanBefore } from "../../src/ground/time/range.ts";
import { readPage } from "../../src/reports/report/load-pages.ts";
import { wholeStatement } from "../../src/reports/report/load-whole.ts";
import type { ComparedNumbers, ReportNumbers, ReportPage, ReportRow } from "../../src/reports/report/rows.ts";
import { SORT_FIELDS } from "../../src/reports/report/sort.ts";
import type { PageQuery } from "../../src/reports/report/page-statement.ts";
import { askRebuild } from "../../src/journal/due/write-rebuild.ts";
import { rollUpOrders } from "../../src/reports/rollup/orders-run.ts";
import { closeDays } from "../../src/reports/rollup/months-run.ts";
import { rebuildRollups } from "../../src/reports/rollup/rebuild-run.ts";
import { rollUpClicks } from "../../src/reports/rollup/run.ts";
import { readSummary } from "../../src/reports/summary/load-summary.ts";
import { clickMessage } from "../clicks/click-message.ts";
import { bindClickDatabases, logDatabases, unbindClickDatabases } from "../clicks/databases-fixtures.ts";
import { ingestAll, wipeLog } from "../clicks/log-fixtures.ts";
import { insertLink } from "../links/link-fixtures.ts";
import { expectUntilSeen } from "../property-runs.ts";
import {
  id,
  insertCampaign,
  insertCreators,
  insertPlan,
  insertStore,
  setMembers,
} from "../programme/generation-fixtures.ts";
import { recountTotals, totals } from "./rollup-fixtures.ts";
import { itemsOf, recount, type Recounted, usualCurrency } from "./report-recount.ts";

/** Europe's clocks change at 01:00 UTC of this day, America's a week later. */
const CHANGE = Date.UTC(2026, 9, 25);
const ZONES = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC"];
const CREATORS = [id("crt", 1), id("crt", 2)];
const STORES = [id("str", 1), id("str", 2)];
/** What the stores sell in. */
const STORE_CURRENCIES = ["EUR", "USD"];
const PLANS = [id("pln", 1), id("pln", 2)];
/** The third has the plan of the first, and both creators. */
const CAMPAIGNS = [id("cmp", 1), id("cmp", 2), id("cmp", 3)];
const CAMPAIGN_PLANS = [PLANS[0]!, PLANS[1]!, PLANS[0]!];
/** Who is in each. */
const MEMBERS = [[CREATORS[0]!], [CREATORS[1]!], CREATORS];
const CODES = [id("cod", 1), id("cod", 2)];
const LINKS = [1, 2, 3, 4, 5].map((number) => id("lnk", number));
const ORDERS = [1, 2, 3, 4, 5, 6].map((number) => id("ord", number));

const anyTime = fc.oneof(
  fc.integer({ min: -60, max: 60 }).map((half) => CHANGE + half * 30 * 60_000 + 7 * 60_000),
  fc.integer({ min: -40, max: 40 }).map((days) => CHANGE + days * DAY_MS),
);
const orNone = <Value>(values: readonly Value[]) => fc.constantFrom(...values, null);

/** Days that hold all of these moments. */
const WHOLE: DaySpan = { by: "days", first: "2026-01-01", last: "2027-01-01" };

const anyStep = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("clicks" as const),
      clicks: fc.array(
        fc.record({
          linkId: fc.constantFrom(...LINKS),
          time: anyTime,
          pseudonym: fc.constantFrom("a", "a", "b", null),
          bucket: fc.constantFrom("visit" as const, "visit" as const, "visit" as const, "head" as const),
          country: orNone(["DE", "FR"]),
          referrerHost: orNone(["www.google.com", "www.instagram.com"]),
        }),
        { maxLength: 6 },
      ),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("order" as const),
      order: fc.constantFrom(...ORDERS),
      status: fc.constantFrom(
        "received",
        "received",
        "received",
        "pending",
        "approved",
        "approved",
        "disputed",
        "declined",
        "orphan",
        "test",
      ),
      currency: orNone(["EUR", "EUR", "USD"]),
      totalMinor: fc.integer({ min: 0, max: 999 }),
      refundedMinor: fc.option(fc.integer({ min: 0, max: 99 })),
      country: orNone(["DE", "US"]),
      placedAt: anyTime,
      method: orNone(["click", "code", "call", "manual"] as const),
      owners: fc.uniqueArray(
        fc.record({
          creatorId: fc.constantFrom(...CREATORS),
          campaignId: orNone(CAMPAIGNS),
          planId: orNone(PLANS),
          linkId: orNone(LINKS),
          codeId: orNone(CODES),
        }),
        { selector: ({ creatorId }) => creatorId, maxLength: 2 },
      ),
      touched: fc.nat({ max: 30 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("commission" as const),
      order: fc.constantFrom(...ORDERS),
      creatorId: fc.constantFrom(...CREATORS),
      currency: orNone(["EUR", "USD"]),
      amountMinor: fc.option(fc.integer({ min: 0, max: 99 })),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("use" as const),
      order: fc.constantFrom(...ORDERS),
      code: fc.constantFrom(...CODES),
      time: anyTime,
      country: orNone(["DE"]),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("move" as const),
      link: fc.constantFrom(...LINKS),
      creator: orNone(CREATORS),
      campaign: orNone(CAMPAIGNS),
      plan: orNone(PLANS),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("rollUpClicks" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("rollUpOrders" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("rebuild" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("closeDays" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("pack" as const),
      direction: fc.constantFrom("rows" as const, "packed" as const),
    }),
  },
);
type Step = typeof anyStep extends fc.Arbitrary<infer One> ? One : never;

const anyMoment = fc.oneof(
  fc.integer({ min: -45, max: 45 }).map((days) => new Date(CHANGE + days * DAY_MS).toISOString().slice(0, 10)),
  fc.integer({ min: -45, max: 45 }).map((days) => new Date(CHANGE + days * DAY_MS).toISOString().slice(0, 10)),
  fc.integer({ min: -60, max: 60 }).map((halves) => new Date(CHANGE + halves * 30 * 60_000).toISOString()),
);
const rarely = <Value>(values: readonly Value[]) => fc.option(fc.constantFrom(...values), { freq: 4, nil: undefined });
const seldom = <Value>(values: readonly Value[]) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: rarely(values) });

const anyQuery = fc.record({
  moments: fc.tuple(anyMoment, anyMoment),
  interval: fc.constantFrom("total" as const, "total" as const, "month" as const, "day" as const, "hour" as const),
  filter: fc.record({
    store: seldom(STORES),
    campaign: seldom(CAMPAIGNS),
    creator: seldom(CREATORS),
    plan: seldom(PLANS),
    link: seldom(LINKS),
    code: seldom(CODES),
  }),
  confirmedOnly: fc.boolean(),
  compares: fc.boolean(),
  currency: fc.constantFrom(null, null, "USD", "EUR"),
  sort: fc.record({ by: fc.constantFrom(...SORT_FIELDS), descending: fc.boolean() }),
  limit: fc.integer({ min: 1, max: 4 }),
  /** The report that is also read page by page. */
  paged: fc.constantFrom(...DIMENSIONS),
});

/** A report on all that there is, which is read from the totals. */
const anyWholeQuery = fc.tuple(anyQuery, fc.constantFrom("creators", "campaigns", "plans")).map(([query, paged]) => ({
  ...query,
  moments: [WHOLE.first, WHOLE.last] as [string, string],
  interval: "total" as const,
  filter: {
    store: query.filter.store,
    campaign: undefined,
    creator: undefined,
    plan: undefined,
    link: undefined,
    code: undefined,
  },
  compares: false,
  paged,
}));

const config = readConfig({});
const deps = { env, now: () => CHANGE };
const TABLES =
  "report_totals click_days click_months click_splits click_hours click_days_anew click_hours_anew click_layouts watermarks order_facts order_days order_months order_commissions code_uses orders order_rollups_due links code_texts codes".split(
    " ",
  );

/** How the log is laid out: databases beside the first, and from which day (from the clocks' change) clicks are spread over them. */
const anyLayout = fc.constantFrom(
  { databases: 0, since: 0 },
  { databases: 1, since: -10 },
  { databases: 3, since: -99 },
);

async function open(
  zones: readonly string[],
  { databases, since }: { databases: number; since: number },
): Promise<void> {
  for (const d1 of logDatabases()) await wipeLog(d1);
  unbindClickDatabases();
  await env.DB.batch(TABLES.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
  if (databases > 0) await bindClickDatabases(databases, Math.floor(CHANGE / DAY_MS) + since);
  for (const [index, store] of STORES.entries()) {
    await env.DB.prepare("UPDATE stores SET timezone = ?2 WHERE id = ?1")
      .bind(store, zones[index] ?? "UTC")
      .run();
  }
  const code = { state: "active", origin: "generated", createdAt: 0, updatedAt: 0 } as const;
  await env.DB.batch(
    insertCodes({ d1: env.DB }, [
      {
        ...code,
        id: CODES[0]!,
        storeId: STORES[0]!,
        planId: PLANS[0]!,
        campaignId: CAMPAIGNS[0]!,
        creatorId: CREATORS[0]!,
        text: "ADA10",
      },
      {
        ...code,
        id: CODES[1]!,
        storeId: STORES[1]!,
        planId: PLANS[1]!,
        campaignId: null,
        creatorId: CREATORS[1]!,
        text: "BEN10",
      },
    ]),
  );
  const [one, two, three, four, five] = LINKS;
  const owned = (n: 0 | 1) => ({
    storeId: STORES[n]!,
    creatorId: CREATORS[n]!,
    campaignId: CAMPAIGNS[n]!,
    planId: PLANS[n]!,
  });
  await insertLink({ id: one!, ...owned(0), codeId: CODES[0]! });
  await insertLink({ id: two!, ...owned(1) });
  await insertLink({ id: three!, storeId: STORES[0]! });
  await insertLink({ id: four!, creatorId: CREATORS[0]! });
  await insertLink({ id: five!, ...owned(0), deletedAt: 1 });
}

/** A step after, or before, those of a history; `steps` are all of it. */
async function take(step: Step, number: number, steps: readonly Step[] = []): Promise<void> {
  switch (step.do) {
    case "clicks":
      return ingestAll(
        config,
        step.clicks.map((click, index) =>
          clickMessage({ ...click, id: `clk_${number}_${index}`, reason: click.bucket }),
        ),
        CHANGE,
      );
    case "order": {
      const { owners, touched, ...order } = step;
      const shares = owners.map((owner, index): Share => ({
        ...owner,
        weight: { numerator: 1, denominator: owners.length },
        amountMinor:
          order.currency === null
            ? null
            : Math.floor(order.totalMinor / owners.length) + (index < order.totalMinor % owners.length ? 1 : 0),
      }));
      const touches = owners.flatMap(({ linkId }, index) => {
        if (linkId === null) return [];
        // Of the click that it is, whether it came already or comes later, or never does.
        const clicked = steps[touched];
        const time = clicked?.do === "clicks" ? (clicked.clicks[index]?.time ?? 1) : 1;
        return [{ id: `clk_${touched}_${index}`, kind: "click", time, linkId }];
      });
      await env.DB.prepare(
        `INSERT INTO orders (id, store_id, external_id, status, trust, currency, total_minor, refunded_minor, codes, country,
           test, placed_at, policy, touches, explanation, shares, method, version, created_at, updated_at)
         VALUES (?1, ?2, ?1, ?3, ?11, ?4, ?5, ?6, '[]', ?7, 0, ?8, '{}', ?9, '{}', ?10, ?12, 1, 0, 0)
         ON CONFLICT (id) DO UPDATE SET status = excluded.status, trust = excluded.trust, currency = excluded.currency,
           total_minor = excluded.total_minor, refunded_minor = excluded.refunded_minor, country = excluded.country,
           placed_at = excluded.placed_at, touches = excluded.touches, shares = excluded.shares, method = excluded.method`,
      )
        .bind(
          order.order,
          STORES[ORDERS.indexOf(order.order) % 2] ?? null,
          order.status,
          order.currency,
          order.currency === null ? null : order.totalMinor,
          order.refundedMinor,
          order.country,
          order.placedAt,
          JSON.stringify(touches),
          JSON.stringify(shares),
          order.status === "received" ? "claimed" : "confirmed",
          order.method,
        )
        .run();
      return;
    }
    case "commission":
      await env.DB.prepare(
        `INSERT INTO order_commissions (order_id, creator_id, store_id, placed_at, month, currency, amount_minor,
           sales_minor, uncapped_minor, note, updated_at)
         SELECT id, ?2, store_id, placed_at, '', ?3, ?4, 0, 0, '{}', 0 FROM orders WHERE id = ?1
         ON CONFLICT (order_id, creator_id) DO UPDATE SET currency = excluded.currency, amount_minor = excluded.amount_minor`,
      )
        .bind(step.order, step.creatorId, step.currency, step.amountMinor)
        .run();
      return;
    case "use":
      await env.DB.prepare(
        `INSERT OR REPLACE INTO code_uses (code_id, order_id, text_key, used_at, country, created_at) VALUES (?1, ?2, '', ?3, ?4, 0)`,
      )
        .bind(step.code, step.order, step.time, step.country)
        .run();
      return;
    case "move":
      await env.DB.prepare("UPDATE links SET creator_id = ?2, campaign_id = ?3, plan_id = ?4 WHERE id = ?1")
        .bind(step.link, step.creator, step.campaign, step.plan)
        .run();
      return;
    case "rollUpClicks":
      return void (await rollUpClicks(env, CHANGE));
    case "rollUpOrders":
      return void (await rollUpOrders(env, CHANGE));
    case "rebuild":
      await askRebuild(env.DB, "", "asked", CHANGE).run();
      return rebuildRollups(env, CHANGE);
    case "closeDays":
      return closeDays(env, CHANGE);
    case "pack":
      await setDirection(env.DB, step.direction, CHANGE - HOUR_MS).run();
      await packClicks(env.DB, config, CHANGE);
      return forgetLogs(env);
  }
}

const numbersOf = ({
  key: _key,
  start: _start,
  names: _names,
  value: _value,
  previous: _previous,
  ...own
}: ReportRow) => own;
const nameOf = ({ key, start }: Pick<ReportRow, "key" | "start">): string => `${start} ${key}`;

/** Numbers without what is only claimed, also in other currencies. */
function headlineOf(numbers: ReportNumbers): object {
  const { claimedConversions: _conversions, claimedSalesMinor: _sales, otherCurrencies, ...headline } = numbers;
  const others = otherCurrencies.map(({ claimedConversions: _c, claimedSalesMinor: _s, ...amounts }) => amounts);
  return {
    ...headline,
    others: others.filter(({ currency: _currency, ...amounts }) => Object.values(amounts).some(Boolean)),
  };
}

/** A page without what is only claimed: its rows in their order, but for those that are nothing else, and its total. */
function withoutClaims({ rows, total, currency }: ReportPage): unknown {
  const shown = ({ previous, ...own }: ComparedNumbers) =>
    [own, ...(previous === undefined ? [] : [previous])].map(headlineOf);
  const isSomething = (headline: object): boolean =>
    Object.entries(headline).some(
      ([name, number]) => name !== "currency" && number !== null && number !== 0 && !isEmpty(number),
    );
  return {
    currency,
    total: shown(total),
    rows: rows
      .map(({ key, start, names: _names, value: _value, ...numbers }) => ({ key, start, numbers: shown(numbers) }))
      .filter(({ numbers }) => numbers.some(isSomething)),
  };
}

/** Whether a report is asked for in the order of what is only claimed. */
const isClaimed = ({ sort }: PageQuery): boolean => sort.by.startsWith("claimed");

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

/** Every page, followed from cursor to cursor. */
async function allPages(query: PageQuery): Promise<ReportRow[]> {
  const rows: ReportRow[] = [];
  for (let asked = query; ;) {
    const page = await readPage(deps, asked);
    rows.push(...page.rows);
    if (page.next === null) return rows;
    expect(page.rows).toHaveLength(query.limit);
    asked = { ...asked, after: page.next, currency: page.currency };
  }
}

const SPAN: DaySpan = { by: "days", first: "2026-09-01", last: "2026-12-31" };

/** The same in two halves, of which one is compared with the other. */
const EARLY: DaySpan = { ...SPAN, last: "2026-10-28" };
const LATE: DaySpan = { ...SPAN, first: "2026-10-29" };

/** The creators' own pages say of each campaign, and of all, what the recount says of what belongs to them. */
async function expectPortal(items: Awaited<ReturnType<typeof itemsOf>>): Promise<void> {
  for (const creator of CREATORS) {
    const campaigns = CAMPAIGNS.map((campaignId, index) => ({ id: campaignId, planId: CAMPAIGN_PLANS[index]! }))
      .filter((_campaign, index) => MEMBERS[index]!.includes(creator))
      .toReversed();
    const { rows: days } = await readNumbers(deps as unknown as Deps, creator, campaigns, SPAN);
    const compared = await readNumbers(deps as unknown as Deps, creator, campaigns, LATE, EARLY);
    const own = items.filter(({ of, day }) => of.creator === creator && day >= SPAN.first && day <= SPAN.last);
    const count = (some: typeof items) => ({
      clicks: some.reduce((sum, { counts }) => sum + (counts.clicks ?? 0), 0),
      sales: some.reduce((sum, { claimed, counts }) => sum + (claimed ? 0 : (counts.conversions ?? 0)), 0),
    });
    const shown = (some: readonly Numbers[]) => {
      const { clicks, sales } = sumNumbers(some);
      return { clicks, sales };
    };
    for (const { id: campaign } of campaigns) {
      expect(shown(days.filter(({ campaignIds }) => campaignIds.includes(campaign)))).toEqual(
        count(own.filter((item) => item.campaigns.includes(campaign))),
      );
    }
    const any = own.filter((item) => campaigns.some(({ id: campaign }) => item.campaigns.includes(campaign)));
    expect(shown(days)).toEqual(count(any));
    expect(shown(compared.rows)).toEqual(count(any.filter(({ day }) => day >= LATE.first)));
    expect(shown(compared.before)).toEqual(count(any.filter(({ day }) => day < LATE.first)));
  }
}

/** The summary says of each store and day what the recount says of them. */
async function expectSummary(items: Awaited<ReturnType<typeof itemsOf>>): Promise<void> {
  const span = { from: "2026-10-20", to: "2026-11-03" };
  const summary = await readSummary({ ...deps, d1: env.DB } as unknown as Deps, {
    ...span,
    store: undefined,
    currency: undefined,
    compare: "previous",
  });
  expect(summary.before).toEqual({ from: "2026-10-05", to: "2026-10-19" });
  const count = (from: string, to: string, currency: string | null, store?: string) => {
    const own = items.filter(({ of, day }) => (store === undefined || of.store === store) && day >= from && day <= to);
    const confirmed = own.filter(({ claimed }) => !claimed);
    const money = confirmed.flatMap((item) => item.money).filter((one) => one.currency === currency);
    return {
      clicks: own.reduce((sum, { counts }) => sum + (counts.clicks ?? 0), 0),
      sales: confirmed.reduce((sum, { counts }) => sum + (counts.conversions ?? 0), 0),
      salesMinor: money.reduce((sum, { grossMinor, refundedMinor }) => sum + grossMinor - refundedMinor, 0),
      commissionMinor: money.reduce((sum, { commissionMinor }) => sum + commissionMinor, 0),
    };
  };
  for (const { storeId, currency, before, ...row } of summary.stores) {
    expect(row).toMatchObject(count(span.from, span.to, currency, storeId ?? ""));
    expect(before).toMatchObject(count("2026-10-05", "2026-10-19", currency, storeId ?? ""));
  }
  const { clicks, sales } = count(span.from, span.to, null);
  expect(summary.total).toMatchObject({ clicks, sales });
  for (const { day, amounts, ...row } of summary.series) {
    for (const currency of STORE_CURRENCIES) {
      const { salesMinor, commissionMinor, ...counts } = count(day, day, currency);
      expect(row).toMatchObject(counts);
      const found = amounts.find((one) => one.currency === currency) ?? { salesMinor: 0, commissionMinor: 0 };
      expect(found, day).toMatchObject({ salesMinor, commissionMinor });
    }
  }
}

/** What the histories have to come by, as it begins: ways to ask for a span, and reports that need no log at all. */
const REACHED = [
  "whole",
  ...["days", "moments"].flatMap((by) => ["total", "month", "day"].map((interval) => `${by} ${interval} `)),
];

/**
 * Expects over at least so many random histories that every report equals a naive recount, at any moment of rolling up, and that
 * all have one total.
 */
export async function expectReportsOf(histories: number): Promise<void> {
  for (const [index, store] of STORES.entries()) await insertStore({ id: store, currency: STORE_CURRENCIES[index]! });
  for (const [index, plan] of PLANS.entries()) await insertPlan({ id: plan, storeId: STORES[index]! });
  for (const [index, planId] of CAMPAIGN_PLANS.entries()) {
    await insertCampaign({ id: CAMPAIGNS[index]!, planId, creatorsSeePerformance: true });
  }
  await insertCreators([{ firstName: "Ada" }, { firstName: "Ben" }]);
  await env.DB.batch(CAMPAIGNS.map((campaign, index) => setMembers(MEMBERS[index]!, "approved", campaign)));
  const reached = new Set<string>();
  let claims = 0;

  const equal = fc.asyncProperty(
    fc.tuple(fc.constantFrom(...ZONES), fc.constantFrom(...ZONES)),
    fc.array(anyStep, { minLength: 6, maxLength: 24 }),
    fc.array(anyQuery, { minLength: 5, maxLength: 8 }),
    anyWholeQuery,
    anyLayout,
    async (zones, steps, someQueries, wholeQuery, layout) => {
      await open(zones, layout);
      for (const [number, step] of steps.entries()) await take(step, number, steps);
      const items = await itemsOf();
      await expectPortal(items);
      await expectSummary(items);
      expect(await totals()).toEqual(await recountTotals());
      const queries = [...someQueries, wholeQuery];
      if ((await wholeStatement(env.DB, WHOLE).first<number>("isWhole")) === 1) reached.add("whole");
      const read: { query: PageQuery; page: ReportPage }[] = [];
      for (const { moments, interval, filter, confirmedOnly, compares, currency, sort, limit, paged } of queries) {
        const [from, to] = moments.toSorted();
        const span = reportSpan(from, to, { interval, today: "", now: CHANGE });
        if (span === null) continue;
        const length = span.by === "days" ? daysOf(span) : span.to - span.from;
        const unit = interval === "hour" ? HOUR_MS : DAY_MS;
        const isComparable = span.by === "days" || interval === "total" || length % unit === 0;
        const shift = interval === "total" ? 0 : span.by === "days" || interval === "hour" ? length : length / DAY_MS;
        const own: Period = { span, previous: 0, shift: 0 };
        const periods: PageQuery["periods"] =
          compares && isComparable ? [own, { span: spanBefore(span), previous: 1, shift }] : [own];
        reached.add(`${span.by} ${interval} ${periods.length}`);
        for (const dimension of DIMENSIONS) {
          const asked: Recounted = { dimension, filter, interval, span, confirmedOnly, currency };
          const askedBefore = periods[1] === undefined ? null : { ...asked, span: periods[1].span };
          const ofStore = filter.store === undefined ? null : (STORE_CURRENCIES[STORES.indexOf(filter.store)] ?? null);
          const used = currency ?? ofStore ?? usualCurrency(items, asked, askedBefore) ?? "EUR";
          const expected = recount(items, { ...asked, currency: used });
          const query: PageQuery = {
            dimension,
            filter,
            interval,
            periods,
            confirmedOnly,
            always: null,
            sort,
            limit: 1000,
            offset: 0,
            after: null,
            currency,
          };
          const page = await readPage(deps, query);
          if (dimension === paged) read.push({ query, page });
          const { previous, ...total } = page.total;
          expect(total, dimension).toEqual(expected.total);
          const before = askedBefore === null ? null : recount(items, { ...askedBefore, currency: used }, shift);
          if (before !== null) expect(previous, dimension).toEqual(before.total);
          const names = new Set([...expected.rows.keys(), ...(before?.rows.keys() ?? [])]);
          expect(new Set(page.rows.map(nameOf)), dimension).toEqual(names);
          const nothing = recount([], { ...asked, currency: used }).total;
          for (const row of page.rows) {
            expect(numbersOf(row), `${dimension} ${nameOf(row)}`).toEqual(expected.rows.get(nameOf(row)) ?? nothing);
            if (before !== null) expect(row.previous).toEqual(before.rows.get(nameOf(row)) ?? nothing);
          }
          if (dimension === paged) {
            expect((await allPages({ ...query, limit })).map(nameOf)).toEqual(page.rows.map(nameOf));
          }
        }
      }

      // All of it rolled up, and rolled up anew, is the same.
      for (const step of ["rollUpClicks", "rollUpOrders", "rebuild", "rollUpOrders"] as const) {
        await take({ do: step }, 0);
        for (const { query, page } of read) expect(await readPage(deps, query), step).toEqual(page);
      }

      // G-6: had no browser claimed anything, no sum would be another, no row elsewhere, no currency.
      await env.DB.prepare("UPDATE orders SET status = 'test' WHERE status = 'received'").run();
      for (const { query, page } of read) {
        claims += page.total.claimedConversions;
        if (!query.confirmedOnly || isClaimed(query)) continue;
        expect(withoutClaims(await readPage(deps, query))).toEqual(withoutClaims(page));
      }
    },
  );
  await expectUntilSeen(equal, histories, () => [
    ...REACHED.filter((what) => ![...reached].some((one) => one.startsWith(what))),
    ...(claims > 0 ? [] : ["claims"]),
  ]);
}
