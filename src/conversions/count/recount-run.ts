import { writeInHalves } from "../../ground/db/halves.ts";
import { limitedRows } from "./limits-load.ts";
import { conversionsWhere, definitionsById, type Pair, subjectsOf } from "./load-ground.ts";
import type { CountDeps } from "./plan-run.ts";
import { writeItems } from "./record-run.ts";
import type { ConversionRow } from "./work.ts";
import { writeConversions } from "./write-conversions.ts";

/** Subjects whose limits are worked out in one transaction. */
const GROUP = 100;

/** Conversions that are looked at anew at once. */
const PAGE = 2_000;

/**
 * Works out anew which conversions of subjects count: after some of them were deleted, or came to be another's. Throws
 * what D1 throws when it is busy or gone, and if others come first each time; a repeat is safe.
 */
export async function recountSubjects(deps: CountDeps, pairs: readonly Pair[]): Promise<void> {
  for (let start = 0; start < pairs.length; start += GROUP) {
    await writeInHalves(pairs.slice(start, start + GROUP), {
      write: (some) => recountOnce(deps, some),
      lostRace: () => false,
      giveUp: (_pair, error) => {
        throw error;
      },
    });
  }
}

async function recountOnce(deps: CountDeps, pairs: readonly Pair[]): Promise<void> {
  const definitions = await definitionsById(
    deps,
    pairs.map(({ definitionId }) => definitionId),
  );
  const subjects = await subjectsOf(deps, pairs);
  const limits = new Map([...definitions].map(([id, { limit }]) => [id, limit]));
  const judged = await limitedRows(deps, limits, [], pairs, subjects);
  const none = { contacts: new Map(), links: new Map(), byHash: new Map() };
  const premises = { storeId: "", versions: [], visitors: [], hashes: [], people: none, pairs, subjects };
  const { statements } = writeConversions(deps.d1, judged, premises, deps.now());
  if (statements.length > 0) await deps.d1.batch(statements);
}

/**
 * Looks anew at whose the conversions of visitors and customers are, after a visitor came to be known as a contact, or a
 * customer (by its hash) to be one: they are credited and counted by that then. As {@link recountSubjects}.
 */
export async function relinkConversions(
  deps: CountDeps,
  storeId: string,
  { visitors = [], customers = [] }: { visitors?: readonly string[]; customers?: readonly string[] },
): Promise<void> {
  const asked: [string, string][] = [];
  if (visitors.length > 0) {
    asked.push(["c.store_id = ?1 AND c.visitor_hash IN (SELECT value FROM json_each(?2))", JSON.stringify(visitors)]);
  }
  if (customers.length > 0) {
    const ofCustomers = `(c.definition_id, c.subject) IN (SELECT d.id, 'h:' || w.value
      FROM conversion_definitions d CROSS JOIN json_each(?2) w WHERE d.store_id = ?1)`;
    asked.push([ofCustomers, JSON.stringify(customers)]);
  }
  let failures = 0;
  for (const [condition, values] of asked) {
    // One visitor may have made any number of them: no more are held at once than there is room for.
    for (let after = ""; ;) {
      const rows = await conversionsWhere(
        deps.d1,
        // By whose they are alone: in the order of ids all conversions there are would be looked at.
        `${condition} AND +c.id > ?3 ORDER BY +c.id LIMIT ${PAGE}`,
        storeId,
        values,
        after,
      );
      failures += await lookedAtAnew(deps, storeId, rows);
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) break;
      after = last.id;
    }
  }
  if (failures > 0) throw new Error(`${failures} conversions could not be written: others came first each time`);
}

/** Looks at conversions anew, and answers how many of them could not be written. */
async function lookedAtAnew(deps: CountDeps, storeId: string, rows: readonly ConversionRow[]): Promise<number> {
  const definitions = await definitionsById(
    deps,
    rows.map(({ definitionId }) => definitionId),
  );
  const { failed } = await writeItems(
    deps,
    storeId,
    rows.flatMap(({ definitionId, eventKey: key, origin }) => {
      const definition = definitions.get(definitionId);
      return definition === undefined ? [] : [{ definition, key, matches: [], origin }];
    }),
  );
  return failed.size;
}
