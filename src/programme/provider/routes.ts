import * as z from "../../ground/http/zod.ts";
import { requires } from "../../ground/http/auth.ts";
import { adminRoutes, createRouter, jsonContent, problems } from "../../ground/http/openapi.ts";
import { PROVIDER_TABLE, PROVIDERS } from "../../ground/model/provider.ts";
import { providerSchema } from "./schema.ts";

const route = adminRoutes("Tracking plans");

/** `/providers`: the platforms that a store may run on, and what each can do. */
export const providerRoutes = createRouter().openapi(
  route("get", "/providers", requires("plans:read"), {
    summary: "List providers and what they can do",
    description: "A tracking plan may hold what its store's provider can do; anything else is refused.",
    responses: { 200: jsonContent(z.object({ data: z.array(providerSchema) }), "Every provider"), ...problems() },
  }),
  (c) => c.json({ data: PROVIDERS.map((id) => PROVIDER_TABLE[id]) }, 200),
);
