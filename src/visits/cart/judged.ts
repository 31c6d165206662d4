import { idOf } from "../../ground/id-text.ts";
import type { CartRow } from "./load-carts.ts";
import { type CartStanding, cartsOf } from "./state.ts";

/** A cart, what it came to, and what is known of whose it is. */
export interface JudgedCart extends CartStanding {
  /** Which of the carts under its key, from 0. */
  round: number;
  row: CartRow;
}

/** The carts of a row at `now` (ms UTC), of which each is abandoned after so many minutes. */
export function judged(row: CartRow, now: number, minutes: number): JudgedCart[] {
  return cartsOf(row, row.orders, now, minutes).map((standing, round) => ({ ...standing, round, row }));
}

/** The step that a cart came to, in the order of a plan's; `null`: none of them. */
export function deepestOf({ steps }: Pick<CartStanding, "steps">, plan: readonly string[]): number | null {
  const places = steps.map(({ name }) => plan.indexOf(name)).filter((place) => place >= 0);
  return places.length === 0 ? null : Math.max(...places);
}

/** What became of a cart at a step that it entered. */
export type StepOutcome = "continued" | "left" | "open";

/** What became of a cart at a step of a plan; `null`: it never entered it. */
export function outcomeAt(cart: CartStanding, step: string, plan: readonly string[]): StepOutcome | null {
  const deepest = deepestOf(cart, plan);
  if (deepest === null || !cart.steps.some(({ name }) => name === step)) return null;
  if (cart.boughtAt !== null || deepest > plan.indexOf(step)) return "continued";
  return cart.underWay ? "open" : "left";
}

/**
 * Tells a cart from others, whoever asks: it can't be led back to the key that its page has, nor to its visitor.
 */
export async function cartId({ row: { storeId, cartKey }, round }: JudgedCart): Promise<string> {
  const text = new TextEncoder().encode(`${storeId}\n${cartKey}\n${round}`);
  return idOf("cart_", new Uint8Array(await crypto.subtle.digest("SHA-256", text)).slice(0, 10));
}
