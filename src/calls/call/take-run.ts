import type { Deps } from "../../ground/deps.ts";
import { errorText } from "../../ground/error-text.ts";
import type { CallFacts, ConnectedCarrier } from "../../ground/model/call.ts";
import { clickOfToken } from "../../sales/capture/click-load.ts";
import { customerHasher, phoneName } from "../../sales/capture/customer.ts";
import type { ReadMessage } from "../carrier/told.ts";
import { tellCallsDue } from "./due-run.ts";
import { type CallRef, keepEvent } from "./events-store.ts";
import { recordCalls } from "./record-run.ts";

/** The hash under which a store knows who calls from a number (E.164); `null`: withheld, or there is no key. */
export async function callerHashOf(
  { env }: Pick<Deps, "env">,
  storeId: string,
  caller: string | null | undefined,
): Promise<string | null> {
  return caller == null ? null : customerHasher(env.VISITOR_KEY)(storeId, phoneName(caller));
}

/** Keeps a carrier's message that is signed, without who called. Answers the call that it tells of, `null` for none. */
export async function keepMessage(
  deps: Deps,
  { storeId, carrier, clickParam }: { storeId: string; carrier: ConnectedCarrier; clickParam: string },
  { externalId, told, reason, kept }: ReadMessage,
  receivedAt: number,
): Promise<CallRef | null> {
  let facts: CallFacts | null = null;
  if (told !== null) {
    const landing = told.landing === undefined ? null : URL.parse(told.landing);
    const token = landing?.searchParams.get(clickParam) ?? null;
    const [callerHash, click] = await Promise.all([
      callerHashOf(deps, storeId, told.caller),
      token === null ? null : clickOfToken(deps.env, token),
    ]);
    const { number, ...others } = told.facts;
    const isOwn = number !== undefined && (others.direction !== "outbound" || (await isStores(deps, storeId, number)));
    facts = {
      ...others,
      ...(isOwn && { number }),
      ...(told.caller !== undefined && { callerHash }),
      ...(click !== null && { click }),
    };
  }
  await keepEvent(deps, { storeId, carrier, externalId, facts, reason, kept, receivedAt });
  return facts === null ? null : { storeId, carrier, externalId };
}

/** Whether a number is, or was, one of a store's: who calls by it may be the caller whom it is called for. */
export async function isStores({ d1 }: Pick<Deps, "d1">, storeId: string, number: string): Promise<boolean> {
  const found = await d1
    .prepare("SELECT 1 FROM phone_numbers WHERE store_id = ?1 AND number = ?2 LIMIT 1")
    .bind(storeId, number)
    .first();
  return found !== null;
}

/** How long is worked behind an answer, ms. */
const BEHIND_MS = 5_000;

/** Has calls recorded behind an answer, and whoever has to know of them told; what fails is left to the cron. */
export function recordBehind(deps: Deps, calls: readonly CallRef[]): void {
  deps.waitUntil(
    recordAndTell(deps, calls).catch((error: unknown) => {
      console.warn(JSON.stringify({ event: "call_left_to_cron", message: errorText(error) }));
    }),
  );
}

async function recordAndTell(deps: Deps, calls: readonly CallRef[]): Promise<void> {
  const ids = await recordCalls(deps, calls);
  if (ids.length > 0) await tellCallsDue(deps.env, deps.now(), { ids, timeMs: BEHIND_MS });
}
