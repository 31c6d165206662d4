import { Hono } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { resourceRoutes } from "../resource/mount-routes.ts";
import { BALANCES } from "./balance.tsx";
import { COSTS } from "./cost.tsx";
import { LEDGER } from "./ledger.tsx";
import { payoutFiles } from "./payout-page.tsx";
import { PAYERS } from "./payer.tsx";
import { PAYOUTS } from "./payout.tsx";
import { PERIODS } from "./period.tsx";
import { PROPOSALS } from "./proposal.tsx";
import { revealProposal } from "./proposal-page.tsx";
import { RATES } from "./rate.tsx";

/** Ledger and balances. */
export const ledgerPages = resourceRoutes(LEDGER, resourceRoutes(BALANCES));

/** Accounting periods. */
export const periodPages = resourceRoutes(PERIODS);

/** Payout runs, and from which accounts they are paid. */
export const payoutPages = resourceRoutes(PAYOUTS, resourceRoutes(PAYERS, payoutFiles));

/** Exchange rates, and what channels cost. */
export const ratePages = resourceRoutes(RATES, resourceRoutes(COSTS));

/** Payout details that creators entered. */
export const proposalPages = resourceRoutes(
  PROPOSALS,
  new Hono<AppTypes>().post("/payout-detail-proposals/:id/reveal", revealProposal),
);
