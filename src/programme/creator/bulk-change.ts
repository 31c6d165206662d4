import type { Context } from "hono";
import type { AppTypes, Deps } from "../../ground/deps.ts";
import { refusedEntry, whileTaken } from "../../ground/http/bulk.ts";
import { commit } from "../../ground/http/commit.ts";
import type { Answer } from "../../ground/http/idempotency.ts";
import { validationProblem } from "../../ground/http/openapi.ts";
import { Problem } from "../../ground/http/problem.ts";
import { type NewCreator, newCreator } from "./schema.ts";
import { creatorOf, type CreatorRow, insertCreators, presentCreator, takenExternalIds } from "./store.ts";

/**
 * Creates creators from entries that are checked one by one; the answer has a result for each. An
 * external id goes to the first entry that has it, unless a creator has it already.
 */
export async function bulkCreate(c: Context<AppTypes>, entries: readonly unknown[]): Promise<Answer> {
  return whileTaken("external_id_taken", () => attemptBulk(c, entries));
}

async function attemptBulk(c: Context<AppTypes>, entries: readonly unknown[]): Promise<Answer> {
  const { deps } = c.env;
  return commit(c, async () => {
    const planned = await planCreators(deps, entries);
    const rows = planned.filter((plan): plan is CreatorRow => !(plan instanceof Problem));
    const [first] = rows;
    return {
      statements: insertCreators(deps, rows),
      audit:
        first === undefined
          ? []
          : [
              {
                action: "import",
                entity: "creator",
                entityId: first.id,
                before: null,
                after: { ids: rows.map((row) => row.id) },
              },
            ],
      status: 200,
      body: { results: planned.map(resultOf) },
      conflicts: { "creators.external_id": { code: "external_id_taken", path: "externalId" } },
    };
  });
}

async function planCreators(deps: Deps, entries: readonly unknown[]): Promise<(CreatorRow | Problem)[]> {
  const parsed = entries.map((entry): NewCreator | Problem => {
    const result = newCreator.safeParse(entry);
    return result.success ? result.data : validationProblem(result.error.issues);
  });
  const wanted = parsed.flatMap((entry) =>
    entry instanceof Problem || entry.externalId === null ? [] : [entry.externalId],
  );
  const taken = await takenExternalIds(deps, wanted);
  return parsed.map((entry) => {
    if (entry instanceof Problem) return entry;
    const { externalId } = entry;
    if (externalId !== null) {
      if (taken.has(externalId)) return externalIdTaken();
      taken.add(externalId);
    }
    return creatorOf(deps, entry);
  });
}

/** As `commit` words it for a creator that is created alone. */
function externalIdTaken(): Problem {
  return new Problem("external_id_taken", "externalId is taken.", [{ path: "externalId", message: "is taken" }]);
}

function resultOf(planned: CreatorRow | Problem, index: number) {
  return planned instanceof Problem
    ? refusedEntry(index, planned)
    : { index, status: 201, creator: presentCreator(planned) };
}
