import type { Order, OrderDetail } from "../../sales/order/schema.ts";
import { wordsOf } from "../form/field.ts";
import { Chip, type Tone } from "../frame/parts.tsx";

/** An order: of a list, or with its evidence. */
export type ShownOrder = Order & Partial<Pick<OrderDetail, "evidence">>;

/** What an answer has besides with `expand=names`. */
export interface Expanded {
  names?: Record<string, string>;
}

const TONES: Readonly<Record<Order["status"], Tone>> = {
  received: "wait",
  contested: "bad",
  pending: "wait",
  approved: "good",
  locked: "good",
  payable: "good",
  paid: "good",
  disputed: "bad",
  declined: "plain",
  orphan: "plain",
  test: "plain",
};

/** What a status of an order means for whoever earns by it. */
export const STATUS_WORDS: Readonly<Record<Order["status"], string>> = {
  received:
    "Only browsers told of it so far. It can be approved once the shop’s server confirms it, or its export is compared and applied; until then it can only be declined.",
  contested: "Browsers claim it for different creators and no server says whose it is: attribute it by hand.",
  pending: "Confirmed. Its commission is not owed yet.",
  approved: "Its commission is owed.",
  locked: "Its commission is owed, in a period that is locked.",
  payable: "Its commission is in a payout run that is a draft.",
  paid: "Its commission is paid.",
  disputed: "Its commission is not paid out for now.",
  declined: "Nothing is owed for it.",
  orphan: "Nobody is credited with it.",
  test: "A test order: it counts nowhere.",
};

/** Where an order stands. */
export function OrderState({ status }: { status: Order["status"] }) {
  return <Chip tone={TONES[status]}>{wordsOf(status)}</Chip>;
}

/** Whose word something is. */
export function TrustChip({ trust }: { trust: "claimed" | "confirmed" }) {
  return trust === "confirmed" ? <Chip tone="good">Confirmed</Chip> : <Chip tone="wait">Claimed</Chip>;
}
