import type { Deps } from "../../ground/deps.ts";
import { Problem } from "../../ground/http/problem.ts";
import { daysOf, spanBefore } from "../../ground/time/range.ts";
import { ensureStoreZones } from "../../ground/time/zones-store.ts";
import { spanOf } from "../visits/load-sums.ts";
import type { SumsAsked } from "../visits/sums.ts";
import type { CallsFilter, CallsScope } from "./figures.ts";
import { costsIn } from "./load-costs.ts";
import type { CallsQuery } from "./schema.ts";
import { costRows, MOST_COSTS, MOST_DAYS, type Stretch } from "./stretches.ts";

/** What a query asks for. Throws a `Problem`: 404 without the store, 422 for a span that can't be told of; and what D1 throws. */
export async function callsAsked(deps: Deps, query: CallsQuery): Promise<{ asked: SumsAsked; scope: CallsScope }> {
  const { store, span, today } = await spanOf(deps, query);
  await ensureStoreZones(deps.d1);
  const { by, interval } = query;
  const tellsDays = by === "day" || interval === "day" || interval === "hour";
  if (tellsDays && daysOf(span) > MOST_DAYS) {
    throw Problem.invalid("from", `must be ${MOST_DAYS} days before to at most, by day or hour`);
  }
  const { number, creator, campaign, link, channel, status, match, direction } = query;
  const qualified = query.qualified === undefined ? undefined : query.qualified === "true";
  const filter: CallsFilter = { number, creator, campaign, link, channel, status, match, qualified, direction };
  const currency = query.currency ?? store.currency;
  const scope = { by, filter, currency, costs: null };
  const asked = { storeId: store.id, span, interval, today };
  if (!tellsCosts(query)) return { asked, scope };
  const from = query.compare === undefined ? span : spanBefore(span);
  const costs = await costsIn(deps.d1, store.id, { first: from.first, last: span.last });
  const channels = new Set(costs.flatMap((cost) => (cost.currency === currency ? [cost.channel] : []))).size;
  if (tellsDays && channels * daysOf(span) > MOST_COSTS) {
    const days = Math.floor(MOST_COSTS / channels);
    throw Problem.invalid(
      "from",
      `must be ${days} days before to at most, by the day: ${channels} channels have costs`,
    );
  }
  const stretch: Stretch = tellsDays ? "day" : interval === "month" ? "month" : "total";
  return { asked, scope: { ...scope, costs: ({ span }) => costRows(costs, { span, stretch, currency }) } };
}

/** A cost is a channel's: of some of its calls alone, or by the hour, it can't be said. */
function tellsCosts({ by, interval, number, creator, campaign, link, status, match, ...query }: CallsQuery): boolean {
  const isFiltered = [number, creator, campaign, link, status, match, query.qualified].some((one) => one !== undefined);
  return (by === "channel" || by === "day") && interval !== "hour" && !isFiltered && query.direction === "inbound";
}
