import type { CallMatch, CallSource } from "../../ground/model/call.ts";

/** What a number of the store's was bound to when the call began. */
export interface BindingThen extends CallSource {
  seq: number;
  poolId: string | null;
}

/** A lease of the number's that may have been on at the time. */
export interface LeaseThen {
  id: number;
  poolId: string;
  /** Empty: its visitor is forgotten. */
  visitorHash: string;
  visit: string | null;
  channel: string;
  sourceName: string;
  linkId: string | null;
  clickId: string | null;
  clickAt: number | null;
  /** ms UTC, as in `number_leases`. */
  startsAt: number;
  freeAt: number;
  lateAt: number | null;
}

/** All that a call may be matched by. */
export interface MatchGrounds {
  numberId: string | null;
  binding: BindingThen | null;
  /** Of the binding's pool, as it is; `null`: it isn't in one. */
  pool: { quarantineMs: number } | null;
  leases: readonly LeaseThen[];
  /** For so long before the call a click may lead to it, ms: a token is older that stands in a kept address. */
  windowMs: number;
  /** Whose the links are that leases and the call's own click name. */
  links: ReadonlyMap<string, { creatorId: string | null; campaignId: string | null }>;
}

/** What a call is for, and by what that is known. */
export interface MatchedCall extends CallSource {
  match: CallMatch;
  /** For people. */
  reason: string;
  numberId: string | null;
  bindingSeq: number | null;
  leaseId: number | null;
  poolId: string | null;
  /** Empty: it has none beside its channel. */
  sourceName: string;
  clickId: string | null;
  /** ms UTC. */
  clickAt: number | null;
  visitorHash: string | null;
  visit: string | null;
}

/** What is matched: a call as it was told. */
export interface MatchedBy {
  direction: "inbound" | "outbound";
  /** ms UTC. */
  startedAt: number;
  number: string | null;
  click: { clickId: string; linkId: string; time: number } | null;
}

/** How far a carrier's clock and ours may be apart, either way, ms. */
export const CLOCKS_APART_MS = 30_000;

/** What calls count for of which nothing says where they came from, and those that the store made itself. */
const UNKNOWN = "unknown";
const OUTBOUND = "outbound";

const NOTHING = {
  numberId: null,
  bindingSeq: null,
  leaseId: null,
  poolId: null,
  channel: UNKNOWN,
  sourceName: "",
  creatorId: null,
  campaignId: null,
  linkId: null,
  clickId: null,
  clickAt: null,
  visitorHash: null,
  visit: null,
} as const;

/**
 * Whose a call is, by what its number was when it began, never by what it is now. A number of a pool leads to the
 * visitor who was shown it, last if nobody was then; where that may be two, to what both have in common, and to no
 * visitor. A click that the carrier knows of counts where the number doesn't lead to anybody.
 */
export function matchOf(call: MatchedBy, grounds: MatchGrounds): MatchedCall {
  const { binding, numberId } = grounds;
  if (call.direction === "outbound") {
    return { ...NOTHING, numberId, match: "none", channel: OUTBOUND, reason: "The store called." };
  }
  if (call.number === null) return orClick(call, grounds, nothing(numberId, "Nothing says which number was called."));
  if (numberId === null) return orClick(call, grounds, nothing(null, "The number was none of the store's then."));
  if (binding === null) return orClick(call, grounds, nothing(numberId, "The number was bound to nothing then."));
  const bound = { ...NOTHING, numberId, bindingSeq: binding.seq };
  const { channel, creatorId, campaignId, linkId, poolId } = binding;
  if (poolId === null) {
    const source = { channel, creatorId, campaignId, linkId };
    const reason = `The number stood for ${channel === "creator" ? "a creator" : channel} then.`;
    return orClick(call, grounds, { ...bound, ...source, match: "static", reason });
  }
  return ofPool(call, grounds, { ...bound, poolId, channel });
}

/** The match of a call to a number of a pool; `base` has its binding. */
function ofPool(call: MatchedBy, grounds: MatchGrounds, base: Omit<MatchedCall, "match" | "reason">): MatchedCall {
  const held = grounds.leases.filter((lease) => lease.poolId === base.poolId && holds(lease, call, grounds.pool));
  const holders = Map.groupBy(held, ({ id, visitorHash }) => visitorHash || `lease ${id}`);
  // One's own number, leased once more, is one holder's: as they had it last.
  const [one, ...others] = [...holders.values()].map((leases) => leases.toSorted(fromNew)[0]);
  if (one === undefined) {
    const reason = "The number is one of a pool's, and was shown to nobody then.";
    return orClick(call, grounds, { ...base, match: "none", reason });
  }
  if (others.length === 0) return ofLease(one, call, grounds, base);
  const sources = [one, ...others.flatMap((lease) => lease ?? [])].map((lease) => sourceOf(lease, call, grounds));
  const common = <Name extends keyof (typeof sources)[number]>(name: Name) =>
    sources.every((source) => source[name] === sources[0]?.[name]) ? sources[0]?.[name] : undefined;
  const reason = `${sources.length} visitors may have had the number then: what they have in common counts, and none of them is the caller.`;
  return orClick(call, grounds, {
    ...base,
    channel: common("channel") ?? base.channel,
    sourceName: common("channel") === undefined ? "" : (common("sourceName") ?? ""),
    creatorId: common("creatorId") ?? null,
    campaignId: common("campaignId") ?? null,
    linkId: common("linkId") ?? null,
    match: "ambiguous",
    reason,
  });
}

function ofLease(
  lease: LeaseThen,
  call: MatchedBy,
  grounds: MatchGrounds,
  base: Omit<MatchedCall, "match" | "reason">,
): MatchedCall {
  const { startedAt } = call;
  const { id, visitorHash, visit, clickId, clickAt } = lease;
  const isForgotten = visitorHash === "";
  const reason = isForgotten
    ? "One visitor alone was shown the number then, who is forgotten."
    : startedAt < lease.freeAt
      ? "One visitor alone was shown the number then, or last."
      : "One visitor alone was shown the number, and nobody else since.";
  return {
    ...base,
    ...sourceOf(lease, call, grounds),
    leaseId: id,
    match: "lease",
    reason,
    clickId,
    clickAt,
    visitorHash: isForgotten ? null : visitorHash,
    visit: isForgotten ? null : visit,
  };
}

function holds(lease: LeaseThen, { startedAt }: MatchedBy, pool: MatchGrounds["pool"]): boolean {
  const late = lease.lateAt === null ? 0 : lease.lateAt + (pool?.quarantineMs ?? 0);
  const until = Math.max(lease.freeAt, late) + CLOCKS_APART_MS;
  return lease.startsAt - CLOCKS_APART_MS <= startedAt && startedAt <= until;
}

function fromNew(a: LeaseThen, b: LeaseThen): number {
  return b.startsAt - a.startsAt || b.id - a.id;
}

/** The source of a lease: whose its click's link is, unless that click was too long before. */
function sourceOf(lease: LeaseThen, { startedAt }: MatchedBy, { links, windowMs }: MatchGrounds) {
  const { channel, sourceName, clickAt } = lease;
  const linkId = clickAt !== null && clickAt < startedAt - windowMs ? null : lease.linkId;
  const link = linkId === null ? undefined : links.get(linkId);
  return {
    channel,
    sourceName,
    linkId,
    creatorId: link?.creatorId ?? null,
    campaignId: link?.campaignId ?? null,
  };
}

/** With the click that the carrier knows of, where the number says of no creator that it is theirs. */
function orClick(
  { click, startedAt }: MatchedBy,
  { links, windowMs }: MatchGrounds,
  matched: MatchedCall,
): MatchedCall {
  if (click === null || matched.creatorId !== null || matched.linkId !== null) return matched;
  const link = links.get(click.linkId);
  if (link === undefined || click.time > startedAt + CLOCKS_APART_MS) return matched;
  if (click.time < startedAt - windowMs) return matched;
  return {
    ...matched,
    match: "lease",
    reason: "The carrier showed the number to a visitor who came by this click.",
    channel: link.creatorId === null ? matched.channel : "creator",
    sourceName: "",
    creatorId: link.creatorId,
    campaignId: link.campaignId,
    linkId: click.linkId,
    clickId: click.clickId,
    clickAt: click.time,
  };
}

function nothing(numberId: string | null, reason: string): MatchedCall {
  return { ...NOTHING, numberId, match: "none", reason };
}
