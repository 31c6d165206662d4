import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { verifyShopify } from "../../../src/shops/shopify/verify.ts";

/** Computed with another implementation (Python's `hmac`); the body escapes its slashes, as Shopify does. */
const VECTOR = {
  secret: "shpss_0123456789abcdef0123456789abcdef",
  body: String.raw`{"id":5123456789012,"total_price":"49.90","landing_site":"\/products\/x?wmk=abc"}`,
  signature: "Mdjj8fKm8hwJgtB2kfjM0lndrpMW6yKAUk2DKVeuIgA=",
};

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const sign = (secret: string, body = VECTOR.body): string => createHmac("sha256", secret).update(body).digest("base64");

function verify(signature: string | null, secrets: Record<string, string>, body = VECTOR.body): Promise<boolean> {
  return verifyShopify(
    new Headers(signature === null ? {} : { "X-Shopify-Hmac-Sha256": signature }),
    bytes(body),
    secrets,
  );
}

test("the vector is right, over the raw bytes", async () => {
  expect(await verify(VECTOR.signature, { clientSecret: VECTOR.secret })).toBe(true);
  // The same JSON, written anew.
  expect(await verify(VECTOR.signature, { clientSecret: VECTOR.secret }, JSON.stringify(JSON.parse(VECTOR.body)))).toBe(
    false,
  );
});

test("the header of the events to come is read as well", async () => {
  const headers = new Headers({ "shopify-hmac-sha256": VECTOR.signature });
  expect(await verifyShopify(headers, bytes(VECTOR.body), { clientSecret: VECTOR.secret })).toBe(true);
});

describe("secrets", () => {
  test("the one before a rotation, and the store's own of notifications made by hand, are right too", async () => {
    const secrets = { clientSecret: "new", previousClientSecret: "old", webhookSecret: "by-hand" };
    for (const secret of Object.values(secrets)) expect(await verify(sign(secret), secrets)).toBe(true);
    expect(await verify(sign("old"), { clientSecret: "new" })).toBe(false);
  });

  test("no other secret of the connection signs", async () => {
    const secrets = { accessToken: "shpat_x", clientId: "id", clientSecret: "secret" };
    expect(await verify(sign("shpat_x"), secrets)).toBe(false);
    expect(await verify(sign("id"), secrets)).toBe(false);
  });

  test("an empty one, or none, signs nothing", async () => {
    expect(await verify(createHmac("sha256", "").update(VECTOR.body).digest("base64"), { clientSecret: "" })).toBe(
      false,
    );
    expect(await verify(VECTOR.signature, {})).toBe(false);
  });
});

test.each([
  [null],
  [""],
  ["x"],
  [VECTOR.signature.slice(0, -1)],
  [`${VECTOR.signature}=`],
  ["äöü"],
  [btoa("0".repeat(31))],
])("%j is no signature", async (signature) => {
  expect(await verify(signature, { clientSecret: VECTOR.secret })).toBe(false);
});

test("a signature of another body is wrong", async () => {
  expect(await verify(VECTOR.signature, { clientSecret: VECTOR.secret }, `${VECTOR.body} `)).toBe(false);
});
