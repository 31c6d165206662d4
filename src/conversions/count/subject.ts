import type { GoalEvent } from "../../ground/model/conversion.ts";

/** As whom a visitor was known from some time on. */
export interface VisitorLink {
  contactId: string;
  /** ms UTC. */
  time: number;
}

/**
 * As whom a visitor was known at a time (ms UTC): by the last link until then, else by the first after it; `null`: by
 * none. Of links of one moment the one with the lowest id, so that their order makes no difference.
 */
export function contactAt(links: readonly VisitorLink[], time: number): string | null {
  let before: VisitorLink | null = null;
  let after: VisitorLink | null = null;
  for (const link of links) {
    if (link.time <= time) {
      if (before === null || link.time > before.time || (link.time === before.time && isLower(link, before))) {
        before = link;
      }
    } else if (after === null || link.time < after.time || (link.time === after.time && isLower(link, after))) {
      after = link;
    }
  }
  return (before ?? after)?.contactId ?? null;
}

function isLower(a: VisitorLink, b: VisitorLink): boolean {
  return a.contactId < b.contactId;
}

/**
 * Whose a conversion is, for the limit: `c:` and a contact; `h:` and the hash of a customer who is no contact yet; `v:`
 * and a visitor; `p:` and one view of a page, for whoever didn't consent; `e:` and the event, where nothing tells.
 */
export function subjectOf(
  contactId: string | null,
  { key, customerHash, visitorHash, view }: Pick<GoalEvent, "key" | "customerHash" | "visitorHash" | "view">,
): string {
  if (contactId !== null) return `c:${contactId}`;
  if (customerHash !== null) return customerSubject(customerHash);
  if (visitorHash !== null) return `v:${visitorHash}`;
  return view === null ? `e:${key}` : `p:${view}`;
}

/** The subject of a customer who is no contact. */
export function customerSubject(customerHash: string): string {
  return `h:${customerHash}`;
}
