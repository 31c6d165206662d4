import type { DeskWorld, State } from "./desk-worlds.ts";
import { openEmpty } from "./desk-worlds.ts";
import { AdminApi } from "../../scripts/admin-api.ts";
import { fillPeople, type People } from "./people-world-data.ts";

/** A Waymark that creators and shoppers come to. */
export interface PeopleWorld extends DeskWorld, People {
  api: AdminApi;
}

/** A world with something for each of them to see. */
export async function openPeople(state: State): Promise<PeopleWorld> {
  const world = await openEmpty(state);
  const api = new AdminApi(world.origin, world.key);
  try {
    return { ...world, api, ...(await fillPeople({ api, key: world.key, origin: world.origin })) };
  } catch (error) {
    await world.stop();
    throw error;
  }
}
