import { signedMajorOf } from "../../ground/money/amount.ts";
import type { Step, StepCall } from "./step.ts";

/** Names of a step's, where there are any. */
export interface StepNames {
  slug: string | null;
  creator: string | null;
  campaign: string | null;
}

/** A step as a sentence. */
export function textOf(step: Step, { slug, creator, campaign }: StepNames): string {
  const { source, page, call, conversion, order, entry, payout } = step;
  const whose = creator === null ? "" : ` of ${creator}`;
  const under = campaign === null ? "" : ` in ${campaign}`;
  switch (step.kind) {
    case "ad":
      return `Came ${sourceText(source)}`;
    case "link":
      return `Opened the link ${slug ?? "that is gone"}${whose}${under}`;
    case "visit":
      return `Began a visit at ${page ?? ""}, ${sourceText(source)}`;
    case "page":
      return `Viewed ${page ?? ""}`;
    case "call":
      return call === undefined ? "A call" : callText(call, creator);
    case "conversion":
      return `Counted as ${conversion?.definition ?? ""}${amountText(step.amount)}`;
    case "order":
      return `Ordered ${order?.orderNumber ?? order?.externalId ?? ""}${amountText(step.amount)}${creator === null ? "" : `, credited to ${creator}`}`;
    case "commission":
      return `Booked for ${creator ?? "a creator"} (${entry?.type ?? ""})${amountText(step.amount)}`;
    case "payout":
      return `Paid to ${creator ?? "a creator"}${amountText(step.amount)}${payout?.reference == null ? "" : ` as ${payout.reference}`}`;
  }
}

function amountText(amount: Step["amount"]): string {
  return amount == null ? "" : `: ${signedMajorOf(amount.amountMinor, amount.currency)} ${amount.currency}`;
}

const WAYS: Readonly<Record<string, string>> = {
  paid: "by an advertisement",
  social: "from a social network",
  email: "from an e-mail",
  search: "from a search engine",
  referral: "from another site",
  creator: "by a creator's link",
  direct: "directly",
};

function sourceText(source: Step["source"]): string {
  if (source === undefined) return "from where nothing tells";
  const { kind, name, campaign } = source;
  const of = [name === "" ? null : name, campaign === null ? null : `campaign ${campaign}`].filter(
    (part) => part !== null,
  );
  return `${WAYS[kind] ?? kind}${of.length === 0 ? "" : ` (${of.join(", ")})`}`;
}

const ENDS: Readonly<Record<StepCall["status"], string>> = {
  ringing: "it rings",
  in_progress: "they speak",
  completed: "answered",
  missed: "missed",
  busy: "busy",
  voicemail: "a machine answered",
  failed: "it failed",
};

function callText(call: StepCall, creator: string | null): string {
  const { number, label, direction, status, talkSeconds } = call;
  const which = label ?? number ?? "a number that isn't known";
  const talked = talkSeconds === null || talkSeconds === 0 ? "" : `, ${talkSeconds} s`;
  const what = direction === "outbound" ? "Was called by the store" : `Called ${which}`;
  return `${what} (${ENDS[status]}${talked})${cameBy(call, creator)}`;
}

/** Where it is known what a call came by: that the number stood for it, or who was shown the number. */
function cameBy({ channel, match }: StepCall, creator: string | null): string {
  if (channel === "unknown" || channel === "outbound") return "";
  const source = creator === null ? channel : channel === "creator" ? creator : `${channel} and ${creator}`;
  if (match === "lease") return `, which was shown to one who came by ${source}`;
  return match === "ambiguous" ? `, which several were shown who came by ${source}` : `, which stood for ${source}`;
}
