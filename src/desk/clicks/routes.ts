import { resourceRoutes } from "../resource/mount-routes.ts";
import { CLICKS } from "./click.tsx";

/** The click log. */
export const clickPages = resourceRoutes(CLICKS);
