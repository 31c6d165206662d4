import { writeInHalves } from "../../ground/db/halves.ts";
import { errorText } from "../../ground/error-text.ts";
import { activeDefinitions } from "../definition/store.ts";
import { chainWork } from "./chain-load.ts";
import { dueOf, endDue, takeDue } from "./due-store.ts";
import { orderWork } from "./order-load.ts";
import { type CountDeps, planItems } from "./plan-run.ts";

/** What this wing's counting takes up of what is due. */
export type CountedKind = "order" | "conversion";

/** How much one run does. */
export interface DueLimits {
  /** Only these, as far as they are due. */
  ids?: readonly string[];
  /** Nothing is begun after this long, ms. */
  timeMs?: number;
  /** Is waited for between groups; left out: there is no pause. */
  rest?: () => Promise<void>;
}

/** Rows looked up at once. */
const PAGE = 500;

/** Orders or conversions in one transaction. */
const GROUP = 50;

/** A run ends long before the cron begins the next. */
const TIME_MS = 20_000;

/**
 * Takes up orders, or conversions, that are due: records what they come to under the definitions that ask for them, and
 * withdraws what they no longer do. It may be doubled, run beside itself and die at any point; what isn't done stays due.
 * What can't be done is logged and put off, and holds up no other. Throws what D1 throws when it is busy or gone.
 */
export async function evaluateKind(
  deps: CountDeps,
  kind: CountedKind,
  { ids, timeMs = TIME_MS, rest }: DueLimits = {},
): Promise<void> {
  const endAt = Date.now() + timeMs;
  for (;;) {
    const page = await dueOf(deps.d1, kind, deps.now(), PAGE, ids ?? null);
    for (const [storeId, ofStore] of Map.groupBy(page, (due) => due.storeId)) {
      for (let start = 0; start < ofStore.length; start += GROUP) {
        if (Date.now() >= endAt) return;
        const some = ofStore.slice(start, start + GROUP).map(({ id }) => id);
        await evaluateTogether(deps, kind, storeId, some);
        await rest?.();
      }
    }
    if (page.length === 0 || ids !== undefined) return;
  }
}

async function evaluateTogether(
  deps: CountDeps,
  kind: CountedKind,
  storeId: string,
  ids: readonly string[],
): Promise<void> {
  const marks = new Map<string, number>();
  return writeInHalves(ids, {
    write: (some) => evaluateOnce(deps, kind, storeId, some, marks),
    lostRace: () => false,
    // It was put off as it was taken.
    giveUp: (id, error) =>
      console.error(JSON.stringify({ event: "conversions_not_evaluated", kind, id, message: errorText(error) })),
  });
}

async function evaluateOnce(
  deps: CountDeps,
  kind: CountedKind,
  storeId: string,
  ids: readonly string[],
  marks: Map<string, number>,
): Promise<void> {
  const wanted = ids.map((id) => ({ id, mark: marks.get(id) }));
  const taken = await takeDue(deps.d1, kind, wanted, deps.now());
  for (const [id, mark] of taken) marks.set(id, mark);
  if (taken.size === 0) return;
  const definitions = (await activeDefinitions(deps.d1, [storeId])).filter(({ listens }) =>
    listens.includes(`,${kind},`),
  );
  const work =
    kind === "order"
      ? await orderWork(deps, storeId, [...taken.keys()], definitions, "live")
      : await chainWork(deps, [...taken.keys()], definitions, "live");
  const plan = await planItems(deps, storeId, work.items);
  await deps.d1.batch([
    // First: what the rest of it has come up once more is due again.
    ...endDue(deps.d1, kind, taken),
    ...(plan.statements.length > 0 ? [...work.premises, ...plan.statements] : []),
  ]);
}
