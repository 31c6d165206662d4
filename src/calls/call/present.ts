import { isoOf } from "../../ground/http/fields.ts";
import type { VisitorNamer } from "../../visits/export/exported.ts";
import type { Call, callEventSchema } from "./schema.ts";
import type { EventRow, ListedCall } from "./list-store.ts";

type Shown<Schema extends { _output: unknown }> = Schema["_output"];

/**
 * A call as the API shows it: nothing in it says who called, but for the contact, if they are one. Its visitor goes by
 * the name that they have in exports; without a namer by none.
 */
export async function presentCall(row: ListedCall, nameOf: VisitorNamer | null): Promise<Call> {
  const { storeId, visitorHash } = row;
  return {
    id: row.id,
    storeId: row.storeId,
    carrier: row.carrier,
    externalId: row.externalId,
    numberId: row.numberId,
    number: row.number,
    direction: row.direction,
    status: row.status,
    startedAt: isoOf(row.startedAt),
    answeredAt: isoOf(row.answeredAt),
    endedAt: isoOf(row.endedAt),
    durationSeconds: row.durationSeconds,
    talkSeconds: row.talkSeconds,
    qualified: row.qualified,
    callerCall: row.callerCall,
    callerCountry: row.callerCountry,
    match: row.match,
    reason: row.reason,
    poolId: row.poolId,
    source: {
      channel: row.channel,
      name: row.sourceName,
      creatorId: row.creatorId,
      campaignId: row.campaignId,
      linkId: row.linkId,
    },
    clickId: row.clickId,
    clickAt: isoOf(row.clickAt),
    visitorId: visitorHash === null || nameOf === null ? null : await nameOf(storeId, visitorHash),
    contactId: row.contactId,
    customerTrust: row.customerTrust,
    tags: row.tags,
    createdAt: isoOf(row.createdAt),
    updatedAt: isoOf(row.updatedAt),
  };
}

/** Something that was told, as the API shows it. */
export function presentEvent(row: EventRow): Shown<typeof callEventSchema> {
  return {
    id: row.id,
    storeId: row.storeId,
    carrier: row.carrier,
    externalId: row.externalId === "" ? null : row.externalId,
    receivedAt: isoOf(row.receivedAt),
    verdict: row.verdict,
    reason: row.reasonCode === null ? null : { code: row.reasonCode, detail: row.reasonDetail ?? "" },
    body: row.body === "" ? null : (JSON.parse(row.body) as unknown),
  };
}

/** The columns of calls as CSV. */
export const CALL_COLUMNS = [
  "id",
  "storeId",
  "carrier",
  "externalId",
  "numberId",
  "number",
  "direction",
  "status",
  "startedAt",
  "answeredAt",
  "endedAt",
  "durationSeconds",
  "talkSeconds",
  "qualified",
  "callerCall",
  "callerCountry",
  "match",
  "poolId",
  "channel",
  "sourceName",
  "creatorId",
  "campaignId",
  "linkId",
  "clickId",
  "visitorId",
  "contactId",
  "customerTrust",
  "tags",
] as const;

/** The cells of a call's line, in the order of {@link CALL_COLUMNS}. */
export function cellsOfCall(call: Call): unknown[] {
  const cells = { ...call, ...call.source, sourceName: call.source.name, tags: JSON.stringify(call.tags) };
  return CALL_COLUMNS.map((column) => cells[column]);
}
