import { Hono } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { resourceRoutes } from "../resource/mount-routes.ts";
import { nestedRoutes } from "../resource/nested-routes.ts";
import { API_KEYS } from "./api-key.tsx";
import { BLOCKED_HOSTS } from "./blocked-host.tsx";
import { deliveriesOf } from "./delivery.tsx";
import { DOMAINS } from "./domain.tsx";
import { WEBHOOKS } from "./webhook.tsx";

/** Domains, webhooks, API keys, blocked hosts. */
export const settingPages = new Hono<AppTypes>();
nestedRoutes("/webhooks/:parent/deliveries", deliveriesOf, settingPages);
resourceRoutes(WEBHOOKS, settingPages);
resourceRoutes(DOMAINS, settingPages);
resourceRoutes(API_KEYS, settingPages);
resourceRoutes(BLOCKED_HOSTS, settingPages);
