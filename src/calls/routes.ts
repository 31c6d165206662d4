import { api, type Routes } from "../ground/wing.ts";

/** Numbers that stand for sources, the calls to them, and what came of those. */
export const callsRoutes: Routes = [
  api(["/phone-numbers"], async () => (await import("./number/routes.ts")).phoneNumberRoutes),
  api(["/number-pools"], async () => (await import("./pool/routes.ts")).numberPoolRoutes),
  api(["/channel-costs"], async () => (await import("./cost/routes.ts")).costRoutes),
  api(["/calls", "/stores/:id/call-settings"], async () => (await import("./call/routes.ts")).callRoutes),
  api(["/stores/:id/carriers"], async () => (await import("./carrier/routes.ts")).carrierRoutes),
  { at: "/t", begins: ["/calls"], load: async () => (await import("./call/told-routes.ts")).toldRoutes },
  {
    at: "/webhooks",
    begins: ["/twilio/:storeId", "/telnyx/:storeId", "/callrail/:storeId"],
    load: async () => (await import("./carrier/webhook-routes.ts")).carrierWebhookRoutes,
  },
  { at: "/t", begins: ["/numbers"], load: async () => (await import("./lease/routes.ts")).leaseRoutes },
  api(["/calls/:id/deal", "/calls/:id/deals"], async () => (await import("./deal/routes.ts")).dealRoutes),
];
