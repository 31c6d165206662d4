import type * as z from "../../ground/http/zod.ts";
import type { providerSchema } from "../../programme/provider/schema.ts";
import type { Desk } from "../frame/desk-load.ts";

/** A platform as the API shows it. */
export type Provider = z.infer<typeof providerSchema>;

/** All platforms that a store may run on. Throws the API's `Problem`. */
export async function readProviders(desk: Desk): Promise<Provider[]> {
  const { data } = await desk.api.get<{ data: Provider[] }>("/providers");
  return data;
}
