import type { Deps } from "../../ground/deps.ts";
import type { Change } from "../../ground/http/commit.ts";
import { isoOf } from "../../ground/http/fields.ts";
import { validationProblem } from "../../ground/http/openapi.ts";
import { Problem } from "../../ground/http/problem.ts";
import type { ConnectedCarrier } from "../../ground/model/call.ts";
import { existingStore } from "../../programme/store/store.ts";
import { type Carrier, CARRIER_BODIES } from "./schema.ts";
import { type CarrierSecrets, openCarrierSecrets, sealCarrierSecrets, withNew } from "./seal.ts";
import { type CarrierRow, deleteCarrier, findCarrier, subjectOf, writeCarrier } from "./store.ts";

/** A connection to a carrier by its path. */
export interface CarrierPath {
  id: string;
  carrier: ConnectedCarrier;
}

/**
 * Plans a store's connection to a carrier; `asked` is the request's address. What is signed with the secret before is
 * taken for an hour more. Throws a `Problem`: 404, 422 for a body that won't do, 503 where no secret can be sealed.
 */
export async function planCarrier(
  deps: Deps,
  { id: storeId, carrier }: CarrierPath,
  body: unknown,
  asked: string,
): Promise<Change<Carrier>> {
  const { success, data, error } = CARRIER_BODIES[carrier].safeParse(body);
  if (!success) throw validationProblem(error.issues);
  await existingStore(deps, storeId);
  const before = await findCarrier(deps, { storeId, carrier });
  const known = before === null ? null : await openCarrierSecrets(deps.env.VISITOR_KEY, before, before.secretsSealed);
  const now = deps.now();
  const secrets = withNew(known, data.secret, now);
  const secretsSealed = await sealCarrierSecrets(deps.env.VISITOR_KEY, deps.random, { storeId, carrier }, secrets);
  if (secretsSealed === null) {
    throw new Problem("unavailable", "VISITOR_KEY is not set, which secrets are sealed under.");
  }
  const row: CarrierRow = {
    storeId,
    carrier,
    account: known?.secret === data.secret ? (before?.account ?? "") : "",
    secretsSealed,
    publicUrl: data.publicUrl,
    lastAt: before?.lastAt ?? null,
    lastRefusedAt: before?.lastRefusedAt ?? null,
    version: (before?.version ?? 0) + 1,
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  };
  return {
    statements: writeCarrier(deps, before, row),
    audit: [
      {
        action: before === null ? "create" : "update",
        entity: "carrierConnection",
        entityId: subjectOf(row),
        before: before === null ? null : audited(before),
        after: { ...audited(row), secretChanged: known?.secret !== data.secret },
      },
    ],
    status: 200,
    body: presentCarrier(deps, row, secrets, asked),
  };
}

/** Plans the end of a connection: its secrets are forgotten. Throws a `Problem` (404). */
export async function planCarrierEnd(deps: Deps, { id: storeId, carrier }: CarrierPath): Promise<Change<null>> {
  const before = await existingCarrier(deps, { id: storeId, carrier });
  return {
    statements: [deleteCarrier(deps, { storeId, carrier })],
    audit: [
      {
        action: "delete",
        entity: "carrierConnection",
        entityId: subjectOf(before),
        before: audited(before),
        after: null,
      },
    ],
    status: 204,
    body: null,
  };
}

/** The connection of a store to a carrier. Throws a `Problem` (404) if there is none. */
export async function existingCarrier(deps: Deps, { id: storeId, carrier }: CarrierPath): Promise<CarrierRow> {
  await existingStore(deps, storeId);
  const row = await findCarrier(deps, { storeId, carrier });
  if (row === null) throw new Problem("not_found", `The store ${storeId} is not connected to ${carrier}.`);
  return row;
}

/** A connection as the API shows it, with its secrets opened to tell until when the one before counts. */
export async function shownCarrier(deps: Deps, row: CarrierRow, asked: string): Promise<Carrier> {
  const secrets = await openCarrierSecrets(deps.env.VISITOR_KEY, row, row.secretsSealed);
  return presentCarrier(deps, row, secrets, asked);
}

function presentCarrier(
  { config, now }: Deps,
  row: CarrierRow,
  secrets: CarrierSecrets | null,
  asked: string,
): Carrier {
  const { storeId, carrier, account, publicUrl } = row;
  const until = secrets?.previous?.until ?? 0;
  return {
    storeId,
    carrier,
    account: account === "" ? null : account,
    webhookUrl: publicUrl ?? `${config.publicUrl ?? new URL(asked).origin}/webhooks/${carrier}/${storeId}`,
    publicUrl,
    previousUntil: until > now() ? isoOf(until) : null,
    lastAt: isoOf(row.lastAt),
    lastRefusedAt: isoOf(row.lastRefusedAt),
    createdAt: isoOf(row.createdAt),
    updatedAt: isoOf(row.updatedAt),
  };
}

function audited({ carrier, publicUrl }: CarrierRow) {
  return { carrier, publicUrl };
}
