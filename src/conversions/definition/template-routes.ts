import * as z from "../../ground/http/zod.ts";
import { requires } from "../../ground/http/auth.ts";
import { adminRoutes, createRouter, jsonContent, problems } from "../../ground/http/openapi.ts";
import { TEMPLATE_IDS, TEMPLATES } from "./templates.ts";

const route = adminRoutes("Conversions");

/** A standard conversion with its instructions. */
const templateSchema = z
  .object({
    id: z.enum(TEMPLATE_IDS),
    name: z.string(),
    description: z.string(),
    triggers: z
      .array(z.record(z.string(), z.unknown()))
      .readonly()
      .openapi({ description: "As `POST /conversion-definitions` takes them, and its value too." }),
    value: z.record(z.string(), z.unknown()),
    limit: z.object({ times: z.int(), windowDays: z.int().nullable() }).nullable(),
    instructions: z
      .array(z.object({ step: z.string(), code: z.string().nullable().openapi({ description: "To be pasted." }) }))
      .readonly(),
  })
  .openapi("ConversionTemplate");

/** `/conversion-templates`: standard conversions, with what a person has to do for each. */
export const templateRoutes = createRouter().openapi(
  route("get", "/conversion-templates", requires("plans:read"), {
    summary: "List standard conversions",
    description: "Each can be the `template` of a new definition.",
    responses: { 200: jsonContent(z.object({ data: z.array(templateSchema) }), "All of them"), ...problems() },
  }),
  (c) => c.json({ data: TEMPLATE_IDS.map((id) => TEMPLATES[id]) }, 200),
);
