import type { CallStatus } from "../../ground/model/call.ts";

/** What a deal's call and order are, as far as they may make it another than it was meant. */
export interface DealGround {
  status: CallStatus;
  direction: "inbound" | "outbound";
  /** Whether its source has a creator. */
  credits: boolean;
  /** Orders of other deals of the call that stand. */
  otherOrders: readonly string[];
  /** Whether the shop's server says what the order comes to. */
  isTold: boolean;
  /** Whether the deal says it. */
  saysAmount: boolean;
}

/** Something that may not be as it was meant. */
export interface DealWarning {
  code: string;
  /** For people. */
  detail: string;
}

/** What may not be as whoever entered a deal meant it. */
export function warningsOf(ground: DealGround): DealWarning[] {
  const { status, direction, credits, otherOrders, isTold, saysAmount } = ground;
  const warnings: DealWarning[] = [];
  if (status !== "completed" && status !== "in_progress" && status !== "ringing") {
    warnings.push({ code: "call_missed", detail: `Nobody spoke in this call: it is ${status}.` });
  }
  if (direction === "outbound") {
    warnings.push({ code: "outbound_call", detail: "The store called the customer: the call credits nobody." });
  } else if (!credits) {
    warnings.push({ code: "no_creator", detail: "What the call came by belongs to no creator: it credits nobody." });
  }
  if (otherOrders.length > 0) {
    const detail = `The call has deals of other orders that stand: ${otherOrders.join(", ")}. Cancel what is the same sale.`;
    warnings.push({ code: "other_deals", detail });
  }
  if (isTold && saysAmount) {
    warnings.push({
      code: "amount_unused",
      detail: "The shop's server says what the order comes to, and goes before this.",
    });
  }
  if (!isTold && !saysAmount) {
    warnings.push({
      code: "no_amount",
      detail: "Nothing says yet what the order comes to: nobody earns by it until then.",
    });
  }
  return warnings;
}
