import type { Trust } from "../../ground/model/evidence.ts";
import { activeDefinitions, type DefinitionRow } from "../definition/store.ts";
import { segmentTrust } from "./condition.ts";
import type { CountDeps } from "../count/plan-run.ts";
import { recordMatches } from "../count/record-run.ts";
import type { Match } from "../count/work.ts";
import { segmentSql } from "./segment-sql.ts";

/** What makes a contact's conversion by a definition's segments the same one, whenever they are met. */
export function segmentKey(definitionId: string, contactId: string): string {
  return `segment:${definitionId}:${contactId}`;
}

/** Whether a definition asks for segments at `now` (ms UTC). */
export function asksSegments({ listens, effectiveFrom }: DefinitionRow, now: number): boolean {
  return listens.includes(",segment,") && effectiveFrom !== null && effectiveFrom <= now;
}

/** What became of contacts that were looked at. */
export interface Evaluated {
  /** Conversions that were recorded. */
  made: number;
  /** Contacts that meet a segment and whose conversion could not be recorded, as others came first each time. */
  failed: string[];
}

/**
 * Records conversions of those of a store's contacts that meet a segment of an active definition now. Who has one of
 * the definition by its segments is not looked at again, whatever they do. A repeat changes nothing. Throws what D1
 * throws: some conversions may be recorded then.
 */
export async function evaluateContacts(
  deps: CountDeps,
  storeId: string,
  contactIds: readonly string[],
): Promise<Evaluated> {
  const definitions = await activeDefinitions(deps.d1, [storeId]);
  return evaluateSegments(
    deps,
    storeId,
    definitions.filter((definition) => asksSegments(definition, deps.now())),
    contactIds,
  );
}

/** The same for given definitions of the store. */
export async function evaluateSegments(
  deps: CountDeps,
  storeId: string,
  definitions: readonly DefinitionRow[],
  contactIds: readonly string[],
): Promise<Evaluated> {
  const matches = await segmentMatches(deps, storeId, definitions, contactIds);
  if (matches.length === 0) return { made: 0, failed: [] };
  const { made, failed } = await recordMatches(deps, storeId, matches, "live");
  return {
    made,
    failed: matches.flatMap(({ event, contactId }) => (failed.has(event.key) && contactId ? [contactId] : [])),
  };
}

interface Meeting {
  id: string;
  customerHash: string;
  trust: Trust;
}

/** Who of these contacts meets which definition, by its first segment that they meet. Writes nothing. */
async function segmentMatches(
  { d1, now }: Pick<CountDeps, "d1" | "now">,
  storeId: string,
  definitions: readonly DefinitionRow[],
  contactIds: readonly string[],
): Promise<Match[]> {
  const time = now();
  const asked = definitions.flatMap((definition) =>
    definition.triggers.flatMap((trigger, triggerIndex) =>
      trigger.type === "segment" ? [{ definition, triggerIndex, conditions: trigger.all }] : [],
    ),
  );
  if (asked.length === 0 || contactIds.length === 0) return [];
  const ids = JSON.stringify(contactIds);
  const found = await d1.batch<Meeting>(
    asked.map(({ definition, conditions }) => {
      const { sql, values } = segmentSql(conditions, { place: 4, now: time });
      return d1
        .prepare(
          // The conditions are looked at where there is no such conversion alone.
          `SELECT c.id, c.customer_hash AS customerHash, c.trust FROM json_each(?1) w CROSS JOIN contacts c ON c.id = w.value
           WHERE c.store_id = ?2 AND ?4 <> '' AND CASE WHEN NOT EXISTS (
             SELECT 1 FROM conversions v WHERE v.definition_id = ?3 AND v.event_key = 'segment:' || ?3 || ':' || c.id
           ) THEN ${sql} END`,
        )
        .bind(ids, storeId, definition.id, values);
    }),
  );
  const matches = new Map<string, Match>();
  for (const [index, { definition, triggerIndex, conditions }] of asked.entries()) {
    for (const { id, customerHash, trust } of found[index]?.results ?? []) {
      const key = segmentKey(definition.id, id);
      if (matches.has(key)) continue;
      matches.set(key, {
        definition,
        triggerIndex,
        contactId: id,
        event: {
          key,
          storeId,
          kind: "identify",
          name: null,
          page: null,
          country: null,
          data: {},
          visitorHash: null,
          customerHash,
          view: null,
          trust: segmentTrust(conditions, trust),
          time,
        },
      });
    }
  }
  return [...matches.values()];
}
