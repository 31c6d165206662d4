import { createHmac } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HmacKey } from "../../../src/edge/click/hmac.ts";

/** What Node's own, which is OpenSSL's, says. */
function expected(key: Uint8Array, message: string, bytes: number): string {
  return createHmac("sha256", key).update(message, "utf8").digest().subarray(0, bytes).toString("base64url");
}

describe("a MAC", () => {
  // RFC 4231, section 4: the cases whose data is text.
  it.each([
    ["4.2", "0b".repeat(20), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32"],
    [
      "4.3",
      Buffer.from("Jefe").toString("hex"),
      "what do ya want for nothing?",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec",
    ],
    [
      "4.7",
      "aa".repeat(131),
      "Test Using Larger Than Block-Size Key - Hash Key First",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee3",
    ],
    [
      "4.8",
      "aa".repeat(131),
      "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.",
      "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a",
    ],
  ])("is that of RFC 4231, section %s", (_section, key, message, mac) => {
    const signed = new HmacKey(Buffer.from(key, "hex")).sign(message, 30);
    expect(Buffer.from(signed, "base64url").toString("hex")).toBe(mac);
  });

  it("is OpenSSL's for any key and text, whatever was signed before", () => {
    const key = fc.uint8Array({ maxLength: 200 });
    const message = fc.string({ unit: "binary", maxLength: 400 });
    const bytes = fc.constantFrom(12, 15, 30);
    fc.assert(
      fc.property(key, message, message, bytes, (keyBytes, one, two, length) => {
        const hmac = new HmacKey(keyBytes);
        expect(hmac.sign(one, length)).toBe(expected(keyBytes, one, length));
        expect(hmac.sign(two, length)).toBe(expected(keyBytes, two, length));
      }),
      { numRuns: 1_000 },
    );
  });

  it("is OpenSSL's for texts of every length around whole blocks", () => {
    const key = new Uint8Array(32).fill(7);
    const hmac = new HmacKey(key);
    for (let length = 0; length <= 260; length++) {
      const message = "x".repeat(length);
      expect(hmac.sign(message, 15), `${length}`).toBe(expected(key, message, 15));
    }
  });
});
