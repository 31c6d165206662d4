import { ID_BYTES, idOf, LINK_PREFIX } from "./id-text.ts";

/** The kinds of id, by what they name. */
export const ID_PREFIXES = {
  store: "str_",
  domain: "dom_",
  creator: "crt_",
  link: LINK_PREFIX,
  campaign: "cmp_",
  plan: "pln_",
  code: "cod_",
  order: "ord_",
  inbox: "inb_",
  ledger: "led_",
  period: "per_",
  payout: "pay_",
  detailProposal: "pdp_",
  reconciliation: "rec_",
  endpoint: "whk_",
  portalToken: "ptk_",
  apiKey: "key_",
  session: "ses_",
  audit: "aud_",
  deadLetter: "ded_",
  blockedHost: "blk_",
  abuseReport: "abu_",
  report: "atr_",
  source: "ats_",
  alarm: "alm_",
  definition: "cdf_",
  conversion: "cvn_",
  contact: "con_",
  taggingPlan: "tgp_",
  phoneNumber: "num_",
  numberPool: "npl_",
  call: "cal_",
  callEvent: "cev_",
  channelCost: "cst_",
} as const;

/** One of the keys of {@link ID_PREFIXES}. */
export type IdKind = keyof typeof ID_PREFIXES;

/** Makes a new id of a kind; given to use cases so that pure rules draw nothing themselves. */
export type NewId = (kind: IdKind) => string;

/**
 * A source of new ids. Within one millisecond the random part counts up, so that a bulk insert of
 * hundreds can't collide with itself and keeps its order.
 */
export function createIdSource(now: () => number, random: (bytes: Uint8Array) => void): NewId {
  let lastTime = -1;
  let tail = 0;
  const drawn = new Uint8Array(4);
  return (kind) => {
    const time = now();
    if (time === lastTime) {
      tail = (tail + 1) >>> 0;
    } else {
      random(drawn);
      tail = new DataView(drawn.buffer).getUint32(0);
      lastTime = time;
    }
    const bytes = new Uint8Array(ID_BYTES);
    const view = new DataView(bytes.buffer);
    view.setUint16(0, Math.floor(time / 0x1_0000_0000));
    view.setUint32(2, time >>> 0);
    view.setUint32(6, tail);
    return idOf(ID_PREFIXES[kind], bytes);
  };
}
