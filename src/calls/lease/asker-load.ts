import { botReason } from "../../clicks/click/classify.ts";
import { strongSecret } from "../../ground/config.ts";
import type { Deps } from "../../ground/deps.ts";
import type { ToldStore } from "../../ground/model/visit.ts";
import { senderOf } from "../../sales/capture/admit-run.ts";
import { clickOfToken } from "../../sales/capture/click-load.ts";
import { customerHasher } from "../../sales/capture/customer.ts";
import { consentOf } from "../../sales/capture/read-event.ts";
import { allowanceOf } from "../../sales/capture/request.ts";
import { sourceOf } from "../../visits/source/source.ts";
import type { ToldOrigin } from "../../visits/take/read-told.ts";
import type { Wish } from "./wish.ts";

/** Whoever asks for numbers, by one request. */
export interface Asker {
  isBot: boolean;
  /** Whether what a page said of consent, its browser and the store allow to know a visitor. */
  allows: (consent: unknown) => boolean;
  /** The keyed hash of a visitor's id, as visits know it; `null`: nobody, or there is no key. */
  hashOf: (visitor: string | null) => Promise<string | null>;
  /** The keyed hash of the network. */
  network: string;
}

/** What a store is known by here. */
export type AskedStore = Pick<ToldStore, "id" | "consentPolicy">;

/** Who sent a request of a store's page. */
export async function askerOf(
  { env, config }: Pick<Deps, "env" | "config">,
  headers: Headers,
  store: AskedStore,
): Promise<Asker> {
  const hasher = customerHasher(env.VISITOR_KEY);
  const hasKey = strongSecret(env.VISITOR_KEY) !== null;
  const policy = store.consentPolicy ?? config.consentPolicy;
  return {
    isBot: botReason(headers.get("User-Agent")) !== null,
    allows: (consent) => hasKey && consentOf(consent) === "granted" && allowanceOf(headers, "granted", policy).customer,
    hashOf: async (visitor) => (visitor === null ? null : hasher(store.id, `visitor:${visitor}`)),
    network: (await hasher(store.id, `network:${senderOf(headers)}`)) ?? "",
  };
}

/** What a wish knows of where its visit came from. */
type Origin = Pick<Wish, "channel" | "sourceName" | "utmCampaign" | "linkId" | "clickId" | "clickAt">;

/** The source of a visit, with its click if that is one of ours. `sites` are origins of the store's own. */
export async function originOfVisit(env: Env, told: ToldOrigin, sites: readonly string[]): Promise<Origin> {
  const { click, ...origin } = told;
  const token = click === null ? null : await clickOfToken(env, click);
  const source = sourceOf({ ...origin, linkId: token?.linkId ?? null }, sites);
  return {
    channel: source.kind,
    sourceName: source.name,
    utmCampaign: origin.utmCampaign,
    linkId: token?.linkId ?? null,
    clickId: token?.clickId ?? null,
    clickAt: token?.time ?? null,
  };
}
