/**
 * What happened in the demo's sixty days, as plain data: who clicked, bought, called and gave back, and what the shop's
 * people did about it. They end with yesterday, and are the same for each start on a day: other days of the week are
 * lively in other ways. What tells it to Waymark is `play.ts`.
 */
import { Chance } from "./chance.ts";
import { DAY_MS, DAYS, dayAfter, HOUR_MS, MINUTE_MS, monthOf } from "./days.ts";
import { type StoryClick, tellClicks } from "./story-clicks.ts";
import { type StoryOrder, tellOrders } from "./story-orders.ts";

/** A call to one of the demo's numbers. */
export interface StoryCall {
  /** When it began, ms UTC. */
  at: number;
  to: "poster" | "lea";
  /** The caller's number, which nobody has. */
  from: string;
  outcome: "answered" | "missed";
  talkSeconds: number;
  /** What was sold in it, in minor units; `null`: nothing. */
  deal: { amountMinor: number; customer: string } | null;
}

/** Somebody who signed up for the newsletter, as the shop's server tells. */
export interface StorySignUp {
  /** ms UTC. */
  at: number;
  eventId: string;
  customer: string;
  /** Place of the click that they came by; `null`: none. */
  click: number | null;
  /** Whose it is, by their external id; `null`: nobody's. */
  creator: string | null;
}

/** Somebody entered on a creator's page where that creator wants to be paid from now on. Nobody decided about it yet. */
export interface StoryAccount {
  /** ms UTC. */
  at: number;
  /** When the link to the page was made, ms UTC. */
  linkedAt: number;
  /** Whose page, by their external id. */
  creator: string;
  accountHolder: string;
  iban: string;
}

/** The month that was closed and paid; times are ms UTC. */
export interface StoryBooks {
  /** The month, from its beginning to that of the next. */
  from: number;
  to: number;
  reconciledAt: number;
  lockedAt: number;
  paidAt: number;
  /** The end of the period that is open. */
  nextTo: number;
}

/** All that happened. */
export interface Story {
  /** When it begins and ends, ms UTC: midnights where the shops are. */
  begin: number;
  end: number;
  clicks: StoryClick[];
  orders: StoryOrder[];
  calls: StoryCall[];
  signUps: StorySignUp[];
  account: StoryAccount;
  books: StoryBooks;
}

/** Any number would do: it is what makes the numbers what they are. */
const SEED = 20_260_117;

/** Hours from the end of a month until it is locked, and until it is paid. */
const LOCKED_AFTER_HOURS = 34;
const PAID_AFTER_HOURS = 82;

/** Tells the days before `now` (ms UTC). */
export function tellStory(now: number): Story {
  const end = dayAfter(now, 0);
  const begin = dayAfter(end, -DAYS);
  const clicks = tellClicks(new Chance(SEED), begin);
  const orders = tellOrders(new Chance(SEED + 1), begin, end, clicks);
  return {
    begin,
    end,
    clicks,
    orders,
    calls: tellCalls(new Chance(SEED + 2), begin),
    signUps: tellSignUps(new Chance(SEED + 3), end, clicks),
    account: {
      at: dayAfter(end, -1) + 18 * HOUR_MS + 23 * MINUTE_MS,
      linkedAt: dayAfter(end, -20) + 10 * HOUR_MS,
      creator: "demo-nina",
      accountHolder: "Nina Costa",
      iban: "ES79 2100 0813 6101 2345 6789",
    },
    books: tellBooks(end),
  };
}

/** The last month whose payout is over by the end. */
function tellBooks(end: number): StoryBooks {
  let to = monthOf(end);
  while (to + (PAID_AFTER_HOURS + 2) * HOUR_MS > end) to = monthOf(to - DAY_MS);
  const lockedAt = to + LOCKED_AFTER_HOURS * HOUR_MS;
  return {
    from: monthOf(to - DAY_MS),
    to,
    reconciledAt: lockedAt - 2 * HOUR_MS,
    lockedAt,
    paidAt: to + PAID_AFTER_HOURS * HOUR_MS,
    nextTo: monthOf(to + 40 * DAY_MS),
  };
}

/** Days of the calls. */
const CALLED_ON = [4, 13, 19, 36, 45, 52, 58];

/** What was sold on the phone, by the place of the call. */
const DEALS: Readonly<Record<number, NonNullable<StoryCall["deal"]>>> = {
  2: { amountMinor: 14_900, customer: "demo-caller" },
  4: { amountMinor: 8900, customer: "demo-caller-2" },
};

function tellCalls(chance: Chance, begin: number): StoryCall[] {
  return CALLED_ON.map((day, place) => {
    const deal = DEALS[place] ?? null;
    const outcome = deal === null && chance.happens(0.3) ? "missed" : "answered";
    return {
      at: dayAfter(begin, day) + 9 * HOUR_MS + chance.whole(0, 8 * 60) * MINUTE_MS,
      to: deal !== null || place % 3 === 0 ? "lea" : "poster",
      // Numbers that France keeps for fiction.
      from: `06 39 98 00 ${String(place + 1).padStart(2, "0")}`,
      outcome,
      talkSeconds: outcome === "missed" ? 0 : chance.whole(40, 320),
      deal,
    };
  });
}

/** One of so many clicks ends with a sign-up. */
const CLICKS_A_SIGN_UP = 110;

function tellSignUps(chance: Chance, end: number, clicks: readonly StoryClick[]): StorySignUp[] {
  const signUps: StorySignUp[] = [];
  for (const [place, click] of clicks.entries()) {
    // The newsletter is the demo store's.
    if (click.kind !== "visit" || click.link.startsWith("autumn")) continue;
    if (!chance.happens(1 / CLICKS_A_SIGN_UP)) continue;
    const at = click.at + chance.whole(2, 30) * MINUTE_MS;
    if (at >= end) continue;
    const name = `sign-up-${signUps.length + 1}`;
    signUps.push({
      at,
      eventId: `demo-${name}`,
      customer: `${name}@shopper.example`,
      click: place,
      creator: click.creator,
    });
  }
  return signUps;
}
