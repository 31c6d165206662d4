import { type Scope, SCOPES } from "../../ground/http/auth.ts";
import type { Option } from "../form/field.ts";

/** What each scope lets a key do, for people. */
const WORDS: Readonly<Record<Scope, string>> = {
  "links:read": "see links and clicks",
  "links:write": "make and change links",
  "plans:read": "see creators, campaigns, plans, codes, definitions and numbers",
  "plans:write": "make and change them",
  "orders:read": "see orders, conversions, contacts, calls and the money",
  "orders:write": "decide on orders, book, lock and pay; with other scopes: make secrets that speak for orders",
  "reports:read": "see reports, exports and creators’ portal links",
  "reports:write": "make creators’ portal links",
  "settings:read": "see stores, domains, keys, webhooks, alarms and how the system does",
  "settings:write": "change them; a key with it can make keys with its own scopes or fewer",
  "metrics:read": "read the counters for monitoring",
  "audit:read": "read who changed what, with all that was there before",
};

/** Scopes to choose from. */
export function scopeOptions(): Option[] {
  return SCOPES.map((value) => ({ value, label: `${value}: ${WORDS[value]}` }));
}
