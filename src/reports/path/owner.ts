/** That a visitor was known as a contact's from a time on, ms UTC. */
export interface VisitorLink {
  visitorHash: string;
  time: number;
  contactId: string;
}

/**
 * Whose contact's a visitor's doing at a time is; `null`: nobody's. The same as the SQL of `contactOfVisitor` says: the
 * last link until then, or else the first one after it.
 */
export function ownersOf(links: readonly VisitorLink[]): (visitorHash: string, time: number) => string | null {
  const sorted = Map.groupBy(
    links.toSorted((a, b) => a.time - b.time || (a.contactId < b.contactId ? -1 : 1)),
    ({ visitorHash }) => visitorHash,
  );
  return (visitorHash, time) => {
    const own = sorted.get(visitorHash) ?? [];
    const last = own.findLast((link) => link.time <= time)?.time;
    const found = last === undefined ? own[0] : own.find((link) => link.time === last);
    return found?.contactId ?? null;
  };
}
