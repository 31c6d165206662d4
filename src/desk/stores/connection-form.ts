import type { ProviderId } from "../../ground/model/provider.ts";
import type { Connection } from "../../shops/connection/schema.ts";
import type { Field } from "../form/field.ts";

/** How to tell that a shop which was connected before has another name now. */
const MOVED: Field = {
  kind: "switch",
  name: "moved",
  label: "It is the shop that was connected before, under another address",
};

/** A secret of a connection, and what it is called. */
interface Secret {
  name: string;
  label: string;
  hint?: string;
}

/** What a platform's form asks beside what all do. */
interface PlatformForm {
  account: Field;
  moved: boolean;
  secrets: readonly Secret[];
  /** How the credentials are got there, in a sentence. */
  way: string;
}

const FORMS: Partial<Record<ProviderId, PlatformForm>> = {
  shopify: {
    account: {
      kind: "text",
      name: "shop",
      label: "Shop",
      required: true,
      placeholder: "brand.myshopify.com",
      hint: "The shop’s own domain at Shopify.",
    },
    moved: false,
    way: "Make an app for the shop in Shopify’s Dev Dashboard, and take its client id and secret; or give a token that doesn’t expire.",
    secrets: [
      { name: "clientId", label: "Client id" },
      {
        name: "clientSecret",
        label: "Client secret",
        hint: "Gets tokens, with the client id, and signs the app’s webhooks.",
      },
      { name: "accessToken", label: "Access token", hint: "Instead of client id and secret: one that doesn’t expire." },
      {
        name: "previousClientSecret",
        label: "Client secret before",
        hint: "After a rotation; empty: the one that was kept.",
      },
      {
        name: "webhookSecret",
        label: "Secret of webhooks made by hand",
        hint: "Settings → Notifications → Webhooks.",
      },
    ],
  },
  woocommerce: {
    account: {
      kind: "url",
      name: "url",
      label: "Address",
      required: true,
      placeholder: "https://shop.example",
      hint: "Where the shop’s front page is.",
    },
    moved: true,
    way: "Make a key that may read and write: WooCommerce → Settings → Advanced → REST API.",
    secrets: [
      { name: "consumerKey", label: "Consumer key" },
      { name: "consumerSecret", label: "Consumer secret" },
    ],
  },
  bigcommerce: {
    account: {
      kind: "text",
      name: "storeHash",
      label: "Store hash",
      required: true,
      placeholder: "abc123xyz",
      hint: "What stands in the API path: https://api.bigcommerce.com/stores/{hash}/v3/.",
    },
    moved: true,
    way: "Make a store-level API account with Orders read-only and Marketing modify: Settings → Store-level API accounts.",
    secrets: [
      { name: "accessToken", label: "Access token" },
      { name: "clientSecret", label: "Client secret", hint: "Of the same account: it signs its webhooks." },
    ],
  },
  magento: {
    account: {
      kind: "url",
      name: "url",
      label: "Address",
      required: true,
      placeholder: "https://shop.example",
      hint: "The shop’s base URL.",
    },
    moved: true,
    way: "Make an integration: System → Extensions → Integrations. Give its access token alone where the shop allows OAuth access tokens as bearer tokens, else all four credentials.",
    secrets: [
      { name: "accessToken", label: "Access token alone" },
      { name: "oauth.consumerKey", label: "Consumer key" },
      { name: "oauth.consumerSecret", label: "Consumer secret" },
      { name: "oauth.token", label: "Access token (of all four)" },
      { name: "oauth.tokenSecret", label: "Access token secret" },
    ],
  },
};

/** Whether stores of a platform can be connected to their shop. */
export function canConnect(provider: ProviderId): boolean {
  return FORMS[provider] !== undefined;
}

/** How the credentials of a platform are got; `null`: its stores can't be connected. */
export function wayToConnect(provider: ProviderId): string | null {
  return FORMS[provider]?.way ?? null;
}

/** What connects a store of a platform; `now` is its connection, if there is or was one. */
export function connectionFields(provider: ProviderId, now: Connection | null): Field[] {
  const form = FORMS[provider];
  if (form === undefined) return [];
  const { renewals, giftCards, testGateways } = now?.settings ?? { renewals: null, giftCards: null, testGateways: [] };
  return [
    { ...form.account, ...(now !== null && { initial: now.account }) },
    ...(form.moved && now !== null ? [MOVED] : []),
    {
      kind: "group",
      name: null,
      label: "Credentials",
      hint:
        now === null
          ? "They are sealed, and never shown again."
          : "Those that are left empty stay as they were kept, for the same shop.",
      fields: [
        ...form.secrets.map((secret): Field => ({ kind: "secret", empty: "omit", ...secret })),
        ...(now === null
          ? []
          : [
              {
                kind: "choices",
                name: "_forget",
                label: "Forget what was kept",
                options: form.secrets.map(({ name, label }) => ({ value: name, label })),
              } as const,
            ]),
      ],
    },
    ...(provider === "shopify"
      ? [
          {
            kind: "text",
            name: "apiVersion",
            label: "Version of the Admin API",
            empty: "null",
            placeholder: "2026-10",
            hint: "Empty: the one that this release was made for.",
          } as const,
        ]
      : []),
    {
      kind: "group",
      name: null,
      label: "How orders count",
      folded: true,
      fields: [
        {
          kind: "choice",
          name: "settings.renewals",
          label: "Orders that a subscription makes",
          empty: "omit",
          ...(renewals !== null && { initial: typeof renewals === "string" ? renewals : "first" }),
          options: [
            { value: "none", label: "None count" },
            { value: "all", label: "All count" },
            { value: "first", label: "The first of each count, so many:" },
          ],
        },
        {
          kind: "whole",
          name: "settings.first",
          label: "So many of the first",
          least: 1,
          most: 1000,
          ...(renewals !== null && typeof renewals !== "string" && { initial: renewals.first }),
        },
        {
          kind: "maybe",
          name: "settings.giftCards",
          label: "Gift cards that are bought count as goods",
          empty: "omit",
          ...(giftCards !== null && { initial: giftCards }),
        },
        {
          kind: "lines",
          name: "settings.testGateways",
          label: "Ways to pay whose orders are tests",
          initial: testGateways,
          hint: "By the platform’s own names, one a line.",
        },
      ],
    },
  ];
}

/** The body for the API of what the form says: secrets to be forgotten are `null`, and of renewals there is one answer. */
export function connectionBody(provider: ProviderId, read: Record<string, unknown>): Record<string, unknown> {
  const { _forget, settings, ...rest } = read;
  const { first, ...kept } = (settings ?? {}) as Record<string, unknown>;
  const body: Record<string, unknown> = { ...rest, provider, settings: kept };
  if (kept["renewals"] === "first") kept["renewals"] = { first };
  for (const name of Array.isArray(_forget) ? (_forget as string[]) : []) {
    const [outer = "", inner] = name.split(".");
    if (inner === undefined) body[outer] ??= null;
    else body[outer] = { [inner]: null, ...(body[outer] as object | undefined) };
  }
  return body;
}
