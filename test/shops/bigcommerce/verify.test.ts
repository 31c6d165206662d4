import * as fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { verify } from "../../../src/shops/bigcommerce/verify.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Worked out with another implementation of HMAC, under the secret's own bytes. */
const VECTOR = {
  id: "0f3b6b2e-5f0a-4c62-9d70-3d8a1f2b4c5d",
  timestamp: "1725000000",
  clientSecret: "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0",
  body: '{"scope":"store/order/created","store_id":"1025646","data":{"type":"order","id":250},"hash":"dd70c0976e06b67aaf671e73f49dcb79230ebf9d","created_at":1561479335,"producer":"stores/abcde"}',
  signature: "v1,bFabXvvbQ6QJXRWgRPn1ULzkwCx6hwcy6IXT+4CFn9o=",
  /** Under the secret decoded as base64, which it isn't and could be. */
  wrong: "v1,qxaDC55hISXdzJDn64FpBncpKIqwyGHFdVC2MSRn9vs=",
};
const { clientSecret } = VECTOR;

const headers = (changes: Record<string, string> = {}): Headers =>
  new Headers({
    "webhook-id": VECTOR.id,
    "webhook-timestamp": VECTOR.timestamp,
    "webhook-signature": VECTOR.signature,
    ...changes,
  });

describe("a signature of BigCommerce", () => {
  it("is that of Standard Webhooks under the client secret's own bytes", async () => {
    expect(await verify(headers(), bytes(VECTOR.body), { clientSecret })).toBe(true);
    expect(await verify(headers({ "webhook-signature": VECTOR.wrong }), bytes(VECTOR.body), { clientSecret })).toBe(
      false,
    );
  });

  it("is what the standard's own library makes of a raw secret, and of none that it decodes", async () => {
    const secrets = fc.stringMatching(/^[0-9a-f]{4,80}$/).filter(({ length }) => length % 4 === 0);
    await fc.assert(
      fc.asyncProperty(secrets, fc.string(), fc.uuid(), fc.nat(2_000_000_000), async (secret, body, id, seconds) => {
        const at = new Date(seconds * 1000);
        const signed = (signature: string) =>
          verify(
            headers({ "webhook-id": id, "webhook-timestamp": String(seconds), "webhook-signature": signature }),
            bytes(body.toWellFormed()),
            { clientSecret: secret },
          );
        const text = body.toWellFormed();
        expect(await signed(new Webhook(secret, { format: "raw" }).sign(id, at, text))).toBe(true);
        expect(await signed(new Webhook(secret).sign(id, at, text))).toBe(false);
      }),
    );
  });

  it("may be one of several, as while a secret is renewed", async () => {
    const several = `v1a,AAAA ${VECTOR.wrong} ${VECTOR.signature}`;
    expect(await verify(headers({ "webhook-signature": several }), bytes(VECTOR.body), { clientSecret })).toBe(true);
  });

  it.each([
    ["another secret", {}, VECTOR.body, { clientSecret: `${clientSecret}0` }],
    ["an empty secret", {}, VECTOR.body, { clientSecret: "" }],
    ["no secret", {}, VECTOR.body, {}],
    ["the token", {}, VECTOR.body, { accessToken: clientSecret }],
    ["a byte more", {}, `${VECTOR.body}\n`, { clientSecret }],
    ["another id", { "webhook-id": "0f3b6b2e" }, VECTOR.body, { clientSecret }],
    ["another time", { "webhook-timestamp": "1725000001" }, VECTOR.body, { clientSecret }],
    ["a time that is none", { "webhook-timestamp": "now" }, VECTOR.body, { clientSecret }],
    ["no signature", { "webhook-signature": "" }, VECTOR.body, { clientSecret }],
    ["what is no base64", { "webhook-signature": "v1,***" }, VECTOR.body, { clientSecret }],
    ["another scheme", { "webhook-signature": VECTOR.signature.replace("v1", "v2") }, VECTOR.body, { clientSecret }],
    ["a part of it", { "webhook-signature": VECTOR.signature.slice(0, 24) }, VECTOR.body, { clientSecret }],
  ])("is wrong with %s", async (_what, changes: Record<string, string>, body, secrets: Record<string, string>) => {
    expect(await verify(headers(changes), bytes(body), secrets)).toBe(false);
  });

  it("is wrong where there are no headers", async () => {
    expect(await verify(new Headers(), bytes(VECTOR.body), { clientSecret })).toBe(false);
  });
});
