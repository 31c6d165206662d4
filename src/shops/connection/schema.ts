import { timeOut } from "../../ground/http/fields.ts";
import * as z from "../../ground/http/zod.ts";
import { PROVIDERS } from "../../ground/model/provider.ts";
import { settingsFields } from "./connector-schema.ts";

const timeOrNull = timeOut.nullable();

/** A connection as the API shows it: without any secret. */
export const connectionSchema = z
  .object({
    storeId: z.string(),
    provider: z.enum(PROVIDERS),
    state: z.enum(["connected", "failing", "disconnected"]),
    account: z.string().openapi({ description: "What names the shop.", example: "brand.myshopify.com" }),
    apiVersion: z
      .string()
      .nullable()
      .openapi({ description: "The version of the platform's interface; `null`: not known yet." }),
    scopes: z.array(z.string()).openapi({ description: "What the credentials may do, as the shop says." }),
    webhookUrl: z
      .string()
      .nullable()
      .openapi({ description: "Where the shop's webhooks lead; `null`: none are registered." }),
    webhooks: z.array(
      z.object({
        topic: z.string(),
        state: z.enum(["active", "paused", "missing"]),
        lastAt: timeOrNull.openapi({ description: "When its last message came." }),
      }),
    ),
    orders: z.object({ lastAt: timeOrNull, lastPollAt: timeOrNull, nextPollAt: timeOrNull }),
    codes: z
      .object({ live: z.int(), pending: z.int(), failed: z.int(), withdrawn: z.int() })
      .openapi({ description: "How many of the store's codes stand where in the shop." }),
    sync: z
      .object({
        from: timeOut,
        orders: z.int(),
        skipped: z.int(),
        startedAt: timeOut,
        updatedAt: timeOut,
        finishedAt: timeOrNull,
      })
      .nullable()
      .openapi({ description: "The last backfill of orders; `null`: there was none." }),
    settings: settingsFields,
    failure: z
      .object({ code: z.string(), detail: z.string(), since: timeOut })
      .nullable()
      .openapi({ description: "Why calls fail; while `state` is `connected`, it may be passing." }),
    problems: z
      .array(z.object({ code: z.string(), detail: z.string() }))
      .openapi({ description: "What will not work as it is, each with the setting to change." }),
    checkedAt: timeOrNull,
    connectedAt: timeOut,
    disconnectedAt: timeOrNull,
  })
  .openapi("ShopConnection");

/** See {@link connectionSchema}. */
export type Connection = z.infer<typeof connectionSchema>;
