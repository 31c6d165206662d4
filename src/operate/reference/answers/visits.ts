import type { ToldBy } from "./tell.ts";
import { BEGAN, DAYS, euros, id, NOW } from "./world.ts";

const STEPS = [
  { name: "cart", page: "/cart" },
  { name: "payment", page: "/checkout/**" },
];

const CART = { items: 2, value: euros(13_200), source: "paid Google" };

/** What visitors do on pages. */
export const VISITS_ANSWERS: ToldBy = {
  ListedTaggingPlan: {
    name: "Shop",
    status: "active",
    pages: { engagement: true, scroll: true, aliases: [] },
    rules: [
      {
        id: "size-guide",
        kind: "click",
        selector: "#size-guide",
        page: null,
        event: "size_guide",
        label: null,
        extensions: [],
      },
    ],
    checkout: { steps: STEPS, abandonedAfterMinutes: 30 },
    visitMinutes: 30,
    activatedAt: BEGAN,
  },
  TaggingPlan: {
    snippet: {
      bytes: 10_214,
      gzipBytes: 4487,
      parts: [
        {
          name: "core",
          gzipBytes: 2609,
          because: "Click ids, orders, events and consent: every page with a plan has it, with what the plan says",
        },
        {
          name: "visit",
          gzipBytes: 1227,
          because: "Visits and their pages, time on them, how far they are seen: under any plan",
        },
        { name: "rules", gzipBytes: 436, because: "rules: size-guide" },
        { name: "checkout", gzipBytes: 171, because: "checkout.steps: cart, payment; and carts" },
        {
          name: "banner",
          gzipBytes: 44,
          because: "How many answer the banner: under any plan, so that figures say what share they are of",
        },
      ],
    },
  },
  "POST /tagging-plans": { status: "draft", activatedAt: null },
  "PATCH /tagging-plans/{id}": { status: "draft", activatedAt: null },
  "POST /tagging-plans/{id}/activate": { activatedAt: NOW },
  "POST /tagging-plans/{id}/retire": { status: "retired", retiredAt: NOW },
  "POST /tagging-plans/{id}/copy": {
    id: "tgp_06c4v8e5m1k2n3p5",
    status: "draft",
    activatedAt: null,
    copiedFrom: id("tgp"),
  },
  TaggingPlanPreview: {
    url: `https://linen.example/tea?wm_preview=${id("tgp")}.1.tpcn3c.a28Z50kbx_9QANm8qH7IxiBtopeDoKuVCmpl61fBSmE`,
    expiresAt: "2026-11-21T10:00:00.000Z",
  },
  VisitQuality: {
    plan: { name: "Shop", version: 1 },
    days: 7,
    data: [
      {
        kind: "click",
        rule: "size-guide",
        event: "size_guide",
        seen: 131,
        valid: 124,
        refused: { unplanned: 0, no_consent: 3, missing: 0, malformed: 0 },
        duplicates: 2,
        implausible: 0,
        bots: 2,
        firstAt: BEGAN,
        lastAt: "2026-11-21T08:57:12.000Z",
      },
    ],
  },
  Cart: {
    ...CART,
    state: "abandoned",
    beganAt: "2026-11-18T18:33:00.000Z",
    silentSince: "2026-11-18T18:40:00.000Z",
    abandonedAt: "2026-11-18T19:10:00.000Z",
    steps: [{ name: "cart", at: "2026-11-18T18:33:00.000Z" }],
  },
  Abandoner: { ...CART, abandonedAt: "2026-11-18T19:10:00.000Z", step: "cart" },
  HeatMap: {
    views: 412,
    cells: [{ column: 12, row: 8, count: 37 }],
    rage: [],
    elements: [{ rule: "size-guide", column: 50, row: 40, count: 24 }],
    scroll: [{ px: 800, views: 301 }],
    outline: {
      width: 390,
      height: 4200,
      elements: [{ rule: "size-guide", left: 24, top: 960, width: 342, height: 44 }],
    },
    range: DAYS,
  },
};
