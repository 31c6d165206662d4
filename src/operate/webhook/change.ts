import type { Deps } from "../../ground/deps.ts";
import { created, deleted, updated } from "../../ground/http/change.ts";
import type { Change } from "../../ground/http/commit.ts";
import { endMsOf, msOf } from "../../ground/http/fields.ts";
import { orNotFound, Problem } from "../../ground/http/problem.ts";
import { findStore } from "../../programme/store/store.ts";
import { allowsLocal, endpointProblem } from "../../ground/http/public-host.ts";
import {
  countFinished,
  findDelivery,
  type FoundDelivery,
  insertPing,
  replayDelivery,
  replayFinished,
  restDeliveries,
  wakeDeliveries,
} from "./delivery-store.ts";
import { PING } from "../../ground/model/event.ts";
import { handOut } from "./fan-out-store.ts";
import { presentDelivery, presentEndpoint } from "./present.ts";
import type {
  Delivery,
  Endpoint,
  EndpointPatch,
  EndpointWithSecret,
  NewEndpoint,
  Replayed,
  ReplayRequest,
} from "./schema.ts";
import { drawSecret, openSecrets, rotated, sealSecrets } from "./secret.ts";
import {
  countEndpoints,
  deleteEndpoint,
  type EndpointRow,
  findEndpoint,
  insertEndpoint,
  MAX_ENDPOINTS,
  updateEndpoint,
  updateSecrets,
} from "./store.ts";

/** The end of all times, ms UTC: the last that a `Date` has. */
const FOREVER = 8.64e15;

/** The endpoint with this id. Throws a `Problem` (404) if there is none. */
export const existingEndpoint = orNotFound("webhook endpoint", findEndpoint);

/** Plans a new endpoint. `asked` is the request's URL. Throws a `Problem`: 422 for a URL or store that won't do, 409 if there are too many. */
export async function planEndpoint(deps: Deps, given: NewEndpoint, asked: string): Promise<Change<EndpointWithSecret>> {
  refuseUrl(deps, given.url, asked);
  if (given.storeId !== null && (await findStore(deps, given.storeId)) === null) {
    throw Problem.invalid("storeId", `there is no store ${given.storeId}`);
  }
  if ((await countEndpoints(deps)) >= MAX_ENDPOINTS) {
    throw new Problem("list_full", `There are ${MAX_ENDPOINTS} endpoints already.`);
  }
  const [id, now, secret] = [deps.newId("endpoint"), deps.now(), drawSecret(deps.random)];
  const row: EndpointRow = {
    id,
    ...given,
    secretSealed: await sealSecrets(deps, id, { current: secret, previous: null }),
    disabled: false,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
  };
  const endpoint = presentEndpoint(row);
  return {
    ...created("webhookEndpoint", endpoint),
    body: { ...endpoint, secret },
    statements: [...handOut(deps.d1, now), ...insertEndpoint(deps, row)],
  };
}

/** Plans changes of an endpoint. `asked` is the request's URL. Throws a `Problem`: 404, or 422 for a URL that won't do. */
export async function planChange(
  deps: Deps,
  id: string,
  patch: EndpointPatch,
  asked: string,
): Promise<Change<Endpoint>> {
  if (patch.url !== undefined) refuseUrl(deps, patch.url, asked);
  const before = await existingEndpoint(deps, id);
  const now = deps.now();
  const after = { ...before, ...patch, updatedAt: now };
  return {
    ...updated("webhookEndpoint", presentEndpoint(before), presentEndpoint(after)),
    statements: [
      ...handOut(deps.d1, now),
      ...updateEndpoint(deps, id, { ...patch, updatedAt: now }),
      ...(patch.disabled === true ? [restDeliveries(deps.d1, id)] : []),
      ...(patch.disabled === false ? [wakeDeliveries(deps.d1, id, now)] : []),
    ],
  };
}

/** Plans that an endpoint goes, with all that waits for it. Throws a `Problem` (404). */
export async function planDeletion(deps: Deps, id: string): Promise<Change<null>> {
  const before = await existingEndpoint(deps, id);
  return { ...deleted("webhookEndpoint", presentEndpoint(before)), statements: deleteEndpoint(deps, id, deps.now()) };
}

/** Plans a new secret for an endpoint; the old one signs beside it for a day. Throws a `Problem` (404). */
export async function planRotation(deps: Deps, id: string): Promise<Change<EndpointWithSecret>> {
  const before = await existingEndpoint(deps, id);
  const [now, secret] = [deps.now(), drawSecret(deps.random)];
  const old = await openSecrets(deps.env.VISITOR_KEY, id, before.secretSealed);
  const sealed = await sealSecrets(deps, id, rotated(secret, old, now));
  const endpoint = presentEndpoint({ ...before, updatedAt: now });
  return {
    statements: updateSecrets(deps, before, sealed, now),
    audit: [{ action: "rotate", entity: "webhookEndpoint", entityId: id, before: null, after: endpoint }],
    status: 200,
    body: { ...endpoint, secret },
  };
}

/** Plans that an endpoint is tried with a ping. Throws a `Problem`: 404, or 422 while it is disabled. */
export async function planPing(deps: Deps, id: string): Promise<Change<Endpoint>> {
  const row = await liveEndpoint(deps, id);
  return {
    statements: insertPing(deps, row, deps.now()),
    audit: [{ action: "create", entity: "webhookDelivery", entityId: id, before: null, after: { type: PING } }],
    status: 202,
    body: presentEndpoint(row),
  };
}

/** The delivery of an event to an endpoint. Throws a `Problem` (404) if there is none. */
async function existingDelivery(deps: Deps, endpointId: string, seq: number): Promise<FoundDelivery> {
  const found = await findDelivery(deps, endpointId, seq);
  if (found === null) throw new Problem("not_found", `${endpointId} has no delivery ${seq}.`);
  return found;
}

/** Plans that a delivery begins anew. Throws a `Problem`: 404, 409 while it is under way, 422 while its endpoint is disabled. */
export async function planReplay(deps: Deps, id: string, seq: number): Promise<Change<Delivery>> {
  await liveEndpoint(deps, id);
  const { delivery, event } = await existingDelivery(deps, id, seq);
  if (delivery.status === "pending") throw new Problem("delivery_pending", `Delivery ${seq} is still under way.`);
  const now = deps.now();
  const anew = { status: "pending", attempts: 0, nextAt: now, createdAt: now, deliveredAt: null } as const;
  const after = presentDelivery({ delivery: { ...delivery, ...anew }, event });
  return {
    statements: replayDelivery(deps, id, seq, now),
    audit: [
      {
        action: "replay",
        entity: "webhookDelivery",
        entityId: id,
        before: { seq, status: delivery.status },
        after: { seq, status: after.status },
      },
    ],
    status: 202,
    body: after,
  };
}

/** Plans that deliveries begin anew that are over. Throws a `Problem`: 404, or 422 while the endpoint is disabled. */
export async function planReplays(deps: Deps, id: string, given: ReplayRequest): Promise<Change<Replayed>> {
  await liveEndpoint(deps, id);
  const { status } = given;
  const finished = { endpointId: id, status, from: msOf(given.from) ?? 0, to: endMsOf(given.to) ?? FOREVER };
  const count = await countFinished(deps, finished);
  return {
    statements: replayFinished(deps, finished, count, deps.now()),
    audit: [{ action: "replay", entity: "webhookEndpoint", entityId: id, before: given, after: { replayed: count } }],
    status: 202,
    body: { replayed: count },
  };
}

/** An endpoint that something may be sent to. Throws a `Problem`: 404, or 422 while it is disabled. */
async function liveEndpoint(deps: Deps, id: string): Promise<EndpointRow> {
  const row = await existingEndpoint(deps, id);
  if (row.disabled) throw Problem.invalid("disabled", "must be false: enable the endpoint first");
  return row;
}

function refuseUrl({ config }: Deps, url: string, asked: string): void {
  const problem = endpointProblem(url, allowsLocal(config.publicUrl, asked));
  if (problem !== null) throw Problem.invalid("url", problem);
}
