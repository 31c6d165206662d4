import type { ToldBy } from "./tell.ts";
import { BEGAN, euros, id, NOW } from "./world.ts";

const CALLED_AT = "2026-11-20T14:51:00.000Z";
const HUNG_UP_AT = "2026-11-20T14:55:56.000Z";

/** Calls, their numbers and what channels cost. */
export const CALLS_ANSWERS: ToldBy = {
  PhoneNumber: {
    label: "Poster, Berlin",
    kind: "static",
    binding: { channel: "outdoor", creatorId: null, campaignId: null, linkId: null, offline: true, since: BEGAN },
    poolId: null,
    rental: { state: "none" },
  },
  "POST /phone-numbers": { binding: { since: NOW } },
  "POST /phone-numbers/{id}/bind": {
    binding: { channel: "tv", creatorId: id("crt"), campaignId: id("cmp"), offline: false, since: NOW },
  },
  "POST /phone-numbers/{id}/unbind": { binding: null },
  PhoneNumberImportResult: {
    created: 1,
    refused: 0,
    results: [{ line: 2, status: 201, number: "+49301234567", id: id("num") }],
  },
  NumberBinding: {
    channel: "outdoor",
    creatorId: null,
    campaignId: null,
    linkId: null,
    offline: true,
    poolId: null,
    from: BEGAN,
    calls: 4,
  },
  ListedNumberPool: {
    name: "Website",
    target: "+49307654321",
    leaseMinutes: 5,
    quarantineMinutes: 30,
    channel: "website",
  },
  "POST /number-pools": { numberIds: [] },
  NumberPoolUtilisation: {
    numbers: 1,
    notRented: 0,
    out: 0,
    quarantined: 0,
    free: 1,
    peak24h: 1,
    asked24h: 46,
    cases: { kept: 31, leased: 12, static_full: 0, own_full: 0, static: 3, own: 0, bot: 0 },
    need: { visitorsAnHour: 2, minutesAVisit: 4.5, numbers: 1 },
    verdict: "enough",
  },
  CarrierConnection: {
    account: "AC0123456789abcdef0123456789abcdef",
    webhookUrl: `https://go.brand.com/webhooks/twilio/${id("str")}`,
    lastAt: HUNG_UP_AT,
  },
  Call: {
    externalId: "CA00000000000000000000000000000007",
    status: "completed",
    startedAt: CALLED_AT,
    answeredAt: "2026-11-20T14:51:05.000Z",
    endedAt: HUNG_UP_AT,
    durationSeconds: 296,
    talkSeconds: 291,
    qualified: true,
    callerCall: 1,
    callerCountry: "DE",
    match: "static",
    reason: "The number stood for outdoor then.",
    poolId: null,
    source: { channel: "outdoor", name: "", creatorId: null, campaignId: null, linkId: null },
    contactId: null,
    customerTrust: null,
    tags: [],
    createdAt: "2026-11-20T14:51:01.000Z",
    updatedAt: HUNG_UP_AT,
  },
  CallEvent: {
    externalId: "CA00000000000000000000000000000007",
    receivedAt: HUNG_UP_AT,
    verdict: "used",
    reason: null,
    body: {
      CallSid: "CA00000000000000000000000000000007",
      CallStatus: "completed",
      CallDuration: "296",
      Direction: "inbound",
      To: "+49301234567",
    },
  },
  CallSettings: { qualifiedSeconds: 30 },
  Deal: {
    orderExternalId: "1002",
    amount: euros(24_000),
    placedAt: HUNG_UP_AT,
    createdAt: NOW,
  },
  EnteredDeal: { warnings: [] },
  ChannelCost: { channel: "tv", from: "2026-11-01", to: "2026-11-30", amount: euros(120_000), note: null },
};
