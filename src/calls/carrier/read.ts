import type { ConnectedCarrier } from "../../ground/model/call.ts";
import { parseBody } from "../../sales/capture/parse.ts";
import { recordOf } from "../../shops/fields.ts";
import { readCallRail } from "./read-callrail.ts";
import { readTelnyx } from "./read-telnyx.ts";
import { formFields, isVoiceRequest, readTwilio } from "./read-twilio.ts";
import { inTime, type ReadMessage, refused } from "./told.ts";

/** What a carrier's message comes to. */
export interface CarrierReading {
  read: ReadMessage;
  /** Whether the carrier asks what to do with the call; `null`: it takes no answer but that the message came. */
  voice: { asks: boolean; number: string } | null;
}

/** Reads a message whose signature is right, that came at `receivedAt` (ms UTC). Never throws. */
export function readMessage(
  carrier: ConnectedCarrier,
  body: Uint8Array,
  type: string | null,
  receivedAt: number,
): CarrierReading {
  const { read, voice } = readAny(carrier, body, type, receivedAt);
  return { read: inTime(read, receivedAt), voice };
}

function readAny(carrier: ConnectedCarrier, body: Uint8Array, type: string | null, receivedAt: number): CarrierReading {
  const isJson = carrier === "callrail" || /\bjson\b/i.test(type ?? "") || body[0] === OPENING_BRACE;
  if (!isJson) return readForm(formFields(body), receivedAt);
  const parsed = parseBody(body);
  // Of what can't be read nothing can be told apart from who called: only how much it was is kept.
  if ("refused" in parsed) {
    const { code, detail } = parsed.refused;
    return { read: refused("", code, detail, { bytes: body.length }), voice: null };
  }
  if (carrier === "callrail") return { read: readCallRail(parsed.value, receivedAt), voice: null };
  if (carrier === "telnyx") return { read: readTelnyx(parsed.value), voice: null };
  return readForm(recordOf(parsed.value) ?? {}, receivedAt);
}

/** `{`: no form begins so. */
const OPENING_BRACE = 0x7b;

function readForm(fields: Record<string, unknown>, receivedAt: number): CarrierReading {
  const number = fields["To"];
  const voice = { asks: isVoiceRequest(fields), number: typeof number === "string" ? number : "" };
  return { read: readTwilio(fields, receivedAt), voice };
}
