import type { UnverifiedClick } from "../../ground/model/attribution.ts";
import type { Evidence } from "../../ground/model/evidence.ts";

/** The reasons in words, after "A click id came along, but it". */
const REASONS: Readonly<Record<string, string>> = {
  malformed: "is no click id, or was cut or changed on its way",
  unknown_version: "is of a version that this Waymark doesn't know",
  unknown_key:
    "was signed with a key that is not in CLICK_TOKEN_KEYS: the key was taken out, or the click id is another Waymark's",
  bad_signature: "has a wrong signature: it was forged, or changed on its way",
};

/** What is wrong with the click ids of an order's evidence, each once for each side; the server's first. Late claims have no say. */
export function unverifiedClicks(evidence: readonly Pick<Evidence, "trust" | "data" | "late">[]): UnverifiedClick[] {
  const found = new Map<string, UnverifiedClick>();
  for (const { trust, data, late } of evidence) {
    if (late === true) continue;
    for (const problem of data.badClicks ?? [])
      found.set(`${trust === "confirmed" ? 0 : 1}${problem}`, { problem, trust });
  }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** One of them in a sentence. */
export function unverifiedText({ problem, trust }: UnverifiedClick): string {
  const who = trust === "confirmed" ? "The shop's server sent" : "A browser sent";
  return `${who} a click id that can't be verified: it ${REASONS[problem] ?? "is no valid click id"}.`;
}
