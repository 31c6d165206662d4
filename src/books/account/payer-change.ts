import type { Actor, Deps } from "../../ground/deps.ts";
import { unchanged } from "../../ground/http/change.ts";
import type { Change } from "../../ground/http/commit.ts";
import { isoOf } from "../../ground/http/fields.ts";
import { Problem } from "../../ground/http/problem.ts";
import { NO_KEY } from "./details-change.ts";
import type { Payer } from "./details.ts";
import { maskedIban } from "./iban.ts";
import type { ShownPayer } from "./schema.ts";
import { openPayer, sealPayer } from "./seal.ts";
import { deletePayer, findPayer, type PayerRow, storeWas, writePayer } from "./store.ts";

const ENTITY = "payer";

/** From which account a store pays. Throws a `Problem`: 404, or 409 if it was sealed under another key. */
export async function showPayer(deps: Deps, storeId: string): Promise<ShownPayer> {
  const row = await existingPayer(deps, storeId);
  const payer = await openPayer(deps.env.VISITOR_KEY, storeId, row.sealed);
  if (payer === null) {
    throw new Problem("account_unreadable", "It was sealed under another VISITOR_KEY. Enter it anew.");
  }
  return present(row, payer);
}

/** Plans from which account a store pays. Throws a `Problem`: 404, or 503 where no secret can be sealed. */
export async function planPayer(deps: Deps, actor: Actor, storeId: string, given: Payer): Promise<Change<ShownPayer>> {
  if (!(await storeWas(deps, storeId))) throw new Problem("not_found", `There is no store ${storeId}.`);
  const row = await findPayer(deps, storeId);
  const before = row === null ? null : await openPayer(deps.env.VISITOR_KEY, storeId, row.sealed);
  const changed = (["name", "iban", "bic"] as const).filter((name) => (before?.[name] ?? null) !== given[name]);
  if (row !== null && changed.length === 0) return unchanged(present(row, given));
  const sealed = await sealPayer(deps.env.VISITOR_KEY, deps.random, storeId, given);
  if (sealed === null) throw new Problem("unavailable", NO_KEY);
  const version = (row?.version ?? 0) + 1;
  const after: PayerRow = { storeId, sealed, version, updatedAt: deps.now(), updatedBy: actor.id };
  return {
    statements: writePayer(deps, after, version - 1),
    audit: [
      {
        action: row === null ? "create" : "update",
        entity: ENTITY,
        entityId: storeId,
        before: null,
        after: { changed },
      },
    ],
    status: 200,
    body: present(after, given),
  };
}

/** Plans that it is forgotten from which account a store pays. Throws a `Problem` (404). */
export async function planPayerForgetting(deps: Deps, storeId: string): Promise<Change<null>> {
  const row = await existingPayer(deps, storeId);
  return {
    statements: deletePayer(deps, storeId, row.version),
    audit: [{ action: "delete", entity: ENTITY, entityId: storeId, before: null, after: null }],
    status: 204,
    body: null,
  };
}

async function existingPayer(deps: Deps, storeId: string): Promise<PayerRow> {
  const row = await findPayer(deps, storeId);
  if (row === null) throw new Problem("not_found", `The store ${storeId} has no account to pay from.`);
  return row;
}

function present({ storeId, updatedAt, updatedBy }: PayerRow, { name, iban, bic }: Payer): ShownPayer {
  return { storeId, name, iban: maskedIban(iban), bic, updatedAt: isoOf(updatedAt), updatedBy };
}
