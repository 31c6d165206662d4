import { describe, expect, it } from "vitest";
import { isPing, verify } from "../../../src/shops/woocommerce/verify.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Worked out with another implementation of HMAC; the key has what a query would escape, the body a letter of two bytes. */
const VECTOR = {
  secret: "s3cr3t & more",
  body: '{"id":727,"status":"processing","total":"29.35","billing":{"first_name":"Tést"}}',
  signature: "kPC+kudQQYSY3XskGtk7fbAJ4wpp5KU9V/GD0wXSB/s=",
};

const signed = (signature: string): Headers => new Headers({ "X-WC-Webhook-Signature": signature });
const webhookSecret = VECTOR.secret;

describe("a signature of WooCommerce", () => {
  it("is the HMAC of the very bytes, under the secret as UTF-8", async () => {
    expect(await verify(signed(VECTOR.signature), bytes(VECTOR.body), { webhookSecret })).toBe(true);
  });

  it.each([
    ["another secret", VECTOR.signature, VECTOR.body, { webhookSecret: "s3cr3t &amp; more" }],
    ["an empty secret", VECTOR.signature, VECTOR.body, { webhookSecret: "" }],
    ["no secret", VECTOR.signature, VECTOR.body, {}],
    ["the key of the interface", VECTOR.signature, VECTOR.body, { consumerSecret: VECTOR.secret }],
    ["a byte more", VECTOR.signature, `${VECTOR.body}\n`, { webhookSecret }],
    [
      "another body that reads the same",
      VECTOR.signature,
      VECTOR.body.replace("é", String.raw`\u00e9`),
      { webhookSecret },
    ],
    ["no signature", "", VECTOR.body, { webhookSecret }],
    ["what is no base64", "§§§", VECTOR.body, { webhookSecret }],
    ["a part of it", VECTOR.signature.slice(0, 24), VECTOR.body, { webhookSecret }],
    ["as hex", Buffer.from(VECTOR.signature, "base64").toString("hex"), VECTOR.body, { webhookSecret }],
  ])("is wrong with %s", async (_what, signature, body, secrets: Record<string, string>) => {
    expect(
      await verify(
        new Headers(signature.includes("§") ? {} : { "x-wc-webhook-signature": signature }),
        bytes(body),
        secrets,
      ),
    ).toBe(false);
  });

  it("is wrong where there is no header", async () => {
    expect(await verify(new Headers(), bytes(VECTOR.body), { webhookSecret })).toBe(false);
  });
});

describe("a ping of WooCommerce", () => {
  it("is a form with a webhook's id", () => {
    expect(isPing(new Headers({ "content-type": "application/x-www-form-urlencoded" }), bytes("webhook_id=17"))).toBe(
      true,
    );
  });

  it.each([
    "",
    "webhook_id=",
    "webhook_id=1&x=2",
    "webhook_id=17\n{}",
    '{"webhook_id":17}',
    "webhook_id=123456789012345678901",
  ])("is nothing else: %j", (body) => {
    expect(isPing(new Headers(), bytes(body))).toBe(false);
  });

  it("is none with a topic: that has to be signed", () => {
    expect(isPing(new Headers({ "x-wc-webhook-topic": "order.updated" }), bytes("webhook_id=17"))).toBe(false);
  });
});
