import { codeKey } from "../../programme/code/text.ts";
import type { Discount, Limits } from "../../ground/model/plan.ts";
import type { CodeInShop, CodeSpec, Platform } from "../platform.ts";

/** What work on a code stands on, as it was read at one moment. Times: ms UTC. */
export interface CodeGrounds {
  code: { id: string; text: string; state: "active" | "withdrawn" | "retired" };
  plan: {
    name: string;
    discount: Discount | null;
    limits: Limits;
    startsAt: number | null;
    endsAt: number | null;
    /** Whether the plan or its store was deleted. */
    deleted: boolean;
  };
  /** ISO 4217, the store's. */
  currency: string;
  /** What is known of it in the shop. */
  known: {
    state: "pending" | "live" | "failed" | "withdrawn";
    externalId: string | null;
    liveText: string | null;
    terms: Readonly<Record<string, string>> | null;
    failureCode: string | null;
  };
}

/** Failures of codes that the shop has otherwise than it should: a comparison finds out when that is over. */
export const DRIFT: ReadonlySet<string> = new Set(["changed_in_shop", "gone_from_shop", "not_held"]);

/** Why a code doesn't stand in its shop as it should; the code is stable, the detail is for people. */
export interface CodeFailure {
  code: string;
  detail: string;
}

/** What is to be done at the shop. */
export type CodeStep =
  | { do: "make"; spec: CodeSpec }
  /** It should be there: read it, and write it where it differs or is gone. */
  | { do: "write"; spec: CodeSpec; externalId: string }
  /** It should be there as it was written: read it, and tell of what differs. Nothing is written over. */
  | { do: "compare"; spec: CodeSpec; externalId: string }
  | { do: "withdraw"; failure: CodeFailure | null }
  /** It failed for good, and nothing that was asked for since could change that. */
  | { do: "rest" };

/** What is compared of a platform's. */
export type Terms = Pick<Platform, "termsOf" | "termsChangeAt">;

/** How often a code is compared with what the shop has, ms. */
export const COMPARED_EVERY_MS = 86_400_000;

/** The longest title that every platform takes. */
const MAX_TITLE = 255;

/** A plan may be made to say what a creator earns alone; its codes are then the merchant's to make. */
const NO_DISCOUNT: CodeFailure = {
  code: "no_discount",
  detail: "The plan gives no discount, so there is nothing that the code could do in the shop.",
};

/**
 * What is to be done about a code at `now` (ms UTC). It goes by what is wanted and what is known alone, never by how
 * far an earlier try came: repeated after any interruption, it ends at the same.
 */
export function planStep(grounds: CodeGrounds, now: number, { termsOf }: Pick<Terms, "termsOf">): CodeStep {
  const { known } = grounds;
  const wanted = wantedCode(grounds, now);
  if (!("text" in wanted)) return { do: "withdraw", failure: wanted.failure };
  const { externalId, failureCode } = known;
  // What failed is written again when somebody changes it or asks for it, which makes it pending.
  if (known.state === "failed") {
    const drifted = failureCode !== null && DRIFT.has(failureCode);
    return drifted && externalId !== null ? { do: "compare", spec: wanted, externalId } : { do: "rest" };
  }
  if (externalId === null) return { do: "make", spec: wanted };
  // Terms change by the clock where a platform can't hold a date.
  const asWritten = known.state === "live" && known.terms !== null && sameTerms(termsOf(wanted, now), known.terms);
  return { do: asWritten ? "compare" : "write", spec: wanted, externalId };
}

/** What a code is to be in its shop, or why it isn't to be there (`null`: because it ended, or rests). */
function wantedCode({ code, plan, currency }: CodeGrounds, now: number): CodeSpec | { failure: CodeFailure | null } {
  if (code.state !== "active" || plan.deleted || (plan.endsAt !== null && plan.endsAt <= now)) return { failure: null };
  if (plan.discount === null) return { failure: NO_DISCOUNT };
  return {
    text: code.text,
    title: titleOf(code.id, plan.name),
    discount: plan.discount,
    limits: plan.limits,
    startsAt: plan.startsAt,
    endsAt: plan.endsAt,
    currency,
  };
}

/** The title that a code has in the shop's own list: the plan's name, and the id by which it is known as ours. */
export function titleOf(codeId: string, planName: string): string {
  const mark = ` (${codeId})`;
  return planName.slice(0, MAX_TITLE - mark.length).trimEnd() + mark;
}

/**
 * Whether what a shop has is this code. A code that was made is known by its title even if nobody could note that it
 * was; one that was noted, by its id together with its text, whatever a merchant has made of its title. An id alone
 * says nothing: ids of another shop may be the same numbers.
 */
export function isOurs(found: CodeInShop, { code, known }: Pick<CodeGrounds, "code" | "known">): boolean {
  if (found.terms["title"]?.includes(code.id) === true) return true;
  const asNoted = found.externalId === known.externalId && known.liveText !== null;
  return asNoted && codeKey(found.text) === codeKey(known.liveText ?? "");
}

/** What of a code in a shop isn't as it should be at `now` (ms UTC), each with both values; shops don't tell case. */
export function differences(spec: CodeSpec, found: CodeInShop, now: number, { termsOf }: Pick<Terms, "termsOf">) {
  const wanted: Record<string, string> = { ...termsOf(spec, now), code: codeKey(spec.text) };
  const has: Record<string, string> = { ...found.terms, code: codeKey(found.text) };
  return [...new Set([...Object.keys(wanted), ...Object.keys(has)])]
    .filter((name) => wanted[name] !== has[name])
    .toSorted()
    .map((name) => ({ name, wanted: wanted[name] ?? "nothing", has: has[name] ?? "nothing" }));
}

function sameTerms(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}

/** When a code that is live is due again, ms UTC: when its terms change, when it ends, or to be compared. */
export function dueAgainAt(spec: CodeSpec, now: number, { termsChangeAt }: Pick<Terms, "termsChangeAt">): number {
  const times = [termsChangeAt(spec, now), spec.endsAt].filter((time) => time !== null && time > now);
  return Math.min(now + COMPARED_EVERY_MS, ...(times as number[]));
}

/** The first pause after a passing failure, and the longest, ms: doubled each time. */
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 3_600_000;

/** How long a code waits after so many passing failures in a row, ms. It never gives up: the shop may be closed for days. */
export function pauseAfter(attempts: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** Math.max(0, attempts - 1), LONGEST_PAUSE_MS);
}
