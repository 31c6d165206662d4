import * as z from "../../ground/http/zod.ts";
import { loadBlocklist } from "../../edge/block/load.ts";
import { findCampaign } from "../campaign/store.ts";
import type { Profile } from "../code/pattern.ts";
import { settleInStore, takenTexts } from "../code/store.ts";
import { newCreator } from "../creator/schema.ts";
import { findCreator } from "../creator/store.ts";
import type { Deps } from "../../ground/deps.ts";
import { decide, isFailure } from "../generation/decide.ts";
import { idField, textField } from "../../ground/http/fields.ts";
import { Problem } from "../../ground/http/problem.ts";
import { compileLink } from "../../edge/link/compile.ts";
import { destinationOf } from "../../edge/link/destination.ts";
import type { LinkRecord } from "../../edge/link/link.ts";
import { loadLinkById } from "../../edge/link/load.ts";
import { findLink, presentLink } from "../../links/link/store.ts";
import { usernameOf } from "../../edge/link/variables.ts";
import { codeKey } from "../code/text.ts";
import { type CodeRules, PROVIDER_TABLE, type ProviderId } from "../../ground/model/provider.ts";
import type { StoreRow } from "../store/store.ts";
import { newPlan } from "./schema.ts";
import type { PlanRow } from "./store.ts";

/** Stand for what each click and each link gets of its own. */
const CLICK_ID = "[click id]";
const SLUG = "slug";

/** Of a creator who is only described, the e-mail address that is taken to be there if nothing is said of it. */
const SOME_EMAIL = "creator@example.invalid";

const forWhom = {
  creatorId: idField("creator").optional(),
  creator: z
    .strictObject({
      firstName: newCreator.shape.firstName,
      lastName: newCreator.shape.lastName,
      email: z.email().max(254).nullable().optional().openapi({ description: "If left out: there is one." }),
      handles: newCreator.shape.handles,
    })
    .optional()
    .openapi({ description: "A creator to imagine, instead of `creatorId`." }),
  campaign: textField(120).optional().openapi({ description: "The campaign's name, for patterns that have it." }),
  campaignId: idField("campaign").optional().openapi({ description: "A campaign, instead of its name." }),
};

/** What a preview is asked about, but for the plan. */
type ForWhom = z.infer<z.ZodObject<typeof forWhom>>;

const oneCreator = ({ creatorId, creator }: ForWhom) => (creatorId === undefined) !== (creator === undefined);
const ONE_CREATOR = { path: ["creatorId"], message: "is needed, or creator in its place; not both" };
const oneCampaign = ({ campaign, campaignId }: ForWhom) => campaign === undefined || campaignId === undefined;
const ONE_CAMPAIGN = { path: ["campaignId"], message: "can't be given along with campaign; leave one out" };

/** Body of `POST /tracking-plans/{id}/preview`. */
export const previewRequest = z
  .strictObject(forWhom)
  .refine(oneCreator, ONE_CREATOR)
  .refine(oneCampaign, ONE_CAMPAIGN)
  .openapi("TrackingPlanPreviewRequest");

/** Body of `POST /tracking-plans/preview`. */
export const draftPreviewRequest = z
  .strictObject({ plan: newPlan, ...forWhom })
  .refine(oneCreator, ONE_CREATOR)
  .refine(oneCampaign, ONE_CAMPAIGN)
  .openapi("TrackingPlanDraftPreviewRequest");

const previewLink = {
  url: z.string().openapi({ description: `Where a shopper arrives; ${CLICK_ID} stands where each click has its id.` }),
  shortUrl: z.string().nullable().openapi({ description: "`null` until the link is made." }),
};

/** What a creator gets, or would get, by a plan. */
export const previewSchema = z
  .object({
    code: z
      .object({
        text: z.string().openapi({ description: "What the pattern gives, or the code that the creator has." }),
        taken: z.boolean().openapi({ description: "Whether another code of the store has or had this text." }),
        example: z.string().openapi({ description: "What would be given: where it is taken, with random characters." }),
      })
      .nullable(),
    link: z.object({ kind: z.literal("affiliate"), ...previewLink }).nullable(),
    trackingLink: z.object({ kind: z.literal("tracking"), ...previewLink }).nullable(),
    failure: z
      .object({ code: z.string(), detail: z.string() })
      .nullable()
      .openapi({ description: "Why nothing more could be made for this creator." }),
  })
  .openapi("TrackingPlanPreview");

/** See {@link previewSchema}. */
export type PlanPreview = z.infer<typeof previewSchema>;

/** What a creator has under a plan. */
interface Possessions {
  codeId: string | null;
  /** `null` also where the code was retired. */
  code: string | null;
  affiliateLinkId: string | null;
  trackingLinkId: string | null;
  tag: string | null;
  /** The campaign that made it due. */
  campaign: string | null;
}

const NOTHING: Possessions = {
  codeId: null,
  code: null,
  affiliateLinkId: null,
  trackingLinkId: null,
  tag: null,
  campaign: null,
};

/**
 * What a creator gets by a plan that is saved or not, by the very rules of generation and redirect; what
 * was made already is shown as it is. `origin` is that of links without a domain. Changes nothing.
 * Throws a `Problem` (422) for a creator or campaign that isn't there.
 */
export async function previewPlan(
  deps: Deps,
  { plan, store }: { plan: PlanRow; store: StoreRow },
  asked: ForWhom,
  origin: string,
): Promise<PlanPreview> {
  const profile = await profileOf(deps, asked);
  const has = asked.creatorId === undefined ? NOTHING : await possessionsOf(deps, plan, asked.creatorId);
  const campaign = await campaignOf(deps, plan.id, asked, has);
  const provider = store.provider as ProviderId;
  const year = new Date(deps.now()).getUTCFullYear();
  const grounds = {
    plan,
    store: { provider, homeUrl: store.homeUrl },
    creator: profile,
    parts: has,
    tag: has.tag,
    campaign,
    year,
  };
  const decision = decide(grounds);
  const making = isFailure(decision) ? { code: null, affiliateUrl: null, trackingUrl: null } : decision;

  const code =
    has.code === null
      ? await offeredCode(deps, store.id, making.code, PROVIDER_TABLE[provider].capabilities.code)
      : { text: has.code, taken: false, example: has.code };
  const variables: LinkRecord["variables"] = {
    slug: SLUG,
    creator: `${profile.firstName} ${profile.lastName}`.trim(),
    username: usernameOf(profile),
    campaign,
    plan: plan.name,
  };
  // A tracking link binds no code.
  const affiliateVariables = code === null ? variables : { ...variables, code: code.example };
  const link =
    (await madeLink(deps, has.affiliateLinkId, origin)) ??
    (await imaginedLink(deps, { plan, store, url: making.affiliateUrl, variables: affiliateVariables }));
  const trackingLink =
    (await madeLink(deps, has.trackingLinkId, origin)) ??
    (await imaginedLink(deps, { plan, store, url: making.trackingUrl, variables }));
  return {
    code,
    link: link && { kind: "affiliate", ...link },
    trackingLink: trackingLink && { kind: "tracking", ...trackingLink },
    failure: isFailure(decision) ? decision : null,
  };
}

async function profileOf(deps: Deps, { creatorId, creator }: ForWhom): Promise<Profile> {
  if (creatorId === undefined) {
    const { firstName = "", lastName = "", email = SOME_EMAIL, handles = {} } = creator ?? {};
    return { firstName, lastName, email, handles };
  }
  const row = await findCreator(deps, creatorId);
  if (row === null) throw Problem.invalid("creatorId", "is no creator's");
  return row;
}

/** The campaign's name; if nobody said which, the creator's, or the plan's newest. Empty where there is none. */
async function campaignOf(
  deps: Deps,
  planId: string,
  { campaign, campaignId }: ForWhom,
  has: Possessions,
): Promise<string> {
  if (campaignId !== undefined) {
    const row = await findCampaign(deps, campaignId);
    if (row === null) throw Problem.invalid("campaignId", "is no campaign's");
    return row.name;
  }
  const known = campaign ?? has.campaign;
  if (known !== null) return known;
  const newest = await deps.d1
    .prepare("SELECT name FROM campaigns WHERE plan_id = ?1 AND deleted_at IS NULL ORDER BY id DESC LIMIT 1")
    .bind(planId)
    .first<string>("name");
  return newest ?? "";
}

async function possessionsOf({ d1 }: Deps, { id: planId, storeId }: PlanRow, creatorId: string): Promise<Possessions> {
  const row = await d1
    .prepare(
      `SELECT coalesce(c.id, p.code_id) AS codeId, c.text AS code, p.affiliate_link_id AS affiliateLinkId,
         p.tracking_link_id AS trackingLinkId, tags.tag, cmp.name AS campaign
       FROM (SELECT ?1 AS plan_id, ?2 AS creator_id) w
       LEFT JOIN plan_creators p ON p.plan_id = w.plan_id AND p.creator_id = w.creator_id
       LEFT JOIN codes c ON c.plan_id = w.plan_id AND c.creator_id = w.creator_id AND c.state <> 'retired'
       LEFT JOIN attribution_tags tags ON tags.store_id = ?3 AND tags.creator_id = w.creator_id
       LEFT JOIN campaigns cmp ON cmp.id = p.campaign_id`,
    )
    .bind(planId, creatorId, storeId)
    .first<Possessions>();
  return row ?? NOTHING;
}

/** The code that generation would give for this text, as it looks now. */
async function offeredCode(
  deps: Deps,
  storeId: string,
  text: string | null,
  rules: CodeRules | null,
): Promise<PlanPreview["code"]> {
  if (text === null || rules === null) return null;
  const taken = await takenTexts(deps.d1, storeId, [codeKey(text)]);
  const settled = await settleInStore(deps, storeId, [{ key: "", base: text }], rules);
  return { text, taken: taken.size > 0, example: settled.get("") ?? text };
}

/** Where a link leads, and how it is called. */
interface ShownLink {
  url: string;
  shortUrl: string | null;
}

async function madeLink(deps: Deps, id: string | null, origin: string): Promise<ShownLink | null> {
  if (id === null) return null;
  const [row, { record }] = await Promise.all([findLink(deps, id), loadLinkById(deps.d1, id)]);
  if (row === null || record === null) return null;
  return { url: await arrival(deps, record), shortUrl: presentLink(row, origin).shortUrl };
}

/** A link that generation would make, read as the redirect would read it. */
async function imaginedLink(
  deps: Deps,
  {
    plan,
    store,
    url,
    variables,
  }: { plan: PlanRow; store: StoreRow; url: string | null; variables: LinkRecord["variables"] },
): Promise<ShownLink | null> {
  if (url === null) return null;
  const record: LinkRecord = {
    id: "",
    slug: SLUG,
    url,
    utm: plan.utm,
    rules: [],
    startsAt: plan.startsAt,
    endsAt: plan.endsAt,
    maxClicks: null,
    fallbackUrl: plan.fallbackUrl,
    disabled: false,
    consentPolicy: store.consentPolicy,
    clickParam: store.clickParam,
    windowDays: store.attribution.windowDays,
    cookieDomain: null,
    variables,
  };
  return { url: await arrival(deps, record), shortUrl: null };
}

/** Where a shopper who may carry a click id arrives by a link while it is live. */
async function arrival({ d1, config }: Deps, record: LinkRecord): Promise<string> {
  const context = { defaultConsent: config.consentPolicy, blocklist: await loadBlocklist(d1) };
  const { own, consent } = compileLink(record, context);
  return destinationOf(own, consent === "strict" ? null : CLICK_ID, "");
}
