import type { Actor, Deps } from "../../ground/deps.ts";
import { sha256Hex } from "../../ground/http/auth.ts";
import { refusedEntry } from "../../ground/http/bulk.ts";
import { created } from "../../ground/http/change.ts";
import type { AuditEntry, Change } from "../../ground/http/commit.ts";
import { Problem } from "../../ground/http/problem.ts";
import { MAX_OF_CAMPAIGN, type NewPortalLinks, type PortalLinksMade } from "./schema.ts";
import {
  type Addressee,
  addresseesIn,
  addresseesOf,
  insertPortalLinks,
  openPortalLinks,
  type PortalTokenRow,
  presentPortalLink,
  revokePortalLinks,
} from "./store.ts";

/** Random bytes of a token: 256 bits can't be guessed, so a plain hash keeps them safe. */
const TOKEN_BYTES = 32;

const DAY_MS = 86_400_000;

/** How a portal link is made. */
export interface LinkTerms {
  label: string | null;
  /** `null`: it doesn't expire. */
  expiresInDays: number | null;
  actor: Actor;
  /** Where the creator's page is, such as `https://go.brand.com`. */
  origin: string;
}

/** A new portal link of a creator: its row, and its address, which is nowhere else. */
export async function newLinkOf(
  deps: Deps,
  creatorId: string,
  { label, expiresInDays, actor, origin }: LinkTerms,
): Promise<{ row: PortalTokenRow; url: string }> {
  const now = deps.now();
  const bytes = new Uint8Array(TOKEN_BYTES);
  deps.random(bytes);
  const token = bytes.toBase64({ alphabet: "base64url", omitPadding: true });
  const row: PortalTokenRow = {
    id: deps.newId("portalToken"),
    creatorId,
    tokenHash: await sha256Hex(token),
    label,
    expiresAt: expiresInDays === null ? null : now + expiresInDays * DAY_MS,
    revokedAt: null,
    lastUsedAt: null,
    language: null,
    createdAt: now,
    createdBy: actor.id,
  };
  return { row, url: `${origin}/creator/${token}` };
}

/**
 * Plans a portal link for each of many creators; one who isn't there holds up no other. Throws a `Problem` (422) for a
 * campaign that there isn't, or that has too many.
 */
export async function planPortalLinks(
  deps: Deps,
  { creatorIds, campaignId, replace, ...given }: NewPortalLinks,
  at: Pick<LinkTerms, "actor" | "origin">,
): Promise<Change<PortalLinksMade>> {
  const known =
    campaignId === undefined ? await addresseesOf(deps, creatorIds ?? []) : await inCampaign(deps, campaignId);
  const ids = creatorIds ?? [...known.keys()];
  const rows: PortalTokenRow[] = [];
  const results: PortalLinksMade["results"] = [];
  for (const [index, creatorId] of ids.entries()) {
    const addressee = known.get(creatorId);
    if (addressee === undefined) {
      const problem = new Problem("not_found", `There is no creator ${creatorId}.`);
      results.push({ ...refusedEntry(index, problem), creatorId });
      continue;
    }
    const { row, url } = await newLinkOf(deps, creatorId, { ...given, ...at });
    const { name, email, externalId } = addressee;
    rows.push(row);
    results.push({
      index,
      creatorId,
      status: 201,
      name,
      email,
      externalId,
      link: { ...presentPortalLink(row), url },
    });
  }
  const now = deps.now();
  const left = replace ? await openPortalLinks(deps, [...known.keys()], now) : [];
  const leftIds = left.map(({ id }) => id);
  return {
    statements: [...revokePortalLinks(deps, leftIds, now), ...insertPortalLinks(deps, rows)],
    audit: [
      ...left.map((row) => revoked(row, now)),
      ...rows.flatMap((row) => created("portalLink", presentPortalLink(row)).audit),
    ],
    status: 200,
    body: {
      counts: { made: rows.length, refused: results.length - rows.length, revoked: left.length },
      results,
    },
  };
}

/** What the audit log keeps of a portal link that is revoked at `now` (ms UTC). */
export function revoked(row: PortalTokenRow, now: number): AuditEntry {
  return {
    action: "revoke",
    entity: "portalLink",
    entityId: row.id,
    before: presentPortalLink(row),
    after: presentPortalLink({ ...row, revokedAt: now }),
  };
}

async function inCampaign(deps: Deps, campaignId: string): Promise<Map<string, Addressee>> {
  const found = await addresseesIn(deps, campaignId, MAX_OF_CAMPAIGN + 1);
  if (found === null) throw Problem.invalid("campaignId", "is no campaign's");
  if (found.length > MAX_OF_CAMPAIGN) {
    throw Problem.invalid("campaignId", `has more than ${MAX_OF_CAMPAIGN} approved creators: name them by creatorIds`);
  }
  return new Map(found.map((row) => [row.id, row]));
}
