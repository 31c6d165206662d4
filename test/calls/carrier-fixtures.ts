import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { StandCall, StandName } from "../../scripts/calls/messages.ts";
import { makeCarrier, type StandCarrier } from "../../scripts/calls/stand.ts";
import { carrierSchema } from "../../src/calls/carrier/schema.ts";
import type { CallRow } from "../../src/calls/call/record-run.ts";
import worker from "../../src/index.ts";
import { api, bodyOf } from "../ground/api.ts";
import { rowsOf } from "../ground/rows.ts";

/** A caller, whose number must be found nowhere. */
export const CALLER = "+4915550001234";
export const FORWARD = "+493055500099";

/** Sends a request to the Worker, and waits until everything behind the answer is done. */
export async function send(request: Request): Promise<Response> {
  const context = createExecutionContext();
  const response = await worker.fetch(request as Request<unknown, IncomingRequestCfProperties>, env, context);
  await waitOnExecutionContext(context);
  return response;
}

/** A store that is connected to a stand-in. */
export interface Connected {
  carrier: StandCarrier;
  url: string;
}

/** Connects a store to a stand-in of its own. */
export async function connectCarrier(storeId: string, name: StandName): Promise<Connected> {
  const carrier = await makeCarrier(name);
  const path = `/stores/${storeId}/carriers/${carrier.carrier}`;
  const { webhookUrl } = bodyOf(carrierSchema, await api("PUT", path, carrier.credentials));
  return { carrier, url: webhookUrl };
}

/** An answered call of two minutes, an hour ago, unless told otherwise. */
export function standCall(values: Partial<StandCall> & { id: string; to: string }): StandCall {
  return {
    from: CALLER,
    forwardsTo: FORWARD,
    startedAt: Math.floor(Date.now() / 1000) * 1000 - 3_600_000,
    outcome: "answered",
    ringSeconds: 10,
    talkSeconds: 110,
    ...values,
  };
}

/** All calls as they are kept, but for what says when and how often they were written. */
export async function callRows(): Promise<
  Omit<CallRow, "id" | "version" | "createdAt" | "updatedAt" | "dueSince" | "toldAt">[]
> {
  const rows = await rowsOf<Record<string, unknown>>("SELECT * FROM calls ORDER BY external_id");
  return rows.map((row) => {
    const {
      id: _id,
      version: _version,
      created_at: _createdAt,
      updated_at: _updatedAt,
      due_since: _due,
      told_at: _told,
      ...kept
    } = row;
    return kept as unknown as CallRow;
  });
}
