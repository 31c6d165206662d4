import type { Deps } from "../../ground/deps.ts";
import { created, unchanged, updated } from "../../ground/http/change.ts";
import type { Change } from "../../ground/http/commit.ts";
import { MAX_URL } from "../../ground/http/fields.ts";
import { Problem } from "../../ground/http/problem.ts";
import { PROVIDER_TABLE } from "../../ground/model/provider.ts";
import { planLinks } from "../../links/link/create-change.ts";
import type { NewLink } from "../../links/link/schema.ts";
import { findLink, insertLinks, type LinkRow, presentLink, updateLink } from "../../links/link/store.ts";
import { affiliateDestination } from "../../programme/provider/destination.ts";
import { taggedUrl } from "../../programme/provider/tag.ts";
import { addressOf, type AddressProblem } from "./address.ts";
import { codesLike, endingProblem, type EndingProblem } from "./ending.ts";
import { makableOf, type Makable, mustBeMakable } from "./load-makable.ts";
import { MAX_OWN, mustBeFree, mustBeOwn, presentOf } from "./own-store.ts";

/** What a creator types to make a link. */
export interface Typed {
  /** Id of the campaign. */
  campaign: string;
  page: string;
  /** Empty: made up. */
  ending: string;
}

/** Why a link can't be made, beside the field that is wrong. */
export type Fault =
  | { field: "campaign"; why: "gone" | "full" }
  | { field: "page"; why: AddressProblem | "blocked" }
  | { field: "ending"; why: EndingProblem | "taken" };

/** A link that can't be made as it was asked for. */
export class Refusal extends Error {
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super(faults.map(({ field, why }) => `${field}: ${why}`).join(", "));
    this.faults = faults;
  }
}

/** Who makes links, and where. */
export interface Maker {
  creatorId: string;
  tokenId: string;
  /** Of the default short domain. */
  origin: string;
  /** The host (with port) that the page was asked for on. */
  host: string;
}

/** The link that a creator asked for; `made`: it wasn't there before. */
export interface Given {
  id: string;
  made: boolean;
}

/**
 * Plans a link of a creator's own: of their campaign, its plan and store, as the plan's links are, so that its clicks and
 * orders count there. One that they made to the same page is given again. Throws a {@link Refusal}, and a `Problem` (404)
 * once the portal link opens nothing any more.
 */
export async function planOwnLink(deps: Deps, typed: Typed, maker: Maker): Promise<Change<Given>> {
  const { creatorId, tokenId, origin, host } = maker;
  const now = deps.now();
  const makable = (await makableOf(deps, creatorId, now)).find(({ id }) => id === typed.campaign);
  if (makable === undefined) throw new Refusal([{ field: "campaign", why: "gone" }]);
  const { url, ending } = read(typed, makable);
  const wanted = { creatorId, tokenId, campaignId: makable.id, url, codes: ending === "" ? [] : codesLike(ending) };
  const present = await presentOf(deps, wanted, now);
  if (!present.opens) throw new Problem("not_found", "This link has ended.");
  if (present.same !== null) return unchanged({ id: present.same, made: false });
  if (present.own >= MAX_OWN) throw new Refusal([{ field: "campaign", why: "full" }]);
  if (present.passesForCode) throw new Refusal([{ field: "ending", why: "taken" }]);

  const [planned] = await planLinks(deps, [inputOf(makable, creatorId, url, ending)], host);
  if (planned === undefined) throw new Error("no link was planned");
  if ("problem" in planned) throw refusalOf(planned.problem);
  const row: LinkRow = { ...planned.row, madeBy: "creator" };
  return {
    ...created("link", presentLink(row, origin)),
    body: { id: row.id, made: true },
    statements: [
      mustBeMakable(deps, creatorId, makable, now),
      ...mustBeFree(deps, wanted, now),
      ...insertLinks(deps, [row]),
    ],
    links: { ids: [row.id], droppedKeys: [] },
    conflicts: { "links.domain, links.slug_key": { code: "slug_taken", path: "slug" } },
  };
}

/** What a link's write was refused for, as it is told to its creator; any other problem stays one. */
export function refusalOf(problem: Problem): Refusal | Problem {
  if (problem.code === "slug_taken") return new Refusal([{ field: "ending", why: "taken" }]);
  // Blocked hosts, and short domains of this deployment's own.
  if (problem.fields.some(({ path }) => path === "url")) return new Refusal([{ field: "page", why: "blocked" }]);
  return problem;
}

/** Throws a {@link Refusal} that names all that is wrong with what was typed. */
function read({ page, ending: typed }: Typed, makable: Makable): { url: string; ending: string } {
  const address = addressOf(page, makable.addresses);
  const ending = typed.trim().normalize("NFC");
  const wrong = ending === "" ? null : endingProblem(ending);
  const url = "url" in address ? destinationOf(address.url, makable) : null;
  const faults: Fault[] = [
    ...("problem" in address ? [{ field: "page" as const, why: address.problem }] : []),
    ...(url !== null && url.length > MAX_URL ? [{ field: "page" as const, why: "long" as const }] : []),
    ...(wrong === null ? [] : [{ field: "ending" as const, why: wrong }]),
  ];
  if (url === null || faults.length > 0) throw new Refusal(faults);
  return { url, ending };
}

/** Where a link to a page leads, as a template: past the shop's discount where the plan's links go that way, and with the tag. */
function destinationOf(page: string, { provider, codeId, codePattern, limits, tag, ...makable }: Makable): string {
  const { affiliateLink, attributionTag } = PROVIDER_TABLE[provider].capabilities;
  // A checkout is no page of the creator's choice, and without a code there is no discount to pass.
  const passes = kindOf({ provider, ...makable }) === "affiliate" && affiliateLink === "discount_link";
  const url =
    passes && codeId !== null
      ? affiliateDestination(affiliateLink, { landingUrl: page, plan: { codePattern, limits } })
      : page;
  return taggedUrl(url, attributionTag ? tag : null);
}

/** As the plan's links are: one that only counts where those do, or where the platform has no others. */
function kindOf({
  provider,
  affiliateLink,
  trackClicks,
}: Pick<Makable, "provider" | "affiliateLink" | "trackClicks">): LinkRow["kind"] {
  if (PROVIDER_TABLE[provider].capabilities.affiliateLink === null) return "tracking";
  return affiliateLink || !trackClicks ? "affiliate" : "tracking";
}

function inputOf(makable: Makable, creatorId: string, url: string, ending: string): NewLink {
  const kind = kindOf(makable);
  return {
    ...(ending !== "" && { slug: ending }),
    domain: makable.domain === "" ? null : makable.domain,
    url,
    kind,
    storeId: makable.storeId,
    creatorId,
    campaignId: makable.id,
    planId: makable.planId,
    codeId: kind === "affiliate" ? makable.codeId : null,
    utm: makable.utm,
    rules: [],
    startsAt: null,
    endsAt: null,
    maxClicks: null,
    fallbackUrl: null,
    disabled: false,
    tags: [],
  };
}

/** A link that a creator made themselves and hasn't switched off; `null`: there is no such link of theirs. */
export async function ownLink(deps: Deps, linkId: string, creatorId: string): Promise<LinkRow | null> {
  const row = await findLink(deps, linkId);
  return row !== null && row.creatorId === creatorId && row.madeBy === "creator" && !row.disabled ? row : null;
}

/** Plans that a creator's own link is switched off. Throws a `Problem` (404) for one that isn't theirs, or is off. */
export async function planOff(
  deps: Deps,
  linkId: string,
  { creatorId, origin }: Maker,
): Promise<Change<{ id: string }>> {
  const before = await ownLink(deps, linkId, creatorId);
  if (before === null) throw new Problem("not_found", "There is no such link of yours.");
  const changes = { disabled: true, withdrawnAt: null, updatedAt: deps.now() };
  return {
    ...updated("link", presentLink(before, origin), presentLink({ ...before, ...changes }, origin)),
    statements: [mustBeOwn(deps, linkId, creatorId), ...updateLink(deps, linkId, changes, { disabled: true }, null)],
    links: { ids: [linkId], droppedKeys: [] },
  };
}
