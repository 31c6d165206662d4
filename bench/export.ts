/** When the first order of the export was placed, ms UTC; the others a millisecond after another. */
export const PLACED_AT = Date.UTC(2026, 10, 19, 12);

/** One row in so many isn't tracked, has another total, or was refunded. */
export const EVERY = { missing: 25, amount: 40, refund: 50 } as const;

/** A row of the benchmark's export, by its number. */
export function exportRow(
  n: number,
): Record<"order_id" | "placed_at" | "currency" | "total" | "refunded" | "status", string> {
  const minor = 4_999 + n + (n % EVERY.amount === 1 ? 1 : 0);
  return {
    order_id: `bench-${n}`,
    placed_at: new Date(PLACED_AT + n).toISOString(),
    currency: "EUR",
    total: `${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, "0")}`,
    refunded: n % EVERY.refund === 2 ? "5.00" : "0.00",
    status: "paid",
  };
}

/** The export as CSV, piece by piece, as a file is uploaded. */
export function exportBody(rows: number): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const piece = 500;
  let first = 0;
  return new ReadableStream({
    pull(controller) {
      if (first === 0) controller.enqueue(encoder.encode(`${Object.keys(exportRow(0)).join(",")},codes,note\r\n`));
      const lines = Array.from({ length: Math.min(piece, rows - first) }, (_none, index) => {
        const cells = Object.values(exportRow(first + index)).join(",");
        return `${cells},CODE${index},"to be left ""at the door"", please"\r\n`;
      });
      controller.enqueue(encoder.encode(lines.join("")));
      first += piece;
      if (first >= rows) controller.close();
    },
  });
}

/** How many rows of an export have each class. */
export function expectedCounts(rows: number): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let n = 0; n < rows; n++) {
    const name =
      n % EVERY.missing === 0
        ? "missing_in_tracker"
        : n % EVERY.refund === 2
          ? "refund_not_applied"
          : n % EVERY.amount === 1
            ? "amount_mismatch"
            : "matched";
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
