import { api, type Routes } from "../ground/wing.ts";

/** What was done by whom, and what needs somebody. */
export const journalRoutes: Routes = [
  api(["/audit"], async () => (await import("./audit/routes.ts")).auditRoutes),
  api(["/alarms"], async () => (await import("./alarm/routes.ts")).alarmRoutes),
];
