import { urlProblem } from "../../ground/http/fields.ts";
import * as z from "../../ground/http/zod.ts";
import type { ShopSettings } from "../../ground/model/shop.ts";
import type { Platform } from "../platform.ts";
import type { ShopSecrets } from "./seal.ts";

/** A secret as an admin gives it: it becomes part of a header. */
const secretField = z.string().regex(/^[\x21-\x7e]{1,500}$/, "must be 1 to 500 characters of ASCII without blanks");

/** A secret that stays as it was kept where it is left out; `null` forgets it. */
export const secretPatch = secretField.nullable().optional();

/** How orders of the shop count. */
export const settingsFields = z.strictObject({
  renewals: z
    .union([z.enum(["none", "all"]), z.strictObject({ first: z.int().min(1).max(1_000) })])
    .openapi({ description: "Orders that a subscription makes: none count, all do, or the first of each, so many." }),
  giftCards: z.boolean().openapi({ description: "Whether gift cards that are bought count as goods." }),
  testGateways: z
    .array(z.string().trim().min(1).max(100))
    .max(50)
    .openapi({ description: "Ways to pay, by the platform's names, whose orders are tests." }),
});

/** What every platform's body has, beside what is its own. */
export const commonFields = {
  provider: z
    .string()
    .max(40)
    .optional()
    .openapi({ description: "The store's own provider, for those who like to say it." }),
  settings: settingsFields.partial().optional(),
};

/** The address of a shop, in one form. */
export const shopUrl = z
  .string()
  .max(300)
  .superRefine((text, context) => {
    const problem = urlProblem(text) ?? (/[?#]/.test(text) ? "must have no query and no fragment" : null);
    if (problem !== null) context.addIssue({ code: "custom", message: problem });
  })
  .transform((text) => (URL.parse(text)?.href ?? text).replace(/\/+$/, ""));

/** Whether it is the shop that was connected before, with another `name`, such as address. */
export function movedField(name: string) {
  return z
    .boolean()
    .optional()
    .openapi({ description: `That the shop which was connected before has this ${name} now.` });
}

/** A platform's body, read. */
export interface GivenConnection {
  provider?: string | undefined;
  settings?: Partial<ShopSettings> | undefined;
  account: string;
  /** Whether it is the shop that was connected before, which has this account now. */
  moved?: boolean | undefined;
  apiVersion: string | null;
  secrets: Readonly<Record<string, string | null | undefined>>;
}

/** What a platform says of its connections: all that is needed of it before there is one. */
export interface Connector {
  /** Reads the body of `PUT /stores/{id}/connection`. */
  body: z.ZodType<GivenConnection>;
  /** Whether each shop counts its orders by itself, so that those of two have the same ids. */
  ownIds?: true;
  /** The body's field that names the shop. */
  accountField: string;
  /** The shop's own address, without a slash at its end. */
  addressOf: (account: string) => string;
  /** The secrets to keep, of those that are given and those that are kept for the same account. */
  merge: (given: GivenConnection["secrets"], kept: ShopSecrets) => ShopSecrets;
  /** What is missing among the secrets to keep; `null`: nothing. */
  missing: (secrets: ShopSecrets) => { path: string; message: string } | null;
  /** The secret that webhooks which we register are signed with. Without it there are none; `null`: it sends none. */
  signedBy: { secret: string; drawn: true } | { secret: string; drawn: false; without: string } | null;
  /** All secrets that messages of the shop may be signed with. */
  signing: readonly string[];
  load: () => Promise<Platform>;
}

/** Secrets that are kept, with those that are given in their places; `null` takes one away. */
export function mergedSecrets(given: GivenConnection["secrets"], kept: ShopSecrets): ShopSecrets {
  const merged: Record<string, string> = { ...kept };
  for (const [name, secret] of Object.entries(given)) {
    if (secret === null) delete merged[name];
    else if (secret !== undefined) merged[name] = secret;
  }
  return merged;
}
