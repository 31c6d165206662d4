/** Something that a path can't show, and why. */
export interface Hidden {
  what: "visits" | "pages" | "visitor" | "caller" | "customer" | "click" | "steps";
  why:
    | "no_consent"
    | "retention"
    | "forgotten"
    | "withheld"
    | "not_told"
    | "erased"
    | "unverified"
    | "too_many"
    | "incomplete";
  /** How many of them are known to be; `null`: that isn't known. */
  count: number | null;
  text: string;
}

/** What was found of a path, as far as it tells of what was not. */
export interface Found {
  /** Browsers that are linked to the customer. */
  visitors: number;
  visits: number;
  pagesLeftOut: number;
  /** Whether all of the log was looked through. */
  complete: boolean;
  /** Days that pages are kept; 0: for ever. */
  keptDays: number;
  /** How long ago the path began, days. */
  ageDays: number;
  calls: readonly { match: string; visitorHash: string | null; callerHash: string | null }[];
  /** What is known of whose the order is; `null`: that of a contact is asked for. */
  customer: "known" | "not_told" | "erased" | null;
  unverifiedClicks: number;
  /** Records that were more than are shown. */
  leftOut: number;
}

/** What a path can't show, by what was found. */
export function hiddenOf(found: Found): Hidden[] {
  const hidden: Hidden[] = [];
  const tell = (what: Hidden["what"], why: Hidden["why"], count: number | null, text: string) => {
    if (count !== 0) hidden.push({ what, why, count, text });
  };
  if (found.customer === "not_told") tell("customer", "not_told", null, "Whose the order is: nobody said so.");
  if (found.customer === "erased") tell("customer", "erased", null, "Whose the order is: the customer was erased.");
  if (found.visitors === 0) {
    const text =
      "What was done on pages, and what led there: no browser of the customer's is known that consented, or it was forgotten since.";
    tell("visits", "no_consent", null, text);
  } else {
    const isOld = found.keptDays > 0 && found.ageDays > found.keptDays;
    if (found.visits === 0) {
      const text = "Visits: pages told of none. They are told of under a tagging plan alone, with consent.";
      tell("visits", "not_told", null, text);
    }
    if (isOld)
      tell("pages", "retention", null, `Pages of more than ${found.keptDays} days ago: they are kept no longer.`);
  }
  if (!found.complete) tell("pages", "incomplete", null, "Older pages: there are more than one answer looks through.");
  tell("pages", "too_many", found.pagesLeftOut, "Older pages: there are more than one answer shows.");
  const nameless = found.calls.filter(({ match, visitorHash }) => match === "lease" && visitorHash === null).length;
  tell(
    "visitor",
    "forgotten",
    nameless,
    "The browser that was shown the number that was called: it is kept no longer.",
  );
  const withheld = found.calls.filter(({ callerHash }) => callerHash === null).length;
  tell("caller", "withheld", withheld, "Who called: the number was withheld, or is kept no longer.");
  tell("click", "unverified", found.unverifiedClicks, "Click ids that came along and can't be believed.");
  tell("steps", "too_many", found.leftOut > 0 ? null : 0, "Older steps: there are more than one answer shows.");
  return hidden;
}
