import { existingCreator } from "../../programme/creator/store.ts";
import type { Actor, Deps } from "../../ground/deps.ts";
import { unchanged } from "../../ground/http/change.ts";
import type { Change } from "../../ground/http/commit.ts";
import { isoOf } from "../../ground/http/fields.ts";
import { Problem } from "../../ground/http/problem.ts";
import { changedDetails, maskedDetails, type PayoutDetails } from "./details.ts";
import type { ShownDetails } from "./schema.ts";
import { openDetails, sealDetails } from "./seal.ts";
import { deleteDetails, type DetailsRow, findDetails, writeDetails } from "./store.ts";

const ENTITY = "payoutDetails";

/** What is said where no secret can be sealed. */
export const NO_KEY = "VISITOR_KEY is not set, which accounts are sealed under.";

/**
 * Where a creator is paid, with what could be misused hidden unless it is revealed, which the audit log gets. Throws a
 * `Problem`: 404, or 409 if it was sealed under another key.
 */
export async function planLook(deps: Deps, creatorId: string, revealed: boolean): Promise<Change<ShownDetails>> {
  const row = await existingDetails(deps, creatorId);
  const details = await openedDetails(deps, row);
  if (details === null) {
    throw new Problem("account_unreadable", "They were sealed under another VISITOR_KEY. Enter them anew.");
  }
  const body = present(row, details, revealed);
  if (!revealed) return unchanged(body);
  return {
    ...unchanged(body),
    audit: [{ action: "reveal", entity: ENTITY, entityId: creatorId, before: null, after: recordOf(details.method) }],
  };
}

/** Plans where a creator is paid. Throws a `Problem`: 404, or 503 where no secret can be sealed. */
export async function planDetails(
  deps: Deps,
  actor: Actor,
  creatorId: string,
  given: PayoutDetails,
): Promise<Change<ShownDetails>> {
  await existingCreator(deps, creatorId);
  const row = await findDetails(deps, creatorId);
  const before = row === null ? null : await openedDetails(deps, row);
  const changed = changedDetails(before, given);
  if (row !== null && changed.length === 0) return unchanged(present(row, given, false));
  const { method, ...secrets } = given;
  const sealed = await sealDetails(deps.env.VISITOR_KEY, deps.random, creatorId, secrets);
  if (sealed === null) throw new Problem("unavailable", NO_KEY);
  const version = (row?.version ?? 0) + 1;
  const after: DetailsRow = { creatorId, method, sealed, version, updatedAt: deps.now(), updatedBy: actor.id };
  return {
    statements: writeDetails(deps, after, version - 1),
    audit: [
      {
        action: row === null ? "create" : "update",
        entity: ENTITY,
        entityId: creatorId,
        before: row === null ? null : recordOf(row.method),
        after: { ...recordOf(method), changed },
      },
    ],
    status: 200,
    body: present(after, given, false),
  };
}

/** Plans that it is forgotten where a creator is paid. Throws a `Problem` (404). */
export async function planForgetting(deps: Deps, creatorId: string): Promise<Change<null>> {
  const row = await existingDetails(deps, creatorId);
  return {
    statements: deleteDetails(deps, creatorId, row.version),
    audit: [{ action: "delete", entity: ENTITY, entityId: creatorId, before: recordOf(row.method), after: null }],
    status: 204,
    body: null,
  };
}

async function existingDetails(deps: Deps, creatorId: string): Promise<DetailsRow> {
  await existingCreator(deps, creatorId);
  const row = await findDetails(deps, creatorId);
  if (row === null) throw new Problem("not_found", `The creator ${creatorId} has no payout details.`);
  return row;
}

/** What details in force say; `null` if they were sealed under another key. */
export async function openedDetails({ env }: Deps, row: DetailsRow): Promise<PayoutDetails | null> {
  const [secrets = null] = await openDetails(env.VISITOR_KEY, [row]);
  return secrets === null ? null : { method: row.method, ...secrets };
}

/** What the audit log keeps: never what the details say. */
function recordOf(method: PayoutDetails["method"]): Record<string, unknown> {
  return { method };
}

function present(
  { creatorId, updatedAt, updatedBy }: DetailsRow,
  details: PayoutDetails,
  revealed: boolean,
): ShownDetails {
  const shown = revealed ? details : maskedDetails(details);
  return { creatorId, ...shown, revealed, updatedAt: isoOf(updatedAt), updatedBy };
}
