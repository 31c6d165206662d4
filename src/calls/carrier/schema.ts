import { idField, timeOut, urlField } from "../../ground/http/fields.ts";
import * as z from "../../ground/http/zod.ts";
import { CONNECTED_CARRIERS } from "../../ground/model/call.ts";
import { base64Bytes } from "./signature.ts";

/** The path of a store's connection to a carrier. */
export const carrierParams = z.object({ id: idField("store"), carrier: z.enum(CONNECTED_CARRIERS) });

/** A secret that messages are signed with: whoever guesses it makes calls up. */
const secretField = z.string().regex(/^[\u0021-\u007e]{16,200}$/, "must be 16 to 200 visible characters of ASCII");

const twilioConnection = z
  .strictObject({
    authToken: secretField.openapi({ description: "The account's auth token, which signs its requests." }),
    publicUrl: urlField
      .refine((url) => !/[?#]/.test(url), "must not have a query")
      .nullable()
      .optional()
      .openapi({
        description:
          "The address that the carrier calls, where something in front of Waymark has another than `webhookUrl`; left out or `null`: that one.",
      }),
  })
  .transform(({ authToken, publicUrl }) => ({ secret: authToken, publicUrl: publicUrl ?? null }));

const telnyxConnection = z
  .strictObject({
    publicKey: z
      .string()
      .refine((key) => base64Bytes(key, 32) !== null, "must be 32 bytes in base64, as Telnyx shows the public key"),
  })
  .transform(({ publicKey }) => ({ secret: publicKey, publicUrl: null }));

const callrailConnection = z
  .strictObject({
    signingKey: secretField.openapi({ description: "The company's key (Settings → Integrations → Webhooks)." }),
  })
  .transform(({ signingKey }) => ({ secret: signingKey, publicUrl: null }));

/** What connects a store, by carrier. */
export const CARRIER_BODIES = {
  twilio: twilioConnection,
  telnyx: telnyxConnection,
  callrail: callrailConnection,
} as const;

/** A connection as the API shows it: without any secret. */
export const carrierSchema = z
  .object({
    storeId: idField("store"),
    carrier: z.enum(CONNECTED_CARRIERS),
    account: z
      .string()
      .nullable()
      .openapi({ description: "The carrier's own name of the account, once a message has said it." }),
    webhookUrl: z.string().openapi({ description: "What to give to the carrier." }),
    publicUrl: z.string().nullable(),
    previousUntil: timeOut
      .nullable()
      .openapi({ description: "Until when what is signed with the secret before is taken; `null`: it isn't." }),
    lastAt: timeOut.nullable().openapi({ description: "When a message last came that was signed, to a minute." }),
    lastRefusedAt: timeOut.nullable().openapi({ description: "When one last came that wasn't, to a minute." }),
    createdAt: timeOut,
    updatedAt: timeOut,
  })
  .openapi("CarrierConnection");

/** See {@link carrierSchema}. */
export type Carrier = z.infer<typeof carrierSchema>;
