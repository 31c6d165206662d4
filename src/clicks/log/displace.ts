import type { Correction } from "./contribution.ts";
import { type Claim, isEarlier, type Prospect } from "./draft.ts";
import type { LoggedClick } from "./pack.ts";

/** A first visit as the log has it. */
export interface FirstVisit {
  visitorKey: string;
  linkId: string;
  windowStart: number;
  /** ms UTC. */
  time: number;
  /** Number of its click. */
  seq: number;
  /** Whether its click is still kept as a row. */
  isRow: boolean;
}

/** A click that gives its place back, or a part of it. */
export interface Displaced {
  click: LoggedClick;
  first: FirstVisit;
  /** Whether it is a duplicate now; else it still counts, but not as its visitor's first of the day. */
  lostWindow: boolean;
}

/** What claims come to: each a duplicate, or with its verdict. */
export interface Settled {
  prospects: Prospect[];
  displaced: Displaced[];
}

/**
 * Settles claims against the first visits that the log has of their visitors and links: `known` are all of them,
 * `clicks` the clicks of those that aren't earlier than a claim, by number. The earliest click of a window counts, and
 * of those the earliest of the day is unique, as if all had come in order. A click that has left the log keeps its
 * place: nothing could be taken back of what it was summed by.
 */
export function settleClaims(
  prospects: readonly Prospect[],
  known: readonly FirstVisit[],
  clicks: ReadonlyMap<number, LoggedClick>,
): Settled {
  const firsts = Map.groupBy(known, ({ visitorKey, linkId }) => visitorKey + linkId);
  const displaced = new Map<number, Displaced>();
  const verdicts = new Map<Claim, Claim["verdict"] | "d">();
  const claims = prospects.filter((prospect): prospect is Claim => typeof prospect !== "string");
  for (const [key, group] of Map.groupBy(claims, ({ visitorKey, linkId }) => visitorKey + linkId)) {
    const standing = (firsts.get(key) ?? []).map((first) => ({ first, click: clicks.get(first.seq) ?? null }));
    const winners: Claim[] = [];
    for (const claim of group) {
      const holder = standing.find(({ first }) => first.windowStart === claim.windowStart);
      if (holder === undefined) winners.push(claim);
      else if (comesBefore(claim, holder.click)) {
        winners.push(claim);
        displaced.set(holder.first.seq, { click: holder.click, first: holder.first, lostWindow: true });
      } else verdicts.set(claim, "d");
    }
    const left = standing.filter(({ first }) => !displaced.has(first.seq));
    for (const claim of winners) {
      const isFirst =
        winners.every((other) => other === claim || isEarlier(claim, other)) &&
        left.every(({ click }) => comesBefore(claim, click));
      verdicts.set(claim, isFirst ? "u" : "c");
      if (!isFirst) continue;
      for (const { first, click } of left) {
        if (click?.uniqueOfDay === 1) displaced.set(first.seq, { click, first, lostWindow: false });
      }
    }
  }
  return {
    prospects: prospects.map((prospect): Prospect => {
      if (typeof prospect === "string") return prospect;
      const verdict = verdicts.get(prospect) ?? "d";
      return verdict === "d" ? verdict : { ...prospect, verdict };
    }),
    displaced: [...displaced.values()],
  };
}

/** Whether a claim comes before a click; one that isn't known is earlier, or has left the log. */
function comesBefore(claim: Claim, click: LoggedClick | null): click is LoggedClick {
  return click !== null && isEarlier(claim, click);
}

/** What is taken back of the sums for a click that gave its place. */
export function correctionOf({ click, lostWindow }: Displaced): Correction {
  const { linkId, time, country, device, source } = click;
  return [linkId, time, country, device, source, lostWindow, click.uniqueOfDay === 1];
}
