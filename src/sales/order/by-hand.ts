/**
 * SQL condition that an order, an alias of its row, waits until a person approves it: no rule will. One that is still to be
 * settled may get a day yet.
 */
export function waitsForHand(order: string): string {
  return `${order}.status = 'pending' AND ${order}.due_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM settlements_due d WHERE d.order_id = ${order}.id)`;
}
