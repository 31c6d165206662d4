/** The parts of a click that decide whether it is its visitor's first. */
export interface Visit {
  id: string;
  linkId: string;
  /** ms UTC. */
  time: number;
  visitorKey: string | null;
  /** Start of the duplicate window that holds `time`, ms UTC. */
  windowStart: number;
}

/** Which visits come first among those of one batch. */
export interface Firsts {
  /** Ids of the first of each visitor, link and window. */
  ofWindow: ReadonlySet<string>;
  /** Ids of the first of each visitor, link and day: a visitor key lives for one UTC day. */
  ofDay: ReadonlySet<string>;
}

/**
 * Finds the first visits of a batch. First is the earliest, and of two at the same moment the one
 * with the smaller id: a rule that does not depend on the order of arrival. A visit without a
 * visitor key can't be told from any other, so each counts as the first of its own visitor.
 */
export function firstVisits(visits: readonly Visit[]): Firsts {
  const windows = new Map<string, Visit>();
  const days = new Map<string, Visit>();
  for (const visit of visits) {
    const visitor = `${visit.visitorKey ?? `none:${visit.id}`} ${visit.linkId}`;
    keepEarlier(days, visitor, visit);
    keepEarlier(windows, `${visitor} ${visit.windowStart}`, visit);
  }
  return { ofWindow: idsOf(windows), ofDay: idsOf(days) };
}

function keepEarlier(firsts: Map<string, Visit>, group: string, visit: Visit): void {
  const known = firsts.get(group);
  if (known === undefined || comesBefore(visit, known)) firsts.set(group, visit);
}

function comesBefore(left: Visit, right: Visit): boolean {
  return left.time < right.time || (left.time === right.time && left.id < right.id);
}

function idsOf(firsts: ReadonlyMap<string, Visit>): ReadonlySet<string> {
  return new Set([...firsts.values()].map((visit) => visit.id));
}
