import type { ReviewAction, ShownStatus, StepRefusal } from "./state.ts";

/** What to do instead of a step that is refused; `draftId`: the draft payout run that the order is in. */
export function refusalText(
  refusal: StepRefusal,
  action: ReviewAction,
  status: ShownStatus,
  draftId: string | null,
): string {
  if (refusal === "order_in_payout") {
    return `Its commission is in the draft payout run ${draftId}. Cancel the run first, or decline the order once it is paid.`;
  }
  if (refusal === "order_unconfirmed") {
    return "No server has named its total. It can be approved once the store reports it, or an import that has it is applied.";
  }
  if (refusal === "order_contested") {
    return "Browsers claim it for different creators. Say whose it is first: POST /orders/{id}/attribute.";
  }
  switch (status) {
    case "test":
      return "It is a test order: nothing is owed for it. If it is real, the store has to report it so.";
    case "orphan":
      return "Nobody is credited with it. Attribute it to a creator first.";
    case "contested":
      return "Nothing is owed for it until somebody says whose it is (POST /orders/{id}/attribute), or it is declined.";
    case "received":
      return "No server has confirmed it. Decline it, or wait for the store to report it.";
    case "declined":
      if (action === "decline") return "It is declined already.";
      return action === "approve"
        ? "The store cancelled or refunded it. It is taken up again once the store reports it so."
        : "Nothing is owed for a declined order. If it was declined by hand or by an import, approve it first.";
    case "disputed":
      return "It is disputed already. Approve or decline it to end that.";
    case "paid":
      return action === "dispute"
        ? "Its commission is paid. Decline it to book that back."
        : "Its commission is approved and paid already.";
    default:
      return "It is approved already.";
  }
}
