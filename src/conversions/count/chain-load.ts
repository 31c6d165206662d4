import { packJson } from "../../ground/db/pack.ts";
import { mustHold } from "../../ground/db/premise.ts";
import type { Deps } from "../../ground/deps.ts";
import type { ConversionOrigin, GoalEvent } from "../../ground/model/conversion.ts";
import type { DefinitionRow } from "../definition/store.ts";
import { creditIn } from "./fold.ts";
import { conversionsById, conversionsWhere, definitionsById } from "./load-ground.ts";
import { totalOf } from "./order-goal.ts";
import { goalOrders, type OrderWork } from "./order-load.ts";
import type { ConversionRow, Item } from "./work.ts";

/** The key of the event that a conversion is for others. */
export function conversionKey(conversionId: string): string {
  return `conversion:${conversionId}`;
}

/**
 * What conversions come to under definitions that wait for them, and under those that they made one of already: only
 * what counts makes others, and takes them with it when it ceases to. What comes of the past is of the past.
 */
export async function chainWork(
  deps: Pick<Deps, "d1" | "db">,
  conversionIds: readonly string[],
  definitions: readonly DefinitionRow[],
  origin: ConversionOrigin,
): Promise<OrderWork> {
  const causes = await conversionsById(deps, conversionIds);
  const made = await conversionsWhere(
    deps.d1,
    "c.event_key IN (SELECT 'conversion:' || value FROM json_each(?1)) AND c.definition_id IN (SELECT id FROM conversion_definitions WHERE listens GLOB '*,conversion,*' AND store_id IN (SELECT value FROM json_each(?2)))",
    JSON.stringify(conversionIds),
    JSON.stringify([...new Set(causes.map(({ storeId }) => storeId))]),
  );
  const [others, orders] = await Promise.all([
    definitionsById(
      deps,
      made.map(({ definitionId }) => definitionId),
    ),
    goalOrders(
      deps,
      causes.flatMap(({ orderId }) => orderId ?? []),
    ),
  ]);
  const totals = new Map(orders.map((order) => [order.id, totalOf(order)]));
  const items = causes.flatMap((cause) => {
    const key = conversionKey(cause.id);
    const asking = new Map(definitions.map((definition) => [definition.id, definition]));
    const rows = new Map(made.filter(({ eventKey }) => eventKey === key).map((row) => [row.definitionId, row]));
    for (const [id] of rows) {
      const other = others.get(id);
      if (other !== undefined) asking.set(id, other);
    }
    return [...asking.values()].flatMap((definition) =>
      itemOf(cause, definition, rows.get(definition.id) ?? null, totals.get(cause.orderId ?? "") ?? null, origin),
    );
  });
  const versions = new Map(causes.map(({ id, version }) => [id, version]));
  const wanted = conversionIds.map((id) => ({ id, version: versions.get(id) ?? null }));
  return {
    items,
    premises: packJson(wanted).map((json) =>
      mustHold(
        deps.d1,
        `NOT EXISTS (SELECT 1 FROM json_each(?1) w LEFT JOIN conversions c ON c.id = w.value ->> 'id'
           WHERE c.version IS NOT w.value ->> 'version')`,
        json,
      ),
    ),
  };
}

function itemOf(
  cause: ConversionRow,
  definition: DefinitionRow,
  before: ConversionRow | null,
  total: { amountMinor: number; currency: string } | null,
  origin: ConversionOrigin,
): Item[] {
  const found = definition.triggers.findIndex(
    (trigger) => trigger.type === "conversion" && trigger.definitionId === cause.definitionId,
  );
  const own = before?.origin ?? (cause.origin === "backfill" ? "backfill" : origin);
  const inForce =
    before !== null ||
    origin === "backfill" ||
    (definition.effectiveFrom !== null && cause.time >= definition.effectiveFrom);
  const counts = found >= 0 && cause.uncounted === null && inForce;
  if (before === null && !counts) return [];
  const match = {
    definition,
    triggerIndex: before !== null && found < 0 ? before.triggerIndex : found,
    event: eventOf(cause),
    // Where a visitor is known, its links say whose it is.
    contactId: cause.visitorHash === null || cause.trust === "claimed" ? cause.contactId : null,
    orderId: cause.orderId,
    causeId: cause.id,
    confirmedAt: cause.confirmedAt,
    follows: { credit: creditIn(cause), total, withdrawn: !counts },
  };
  return [{ definition, key: match.event.key, matches: [match], origin: own }];
}

function eventOf({ id, storeId, page, visitorHash, subject, trust, time }: ConversionRow): GoalEvent {
  return {
    key: conversionKey(id),
    storeId,
    kind: "conversion",
    name: null,
    page,
    country: null,
    data: {},
    visitorHash,
    customerHash: subject.startsWith("h:") ? subject.slice(2) : null,
    view: subject.startsWith("p:") ? subject.slice(2) : null,
    trust,
    time,
  };
}
