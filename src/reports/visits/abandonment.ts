import { addSums } from "../../ground/money/sum.ts";
import { CART_STATES, type CartState, type CartStanding } from "../../visits/cart/state.ts";
import { ratio } from "../../ground/money/ratio.ts";

/** States of carts that are told of: an empty one is none. */
export const TOLD_STATES = CART_STATES.filter((state): state is Exclude<CartState, "empty"> => state !== "empty");

type ToldState = (typeof TOLD_STATES)[number];

/** What carts in one currency were worth by what they came to, minor units. */
export type CartAmounts = { currency: string } & Record<`${ToldState}Minor`, number>;

/** Carts by what they came to. */
export interface CartCounts extends Record<ToldState, number> {
  /** All of these. */
  carts: number;
  /** Recovered ÷ (abandoned + recovered). */
  recoveryRate: number | null;
  /** Of carts whose worth is known, in the order of the currencies. */
  amounts: CartAmounts[];
}

/** Adds up carts. */
export class CartSums {
  readonly #counts = Object.fromEntries(TOLD_STATES.map((state) => [state, 0])) as Record<ToldState, number>;
  readonly #amounts = new Map<string, CartAmounts>();

  /** `currency` is that of a cart that names none, ISO 4217. */
  add({ state, valueMinor, currency: named }: CartStanding, currency: string): void {
    if (state === "empty") return;
    this.#counts[state] += 1;
    if (valueMinor === null) return;
    const key = named ?? currency;
    const amounts = this.#amounts.get(key) ?? nothingIn(key);
    amounts[`${state}Minor`] = addSums([amounts[`${state}Minor`], valueMinor]);
    this.#amounts.set(key, amounts);
  }

  get counts(): CartCounts {
    const { abandoned, recovered } = this.#counts;
    return {
      carts: Object.values(this.#counts).reduce((sum, count) => sum + count, 0),
      ...this.#counts,
      recoveryRate: ratio(recovered, abandoned + recovered),
      amounts: [...this.#amounts.values()].toSorted((a, b) => (a.currency < b.currency ? -1 : 1)),
    };
  }
}

function nothingIn(currency: string): CartAmounts {
  return {
    currency,
    openMinor: 0,
    abandonedMinor: 0,
    recoveredMinor: 0,
    boughtMinor: 0,
    replacedMinor: 0,
  };
}
