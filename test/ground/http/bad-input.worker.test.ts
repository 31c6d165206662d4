import { env, exports } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { newNumber, numberBind, numberImport } from "../../../src/calls/number/schema.ts";
import { newPool } from "../../../src/calls/pool/schema.ts";
import { newApiKey } from "../../../src/operate/api-key/schema.ts";
import { simulationRequest } from "../../../src/sales/attribution/schema.ts";
import { newBlockedHost } from "../../../src/links/block/schema.ts";
import { memberDecision, memberDecisions, newCampaign, newMembers } from "../../../src/programme/campaign/schema.ts";
import { codeRotation, codeUsesReport, newCode } from "../../../src/programme/code/schema.ts";
import { newDeal } from "../../../src/calls/deal/schema.ts";
import { putCall } from "../../calls/call-rows.ts";
import { newConversion } from "../../../src/conversions/count/schema.ts";
import { definitionCopy, newDefinition } from "../../../src/conversions/definition/schema.ts";
import { bulkCreators, newCreator } from "../../../src/programme/creator/schema.ts";
import { openDatabase } from "../../../src/ground/db/client.ts";
import { creators } from "../../../src/ground/db/schema/link.ts";
import { stores } from "../../../src/ground/db/schema/store.ts";
import { newDomain } from "../../../src/links/domain/schema.ts";
import { newBonus } from "../../../src/books/ledger/schema.ts";
import { bulkLinks, newLink } from "../../../src/links/link/schema.ts";
import { visitorSchema } from "../../../src/clicks/simulate/schema.ts";
import { recordEvidence } from "../../../src/sales/order/record-run.ts";
import { orderDecisions, orderReview } from "../../../src/sales/order/review-schema.ts";
import { orderAttribute } from "../../../src/sales/order/schema.ts";
import { newPayout, payoutClosing, payoutPayment } from "../../../src/books/payout/schema.ts";
import { newCost } from "../../../src/calls/cost/schema.ts";
import { newPeriod, periodLock } from "../../../src/books/period/schema.ts";
import { draftPreviewRequest, previewRequest } from "../../../src/programme/plan/preview-run.ts";
import { newRule } from "../../../src/programme/plan/rule-schema.ts";
import { newPlan } from "../../../src/programme/plan/schema.ts";
import { CARRIER_BODIES } from "../../../src/calls/carrier/schema.ts";
import { callSettingsBody } from "../../../src/calls/call/settings-schema.ts";
import { payerBody, payoutDetailsBody } from "../../../src/books/account/schema.ts";
import { proposalRefusal } from "../../../src/books/proposal/schema.ts";
import { newPortalLink, newPortalLinks } from "../../../src/portal/access/schema.ts";
import { newConversionRate } from "../../../src/books/conversion/rate-schema.ts";
import { conversionDecisions, conversionReview } from "../../../src/books/conversion/schema.ts";
import { newRates } from "../../../src/books/rate/schema.ts";
import { reconciliationApply } from "../../../src/books/reconcile/schema.ts";
import { rebuildRequest } from "../../../src/reports/rollup/schema.ts";
import { newStore } from "../../../src/programme/store/schema.ts";
import { tagBody } from "../../../src/shops/amazon/tag-schema.ts";
import { analyticsExportRequest } from "../../../src/visits/export/schema.ts";
import { newEndpoint, replayRequest } from "../../../src/operate/webhook/schema.ts";
import {
  newTaggingPlan,
  previewRequest as pagePreviewRequest,
  taggingPlanCopy,
} from "../../../src/visits/plan/schema.ts";
import { putTaggingPlan } from "../../visits/plan-fixtures.ts";
import { layoutRequest } from "../../../src/clicks/layout/schema.ts";
import { packingRequest } from "../../../src/clicks/pack/schema.ts";
import type { Trigger } from "../../../src/ground/model/conversion.ts";
import { api, type ApiAnswer, problemOf } from "../api.ts";
import { holdQueue } from "../../programme/campaign-fixtures.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { putNumber } from "../../calls/call-rows.ts";
import { book } from "../../books/money-fixtures.ts";
import { define } from "../../conversions/definition-fixtures.ts";
import { earned, putConversion, shareOf } from "../../conversions/conversion-fixtures.ts";
import { clickOn, confirmed, POLICY, recordDeps } from "../../sales/order-fixtures.ts";
import { putPayout, putPeriod } from "../../books/payout-fixtures.ts";
import { insertCampaign, insertCode, insertMember, insertPlan } from "../../programme/plan-rows.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

type Kind = "string" | "number" | "boolean" | "null" | "array" | "object";

/** A value of each kind of JSON; a field must refuse those of the kinds that it doesn't take. */
const SAMPLES: Readonly<Record<Kind, unknown>> = {
  string: "text",
  number: 7,
  boolean: true,
  null: null,
  array: ["text"],
  object: { text: "text" },
};

/** Texts that no field takes. */
const BAD_TEXTS: Readonly<Record<string, string>> = {
  "100,000 characters": "x".repeat(100_000),
  "a NUL": "a\u0000b",
  "a line feed": "a\nb",
  "an escape sequence": "a\u001b[31mb",
  "a C1 control": "a\u0085b",
  "half of a surrogate pair, which no encoding can hold": "a\ud800b",
  "the other half": "\udc00",
};

/** Numbers that no field takes. */
const BAD_NUMBERS: Readonly<Record<string, unknown>> = {
  "a fraction": 1.5,
  "a negative number": -1,
  zero: 0,
  "more than any limit": 1e21,
  "a number as text": "7",
};

/** Texts without a meaning of their own: what a browser sends is taken as it is, up to a length. */
const ANY_TEXT = Object.keys(BAD_TEXTS).filter((what) => what !== "100,000 characters");

/** What is bad for a count and good for an amount. */
const AMOUNT = ["a fraction", "zero", "a number as text"];

interface Resource {
  path: string;
  /** Which of several forms of the body this is. */
  form?: string;
  /** A body that is accepted. */
  valid: Record<string, unknown>;
  /** A body with whatever the places of the table lie in; else `valid`. */
  full?: Record<string, unknown>;
  /** Else POST. */
  method?: "PUT";
  /** The status of success; else 201. */
  status?: number;
  /** Puts there what the path names. */
  prepare?: () => Promise<void>;
  /** By place, what of the bad texts and numbers is good there. */
  takes?: Readonly<Record<string, readonly string[]>>;
  /** The place of a name that no other may have. */
  unique?: string;
  /** Objects in which an unknown field isn't tried, such as those with fields of any name. */
  open?: readonly string[];
  /** The schema's fields: the table must have them all. */
  fields: readonly string[];
  /** The kinds of JSON that each value may have; a dotted path is a value within a field. */
  kinds: Readonly<Record<string, readonly Kind[]>>;
}

const IDS = {
  store: "str_0000000000000zzz",
  creator: "crt_0000000000000zzz",
  plan: "pln_0000000000000zzz",
  campaign: "cmp_0000000000000zzz",
  code: "cod_0000000000000zzz",
  order: "ord_0000000000000zzz",
  link: "lnk_0000000000000zzz",
  period: "per_0000000000000zzz",
  reconciliation: "rec_0000000000000zzz",
  payout: "pay_0000000000000zzz",
  definition: "cdf_0000000000000zzz",
  conversion: "cvn_0000000000000zzz",
  call: "cal_0000000000000zzz",
  endpoint: "whk_0000000000000zzz",
  source: "ats_0000000000000zzz",
  taggingPlan: "tgp_0000000000000zzz",
  phoneNumber: "num_0000000000000zzz",
  detailProposal: "pdp_0000000000000zzz",
};

/**
 * Puts what {@link IDS} names there, but for the code, the order and the link: a store that can all that a plan
 * may ask for, and so on.
 */
async function insertWorld(): Promise<void> {
  holdQueue();
  const db = openDatabase(env.DB);
  const times = { createdAt: 0, updatedAt: 0 };
  await db.insert(stores).values({
    id: IDS.store,
    key: "shop",
    name: "Shop",
    provider: "shopify",
    origins: [],
    currency: "EUR",
    timezone: "UTC",
    homeUrl: "https://shop.example/",
    clickParam: "wmk",
    attribution: { model: "last_click", windowDays: 30, codePriority: true },
    secretHash: "",
    ...times,
  });
  await db.insert(creators).values({
    id: IDS.creator,
    firstName: "Lea",
    lastName: "Martin",
    handles: { instagram: "lea" },
    ...times,
  });
  await insertPlan({ id: IDS.plan, storeId: IDS.store });
  await insertCampaign({ id: IDS.campaign, planId: IDS.plan });
}

/** The world, whose store has a definition of conversions. */
async function insertDefined(): Promise<void> {
  await insertWorld();
  await define({ id: IDS.definition, storeId: IDS.store });
}

/** The world, with a call of an hour ago. */
async function insertCalled(): Promise<void> {
  await insertWorld();
  await putCall({ id: IDS.call, storeId: IDS.store, startedAt: Date.now() - 3_600_000 });
}

/** The world, with a locked period that owes the creator something, whatever was drafted before. */
async function insertOwed(): Promise<void> {
  await insertWorld();
  await book({ storeId: IDS.store, creatorId: IDS.creator, amountMinor: 1_000_000, time: 0 });
  await putPeriod({ storeId: IDS.store, toAt: 1, lockedAt: 1 });
  await env.DB.prepare(
    `CREATE TRIGGER payout_freed AFTER INSERT ON audit_log WHEN NEW.entity = 'payout'
     BEGIN UPDATE payout_entries SET live = 0; END`,
  ).run();
}

/** The world, with a row of a report of Amazon's that is the creator's. */
async function insertReported(): Promise<void> {
  await insertWorld();
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO attribution_sources (id, store_id, key, names, creator_id, created_at) VALUES (?1, ?2, '[]', '{}', ?3, 0)`,
    ).bind(IDS.source, IDS.store, IDS.creator),
    env.DB.prepare(
      `INSERT INTO attribution_rows (store_id, day, source_id, currency, clicks) VALUES (?1, '2026-11-20', ?2, 'EUR', 1)`,
    ).bind(IDS.store, IDS.source),
  ]);
}

/** The world, whose store is one of Amazon Attribution. */
async function insertAmazon(): Promise<void> {
  await insertWorld();
  await env.DB.prepare("UPDATE stores SET provider = 'amazon'").run();
}

/** Puts an endpoint of webhooks that nothing waits for into the database. */
async function insertEndpoint(): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO webhook_endpoints (id, url, secret_sealed, disabled, created_at, updated_at)
     VALUES (?1, 'https://hooks.example.com/', '', 0, 0, 0)`,
  )
    .bind(IDS.endpoint)
    .run();
}

/** A payout run in the table. */
const PAYOUT = {
  valid: { storeId: IDS.store },
  full: { storeId: IDS.store, creatorIds: [IDS.creator] },
  prepare: insertOwed,
  takes: { minimum: AMOUNT, holdDays: ["zero"] },
  fields: Object.keys(newPayout.shape),
  kinds: {
    storeId: ["string"],
    currency: ["string"],
    minimum: ["string", "number"],
    holdDays: ["number"],
    creatorIds: ["array"],
    "creatorIds.0": ["string"],
    note: ["string", "null"],
    referencePrefix: ["string"],
  },
} satisfies Partial<Resource>;

/** The world, with a definition that whoever knows may meet, by a call of any length too. */
async function insertTold(): Promise<void> {
  await insertWorld();
  const triggers: Trigger[] = [{ type: "call", minTalkSeconds: 0, numbers: [] }, { type: "manual" }];
  await define({ id: IDS.definition, storeId: IDS.store, triggers });
}

/** A trigger of each type, and a segment's condition of each. */
const TRIGGERS = [
  {
    type: "url",
    url: { is: "contains", value: "/thanks" },
    where: [{ property: "country", is: "equals", value: "DE" }],
  },
  { type: "event", event: "lead", where: [] },
  { type: "script", where: [] },
  {
    type: "segment",
    all: [
      { about: "field", field: "plan", is: "equals", value: "pro" },
      { about: "event", name: "lead", is: "at_least", times: 1, withinDays: 30 },
      { about: "order", is: "at_least", times: 1, withinDays: 30 },
      { about: "spent", is: "greater", amount: 100, withinDays: 30 },
      {
        about: "click",
        creatorId: IDS.creator,
        campaignId: IDS.campaign,
        linkId: IDS.link,
        is: "at_most",
        times: 3,
        withinDays: 30,
      },
    ],
  },
  { type: "conversion", definitionId: IDS.definition },
  { type: "order", which: "first", minimum: 50, skus: ["SKU-1"] },
  { type: "call", minTalkSeconds: 30, numbers: ["+49301234"] },
];

/** A value that something is compared with: any number will do. */
const COMPARED = ["a fraction", "a negative number", "zero", "a number as text"];

/** Puts a draft of a tagging plan there, too. */
async function insertTagged(): Promise<void> {
  await insertWorld();
  await putTaggingPlan({ id: IDS.taggingPlan, storeId: IDS.store });
}

/** Puts a phone number there, too, which stands for nothing. */
async function insertNumbered(): Promise<void> {
  await insertWorld();
  await insertLink({ id: IDS.link, storeId: IDS.store, creatorId: IDS.creator });
  await putNumber({ id: IDS.phoneNumber, storeId: IDS.store });
}

/** What a phone number stands for, in the table. */
const NUMBER_SOURCE = {
  channel: "tv",
  creatorId: IDS.creator,
  campaignId: IDS.campaign,
  linkId: IDS.link,
  offline: true,
};

const NUMBER_SOURCE_KINDS: Resource["kinds"] = {
  channel: ["string", "null"],
  creatorId: ["string", "null"],
  campaignId: ["string", "null"],
  linkId: ["string", "null"],
  offline: ["boolean"],
};

const TIMES_KINDS = (place: string): Resource["kinds"] => ({
  [`${place}.is`]: ["string"],
  [`${place}.times`]: ["number"],
  [`${place}.withinDays`]: ["number"],
});

const SEGMENT = "triggers.3.all";

/** A definition in the table, but for its value. */
const DEFINITION = {
  path: "/conversion-definitions",
  valid: { storeId: IDS.store, name: "Lead", triggers: [{ type: "manual" }] },
  prepare: insertDefined,
  fields: Object.keys(newDefinition.shape),
  takes: {
    "triggers.0.where.0.value": COMPARED,
    [`${SEGMENT}.0.value`]: COMPARED,
    [`${SEGMENT}.3.amount`]: AMOUNT,
    [`${SEGMENT}.4.times`]: ["zero"],
    "triggers.5.minimum": AMOUNT,
    "triggers.6.minTalkSeconds": ["zero"],
    "value.amount": AMOUNT,
  },
  kinds: {
    storeId: ["string"],
    template: ["string"],
    name: ["string"],
    key: ["string"],
    triggers: ["array"],
    "triggers.0": ["object"],
    "triggers.0.type": ["string"],
    "triggers.0.url": ["object"],
    "triggers.0.url.is": ["string"],
    "triggers.0.url.value": ["string"],
    "triggers.0.where": ["array"],
    "triggers.0.where.0": ["object"],
    "triggers.0.where.0.property": ["string"],
    "triggers.0.where.0.is": ["string"],
    "triggers.0.where.0.value": ["string", "number", "boolean"],
    "triggers.1.event": ["string"],
    "triggers.2.where": ["array"],
    [SEGMENT]: ["array"],
    [`${SEGMENT}.0`]: ["object"],
    [`${SEGMENT}.0.about`]: ["string"],
    [`${SEGMENT}.0.field`]: ["string"],
    [`${SEGMENT}.0.is`]: ["string"],
    [`${SEGMENT}.0.value`]: ["string", "number", "boolean"],
    [`${SEGMENT}.1.name`]: ["string"],
    ...TIMES_KINDS(`${SEGMENT}.1`),
    ...TIMES_KINDS(`${SEGMENT}.2`),
    [`${SEGMENT}.3.is`]: ["string"],
    [`${SEGMENT}.3.amount`]: ["string", "number"],
    [`${SEGMENT}.3.withinDays`]: ["number"],
    [`${SEGMENT}.4`]: ["object"],
    [`${SEGMENT}.4.creatorId`]: ["string"],
    [`${SEGMENT}.4.campaignId`]: ["string"],
    [`${SEGMENT}.4.linkId`]: ["string"],
    ...TIMES_KINDS(`${SEGMENT}.4`),
    "triggers.4.definitionId": ["string"],
    "triggers.5.which": ["string"],
    "triggers.5.minimum": ["string", "number", "null"],
    "triggers.5.skus": ["array"],
    "triggers.5.skus.0": ["string"],
    "triggers.6.minTalkSeconds": ["number"],
    "triggers.6.numbers": ["array"],
    "triggers.6.numbers.0": ["string"],
    value: ["object"],
    "value.mode": ["string"],
    currency: ["string"],
    limit: ["object", "null"],
    "limit.times": ["number"],
    "limit.windowDays": ["number", "null"],
    appliesToPast: ["boolean"],
    effectiveFrom: ["string", "null"],
  },
} satisfies Partial<Resource>;

const PLAN = { name: "Autumn", storeId: IDS.store };
const PLAN_IN_PERCENT = {
  ...PLAN,
  discount: { type: "percentage", value: 10 },
  limits: { minimum: { type: "cartValue", value: 50 } },
  commission: {
    type: "fixed",
    value: 5,
    currency: "EUR",
    tiers: [{ from: 1_000, value: 6 }],
    special: [{ type: "percentage", value: 3, products: ["12"], categories: ["hats"] }],
  },
};
const PLAN_OF_AMOUNTS = {
  ...PLAN,
  discount: { type: "fixed", value: 5, currency: "EUR" },
  limits: { minimum: { type: "quantity", value: 2 } },
  commission: {
    type: "percentage",
    value: 10,
    tiers: [{ from: 1_000, value: 12 }],
    special: [{ type: "fixed", value: 2, currency: "EUR", products: ["12"], categories: ["hats"] }],
  },
};

const COMMISSION_KINDS: Resource["kinds"] = {
  commission: ["object"],
  "commission.type": ["string"],
  "commission.value": ["string", "number"],
  "commission.tiers": ["array"],
  "commission.tiers.0": ["object"],
  "commission.tiers.0.from": ["string", "number"],
  "commission.tiers.0.value": ["string", "number"],
  "commission.special": ["array"],
  "commission.special.0": ["object"],
  "commission.special.0.type": ["string"],
  "commission.special.0.value": ["string", "number"],
  "commission.special.0.products": ["array"],
  "commission.special.0.products.0": ["string"],
  "commission.special.0.categories": ["array"],
  "commission.special.0.categories.0": ["string"],
  "commission.capPerOrder": ["string", "number", "null"],
  "commission.capPerCreator": ["string", "number", "null"],
  "commission.newCustomersOnly": ["boolean"],
  "commission.includeTax": ["boolean"],
  "commission.includeShipping": ["boolean"],
  "commission.holdDays": ["number", "null"],
  "commission.payIn": ["string", "null"],
};
const COMMISSION_TAKES: Resource["takes"] = {
  "commission.value": AMOUNT,
  "commission.tiers.0.from": AMOUNT,
  "commission.tiers.0.value": AMOUNT,
  "commission.special.0.value": AMOUNT,
  "commission.capPerOrder": AMOUNT,
  "commission.capPerCreator": AMOUNT,
  "commission.holdDays": ["zero"],
};
/** The places of a commission that only an amount has. */
const OF_FIXED: Resource["kinds"] = { "commission.currency": ["string"] };
const OF_FIXED_SPECIAL: Resource["kinds"] = { "commission.special.0.currency": ["string"] };

const PLAN_KINDS: Resource["kinds"] = {
  name: ["string"],
  storeId: ["string"],
  discount: ["object", "null"],
  "discount.type": ["string"],
  "discount.value": ["string", "number"],
  codePattern: ["string", "null"],
  landingUrl: ["string", "null"],
  fallbackUrl: ["string", "null"],
  utm: ["object"],
  "utm.source": ["string"],
  "utm.medium": ["string"],
  "utm.campaign": ["string"],
  "utm.term": ["string"],
  "utm.content": ["string"],
  "utm.id": ["string"],
  affiliateLink: ["boolean"],
  trackClicks: ["boolean"],
  creatorLinks: ["boolean"],
  limits: ["object"],
  "limits.totalUses": ["number"],
  "limits.oncePerCustomer": ["boolean"],
  "limits.minimum": ["object"],
  "limits.minimum.type": ["string"],
  "limits.products": ["array"],
  "limits.products.0": ["string"],
  "limits.categories": ["array"],
  "limits.categories.0": ["string"],
  startsAt: ["string", "null"],
  endsAt: ["string", "null"],
  ...COMMISSION_KINDS,
};
const PLAN_TAKES: Resource["takes"] = { "discount.value": AMOUNT, ...COMMISSION_TAKES };

/** {@link PLAN_IN_PERCENT} in the table. */
const IN_PERCENT = {
  full: PLAN_IN_PERCENT,
  kinds: { ...PLAN_KINDS, "limits.minimum.value": ["string", "number"], ...OF_FIXED },
  takes: { ...PLAN_TAKES, "limits.minimum.value": AMOUNT },
} satisfies Partial<Resource>;

/** {@link PLAN_OF_AMOUNTS} in the table. */
const OF_AMOUNTS = {
  full: PLAN_OF_AMOUNTS,
  kinds: { ...PLAN_KINDS, "limits.minimum.value": ["number"], "discount.currency": ["string"], ...OF_FIXED_SPECIAL },
  takes: PLAN_TAKES,
} satisfies Partial<Resource>;

/** What is said of places, said of the same places within a field. */
function within<Said>(field: string, said: Readonly<Record<string, Said>>): Record<string, Said> {
  return Object.fromEntries(Object.entries(said).map(([place, value]) => [`${field}.${place}`, value]));
}

const PREVIEW_KINDS: Resource["kinds"] = {
  creatorId: ["string"],
  creator: ["object"],
  "creator.firstName": ["string"],
  "creator.lastName": ["string"],
  "creator.email": ["string", "null"],
  "creator.handles": ["object"],
  "creator.handles.instagram": ["string"],
  campaign: ["string"],
  campaignId: ["string"],
};

/** Every `POST` body of the admin API. A new resource or field is to be added here. */
const RESOURCES: readonly Resource[] = [
  {
    path: "/stores",
    valid: { name: "Shop" },
    fields: Object.keys(newStore.shape),
    kinds: {
      name: ["string"],
      key: ["string"],
      provider: ["string"],
      origins: ["array"],
      "origins.0": ["string"],
      currency: ["string"],
      timezone: ["string"],
      homeUrl: ["string", "null"],
      brandName: ["string", "null"],
      brandColor: ["string", "null"],
      clickParam: ["string"],
      consentPolicy: ["string", "null"],
      attribution: ["object"],
      "attribution.model": ["string"],
      "attribution.windowDays": ["number"],
      "attribution.codePriority": ["boolean"],
    },
  },
  {
    path: "/phone-numbers",
    valid: { storeId: IDS.store, number: "+49 30 1234567" },
    full: { storeId: IDS.store, number: "+49 30 1234567", binding: NUMBER_SOURCE },
    prepare: insertNumbered,
    fields: Object.keys(newNumber.shape),
    kinds: {
      storeId: ["string"],
      number: ["string"],
      label: ["string"],
      target: ["string", "null"],
      forwardsTo: ["string", "null"],
      rentedFrom: ["string", "null"],
      rentedUntil: ["string", "null"],
      binding: ["object", "null"],
      ...within("binding", NUMBER_SOURCE_KINDS),
      poolId: ["string", "null"],
    },
  },
  // Rows of files are checked one by one, and have tests of their own.
  {
    path: "/phone-numbers/import",
    valid: { storeId: IDS.store, csv: "number\n+49 30 1234567" },
    status: 200,
    prepare: insertNumbered,
    fields: Object.keys(numberImport.shape),
    kinds: { storeId: ["string"], csv: ["string"], dryRun: ["boolean"] },
  },
  {
    path: `/phone-numbers/${IDS.phoneNumber}/bind`,
    valid: { channel: "tv" },
    full: NUMBER_SOURCE,
    status: 200,
    prepare: insertNumbered,
    fields: Object.keys(numberBind.shape),
    kinds: { ...NUMBER_SOURCE_KINDS, poolId: ["string", "null"], replaces: ["boolean"] },
  },
  {
    path: "/number-pools",
    valid: { storeId: IDS.store, name: "Pool", target: "+49 30 1234567" },
    full: { storeId: IDS.store, name: "Pool", target: "+49 30 1234567", numberIds: [IDS.phoneNumber] },
    prepare: insertNumbered,
    takes: { quarantineMinutes: ["zero"] },
    fields: Object.keys(newPool.shape),
    kinds: {
      storeId: ["string"],
      name: ["string"],
      target: ["string"],
      numberIds: ["array"],
      "numberIds.0": ["string"],
      leaseMinutes: ["number"],
      quarantineMinutes: ["number"],
      channel: ["string"],
      replaces: ["boolean"],
    },
  },
  {
    path: "/domains",
    valid: { hostname: "go.lea.example" },
    fields: Object.keys(newDomain.shape),
    kinds: {
      hostname: ["string"],
      storeId: ["string", "null"],
      cookieDomain: ["string", "null"],
      rootUrl: ["string", "null"],
      caseSensitive: ["boolean"],
    },
  },
  {
    path: "/creators",
    valid: {},
    fields: Object.keys(newCreator.shape),
    kinds: {
      firstName: ["string"],
      lastName: ["string"],
      email: ["string", "null"],
      handles: ["object"],
      "handles.instagram": ["string"],
      externalId: ["string", "null"],
    },
    open: ["handles"],
  },
  // Entries of bulk requests are checked one by one, and have tests of their own.
  {
    path: "/creators/bulk",
    valid: { creators: [{}] },
    status: 200,
    fields: Object.keys(bulkCreators.shape),
    kinds: { creators: ["array"] },
  },
  {
    path: "/api-keys",
    valid: { name: "Test", scopes: ["links:read"] },
    fields: Object.keys(newApiKey.shape),
    kinds: {
      name: ["string"],
      scopes: ["array"],
      "scopes.0": ["string"],
      storeIds: ["array", "null"],
      expiresAt: ["string", "null"],
    },
  },
  {
    path: "/links",
    valid: { url: "https://shop.example/" },
    full: {
      url: "https://shop.example/",
      rules: [{ when: { hours: { from: "09:00", to: "17:00" } }, url: "https://shop.example/" }],
    },
    takes: { "rules.0.when.weight": ["a fraction"] },
    fields: Object.keys(newLink.shape),
    kinds: {
      slug: ["string"],
      domain: ["string", "null"],
      url: ["string"],
      kind: ["string"],
      storeId: ["string", "null"],
      creatorId: ["string", "null"],
      campaignId: ["string", "null"],
      planId: ["string", "null"],
      codeId: ["string", "null"],
      utm: ["object"],
      "utm.source": ["string"],
      "utm.medium": ["string"],
      "utm.campaign": ["string"],
      "utm.term": ["string"],
      "utm.content": ["string"],
      "utm.id": ["string"],
      rules: ["array"],
      "rules.0": ["object"],
      "rules.0.url": ["string"],
      "rules.0.when": ["object"],
      "rules.0.when.country": ["string", "array"],
      "rules.0.when.region": ["string", "array"],
      "rules.0.when.device": ["string", "array"],
      "rules.0.when.language": ["string", "array"],
      "rules.0.when.hours": ["object"],
      "rules.0.when.hours.from": ["string"],
      "rules.0.when.hours.to": ["string"],
      "rules.0.when.hours.timezone": ["string"],
      "rules.0.when.weight": ["number"],
      startsAt: ["string", "null"],
      endsAt: ["string", "null"],
      maxClicks: ["number", "null"],
      fallbackUrl: ["string", "null"],
      disabled: ["boolean"],
      tags: ["array"],
      "tags.0": ["string"],
    },
  },
  {
    path: "/links/bulk",
    valid: { links: [{ url: "https://shop.example/" }] },
    status: 200,
    fields: Object.keys(bulkLinks.shape),
    kinds: { links: ["array"] },
  },
  {
    path: "/tracking-plans",
    form: "in per cent",
    valid: PLAN,
    prepare: insertWorld,
    fields: Object.keys(newPlan.shape),
    unique: "name",
    ...IN_PERCENT,
  },
  {
    path: "/tracking-plans",
    form: "of amounts",
    valid: PLAN,
    prepare: insertWorld,
    fields: Object.keys(newPlan.shape),
    unique: "name",
    ...OF_AMOUNTS,
  },
  {
    path: "/tracking-plans/preview",
    valid: { plan: PLAN, creatorId: IDS.creator },
    full: { plan: IN_PERCENT.full, creator: {} },
    status: 200,
    prepare: insertWorld,
    takes: within("plan", IN_PERCENT.takes),
    fields: Object.keys(draftPreviewRequest.shape),
    kinds: { plan: ["object"], ...within("plan", IN_PERCENT.kinds), ...PREVIEW_KINDS },
    open: ["creator.handles"],
  },
  {
    path: `/tracking-plans/${IDS.plan}/preview`,
    valid: { creatorId: IDS.creator },
    full: { creator: {} },
    status: 200,
    prepare: insertWorld,
    fields: Object.keys(previewRequest.shape),
    kinds: PREVIEW_KINDS,
    open: ["creator.handles"],
  },
  {
    path: `/tracking-plans/${IDS.plan}/commission-rules`,
    valid: { commission: { type: "percentage", value: 10 }, reason: "A better rate" },
    full: { commission: PLAN_OF_AMOUNTS.commission, effectiveFrom: "2026-01-01T00:00:00Z", reason: "A better rate" },
    prepare: insertWorld,
    takes: COMMISSION_TAKES,
    fields: Object.keys(newRule.shape),
    kinds: { ...COMMISSION_KINDS, ...OF_FIXED_SPECIAL, effectiveFrom: ["string"], reason: ["string"] },
  },
  {
    ...DEFINITION,
    form: "of an amount",
    full: {
      ...DEFINITION.valid,
      triggers: TRIGGERS,
      value: { mode: "static", amount: 5 },
      limit: { times: 1, windowDays: 30 },
    },
    kinds: { ...DEFINITION.kinds, "value.amount": ["string", "number"] },
  },
  {
    ...DEFINITION,
    path: "/conversion-definitions/preview",
    status: 200,
    full: { ...DEFINITION.valid, value: { mode: "none" }, limit: { times: 1 } },
    takes: {},
    // The rest is tried above: what is drafted and what is previewed are one body.
    kinds: Object.fromEntries(DEFINITION.fields.map((field) => [field, DEFINITION.kinds[field as "name"]])),
  },
  {
    ...DEFINITION,
    form: "of a contact's field",
    full: { ...DEFINITION.valid, value: { mode: "field", field: "budget" }, limit: { times: 1 } },
    takes: {},
    // The rest is tried above.
    kinds: {
      ...Object.fromEntries(DEFINITION.fields.map((field) => [field, DEFINITION.kinds[field as "name"]])),
      "value.field": ["string"],
    },
  },
  {
    path: "/tagging-plans",
    prepare: insertWorld,
    valid: { storeId: IDS.store, name: "Shop" },
    full: {
      storeId: IDS.store,
      name: "Shop",
      pages: {
        engagement: true,
        scroll: true,
        heatmap: true,
        aliases: [{ pattern: "/products/*", alias: "/products" }],
      },
      rules: [
        { id: "basket", kind: "click", selector: ".basket", page: "/products/*", event: "basket", label: "top" },
        { kind: "download", extensions: ["pdf"], event: "brochure" },
      ],
      checkout: { steps: [{ name: "Address", page: "/checkout/**" }], abandonedAfterMinutes: 60 },
      visitMinutes: 45,
    },
    fields: Object.keys(newTaggingPlan.shape),
    kinds: {
      storeId: ["string"],
      name: ["string"],
      pages: ["object"],
      "pages.engagement": ["boolean"],
      "pages.scroll": ["boolean"],
      "pages.heatmap": ["boolean"],
      "pages.aliases": ["array"],
      "pages.aliases.0": ["object"],
      "pages.aliases.0.pattern": ["string"],
      "pages.aliases.0.alias": ["string"],
      rules: ["array"],
      "rules.0": ["object"],
      "rules.0.id": ["string"],
      "rules.0.kind": ["string"],
      "rules.0.selector": ["string", "null"],
      "rules.0.page": ["string", "null"],
      "rules.0.event": ["string"],
      "rules.0.label": ["string", "null"],
      "rules.1.extensions": ["array"],
      "rules.1.extensions.0": ["string"],
      checkout: ["object"],
      "checkout.steps": ["array"],
      "checkout.steps.0": ["object"],
      "checkout.steps.0.name": ["string"],
      "checkout.steps.0.page": ["string", "null"],
      "checkout.abandonedAfterMinutes": ["number"],
      visitMinutes: ["number"],
    },
  },
  {
    path: `/tagging-plans/${IDS.taggingPlan}/copy`,
    valid: {},
    full: { name: "Another" },
    prepare: insertTagged,
    fields: Object.keys(taggingPlanCopy.unwrap().shape),
    kinds: { name: ["string"] },
  },
  {
    path: `/tagging-plans/${IDS.taggingPlan}/preview`,
    valid: { page: "https://shop.example/products/tea" },
    status: 200,
    prepare: insertTagged,
    fields: Object.keys(pagePreviewRequest.shape),
    kinds: { page: ["string"] },
  },
  {
    path: `/conversion-definitions/${IDS.definition}/conversions`,
    valid: {},
    full: {
      eventId: "evt-1",
      customerId: "customer-1",
      clickId: "click",
      codes: ["LEA10"],
      value: 12.5,
      currency: "EUR",
      time: new Date(Date.now() - 60_000).toISOString(),
      confirmed: true,
      reason: "told on the phone",
      call: { talkSeconds: 60, number: "+49301234", startedAt: new Date(Date.now() - 60_000).toISOString() },
    },
    prepare: insertTold,
    takes: { value: AMOUNT, "call.talkSeconds": ["zero"] },
    fields: Object.keys(newConversion.shape),
    kinds: {
      eventId: ["string"],
      customerId: ["string"],
      clickId: ["string"],
      codes: ["array"],
      "codes.0": ["string"],
      value: ["string", "number"],
      currency: ["string"],
      time: ["string"],
      confirmed: ["boolean"],
      reason: ["string"],
      call: ["object"],
      "call.talkSeconds": ["number"],
      "call.number": ["string"],
      "call.startedAt": ["string"],
    },
  },
  {
    path: `/calls/${IDS.call}/deal`,
    valid: { amount: 12.5, currency: "EUR" },
    full: {
      amount: 12.5,
      currency: "EUR",
      orderId: "1001",
      placedAt: new Date(Date.now() - 60_000).toISOString(),
      customerId: "customer-1",
      cancelled: false,
    },
    status: 200,
    prepare: insertCalled,
    takes: { amount: AMOUNT },
    fields: Object.keys(newDeal.shape),
    kinds: {
      amount: ["string", "number"],
      currency: ["string"],
      orderId: ["string"],
      placedAt: ["string"],
      customerId: ["string"],
      cancelled: ["boolean"],
    },
  },
  {
    path: `/conversion-definitions/${IDS.definition}/copy`,
    valid: {},
    full: { name: "Another" },
    prepare: insertDefined,
    fields: Object.keys(definitionCopy.unwrap().shape),
    kinds: { name: ["string"] },
  },
  {
    path: `/tracking-plans/${IDS.plan}/conversion-rates/${IDS.definition}`,
    method: "PUT",
    valid: { amount: 5, holdDays: 14 },
    full: { amount: 5, holdDays: 14, currency: "EUR", effectiveFrom: "2100-01-01T00:00:00Z" },
    status: 200,
    prepare: insertDefined,
    takes: { amount: ["a fraction", "a number as text"], holdDays: ["zero"] },
    fields: Object.keys(newConversionRate.shape),
    kinds: {
      amount: ["string", "number"],
      currency: ["string"],
      holdDays: ["number", "null"],
      effectiveFrom: ["string"],
    },
  },
  {
    path: "/campaigns",
    valid: { name: "Autumn" },
    fields: Object.keys(newCampaign.shape),
    kinds: {
      name: ["string"],
      planId: ["string", "null"],
      plan: ["object"],
      generateOn: ["string"],
      creatorsSeePerformance: ["boolean"],
      tracking: ["boolean"],
    },
    // Tried below, in a whole plan.
    open: ["plan"],
  },
  {
    path: "/campaigns",
    form: "with a plan of its own",
    valid: { name: "Autumn" },
    full: { name: "Autumn", plan: OF_AMOUNTS.full },
    prepare: insertWorld,
    takes: within("plan", OF_AMOUNTS.takes),
    // With a plan there can't be a planId.
    fields: ["plan"],
    kinds: { plan: ["object"], ...within("plan", OF_AMOUNTS.kinds) },
    unique: "plan.name",
  },
  {
    path: `/campaigns/${IDS.campaign}/creators`,
    valid: { creatorIds: [IDS.creator] },
    prepare: insertWorld,
    fields: Object.keys(newMembers.shape),
    kinds: { creatorIds: ["array"], "creatorIds.0": ["string"], status: ["string"] },
  },
  {
    path: `/campaigns/${IDS.campaign}/creators/bulk`,
    valid: { action: "approve", creatorIds: [IDS.creator] },
    full: { action: "approve", creatorIds: [IDS.creator], reason: "Agreed by phone", dryRun: true },
    status: 200,
    prepare: insertWorld,
    fields: Object.keys(memberDecisions.shape).filter((field) => field !== "all"),
    kinds: {
      action: ["string"],
      creatorIds: ["array"],
      "creatorIds.0": ["string"],
      reason: ["string"],
      dryRun: ["boolean"],
    },
  },
  {
    path: "/codes",
    valid: { planId: IDS.plan, creatorId: IDS.creator, code: "LEA10" },
    prepare: insertWorld,
    fields: Object.keys(newCode.shape),
    kinds: { planId: ["string"], creatorId: ["string"], code: ["string"], campaignId: ["string", "null"] },
  },
  {
    path: `/codes/${IDS.code}/rotate`,
    valid: {},
    status: 200,
    prepare: async () => {
      await insertWorld();
      await insertCode({ id: IDS.code, storeId: IDS.store, planId: IDS.plan, creatorId: IDS.creator });
    },
    fields: Object.keys(codeRotation.unwrap().shape),
    kinds: { code: ["string"] },
  },
  {
    path: "/codes/uses",
    valid: { uses: [{ storeId: IDS.store, code: "LEA10", orderId: "1", usedAt: "2026-01-01T00:00:00Z" }] },
    status: 200,
    fields: Object.keys(codeUsesReport.shape),
    kinds: {
      uses: ["array"],
      "uses.0": ["object"],
      "uses.0.storeId": ["string"],
      "uses.0.code": ["string"],
      "uses.0.orderId": ["string"],
      "uses.0.usedAt": ["string"],
      "uses.0.country": ["string", "null"],
    },
  },
  {
    path: `/orders/${IDS.order}/attribute`,
    valid: { creatorId: IDS.creator, reason: "Agreed by phone" },
    // With a creator there can't be a rule: what ends a decision has tests of its own.
    full: { creatorId: IDS.creator, campaignId: IDS.campaign, planId: IDS.plan, reason: "Agreed by phone" },
    status: 200,
    prepare: async () => {
      await insertWorld();
      const store = { id: IDS.store, attribution: POLICY };
      await recordEvidence({ ...recordDeps(), newId: () => IDS.order }, store, [confirmed({})]);
    },
    fields: Object.keys(orderAttribute.shape),
    kinds: {
      creatorId: ["string", "null"],
      campaignId: ["string"],
      planId: ["string"],
      rule: ["boolean"],
      reason: ["string"],
    },
  },
  ...(["approve", "decline", "dispute"] as const).map((action): Resource => ({
    path: `/orders/${IDS.order}/${action}`,
    valid: { reason: "Agreed by phone" },
    status: 200,
    prepare: async () => {
      await insertWorld();
      const store = { id: IDS.store, attribution: POLICY };
      const said = confirmed({ currency: "EUR", totalMinor: 1000, clicks: [clickOn(IDS.link)] });
      const { link: linkId, store: storeId, plan: planId, creator: creatorId } = IDS;
      await insertLink({ id: linkId, kind: "affiliate", storeId, planId, creatorId });
      await recordEvidence({ ...recordDeps(), newId: () => IDS.order }, store, [said]);
    },
    fields: Object.keys(orderReview.shape),
    kinds: { reason: ["string"] },
  })),
  // Ids that there is nothing of have results of their own.
  {
    path: "/orders/bulk",
    valid: { action: "approve", ids: [IDS.order], reason: "Agreed by phone" },
    full: { action: "approve", ids: [IDS.order], reason: "Agreed by phone", dryRun: true },
    status: 200,
    fields: Object.keys(orderDecisions.shape),
    kinds: { action: ["string"], ids: ["array"], "ids.0": ["string"], reason: ["string"], dryRun: ["boolean"] },
  },
  {
    path: "/conversions/bulk",
    valid: { action: "approve", ids: [IDS.conversion] },
    full: { action: "approve", ids: [IDS.conversion], reason: "Agreed by phone", dryRun: true },
    status: 200,
    fields: Object.keys(conversionDecisions.shape),
    kinds: { action: ["string"], ids: ["array"], "ids.0": ["string"], reason: ["string"], dryRun: ["boolean"] },
  },
  ...(["approve", "decline"] as const).map((action): Resource => ({
    path: `/conversions/${IDS.conversion}/${action}`,
    valid: {},
    full: { reason: "Agreed by phone" },
    status: 200,
    prepare: async () => {
      await insertDefined();
      const { definition: definitionId, conversion, store: storeId, creator: creatorId, plan: planId } = IDS;
      const shares = [shareOf({ creatorId, planId, campaignId: IDS.campaign })];
      await putConversion({ id: conversion, definitionId, storeId, shares, earns: [earned({ creatorId, planId })] });
    },
    fields: Object.keys(conversionReview.unwrap().shape),
    kinds: { reason: ["string"] },
  })),
  {
    path: `/reconciliations/${IDS.reconciliation}/apply`,
    valid: { classes: ["matched"] },
    full: { classes: ["matched"], rows: [1], confirmUnmatched: true },
    status: 202,
    prepare: async () => {
      await insertWorld();
      await env.DB.batch([
        env.DB.prepare(
          `INSERT INTO reconciliations (id, store_id, status, dry_run, preset, format, bytes, rows, classified_to,
             selected, applied, actor, created_at, updated_at)
           VALUES (?1, ?2, 'ready', 0, 'generic', 'csv', 9, 1, 1, 0, 0, 'bootstrap', 0, 0)`,
        ).bind(IDS.reconciliation, IDS.store),
        // Worked off before: nothing is left to be done behind the answer.
        env.DB.prepare(
          `INSERT INTO reconciliation_rows (reconciliation_id, n, class, selected_at, applied_at, outcome)
           VALUES (?1, 1, 'matched', 0, 0, 'recorded')`,
        ).bind(IDS.reconciliation),
      ]);
    },
    fields: Object.keys(reconciliationApply.shape),
    kinds: {
      classes: ["array"],
      "classes.0": ["string"],
      rows: ["array"],
      "rows.0": ["number"],
      confirmUnmatched: ["boolean"],
    },
  },
  {
    path: "/periods",
    valid: { storeId: IDS.store, to: "2026-01-01T00:00:00Z" },
    prepare: insertWorld,
    fields: Object.keys(newPeriod.shape),
    kinds: { storeId: ["string"], to: ["string"], note: ["string", "null"] },
  },
  {
    path: "/channel-costs",
    valid: { storeId: IDS.store, channel: "tv", from: "2026-11-01", to: "2026-11-30", amount: 100 },
    full: {
      storeId: IDS.store,
      channel: "tv",
      from: "2026-11-01",
      to: "2026-11-30",
      amount: "1.5",
      currency: "EUR",
      note: "a",
    },
    takes: { amount: AMOUNT },
    prepare: insertWorld,
    fields: Object.keys(newCost.shape),
    kinds: {
      storeId: ["string"],
      channel: ["string"],
      from: ["string"],
      to: ["string"],
      amount: ["number", "string"],
      currency: ["string"],
      note: ["string", "null"],
    },
  },
  {
    path: `/periods/${IDS.period}/lock`,
    valid: {},
    status: 200,
    prepare: async () => {
      await insertWorld();
      await putPeriod({ id: IDS.period, storeId: IDS.store, toAt: 1 });
    },
    fields: Object.keys(periodLock.unwrap().shape),
    kinds: { note: ["string", "null"] },
  },
  ...(["approve", "reject"] as const).map((action): Resource => ({
    path: `/campaigns/${IDS.campaign}/creators/${IDS.creator}/${action}`,
    valid: {},
    full: { reason: "Agreed by phone" },
    status: 200,
    prepare: async () => {
      await insertWorld();
      await insertMember(IDS.campaign, IDS.creator, "applied");
    },
    fields: Object.keys(memberDecision.unwrap().shape),
    kinds: { reason: ["string"] },
  })),
  {
    method: "PUT",
    path: `/creators/${IDS.creator}/payout-details`,
    valid: { method: "sepa", accountHolder: "Lea Martin", iban: "DE89370400440532013000" },
    full: {
      method: "sepa",
      accountHolder: "Lea Martin",
      iban: "DE89370400440532013000",
      bic: "COBADEFF",
      country: "DE",
      email: "lea@creator.example",
      note: "By letter",
      reference: "K-1",
    },
    status: 200,
    prepare: insertWorld,
    fields: Object.keys(payoutDetailsBody.shape),
    kinds: {
      method: ["string"],
      accountHolder: ["string"],
      iban: ["string", "null"],
      bic: ["string", "null"],
      country: ["string", "null"],
      email: ["string", "null"],
      note: ["string", "null"],
      reference: ["string", "null"],
    },
  },
  {
    method: "PUT",
    path: `/stores/${IDS.store}/payer`,
    valid: { name: "Linen", iban: "DE89370400440532013000" },
    full: { name: "Linen", iban: "DE89370400440532013000", bic: "COBADEFF" },
    status: 200,
    prepare: insertWorld,
    fields: Object.keys(payerBody.shape),
    kinds: { name: ["string"], iban: ["string"], bic: ["string", "null"] },
  },
  {
    path: "/creators/portal-links",
    valid: { creatorIds: [IDS.creator] },
    full: { creatorIds: [IDS.creator], label: "By e-mail", expiresInDays: 30, replace: true },
    status: 200,
    fields: Object.keys(newPortalLinks.shape).filter((field) => field !== "campaignId"),
    kinds: {
      creatorIds: ["array"],
      "creatorIds.0": ["string"],
      label: ["string", "null"],
      expiresInDays: ["number", "null"],
      replace: ["boolean"],
    },
  },
  {
    path: `/creators/${IDS.creator}/portal-links`,
    valid: {},
    prepare: insertWorld,
    fields: Object.keys(newPortalLink.unwrap().shape),
    kinds: { label: ["string", "null"], expiresInDays: ["number", "null"] },
  },
  {
    path: `/stores/${IDS.store}/call-settings`,
    method: "PUT",
    valid: {},
    full: { qualifiedSeconds: 45, announcement: "Calls are recorded." },
    status: 200,
    prepare: insertWorld,
    takes: { qualifiedSeconds: ["zero"] },
    fields: Object.keys(callSettingsBody.shape),
    kinds: { qualifiedSeconds: ["number"], announcement: ["string", "null"] },
  },
  {
    path: `/stores/${IDS.store}/carriers/twilio`,
    method: "PUT",
    valid: { authToken: "0123456789abcdef0123456789abcdef" },
    full: { authToken: "0123456789abcdef0123456789abcdef", publicUrl: "https://phone.brand.example/in" },
    status: 200,
    prepare: insertWorld,
    fields: Object.keys(CARRIER_BODIES.twilio.in.shape),
    kinds: { authToken: ["string"], publicUrl: ["string", "null"] },
  },
  {
    path: `/stores/${IDS.store}/carriers/telnyx`,
    method: "PUT",
    valid: { publicKey: btoa("k".repeat(32)) },
    status: 200,
    prepare: insertWorld,
    fields: Object.keys(CARRIER_BODIES.telnyx.in.shape),
    kinds: { publicKey: ["string"] },
  },
  {
    path: `/stores/${IDS.store}/carriers/callrail`,
    method: "PUT",
    valid: { signingKey: "0123456789abcdef0123456789abcdef" },
    status: 200,
    prepare: insertWorld,
    fields: Object.keys(CARRIER_BODIES.callrail.in.shape),
    kinds: { signingKey: ["string"] },
  },
  {
    path: "/rollups/rebuild",
    valid: {},
    full: { storeId: IDS.store, reason: "Days were missing." },
    status: 202,
    prepare: async () => {
      await insertWorld();
      await env.DB.prepare(
        "CREATE TRIGGER done AFTER INSERT ON rollup_rebuilds BEGIN DELETE FROM rollup_rebuilds; END",
      ).run();
    },
    fields: Object.keys(rebuildRequest.unwrap().shape),
    kinds: { storeId: ["string"], reason: ["string"] },
  },
  { path: "/payouts", ...PAYOUT },
  { path: "/payouts/preview", status: 200, ...PAYOUT },
  {
    path: `/payouts/${IDS.payout}/pay`,
    valid: {},
    status: 200,
    prepare: async () => {
      await insertWorld();
      await putPayout({ id: IDS.payout, storeId: IDS.store });
    },
    fields: Object.keys(payoutPayment.unwrap().shape),
    kinds: { reference: ["string"] },
  },
  ...(["cancel", "reverse"] as const).map((action): Resource => ({
    path: `/payouts/${IDS.payout}/${action}`,
    valid: { reason: "A mistake" },
    status: 200,
    prepare: async () => {
      await insertWorld();
      await putPayout({ id: IDS.payout, storeId: IDS.store, status: action === "cancel" ? "draft" : "paid" });
    },
    fields: Object.keys(payoutClosing.shape),
    kinds: { reason: ["string"] },
  })),
  {
    path: `/payout-detail-proposals/${IDS.detailProposal}/refuse`,
    valid: { reason: "Not the creator" },
    status: 200,
    prepare: async () => {
      await insertWorld();
      await env.DB.prepare(
        `INSERT INTO payout_detail_proposals (id, creator_id, token_id, state, method, sealed, base_version, created_at)
         VALUES (?1, ?2, '', 'open', 'sepa', '', 0, 0)`,
      )
        .bind(IDS.detailProposal, IDS.creator)
        .run();
    },
    fields: Object.keys(proposalRefusal.shape),
    kinds: { reason: ["string"] },
  },
  {
    path: "/attribution/simulate",
    valid: { storeId: IDS.store, policy: {} },
    status: 200,
    prepare: insertWorld,
    fields: Object.keys(simulationRequest.shape),
    kinds: {
      storeId: ["string"],
      policy: ["object"],
      "policy.model": ["string"],
      "policy.windowDays": ["number"],
      "policy.codePriority": ["boolean"],
      from: ["string"],
      to: ["string"],
      limit: ["number"],
      cursor: ["string"],
    },
  },
  {
    path: "/ledger",
    valid: { type: "bonus", creatorId: IDS.creator, storeId: IDS.store, amount: 25, currency: "EUR", reason: "Agreed" },
    full: {
      type: "bonus",
      creatorId: IDS.creator,
      storeId: IDS.store,
      amount: 25,
      currency: "EUR",
      reason: "Agreed",
      reportRows: { from: "2026-11-20", to: "2026-11-21", sourceId: IDS.source, again: true },
    },
    prepare: insertReported,
    takes: { amount: ["a fraction", "a negative number", "a number as text"] },
    fields: Object.keys(newBonus.shape),
    kinds: {
      type: ["string"],
      creatorId: ["string"],
      storeId: ["string"],
      amount: ["string", "number"],
      currency: ["string"],
      reason: ["string"],
      orderId: ["string"],
      reportRows: ["object"],
      "reportRows.from": ["string"],
      "reportRows.to": ["string"],
      "reportRows.sourceId": ["string"],
      "reportRows.again": ["boolean"],
    },
  },
  {
    path: `/stores/${IDS.store}/analytics-export`,
    method: "PUT",
    valid: { format: "ndjson", endpoint: "https://collect.example.com/in" },
    full: {
      format: "ndjson",
      endpoint: "https://collect.example.com/in",
      secrets: { token: "secret" },
      enabled: false,
    },
    status: 200,
    prepare: insertWorld,
    fields: Object.keys(analyticsExportRequest.shape),
    kinds: {
      format: ["string"],
      endpoint: ["string"],
      secrets: ["object"],
      "secrets.token": ["string"],
      enabled: ["boolean"],
    },
  },
  {
    path: `/stores/${IDS.store}/attribution-tags/${IDS.creator}`,
    method: "PUT",
    valid: { tag: "maas=maas_adg_api_1_static_2" },
    full: { tag: "maas=maas_adg_api_1_static_2", matches: [{ by: "adGroup", value: "Lea" }] },
    status: 200,
    prepare: insertAmazon,
    fields: Object.keys(tagBody.shape),
    kinds: {
      tag: ["string"],
      matches: ["array"],
      "matches.0": ["object"],
      "matches.0.by": ["string"],
      "matches.0.value": ["string"],
    },
  },
  {
    path: "/exchange-rates",
    valid: { rates: [{ from: "USD", to: "EUR", date: "2026-11-20", rate: "0.9223", source: "ECB" }] },
    status: 200,
    takes: { "rates.0.rate": ["a fraction", "a number as text"] },
    fields: Object.keys(newRates.shape),
    kinds: {
      rates: ["array"],
      "rates.0": ["object"],
      "rates.0.from": ["string"],
      "rates.0.to": ["string"],
      "rates.0.date": ["string"],
      "rates.0.rate": ["string", "number"],
      "rates.0.source": ["string"],
    },
  },
  {
    path: "/webhook-endpoints",
    valid: { url: "https://hooks.example.com/" },
    full: { url: "https://hooks.example.com/", storeId: IDS.store, types: ["payout.paid"] },
    prepare: insertWorld,
    fields: Object.keys(newEndpoint.shape),
    kinds: {
      url: ["string"],
      storeId: ["string", "null"],
      types: ["array", "null"],
      "types.0": ["string"],
      description: ["string", "null"],
    },
  },
  {
    path: `/webhook-endpoints/${IDS.endpoint}/replay`,
    valid: {},
    status: 202,
    prepare: insertEndpoint,
    fields: Object.keys(replayRequest.shape),
    kinds: { from: ["string"], to: ["string"], status: ["string"] },
  },
  {
    path: "/click-log/packing",
    valid: { direction: "packed" },
    status: 200,
    fields: Object.keys(packingRequest.shape),
    kinds: { direction: ["string"] },
  },
  {
    path: "/click-log/layouts",
    valid: { databases: 0 },
    full: { databases: 0, sinceDay: "2100-01-01" },
    status: 200,
    takes: { databases: ["zero"] },
    fields: Object.keys(layoutRequest.shape),
    kinds: { databases: ["number"], sinceDay: ["string"] },
  },
  {
    path: "/blocked-hosts",
    valid: { host: "phish.example", reason: "phishing" },
    fields: Object.keys(newBlockedHost.shape),
    kinds: { host: ["string"], scope: ["string"], reason: ["string"] },
  },
  {
    path: "/links/lnk_0000000000000zzz/simulate",
    valid: {},
    status: 200,
    prepare: () => insertLink({ id: "lnk_0000000000000zzz" }),
    takes: {
      userAgent: ANY_TEXT,
      acceptLanguage: ANY_TEXT,
      query: ANY_TEXT,
      purpose: ANY_TEXT,
      fetchDest: ANY_TEXT,
      cookie: ANY_TEXT,
      draw: ["a fraction", "zero"],
    },
    fields: Object.keys(visitorSchema.shape),
    kinds: {
      country: ["string", "null"],
      region: ["string", "null"],
      userAgent: ["string"],
      acceptLanguage: ["string", "null"],
      at: ["string"],
      draw: ["number"],
      query: ["string"],
      method: ["string"],
      purpose: ["string", "null"],
      fetchDest: ["string", "null"],
      gpc: ["boolean"],
      dnt: ["boolean"],
      cookie: ["string", "null"],
    },
  },
];

/** A body with one value, however deep in it, replaced. */
function bodyWith(body: Record<string, unknown>, path: string, value: unknown): Record<string, unknown> {
  const whole = structuredClone(body);
  const keys = path.split(".");
  let place: Record<string, unknown> = whole;
  for (const [index, key] of keys.slice(0, -1).entries()) {
    place[key] ??= keys[index + 1] === "0" ? [] : {};
    place = place[key] as Record<string, unknown>;
  }
  place[keys.at(-1) ?? ""] = value;
  return whole;
}

/** The values that a place of these kinds must refuse, by what is wrong with them. */
function badValues(kinds: readonly Kind[]): [string, unknown][] {
  const wrong = Object.entries(SAMPLES).filter(([kind]) => !kinds.some((taken) => taken === kind));
  const texts = kinds.includes("string") ? Object.entries(BAD_TEXTS) : [];
  const numbers = kinds.includes("number") ? Object.entries(BAD_NUMBERS) : [];
  return [...wrong, ...texts, ...numbers];
}

/** What validators say by themselves: for whoever wrote the schema, not for whoever sent the value. */
const RAW =
  /invalid|expected|received|unrecogni[sz]ed|discriminator|too (?:small|big)|\bpattern\b|\bregex|\bNaN\b|\bstring\b|undefined|[<>]=?\d/i;

/** G-28: expects words that follow the name of a field: `must be …`, `is missing`. */
function expectWords(message: string, what: string): void {
  // The names of fields are their own.
  expect(message.replace(/; there are [\w, ]+$/, ""), what).not.toMatch(RAW);
  expect(message, what).toMatch(
    /^(?:must|is|has|can't|needs|names|at|leads|codes|[\w .:-]+ (?:can't|has|have|is|are|must)) /,
  );
  expect(message.length, what).toBeLessThan(500);
}

function expectRefused(answer: ApiAnswer, path: string, what: string): void {
  expect(answer.status, `${path}: ${what} gave ${JSON.stringify(answer.body)?.slice(0, 500)}`).toBe(422);
  const problem = problemOf(answer);
  expect(problem.code).toBe("validation_failed");
  expect(problem.errors?.length, what).toBeGreaterThan(0);
  for (const error of problem.errors ?? []) {
    expect(error.path === path || error.path.startsWith(`${path}.`), `${what}: blamed ${error.path}`).toBe(true);
    expectWords(error.message, `${path}: ${what}`);
  }
}

describe.each(
  RESOURCES.map((resource) => ({
    method: "POST",
    ...resource,
    title: resource.form === undefined ? resource.path : `${resource.path} ${resource.form}`,
  })),
)("$method $title", (resource) => {
  const {
    path,
    method,
    valid,
    full = valid,
    status = 201,
    prepare,
    takes = {},
    unique,
    open = [],
    fields,
    kinds,
  } = resource;
  const objects = Object.keys(kinds).filter((place) => kinds[place]?.includes("object") === true);

  test.each(
    full === valid
      ? [["at its least", valid]]
      : [
          ["at its least", valid],
          ["in full", full],
        ],
  )("is accepted as the table has it %s", async (_what, body) => {
    await prepare?.();
    const answer = await api(method, path, body);
    expect(answer.status, JSON.stringify(answer.body)).toBe(status);
  });

  test("has each of its fields in the table", () => {
    const named = new Set(Object.keys(kinds).map((place) => place.split(".")[0]));
    expect(named).toEqual(new Set(fields));
  });

  const places = Object.entries(kinds);
  const refused = places.filter(([place]) => takes[place] === undefined);

  test("refuses a bad field and names it", async () => {
    await prepare?.();
    for (const [place, taken] of refused) {
      for (const [what, value] of badValues(taken)) {
        expectRefused(await api(method, path, bodyWith(full, place, value)), place, what);
      }
    }
  });

  test.each(places.filter((entry) => !refused.includes(entry)))(
    "refuses a bad %s and names it",
    async (place, taken) => {
      await prepare?.();
      for (const [what, value] of badValues(taken)) {
        const body = bodyWith(full, place, value);
        if (takes[place]?.includes(what) === true) {
          const fresh = unique === undefined ? body : bodyWith(body, unique, what);
          expect((await api(method, path, fresh)).status, what).toBe(status);
        } else expectRefused(await api(method, path, body), place, what);
      }
    },
  );

  test("can't do without any field of its least", async () => {
    for (const field of Object.keys(valid)) {
      const { [field]: _left, ...rest } = valid;
      expectRefused(await api(method, path, rest), field, "its absence");
    }
  });

  test("refuses a field that it doesn't know and names it", async () => {
    expectRefused(await api(method, path, { ...valid, colour: "red" }), "colour", "an unknown field");
  });

  test("refuses a field that an object in it doesn't know and names it", async () => {
    await prepare?.();
    for (const place of objects.filter((one) => !open.includes(one))) {
      const answer = await api(method, path, bodyWith(full, `${place}.colour`, "red"));
      expectRefused(answer, `${place}.colour`, "an unknown field");
    }
  });
});

/** Bodies that aren't in the table, and why. */
const NOT_IN_TABLE: Readonly<Record<string, string>> = {
  "/archives/restore": "a name that is looked up as it is: one that no archive has is 404",
  "/clicks/restore": "entries as the Worker itself wrote them, which are taken or refused as they stand",
  "/conversion-definitions/{id}/activate":
    "its confirmation alone, without which it is refused with the count (see conversions/past/backfill.worker.test.ts)",
  "/conversion-definitions/{id}/backfill":
    "without its confirmation it is refused with the count (see conversions/past/backfill.worker.test.ts)",
  "/conversion-definitions/delete":
    "without its confirmation it is refused with the counts (see conversions/definition/definition-deletion.worker.test.ts)",
  "/stores/{id}/attribution-reports": "a file: see shops/amazon/amazon-reports.worker.test.ts",
  "/stores/{id}/attribution-tags": "a file: see shops/amazon/amazon-tags.worker.test.ts",
  "/reconciliations":
    "a file of a shop, row by row: one that can't be read is kept with its fault, and refuses no other (see reconcile-read.test.ts)",
  "/stores/{id}/connection/sync":
    "a time, of a store that has to be connected (see sales/shop/webhooks.worker.test.ts)",
};

test("every POST body of the API is in the table, unless a reason is given", async () => {
  const response = await exports.default.fetch("https://go.brand.example/openapi.json");
  const { paths } = await response.json<{ paths: Record<string, { post?: { requestBody?: unknown } }> }>();
  const withBody = Object.entries(paths)
    .filter(([, { post }]) => post?.requestBody !== undefined)
    .map(([path]) => path.replace("/api/v1", ""));
  expect(withBody.length).toBeGreaterThan(15);
  const missing = withBody.filter((template) => {
    const pattern = new RegExp(`^${template.replaceAll(/\{\w+\}/g, "[a-z]{3}_[0-9a-z]{16}")}$`);
    return !RESOURCES.some(({ path }) => pattern.test(path));
  });
  expect(missing.toSorted()).toEqual(Object.keys(NOT_IN_TABLE).toSorted());
});
