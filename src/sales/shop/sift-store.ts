import type { ReportedEvidence } from "../order/record-run.ts";
import { countedRenewals, noteRenewals, recordedAmong } from "./renewals-store.ts";

/** What is to become of reports of a store's orders. */
export interface Sifted<Reported> {
  /** To be recorded. */
  reported: Reported[];
  /** Renewals that don't count. */
  kept: Reported[];
  /** The end of orders that nobody has told of yet. */
  early: Reported[];
}

/** Evidence of an order and the row that it was read from. */
interface ReportedRow extends ReportedEvidence {
  row: { id: string; receivedAt: number; statedAt: number | null };
}

/**
 * Sifts what a connected shop told, at `now` (ms UTC); anything else passes. Renewals are counted first, all that came
 * together. One that doesn't count is no order, unless it was recorded as one: then it is judged anew. Throws what D1
 * throws.
 */
export async function siftShop<Reported extends ReportedRow>(
  d1: D1Database,
  storeId: string,
  all: readonly Reported[],
  now: number,
): Promise<Sifted<Reported>> {
  const renewals = all.flatMap(({ evidence: { externalId, data }, row }) =>
    data.renewalOf === undefined
      ? []
      : [
          {
            externalId,
            renewalOf: data.renewalOf,
            customerHash: data.customerHash ?? null,
            placedAt: data.placedAt ?? row.receivedAt,
            inboxId: row.id,
          },
        ],
  );
  if (renewals.length > 0) await d1.batch(noteRenewals(d1, storeId, renewals, now));
  const counted = await countedRenewals(d1, storeId, renewals);
  const isUncounted = ({ evidence: { source, externalId } }: Reported): boolean =>
    source === "shop" && counted.get(externalId) === false;
  const isEnd = ({ evidence: { source, data } }: Reported): boolean =>
    source === "shop" && data.totalMinor === undefined;
  const doubtful = all.filter((one) => isUncounted(one) || isEnd(one));
  const known = new Set([
    ...(await recordedAmong(
      d1,
      storeId,
      doubtful.map(({ evidence }) => evidence.externalId),
    )),
    ...all.filter((one) => !doubtful.includes(one)).map(({ evidence }) => evidence.externalId),
  ]);
  const sifted: Sifted<Reported> = { reported: [], kept: [], early: [] };
  for (const one of all) {
    const { externalId, data, source } = one.evidence;
    if (!doubtful.includes(one) || known.has(externalId)) {
      // What was opened again is known: what it is judged by is not what it was.
      const anew = source === "shop" && (data.renewalOf !== undefined || one.row.statedAt !== null);
      sifted.reported.push(anew ? { ...one, anew } : one);
    } else if (isUncounted(one)) sifted.kept.push(one);
    else sifted.early.push(one);
  }
  return sifted;
}
