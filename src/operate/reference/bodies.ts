/** A body that is a file: what it is, and what is in it. */
export interface FileBody {
  type: string;
  file: string;
  /** Its content; `null` if that is no text. */
  text: string | null;
}

const STORE = "str_06c4v8e5m1k2n3p4";
const CREATOR = "crt_06c4v8e5m1k2n3p4";
const ORDER = "ord_06c4v8e5m1k2n3p4";

const DEFINITION = {
  storeId: STORE,
  name: "Newsletter",
  key: "newsletter",
  triggers: [
    { type: "event", event: "newsletter_signup", where: [{ property: "plan", is: "equals", value: "weekly" }] },
  ],
  value: { mode: "static", amount: 2.5 },
  currency: "EUR",
  limit: { times: 1, windowDays: null },
};

/** As a `clicks_unlogged` event of the log has it. */
const CLICK = {
  id: "clk_06c4v8e5m1k2n3p4q5r6s7t8v9",
  linkId: "lnk_06c4v8e5m1k2n3p4",
  time: 1_795_251_600_000,
  bucket: "visit",
  reason: "visit",
  rule: null,
  consent: "deferred",
  consentSource: "policy",
  pseudonym: null,
  userAgent: null,
  language: "fr",
  referrerHost: "www.instagram.com",
  adIds: [],
  utmSource: null,
  utmMedium: null,
  utmCampaign: null,
  utmTerm: null,
  utmContent: null,
  country: "FR",
  region: null,
  city: null,
  colo: "CDG",
};

/** Bodies that say more than the schemas' own examples, or that these can't make valid, by operation. */
export const BODIES: Readonly<Record<string, unknown>> = {
  "POST /stores": {
    name: "Linen & Co",
    homeUrl: "https://linen.example/",
    origins: ["https://linen.example"],
    currency: "EUR",
    timezone: "Europe/Paris",
    attribution: { model: "last_click", windowDays: 30 },
  },
  "PATCH /stores/{id}": { brandName: "Linen", brandColor: "#0b7564" },
  "PUT /stores/{id}/connection": {
    shop: "linen-example.myshopify.com",
    clientId: "0a1b2c3d4e5f",
    clientSecret: "example-secret-0a1b2c3d4e5f",
  },
  "PUT /stores/{id}/analytics-export": {
    format: "ga4",
    endpoint: "https://www.google-analytics.com/mp/collect",
    secrets: { measurementId: "G-ABCDEF1234", apiSecret: "example-secret-0a1b2c3d4e5f" },
  },
  "PUT /stores/{id}/attribution-tags/{creatorId}": {
    tag: "maas=maas_adg_api_5884463875201_static_12_26&ref_=aa_maas&aa_adgroupid=nora-lind",
  },
  "POST /stores/{id}/connection/sync": { from: "2026-10-01T09:00:00Z" },
  "POST /codes": { planId: "pln_06c4v8e5m1k2n3p4", creatorId: CREATOR, code: "NORA10" },
  "PATCH /codes/{id}": { code: "NORALIND10" },
  "POST /codes/{id}/rotate": { code: "NORALIND10" },
  "POST /codes/uses": {
    uses: [{ storeId: STORE, code: "NORA10", orderId: "1001", usedAt: "2026-11-20T18:42:10Z" }],
  },
  "POST /attribution/simulate": { storeId: STORE, policy: { model: "first_click" }, from: "2026-11-01" },
  "POST /conversion-definitions/{id}/copy": { name: "Newsletter, again" },
  "POST /conversion-definitions/delete": { ids: ["cdf_06c4v8e5m1k2n3p4"], confirm: 8 },
  "POST /conversion-definitions/{id}/backfill": { from: "2026-09-01T00:00:00Z" },
  "PATCH /tagging-plans/{id}": { name: "Shop with checkout" },
  "POST /tagging-plans/{id}/copy": { name: "Shop with checkout" },
  "POST /tagging-plans/{id}/preview": { page: "https://linen.example/tea" },
  "PATCH /number-pools/{id}": { leaseMinutes: 10 },
  "PUT /stores/{id}/carriers/{carrier}": { authToken: "example-secret-0a1b2c3d4e5f" },
  "POST /channel-costs": { storeId: STORE, channel: "tv", from: "2026-11-01", to: "2026-11-30", amount: 1200 },
  "POST /payouts/{id}/pay": { reference: "SEPA 2026-10" },
  "PUT /stores/{id}/payer": { name: "Linen & Co", iban: "DE02120300000000202051", bic: "BYLADEM1001" },
  "PATCH /domains/{id}": { rootUrl: "https://brand.com/" },
  "POST /creators": {
    firstName: "Nora",
    lastName: "Lind",
    email: "nora@creator.example",
    handles: { instagram: "nora.lind" },
  },
  "POST /creators/bulk": {
    creators: [
      { firstName: "Nora", lastName: "Lind", handles: { instagram: "nora.lind" } },
      { firstName: "Lea", lastName: "Sommer", handles: { tiktok: "lea.makes" } },
    ],
  },
  "PATCH /creators/{id}": { handles: { instagram: "nora.lind", youtube: "noralind" } },
  "POST /creators/{id}/portal-links": { label: "Sent by mail" },
  "POST /campaigns": {
    name: "Spring looks",
    plan: {
      name: "Spring looks",
      storeId: STORE,
      discount: { type: "percentage", value: 10 },
      codePattern: "{{firstName|upper}}10",
      commission: { type: "percentage", value: 12 },
    },
  },
  "PATCH /campaigns/{id}": { name: "Summer looks" },
  "POST /campaigns/{id}/creators/bulk": { action: "approve", creatorIds: [CREATOR] },
  "POST /links": {
    url: "https://linen.example/summer?from={{username}}",
    slug: "nora",
    creatorId: CREATOR,
    utm: { source: "instagram", medium: "creator", campaign: "summer" },
    tags: ["summer"],
  },
  "POST /links/bulk": {
    links: [
      { url: "https://linen.example/summer", slug: "summer" },
      { url: "https://linen.example/sale", tags: ["sale"] },
    ],
  },
  "PATCH /links/{id}": { endsAt: "2027-09-01", fallbackUrl: "https://linen.example/" },
  "POST /links/{id}/simulate": {
    country: "FR",
    userAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15",
  },
  "POST /tracking-plans": {
    name: "Spring looks",
    storeId: STORE,
    discount: { type: "percentage", value: 10 },
    codePattern: "{{firstName|upper}}10",
    landingUrl: "https://linen.example/spring",
    limits: { oncePerCustomer: true, minimum: { type: "cartValue", value: 40 } },
    commission: {
      type: "percentage",
      value: 10,
      tiers: [
        { from: 1000, value: 12 },
        { from: 5000, value: 15 },
      ],
      holdDays: 30,
    },
  },
  "PATCH /tracking-plans/{id}": { landingUrl: "https://linen.example/spring", endsAt: "2027-05-31" },
  "POST /tracking-plans/{id}/commission-rules": {
    commission: { type: "fixed", value: 5, tiers: [{ from: 1000, value: 7.5 }] },
    effectiveFrom: "2026-12-01T00:00:00Z",
    reason: "Agreed by mail",
  },
  "PUT /tracking-plans/{id}/conversion-rates/{definitionId}": { amount: 5, currency: "EUR", holdDays: 14 },
  "POST /conversion-definitions": DEFINITION,
  "POST /conversion-definitions/preview": DEFINITION,
  "PATCH /conversion-definitions/{id}": { name: "Newsletter, confirmed" },
  "POST /tagging-plans": {
    storeId: STORE,
    name: "Shop",
    pages: { engagement: true, scroll: true },
    rules: [{ kind: "click", selector: "#size-guide", event: "size_guide" }],
    checkout: {
      steps: [
        { name: "cart", page: "/cart" },
        { name: "payment", page: "/checkout/**" },
      ],
    },
  },
  "POST /phone-numbers": {
    storeId: STORE,
    number: "+49301234567",
    label: "Poster, Berlin",
    target: "+49307654321",
    binding: { channel: "outdoor", offline: true },
  },
  "PATCH /phone-numbers/{id}": { label: "Poster, Hamburg" },
  "POST /number-pools": { storeId: STORE, name: "Website", target: "+49307654321" },
  "POST /calls/{id}/deal": { amount: 240, currency: "EUR", orderId: "1002" },
  "PATCH /channel-costs/{id}": { amount: 1400 },
  "POST /periods": { storeId: STORE, to: "2026-10-31" },
  "PATCH /periods/{id}": { to: "2026-10-31" },
  "POST /orders/bulk": { action: "approve", ids: [ORDER], reason: "Checked with the warehouse" },
  "POST /exchange-rates": {
    rates: [{ from: "USD", to: "EUR", date: "2026-11-20", rate: "0.9223", source: "ECB" }],
  },
  "POST /clicks/restore": { clicks: [CLICK] },
  "POST /webhook-endpoints": { url: "https://hooks.brand.com/waymark", description: "Back office" },
  "POST /webhook-endpoints/{id}/replay": { from: "2026-11-20", to: "2026-11-21" },
  "POST /api-keys": { name: "Dashboard", scopes: ["reports:read", "links:read"], expiresAt: "2027-12-31" },
};

/** Bodies that are files, by operation. */
export const FILES: Readonly<Record<string, FileBody>> = {
  "POST /stores/{id}/attribution-tags": {
    type: "text/csv",
    file: "tags.csv",
    text: "creator_id,tag,ad_group\ncrt_06c4v8e5m1k2n3p4,maas_adg_api_5884463875201_static_12_26,Nora Lind\n",
  },
  "POST /stores/{id}/attribution-reports": {
    type: "text/csv",
    file: "report.csv",
    text: "Date,Campaign,Ad group,Click-throughs,Purchases,Product sales\n2026-11-20,Autumn,Nora Lind,120,6,215.40\n",
  },
  "POST /reconciliations": {
    type: "text/csv",
    file: "export.csv",
    text: "order_id,placed_at,currency,total,status,codes\n1001,2026-11-20T18:42:10Z,EUR,123.90,paid,NORA10\n",
  },
  "PUT /stores/{id}/logo": { type: "image/png", file: "logo.png", text: null },
};

/** Query parameters without which an operation shows little, by operation. */
export const QUERIES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "GET /conversion-definitions/used-in": { event: "newsletter_signup" },
};
