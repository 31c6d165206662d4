import { env } from "cloudflare:workers";
import { Fraction } from "fraction.js";
import { roundHalfEven } from "../../src/ground/money/exact.ts";
import type { Dimension } from "../../src/reports/report/dimension.ts";
import type { ReportFilter } from "../../src/reports/report/filter.ts";
import type { ReportInterval } from "../../src/ground/time/range.ts";
import { viewedClicks } from "../clicks/log-fixtures.ts";
import { dayOf, recountOrders, type Row } from "./rollup-fixtures.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What a recount is of; the span as days, both in, or as moments, the second not in. */
export interface Recounted {
  dimension: Dimension;
  filter: ReportFilter;
  interval: ReportInterval;
  span: { first: string; last: string } | { from: number; to: number };
  confirmedOnly: boolean;
  currency: string | null;
}

/** The numbers of a row, as a report has them. */
export type Counts = Record<(typeof COUNTS)[number], number>;

const COUNTS = [
  "clicks",
  "uniqueClicks",
  "conversions",
  "claimedConversions",
  "linkConversions",
  "codeConversions",
  "callConversions",
  "codeUses",
  "waitingCommissions",
] as const;

interface Money {
  currency: string;
  conversions: number;
  claimedConversions: number;
  grossMinor: number;
  refundedMinor: number;
  commissionMinor: number;
  claimedSalesMinor: number;
}

const NO_MONEY: Omit<Money, "currency"> = {
  conversions: 0,
  claimedConversions: 0,
  grossMinor: 0,
  refundedMinor: 0,
  commissionMinor: 0,
  claimedSalesMinor: 0,
};

/** One thing that counts: a click, an order's share, or the use of a code. */
interface Item {
  time: number;
  day: string;
  claimed: boolean;
  of: Record<keyof ReportFilter, string>;
  /** All campaigns that it belongs to. */
  campaigns: string[];
  keys: Record<Dimension, string>;
  counts: Partial<Counts>;
  money: Money[];
}

const text = (value: Row[string] | undefined): string => (value == null ? "" : String(value));

/** All that counts, one by one, from the tables that nothing is rolled up in. */
export async function itemsOf(): Promise<Item[]> {
  const all = async (sql: string) => (await env.DB.prepare(sql).all<Row>()).results;
  const [campaigns, members] = [await all("SELECT * FROM campaigns"), await all("SELECT * FROM campaign_creators")];
  const [links, codes, stores, orders] = [
    await all("SELECT * FROM links"),
    await all("SELECT * FROM codes"),
    await all("SELECT * FROM stores"),
    await all("SELECT * FROM orders"),
  ];
  const zoneOf = (store: Row[string] | undefined) => text(stores.find(({ id }) => id === store)?.["timezone"] ?? "UTC");
  const campaignsOf = ({ campaign, plan, creator }: Item["of"]): string[] =>
    campaigns
      .filter(
        ({ id, plan_id: planId }) =>
          id === campaign ||
          (planId === plan &&
            members.some((member) => member["campaign_id"] === id && member["creator_id"] === creator)),
      )
      .map(({ id }) => text(id));
  const items: Omit<Item, "campaigns">[] = [];
  for (const click of await viewedClicks()) {
    if (click["bucket"] !== "counted") continue;
    const link = links.find(({ id }) => id === click["link_id"]);
    if (link === undefined) continue;
    const time = Number(click["time"]);
    items.push(
      itemOf(link, {
        link: text(link["id"]),
        code: text(link["code_id"]),
        time,
        day: dayOf(zoneOf(link["store_id"]), time),
        split: click,
        counts: { clicks: 1, uniqueClicks: Number(click["unique_of_day"]) },
      }),
    );
  }
  for (const fact of (await recountOrders())["order_facts"] ?? []) {
    const conversions = Number(fact["conversions"]);
    const claimed = fact["claimed"] === 1;
    const [grossMinor, refundedMinor] = [Number(fact["gross_minor"]), Number(fact["refunded_minor"])];
    const [commissionCurrency, commission] = [text(fact["commission_currency"]), Number(fact["commission_minor"])];
    const unsaid = commissionCurrency === "";
    items.push({
      ...itemOf(fact, {
        link: text(fact["link_id"]),
        code: text(fact["code_id"]),
        time: Number(fact["placed_at"]),
        day: text(fact["day"]),
        split: fact,
        counts: {
          conversions,
          claimedConversions: claimed ? conversions : 0,
          linkConversions: fact["method"] === "click" ? conversions : 0,
          codeConversions: fact["method"] === "code" ? conversions : 0,
          callConversions: fact["method"] === "call" ? conversions : 0,
          waitingCommissions: unsaid ? commission : 0,
        },
      }),
      claimed,
      money: [
        {
          ...NO_MONEY,
          currency: text(fact["currency"]),
          conversions,
          claimedConversions: claimed ? conversions : 0,
          grossMinor,
          refundedMinor,
          claimedSalesMinor: claimed ? grossMinor - refundedMinor : 0,
        },
        ...(unsaid ? [] : [{ ...NO_MONEY, currency: commissionCurrency, commissionMinor: commission }]),
      ],
    });
  }
  for (const use of await all("SELECT * FROM code_uses")) {
    const code = codes.find(({ id }) => id === use["code_id"]);
    if (code === undefined) throw new Error("a use of no code");
    const order = orders.find((row) => row["store_id"] === code["store_id"] && row["external_id"] === use["order_id"]);
    const time = Number(use["used_at"]);
    items.push({
      ...itemOf(code, {
        link: "",
        code: text(code["id"]),
        time,
        day: dayOf(zoneOf(code["store_id"]), time),
        split: { country: use["country"] ?? null },
        counts: { codeUses: 1 },
      }),
      claimed: order?.["trust"] === "claimed",
    });
  }
  return items.map((item) => ({ ...item, campaigns: campaignsOf(item.of) }));
}

function itemOf(
  owner: Row,
  {
    link,
    code,
    time,
    day,
    split,
    counts,
  }: Pick<Item, "time" | "day" | "counts"> & Record<"link" | "code", string> & { split: Row },
): Omit<Item, "campaigns"> {
  const of = {
    store: text(owner["store_id"]),
    creator: text(owner["creator_id"]),
    campaign: text(owner["campaign_id"]),
    plan: text(owner["plan_id"]),
    link,
    code,
  };
  return {
    time,
    day,
    claimed: false,
    of,
    keys: {
      links: link,
      creators: of.creator,
      campaigns: of.campaign,
      plans: of.plan,
      codes: code,
      countries: text(split["country"]),
      sources: text(split["source"]),
      devices: text(split["device"]),
    },
    counts,
    money: [],
  };
}

/** A row of a recount, by its key and start. */
export type RecountedRow = ReturnType<typeof numbersOf>;

/** What each row of a report should say, by `start key`; and what they say together. `moved`: of the span before. */
export function recount(
  items: readonly Item[],
  asked: Recounted,
  moved = 0,
): { rows: Map<string, RecountedRow>; total: RecountedRow } {
  const found = itemsFor(items, asked);
  const rows = Map.groupBy(found, (item) => `${startOf(item, asked.interval, moved)} ${item.keys[asked.dimension]}`);
  return {
    rows: new Map(
      [...rows]
        .map(([name, group]) => [name, numbersOf(group, asked.currency)] as const)
        .filter(([, row]) => !isNothing(row)),
    ),
    total: numbersOf(found, asked.currency),
  };
}

/** The items that a report asks for; of claims, unless they are asked for too, what stands beside the sums alone. */
function itemsFor(items: readonly Item[], asked: Recounted): Item[] {
  const found = items.filter((item) => passes(item, asked));
  if (!asked.confirmedOnly) return found;
  return found.map((item): Item => {
    if (!item.claimed) return item;
    const { claimedConversions = 0 } = item.counts;
    const money = item.money.map(({ currency, claimedConversions, claimedSalesMinor }) => ({
      ...NO_MONEY,
      currency,
      claimedConversions,
      claimedSalesMinor,
    }));
    return { ...item, counts: { claimedConversions }, money };
  });
}

function passes(item: Item, { filter, span }: Recounted): boolean {
  if (filter.campaign !== undefined && !item.campaigns.includes(filter.campaign)) return false;
  for (const name of ["store", "creator", "plan", "link", "code"] as const) {
    if (filter[name] !== undefined && item.of[name] !== filter[name]) return false;
  }
  if ("first" in span) return item.day >= span.first && item.day <= span.last;
  return item.time >= span.from && item.time < span.to;
}

/** When an item's row starts; `moved` is ms by the hour, and days otherwise. */
function startOf({ time, day }: Item, interval: ReportInterval, moved: number): string {
  if (interval === "total") return "";
  if (interval === "hour") return String(time - (time % HOUR) + moved);
  const later = new Date(Date.parse(day) + moved * DAY).toISOString();
  return later.slice(0, interval === "day" ? 10 : 7);
}

function numbersOf(items: readonly Item[], currency: string | null) {
  const counts = Object.fromEntries(
    COUNTS.map((name) => [name, items.reduce((sum, item) => sum + (item.counts[name] ?? 0), 0)]),
  ) as Counts;
  const byCurrency = Map.groupBy(
    items.flatMap(({ money }) => money),
    (money) => money.currency,
  );
  const sums = (money: readonly Money[]) => {
    const sum = (name: "grossMinor" | "refundedMinor" | "commissionMinor" | "claimedSalesMinor") =>
      money.reduce((total, part) => total + part[name], 0);
    const [grossMinor, refundedMinor] = [sum("grossMinor"), sum("refundedMinor")];
    return {
      grossMinor,
      refundedMinor,
      salesMinor: grossMinor - refundedMinor,
      commissionMinor: sum("commissionMinor"),
      claimedSalesMinor: sum("claimedSalesMinor"),
    };
  };
  const own = sums(byCurrency.get(currency ?? "") ?? []);
  const otherCurrencies = [...byCurrency]
    .filter(([other]) => other !== currency)
    .map(([other, money]) => ({
      currency: other,
      conversions: money.reduce((sum, part) => sum + part.conversions, 0),
      claimedConversions: money.reduce((sum, part) => sum + part.claimedConversions, 0),
      ...sums(money),
    }))
    .filter(({ currency: _other, ...amounts }) => Object.values(amounts).some((amount) => amount !== 0))
    .toSorted((a, b) => (a.currency < b.currency ? -1 : 1));
  return {
    ...counts,
    currency,
    ...own,
    cvr: divided(counts.conversions, counts.clicks),
    epcMinor: divided(own.salesMinor, counts.clicks),
    aovMinor: divided(own.salesMinor, counts.conversions),
    otherCurrencies,
  };
}

/** Divided exactly, then rounded half to even to 4 decimals. */
export function divided(part: number, whole: number): number | null {
  return whole === 0 ? null : roundHalfEven(new Fraction(part).div(whole).mul(10_000)) / 10_000;
}

/** Whether there is no number but 0 in a row. */
function isNothing({ otherCurrencies, currency: _currency, ...numbers }: RecountedRow): boolean {
  return otherCurrencies.length === 0 && Object.values(numbers).every((number) => number === null || number === 0);
}

/**
 * The currency that a report is in where none is asked for: that of most sales in its own span, or any that it or
 * the span before has, the first by name. What browsers claim beside the sums has no say in it.
 */
export function usualCurrency(items: readonly Item[], asked: Recounted, before: Recounted | null): string | null {
  const sales = new Map<string, number>();
  for (const [spanned, counts] of [[asked, 1], ...(before === null ? [] : [[before, 0] as const])] as const) {
    for (const { money } of itemsFor(items, spanned)) {
      for (const { currency, conversions, grossMinor, refundedMinor, commissionMinor } of money) {
        if ([conversions, grossMinor, refundedMinor, commissionMinor].every((number) => number === 0)) continue;
        sales.set(currency, (sales.get(currency) ?? 0) + counts * conversions);
      }
    }
  }
  const [most] = [...sales].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return most?.[0] ?? null;
}
