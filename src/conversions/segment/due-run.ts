import { writeInHalves } from "../../ground/db/halves.ts";
import { errorText } from "../../ground/error-text.ts";
import { clearAlarm, raiseAlarm } from "../../journal/alarm/store.ts";
import type { CountDeps } from "../count/plan-run.ts";
import { countDepsOf } from "../due-run.ts";
import { type DueContact, endWaiting, takeContacts, waitingContacts } from "./due-store.ts";
import { evaluateContacts } from "./evaluate-run.ts";

/** How much one run does. */
export interface DueLimits {
  /** Only these contacts, as far as they are due. */
  ids?: readonly string[];
  /** Nothing is begun after this long, ms. */
  timeMs?: number;
}

/** A run ends long before the cron begins the next. */
const TIME_MS = 15_000;

/** How long a contact may wait before somebody should know, ms. */
const LATE_MS = 600_000;

/**
 * Looks at contacts of which something changed for the segments that they may have come to meet. It may be doubled,
 * run beside itself and die at any point: what isn't done stays due. A contact that can't be looked at is put off, and
 * holds up no other. Throws what D1 throws when it is busy or gone.
 */
export async function evaluateDueContacts(deps: CountDeps, { ids, timeMs = TIME_MS }: DueLimits = {}): Promise<void> {
  const endAt = Date.now() + timeMs;
  for (;;) {
    const { taken, any } = await takeContacts(deps.d1, deps.now(), ids ?? null);
    const failures: unknown[] = [];
    for (const [storeId, contacts] of Map.groupBy(taken, (one) => one.storeId)) {
      // What one store's contacts cost holds up no other's.
      await evaluateOf(deps, storeId, contacts).catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
    if (!any || ids !== undefined || Date.now() >= endAt) return;
  }
}

function evaluateOf(deps: CountDeps, storeId: string, contacts: readonly DueContact[]): Promise<void> {
  return writeInHalves(contacts, {
    write: async (some) => {
      const { failed } = await evaluateContacts(
        deps,
        storeId,
        some.map(({ id }) => id),
      );
      const left = new Set(failed);
      await endWaiting(
        deps.d1,
        some.filter(({ id }) => !left.has(id)),
      );
    },
    lostRace: () => false,
    // It is put off already, since it was taken.
    giveUp: ({ id: contactId }, error) =>
      console.error(JSON.stringify({ event: "contact_not_evaluated", contactId, message: errorText(error) })),
  });
}

/**
 * The cron's job at `now` (ms UTC): what is due, and the alarm `segments_late` as long as somebody waits for it too
 * long. Throws as {@link evaluateDueContacts}.
 */
export async function evaluateSegmentsDue(env: Env, now: number): Promise<void> {
  await evaluateDueContacts(await countDepsOf(env, now));
  const { contacts, since } = await waitingContacts(env.DB);
  if (since !== null && now - since > LATE_MS) {
    const detail = { contacts, oldestWaitingSeconds: Math.floor((now - since) / 1_000) };
    await raiseAlarm(env.DB, { kind: "segments_late", subject: "contacts", detail }, now);
  } else await clearAlarm(env.DB, "segments_late", "contacts", now);
}
