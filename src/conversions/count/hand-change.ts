import { mustHold } from "../../ground/db/premise.ts";
import type { Deps } from "../../ground/deps.ts";
import type { Change } from "../../ground/http/commit.ts";
import { msOf } from "../../ground/http/fields.ts";
import { Problem } from "../../ground/http/problem.ts";
import { minorOf } from "../../ground/money/amount.ts";
import { mostOfOrder, mostText } from "../../ground/money/bound.ts";
import type { TriggerType } from "../../ground/model/conversion.ts";
import { CLOCK_AHEAD_MS } from "../../sales/capture/read-order.ts";
import { customerOf } from "../../sales/capture/redact.ts";
import { notActive } from "../definition/refusal.ts";
import { activeDefinitions, type DefinitionRow, existingDefinition } from "../definition/store.ts";
import { countDepsOf } from "../due-run.ts";
import { keepEvents } from "../event/contact-store.ts";
import { meetsEvent } from "./match.ts";
import { conversionsByKey, loadPeople } from "./load-ground.ts";
import { planItems } from "./plan-run.ts";
import { presentConversion } from "./present.ts";
import type { Conversion, NewConversion } from "./schema.ts";
import type { CountEvent, Item, KnownContact, Match } from "./work.ts";

/** How far back what is told of may lie, ms. */
const BACK_MS = 90 * 86_400_000;

/** What a change made besides the conversion. */
export interface HandChange extends Change<Conversion> {
  storeId: string;
  /** Whether a definition waits for conversions of others. */
  isAwaited: boolean;
  /** The customer who is a contact by it, by their hash; `null`: nobody. */
  customerHash: string | null;
}

/**
 * Plans a conversion that a person or a server tells of, which confirms it: a new one, or that of an event which a page
 * reported under the same id. Throws a `Problem` (404, 409, 422).
 */
export async function planHandConversion(deps: Deps, id: string, given: NewConversion): Promise<HandChange> {
  const { row: definition } = await existingDefinition(deps, id);
  if (definition.status !== "active") {
    throw notActive(definition);
  }
  const now = deps.now();
  const time = timeOf(given, definition, now);
  refuseValue(given, definition);
  const count = await countDepsOf(deps.env, now);
  const { newId } = deps;
  const match = matchOf(definition, given, time, () => newId("conversion"));
  const { event } = match;
  const { storeId } = definition;
  const customerHash = given.customerId === undefined ? null : await hashOf(count, storeId, given.customerId);
  const people = await loadPeople(count, storeId, {
    visitors: [],
    hashes: customerHash === null ? [] : [customerHash],
    ids: [],
  });
  const isNew = customerHash !== null && !people.byHash.has(customerHash);
  const fresh: KnownContact[] = isNew ? [{ id: newId("contact"), customerHash, fields: {} }] : [];
  const told: CountEvent = { ...event, customerHash };
  const item: Item = { definition, key: event.key, matches: [{ ...match, event: told }], origin: "manual" };
  const place = `${definition.id} ${event.key}`;
  const known = (await conversionsByKey(count, [{ definitionId: id, key: event.key }])).get(place) ?? null;
  const plan = await planItems({ ...count, newId }, storeId, [item], fresh);
  const row = plan.rows.get(place);
  if (row === undefined) throw new Problem("list_full", "This contact has more conversions of it than are kept.");
  const body = presentConversion(row, definition.currency);
  const isSaid = row.version === known?.version;
  return {
    statements: [
      mustHold(deps.d1, "EXISTS (SELECT 1 FROM conversion_definitions WHERE id = ?1 AND status = 'active')", id),
      ...insertContacts(deps.d1, storeId, fresh, customerHash, now),
      ...plan.statements,
      ...keepEvents(deps.d1, [told]),
    ],
    // What was said before changes nothing.
    audit: isSaid
      ? []
      : [
          {
            action: known === null ? "create" : "update",
            entity: "conversion",
            entityId: row.id,
            before: known === null ? null : presentConversion(known, definition.currency),
            after: { ...body, reason: given.reason ?? null },
          },
        ],
    status: 201,
    body,
    storeId,
    isAwaited: (await activeDefinitions(deps.d1, [storeId])).some(({ listens }) => listens.includes(",conversion,")),
    customerHash: isNew ? customerHash : null,
  };
}

/** Throws a `Problem` (422) for a value that is no amount in its currency, or more than any order comes to. */
function refuseValue({ value, currency }: NewConversion, definition: DefinitionRow): void {
  if (value === undefined) return;
  const code = currency ?? definition.currency;
  const minor = minorOf(value, code);
  if (minor === null)
    throw Problem.invalid("value", `must be an amount in ${code} of 0 or more, with its decimals at most`);
  if (minor > mostOfOrder(code)) throw Problem.invalid("value", `must be ${mostText(code)} at most`);
}

async function hashOf(
  { customerHashOf }: { customerHashOf: (storeId: string, customerId: string) => Promise<string | null> },
  storeId: string,
  customerId: string,
): Promise<string | null> {
  const customer = customerOf(customerId);
  if (customer === null) throw Problem.invalid("customerId", "is no id that tells one customer from another");
  return customerHashOf(storeId, customer);
}

/** Statements by which a server's word makes its customer a contact, or confirms that they are one. */
function insertContacts(
  d1: D1Database,
  storeId: string,
  fresh: readonly KnownContact[],
  customerHash: string | null,
  now: number,
): D1PreparedStatement[] {
  const [contact] = fresh;
  if (contact === undefined) {
    return customerHash === null
      ? []
      : [
          d1
            .prepare(
              `UPDATE contacts SET trust = 'confirmed', version = version + 1, updated_at = ?3
               WHERE store_id = ?1 AND customer_hash = ?2 AND trust = 'claimed'`,
            )
            .bind(storeId, customerHash, now),
        ];
  }
  return [
    mustHold(
      d1,
      "NOT EXISTS (SELECT 1 FROM contacts WHERE store_id = ?1 AND customer_hash = ?2)",
      storeId,
      contact.customerHash,
    ),
    d1
      .prepare(
        `INSERT INTO contacts (id, store_id, customer_hash, fields, trust, version, created_at, updated_at)
         VALUES (?1, ?2, ?3, '{}', 'confirmed', 1, ?4, ?4)`,
      )
      .bind(contact.id, storeId, contact.customerHash, now),
  ];
}

/** When it happened, ms UTC. Throws a `Problem` (422) for a time that is yet to come, too long ago, or before the definition. */
function timeOf({ time, call }: NewConversion, { effectiveFrom }: DefinitionRow, now: number): number {
  const [path, text] = time === undefined ? (["call.startedAt", call?.startedAt] as const) : (["time", time] as const);
  const at = msOf(text) ?? now;
  if (at > now + CLOCK_AHEAD_MS) throw Problem.invalid(path, "must not be in the future");
  if (at < now - BACK_MS) throw Problem.invalid(path, "must be 90 days ago at most");
  // Of a clock that is ahead, too.
  if (effectiveFrom !== null && at < effectiveFrom) {
    throw Problem.invalid(path, "must not be before the definition's effectiveFrom: see its backfill");
  }
  return Math.min(at, now);
}

/** Triggers that a person or a server may meet by saying so, whatever their conditions. */
const SAID: ReadonlySet<TriggerType> = new Set(["manual", "script", "event"]);

/** The trigger that is met, with the event that meets it. Throws a `Problem` (422). */
function matchOf(definition: DefinitionRow, given: NewConversion, time: number, newId: () => string): Match {
  const { eventId, call, value, currency, clickId = null, codes = [] } = given;
  const event: CountEvent = {
    key: eventId === undefined ? `manual:${newId()}` : `e:${eventId}`,
    storeId: definition.storeId,
    kind: "manual",
    name: null,
    page: null,
    country: null,
    data: { ...(value !== undefined && { value }), ...(currency !== undefined && { currency }) },
    visitorHash: null,
    customerHash: null,
    view: null,
    trust: "confirmed",
    time,
    click: clickId,
    codes,
  };
  if (call !== undefined) return callMatch(definition, event, call, eventId ?? newId());
  const triggerIndex = definition.triggers.findIndex(({ type }) => SAID.has(type));
  const trigger = definition.triggers[triggerIndex];
  if (trigger === undefined) {
    if (definition.triggers.some(({ type }) => type === "call")) throw Problem.invalid("call", "is missing");
    throw Problem.invalid(
      "id",
      "is of a definition that nobody can meet by hand: copy it, and give the copy a trigger of the type manual",
    );
  }
  if (trigger.type === "event")
    return { definition, triggerIndex, event: { ...event, kind: "track", name: trigger.event } };
  const said: CountEvent = trigger.type === "script" ? { ...event, kind: "conversion", name: definition.key } : event;
  return { definition, triggerIndex, event: said };
}

function callMatch(
  definition: DefinitionRow,
  given: CountEvent,
  { talkSeconds, number }: NonNullable<NewConversion["call"]>,
  callId: string,
): Match {
  const data = { ...given.data, talkSeconds, ...(number !== undefined && { number }) };
  const event: CountEvent = { ...given, kind: "call", key: `call:${callId}`, data };
  const triggerIndex = definition.triggers.findIndex((trigger) => meetsEvent(trigger, event, definition));
  if (triggerIndex >= 0) return { definition, triggerIndex, event };
  const listens = definition.triggers.some(({ type }) => type === "call");
  throw Problem.invalid(
    "call",
    listens
      ? "is too short, or of another number than the definition listens to"
      : "is of no use: the definition listens to no calls",
  );
}
