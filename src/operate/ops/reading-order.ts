import type { Placed } from "../../ground/wing.ts";

/**
 * Where each router begins, in the order in which the API's reference is read: by what an admin does first, not
 * by who serves it. One that isn't listed comes last.
 */
const READING_ORDER = [
  "/api/v1/stores",
  "/api/v1/stores/:id/connection",
  "/api/v1/stores/:id/connection/sync",
  "/api/v1/stores/:id/attribution-tags",
  "/api/v1/stores/:id/attribution-reports",
  "/api/v1/stores/:id/analytics-export",
  "/api/v1/domains",
  "/api/v1/creators",
  "/api/v1/creators/:id/portal-links",
  "/api/v1/campaigns",
  "/api/v1/campaigns/:id/creators",
  "/api/v1/codes",
  "/api/v1/codes/:id/sync",
  "/api/v1/links",
  "/api/v1/links/:id/simulate",
  "/api/v1/attribution/simulate",
  "/api/v1/providers",
  "/api/v1/tracking-plans",
  "/api/v1/tracking-plans/:id/commission-rules",
  "/api/v1/conversion-definitions",
  "/api/v1/conversion-definitions/delete",
  "/api/v1/conversion-definitions/:id/conversions",
  "/api/v1/conversion-definitions/:id/backfill",
  "/api/v1/conversions",
  "/api/v1/conversion-templates",
  "/api/v1/contacts",
  "/api/v1/tracking-plans/:id/conversion-rates",
  "/api/v1/tagging-plans",
  "/api/v1/stores/:id/quality",
  "/api/v1/phone-numbers",
  "/api/v1/number-pools",
  "/api/v1/stores/:id/carriers",
  "/api/v1/calls",
  "/api/v1/calls/:id/deal",
  "/api/v1/calls/:id/deals",
  "/api/v1/channel-costs",
  "/api/v1/contacts/:id/path",
  "/api/v1/orders",
  "/api/v1/reconciliations",
  "/api/v1/orders/:id/approve",
  "/api/v1/periods",
  "/api/v1/payouts",
  "/api/v1/ledger",
  "/api/v1/conversions/:id/commission",
  "/api/v1/exchange-rates",
  "/api/v1/inbox",
  "/api/v1/clicks",
  "/api/v1/clicks/restore",
  "/api/v1/reports/traffic",
  "/api/v1/reports/amazon",
  "/api/v1/reports/conversions",
  "/api/v1/reports/pages",
  "/api/v1/reports/checkout",
  "/api/v1/heatmaps",
  "/api/v1/reports/calls",
  "/api/v1/reports/channels",
  "/api/v1/creators/:id/report",
  "/api/v1/rollups",
  "/api/v1/export/clicks",
  "/api/v1/webhook-endpoints",
  "/api/v1/webhook-endpoints/:id/test",
  "/api/v1/api-keys",
  "/api/v1/audit",
  "/api/v1/dead-letters",
  "/api/v1/archives",
  "/api/v1/click-log/packing",
  "/api/v1/click-log/layouts",
  "/api/v1/alarms",
  "/api/v1/blocked-hosts",
  "/api/v1/abuse-reports",
];

/** Routers in the order of the reference, those of no page in it after them. */
export function inReadingOrder(routers: readonly Placed[]): Placed[] {
  const placeOf = ({ at, router }: Placed): number => {
    const place = READING_ORDER.indexOf(`${at}${router.routes[0]?.path ?? ""}`);
    return place === -1 ? READING_ORDER.length : place;
  };
  return routers.toSorted((a, b) => placeOf(a) - placeOf(b));
}
