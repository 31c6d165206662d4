import type { Scope } from "../../ground/http/auth.ts";

/** A page that the desk's navigation leads to. */
export interface NavItem {
  name: string;
  /** Below `/admin`. */
  path: string;
  /** Without it the page would show nothing; `null`: everybody has something there. */
  scope: Scope | null;
  /** What is there is of no one store: keys that are limited to some don't see it. */
  allStores?: true;
}

/** What the desk has, by what people come for. */
export const NAV: readonly { title: string; items: readonly NavItem[] }[] = [
  {
    title: "Programme",
    items: [
      { name: "Links", path: "/links", scope: "links:read" },
      { name: "Clicks", path: "/clicks", scope: "reports:read" },
      { name: "Creators", path: "/creators", scope: "plans:read" },
      { name: "Campaigns", path: "/campaigns", scope: "plans:read" },
      { name: "Plans", path: "/plans", scope: "plans:read" },
      { name: "Codes", path: "/codes", scope: "plans:read" },
    ],
  },
  {
    title: "Sales",
    items: [
      { name: "Orders", path: "/orders", scope: "orders:read" },
      { name: "Conversions", path: "/conversions", scope: "orders:read" },
      { name: "Definitions", path: "/definitions", scope: "plans:read" },
      { name: "Contacts", path: "/contacts", scope: "orders:read" },
      { name: "Inbox", path: "/inbox", scope: "orders:read" },
    ],
  },
  {
    title: "Money",
    items: [
      { name: "Ledger", path: "/ledger", scope: "orders:read" },
      { name: "Balances", path: "/balances", scope: "orders:read" },
      { name: "Periods", path: "/periods", scope: "orders:read" },
      { name: "Payouts", path: "/payouts", scope: "orders:read" },
      { name: "Payout details", path: "/payout-detail-proposals", scope: "orders:read", allStores: true },
      { name: "Reconciliations", path: "/reconciliations", scope: "orders:read" },
      { name: "Exchange rates", path: "/exchange-rates", scope: "orders:read" },
      { name: "Channel costs", path: "/channel-costs", scope: "orders:read" },
    ],
  },
  {
    title: "Reports",
    items: [
      { name: "Performance", path: "/reports", scope: "reports:read" },
      { name: "Traffic", path: "/reports/traffic", scope: "reports:read" },
      { name: "Conversions", path: "/reports/conversions", scope: "reports:read" },
      { name: "Channels", path: "/reports/channels", scope: "reports:read" },
      { name: "Amazon", path: "/reports/amazon", scope: "reports:read" },
      { name: "Exports", path: "/exports", scope: "reports:read" },
    ],
  },
  {
    title: "Visits",
    items: [
      { name: "Tagging plans", path: "/tagging-plans", scope: "settings:read" },
      { name: "Pages", path: "/reports/pages", scope: "reports:read" },
      { name: "Sources", path: "/reports/visits", scope: "reports:read" },
      { name: "Events", path: "/reports/events", scope: "reports:read" },
      { name: "Checkout", path: "/reports/checkout", scope: "reports:read" },
      { name: "Abandonment", path: "/reports/abandonment", scope: "reports:read" },
      { name: "Heat map", path: "/heatmap", scope: "reports:read" },
      { name: "Consent", path: "/reports/consent", scope: "reports:read" },
      { name: "Quality", path: "/quality", scope: "settings:read" },
    ],
  },
  {
    title: "Calls",
    items: [
      { name: "Numbers", path: "/numbers", scope: "plans:read" },
      { name: "Pools", path: "/pools", scope: "plans:read" },
      { name: "Calls", path: "/calls", scope: "orders:read" },
      { name: "Call report", path: "/reports/calls", scope: "reports:read" },
    ],
  },
  {
    title: "Settings",
    items: [
      { name: "Stores", path: "/stores", scope: "settings:read" },
      { name: "Domains", path: "/domains", scope: "settings:read", allStores: true },
      { name: "Webhooks", path: "/webhooks", scope: "settings:read" },
      { name: "API keys", path: "/api-keys", scope: "settings:read", allStores: true },
      { name: "Sessions", path: "/sessions", scope: null },
      { name: "Alarms", path: "/alarms", scope: "settings:read" },
      { name: "Dead letters", path: "/dead-letters", scope: "settings:read", allStores: true },
      { name: "Blocked hosts", path: "/blocked-hosts", scope: "settings:read", allStores: true },
      { name: "Abuse reports", path: "/abuse-reports", scope: "settings:read" },
      { name: "Audit", path: "/audit", scope: "audit:read", allStores: true },
      { name: "System", path: "/system", scope: "settings:read", allStores: true },
    ],
  },
];
