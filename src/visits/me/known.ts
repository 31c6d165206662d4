import type { LoggedEvent } from "../../ground/model/visit.ts";

/** Pages that a shopper is shown, the newest. */
const SHOWN_PAGES = 50;

/** What a browser sent along with its question, by which nobody is told from others but for the click id. */
export interface OwnCookies {
  /** The click id; `null`: there is none that could be one. */
  click: string | null;
  optedOut: boolean;
  /** The answer to the shop's banner that links go by; `null`: none is kept. */
  consent: "granted" | "denied" | null;
}

/** What a visitor id stands for. Of an id that nobody has, it is the same with nothing in it. */
export interface KnownVisitor {
  /** First and last day on which it was there, of the shop's time zone, such as `2026-11-30`; `null`: never. */
  firstDay: string | null;
  lastDay: string | null;
  visits: number;
  /** Views of pages. */
  pages: number;
  /** Whatever was told of, views of pages among it. */
  events: number;
  /** Events that the shop's goals go by. */
  goals: number;
  /** Whether it is known as a customer of the shop. */
  customer: boolean;
  /** Whether all of it was looked at: else there is more than these numbers say. */
  complete: boolean;
  /** Whether it is being forgotten: what is left goes within minutes, and nothing is added. */
  forgotten: boolean;
  /** The newest first; ms UTC. */
  recentPages: { time: number; page: string }[];
  carts: KnownCart[];
}

/** A cart of a visitor. */
export interface KnownCart {
  /** ms UTC. */
  firstAt: number;
  lastAt: number;
  items: number;
  /** Minor units. */
  valueMinor: number | null;
  currency: string | null;
  /** Whether a page said that it was bought. */
  bought: boolean;
}

/** What a click id stands for. */
export interface KnownClick {
  /** Name of the shop that the link leads to; `null`: none, or it is gone. */
  shop: string | null;
  /** Name of the creator whose link it is; `null`: nobody's, or they are gone. */
  creator: string | null;
  /** ms UTC: when the link was opened, and until when an order is credited by it. */
  openedAt: number;
  until: number;
}

/** What the log has of a visitor: counts, and the newest pages. */
export type LoggedSums = Pick<KnownVisitor, "visits" | "pages" | "events" | "recentPages">;

/** Sums up what was logged of a visitor, in any order. */
export function sumsOf(events: readonly LoggedEvent[]): LoggedSums {
  const pages = events.filter(({ type }) => type === "page");
  return {
    visits: new Set(events.map(({ visit }) => visit)).size,
    pages: pages.length,
    events: events.length,
    recentPages: pages
      .toSorted((a, b) => b.time - a.time)
      .slice(0, SHOWN_PAGES)
      .map(({ time, page }) => ({ time, page })),
  };
}

/** Reads a `Cookie` header; `null`: none was sent. Of several answers to a banner a refusal counts. */
export function cookiesOf(header: string | null): OwnCookies {
  const cookies = (header ?? "").split(";").map((cookie) => cookie.trim());
  const click = cookies.map((cookie) => /^(?:__Secure-)?wm_click=([\w-]{56})$/.exec(cookie)?.[1]).find(Boolean);
  const answered = (answer: string): boolean =>
    cookies.some((cookie) => cookie.replaceAll('"', "") === `wm_consent=${answer}`);
  return {
    click: click ?? null,
    optedOut: cookies.includes("wm_optout=1"),
    consent: answered("denied") ? "denied" : answered("granted") ? "granted" : null,
  };
}
