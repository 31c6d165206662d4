import { verifyToken, type TokenKeys } from "../../edge/click/token.ts";
import type { Deps } from "../../ground/deps.ts";
import type { Touch, UnverifiedClick } from "../../ground/model/attribution.ts";
import { loadTouches, type TouchDeps } from "../../sales/attribution/load-touches.ts";
import { type Brought, creditOf, type Draft, draftOf, type People } from "./fold.ts";
import { type Drawn, limitedRows } from "./limits-load.ts";
import {
  conversionsByKey,
  loadPeople,
  type Pair,
  pairKey,
  policyOf,
  type SubjectRow,
  subjectsOf,
} from "./load-ground.ts";
import type { ConversionRow, Item, KnownContact, Match } from "./work.ts";
import { type Premises, writeConversions } from "./write-conversions.ts";

/** What counting needs. */
export interface CountDeps extends Pick<Deps, "d1" | "db" | "now" | "newId">, TouchDeps {
  /** `null`: they can't be read, and what comes with a click id can't be recorded. */
  keys: TokenKeys | null;
}

/** What is to be written, in one transaction. */
export interface CountPlan {
  statements: D1PreparedStatement[];
  /** Conversions as they will be, by `definition key`, those that stay as they are among them. */
  rows: Map<string, ConversionRow>;
  /** How many of them are new. */
  made: number;
}

/** Conversions of one subject that a definition with a limit keeps, of each kind of word: more are a flood. */
const MAX_OF_SUBJECT = 1_000;

/**
 * Plans what is said of events, each under its definition, and whatever that changes for others of the same subjects.
 * `fresh` are contacts that the same batch adds before.
 */
export async function planItems(
  deps: CountDeps,
  storeId: string,
  items: readonly Item[],
  fresh: readonly KnownContact[] = [],
): Promise<CountPlan> {
  const [known, policy] = await Promise.all([
    conversionsByKey(
      deps,
      items.map(({ definition, key }) => ({ definitionId: definition.id, key })),
    ),
    policyOf(deps, storeId),
  ]);
  if (policy === null) return { statements: [], rows: new Map(), made: 0 };
  const asked = askedOf(items, [...known.values()]);
  const people = withFresh(await loadPeople(deps, storeId, asked), fresh);
  const broughtBy = await broughtIn(deps.keys, items);
  const drafts = items.flatMap(
    (item) => draftOf(item, known.get(`${item.definition.id} ${item.key}`) ?? null, people, broughtBy, policy) ?? [],
  );

  const pairs = pairsOf(drafts);
  const [touches, subjects] = await Promise.all([touchesOf(deps, storeId, drafts), subjectsOf(deps, pairs)]);
  const now = deps.now();
  const drawn = withoutFlood(drafts, subjects).map((draft) => rowOf(deps, draft, touches.get(draft) ?? [], now));
  const limits = new Map(items.map(({ definition }) => [definition.id, definition.limit]));
  const judged = await limitedRows(deps, limits, drawn, pairs, subjects);
  const premises: Premises = {
    storeId,
    versions: items.map(({ definition, key }) => ({
      definitionId: definition.id,
      key,
      version: known.get(`${definition.id} ${key}`)?.version ?? null,
    })),
    pairs,
    subjects,
    visitors: asked.visitors,
    hashes: asked.hashes,
    people,
  };
  const { statements, written } = writeConversions(deps.d1, judged, premises, now);
  return {
    statements,
    rows: new Map(
      [...judged.map(({ row }) => row), ...written].map((row) => [`${row.definitionId} ${row.eventKey}`, row]),
    ),
    made: judged.filter(({ before }) => before === null).length,
  };
}

function withFresh(people: People, fresh: readonly KnownContact[]): People {
  return {
    ...people,
    contacts: new Map([...people.contacts, ...fresh.map((contact) => [contact.id, contact] as const)]),
    byHash: new Map([...people.byHash, ...fresh.map(({ id, customerHash }) => [customerHash, id] as const)]),
  };
}

/** Whom events and what is known of them may belong to. */
function askedOf(items: readonly Item[], rows: readonly ConversionRow[]) {
  const [visitors, hashes, ids] = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (const { event, contactId = null } of items.flatMap(({ matches }) => matches)) {
    if (event.visitorHash !== null) visitors.add(event.visitorHash);
    if (event.customerHash !== null) hashes.add(event.customerHash);
    if (contactId !== null) ids.add(contactId);
  }
  for (const { visitorHash, contactId, subject } of rows) {
    if (visitorHash !== null) visitors.add(visitorHash);
    if (contactId !== null) ids.add(contactId);
    if (subject.startsWith("h:")) hashes.add(subject.slice(2));
  }
  return { visitors: [...visitors], hashes: [...hashes], ids: [...ids] };
}

/** The clicks that events bring, each token verified once. */
async function broughtIn(keys: TokenKeys | null, items: readonly Item[]): Promise<(match: Match) => Brought> {
  const brought = new Map<Match, Brought>();
  const verdicts = new Map<string, Awaited<ReturnType<typeof verifyToken>>>();
  for (const match of items.flatMap(({ matches }) => matches)) {
    const { click = null, clicks = [], trust, time } = match.event;
    const unverified: UnverifiedClick[] = [];
    const found = [...clicks];
    if (click !== null && keys !== null) {
      const verdict = verdicts.get(click) ?? (await verifyToken(keys, click));
      verdicts.set(click, verdict);
      if (!verdict.ok) unverified.push({ problem: verdict.problem, trust });
      else {
        const { clickId, linkId, time: at } = verdict.token;
        // What one browser says is one claim: those that name other clicks contradict it.
        const claim = trust === "claimed" ? { claims: [clickId], claimedAt: time } : {};
        found.push({ clickId, linkId, time: at, trust, ...claim });
      }
    }
    brought.set(match, { clicks: found, unverified });
  }
  return (match) => brought.get(match) ?? { clicks: [], unverified: [] };
}

/** What competes for each draft. Where nothing can, nothing is read. */
async function touchesOf(
  deps: CountDeps,
  storeId: string,
  drafts: readonly Draft[],
): Promise<ReadonlyMap<Draft, Touch[]>> {
  const led = drafts.flatMap((draft, at) => {
    const { follows, customerHash, clicks, codes, calls, knownCalls, time, policy } = draft;
    const named = clicks.length + codes.length + calls.length + knownCalls.length;
    if (follows !== null || (customerHash === null && named === 0)) return [];
    const windowDays = policy.windowDays;
    return [{ key: String(at), placedAt: time, windowDays, customerHash, clicks, codes, calls, knownCalls }];
  });
  if (led.length === 0) return new Map();
  const touches = await loadTouches(deps, { id: storeId }, led);
  return new Map(drafts.map((draft, at) => [draft, touches.get(String(at)) ?? []]));
}

/** Where limits are to be worked out: of the subjects as they were, and as they are. */
function pairsOf(drafts: readonly Draft[]): Pair[] {
  const pairs = new Map<string, Pair>();
  for (const { definition, before, subject } of drafts) {
    // One that stands for its event alone is nobody else's.
    if (definition.limit === null) continue;
    for (const one of [subject, before?.subject ?? subject]) {
      const pair = { definitionId: definition.id, subject: one };
      if (!one.startsWith("e:")) pairs.set(pairKey(pair), pair);
    }
  }
  return [...pairs.values()];
}

/** Drafts without those new ones for which their subjects have no place. */
function withoutFlood(drafts: readonly Draft[], subjects: ReadonlyMap<string, readonly SubjectRow[]>): Draft[] {
  const counts = new Map<string, number>();
  const place = (trust: string, pair: string): number => {
    const count = (counts.get(`${trust} ${pair}`) ?? 0) + 1;
    counts.set(`${trust} ${pair}`, count);
    return count;
  };
  for (const [pair, rows] of subjects) for (const { trust } of rows) place(trust, pair);
  const kept = drafts.filter(({ definition, before, subject, trust }) => {
    const pair = pairKey({ definitionId: definition.id, subject });
    return before !== null || !subjects.has(pair) || place(trust, pair) <= MAX_OF_SUBJECT;
  });
  const count = drafts.length - kept.length;
  if (count > 0) console.warn(JSON.stringify({ event: "conversions_not_kept", reason: "too_many", count }));
  return kept;
}

function rowOf({ newId }: CountDeps, draft: Draft, touches: readonly Touch[], now: number): Drawn {
  const { definition, before, worth } = draft;
  const withdrawn = draft.follows === null ? before?.uncounted === "withdrawn" : draft.follows.withdrawn;
  // Of a contact that was erased: what it had too many of stays so.
  const stays = draft.subject.startsWith("e:") && before?.uncounted === "limit";
  const trigger = definition.triggers[draft.triggerIndex]?.type ?? before?.trigger ?? "manual";
  const row: ConversionRow = {
    id: before?.id ?? newId("conversion"),
    definitionId: definition.id,
    storeId: definition.storeId,
    eventKey: draft.key,
    trigger,
    triggerIndex: draft.triggerIndex,
    origin: draft.origin,
    trust: draft.trust,
    time: draft.time,
    confirmedAt: draft.confirmedAt,
    subject: draft.subject,
    visitorHash: draft.visitorHash,
    contactId: draft.contactId,
    page: draft.page,
    valueMinor: worth.valueMinor,
    valueNote: worth.valueNote,
    valueTrust: draft.valueTrust,
    uncounted: withdrawn ? "withdrawn" : stays ? "limit" : null,
    orderId: draft.orderId,
    causeId: draft.causeId,
    ...creditOf(draft, touches),
    commission: before?.commission ?? "none",
    dueAt: before?.dueAt ?? null,
    approvedAt: before?.approvedAt ?? null,
    review: before?.review ?? null,
    version: before?.version ?? 0,
    createdAt: before?.createdAt ?? now,
    updatedAt: before?.updatedAt ?? now,
  };
  return { row, before };
}
