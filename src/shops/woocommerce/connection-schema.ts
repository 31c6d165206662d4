import { urlProblem } from "../../ground/http/fields.ts";
import * as z from "../../ground/http/zod.ts";
import { commonFields, type Connector, mergedSecrets, secretPatch } from "../connection/connector-schema.ts";

/** The address of a shop, in one form. */
const shopUrl = z
  .string()
  .max(300)
  .superRefine((text, context) => {
    const problem = urlProblem(text) ?? (/[?#]/.test(text) ? "must have no query and no fragment" : null);
    if (problem !== null) context.addIssue({ code: "custom", message: problem });
  })
  .transform((text) => (URL.parse(text)?.href ?? text).replace(/\/+$/, ""));

const body = z
  .strictObject({
    ...commonFields,
    url: shopUrl.openapi({ example: "https://shop.example", description: "Where the shop's front page is." }),
    moved: z
      .boolean()
      .optional()
      .openapi({ description: "That the shop which was connected before has this address now." }),
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
