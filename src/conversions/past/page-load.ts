import { ID_PREFIXES } from "../../ground/id.ts";
import { ID_BYTES, idOf } from "../../ground/id-text.ts";
import type { ConsentSetting } from "../../ground/model/link.ts";
import { asAllowed } from "../../sales/capture/evidence.ts";
import { chainWork } from "../count/chain-load.ts";
import { firstMet } from "../count/match.ts";
import { BOUGHT_SQL } from "../count/order-goal.ts";
import { orderWork } from "../count/order-load.ts";
import type { CountDeps } from "../count/plan-run.ts";
import type { CountEvent, Item } from "../count/work.ts";
import type { DefinitionRow } from "../definition/store.ts";
import { knownVisitors } from "../event/contact-store.ts";
import { type EventRow, goalEventOf } from "../event/goal-event.ts";

/** The steps of applying a definition to the past, in their order: what comes later may come of what is before. */
export const STEPS = ["events", "orders", "conversions"] as const;

/** Where it goes on: the step, and the last place in it that is done, which is empty at its beginning. */
export interface Place {
  step: (typeof STEPS)[number];
  after: string;
}

/** What is looked back on. */
export interface Stretch {
  definition: DefinitionRow;
  /** The policy that holds for the store's shoppers. */
  policy: ConsentSetting;
  /** ms UTC; the end is not in it. */
  from: number;
  to: number;
}

/** Some of what happened, and what it comes to. */
export interface Page {
  items: Item[];
  /** Rows that were looked at. */
  seen: number;
  /** `null`: that was all. */
  next: Place | null;
}

/** Rows that are looked at together. */
const ROWS = 250;

/** A step of which a definition's triggers may be met, from this one on. */
function stepFrom(definition: DefinitionRow, index: number): Place | null {
  const step = STEPS.find((one, at) => at >= index && isAsked(definition, one));
  return step === undefined ? null : { step, after: "" };
}

function isAsked({ triggers }: DefinitionRow, step: Place["step"]): boolean {
  return triggers.some(({ type }) =>
    step === "orders"
      ? type === "order"
      : step === "conversions"
        ? type === "conversion"
        : ["url", "event", "script", "identified"].includes(type),
  );
}

/** Where looking back begins; `null`: nothing of the past can meet the definition. Whoever meets a segment is found by its own sweep. */
export function firstPlace(definition: DefinitionRow): Place | null {
  return stepFrom(definition, 0);
}

/** What comes at a place. */
export async function loadPage(deps: CountDeps, stretch: Stretch, place: Place): Promise<Page> {
  const { items, seen, after } = await LOADS[place.step](deps, stretch, place.after);
  const next =
    seen === ROWS ? { step: place.step, after } : stepFrom(stretch.definition, STEPS.indexOf(place.step) + 1);
  return { items: items.filter(({ definition }) => definition.id === stretch.definition.id), seen, next };
}

interface Loaded {
  items: Item[];
  seen: number;
  after: string;
}

const LOADS: Readonly<Record<Place["step"], (deps: CountDeps, stretch: Stretch, after: string) => Promise<Loaded>>> = {
  events: loadEvents,
  orders: loadOrders,
  conversions: loadConversions,
};

async function loadEvents(deps: CountDeps, { definition, policy, from, to }: Stretch, after: string): Promise<Loaded> {
  const { results } = await deps.d1
    .prepare(
      // Ids begin with the time at which a report came; what is reported again keeps the id of its first time.
      `SELECT id, store_id AS storeId, source, received_at AS receivedAt, body, meta FROM inbox
       WHERE store_id = ?1 AND id > ?2 AND id < ?3 AND source = 'snippet' AND received_at >= ?4 AND received_at < ?5
         AND verdict IN ('kept', 'used') AND body <> '' AND body ->> '$.type' <> 'order'
       ORDER BY id LIMIT ${ROWS}`,
    )
    .bind(definition.storeId, after === "" ? inboxIdAt(from) : after, inboxIdAt(to + MARGIN_MS), from, to)
    .all<Omit<EventRow, "meta"> & { meta: string }>();
  const rows = results.map((row) => asAllowed({ ...row, meta: JSON.parse(row.meta) as EventRow["meta"] }, policy));
  const events = await identified(
    deps,
    rows.flatMap((row) => goalEventOf(row) ?? []),
  );
  const items = events.flatMap((event): Item[] => {
    const triggerIndex = firstMet(definition, event);
    if (triggerIndex === null || event.time < from || event.time >= to) return [];
    return [{ definition, key: event.key, matches: [{ definition, triggerIndex, event }], origin: "backfill" }];
  });
  return { items: together(items), seen: results.length, after: results.at(-1)?.id ?? "" };
}

/** How far the time in an id may be from that at which the report came, ms. */
const MARGIN_MS = 3_600_000;

/** The least id that a report of a time (ms UTC) may have, or one of an hour before. */
function inboxIdAt(time: number): string {
  const bytes = new Uint8Array(ID_BYTES);
  const view = new DataView(bytes.buffer);
  const at = Math.max(0, time - MARGIN_MS);
  view.setUint16(0, Math.floor(at / 0x1_0000_0000));
  view.setUint32(2, at >>> 0);
  return idOf(ID_PREFIXES.inbox, bytes);
}

/** Events of who a visitor is as those of becoming known, at the first time that it was said. */
async function identified({ d1 }: CountDeps, events: readonly CountEvent[]): Promise<CountEvent[]> {
  const identities = events.flatMap(({ kind, storeId, customerHash, visitorHash, time }) =>
    kind === "identify" && customerHash !== null ? [{ storeId, customerHash, visitorHash, time }] : [],
  );
  const visitors = identities.length === 0 ? [] : await knownVisitors(d1, identities);
  const known = new Map(visitors.map((one) => [`${one.visitorHash} ${one.customerHash}`, one]));
  return events.map((event) => {
    const link = event.kind === "identify" ? known.get(`${event.visitorHash} ${event.customerHash}`) : undefined;
    return link === undefined
      ? event
      : { ...event, key: `identified:${link.visitorHash}:${link.contactId}`, time: link.since };
  });
}

/** What is said of one event as one item. */
function together(items: readonly Item[]): Item[] {
  return [...Map.groupBy(items, ({ key }) => key).values()].flatMap((some) => {
    const [first] = some;
    return first === undefined ? [] : [{ ...first, matches: some.flatMap(({ matches }) => matches) }];
  });
}

async function loadOrders(deps: CountDeps, { definition, from, to }: Stretch, after: string): Promise<Loaded> {
  const [time, id] = (JSON.parse(after === "" ? "null" : after) as [number, string] | null) ?? [from, ""];
  const { results } = await deps.d1
    .prepare(
      `SELECT o.id, o.placed_at AS placedAt FROM orders o
       WHERE o.store_id = ?1 AND (o.placed_at, o.id) > (?2, ?3) AND o.placed_at < ?4 AND ${BOUGHT_SQL}
       ORDER BY o.placed_at, o.id LIMIT ${ROWS}`,
    )
    .bind(definition.storeId, time, id, to)
    .all<{ id: string; placedAt: number }>();
  const ids = results.map((row) => row.id);
  const { items } = await orderWork(deps, definition.storeId, ids, [definition], "backfill");
  const last = results.at(-1);
  return {
    items,
    seen: results.length,
    after: last === undefined ? "" : JSON.stringify([last.placedAt, last.id]),
  };
}

async function loadConversions(deps: CountDeps, { definition, from, to }: Stretch, after: string): Promise<Loaded> {
  const causes = definition.triggers.flatMap((trigger) =>
    trigger.type === "conversion" ? [trigger.definitionId] : [],
  );
  const { results } = await deps.d1
    .prepare(
      `SELECT id FROM conversions WHERE definition_id IN (SELECT value FROM json_each(?1)) AND id > ?2
         AND time >= ?3 AND time < ?4 AND uncounted IS NULL ORDER BY id LIMIT ${ROWS}`,
    )
    .bind(JSON.stringify(causes), after, from, to)
    .all<{ id: string }>();
  const ids = results.map(({ id }) => id);
  const { items } = await chainWork(deps, ids, [definition], "backfill");
  return { items, seen: results.length, after: ids.at(-1) ?? "" };
}
