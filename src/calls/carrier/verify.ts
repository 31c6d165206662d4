import type { ConnectedCarrier } from "../../ground/model/call.ts";
import { isEd25519, isHmacSha1 } from "./signature.ts";
import { isSignedByTwilio } from "./twilio-verify.ts";

/** What a carrier's messages are checked with: Twilio's token, CallRail's signing key or Telnyx's public key. */
export type CarrierSecret = string;

/** A message as it came. */
export interface CarrierMessage {
  url: string;
  headers: Headers;
  body: Uint8Array<ArrayBuffer>;
}

/** How far Telnyx's clock and ours may be apart, either way, s: its signature has the time in it. */
const TOLERANCE_S = 300;

const encoder = new TextEncoder();

/** Whether a carrier signed a message, at `now` (ms UTC); `given` are the addresses that it may have been given. */
export async function isSigned(
  carrier: ConnectedCarrier,
  secret: CarrierSecret,
  { url, headers, body }: CarrierMessage,
  given: readonly string[],
  now: number,
): Promise<boolean> {
  switch (carrier) {
    case "twilio":
      return isSignedByTwilio(secret, { url, given, signature: headers.get("X-Twilio-Signature"), body });
    case "callrail":
      return isHmacSha1(secret, body, headers.get("Signature"));
    case "telnyx": {
      const time = headers.get("Telnyx-Timestamp") ?? "";
      if (!/^\d{1,12}$/.test(time) || Math.abs(now / 1000 - Number(time)) > TOLERANCE_S) return false;
      const head = encoder.encode(`${time}|`);
      const signed = new Uint8Array(head.length + body.length);
      signed.set(head);
      signed.set(body, head.length);
      return isEd25519(secret, signed, headers.get("Telnyx-Signature-Ed25519"));
    }
  }
}
