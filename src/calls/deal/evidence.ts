import { sha256Hex } from "../../ground/http/auth.ts";
import type { Evidence, EvidenceData } from "../../ground/model/evidence.ts";

/** What was said of a deal, as it is kept. */
export interface SaidDeal {
  callId: string;
  orderExternalId: string;
  /** Minor units of `currency`; `null`: the order's server says it. */
  amountMinor: number | null;
  /** ISO 4217. */
  currency: string | null;
  /** ms UTC. */
  placedAt: number;
  customerHash: string | null;
  cancelled: boolean;
  /** When it was said, ms UTC. */
  createdAt: number;
}

/** The shop's id of the order that a call's deal is if it is none of the shop's. */
export function ownOrderId(callId: string): string {
  return `call-${callId}`;
}

/** A deal as evidence of its order: whoever may enter it confirms it. Said again, it is the same piece. */
export async function dealEvidence(deal: SaidDeal): Promise<Evidence> {
  const { callId, orderExternalId, amountMinor, currency, placedAt, customerHash, cancelled, createdAt } = deal;
  const data: EvidenceData = {
    ...(amountMinor !== null && currency !== null && { currency, totalMinor: amountMinor }),
    ...(cancelled && { status: "cancelled" as const }),
    placedAt,
    ...(customerHash !== null && { customerHash }),
    calls: [{ callId }],
  };
  return {
    hash: await sha256Hex(JSON.stringify(["call", orderExternalId, data])),
    source: "call",
    trust: "confirmed",
    sourceTime: createdAt,
    receivedAt: createdAt,
    externalId: orderExternalId,
    data,
  };
}
