import { api, type Routes } from "../ground/wing.ts";

/** What creators earn. */
export const booksRoutes: Routes = [
  api(
    ["/orders/:id/approve", "/orders/:id/decline", "/orders/:id/dispute", "/orders/bulk"],
    async () => (await import("./review/routes.ts")).orderReviewRoutes,
  ),
  api(["/reconciliations"], async () => (await import("./reconcile/routes.ts")).reconciliationRoutes),
  api(["/periods"], async () => (await import("./period/routes.ts")).periodRoutes),
  api(
    ["/creators/:id/payout-details", "/stores/:id/payer"],
    async () => (await import("./account/routes.ts")).accountRoutes,
  ),
  api(["/payout-detail-proposals"], async () => (await import("./proposal/routes.ts")).proposalRoutes),
  api(["/payouts"], async () => (await import("./payout/routes.ts")).payoutRoutes),
  api(["/ledger", "/orders/:id/commission"], async () => (await import("./ledger/routes.ts")).ledgerRoutes),
  api(
    ["/tracking-plans/:id/conversion-rates"],
    async () => (await import("./conversion/rate-routes.ts")).conversionRateRoutes,
  ),
  api(
    ["/conversions/:id/commission", "/conversions/:id/approve", "/conversions/:id/decline", "/conversions/bulk"],
    async () => (await import("./conversion/routes.ts")).conversionMoneyRoutes,
  ),
  api(["/exchange-rates"], async () => (await import("./rate/routes.ts")).rateRoutes),
];
