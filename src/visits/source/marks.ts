import type { SourceKind } from "../../ground/model/visit.ts";

/** What a query parameter stands for that a network adds to links by itself. */
export interface ClickIdSource {
  name: string;
  /** `paid`: it adds it to advertisements alone, so that it decides before all else. */
  kind: Extract<SourceKind, "paid" | "social" | "email" | "search">;
}

/** By the parameter's name, in lower case. */
export const CLICK_IDS: Readonly<Record<string, ClickIdSource>> = {
  gclid: { name: "Google", kind: "paid" },
  gbraid: { name: "Google", kind: "paid" },
  wbraid: { name: "Google", kind: "paid" },
  gclsrc: { name: "Google", kind: "paid" },
  gad_source: { name: "Google", kind: "paid" },
  gad_campaignid: { name: "Google", kind: "paid" },
  dclid: { name: "Google", kind: "paid" },
  msclkid: { name: "Bing", kind: "paid" },
  ttclid: { name: "TikTok", kind: "paid" },
  twclid: { name: "X", kind: "paid" },
  li_fat_id: { name: "LinkedIn", kind: "paid" },
  rdt_cid: { name: "Reddit", kind: "paid" },
  sccid: { name: "Snapchat", kind: "paid" },
  epik: { name: "Pinterest", kind: "paid" },
  yclid: { name: "Yandex", kind: "paid" },
  ysclid: { name: "Yandex", kind: "search" },
  qclid: { name: "Quora", kind: "paid" },
  tblci: { name: "Taboola", kind: "paid" },
  dicbo: { name: "Outbrain", kind: "paid" },
  obclid: { name: "Outbrain", kind: "paid" },
  vmcid: { name: "Yahoo", kind: "paid" },
  cto_pld: { name: "Criteo", kind: "paid" },
  // Those of everybody's links, whoever put them there: they tell where, and nothing of money.
  fbclid: { name: "Facebook", kind: "social" },
  igshid: { name: "Instagram", kind: "social" },
  igsh: { name: "Instagram", kind: "social" },
  srsltid: { name: "Google", kind: "search" },
  mc_cid: { name: "Mailchimp", kind: "email" },
  mc_eid: { name: "Mailchimp", kind: "email" },
  _kx: { name: "Klaviyo", kind: "email" },
  _hsenc: { name: "HubSpot", kind: "email" },
};

/** What a `utm_medium` says, in lower case and with `-` for blanks and underscores. */
export const MEDIA: Readonly<Record<string, Extract<SourceKind, "paid" | "social" | "email" | "search" | "referral">>> =
  {
    cpc: "paid",
    ppc: "paid",
    cpm: "paid",
    cpv: "paid",
    cpa: "paid",
    paid: "paid",
    ads: "paid",
    ad: "paid",
    sem: "paid",
    "paid-search": "paid",
    paidsearch: "paid",
    "paid-social": "paid",
    paidsocial: "paid",
    "paid-video": "paid",
    "paid-shopping": "paid",
    display: "paid",
    banner: "paid",
    retargeting: "paid",
    remarketing: "paid",
    programmatic: "paid",
    social: "social",
    "social-media": "social",
    socialmedia: "social",
    "social-network": "social",
    "organic-social": "social",
    sm: "social",
    sns: "social",
    email: "email",
    "e-mail": "email",
    mail: "email",
    mailing: "email",
    newsletter: "email",
    edm: "email",
    organic: "search",
    search: "search",
    "organic-search": "search",
    seo: "search",
    referral: "referral",
    referrer: "referral",
    affiliate: "referral",
    affiliates: "referral",
    partner: "referral",
    influencer: "referral",
    link: "referral",
  };
