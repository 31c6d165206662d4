import type { Deps } from "../../ground/deps.ts";
import type { DaySpan } from "../../ground/time/range.ts";
import { ensureStoreZones } from "../../ground/time/zones-store.ts";
import { readPages } from "../report/load-pages.ts";
import { EVERY_ROW, type PageQuery } from "../report/page-statement.ts";
import { sortOf } from "../report/sort.ts";
import { visitsReport } from "../visits/figures.ts";
import { readSums } from "../visits/load-sums.ts";
import type { SumsAsked } from "../visits/sums.ts";
import { Channels, UNKNOWN } from "./channels.ts";
import { callsReport } from "./figures.ts";
import { costsIn } from "./load-costs.ts";
import { ordersByChannel } from "./load-orders.ts";
import { costRows } from "./stretches.ts";

/** Channels of calls that are read at once: a store with more has as many numbers. */
const MOST_CHANNELS = 10_000;

/** What clicks call what visits call `paid`. */
const CLICK_CHANNELS: Readonly<Record<string, string>> = { ad: "paid", "": UNKNOWN };

/**
 * What came of a store's channels in a span of its days, in amounts of one currency (ISO 4217). Throws a `Problem` where
 * clicks can't be told exactly, and what D1 throws.
 */
export async function readChannels(
  deps: Pick<Deps, "d1" | "env" | "now">,
  asked: SumsAsked,
  currency: string,
): Promise<{ channels: Channels; complete: boolean }> {
  const { d1 } = deps;
  const { storeId, span } = asked;
  await ensureStoreZones(d1);
  const channels = new Channels(currency);
  const [, , sold, costs] = await Promise.all([
    addVisitsAndCalls(deps, asked, currency, channels),
    addClicks(deps, storeId, span, channels),
    ordersByChannel(d1, storeId, span),
    costsIn(d1, storeId, span),
  ]);
  for (const orders of sold.orders) channels.addOrders({ ...orders, channel: orders.channel || UNKNOWN });
  for (const { channel, costMinor } of costRows(costs, { span, stretch: "total", currency })) {
    channels.add(channel, { costMinor });
  }
  return { channels, complete: sold.complete };
}

async function addVisitsAndCalls(
  deps: Pick<Deps, "d1">,
  asked: SumsAsked,
  currency: string,
  channels: Channels,
): Promise<void> {
  const sources = { ...visitsReport("source", undefined), keys: { source: "s.source" } };
  const calls = callsReport({ by: "channel", filter: { direction: "inbound" }, currency, costs: null });
  const page = { sort: "start", after: null, limit: MOST_CHANNELS };
  const [visited, called] = await Promise.all([
    readSums(deps, sources, asked, page),
    readSums(deps, calls, asked, page),
  ]);
  for (const { keys, sums } of visited.rows) {
    channels.add(keys.source ?? UNKNOWN, { visits: sums.visits, measured: sums.measured });
  }
  for (const { keys, sums } of called.rows) {
    channels.add(keys.key ?? UNKNOWN, { calls: sums.calls, qualified: sums.qualified });
  }
}

/** Clicks on creators' links are theirs; those on others come from where the click does. */
async function addClicks(
  deps: Pick<Deps, "env" | "now">,
  storeId: string,
  span: DaySpan,
  channels: Channels,
): Promise<void> {
  const query: PageQuery = {
    ...EVERY_ROW,
    dimension: "sources",
    filter: { store: storeId },
    interval: "total",
    periods: [{ span, previous: 0, shift: 0 }],
    sort: sortOf("name"),
    limit: 100,
  };
  const [all, nobodys] = await readPages(deps, [query, { ...query, filter: { store: storeId, creator: "" } }] as const);
  channels.add("creator", { clicks: all.total.clicks - nobodys.total.clicks });
  for (const { key, clicks } of nobodys.rows) channels.add(CLICK_CHANNELS[key] ?? key, { clicks });
}
