import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { originOfShop, shopAddressProblem } from "../../../src/shops/connection/address.ts";
import type { GivenConnection } from "../../../src/shops/connection/connector-schema.ts";
import { shopifyConnection } from "../../../src/shops/shopify/connection-schema.ts";
import { woocommerceConnection } from "../../../src/shops/woocommerce/connection-schema.ts";

const STAND = "http://127.0.0.1:8791";
const wooUrl = (url: string) => woocommerceConnection.body.safeParse({ url });

describe("where calls to a shop go", () => {
  it.each([
    ["https://brand.myshopify.com", "brand.myshopify.com", null, "https://brand.myshopify.com"],
    ["https://brand.myshopify.com", "brand.myshopify.com", STAND, `${STAND}/brand.myshopify.com`],
    ["https://shop.example/fr", "https://shop.example/fr", STAND, `${STAND}/shop.example/fr`],
    [`${STAND}/some-shop`, `${STAND}/some-shop`, STAND, `${STAND}/some-shop`],
    ["https://api.bigcommerce.com/stores/abc123", "abc123", STAND, `${STAND}/abc123`],
    ["https://api.bigcommerce.com/stores/abc123", "abc123", null, "https://api.bigcommerce.com/stores/abc123"],
  ])("%s of %s with %s: %s", (address, account, override, origin) => {
    expect(originOfShop(address, account, override)).toBe(origin);
  });

  it.each([
    "http://shop.example.com",
    "https://127.0.0.1",
    "https://127.1/shop",
    "https://0x7f000001/shop",
    "https://[::1]/shop",
    "https://10.0.0.8",
    "https://169.254.169.254/latest/meta-data",
    "https://localhost",
    "https://localhost./shop",
    "https://intranet",
    "https://metadata.google.internal",
    "https://shop.local",
    "http://127.0.0.1:8792/some-shop",
    "http://127.0.0.1:879/some-shop",
    "http://127.0.0.1/8791/some-shop",
  ])("is never %s, stand-ins or none", (url) => {
    for (const override of [null, STAND]) expect(shopAddressProblem(url, override)).toMatch(/^must /);
  });

  it("is this machine for stand-ins alone", () => {
    expect(shopAddressProblem(`${STAND}/some-shop`, null)).toMatch(/^must /);
    expect(shopAddressProblem(`${STAND}/some-shop`, STAND)).toBeNull();
    expect(shopAddressProblem("https://shop.brand.com/fr", null)).toBeNull();
  });
});

describe("the address of a WooCommerce shop", () => {
  it.each([
    ["https://Shop.Brand.com/", "https://shop.brand.com"],
    ["https://shop.brand.com/fr//", "https://shop.brand.com/fr"],
    ["https://shop.brand.com/a/../b", "https://shop.brand.com/b"],
    ["https://shop.brand.com:443", "https://shop.brand.com"],
  ])("%s is %s", (url, account) => {
    expect(wooUrl(url).data?.account).toBe(account);
  });

  it.each([
    "shop.brand.com",
    "ftp://shop.brand.com",
    "https://user:pw@shop.brand.com",
    "https://shop.brand.com?x=1",
    "https://shop.brand.com#x",
    "https://shop.brand.com\\@evil.example",
    "https://",
  ])("is not %s", (url) => {
    expect(wooUrl(url).error?.issues.map(({ path }) => path.join("."))).toEqual(["url"]);
  });
});

describe("the domain of a Shopify shop", () => {
  it("is that of the shop itself, whatever is tried", () => {
    const shop = (text: string) => shopifyConnection.body.safeParse({ shop: text });
    expect(shop("Linen-And-Co.myshopify.com").data?.account).toBe("linen-and-co.myshopify.com");
    for (const text of [
      "evil.example",
      "evil.example/.myshopify.com",
      "brand.myshopify.com.evil.example",
      "brand.myshopify.com/admin",
      "brand.myshopify.com:8443",
      "user@brand.myshopify.com",
      "a.b.myshopify.com",
      "-a.myshopify.com",
      "brand.myshopify.com\nx",
      "",
    ]) {
      expect(shop(text).success, text).toBe(false);
    }
    const pieces = fc.constantFrom("a", "B", "-", ".myshopify.com", ".", "/", "@", ":", "evil.example", "\n", "#", "?");
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 6 }), (parts) => {
        const { data } = shop(parts.join(""));
        if (data === undefined) return;
        const { hostname, pathname, protocol } = new URL(shopifyConnection.addressOf(data.account));
        expect([protocol, pathname]).toEqual(["https:", "/"]);
        expect(hostname).toMatch(/^[a-z0-9-]+\.myshopify\.com$/);
      }),
    );
  });
});

describe("the secrets of a connection", () => {
  const shopify = (given: GivenConnection["secrets"], kept = {}) => shopifyConnection.merge(given, kept);

  it("stay where they are left out, and go by null", () => {
    const kept = { accessToken: "shpat_1", clientSecret: "shpss_1", webhookSecret: "w1" };
    expect(shopify({}, kept)).toEqual(kept);
    expect(shopify({ webhookSecret: null }, kept)).toEqual({ accessToken: "shpat_1", clientSecret: "shpss_1" });
    const keys = { consumerKey: "ck_1", consumerSecret: "cs_1", webhookSecret: "drawn" };
    expect(woocommerceConnection.merge({ consumerKey: "ck_2", consumerSecret: "cs_2" }, keys)).toEqual({
      consumerKey: "ck_2",
      consumerSecret: "cs_2",
      webhookSecret: "drawn",
    });
  });

  it("change with the way to sign in", () => {
    const byToken = { accessToken: "shpat_1", clientSecret: "shpss_1" };
    const byClient = shopify({ clientId: "id" }, byToken);
    expect(byClient).toEqual({ clientId: "id", clientSecret: "shpss_1" });
    expect(shopify({ accessToken: "shpat_2" }, byClient)).toEqual({ accessToken: "shpat_2", clientSecret: "shpss_1" });
  });

  it("keep the app's secret from before a rotation, which messages may still be signed with", () => {
    const kept = { clientId: "id", clientSecret: "old" };
    expect(shopify({ clientSecret: "new" }, kept)).toEqual({
      clientId: "id",
      clientSecret: "new",
      previousClientSecret: "old",
    });
    expect(shopify({ clientSecret: "old" }, kept)).toEqual(kept);
    expect(shopify({ clientSecret: "new", previousClientSecret: null }, kept)).toEqual({
      clientId: "id",
      clientSecret: "new",
    });
  });

  it.each([
    [{}, "accessToken"],
    [{ clientSecret: "x" }, "accessToken"],
    [{ clientId: "x" }, "clientSecret"],
    [{ accessToken: "x" }, undefined],
    [{ clientId: "x", clientSecret: "y" }, undefined],
  ])("of Shopify %j lack %s", (secrets, path) => {
    expect(shopifyConnection.missing(secrets)?.path).toBe(path);
  });

  it.each([
    [{}, "consumerKey"],
    [{ consumerKey: "x" }, "consumerSecret"],
    [{ consumerKey: "x", consumerSecret: "y" }, undefined],
  ])("of WooCommerce %j lack %s", (secrets, path) => {
    expect(woocommerceConnection.missing(secrets)?.path).toBe(path);
  });

  it("can't become headers of their own", () => {
    for (const accessToken of ["a b", "a\r\nX-Evil: 1", "", "é", "x".repeat(501), 7]) {
      expect(shopifyConnection.body.safeParse({ shop: "a.myshopify.com", accessToken }).success).toBe(false);
    }
  });
});
