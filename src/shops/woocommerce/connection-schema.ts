import * as z from "../../ground/http/zod.ts";
import {
  commonFields,
  type Connector,
  mergedSecrets,
  movedField,
  secretPatch,
  shopUrl,
} from "../connection/connector-schema.ts";

const body = z
  .strictObject({
    ...commonFields,
    url: shopUrl.openapi({ example: "https://shop.example", description: "Where the shop's front page is." }),
    moved: movedField("address"),
    consumerKey: secretPatch.openapi({
      description: "Of a key that may read and write (WooCommerce → Settings → Advanced → REST API).",
    }),
    consumerSecret: secretPatch,
  })
  .transform(({ provider, settings, url, moved, ...secrets }) => ({
    provider,
    settings,
    account: url,
    moved,
    apiVersion: null,
    secrets,
  }));

/** Connections to WooCommerce. Its webhooks are signed with a secret that we draw. */
export const woocommerceConnection: Omit<Connector, "load"> = {
  body,
  ownIds: true,
  accountField: "url",
  addressOf: (account) => account,
  merge: mergedSecrets,
  missing({ consumerKey, consumerSecret }) {
    if (consumerKey === undefined) return { path: "consumerKey", message: "must be there" };
    return consumerSecret === undefined ? { path: "consumerSecret", message: "must be there" } : null;
  },
  signedBy: { secret: "webhookSecret", drawn: true },
  signing: ["webhookSecret"],
};
