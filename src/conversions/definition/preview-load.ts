import type { Deps } from "../../ground/deps.ts";
import type { AttributionSettings } from "../../ground/model/attribution.ts";
import type { ConsentSetting } from "../../ground/model/link.ts";
import type { Trust } from "../../ground/model/evidence.ts";
import { asAllowed } from "../../sales/capture/evidence.ts";
import { chainWork } from "../count/chain-load.ts";
import { draftOf } from "../count/fold.ts";
import { loadPeople } from "../count/load-ground.ts";
import { firstMet } from "../count/match.ts";
import { BOUGHT_SQL } from "../count/order-goal.ts";
import { orderWork } from "../count/order-load.ts";
import type { Item, Match } from "../count/work.ts";
import { type EventRow, goalEventOf, type RowEvent } from "../event/goal-event.ts";
import { segmentTrust } from "../segment/condition.ts";
import { segmentKey } from "../segment/evaluate-run.ts";
import { segmentSql } from "../segment/segment-sql.ts";
import type { Would } from "./preview.ts";
import type { DefinitionRow } from "./store.ts";
import { causesOf } from "./terms.ts";

type LoadDeps = Pick<Deps, "d1" | "db">;

/** Of each kind no more is looked at. */
const MOST = 20_000;

/** Rows read at once: of events and contacts, and of orders and conversions, which take more statements. */
const PAGE = 1_000;
const SMALL_PAGE = 500;

/** What is looked at. */
export interface Past {
  definition: DefinitionRow;
  /** Exclusive and inclusive, ms UTC. */
  from: number;
  to: number;
  /** That holds for the store's shoppers. */
  consent: ConsentSetting;
  attribution: AttributionSettings;
}

/** What was found, of how many. */
export interface Found {
  woulds: Would[];
  looked: number;
  /** Whether there was more. */
  partial: boolean;
}

const NOTHING: Found = { woulds: [], looked: 0, partial: false };

/** What an event is to be given to a definition as, all that is said of it together. */
async function wouldsOf(deps: LoadDeps, past: Past, matches: readonly Match[]): Promise<Would[]> {
  const { definition, attribution } = past;
  const events = matches.map(({ event }) => event);
  const people = await loadPeople(deps, definition.storeId, {
    visitors: distinct(events.map(({ visitorHash }) => visitorHash)),
    hashes: distinct(events.map(({ customerHash }) => customerHash)),
    ids: distinct(matches.map(({ contactId }) => contactId ?? null)),
  });
  return [...Map.groupBy(matches, ({ event }) => event.key)].flatMap(([key, some]): Would[] => {
    const item: Item = { definition, key, matches: some, origin: "live" };
    const draft = draftOf(item, null, people, () => ({ clicks: [], unverified: [] }), attribution);
    const first = some[0]?.event;
    return draft === null || first === undefined ? [] : [{ ...draft, kind: first.kind, name: first.name }];
  });
}

function distinct(texts: readonly (string | null)[]): string[] {
  return [...new Set(texts.filter((text) => text !== null))];
}

function listens({ triggers }: DefinitionRow, ...types: readonly string[]): boolean {
  return triggers.some(({ type }) => types.includes(type));
}

/** The events of pages and servers that would have met a definition, and visitors who would have become known. */
export async function pastEvents(deps: LoadDeps, past: Past): Promise<Found> {
  const { definition, from, to, consent } = past;
  if (!listens(definition, "url", "event", "script", "identified")) return NOTHING;
  const matches: Match[] = [];
  const identities: RowEvent[] = [];
  let looked = 0;
  for (let [after, scanned] = ["~", 0]; ;) {
    const rows = await inboxBefore(deps, definition.storeId, after);
    for (const row of rows) {
      if (row.receivedAt <= from || row.receivedAt > to) continue;
      const event = goalEventOf(asAllowed(row, consent));
      if (event === null) continue;
      looked += 1;
      if (event.kind === "identify") identities.push(event);
      const triggerIndex = firstMet(definition, event);
      if (triggerIndex !== null) matches.push({ definition, triggerIndex, event: { ...event, click: null } });
    }
    const last = rows.at(-1);
    scanned += rows.length;
    const isEnd = rows.length < PAGE || last === undefined || last.receivedAt <= from;
    if (isEnd || scanned >= MOST) {
      matches.push(...(await knownSince(deps, past, identities)));
      return { woulds: await wouldsOf(deps, past, matches), looked, partial: !isEnd };
    }
    after = last.id;
  }
}

/** Rows of a store's inbox, the newest first; of what isn't a page's event, the body is left out. */
async function inboxBefore({ d1 }: LoadDeps, storeId: string, before: string): Promise<EventRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT id, received_at AS receivedAt, source, store_id AS storeId, iif(source = 'snippet', body, '') AS body, meta
       FROM inbox WHERE store_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT ${PAGE}`,
    )
    .bind(storeId, before)
    .all<Omit<EventRow, "meta"> & { meta: string }>();
  return results.map(({ meta, ...row }) => ({ ...row, meta: JSON.parse(meta) as EventRow["meta"] }));
}

/** Those of whom a page said who they are that nobody knew before, each once, when it was first said. */
async function knownSince(deps: LoadDeps, past: Past, identities: readonly RowEvent[]): Promise<Match[]> {
  const { definition, from } = past;
  const named = identities.filter(({ visitorHash, customerHash }) => visitorHash !== null && customerHash !== null);
  if (!listens(definition, "identified") || named.length === 0) return [];
  const people = await loadPeople(deps, definition.storeId, {
    visitors: distinct(named.map(({ visitorHash }) => visitorHash)),
    hashes: distinct(named.map(({ customerHash }) => customerHash)),
    ids: [],
  });
  const pairs = Map.groupBy(named, ({ visitorHash, customerHash }) => `${visitorHash}:${customerHash}`);
  return [...pairs].flatMap(([pair, said]): Match[] => {
    const event = said.at(-1);
    if (event === undefined) return [];
    const contactId = people.byHash.get(event.customerHash ?? "");
    const links = people.links.get(event.visitorHash ?? "") ?? [];
    const since = links.filter((link) => link.contactId === contactId).map(({ time }) => time);
    const time = Math.min(event.time, ...since);
    const known = { ...event, key: `identified:${pair}`, time, click: null };
    const triggerIndex = time <= from ? null : firstMet(definition, known);
    return triggerIndex === null ? [] : [{ definition, triggerIndex, event: known }];
  });
}

/** A row in the order of time. */
interface Timed {
  id: string;
  time: number;
}

/** Reads rows from the newest to the oldest, page by page, and what comes of each page. */
async function eachPage(
  read: (before: Timed) => Promise<Timed[]>,
  work: (ids: readonly string[]) => Promise<Would[]>,
  to: number,
): Promise<Found> {
  const woulds: Would[] = [];
  for (let [before, looked]: [Timed, number] = [{ id: "", time: to + 1 }, 0]; ;) {
    const rows = await read(before);
    if (rows.length > 0) woulds.push(...(await work(rows.map(({ id }) => id))));
    looked += rows.length;
    const last = rows.at(-1);
    const isEnd = rows.length < SMALL_PAGE || last === undefined;
    if (isEnd || looked >= MOST) return { woulds, looked, partial: !isEnd };
    before = last;
  }
}

/** The bought orders that would have met a definition. */
export async function pastOrders(deps: LoadDeps, past: Past): Promise<Found> {
  const { definition, from, to } = past;
  const { id, storeId } = definition;
  if (!listens(definition, "order")) return NOTHING;
  const sql = `SELECT o.id, o.placed_at AS time FROM orders o
    WHERE o.store_id = ?1 AND o.placed_at > ?2 AND (o.placed_at, o.id) < (?3, ?4) AND ${BOUGHT_SQL}
    ORDER BY o.placed_at DESC, o.id DESC LIMIT ${SMALL_PAGE}`;
  const read = async (before: Timed) =>
    (await deps.d1.prepare(sql).bind(storeId, from, before.time, before.id).all<Timed>()).results;
  return eachPage(
    read,
    async (ids) => {
      const { items } = await orderWork(deps, storeId, ids, [definition], "backfill");
      return wouldsOf(deps, past, matchesIn(items, id));
    },
    to,
  );
}

/** The conversions of others that would have met a definition. */
export async function pastConversions(deps: LoadDeps, past: Past): Promise<Found> {
  const { definition, from, to } = past;
  const { id, storeId, triggers } = definition;
  const causes = causesOf(triggers);
  if (causes.length === 0) return NOTHING;
  const sql = `SELECT c.id, c.time FROM conversions c
    WHERE c.store_id = ?1 AND c.time > ?2 AND c.time <= ?3 AND (c.time < ?3 OR c.id < ?4) AND c.uncounted IS NULL
      AND +c.definition_id IN (SELECT value FROM json_each(?5))
    ORDER BY c.time DESC, c.id DESC LIMIT ${SMALL_PAGE}`;
  const read = async (before: Timed) =>
    (await deps.d1.prepare(sql).bind(storeId, from, before.time, before.id, JSON.stringify(causes)).all<Timed>())
      .results;
  return eachPage(
    read,
    async (ids) => {
      const { items } = await chainWork(deps, ids, [definition], "backfill");
      return wouldsOf(deps, past, matchesIn(items, id));
    },
    to,
  );
}

/** What counts under a definition. */
function matchesIn(items: readonly Item[], definitionId: string): Match[] {
  return items
    .filter(({ definition }) => definition.id === definitionId)
    .flatMap(({ matches }) => matches.filter(({ follows }) => follows?.withdrawn !== true));
}

/** The contacts that meet a segment of a definition now. */
export async function pastContacts(deps: LoadDeps, past: Past): Promise<Found> {
  const { definition, to } = past;
  const segments = definition.triggers.flatMap((trigger, index) =>
    trigger.type === "segment" ? [{ index, all: trigger.all, ...segmentSql(trigger.all, { place: 3, now: to }) }] : [],
  );
  if (segments.length === 0) return NOTHING;
  const woulds: Would[] = [];
  for (let [after, looked] = ["~", 0]; ;) {
    const page = await contactsBefore(deps, definition.storeId, after);
    const ids = JSON.stringify(page);
    const found =
      page.length === 0
        ? []
        : await deps.d1.batch<Contact>(
            segments.map(({ sql, values }) =>
              deps.d1
                .prepare(
                  `SELECT c.id, c.customer_hash AS customerHash, c.trust FROM json_each(?1) w
                   CROSS JOIN contacts c ON c.id = w.value WHERE c.store_id = ?2 AND ?3 <> '' AND ${sql}`,
                )
                .bind(ids, definition.storeId, values),
            ),
          );
    const matches = new Map<string, Match>();
    for (const [at, { index, all }] of segments.entries()) {
      for (const contact of found[at]?.results ?? []) {
        if (!matches.has(contact.id))
          matches.set(contact.id, matchOf(past, index, contact, segmentTrust(all, contact.trust)));
      }
    }
    woulds.push(...(await wouldsOf(deps, past, [...matches.values()])));
    looked += page.length;
    const last = page.at(-1);
    const isEnd = page.length < PAGE || last === undefined;
    if (isEnd || looked >= MOST) return { woulds, looked, partial: !isEnd };
    after = last;
  }
}

interface Contact {
  id: string;
  customerHash: string;
  trust: Trust;
}

async function contactsBefore({ d1 }: LoadDeps, storeId: string, before: string): Promise<string[]> {
  const { results } = await d1
    .prepare(`SELECT id FROM contacts WHERE store_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT ${PAGE}`)
    .bind(storeId, before)
    .all<{ id: string }>();
  return results.map(({ id }) => id);
}

function matchOf({ definition, to }: Past, triggerIndex: number, { id, customerHash }: Contact, trust: Trust): Match {
  const key = segmentKey(definition.id, id);
  const event = {
    key,
    storeId: definition.storeId,
    kind: "identify" as const,
    name: null,
    page: null,
    country: null,
    data: {},
    visitorHash: null,
    customerHash,
    view: null,
    trust,
    time: to,
  };
  return { definition, triggerIndex, event, contactId: id };
}
