import type { ToldBy } from "./tell.ts";
import { ACTOR, BEGAN, CREATOR, id, NOW, SECOND_CREATOR, SECOND_LINK } from "./world.ts";

const LINK = "https://go.brand.com/nora";

/** A link that nobody is credited for. */
const NEW_LINK = {
  id: id("lnk"),
  slug: "summer",
  domain: null,
  url: "https://linen.example/summer",
  kind: "tracking",
  storeId: null,
  creatorId: null,
  campaignId: null,
  planId: null,
  codeId: null,
  utm: {},
  rules: [],
  startsAt: null,
  endsAt: null,
  maxClicks: null,
  fallbackUrl: null,
  disabled: false,
  tags: [],
  madeBy: "admin",
  shortUrl: "https://go.brand.com/summer",
  createdAt: NOW,
  updatedAt: NOW,
};

/** Of a creator whose code and links are being made. */
const NOT_YET = { state: "queued", code: undefined, codeId: undefined, link: undefined, linkId: undefined };

/** Stores, creators, campaigns, codes and links. */
export const PROGRAMME_ANSWERS: ToldBy = {
  Store: {
    key: "linen",
    name: "Linen & Co",
    brandName: "Linen",
    brandColor: "#0b7564",
    provider: "shopify",
    consentPolicy: null,
    logoPath: null,
    attribution: { windowDays: 30 },
  },
  StoreWithSecret: { secret: "hqdqjh5sddrdmrn1c81xkqc03m2vha2q" },
  "POST /stores": { provider: "ast", brandName: null, brandColor: null },
  "PUT /stores/{id}/logo": { logoPath: "/t/logo/033109f0ab6660d98972c67bf13be6838bd71d2c70557039922bb700f7504839" },

  Domain: { storeId: id("str"), cookieDomain: "brand.com", rootUrl: "https://brand.com/" },
  "POST /domains": { rootUrl: null },

  Creator: {
    handles: { instagram: "nora.lind" },
    externalId: "C-204",
  },
  "POST /creators": { externalId: null },
  BulkCreatorsResult: {
    results: [
      { index: 0, status: 201, creator: CREATOR },
      {
        index: 1,
        status: 201,
        creator: {
          ...CREATOR,
          id: SECOND_CREATOR,
          firstName: "Lea",
          lastName: "Sommer",
          handles: { tiktok: "lea.makes" },
        },
      },
    ],
  },

  PortalLink: { label: "Sent by mail", expiresAt: "2027-02-21T09:00:00.000Z", createdAt: NOW },
  "GET /creators/{id}/portal-links": { data: [{ lastUsedAt: "2026-11-23T19:04:51.000Z" }] },
  PortalLinksMade: {
    counts: { made: 1, refused: 0, revoked: 0 },
    results: [
      {
        index: 0,
        status: 201,
        name: "Nora Lind",
        email: "nora@creator.example",
        link: {
          id: id("ptk"),
          creatorId: id("crt"),
          label: null,
          expiresAt: "2027-02-21T09:00:00.000Z",
          revokedAt: null,
          lastUsedAt: null,
          createdAt: NOW,
          createdBy: ACTOR,
          url: "https://go.brand.com/creator/0gVt2mD6cXfR1b9yQkHn3sZpLw8uJaEoT4iC5eKvYxM",
        },
      },
    ],
  },

  "POST /campaigns/{id}/launch": { launchedAt: NOW },
  Campaign: {
    generateOn: "approval",
    creatorsSeePerformance: true,
    tracking: true,
    status: "launched",
    launchedAt: BEGAN,
    generation: { total: 1, done: 1, failed: 0, queued: 0, waiting: 0 },
    warnings: [],
  },
  "POST /campaigns": { status: "draft", launchedAt: null, generation: { total: 0, done: 0 } },
  "POST /campaigns/{id}/archive": { status: "archived", archivedAt: NOW },
  CampaignCreator: {
    status: "approved",
    reason: null,
    state: "ready",
    code: "NORA10",
    codeId: id("cod"),
    link: LINK,
    linkId: id("lnk"),
  },
  "POST /campaigns/{id}/creators/{creatorId}/approve": NOT_YET,
  "POST /campaigns/{id}/creators/{creatorId}/reject": { status: "rejected", state: "withdrawn" },
  "POST /campaigns/{id}/creators/{creatorId}/retry-code": NOT_YET,
  AddedCampaignCreators: { added: 1, existing: 0, generation: { total: 1, done: 0, failed: 0, queued: 0, waiting: 1 } },
  DecidedCampaignCreators: {
    counts: { changed: 1, refused: 0 },
    results: [{ index: 0, status: 200, change: { from: "applied", to: "approved" } }],
  },

  Code: { state: "active", origin: "generated" },
  CodeInStore: {
    state: "live",
    externalId: "gid://shopify/DiscountCodeNode/5706038708279",
    failure: null,
    syncedAt: "2026-10-01T09:00:02.000Z",
  },
  CodeDetail: { earlier: [] },
  "POST /codes": { origin: "hand", store: { state: "pending", externalId: null, syncedAt: null } },
  "PATCH /codes/{id}": { origin: "hand", earlier: [{ code: "NORA10", retiredAt: NOW }], store: { state: "pending" } },
  "POST /codes/{id}/rotate": {
    origin: "hand",
    earlier: [{ code: "NORA10", retiredAt: NOW }],
    store: { state: "pending" },
  },
  "POST /codes/{id}/sync": { store: { state: "pending" } },
  CodeUsesResult: { recorded: 1, repeated: 0, unknown: [] },
  CodeLeak: {
    uses: 15,
    clicks: 48,
    signals: [{ kind: "spike", detail: "7 uses on 2026-11-18, against 0.2 a day in the 28 days before.", uses: 7 }],
  },

  Link: {
    domain: null,
    url: "https://linen.example/summer?from={{username}}",
    kind: "affiliate",
    utm: { source: "instagram", medium: "creator", campaign: "summer" },
    rules: [],
    madeBy: "admin",
    shortUrl: LINK,
    codeId: null,
  },
  "POST /links": { campaignId: null, planId: null },
  "PATCH /links/{id}": { endsAt: "2027-09-02T00:00:00.000Z" },
  BulkResult: {
    results: [
      { index: 0, status: 201, link: NEW_LINK },
      {
        index: 1,
        status: 201,
        link: {
          ...NEW_LINK,
          id: SECOND_LINK,
          slug: "c8sJNUk",
          url: "https://linen.example/sale",
          tags: ["sale"],
          shortUrl: "https://go.brand.com/c8sJNUk",
        },
      },
    ],
  },
  Simulation: {
    outcome: "redirect",
    status: 302,
    location:
      "https://linen.example/summer?from=nora.lind&utm_source=instagram&utm_medium=creator&utm_campaign=summer&wm_click=CLICK_ID",
    trace: [],
    bucket: "visit",
    reason: "visit",
    consent: { policy: "deferred", source: "region" },
  },
};
