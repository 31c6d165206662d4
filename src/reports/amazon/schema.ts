import * as z from "../../ground/http/zod.ts";
import { figuresShape } from "../../ground/http/amazon-figures.ts";
import { dayField, idField } from "../../ground/http/fields.ts";

/** Query of `GET /reports/amazon`. */
export const amazonQuery = z.strictObject({
  from: dayField.optional().openapi({ description: "The first day, the advertiser's. Default: 30 days." }),
  to: dayField.optional().openapi({ description: "The last day, which is in. Default: today." }),
  store: idField("store").optional(),
  creator: idField("creator").optional(),
  campaign: idField("campaign").optional().openapi({
    description:
      "What its creators' tags brought at its plan's store, whatever campaign it was for: a tag doesn't tell.",
  }),
  plan: idField("plan").optional().openapi({ description: "What its creators' tags brought at its store." }),
  interval: z.enum(["day", "month", "total"]).default("total"),
  format: z.enum(["json", "csv"]).default("json"),
  limit: z.coerce.number().int().min(1).max(1000).default(500).openapi({ description: "Rows of a page of JSON." }),
  cursor: z.string().min(1).max(200).optional().openapi({ description: "`nextCursor` of the page before." }),
});

const figures = z.object({ currency: z.string(), ...figuresShape });
const source = z.literal("amazon").openapi({
  description: "Amazon's own figures. They are no orders, are in no other sum, and nobody is paid by them.",
});

/** Amazon's figures of a creator as the API shows them. */
const amazonRow = z
  .object({
    source,
    creatorId: idField("creator").nullable().openapi({ description: "`null`: no creator's tag has it." }),
    name: z.string().nullable(),
    start: z
      .string()
      .nullable()
      .openapi({ description: "A day or month; `null` for the whole span.", example: "2026-11" }),
    ...figures.shape,
  })
  .openapi("AmazonReportRow");

const totals = z.array(figures).openapi({ description: "By currency. The sum of all rows, assigned or not." });

/** Answer of `GET /reports/amazon`. */
export const amazonReport = z
  .object({
    source,
    data: z.array(amazonRow),
    totals,
    unassigned: z.array(figures).openapi({ description: "What of the totals is no creator's." }),
    range: z.object({ from: dayField, to: dayField }),
    nextCursor: z.string().nullable(),
  })
  .openapi("AmazonReport");

/** What other reports have of Amazon's figures, beside their rows. */
export const besideOrders = z
  .object({ source, totals, unassigned: z.array(figures) })
  .optional()
  .openapi({
    description:
      "Amazon's figures of the same days and filters, beside all other numbers and in none of them; by creator in `GET /reports/amazon`. Left out where there are none, and where the report is of moments, links or codes, of which Amazon says nothing.",
  });

/** A validated {@link amazonQuery}. */
export type AmazonQuery = z.infer<typeof amazonQuery>;
/** See {@link amazonReport}. */
export type AmazonReport = z.infer<typeof amazonReport>;
