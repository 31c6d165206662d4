import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { oauthHeader, percentEncoded, signatureBase } from "../../../src/shops/magento/oauth.ts";

const KEYS = { consumerKey: "ck", consumerSecret: "c&s", token: "tk", tokenSecret: "t s" };

describe("a signature of OAuth 1.0a", () => {
  test("is of the text that RFC 5849, section 3.4.1.1, gives as its example", () => {
    const header = [
      ["oauth_consumer_key", "9djdj82h48djs9d2"],
      ["oauth_token", "kkk9d7dh3k39sjv7"],
      ["oauth_signature_method", "HMAC-SHA1"],
      ["oauth_timestamp", "137131201"],
      ["oauth_nonce", "7d8f3e4a"],
    ] as const;
    const form = [...new URLSearchParams("c2&a3=2+q")];
    expect(
      signatureBase("post", "http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b", [...header, ...form]),
    ).toBe(
      "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2" +
        "%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1" +
        "%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7",
    );
  });

  test("leaves letters, digits and -._~ as they are, and nothing else (section 3.6)", () => {
    expect(percentEncoded("aZ09-._~")).toBe("aZ09-._~");
    expect(percentEncoded("!*'() +&=[]☃")).toBe("%21%2A%27%28%29%20%2B%26%3D%5B%5D%E2%98%83");
  });

  test("is HMAC-SHA256 under both secrets, each encoded, as another implementation counts it", async () => {
    const url = "https://shop.example/rest/V1/orders?searchCriteria%5BpageSize%5D=1";
    const header = await oauthHeader("GET", url, KEYS, { at: 1_790_000_000_999, nonce: "n1" });
    const base = [
      "GET",
      "https%3A%2F%2Fshop.example%2Frest%2FV1%2Forders",
      "oauth_consumer_key%3Dck%26oauth_nonce%3Dn1%26oauth_signature_method%3DHMAC-SHA256%26oauth_timestamp%3D1790000000" +
        "%26oauth_token%3Dtk%26oauth_version%3D1.0%26searchCriteria%255BpageSize%255D%3D1",
    ].join("&");
    const signature = createHmac("sha256", "c%26s&t%20s").update(base).digest("base64");
    expect(header).toBe(
      'OAuth oauth_consumer_key="ck", oauth_nonce="n1", oauth_signature_method="HMAC-SHA256", oauth_timestamp="1790000000", ' +
        `oauth_token="tk", oauth_version="1.0", oauth_signature="${encodeURIComponent(signature)}"`,
    );
  });
});
