import type { conversions } from "../../src/ground/db/schema/conversion.ts";

let count = 0;

/**
 * A conversion as it is kept: it counts, a server confirmed it, and nobody earns by it; only what a test is about is
 * given.
 */
export function conversionRow(
  values: Partial<typeof conversions.$inferInsert> & { definitionId: string; storeId: string },
): typeof conversions.$inferInsert {
  count += 1;
  return {
    id: `cvn_${String(count).padStart(16, "0")}`,
    eventKey: `e:${count}`,
    trigger: "script",
    triggerIndex: 0,
    origin: "live",
    trust: "confirmed",
    time: 0,
    subject: `v:${count}`,
    explanation: {} as (typeof conversions.$inferInsert)["explanation"],
    shares: [],
    commission: "none",
    version: 1,
    createdAt: 0,
    updatedAt: 0,
    ...values,
  };
}
