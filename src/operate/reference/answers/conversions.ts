import { TEMPLATES } from "../../../conversions/definition/templates.ts";
import type { ToldBy } from "./tell.ts";
import { BEGAN, euros, id, NOW, WHOLE } from "./world.ts";

const TRIGGER = {
  type: "event",
  event: "newsletter_signup",
  where: [{ property: "plan", is: "equals", value: "weekly" }],
};

const SUMMARY = "The event “newsletter_signup”, where plan is “weekly”";

/** When a visitor subscribed to the newsletter. */
const SUBSCRIBED_AT = "2026-11-20T18:35:40.000Z";

/** Conversions, and the contacts who convert. */
export const CONVERSIONS_ANSWERS: ToldBy = {
  ConversionDefinition: {
    name: "Newsletter",
    status: "active",
    triggers: [TRIGGER],
    summary: [SUMMARY],
    value: { mode: "static", amount: euros(250) },
    limit: { times: 1, windowDays: null },
    effectiveFrom: BEGAN,
    activatedAt: BEGAN,
  },
  ListedConversionDefinition: { last30Days: { conversions: 8, converters: 8, valueMinor: 2000, notToldApart: 0 } },
  "POST /conversion-definitions": { status: "draft", effectiveFrom: null, activatedAt: null },
  "PATCH /conversion-definitions/{id}": { status: "draft", effectiveFrom: null, activatedAt: null },
  "POST /conversion-definitions/{id}/activate": { effectiveFrom: NOW, activatedAt: NOW },
  "POST /conversion-definitions/{id}/copy": {
    id: "cdf_06c4v8e5m1k2n3p5",
    key: "newsletter-2",
    status: "draft",
    effectiveFrom: null,
    activatedAt: null,
    copiedFrom: id("cdf"),
  },
  "POST /conversion-definitions/{id}/archive": { status: "archived", archivedAt: NOW },
  WholeConversionDefinition: {
    usedBy: { definitions: [], plans: [{ id: id("pln"), rate: euros(500) }] },
  },
  ConversionDefinitionUses: {
    data: [{ id: id("cdf"), name: "Newsletter", status: "active" }],
  },
  ConversionDefinitionsDeleted: { conversions: 8, converters: 8, earned: 0 },
  ConversionPreview: {
    from: "2026-10-22T09:00:00.000Z",
    to: NOW,
    looked: { events: 214, orders: 0, conversions: 0, contacts: 0 },
    met: 9,
    counted: 8,
    converters: 8,
    notToldApart: 0,
    byTrigger: [{ index: 0, type: "event", summary: SUMMARY, met: 9, note: null }],
    value: euros(2000),
    valueless: 0,
    samples: [
      {
        time: SUBSCRIBED_AT,
        trigger: 0,
        kind: "track",
        name: "newsletter_signup",
        page: null,
        contactId: id("con"),
        trust: "confirmed",
        value: euros(250),
      },
    ],
  },
  ConversionSnippet: {
    html: '<script async src="https://go.brand.com/t/ast.js?s=linen"></script>\n<script>\nwindow.wm=window.wm||function(){(wm.q=wm.q||[]).push(arguments)};\nwm("conversion", "newsletter");\n</script>',
    js: 'window.wm=window.wm||function(){(wm.q=wm.q||[]).push(arguments)};\nwm("conversion", "newsletter");',
    listening: true,
  },
  Backfill: {
    state: "done",
    from: "2026-09-01T00:00:00.000Z",
    to: BEGAN,
    expected: 9,
    seen: 9,
    made: 8,
    startedAt: NOW,
    updatedAt: "2026-11-21T09:01:00.000Z",
  },
  "POST /conversion-definitions/{id}/backfill": { state: "running", seen: 0, made: 0, to: NOW, updatedAt: NOW },
  Conversion: {
    trigger: "event",
    trust: "confirmed",
    time: SUBSCRIBED_AT,
    confirmedAt: SUBSCRIBED_AT,
    uncountedReason: null,
    value: euros(250),
    valueNote: null,
    orderId: null,
    causeId: null,
    page: null,
    attribution: { codeId: null, shares: [{ weight: WHOLE, amount: euros(250) }] },
    commission: { state: "pending", dueAt: "2026-12-04T18:35:40.000Z" },
    createdAt: SUBSCRIBED_AT,
    updatedAt: SUBSCRIBED_AT,
  },
  ConversionDetail: {
    evidence: { event: "e:newsletter-13", triggerIndex: 0, triggerWords: SUMMARY },
    explanation: {
      decision: "Nora Lind's link was clicked 4 minutes before the order, the only click in the window of 30 days.",
      window: { from: "2026-10-21T18:35:40.000Z", to: "2026-11-20T18:45:40.000Z" },
      candidates: [{ reason: "Nora Lind's link was clicked 4 minutes before the order. It decides." }],
    },
  },
  "POST /conversion-definitions/{id}/conversions": {
    trigger: "manual",
    origin: "manual",
    time: NOW,
    confirmedAt: NOW,
    attribution: { shares: [{ amount: euros(1250) }] },
    commission: { dueAt: "2026-12-05T09:00:00.000Z" },
    createdAt: NOW,
    updatedAt: NOW,
  },
  ConversionTemplate: TEMPLATES["sign-up"],

  Contact: { fields: { plan: "weekly" }, trust: "confirmed", createdAt: SUBSCRIBED_AT, updatedAt: SUBSCRIBED_AT },
  ContactDetail: {
    visitors: 1,
    events: 6,
    conversions: 1,
    orders: { count: 1, totals: [euros(12_390)] },
    firstSeenAt: "2026-11-20T18:31:02.000Z",
    lastSeenAt: "2026-11-20T18:42:10.000Z",
  },
  ContactEvent: { time: SUBSCRIBED_AT, kind: "track", name: "newsletter_signup", page: null },
  SegmentLag: {
    waiting: 0,
    sweep: {
      startedAt: "2026-11-21T03:00:00.000Z",
      finishedAt: "2026-11-21T03:00:04.000Z",
      nextAt: "2026-11-22T03:00:00.000Z",
      met: 12,
      progress: 1,
    },
  },
};
