/**
 * SQL condition that a conversion, an alias of its row, waits until a person approves its commission: no rule will, and
 * something can be owed for it (see `hindranceOf`).
 */
export function waitsForHand(conversion: string): string {
  return `${conversion}.commission = 'pending' AND ${conversion}.due_at IS NULL AND ${conversion}.origin <> 'backfill'
    AND ${conversion}.uncounted IS NULL AND ${conversion}.contested = 0 AND ${conversion}.shares <> '[]'
    AND NOT EXISTS (SELECT 1 FROM conversions_due d WHERE d.kind = 'settlement' AND d.id = ${conversion}.id)`;
}
