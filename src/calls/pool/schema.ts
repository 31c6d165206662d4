import { idField, phoneField, textField, timeOut } from "../../ground/http/fields.ts";
import { pageQuery } from "../../ground/http/pagination.ts";
import * as z from "../../ground/http/zod.ts";
import { NUMBER_CASES } from "../../ground/model/call.ts";
import { channelField } from "../channel-schema.ts";
import { POOL_VERDICTS } from "./need.ts";

/** Numbers of a pool at most. */
const MAX_NUMBERS = 1_000;

const poolFields = {
  name: textField(100),
  target: phoneField.openapi({ description: "The number on the store's pages that it stands in for." }),
  numberIds: z.array(idField("phoneNumber")).max(MAX_NUMBERS).openapi({ description: "All that are to be in it." }),
  leaseMinutes: z.int().min(2).max(240).openapi({
    description: "A visitor keeps a number for so long after a page that shows it was last heard of.",
  }),
  quarantineMinutes: z.int().min(0).max(1440).openapi({
    description: "For so long after that nobody gets it: calls are still theirs.",
  }),
  channel: channelField.openapi({ description: "What its calls count for that are no visitor's." }),
};

const replacesField = z.boolean().default(false).openapi({
  description: "Whether numbers may be taken from what they are bound to: without it that is refused.",
});

/** Body of `POST /number-pools`. */
export const newPool = z
  .strictObject({
    storeId: idField("store"),
    name: poolFields.name,
    target: poolFields.target,
    numberIds: poolFields.numberIds.default([]),
    leaseMinutes: poolFields.leaseMinutes.default(5),
    quarantineMinutes: poolFields.quarantineMinutes.default(30),
    channel: poolFields.channel.default("website"),
    replaces: replacesField,
  })
  .openapi("NewNumberPool");

/** Body of `PATCH /number-pools/{id}`. */
export const poolPatch = z
  .strictObject({ ...z.strictObject(poolFields).partial().shape, replaces: replacesField })
  .openapi("NumberPoolPatch");

/** A pool in the list. */
export const listedPool = z
  .object({
    id: idField("numberPool"),
    storeId: idField("store"),
    name: z.string(),
    target: z.string().openapi({ example: "+49301234567" }),
    numberIds: z.array(idField("phoneNumber")),
    leaseMinutes: z.int(),
    quarantineMinutes: z.int(),
    channel: z.string(),
    exhaustedAt: timeOut.nullable().openapi({ description: "When a visitor last found none free." }),
    createdAt: timeOut,
    updatedAt: timeOut,
  })
  .openapi("ListedNumberPool");

const utilisationSchema = z
  .object({
    numbers: z.int().openapi({ description: "That are rented: what there is to give." }),
    notRented: z
      .int()
      .openapi({ description: "In the pool, and shown by no page: the rental didn't begin, or ended." }),
    out: z.int().openapi({ description: "Shown to a visitor now." }),
    quarantined: z.int().openapi({ description: "Shown to nobody, and not given yet." }),
    free: z.int(),
    peak24h: z.int().openapi({ description: "Most that were away at once in the last 24 hours." }),
    exhaustedAt: timeOut.nullable(),
    asked24h: z.int().openapi({ description: "Times that pages asked in the last 24 hours." }),
    cases: z.record(z.enum(NUMBER_CASES), z.int()).openapi({ description: "What became of those." }),
    need: z.object({
      visitorsAnHour: z.int().openapi({ description: "In the busiest hour of the last 7 days." }),
      minutesAVisit: z.number().nullable().openapi({
        description: "For which a number is away for one visitor on average, quarantine included.",
      }),
      numbers: z.int().nullable().openapi({ description: "visitorsAnHour × minutesAVisit ÷ 60." }),
    }),
    verdict: z.enum(POOL_VERDICTS).openapi({
      description:
        "`short`: it has fewer than it needs, or had none left in the last 24 hours. `tight`: it hasn't twice the root of its need beside.",
    }),
  })
  .openapi("NumberPoolUtilisation");

/** A pool as the API shows it. */
export const poolSchema = listedPool.extend({ utilisation: utilisationSchema }).openapi("NumberPool");

/** Query of `GET /number-pools`. */
export const poolQuery = pageQuery.extend({ store: idField("store").optional(), target: phoneField.optional() });

/** A validated {@link newPool}. */
export type NewPool = z.infer<typeof newPool>;
/** A validated {@link poolPatch}. */
export type PoolPatch = z.infer<typeof poolPatch>;
/** See {@link listedPool}. */
export type ListedPool = z.infer<typeof listedPool>;
/** See {@link poolSchema}. */
export type NumberPool = z.infer<typeof poolSchema>;
/** How a pool is used. */
export type PoolUtilisation = z.infer<typeof utilisationSchema>;
/** See {@link poolQuery}. */
export type PoolQuery = z.infer<typeof poolQuery>;
