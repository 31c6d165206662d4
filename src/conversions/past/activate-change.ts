import type { Actor, Deps } from "../../ground/deps.ts";
import { mustAllow } from "../../ground/http/auth.ts";
import type { Change } from "../../ground/http/commit.ts";
import { planActivation } from "../definition/change.ts";
import type { Definition } from "../definition/schema.ts";
import { existingDefinition } from "../definition/store.ts";
import { planPast } from "./backfill-change.ts";

/**
 * Plans that a draft begins to listen and, if it applies to the past, that it is applied to that in the same moment, once
 * the number of conversions is confirmed that it makes. Throws a `Problem` (403, 404, 409, 422).
 */
export async function planActivate(
  deps: Deps,
  actor: Actor,
  id: string,
  confirm: number | undefined,
): Promise<Change<Definition>> {
  const { row } = await existingDefinition(deps, id);
  const activation = await planActivation(deps, id);
  if (row.status !== "draft" || !row.appliesToPast) return activation;
  mustAllow(actor, ["orders:write"]);
  const past = await planPast(deps, actor, row, { confirm }, "if any");
  return {
    ...activation,
    statements: [...activation.statements, ...past.statements],
    audit: [...activation.audit, ...past.audit],
  };
}
