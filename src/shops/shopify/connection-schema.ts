import * as z from "../../ground/http/zod.ts";
import { commonFields, type Connector, mergedSecrets, secretPatch } from "../connection/connector-schema.ts";

const body = z
  .strictObject({
    ...commonFields,
    shop: z
      .string()
      .toLowerCase()
      .regex(/^[a-z0-9][a-z0-9-]{0,99}\.myshopify\.com$/, "must be the shop's own domain, such as brand.myshopify.com"),
    accessToken: secretPatch.openapi({ description: "A token that doesn't expire, or `clientId` and `clientSecret`." }),
    clientId: secretPatch,
    clientSecret: secretPatch.openapi({
      description: "The app's secret: gets tokens, with `clientId`, and signs the app's webhooks.",
    }),
    previousClientSecret: secretPatch.openapi({
      description: "The app's secret before a rotation; left out, the one that was kept.",
    }),
    webhookSecret: secretPatch.openapi({
      description: "Signs webhooks that were set up by hand (Settings → Notifications → Webhooks).",
    }),
    apiVersion: z
      .string()
      .regex(/^20\d\d-(01|04|07|10)$/, "must be a version such as 2026-10")
      .nullable()
      .optional()
      .openapi({ description: "Of the Admin API; `null`: the one that this release was made for." }),
  })
  .transform(({ provider, settings, shop, apiVersion, ...secrets }) => ({
    provider,
    settings,
    account: shop,
    apiVersion: apiVersion ?? null,
    secrets,
  }));

/** Connections to Shopify. */
export const shopifyConnection: Omit<Connector, "load"> = {
  body,
  accountField: "shop",
  addressOf: (account) => `https://${account}`,
  merge(given, kept) {
    const merged = { ...mergedSecrets(given, kept) };
    // Whoever changes to the other way to sign in means that one.
    if (typeof given["clientId"] === "string" && given["accessToken"] === undefined) delete merged["accessToken"];
    if (typeof given["accessToken"] === "string" && given["clientId"] === undefined) delete merged["clientId"];
    const before = kept["clientSecret"];
    // For an hour, or what is retried for longer, messages come signed with either.
    if (before !== undefined && before !== merged["clientSecret"] && given["previousClientSecret"] === undefined) {
      merged["previousClientSecret"] = before;
    }
    return merged;
  },
  missing({ accessToken, clientId, clientSecret }) {
    if (clientId !== undefined && clientSecret === undefined) {
      return { path: "clientSecret", message: "must be there with clientId" };
    }
    if (accessToken === undefined && clientId === undefined) {
      return { path: "accessToken", message: "must be there, or clientId and clientSecret" };
    }
    return null;
  },
  signedBy: {
    secret: "clientSecret",
    drawn: false,
    without:
      "clientSecret, the app's secret, is not set, which Shopify signs the app's webhooks with: orders are asked for every five minutes, and webhooks are not registered.",
  },
  signing: ["clientSecret", "previousClientSecret", "webhookSecret"],
};
