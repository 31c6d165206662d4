import * as z from "../../ground/http/zod.ts";
import {
  commonFields,
  type Connector,
  mergedSecrets,
  movedField,
  secretPatch,
  shopUrl,
} from "../connection/connector-schema.ts";

const OAUTH = ["consumerKey", "consumerSecret", "token", "tokenSecret"] as const;

const body = z
  .strictObject({
    ...commonFields,
    url: shopUrl.openapi({ example: "https://shop.example", description: "The shop's base URL." }),
    moved: movedField("address"),
    accessToken: secretPatch.openapi({
      description:
        "Of an integration (System → Extensions → Integrations), in a shop whose setting “Allow OAuth Access Tokens to be used as standalone Bearer tokens” is Yes; else give `oauth`.",
    }),
    oauth: z
      .strictObject({
        consumerKey: secretPatch,
        consumerSecret: secretPatch,
        token: secretPatch.openapi({ description: "The integration's access token." }),
        tokenSecret: secretPatch.openapi({ description: "The integration's access token secret." }),
      })
      .optional()
      .openapi({ description: "All four credentials of an integration: calls are signed by OAuth 1.0a." }),
  })
  .superRefine(({ accessToken, oauth }, context) => {
    if (typeof accessToken !== "string" || oauth === undefined) return;
    context.addIssue({ code: "custom", path: ["oauth"], message: "must be left out where accessToken is given" });
  })
  .transform(({ provider, settings, url, moved, accessToken, oauth }) => ({
    provider,
    settings,
    account: url,
    moved,
    apiVersion: null,
    secrets: { accessToken, ...oauth },
  }));

/** Connections to Magento. It sends no messages. */
export const magentoConnection: Omit<Connector, "load"> = {
  body,
  ownIds: true,
  accountField: "url",
  addressOf: (account) => account,
  merge(given, kept) {
    const merged: Record<string, string> = { ...mergedSecrets(given, kept) };
    // One way at a time: that which was given last.
    if (typeof given["accessToken"] === "string") for (const name of OAUTH) delete merged[name];
    else if (OAUTH.some((name) => typeof given[name] === "string")) delete merged["accessToken"];
    return merged;
  },
  missing(secrets) {
    if (secrets["accessToken"] !== undefined) return null;
    const lacking = OAUTH.find((name) => secrets[name] === undefined);
    if (lacking === undefined) return null;
    return OAUTH.every((name) => secrets[name] === undefined)
      ? { path: "accessToken", message: "must be there, or all four of oauth" }
      : { path: `oauth.${lacking}`, message: "must be there" };
  },
  signedBy: null,
  signing: [],
};
