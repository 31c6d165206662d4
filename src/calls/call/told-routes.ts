import { Hono } from "hono";
import type { AppTypes, Deps } from "../../ground/deps.ts";
import { errorText } from "../../ground/error-text.ts";
import { Problem, problemResponse } from "../../ground/http/problem.ts";
import { clickOfToken } from "../../sales/capture/click-load.ts";
import { customerHasher } from "../../sales/capture/customer.ts";
import { detailOf } from "../../sales/capture/inbox-store.ts";
import { parseBody } from "../../sales/capture/parse.ts";
import { provenSender } from "../../sales/capture/proven-store.ts";
import { problemOfRefusal } from "../../sales/capture/refusal-problem.ts";
import { keepEvent } from "./events-store.ts";
import { readToldCall, type UnusedField } from "./read-told.ts";
import { callerHashOf, isStores, recordBehind } from "./take-run.ts";

/** Largest body, bytes. */
export const MAX_CALL_BYTES = 16_384;

/** `POST /t/calls`: a store's own server tells of its calls, whoever carries them: see docs/calls.md. */
export const toldRoutes = new Hono<AppTypes>().post("/calls", async (c) => {
  try {
    return await takeCall(c.env.deps, c.req.raw);
  } catch (error) {
    return problemResponse(problemOf(error), c.var.requestId);
  }
});

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  console.error(JSON.stringify({ event: "told_call_lost", message: errorText(error) }));
  return new Problem("unavailable", "The call could not be kept. Please send it again.", [], { "Retry-After": "5" });
}

/** Takes a call: who sends it first, then kept, then judged, and all else behind the answer. Throws a `Problem`. */
async function takeCall(deps: Deps, request: Request): Promise<Response> {
  const { store, body } = await provenSender(deps, request, MAX_CALL_BYTES);
  const receivedAt = deps.now();
  const event = { storeId: store.id, carrier: "api" as const, receivedAt };
  const parsed = parseBody(body);
  const reading =
    "refused" in parsed
      ? { refused: parsed.refused, kept: { bytes: body.length } }
      : readToldCall(parsed.value, receivedAt);
  if ("refused" in reading) {
    const { refused, kept } = reading;
    const reason = { code: refused.code, detail: detailOf(refused), isRefused: true };
    await keepEvent(deps, { ...event, externalId: "", facts: null, reason, kept });
    throw problemOfRefusal(refused);
  }
  const { externalId, kept: said, unused, ...told } = reading.call;
  const { number, ...others } = told.facts;
  const [isOwn, callerHash, customerHash, click] = await Promise.all([
    // Of a call that the store made it may be the one that was called.
    others.direction !== "outbound" || (number !== undefined && isStores(deps, store.id, number)),
    callerHashOf(deps, store.id, told.caller),
    told.customerId === null ? null : customerHasher(deps.env.VISITOR_KEY)(store.id, told.customerId),
    told.click === null ? null : clickOfToken(deps.env, told.click),
  ]);
  const { number: _number, ...nobodys } = said;
  const kept = isOwn ? said : nobodys;
  const facts = {
    ...(isOwn ? told.facts : others),
    ...(told.caller !== undefined && { callerHash }),
    ...(customerHash !== null && { customerHash }),
    ...(click !== null && { click }),
  };
  const { id, repeated } = await keepEvent(deps, { ...event, externalId, facts, reason: null, kept });
  recordBehind(deps, [{ storeId: store.id, carrier: "api", externalId }]);
  const isForeign = told.click !== null && click === null;
  const ignored: UnusedField[] = [
    ...unused,
    ...(isForeign ? [{ field: "clickId", reason: "malformed" as const }] : []),
  ];
  return Response.json(
    { id, callId: externalId, status: "recorded", ...(ignored.length > 0 && { ignored }) },
    { status: repeated ? 200 : 202, headers: { "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff" } },
  );
}
