import { describe, expect, it } from "vitest";
import { isSigned } from "../../../src/calls/carrier/verify.ts";
import { isSignedByTwilio } from "../../../src/calls/carrier/twilio-verify.ts";
import { CALLRAIL, TWILIO_FORM, TWILIO_JSON } from "../vectors.ts";

const NOW = Date.UTC(2026, 10, 20, 12);
const encoder = new TextEncoder();
const bytes = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(encoder.encode(text));

/** Signs as Twilio does, in another way than the code that checks it. */
async function twilioSignature(key: string, text: string): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-1" };
  const imported = await crypto.subtle.importKey("raw", bytes(key), algorithm, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, bytes(text))).toBase64();
}

describe("BXX-5: Twilio's signature", () => {
  const { authToken, params, url, signature } = TWILIO_FORM;
  const body = bytes(new URLSearchParams(params).toString());

  it("of a form is that of its own library", async () => {
    expect(await isSignedByTwilio(authToken, { url, given: [url], signature, body })).toBe(true);
    const shuffled = bytes(new URLSearchParams(Object.entries(params).toReversed()).toString());
    expect(await isSignedByTwilio(authToken, { url, given: [url], signature, body: shuffled })).toBe(true);
  });

  it("of JSON is over the address, which has the body's hash", async () => {
    const json = TWILIO_JSON;
    const request = { url: json.url, given: [json.url], signature: json.signature, body: bytes(json.body) };
    expect(await isSignedByTwilio(authToken, request)).toBe(true);
    expect(await isSignedByTwilio(authToken, { ...request, body: bytes(json.body.replace("completed", "busy")) })).toBe(
      false,
    );
  });

  it("is none of another form, token, address or letter, and none at all", async () => {
    const right = { url, given: [url], signature, body };
    const other = "https://other.example.com/calls/twilio?src=1";
    for (const wrong of [
      { ...right, body: bytes(new URLSearchParams({ ...params, CallDuration: "43" }).toString()) },
      { ...right, body: bytes(`${new URLSearchParams(params).toString()}&Extra=1`) },
      { ...right, url: other, given: [other] },
      { ...right, signature: null },
      { ...right, signature: "" },
      { ...right, signature: `${signature.slice(0, -2)}A=` },
      { ...right, signature: "not base64!" },
    ]) {
      expect(await isSignedByTwilio(authToken, wrong)).toBe(false);
    }
    expect(await isSignedByTwilio(`${authToken.slice(0, -1)}0`, right)).toBe(false);
  });

  it("is found however the address is spelled: with its port or without, its query encoded anew, of a proxy in front", async () => {
    const path = "/webhooks/twilio/str_1";
    const at = `http://10.0.0.1${path}?step=a%20b`;
    const given = [`https://shop.example${path}`];
    for (const signed of [
      `https://shop.example${path}?step=a%20b`,
      `https://shop.example:443${path}?step=a%20b`,
      `https://shop.example${path}`,
    ]) {
      const request = { url: at, given, signature: await twilioSignature(authToken, signed), body: bytes("") };
      expect(await isSignedByTwilio(authToken, request), signed).toBe(true);
    }
    const plus = `https://shop.example${path}?step=a+b`;
    const anew = await twilioSignature(authToken, `https://shop.example${path}?step=a%20b`);
    expect(await isSignedByTwilio(authToken, { url: plus, given, signature: anew, body: bytes("") })).toBe(true);
  });

  it("takes each value of a repeated parameter once, sorted", async () => {
    const signed = await twilioSignature(authToken, "https://a.example/xA1A2B3");
    const url = "https://a.example/x";
    const request = { url, given: [url], signature: signed, body: bytes("A=2&B=3&A=1&A=2") };
    expect(await isSignedByTwilio(authToken, request)).toBe(true);
  });
});

describe("BXX-5: CallRail's signature", () => {
  const { key, signature, body } = CALLRAIL;
  const message = (text: string, given: string | null) => ({
    url: "https://a.example/",
    headers: new Headers(given === null ? {} : { Signature: given }),
    body: bytes(text),
  });

  it("of its published example is right, and of a body with one more blank it isn't", async () => {
    expect(await isSigned("callrail", key, message(body, signature), [], NOW)).toBe(true);
    expect(await isSigned("callrail", key, message(`${body} `, signature), [], NOW)).toBe(false);
    expect(await isSigned("callrail", key, message(body, null), [], NOW)).toBe(false);
    expect(await isSigned("callrail", "another-key-of-32-characters-xyz", message(body, signature), [], NOW)).toBe(
      false,
    );
  });
});

describe("BXX-5: Telnyx's signature", () => {
  async function signed(body: string, at = NOW) {
    const keys = (await crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"])) as CryptoKeyPair;
    const time = String(Math.floor(at / 1000));
    const signature = await crypto.subtle.sign("Ed25519", keys.privateKey, bytes(`${time}|${body}`));
    const raw = (await crypto.subtle.exportKey("raw", keys.publicKey)) as ArrayBuffer;
    return { time, signature: new Uint8Array(signature).toBase64(), publicKey: new Uint8Array(raw).toBase64() };
  }
  const message = (body: string, time: string, signature: string) => ({
    url: "https://a.example/",
    headers: new Headers({ "Telnyx-Timestamp": time, "Telnyx-Signature-Ed25519": signature }),
    body: bytes(body),
  });

  it("counts with its time, five minutes either way", async () => {
    const body = '{"data":{}}';
    const { time, signature, publicKey } = await signed(body);
    const check = (at: number, text = body, when = time): Promise<boolean> =>
      isSigned("telnyx", publicKey, message(text, when, signature), [], at);
    expect(await check(NOW)).toBe(true);
    expect(await check(NOW + 299_000)).toBe(true);
    expect(await check(NOW + 301_000)).toBe(false);
    expect(await check(NOW - 301_000)).toBe(false);
    expect(await check(NOW, `${body} `)).toBe(false);
    expect(await check(NOW, body, String(Number(time) + 1))).toBe(false);
    expect(await check(NOW, body, "")).toBe(false);
  });

  it("isn't one under another key, or under what is no key", async () => {
    const { time, signature } = await signed("{}");
    const other = await signed("{}");
    for (const key of [other.publicKey, new Uint8Array(32).fill(255).toBase64(), "AAAA", ""]) {
      expect(await isSigned("telnyx", key, message("{}", time, signature), [], NOW)).toBe(false);
    }
  });
});
