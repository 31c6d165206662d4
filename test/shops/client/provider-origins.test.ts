import { describe, expect, it } from "vitest";
import { readProviderOrigins } from "../../../src/shops/client/provider-origins.ts";

const PROVIDER_ORIGINS = '{"shopify":"http://127.0.0.1:8791","woocommerce":"http://127.0.0.1:8792"}';

describe("stand-ins of shops", () => {
  it("are where the variable says", () => {
    const origins = { shopify: "http://127.0.0.1:8791", woocommerce: "http://127.0.0.1:8792" };
    for (const PUBLIC_URL of [undefined, "", "http://127.0.0.1:8787"]) {
      expect(readProviderOrigins({ PROVIDER_ORIGINS, ...(PUBLIC_URL !== undefined && { PUBLIC_URL }) })).toEqual({
        origins,
        problem: null,
      });
    }
    for (const none of [{}, { PROVIDER_ORIGINS: "", PUBLIC_URL: "https://go.brand.com" }]) {
      expect(readProviderOrigins(none)).toEqual({ origins: {}, problem: null });
    }
  });

  it.each(["https://go.brand.com", "HTTPS://go.brand.com"])("get no keys of real shops: %s", (PUBLIC_URL) => {
    expect(readProviderOrigins({ PROVIDER_ORIGINS, PUBLIC_URL })).toEqual({
      origins: {},
      problem: expect.stringContaining("PROVIDER_ORIGINS"),
    });
  });

  it.each([
    "http://127.0.0.1:8791",
    '{"shopify":"127.0.0.1:8791"}',
    '{"shopify":"http://127.0.0.1:8791/"}',
    '{"shopify":"http://127.0.0.1:8791/path"}',
    '{"shopify":"ftp://127.0.0.1"}',
    '{"shopify":{}}',
    '{"shopify":null}',
    "null",
    "[",
  ])("are nowhere by %s, which is told", (text) => {
    expect(readProviderOrigins({ PROVIDER_ORIGINS: text })).toEqual({
      origins: {},
      problem: expect.stringContaining("PROVIDER_ORIGINS"),
    });
  });
});
