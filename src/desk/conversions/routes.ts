import { resourceRoutes } from "../resource/mount-routes.ts";
import { CONVERSIONS } from "./conversion.tsx";

/** Conversions. */
export const conversionPages = resourceRoutes(CONVERSIONS);
