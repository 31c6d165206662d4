import { textOf } from "../../ground/http/pagination.ts";
import type { PortalCampaign } from "../frame/load-campaigns.ts";

/** What a creator brings. */
export const KINDS = ["order", "conversion", "call"] as const;

/** One of {@link KINDS}. */
export type Kind = (typeof KINDS)[number];

/** Where what a creator brought may stand that is looked for by it. */
export const SOUGHT = ["waiting", "approved", "paid", "declined", "reversed"] as const;

/** One of {@link SOUGHT}. */
export type Sought = (typeof SOUGHT)[number];

/** Where something stands in the list: it runs from new to old, and of the same moment from the last id to the first. */
export interface Place {
  /** ms UTC. */
  time: number;
  id: string;
}

/** What of the list is asked for; `null`: all. */
export interface Asked {
  kind: Kind | null;
  state: Sought | null;
  campaign: PortalCampaign | null;
}

/** Reads what an address asks for. What isn't there, be it a campaign of somebody else's, asks for nothing. */
export function askedIn(query: (name: string) => string | undefined, campaigns: readonly PortalCampaign[]): Asked {
  return {
    kind: KINDS.find((kind) => kind === query("kind")) ?? null,
    state: SOUGHT.find((state) => state === query("state")) ?? null,
    campaign: campaigns.find(({ id, visible }) => visible && id === query("campaign")) ?? null,
  };
}

/** An address' query that asks for it, from behind a place if one is given; empty where it asks for all from the beginning. */
export function queryOf({ kind, state, campaign }: Asked, after: Place | null = null): string {
  const query = new URLSearchParams();
  if (state !== null) query.set("state", state);
  if (kind !== null) query.set("kind", kind);
  if (campaign !== null) query.set("campaign", campaign.id);
  if (after !== null) query.set("after", cursorOf(after));
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

/** The cursor that goes on behind a place. */
export function cursorOf({ time, id }: Place): string {
  return btoa(`b1:${time}:${id}`).replaceAll("=", "");
}

/** The place that a cursor names; `null`: it names none, and the list is shown from its beginning. */
export function placeIn(cursor: string | undefined): Place | null {
  const [, time, id] = /^b1:(\d{1,15}):([a-z]{3}_[0-9a-z]{16})$/.exec(textOf(cursor ?? "")) ?? [];
  return time === undefined || id === undefined ? null : { time: Number(time), id };
}
