import { messagesOf, type StandCall, type StandMessage, type StandName } from "./messages.ts";

/**
 * A carrier as a store knows it: it signs what it tells of calls as the real one does, and sends it over HTTP, in the
 * order and as often as whoever uses it likes. By `fetch` and WebCrypto alone, so within workerd too.
 */
export class StandCarrier {
  /** What connects a store to it: the body of `PUT /api/v1/stores/{id}/carriers/{carrier}`. */
  readonly credentials: Readonly<Record<string, string>>;
  readonly name: StandName;
  readonly #sign: (url: string, message: StandMessage, now: number) => Promise<Record<string, string>>;

  constructor(
    name: StandName,
    credentials: Readonly<Record<string, string>>,
    sign: (url: string, message: StandMessage, now: number) => Promise<Record<string, string>>,
  ) {
    this.name = name;
    this.credentials = credentials;
    this.#sign = sign;
  }

  /** As the path of its webhooks names it. */
  get carrier(): "twilio" | "telnyx" | "callrail" {
    return this.name === "texml" ? "telnyx" : this.name;
  }

  /** All that it tells of a call, in the order in which it happens. */
  messagesOf(call: StandCall): StandMessage[] {
    return messagesOf(this.name, call);
  }

  /** A message, signed at `now` (ms UTC), as a request to where a store takes them. */
  async request(url: string, message: StandMessage, now = Date.now()): Promise<Request> {
    return new Request(url, {
      method: "POST",
      headers: { "Content-Type": message.type, ...(await this.#sign(url, message, now)) },
      body: message.body,
    });
  }

  /** Sends all of a call, or the messages at these places of it, in this order; answers the status of each. */
  async call(
    url: string,
    call: StandCall,
    { places, send = fetch }: { places?: readonly number[]; send?: (request: Request) => Promise<Response> } = {},
  ): Promise<number[]> {
    const messages = this.messagesOf(call);
    const statuses: number[] = [];
    for (const place of places ?? messages.keys()) {
      const message = messages[place];
      if (message === undefined) continue;
      const response = await send(await this.request(url, message));
      await response.body?.cancel();
      statuses.push(response.status);
    }
    return statuses;
  }
}

const encoder = new TextEncoder();

/** Makes a stand-in with a secret, or a pair of keys, of its own. */
export async function makeCarrier(name: StandName): Promise<StandCarrier> {
  const secret = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0"));
  if (name === "twilio") {
    const authToken = secret.join("");
    return new StandCarrier(name, { authToken }, async (url, { body }) => {
      const fields = [...new URLSearchParams(body)].toSorted(([a, x], [b, y]) => (a + x < b + y ? -1 : 1));
      const text = url + fields.map(([key, value]) => key + value).join("");
      return { "X-Twilio-Signature": await hmac(authToken, text) };
    });
  }
  if (name === "callrail") {
    const signingKey = secret.join("");
    return new StandCarrier(name, { signingKey }, async (_url, { body }) => ({
      Signature: await hmac(signingKey, body),
    }));
  }
  const keys = (await crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"])) as CryptoKeyPair;
  const publicKey = base64((await crypto.subtle.exportKey("raw", keys.publicKey)) as ArrayBuffer);
  return new StandCarrier(name, { publicKey }, async (_url, { body }, now) => {
    const time = String(Math.floor(now / 1000));
    const signature = await crypto.subtle.sign("Ed25519", keys.privateKey, encoder.encode(`${time}|${body}`));
    return { "Telnyx-Timestamp": time, "Telnyx-Signature-Ed25519": base64(signature) };
  });
}

async function hmac(key: string, text: string): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-1" };
  const imported = await crypto.subtle.importKey("raw", encoder.encode(key), algorithm, false, ["sign"]);
  return base64(await crypto.subtle.sign("HMAC", imported, encoder.encode(text)));
}

function base64(bytes: ArrayBuffer): string {
  return btoa(String.fromCodePoint(...new Uint8Array(bytes)));
}
