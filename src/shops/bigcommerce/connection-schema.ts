import * as z from "../../ground/http/zod.ts";
import {
  commonFields,
  type Connector,
  mergedSecrets,
  movedField,
  secretPatch,
} from "../connection/connector-schema.ts";

/** Where BigCommerce's interface is, for all stores. */
const API = "https://api.bigcommerce.com/stores";

const body = z
  .strictObject({
    ...commonFields,
    storeHash: z
      .string()
      .toLowerCase()
      .regex(/^[a-z0-9-]{3,60}$/, "must be the store's hash, such as abc123xyz")
      .openapi({ description: "What stands in the API path: `https://api.bigcommerce.com/stores/{storeHash}/v3/`." }),
    moved: movedField("hash"),
    accessToken: secretPatch.openapi({
      description:
        "Of a store-level API account with Orders read-only and Marketing modify (Settings → Store-level API accounts).",
    }),
    clientSecret: secretPatch.openapi({ description: "Of the same API account: it signs its webhooks." }),
  })
  .transform(({ provider, settings, storeHash, moved, ...secrets }) => ({
    provider,
    settings,
    account: storeHash,
    moved,
    apiVersion: null,
    secrets,
  }));

/** Connections to BigCommerce. */
export const bigcommerceConnection: Omit<Connector, "load"> = {
  body,
  ownIds: true,
  accountField: "storeHash",
  addressOf: (account) => `${API}/${account}`,
  merge: mergedSecrets,
  missing({ accessToken, clientSecret }) {
    if (accessToken === undefined) return { path: "accessToken", message: "must be there" };
    return clientSecret === undefined ? { path: "clientSecret", message: "must be there" } : null;
  },
  signedBy: {
    secret: "clientSecret",
    drawn: false,
    without: "clientSecret is not set, which BigCommerce signs webhooks with: orders are asked for every five minutes.",
  },
  signing: ["clientSecret"],
};
