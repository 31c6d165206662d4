import type { Routes, Routing } from "../ground/wing.ts";

/** Pages of the desk, below `/admin`. */
function desk(begins: readonly string[], load: Routing["load"]): Routing {
  return { at: "/admin", begins, load };
}

/** The dashboard: a session, and pages over what the API answers. */
export const deskRoutes: Routes = [
  desk(["/login", "/logout", "/sessions", "/assets"], async () => (await import("./session/routes.ts")).sessionRoutes),
  desk(["/$"], async () => (await import("./today/routes.ts")).todayPages),
  desk(
    ["/reports", "/exports", "/carts", "/abandoners", "/campaigns/:id/performance", "/creators/:id/report"],
    async () => (await import("./reports/routes.ts")).reportPages,
  ),
  desk(["/links"], async () => (await import("./links/routes.ts")).linkPages),
  desk(["/orders"], async () => (await import("./orders/routes.ts")).orderPages),
  desk(["/conversions"], async () => (await import("./conversions/routes.ts")).conversionPages),
  desk(["/contacts"], async () => (await import("./contacts/routes.ts")).contactPages),
  desk(["/inbox"], async () => (await import("./inbox/routes.ts")).inboxPages),
  desk(["/definitions"], async () => (await import("./definitions/routes.ts")).definitionPages),
  desk(["/campaigns"], async () => (await import("./campaigns/routes.ts")).campaignPages),
  desk(["/clicks"], async () => (await import("./clicks/routes.ts")).clickPages),
  desk(["/creators"], async () => (await import("./creators/routes.ts")).creatorPages),
  desk(["/codes"], async () => (await import("./codes/routes.ts")).codePages),
  desk(["/search", "/find"], async () => (await import("./find/routes.ts")).findPages),
  desk(["/numbers", "/pools", "/calls", "/call-events"], async () => (await import("./calls/routes.ts")).callPages),
  desk(["/tagging-plans", "/heatmap", "/quality"], async () => (await import("./visits/routes.ts")).visitPages),
  desk(["/ledger", "/balances"], async () => (await import("./money/routes.ts")).ledgerPages),
  desk(["/periods"], async () => (await import("./money/routes.ts")).periodPages),
  desk(["/payout-detail-proposals"], async () => (await import("./money/routes.ts")).proposalPages),
  desk(["/payouts"], async () => (await import("./money/routes.ts")).payoutPages),
  desk(["/reconciliations"], async () => (await import("./reconcile/routes.ts")).reconciliationPages),
  desk(["/exchange-rates", "/channel-costs"], async () => (await import("./money/routes.ts")).ratePages),
  desk(["/plans"], async () => (await import("./plans/routes.ts")).planPages),
  desk(["/stores"], async () => (await import("./stores/routes.ts")).storePages),
  desk(
    ["/domains", "/webhooks", "/api-keys", "/blocked-hosts"],
    async () => (await import("./settings/routes.ts")).settingPages,
  ),
  desk(
    ["/alarms", "/dead-letters", "/abuse-reports", "/audit", "/system"],
    async () => (await import("./operations/routes.ts")).operationPages,
  ),
];
