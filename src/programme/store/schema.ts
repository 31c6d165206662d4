import * as z from "../../ground/http/zod.ts";
import { parse as parseHost } from "tldts";
import { currencyField, idField, isTimezone, textField, timeOut, urlField } from "../../ground/http/fields.ts";
import { PROVIDERS } from "../../ground/model/provider.ts";

/** A query name that survives every shop: letters first, no reserved characters. */
const clickParamField = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,39}$/, "must be 1 to 40 letters, digits, - or _, and start with a letter");

const originField = z
  .string()
  .max(300)
  .superRefine((text, context) => {
    const url = URL.parse(text);
    const local = url !== null && (url.hostname === "localhost" || parseHost(url.hostname).isIp === true);
    if (url === null || url.origin !== text.toLowerCase()) {
      context.addIssue({ code: "custom", message: "must be an origin such as https://shop.example" });
    } else if (url.protocol !== "https:" && !(local && url.protocol === "http:")) {
      context.addIssue({
        code: "custom",
        message: "must start with https:// (http:// only for an IP address or localhost)",
      });
    }
  })
  .toLowerCase();

const timezoneField = z
  .string()
  .max(64)
  .refine(isTimezone, "must be a time zone of the IANA database, such as Europe/Paris");

const attributionFields = z.strictObject({
  model: z.enum(["last_click", "first_click", "code_wins", "link_wins", "split"]),
  windowDays: z.int().min(1).max(400),
  codePriority: z.boolean(),
  customerClicks: z.enum(["confirmed", "any"]).openapi({
    description:
      "Whose word links a customer to an earlier click: `confirmed`: your server's alone; `any`: a browser's too, though anybody who knows a customer's id can make a browser say so.",
  }),
});

const brandColorField = z
  .string()
  .regex(/^#[0-9a-f]{6}$/i, "must be a colour such as #1b6f5c")
  .toLowerCase();

const storeFields = {
  name: textField(120),
  brandName: textField(60).nullable().openapi({
    description: "As what shoppers and creators know the shop. `null`: by `name`.",
  }),
  brandColor: brandColorField.nullable().openapi({
    description: "Colour of the pages that creators see, made lighter or darker where it couldn't be read.",
    example: "#1b6f5c",
  }),
  provider: z.enum(PROVIDERS),
  origins: z.array(originField).max(50).openapi({ description: "Origins whose pages may report events." }),
  currency: currencyField,
  timezone: timezoneField.openapi({ example: "Europe/Paris" }),
  homeUrl: urlField.nullable(),
  clickParam: clickParamField.openapi({ description: "Query name under which the click id travels." }),
  consentPolicy: z
    .enum(["regional", "strict", "deferred", "implied"])
    .nullable()
    .openapi({ description: "`null`: the deployment's default." }),
};

/** What last click within 30 days needs no setting for. */
const DEFAULT_ATTRIBUTION = {
  model: "last_click" as const,
  windowDays: 30,
  codePriority: false,
  customerClicks: "confirmed" as const,
};

/** Body of `POST /stores`. */
export const newStore = z
  .strictObject({
    name: storeFields.name,
    brandName: storeFields.brandName.default(null),
    brandColor: storeFields.brandColor.default(null),
    key: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{1,39}$/, "must be 2 to 40 lower-case letters, digits or -")
      .optional()
      .openapi({ description: "Public name in snippet and pixel; made up if left out." }),
    provider: storeFields.provider.default("ast"),
    origins: storeFields.origins.default([]),
    currency: storeFields.currency.default("EUR"),
    timezone: storeFields.timezone.default("UTC"),
    homeUrl: storeFields.homeUrl.default(null),
    clickParam: storeFields.clickParam.default("wm_click"),
    consentPolicy: storeFields.consentPolicy.default(null),
    attribution: attributionFields
      .partial()
      .default({})
      .transform((given) => ({ ...DEFAULT_ATTRIBUTION, ...given })),
  })
  .openapi("NewStore");

/** Body of `PATCH /stores/{id}`. */
export const storePatch = z
  .strictObject({ ...storeFields, attribution: attributionFields.partial() })
  .partial()
  .openapi("StorePatch");

/** A store as the API shows it. */
export const storeSchema = z
  .object({
    id: idField("store"),
    key: z.string(),
    ...storeFields,
    logoPath: z.string().nullable().openapi({
      description: "Where its logo is on this site, for anybody; put there by `PUT /stores/{id}/logo`.",
      example: "/t/logo/2f7c…",
    }),
    origins: z.array(z.string()),
    homeUrl: z.string().nullable(),
    attribution: attributionFields,
    createdAt: timeOut,
    updatedAt: timeOut,
  })
  .openapi("Store");

/** A store just made, with the secret that is shown this once. */
export const storeWithSecret = storeSchema
  .extend({ secret: z.string().openapi({ description: "For server-to-server reports. Shown once." }) })
  .openapi("StoreWithSecret");

/** A validated {@link newStore}. */
export type NewStore = z.infer<typeof newStore>;
/** A validated {@link storePatch}. */
export type StorePatch = z.infer<typeof storePatch>;
/** See {@link storeSchema}. */
export type Store = z.infer<typeof storeSchema>;
