import { RETRIES } from "../../ground/db/retries.ts";
import { retryIdempotent, storageFailure } from "../../ground/db/retry.ts";
import type { Deps } from "../../ground/deps.ts";
import { errorText } from "../../ground/error-text.ts";
import type { StoreRow } from "../../programme/store/store.ts";
import { Backlog, type Rest } from "./behind.ts";
import { GroupCommit } from "./group-commit.ts";
import { entriesOf, type InboxEntry, type KeptReport, keepReports, type Report } from "./inbox-store.ts";
import { KnownStores } from "./known-stores.ts";
import { storeByKey } from "./load-stores.ts";
import { processInbox } from "./process-run.ts";
import { storeKeyProblem } from "./request.ts";

/** How long orders are settled behind an answer, ms. */
const SETTLING_MS = 5_000;

/** The same of events that are held against definitions, ms. */
const EVALUATING_MS = 5_000;

/** What an isolate has in hand of the reports that come in. */
export interface Intake {
  stores: KnownStores;
  groups: GroupCommit<InboxEntry, KeptReport>;
  backlog: Backlog;
}

// By environment, as the isolate's own state is: see index.ts.
const intakes = new WeakMap<object, Intake>();

/** What the isolate of this environment has in hand. */
export function intakeOf(env: object): Intake {
  const known = intakes.get(env);
  if (known !== undefined) return known;
  const intake = {
    stores: new KnownStores(),
    groups: new GroupCommit<InboxEntry, KeptReport>(),
    backlog: new Backlog(),
  };
  intakes.set(env, intake);
  return intake;
}

/** A store, and whether it was just read. */
export interface NamedStore {
  store: StoreRow | null;
  isFresh: boolean;
}

/** The store with this public key, if there is one, as the isolate remembers it or as it is. */
export async function storeOf(deps: Deps, key: string): Promise<NamedStore> {
  if (storeKeyProblem(key) !== null) return { store: null, isFresh: true };
  const known = intakeOf(deps.env).stores.get(key, deps.now());
  return known === undefined ? freshStore(deps, key) : { store: known, isFresh: false };
}

/** The same as it is: nobody is refused by what is remembered. */
export async function freshStore(deps: Deps, key: string): Promise<NamedStore> {
  const { stores } = intakeOf(deps.env);
  const [readAt, edition] = [deps.now(), stores.edition];
  const store = await retryIdempotent(() => storeByKey(deps, key), RETRIES);
  stores.set(key, store, readAt, edition);
  return { store, isFresh: true };
}

/**
 * Keeps reports, then has them processed behind the answer; what is lost of that, the cron makes up for.
 * Throws what D1 throws: nothing was kept then, as far as is known.
 */
export async function keep(deps: Deps, reports: readonly Report[]): Promise<KeptReport[]> {
  if (reports.length === 0) return [];
  const { groups, backlog } = intakeOf(deps.env);
  const entries = await entriesOf(deps.newId, reports, deps.now());
  const wait = (ms: number): Promise<void> => scheduler.wait(ms);
  const work = groups.keep(entries, sizeOf(entries), {
    write: (some) => retryIdempotent(() => keepReports(deps.d1, some), RETRIES),
    divides: (error) => storageFailure(error) === "permanent",
    wait,
    now: deps.now,
  });
  // Others may rely on this request, whose client may be gone before.
  deps.waitUntil(work.catch(() => {}));
  const kept = await work;
  if (reports.some(({ verdict }) => verdict === "pending")) {
    const processing = backlog.add(
      kept.map(({ id }) => id),
      { process: (ids, rest) => processAndSettle(deps, ids, rest), wait, now: deps.now },
    );
    if (processing !== null) deps.waitUntil(processing.catch(leaveToCron));
  }
  return kept;
}

/** About the size of reports in a statement, bytes: a character outside ASCII takes up to three. */
function sizeOf(entries: readonly InboxEntry[]): number {
  return entries.reduce((sum, { body }) => sum + FIXED_BYTES + body.length, 0);
}

/** What a report takes besides its body, bytes. */
const FIXED_BYTES = 600;

/**
 * Also holds events against definitions, where stores have any, and settles what is due by then, so that a confirmed
 * order has its commission within moments.
 */
async function processAndSettle(deps: Deps, ids: readonly string[], rest: Rest): Promise<void> {
  const isHeard = await processInbox(deps.env, deps.now(), { ids, rest });
  await rest();
  if (isHeard) {
    await leftToCron("evaluating_left_to_cron", () => deps.evaluate({ ids, timeMs: EVALUATING_MS, rest }));
    await rest();
  }
  await leftToCron("settling_left_to_cron", () => deps.settle({ timeMs: SETTLING_MS, rest }));
}

async function leftToCron(event: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    console.warn(JSON.stringify({ event, message: errorText(error) }));
  }
}

function leaveToCron(error: unknown): void {
  console.warn(JSON.stringify({ event: "inbox_left_to_cron", message: errorText(error) }));
}
