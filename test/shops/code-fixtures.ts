import type { StandShop } from "../../scripts/shops/stand-client.ts";
import type { CodeSpec } from "../../src/shops/platform.ts";

/** A code of ten per cent, without limits. */
export function specOf(text: string, more: Partial<CodeSpec> = {}): CodeSpec {
  return {
    text,
    title: `Spring (${text})`,
    discount: { type: "percentage", basisPoints: 1000 },
    limits: {},
    startsAt: null,
    endsAt: null,
    currency: "EUR",
    ...more,
  };
}

/** Buys for 40.00 with a code; the stand-in holds it to its terms. Answers the order as the shop has it. */
export async function buy(
  { stand }: { stand: StandShop },
  code: string,
  more: Record<string, unknown> = {},
): Promise<Record<string, unknown>> {
  const given = { lines: [{ price: "40.00", productId: "31" }], codes: [code], ...more };
  return (await stand.act<{ body: Record<string, unknown> }>("order", given)).body;
}
