import type { DecisionKind } from "../../reports/decisions/kinds.ts";

/** What is said of a kind of decision. */
export interface DecisionWords {
  /** Of one, behind its number. */
  one: string;
  /** Of several. */
  many: string;
  /** What is done about it: the link to the list. */
  action: string;
}

/** What each kind is called, by what has to be done. */
export const DECISION_WORDS: Readonly<Record<DecisionKind, DecisionWords>> = {
  order_contested: {
    one: "order was told of in two ways that don’t agree",
    many: "orders were told of in two ways that don’t agree",
    action: "Say which is right",
  },
  order_disputed: { one: "order is disputed", many: "orders are disputed", action: "Decide them" },
  order_waiting: {
    one: "order waits to be approved by hand",
    many: "orders wait to be approved by hand",
    action: "Approve or decline",
  },
  order_claimed: {
    one: "order is only claimed: the shop hasn’t confirmed it",
    many: "orders are only claimed: the shop hasn’t confirmed them",
    action: "Look at them",
  },
  conversion_waiting: {
    one: "conversion waits to be approved by hand",
    many: "conversions wait to be approved by hand",
    action: "Approve or decline",
  },
  member_applied: { one: "creator applied", many: "creators applied", action: "Let them in or not" },
  code_failed: {
    one: "creator’s code or link could not be made",
    many: "creators’ codes or links could not be made",
    action: "Mend and try again",
  },
  shop_code_failed: {
    one: "code could not be made in the shop",
    many: "codes could not be made in the shop",
    action: "Mend and try again",
  },
  code_leak: { one: "code looks leaked", many: "codes look leaked", action: "Look at their sales" },
  code_drift: {
    one: "code is not in the shop as it should be",
    many: "codes are not in the shop as they should be",
    action: "Look at them",
  },
  reconciliation_open: {
    one: "difference between the shop’s list and the orders",
    many: "differences between the shop’s list and the orders",
    action: "Go through them",
  },
  period_due: { one: "period is over and not locked", many: "periods are over and not locked", action: "Lock them" },
  payout_draft: { one: "payout is a draft", many: "payouts are drafts", action: "Check and pay" },
  payout_due: {
    one: "locked period is not paid out yet",
    many: "locked periods are not paid out yet",
    action: "See who is owed what",
  },
  payout_details_proposed: {
    one: "creator entered an account to be paid to",
    many: "creators entered an account to be paid to",
    action: "Ask them, then confirm or refuse",
  },
  shop_failing: { one: "shop can’t be reached", many: "shops can’t be reached", action: "See why" },
  shop_webhooks_off: {
    one: "shop doesn’t send its messages",
    many: "shops don’t send their messages",
    action: "Switch them on",
  },
  webhook_dead: {
    one: "webhook was given up on",
    many: "webhooks were given up on",
    action: "See why and send again",
  },
  pool_exhausted: {
    one: "pool of phone numbers has none left",
    many: "pools of phone numbers have none left",
    action: "Add numbers",
  },
  number_expiring: {
    one: "stock of phone numbers runs out",
    many: "stocks of phone numbers run out",
    action: "Look at them",
  },
  event_silent: {
    one: "planned event fell silent",
    many: "planned events fell silent",
    action: "See since when",
  },
  alarm: { one: "other alarm is open", many: "other alarms are open", action: "Look at them" },
  dead_letter: {
    one: "message could not be worked off",
    many: "messages could not be worked off",
    action: "Try again",
  },
  abuse_report: {
    one: "report of abuse is open",
    many: "reports of abuse are open",
    action: "Look at the links",
  },
  evidence_refused: {
    one: "message about an order was refused this week",
    many: "messages about orders were refused this week",
    action: "See why",
  },
};
