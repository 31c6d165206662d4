import { creatorSchema } from "../../src/programme/creator/schema.ts";
import { storeWithSecret } from "../../src/programme/store/schema.ts";
import { api, bodyOf } from "../ground/api.ts";

/** Creates a store. */
export async function createStore(body: Record<string, unknown> = {}) {
  return bodyOf(storeWithSecret, await api("POST", "/stores", { name: "Shop", ...body }));
}

/** Creates a creator. */
export async function createCreator(body: Record<string, unknown> = {}) {
  return bodyOf(creatorSchema, await api("POST", "/creators", { firstName: "Lea", lastName: "Martin", ...body }));
}
