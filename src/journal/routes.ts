import { api, type Routes } from "../ground/wing.ts";
import { auditRoutes } from "./audit/routes.ts";
import { alarmRoutes } from "./alarm/routes.ts";

/** What was done by whom, and what needs somebody. */
export const journalRoutes: Routes = api(auditRoutes, alarmRoutes);
