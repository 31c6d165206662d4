import type { AttributionSettings, Touch, TouchKind, UnverifiedClick } from "../../ground/model/attribution.ts";
import type { ConversionOrigin } from "../../ground/model/conversion.ts";
import type { Trust } from "../../ground/model/evidence.ts";
import { judge } from "../../sales/order/judge.ts";
import type { DefinitionRow } from "../definition/store.ts";
import { contactAt, subjectOf, type VisitorLink } from "./subject.ts";
import { spread, type Worth } from "./value.ts";
import type { ClickProof, ConversionRow, Credit, Followed, Item, KnownContact, Match } from "./work.ts";
import { worthOf } from "./worth.ts";

/** Claimed clicks that a conversion keeps: more only a flood of claims has, and a person decides then. */
const MAX_CLAIMS = 20;

/** Whom events may belong to, as far as it is known. */
export interface People {
  /** By the visitor's hash. */
  links: ReadonlyMap<string, readonly VisitorLink[]>;
  /** By id. */
  contacts: ReadonlyMap<string, KnownContact>;
  /** Ids by the customer's hash. */
  byHash: ReadonlyMap<string, string>;
}

/** What came with an event, its tokens verified. */
export interface Brought {
  clicks: readonly ClickProof[];
  unverified: readonly UnverifiedClick[];
}

/** A conversion as all that is said of it comes to, before anybody is credited with it. */
export interface Draft {
  definition: DefinitionRow;
  key: string;
  before: ConversionRow | null;
  origin: ConversionOrigin;
  trust: Trust;
  triggerIndex: number;
  time: number;
  confirmedAt: number | null;
  page: string | null;
  visitorHash: string | null;
  contactId: string | null;
  subject: string;
  /** By which earlier clicks of the customer are found. */
  customerHash: string | null;
  worth: Worth;
  /** Whose word its value is; `null`: nobody's who tells of the event. */
  valueTrust: Trust | null;
  orderId: string | null;
  causeId: string | null;
  clicks: ClickProof[];
  /** Ids of the calls that it is of, and calls of its customer's that it was judged by before. */
  calls: string[];
  knownCalls: { id: string; trust: Trust }[];
  codes: { text: string; trust: Trust; claims?: string[]; claimedAt?: number }[];
  /** Codes that were known before: of their texts nothing is kept. */
  keptCodes: Touch[];
  unverified: UnverifiedClick[];
  policy: AttributionSettings;
  follows: Followed | null;
}

/** Of several origins the one that earns most freely. */
const ORIGINS: readonly ConversionOrigin[] = ["backfill", "manual", "live"];

/**
 * What is known of an event under a definition, with all that is said of it now. `null`: nothing is known, and nothing
 * said. It is the same in whichever order it was said, but for servers that contradict themselves.
 */
export function draftOf(
  item: Item,
  before: ConversionRow | null,
  people: People,
  broughtBy: (match: Match) => Brought,
  policy: AttributionSettings,
): Draft | null {
  const { definition, key, matches } = item;
  const times = [...matches.map(({ event }) => event.time), ...(before === null ? [] : [before.time])];
  if (times.length === 0) return null;
  const follows = matches.findLast((match) => match.follows !== undefined)?.follows ?? null;
  const followed = follows === null ? null : (matches.at(-1) ?? null);
  const time = followed?.event.time ?? Math.min(...times);
  const trust: Trust =
    followed?.event.trust ?? [before?.trust, ...matches.map(({ event }) => event.trust)].find(isConfirmed) ?? "claimed";
  const indexes = matches.map(({ triggerIndex }) => triggerIndex);
  const who = whose(followed === null ? before : null, followed === null ? matches : [followed], people, time);
  const { customerHash, ...owned } = who;
  const touches = before?.explanation.candidates.map(({ touch }) => touch) ?? [];
  const brought = matches.map(broughtBy);
  return {
    definition,
    key,
    before,
    origin: ORIGINS[Math.max(...[before?.origin, matches.length > 0 ? item.origin : undefined].map(rankOf))] ?? "live",
    trust,
    triggerIndex: followed?.triggerIndex ?? Math.min(...indexes, before?.triggerIndex ?? Number.POSITIVE_INFINITY),
    time,
    confirmedAt: confirmedAtOf(
      followed === null ? (before?.confirmedAt ?? null) : null,
      followed === null ? matches : [followed],
    ),
    page: lowest([before?.page ?? null, ...matches.map(({ event }) => event.page)]),
    ...owned,
    subject: subjectOf(owned.contactId, { key, customerHash, visitorHash: owned.visitorHash, view: who.view }),
    customerHash:
      (owned.contactId === null ? null : people.contacts.get(owned.contactId)?.customerHash) ?? customerHash,
    ...worthOf(definition, before, matches, follows, people.contacts.get(owned.contactId ?? "") ?? null),
    orderId: matches.find(({ orderId }) => orderId != null)?.orderId ?? before?.orderId ?? null,
    causeId: matches.find(({ causeId }) => causeId != null)?.causeId ?? before?.causeId ?? null,
    clicks: clicksOf([...touches.flatMap(clickIn), ...brought.flatMap(({ clicks }) => clicks)]),
    calls: [
      ...new Set([
        ...callsIn(touches, "call").map(({ id }) => id),
        ...matches.flatMap(({ event }) => event.calls ?? []),
      ]),
    ].toSorted(),
    knownCalls: callsIn(touches, "customer_call"),
    codes: matches.flatMap(({ event: { codes = [], trust: by, time: at } }) =>
      codes.map((text) =>
        by === "confirmed" ? { text, trust: by } : { text, trust: by, claims: [text], claimedAt: at },
      ),
    ),
    keptCodes: touches.filter(({ kind }) => kind === "code").map((touch) => ({ ...touch, time })),
    unverified: distinct([...(before?.explanation.unverified ?? []), ...brought.flatMap((one) => one.unverified)]),
    policy: before?.explanation.policy ?? policy,
    follows,
  };
}

function isConfirmed(trust: Trust | undefined): trust is "confirmed" {
  return trust === "confirmed";
}

/** The earliest time that a server names: what a browser says of it first must not make it older than that. */
function confirmedAtOf(known: number | null, matches: readonly Match[]): number | null {
  const times = matches.flatMap(({ event: { trust, time }, confirmedAt = time }) =>
    trust === "confirmed" && confirmedAt !== null ? [confirmedAt] : [],
  );
  if (known !== null) times.push(known);
  return times.length === 0 ? null : Math.min(...times);
}

function rankOf(origin: ConversionOrigin | undefined): number {
  return origin === undefined ? -1 : ORIGINS.indexOf(origin);
}

function lowest(texts: readonly (string | null)[]): string | null {
  return texts.reduce((least, text) => (text !== null && (least === null || text < least) ? text : least), null);
}

interface Whose {
  contactId: string | null;
  visitorHash: string | null;
  /** Of a customer who is no contact. */
  customerHash: string | null;
  view: string | null;
}

/** A customer who is named: a contact, or by a hash of which there is none. */
interface Named {
  contactId: string | null;
  customerHash: string | null;
  trust: Trust;
}

/**
 * Whose it is. A server's word of who the customer is stands, whatever browser it was. Else it belongs to whoever the
 * visitor is known as; and where it is known as nobody, to whom the page named, of several the lowest, so that their
 * order makes no difference.
 */
function whose(before: ConversionRow | null, matches: readonly Match[], people: People, time: number): Whose {
  let named: Named | null = before === null ? null : namedIn(before, people);
  for (const { contactId = null, event } of matches) {
    const { customerHash, trust } = event;
    if (contactId === null && customerHash === null) continue;
    const by =
      contactId === null ? resolved(customerHash ?? "", trust, people) : { contactId, customerHash: null, trust };
    const outdoes =
      named === null || trust === "confirmed" || (named.trust === "claimed" && nameOf(by) < nameOf(named));
    if (outdoes) named = by;
  }
  const view = lowest([viewIn(before), ...matches.map(({ event }) => event.view)]);
  const { contactId = null, customerHash = null, trust } = named ?? {};
  if (trust === "confirmed") return { contactId, customerHash, visitorHash: null, view };
  const visitorHash = lowest([before?.visitorHash ?? null, ...matches.map(({ event }) => event.visitorHash)]);
  const linked = visitorHash === null ? null : contactAt(people.links.get(visitorHash) ?? [], time);
  return linked === null
    ? { contactId, customerHash, visitorHash, view }
    : { contactId: linked, customerHash: null, visitorHash, view };
}

function resolved(customerHash: string, trust: Trust, people: People): Named {
  const contactId = people.byHash.get(customerHash) ?? null;
  return { contactId, customerHash: contactId === null ? customerHash : null, trust };
}

function nameOf({ contactId, customerHash }: Named): string {
  return `${contactId ?? ""} ${customerHash ?? ""}`;
}

/** The customer that a conversion was named to belong to. Where a visitor is known it is a browser that named it. */
function namedIn({ subject, contactId, visitorHash, trust }: ConversionRow, people: People): Named | null {
  const by = visitorHash === null ? trust : "claimed";
  if (contactId !== null) return { contactId, customerHash: null, trust: by };
  return subject.startsWith("h:") ? resolved(subject.slice(2), by, people) : null;
}

function viewIn(row: ConversionRow | null): string | null {
  return row?.subject.startsWith("p:") === true ? row.subject.slice(2) : null;
}

function clickIn(touch: Touch): ClickProof[] {
  if (touch.kind !== "click" || touch.linkId === null) return [];
  const { id: clickId, linkId, time, trust, claims = [], claimedAt = null } = touch;
  return [{ clickId, linkId, time, trust, claims, claimedAt }];
}

function callsIn(touches: readonly Touch[], kind: TouchKind): { id: string; trust: Trust }[] {
  return touches.flatMap((touch) =>
    touch.kind === kind && touch.call !== undefined ? [{ id: touch.call.callId, trust: touch.trust }] : [],
  );
}

/** Clicks, each once for each kind of word; of claims no more than a conversion keeps, the earliest. */
function clicksOf(clicks: readonly ClickProof[]): ClickProof[] {
  const found = new Map<string, ClickProof>();
  for (const click of clicks) {
    const id = `${click.trust} ${click.clickId}`;
    const known = found.get(id);
    const claimedAt = [known?.claimedAt, click.claimedAt].filter((at) => at != null);
    found.set(id, { ...click, claimedAt: claimedAt.length === 0 ? null : Math.min(...claimedAt) });
  }
  const sorted = [...found.values()].toSorted((a, b) => a.time - b.time || (a.clickId < b.clickId ? -1 : 1));
  const claims = sorted.filter(({ trust }) => trust === "claimed").slice(0, MAX_CLAIMS);
  return [...sorted.filter(({ trust }) => trust === "confirmed"), ...claims];
}

function distinct(clicks: readonly UnverifiedClick[]): UnverifiedClick[] {
  const found = new Map(clicks.map((one) => [`${one.trust === "confirmed" ? 0 : 1}${one.problem}`, one]));
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** Who is credited with a conversion, by the touches that compete for it. */
export function creditOf(draft: Draft, touches: readonly Touch[]): Credit {
  const { before, follows, worth } = draft;
  if (follows !== null) return { ...follows.credit, shares: spread(follows.credit.shares, worth.valueMinor) };
  // What was decided on stays with whom it was decided for.
  const isDecided = before?.commission === "approved" || before?.commission === "declined";
  if (before !== null && (isDecided || before.orderId !== null || before.causeId !== null)) {
    return { ...creditIn(before), shares: spread(before.shares, worth.valueMinor) };
  }
  const known = new Set(touches.map(({ id, trust }) => `${trust} ${id}`));
  const {
    status: _status,
    claimedAt: _claimedAt,
    touches: _touches,
    ...credit
  } = judge(
    {
      test: false,
      trust: draft.trust,
      sourceStatus: null,
      confirmed: null,
      review: null,
      approvedAt: null,
      totalMinor: worth.valueMinor,
      placedAt: draft.time,
      crowded: draft.clicks.filter(({ trust }) => trust === "claimed").length >= MAX_CLAIMS,
    },
    [...touches, ...draft.keptCodes.filter(({ id, trust }) => !known.has(`${trust} ${id}`))],
    draft.policy,
    null,
    draft.unverified,
  );
  return credit;
}

/** Who is credited with a conversion that is kept. */
export function creditIn(row: Credit): Credit {
  const { explanation, shares, method, contested, creatorId, campaignId, planId, linkId, codeId } = row;
  return { explanation, shares, method, contested, creatorId, campaignId, planId, linkId, codeId };
}
