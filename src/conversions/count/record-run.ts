import { writeInHalves } from "../../ground/db/halves.ts";
import { errorText } from "../../ground/error-text.ts";
import type { ConversionOrigin } from "../../ground/model/conversion.ts";
import { activeDefinitions } from "../definition/store.ts";
import { firstMet } from "./match.ts";
import { type CountDeps, planItems } from "./plan-run.ts";
import type { CountEvent, Item, Match } from "./work.ts";

/** What became of matches. */
export interface Recorded {
  /** Conversions that weren't there before. */
  made: number;
  /**
   * Keys of events that couldn't be recorded under a definition they meet: each time others came first, or it comes with
   * a click id while the keys can't be read, or it is logged why not. A repeat is safe.
   */
  failed: ReadonlySet<string>;
}

/** What became of events. */
export interface Goals extends Pick<Recorded, "failed"> {
  /** Conversions that weren't there before. */
  conversions: number;
  /** Keys of events that meet a definition. */
  met: ReadonlySet<string>;
}

/** Conversions in one transaction. */
const GROUP = 200;

/** Rounds of one that others come before each time; each is some tries with growing pauses. */
const ROUNDS = 5;

/**
 * Records the events of a store under each of its active definitions that they meet, if they happened once it was in
 * force. What is known already changes nothing, what is new of it adds to what is known, and neither the order nor the
 * company in which events come makes a difference. Throws what D1 throws when it is busy or gone: some may be recorded
 * then, and a repeat is safe.
 */
export async function recordGoals(deps: CountDeps, storeId: string, events: readonly CountEvent[]): Promise<Goals> {
  if (events.length === 0) return { conversions: 0, met: new Set(), failed: new Set() };
  const definitions = await activeDefinitions(deps.d1, [storeId]);
  const matches = events.flatMap((event) =>
    definitions.flatMap((definition): Match[] => {
      if (definition.effectiveFrom === null || event.time < definition.effectiveFrom) return [];
      const triggerIndex = firstMet(definition, event);
      return triggerIndex === null ? [] : [{ definition, triggerIndex, event }];
    }),
  );
  const { made, failed } = await recordMatches(deps, storeId, matches, "live");
  return { conversions: made, met: new Set(matches.map(({ event }) => event.key)), failed };
}

/** Records what meets definitions of a store, whoever found that it does. As {@link recordGoals}. */
export async function recordMatches(
  deps: CountDeps,
  storeId: string,
  matches: readonly Match[],
  origin: ConversionOrigin,
): Promise<Recorded> {
  const failed = new Set<string>();
  const readable = matches.filter(({ event: { key, click = null } }) => {
    if (click === null || deps.keys !== null) return true;
    // What is credited without its click is credited wrongly.
    failed.add(key);
    return false;
  });
  const items = [...Map.groupBy(readable, ({ definition, event }) => `${definition.id} ${event.key}`).values()].flatMap(
    (some): Item[] => {
      const [first] = some;
      return first === undefined ? [] : [{ definition: first.definition, key: first.event.key, matches: some, origin }];
    },
  );
  const written = await writeItems(deps, storeId, items);
  return { made: written.made, failed: new Set([...failed, ...written.failed]) };
}

/** Writes what is said of events under definitions, as {@link recordMatches} does. */
export async function writeItems(deps: CountDeps, storeId: string, items: readonly Item[]): Promise<Recorded> {
  const failed = new Set<string>();
  let made = 0;
  for (let start = 0; start < items.length; start += GROUP) {
    let left: readonly Item[] = items.slice(start, start + GROUP);
    for (let round = 1; left.length > 0; round++) {
      const overtakenOnes: Item[] = [];
      await writeInHalves(left, {
        write: async (some) => {
          const plan = await planItems(deps, storeId, some);
          if (plan.statements.length > 0) await deps.d1.batch(plan.statements);
          made += plan.made;
        },
        lostRace: () => false,
        giveUp: (item, error, overtaken) => {
          if (overtaken && round < ROUNDS) overtakenOnes.push(item);
          else {
            failed.add(item.key);
            console.error(
              JSON.stringify({
                event: "conversion_not_recorded",
                storeId,
                definitionId: item.definition.id,
                key: item.key,
                message: errorText(error),
              }),
            );
          }
        },
      });
      left = overtakenOnes;
    }
  }
  return { made, failed };
}
