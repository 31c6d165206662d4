import { Refusal } from "./refusal.ts";
import { spread, toMinor } from "./shopify/money.ts";

/** What a line of an order has at WooCommerce, BigCommerce and Magento alike. Amounts are minor units, of all its pieces. */
export interface OrderLine {
  id: number;
  sku: string;
  title: string;
  productId: number;
  /** Of one, before discounts. */
  price: number;
  quantity: number;
  discount: number;
  taxRate: number;
}

/** Pieces of a line, by its place in the order; all of them if no quantity is said. */
export interface PartGiven {
  line: number;
  quantity?: number;
}

/** What is given back, as a test says it; nothing said is all that is left. */
export interface BackGiven {
  lines?: PartGiven[];
  /** Shipping without its tax, which follows. */
  shipping?: string;
  /** What is given back, whatever lines and shipping come to. */
  amount?: string;
}

/** What a line comes to after its discounts, without tax. */
export function lineTotal(line: OrderLine): number {
  return line.price * line.quantity - line.discount;
}

/** The tax of a line. */
export function lineTax(line: OrderLine): number {
  return Math.round(lineTotal(line) * line.taxRate);
}

/** What a refund gives back, minor units, where `left` is all that is left. Throws a {@link Refusal} for no such line. */
export function givenBack(
  order: { currency: string; lines: readonly OrderLine[]; shippingTaxRate: number },
  { amount, lines = [], shipping }: BackGiven,
  left: number,
): number {
  if (amount !== undefined) return toMinor(amount, order.currency);
  if (lines.length === 0 && shipping === undefined) return left;
  const back = shipping === undefined ? 0 : toMinor(shipping, order.currency);
  const ofLines = lines.map(({ line: place, quantity }) => {
    const line = lineAt(order.lines, place);
    const worth = spread(
      lineTotal(line) + lineTax(line),
      Array.from({ length: line.quantity }, () => 1),
    );
    return sum(worth.slice(0, quantity ?? line.quantity));
  });
  return back + Math.round(back * order.shippingTaxRate) + sum(ofLines);
}

/** Takes pieces out of an order, with their part of the line's discount. Throws a {@link Refusal} for no such line. */
export function takeOut(order: { lines: OrderLine[] }, parts: readonly PartGiven[]): void {
  for (const { line: place, quantity } of parts) {
    const line = lineAt(order.lines, place);
    const left = line.quantity - (quantity ?? line.quantity);
    line.discount = line.quantity === 0 ? 0 : Math.round((line.discount * left) / line.quantity);
    line.quantity = left;
  }
  order.lines = order.lines.filter(({ quantity }) => quantity > 0);
}

function lineAt(lines: readonly OrderLine[], place: number): OrderLine {
  const line = lines[place];
  if (line === undefined) throw new Refusal(`The order has no line ${place}.`);
  return line;
}

/** The sum of numbers. */
export function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
