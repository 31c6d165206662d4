import { Hono } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { resourceRoutes } from "../resource/mount-routes.ts";
import { ABUSE_REPORTS } from "./abuse-report.tsx";
import { ALARMS } from "./alarm.tsx";
import { ARCHIVES } from "./archive.tsx";
import { AUDIT } from "./audit.tsx";
import { DEAD_LETTERS } from "./dead-letter.tsx";
import { metricsFile, systemPage } from "./system-page.tsx";
import { SYSTEM } from "./system.tsx";

/** Alarms, dead letters, abuse reports, the audit log, and how the system does. */
export const operationPages = new Hono<AppTypes>().get("/system", systemPage).get("/system/metrics.txt", metricsFile);
resourceRoutes(ARCHIVES, operationPages);
resourceRoutes(SYSTEM, operationPages);
resourceRoutes(ALARMS, operationPages);
resourceRoutes(DEAD_LETTERS, operationPages);
resourceRoutes(ABUSE_REPORTS, operationPages);
resourceRoutes(AUDIT, operationPages);
