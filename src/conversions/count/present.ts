import { isoOf } from "../../ground/http/fields.ts";
import type { Conversion } from "./schema.ts";
import type { ConversionRow } from "./work.ts";

/** What the limit goes by, by how subjects begin. */
const TOLD_BY = {
  c: "contact",
  h: "customer",
  v: "visitor",
  p: "page_view",
  e: "event",
} as const;

/** A conversion as the API shows it; amounts are in its definition's currency (ISO 4217). */
export function presentConversion(row: ConversionRow, currency: string): Conversion {
  const money = (amountMinor: number | null) => (amountMinor === null ? null : { amountMinor, currency });
  return {
    id: row.id,
    definitionId: row.definitionId,
    storeId: row.storeId,
    trigger: row.trigger,
    origin: row.origin,
    trust: row.trust,
    time: isoOf(row.time),
    confirmedAt: isoOf(row.confirmedAt),
    counted: row.uncounted === null,
    uncountedReason: row.uncounted,
    value: money(row.valueMinor),
    valueNote: row.valueNote,
    toldApartBy: TOLD_BY[row.subject.charAt(0) as keyof typeof TOLD_BY],
    contactId: row.contactId,
    orderId: row.orderId,
    causeId: row.causeId,
    page: row.page,
    attribution:
      row.creatorId === null || row.method === null
        ? null
        : {
            creatorId: row.creatorId,
            campaignId: row.campaignId,
            planId: row.planId,
            linkId: row.linkId,
            codeId: row.codeId,
            method: row.method,
            shares: row.shares.map(({ creatorId, planId, weight, amountMinor }) => {
              return { creatorId, planId, weight, amount: money(amountMinor) };
            }),
          },
    contested: row.contested,
    commission: { state: row.commission, dueAt: isoOf(row.dueAt), approvedAt: isoOf(row.approvedAt) },
    createdAt: isoOf(row.createdAt),
    updatedAt: isoOf(row.updatedAt),
  };
}
