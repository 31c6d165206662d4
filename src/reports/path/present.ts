import { isoOf } from "../../ground/http/fields.ts";
import type { Candidate } from "../../ground/model/attribution.ts";
import { addSums } from "../../ground/money/sum.ts";
import { withNames } from "../../sales/attribution/names-store.ts";
import type { Names } from "./load-names.ts";
import type { PathEntry, PathPayout } from "./load-money.ts";
import type { PathOrder } from "./load-records.ts";
import type { CustomerPath } from "./schema.ts";
import type { Step } from "./step.ts";
import { textOf } from "./text.ts";

type ShownStep = CustomerPath["steps"][number];

/** What an order's credit made of its candidates. */
export interface Judgement {
  candidates: readonly Candidate[];
  /** Creators who are credited. */
  credited: ReadonlySet<string>;
}

/** A step with its names, and with what the order's credit made of it. */
export function presentStep(step: Step, names: Names, judgement: Judgement | null): ShownStep {
  const link = step.linkId == null ? null : (names.links.get(step.linkId) ?? null);
  const creatorId = step.creatorId ?? (step.kind === "link" ? (link?.creatorId ?? null) : null);
  const campaignId = step.campaignId ?? (step.kind === "link" ? (link?.campaignId ?? null) : null);
  const creator = creatorId === null ? null : { id: creatorId, name: names.creators.get(creatorId) ?? null };
  const campaign = campaignId === null ? null : { id: campaignId, name: names.campaigns.get(campaignId) ?? null };
  const stepNames = { slug: link?.slug ?? null, creator: creator?.name ?? null, campaign: campaign?.name ?? null };
  return {
    time: isoOf(step.time),
    kind: step.kind,
    what: {
      text: textOf(step, stepNames),
      source: step.source ?? null,
      visit: step.visit ?? null,
      page: step.page ?? null,
      engagedMs: step.engagedMs ?? null,
      link: step.linkId == null ? null : { id: step.linkId, slug: link?.slug ?? null },
      creator,
      campaign,
      call: step.call ?? null,
      conversion: step.conversion ?? null,
      order: step.order ?? null,
      entry: step.entry ?? null,
      payout: step.payout ?? null,
      amount: step.amount ?? null,
    },
    evidence: step.evidence,
    touch: judgement === null ? null : touchOf(step, judgement, names.creators),
  };
}

/** Steps that competed for an order are known by what competed: clicks by their ids, calls by theirs. */
function touchOf(
  { kind, evidence }: Step,
  { candidates, credited }: Judgement,
  creators: ReadonlyMap<string, string>,
): ShownStep["touch"] {
  const id =
    kind === "link" && evidence.kind === "click" ? evidence.id : kind === "call" ? `call:${evidence.id}` : null;
  const all = id === null ? [] : candidates.filter(({ touch }) => touch.id === id);
  const candidate = all.find(({ eligible }) => eligible) ?? all[0];
  if (candidate === undefined) return null;
  const { eligible, reasonCode, reason, touch } = candidate;
  const isCredited = eligible && touch.creatorId !== null && credited.has(touch.creatorId);
  return { eligible, credited: isCredited, reasonCode, reason: withNames(reason, creators) };
}

type Sum = CustomerPath["summary"]["spent"][number];

/** What a path comes to. `asked` is the order that it is of, if it is of one. */
export function summaryOf(
  steps: readonly Step[],
  orders: readonly PathOrder[],
  { entries, payouts }: { entries: readonly PathEntry[]; payouts: readonly PathPayout[] },
  asked: string | null,
): CustomerPath["summary"] {
  const count = (kind: Step["kind"]) => steps.filter((step) => step.kind === kind).length;
  const firstAt = steps[0]?.time ?? null;
  const placed = orders.filter(({ id }) => asked === null || id === asked).map(({ placedAt }) => placedAt);
  const sold = orders.filter(
    ({ trust, status }) => trust === "confirmed" && status !== "declined" && status !== "test",
  );
  return {
    firstAt: isoOf(firstAt),
    lastAt: isoOf(steps.at(-1)?.time ?? null),
    firstToOrderMs: firstAt === null || placed.length === 0 ? null : Math.min(...placed) - firstAt,
    visits: count("visit"),
    pages: count("page"),
    links: count("link"),
    calls: count("call"),
    conversions: count("conversion"),
    orders: count("order"),
    spent: sumsOf(
      sold.flatMap(({ currency, totalMinor, refundedMinor }): Sum[] =>
        currency === null || totalMinor === null ? [] : [{ currency, amountMinor: totalMinor - (refundedMinor ?? 0) }],
      ),
    ),
    commission: sumsOf(entries),
    paid: sumsOf(payouts),
  };
}

function sumsOf(amounts: readonly Sum[]): Sum[] {
  return [...Map.groupBy(amounts, ({ currency }) => currency)]
    .map(([currency, own]) => ({ currency, amountMinor: addSums(own.map(({ amountMinor }) => amountMinor)) }))
    .toSorted((a, b) => (a.currency < b.currency ? -1 : 1));
}
