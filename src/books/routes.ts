import { api, type Routes } from "../ground/wing.ts";
import { orderReviewRoutes } from "./review/routes.ts";
import { reconciliationRoutes } from "./reconcile/routes.ts";
import { periodRoutes } from "./period/routes.ts";
import { payoutRoutes } from "./payout/routes.ts";
import { ledgerRoutes } from "./ledger/routes.ts";
import { rateRoutes } from "./rate/routes.ts";

/** What creators earn. */
export const booksRoutes: Routes = api(
  orderReviewRoutes,
  reconciliationRoutes,
  periodRoutes,
  payoutRoutes,
  ledgerRoutes,
  rateRoutes,
);
