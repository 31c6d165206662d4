/** The payout runs of the second books, and the steps that they leave open; see `books-model.ts`. */
import { type ModelOrder, takenBack } from "./books-facts.ts";
import { type Entry, isUnsaid, type Model, type ModelRun, type Worked } from "./books-model.ts";

const DAY = 86_400_000;

/** The runs that hold their entries. */
export function liveRuns({ runs }: Model): ModelRun[] {
  return runs.filter(({ status }) => status === "draft" || status === "paid");
}

/** The draft that an order is in. */
export function draftOf(model: Model, { externalId }: ModelOrder): ModelRun | undefined {
  return model.runs.find(
    ({ status, entries }) => status === "draft" && entries.some((entry) => entry.externalId === externalId),
  );
}

/** Where an order stands as the API shows it. */
export function shownAt(model: Model, order: ModelOrder, status: string): string {
  if (status !== "approved") return status;
  const runs = liveRuns(model).filter(({ entries }) =>
    entries.some(({ externalId }) => externalId === order.externalId),
  );
  if (runs.some((run) => run.status === "paid")) return "paid";
  if (runs.length > 0) return "payable";
  return order.approvedAt !== null && order.approvedAt < model.lockedTo ? "locked" : "approved";
}

/** The entries that a run would take by now, by creator. */
export function collectable(
  model: Model,
  all: readonly Worked[],
  { currency, minimum, holdDays }: { currency: string; minimum: number; holdDays: number },
): Map<number, Entry[]> {
  const taken = new Set(liveRuns(model).flatMap(({ entries }) => entries.map(({ seq }) => seq)));
  const byOrder = new Map(all.map((worked) => [worked.order.externalId, worked]));
  const open = model.entries.filter((entry) => {
    const worked = byOrder.get(entry.externalId);
    if (entry.currency !== currency || taken.has(entry.seq) || worked?.status === "disputed") return false;
    return !(worked !== undefined && isUnsaid(worked, entry.creator));
  });
  const ripe = open.filter(({ time }) => time < model.lockedTo && time <= model.now - holdDays * DAY);
  const alike = (a: Entry, b: Entry) => a.externalId === b.externalId && a.creator === b.creator;
  // What was found since to be too much goes along.
  const known = open.filter((entry) => entry.amount < 0 && ripe.some((other) => alike(entry, other)));
  const found = Map.groupBy([...new Set([...ripe, ...known])], ({ creator }) => creator);
  for (const [creator, entries] of found) {
    if (sumOf(entries) < Math.max(1, minimum)) found.delete(creator);
  }
  return found;
}

/** What entries come to. */
export function sumOf(entries: readonly Pick<Entry, "amount">[]): number {
  return entries.reduce((sum, { amount }) => sum + amount, 0);
}

/** Whether an order can take a step by where it stands. */
export function canReview(
  model: Model,
  action: "approve" | "decline" | "dispute",
  { order, facts, status }: Worked,
): boolean {
  if (draftOf(model, order) !== undefined) return false;
  const shown = shownAt(model, order, status);
  switch (action) {
    case "decline":
      return ["received", "contested", "pending", "approved", "disputed", "locked", "paid"].includes(shown);
    case "dispute":
      return ["pending", "approved", "locked"].includes(shown);
    case "approve":
      if (facts.owners.contested || facts.amounts === null) return false;
      if (shown === "declined") return !takenBack(facts) && order.review?.decision === "decline";
      return shown === "pending" || shown === "disputed";
  }
}
