import { describe, expect, it } from "vitest";
import { CONNECTORS } from "../../../src/shops/platforms-load.ts";
import { connectionBody, connectionFields } from "../../../src/desk/stores/connection-form.ts";
import { readForm } from "../../../src/desk/form/read.ts";
import type { ProviderId } from "../../../src/ground/model/provider.ts";

/** What the forms of a platform are filled in with. */
const FILLED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  shopify: {
    shop: "brand.myshopify.com",
    clientId: "id",
    clientSecret: "secret",
    accessToken: "token",
    previousClientSecret: "before",
    webhookSecret: "hooks",
    apiVersion: "2026-10",
  },
  woocommerce: { url: "https://shop.example", consumerKey: "ck", consumerSecret: "cs" },
  bigcommerce: { storeHash: "abc123", accessToken: "token", clientSecret: "secret" },
  magento: {
    url: "https://shop.example",
    "oauth.consumerKey": "a",
    "oauth.consumerSecret": "b",
    "oauth.token": "c",
    "oauth.tokenSecret": "d",
  },
};

describe("DSH-3: the form that connects a shop", () => {
  it.each(Object.keys(CONNECTORS) as ProviderId[])("fills in all that %s takes", (provider) => {
    const filled = {
      ...FILLED[provider],
      "settings.renewals": "first",
      "settings.first": "3",
      "settings.giftCards": "yes",
      "settings.testGateways": "bogus\nmanual",
    };
    const form = new Map(Object.entries(filled).map(([name, text]) => [name, [text]]));
    const { body, faults } = readForm(connectionFields(provider, null), form, true);
    expect(faults).toEqual([]);
    const sent = connectionBody(provider, body);
    expect(sent["settings"]).toEqual({ renewals: { first: 3 }, giftCards: true, testGateways: ["bogus", "manual"] });
    expect(CONNECTORS[provider]?.body.safeParse(sent)).toMatchObject({ success: true });
  });

  it("forgets what is ticked, and leaves what is empty as it was kept", () => {
    expect(connectionBody("shopify", { shop: "brand.myshopify.com", _forget: ["webhookSecret"] })).toEqual({
      provider: "shopify",
      shop: "brand.myshopify.com",
      settings: {},
      webhookSecret: null,
    });
    expect(connectionBody("magento", { url: "https://a.example", _forget: ["oauth.token", "accessToken"] })).toEqual({
      provider: "magento",
      url: "https://a.example",
      settings: {},
      oauth: { token: null },
      accessToken: null,
    });
  });
});
