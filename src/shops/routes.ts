import { api, type Routes } from "../ground/wing.ts";

/** Shops that stores are connected to. */
export const shopsRoutes: Routes = [
  api(["/stores/:id/connection"], async () => (await import("./connection/routes.ts")).connectionRoutes),
  api(["/codes/:id/sync"], async () => (await import("./code/routes.ts")).codeSyncRoutes),
];
