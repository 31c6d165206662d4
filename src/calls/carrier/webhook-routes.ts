import { type Context, Hono } from "hono";
import { stores } from "../../ground/db/schema/store.ts";
import { eq } from "drizzle-orm";
import type { AppTypes, Deps } from "../../ground/deps.ts";
import { errorText } from "../../ground/error-text.ts";
import { readBounded } from "../../ground/http/body.ts";
import { Problem, problemResponse } from "../../ground/http/problem.ts";
import { CONNECTED_CARRIERS, type ConnectedCarrier } from "../../ground/model/call.ts";
import { phoneOf } from "../../ground/phone.ts";
import { callSettingsOf } from "../call/settings-store.ts";
import { keepMessage, recordBehind } from "../call/take-run.ts";
import { NO_MORE, voiceAnswer } from "./answer.ts";
import { forwardOf } from "./forward-load.ts";
import { readMessage } from "./read.ts";
import { openCarrierSecrets, secretsAt } from "./seal.ts";
import { type CarrierRow, findCarrier, noteRefused, noteTaken } from "./store.ts";
import { type CarrierMessage, isSigned } from "./verify.ts";

/** Largest message, bytes: some have what was said in the call, of which nothing is kept. */
export const MAX_MESSAGE_BYTES = 1_048_576;

const NO_STORE = { "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff" } as const;

/** Carriers' side: their webhooks, and what is to be done with a call that comes in: see docs/calls.md. */
export const carrierWebhookRoutes = CONNECTED_CARRIERS.reduce(
  (router, carrier) => router.post(`/${carrier}/:storeId`, (c) => answered(c, carrier)),
  new Hono<AppTypes>(),
);

async function answered(c: Context<AppTypes>, carrier: ConnectedCarrier): Promise<Response> {
  try {
    return await take(c.env.deps, c.req.raw, carrier, c.req.param("storeId") ?? "");
  } catch (error) {
    return problemResponse(problemOf(error), c.var.requestId);
  }
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  console.error(JSON.stringify({ event: "call_message_lost", message: errorText(error) }));
  return new Problem("unavailable", "The message could not be kept. Please send it again.", [], { "Retry-After": "5" });
}

/** Takes a message: signed first, then kept, then judged behind the answer. Throws a `Problem`. */
async function take(deps: Deps, request: Request, carrier: ConnectedCarrier, storeId: string): Promise<Response> {
  const body = await readBounded(request, MAX_MESSAGE_BYTES);
  const row = await findCarrier(deps, { storeId, carrier });
  if (row === null) throw new Problem("not_found", "No store is connected to this carrier there.");
  const now = deps.now();
  const { url, headers } = request;
  const given = addressesOf(deps, row, url);
  await mustBeSigned(deps, row, { url, headers, body }, given, now);
  const { read, voice } = readMessage(carrier, body, headers.get("Content-Type"), now);
  behind(deps, noteTaken(deps, row, accountOf(read.kept), now));
  const clickParam = read.told?.landing === undefined ? "" : await clickParamOf(deps, storeId);
  const kept = keepMessage(deps, { storeId, carrier, clickParam }, read, now);
  if (voice?.asks !== true) {
    const call = await kept;
    if (call !== null) recordBehind(deps, [call]);
    return voice === null ? new Response(null, { status: 200, headers: NO_STORE }) : xml(NO_MORE);
  }
  // Somebody is on the line: that they get through comes before all that is kept of it.
  const call = await kept.catch((error: unknown) => {
    console.error(JSON.stringify({ event: "call_message_lost", message: errorText(error) }));
    return null;
  });
  if (call !== null) recordBehind(deps, [call]);
  const number = phoneOf(voice.number);
  const [forwardsTo, { announcement }] = await Promise.all([
    number === null ? null : forwardOf(deps, storeId, number),
    callSettingsOf(deps, storeId),
  ]);
  return xml(voiceAnswer({ announcement, forwardsTo, actionUrl: given[0] ?? url }));
}

/** Throws a `Problem` (401) if a message isn't signed by who may, which is noted. */
async function mustBeSigned(
  deps: Deps,
  row: CarrierRow,
  message: CarrierMessage,
  given: readonly string[],
  now: number,
): Promise<void> {
  const secrets = await openCarrierSecrets(deps.env.VISITOR_KEY, row, row.secretsSealed);
  if (secrets === null) {
    throw new Problem("unavailable", "The carrier's secret can't be opened: connect the store again.");
  }
  for (const secret of secretsAt(secrets, now)) {
    if (await isSigned(row.carrier, secret, message, given, now)) return;
  }
  behind(deps, noteRefused(deps, row, now));
  throw new Problem("unsigned", "The signature is missing, too old, or is not the carrier's.");
}

/** The addresses that a carrier may have been given: the one that was set, or else ours. */
function addressesOf({ config }: Deps, { publicUrl, carrier, storeId }: CarrierRow, url: string): string[] {
  if (publicUrl !== null) return [publicUrl];
  const own = config.publicUrl === null ? [] : [`${config.publicUrl}/webhooks/${carrier}/${storeId}`];
  const { origin, pathname } = new URL(url);
  return [...own, `${origin}${pathname}`];
}

/** The carrier's own name of an account, where messages have it. */
function accountOf({ AccountSid, company_resource_id: company }: Record<string, unknown>): string {
  const account = AccountSid ?? company;
  return typeof account === "string" ? account : "";
}

async function clickParamOf({ db }: Deps, storeId: string): Promise<string> {
  const [store] = await db.select({ clickParam: stores.clickParam }).from(stores).where(eq(stores.id, storeId));
  return store?.clickParam ?? "";
}

function xml(text: string): Response {
  return new Response(text, { status: 200, headers: { ...NO_STORE, "Content-Type": "text/xml; charset=utf-8" } });
}

function behind(deps: Deps, work: Promise<void>): void {
  deps.waitUntil(
    work.catch((error: unknown) => {
      console.warn(JSON.stringify({ event: "carrier_not_noted", message: errorText(error) }));
    }),
  );
}
