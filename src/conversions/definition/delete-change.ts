import type { Actor, Deps } from "../../ground/deps.ts";
import type { Change } from "../../ground/http/commit.ts";
import { Problem } from "../../ground/http/problem.ts";
import { deleteDefinitions, historiesOf, type History, waitingFor } from "./delete-store.ts";
import { presentDefinition } from "./present.ts";
import type { Deletion } from "./schema.ts";
import { definitionsOf, type ShownRow } from "./store.ts";

/**
 * Plans that definitions go, with all that was recorded for them. `confirm` is how many conversions that is. The ledger
 * keeps its entries. Throws a `Problem`: 409 where the number isn't that, with the counts, or where another definition
 * waits for one of them; 422 for an id that is none's.
 */
export async function planDeletion(
  deps: Deps,
  actor: Actor,
  asked: readonly string[],
  confirm: number | undefined,
): Promise<Change<Deletion>> {
  const ids = [...new Set(asked)];
  const found = await definitionsOf(deps, ids);
  const missing = asked.findIndex((id) => found.every(({ row }) => row.id !== id));
  if (missing >= 0) throw Problem.invalid(`ids.${missing}`, "is no conversion definition's");
  await refuseWaiting(deps, ids);
  const history = await historiesOf(deps, ids);
  const whole = sumOf(ids.map(history));
  if (confirm !== whole.conversions) throw unconfirmed(found, whole);
  return {
    statements: deleteDefinitions(
      deps,
      found.map(({ row }) => row),
      { conversions: whole.conversions, actor: actor.id, now: deps.now() },
    ),
    audit: found.map((shown) => ({
      action: "delete",
      entity: "conversionDefinition",
      entityId: shown.row.id,
      before: { ...presentDefinition(shown), history: history(shown.row.id) },
      after: null,
    })),
    status: 200,
    body: { ids, ...whole },
  };
}

/** Throws a `Problem` (409) that names the definitions which wait for conversions of these. */
async function refuseWaiting(deps: Deps, ids: readonly string[]): Promise<void> {
  const waiting = await waitingFor(deps, ids);
  const [first] = waiting;
  if (first === undefined) return;
  const names = waiting.map(({ id, name }) => `"${name}" (${id})`).join(", ");
  throw new Problem(
    "in_use",
    `It is what triggers ${names}. Archive or delete ${waiting.length === 1 ? "that one" : "those"} first, or all in one request.`,
    [],
    {},
    first,
  );
}

function sumOf(histories: readonly History[]): History {
  const sum = (count: keyof History) => histories.reduce((total, history) => total + history[count], 0);
  return { conversions: sum("conversions"), converters: sum("converters"), earned: sum("earned") };
}

/** What has to be confirmed, in words and numbers. */
function unconfirmed(found: readonly ShownRow[], history: History): Problem {
  const { conversions, converters, earned } = history;
  const [only] = found;
  const what = found.length === 1 && only !== undefined ? `"${only.row.name}" has` : `These ${found.length} have`;
  const grows = found.some(({ row }) => row.status === "active")
    ? " An active one may gain more at any moment: archive it first."
    : "";
  return new Problem(
    "confirm_needed",
    `${what} ${counted(conversions, "conversion")} of ${counted(converters, "converter")}; ${earned} of them earned commission. All of that goes for good; what the ledger has stays as it is. To confirm it, send confirm: ${conversions}.${grows}`,
    [{ path: "confirm", message: `must be ${conversions}, the number of conversions that go too` }],
    {},
    null,
    { conversions, converters, earned },
  );
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
