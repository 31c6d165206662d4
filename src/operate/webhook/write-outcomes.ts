import { type DeliveryRow, restDeliveries } from "./delivery-store.ts";
import { handOut } from "./fan-out-store.ts";

/** What became of a delivery that was tried. */
export type Outcome = Pick<
  DeliveryRow,
  "status" | "attempts" | "nextAt" | "lastStatus" | "lastError" | "deliveredAt"
> & {
  seq: number;
};

/** Statement that writes what became of deliveries. What is delivered is so whoever has it by now; else it must still be this run's. */
export function writeOutcomes(d1: D1Database, endpointId: string, claim: number, outcomes: readonly Outcome[]) {
  return d1
    .prepare(
      `UPDATE webhook_deliveries
       SET status = value ->> 'status', attempts = value ->> 'attempts', next_at = value ->> 'nextAt',
         last_status = value ->> 'lastStatus', last_error = value ->> 'lastError', delivered_at = value ->> 'deliveredAt'
       FROM json_each(?3)
       WHERE endpoint_id = ?1 AND event_seq IN (SELECT value ->> 'seq' FROM json_each(?3)) AND event_seq = value ->> 'seq'
         AND (value ->> 'status' = 'delivered' OR next_at = ?2)`,
    )
    .bind(endpointId, claim, JSON.stringify(outcomes));
}

/** Statement that makes due again what was taken and not tried. */
export function giveBack(d1: D1Database, endpointId: string, claim: number, seqs: readonly number[], now: number) {
  return d1
    .prepare(
      `UPDATE webhook_deliveries SET next_at = ?4
       WHERE endpoint_id = ?1 AND event_seq IN (SELECT value FROM json_each(?3)) AND next_at = ?2`,
    )
    .bind(endpointId, claim, JSON.stringify(seqs), now);
}

/** Statements that disable an endpoint that says it is gone. */
export function disableGone(d1: D1Database, endpointId: string, now: number): D1PreparedStatement[] {
  return [
    ...handOut(d1, now),
    d1
      .prepare("UPDATE webhook_endpoints SET disabled = 1, updated_at = ?2 WHERE id = ?1 AND deleted_at IS NULL")
      .bind(endpointId, now),
    restDeliveries(d1, endpointId),
  ];
}
