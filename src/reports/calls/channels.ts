import { addSums } from "../../ground/money/sum.ts";
import { ratio } from "../../ground/money/ratio.ts";

/** What is counted of a channel, or of all. Amounts are minor units of the report's currency. */
export interface ChannelCounts {
  clicks: number;
  visits: number;
  /** Of the visits, those of consenting visitors. */
  measured: number;
  calls: number;
  qualified: number;
  orders: number;
  credited: number;
  otherOrders: number;
  salesMinor: number;
  commissionMinor: number;
  costMinor: number;
}

const NOTHING: Readonly<ChannelCounts> = {
  clicks: 0,
  visits: 0,
  measured: 0,
  calls: 0,
  qualified: 0,
  orders: 0,
  credited: 0,
  otherOrders: 0,
  salesMinor: 0,
  commissionMinor: 0,
  costMinor: 0,
};

/** The channel of what nothing tells the source of. */
export const UNKNOWN = "unknown";

/** Orders of one channel and currency. Amounts are minor units of it. */
export interface ChannelOrders {
  channel: string;
  currency: string;
  orders: number;
  credited: number;
  salesMinor: number;
  commissionMinor: number;
}

/** Adds up what is told of channels from several sides. */
export class Channels {
  readonly #rows = new Map<string, ChannelCounts>();
  readonly #currency: string;

  /** `currency` is what amounts are of, ISO 4217. */
  constructor(currency: string) {
    this.#currency = currency;
  }

  /** Adds to a channel what is named. */
  add(channel: string, counts: Partial<ChannelCounts>): void {
    const row = this.#rows.get(channel) ?? { ...NOTHING };
    for (const [name, value] of Object.entries(counts) as [keyof ChannelCounts, number][]) {
      row[name] = addSums([row[name], value]);
    }
    this.#rows.set(channel, row);
  }

  /** Adds orders, those in other currencies by their number alone. */
  addOrders({ channel, currency, orders, credited, salesMinor, commissionMinor }: ChannelOrders): void {
    const isOwn = currency === this.#currency;
    this.add(channel, {
      orders,
      credited,
      otherOrders: isOwn ? 0 : orders,
      salesMinor: isOwn ? salesMinor : 0,
      commissionMinor: isOwn ? commissionMinor : 0,
    });
  }

  /** Channels that anything is told of, in no order. */
  get rows(): { channel: string; counts: ChannelCounts }[] {
    return [...this.#rows]
      .filter(([, counts]) => Object.values(counts).some((value) => value !== 0))
      .map(([channel, counts]) => ({ channel, counts }));
  }

  /** What all channels come to. */
  get total(): ChannelCounts {
    const sum = new Channels(this.#currency);
    for (const counts of this.#rows.values()) sum.add("", counts);
    return sum.#rows.get("") ?? { ...NOTHING };
  }
}

/** What of a channel is shown. */
export function channelFigures({ measured: _measured, ...counts }: ChannelCounts, currency: string) {
  const { visits, calls, orders, salesMinor, commissionMinor, costMinor, clicks, qualified, credited, otherOrders } =
    counts;
  const spentMinor = addSums([commissionMinor, costMinor]);
  const per = (count: number) => (spentMinor <= 0 ? null : ratio(spentMinor, count));
  return {
    clicks,
    visits,
    calls,
    qualified,
    orders,
    credited,
    otherOrders,
    currency,
    salesMinor,
    commissionMinor,
    costMinor,
    spentMinor,
    spentPerVisitMinor: per(visits),
    spentPerCallMinor: per(calls),
    spentPerOrderMinor: per(orders),
    returnOnSpent: spentMinor <= 0 ? null : ratio(salesMinor, spentMinor),
  };
}
