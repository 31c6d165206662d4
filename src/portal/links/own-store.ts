import { mustHold } from "../../ground/db/premise.ts";
import type { Deps } from "../../ground/deps.ts";

/** Links that a creator may have made in one campaign, those that are switched off among them. */
export const MAX_OWN = 50;

/** SQL: the links that the creator `?1` made in the campaign `?2`. */
const OWN = "links WHERE creator_id = ?1 AND campaign_id = ?2 AND made_by = 'creator' AND deleted_at IS NULL";

/** SQL condition that the portal link `?1` opens the page at `?2` (ms UTC). */
const OPENS = `EXISTS (SELECT 1 FROM portal_tokens
  WHERE id = ?1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?2))`;

/** Whose link is to be made where. */
export interface Wanted {
  creatorId: string;
  campaignId: string;
  /** The portal link that it is made by. */
  tokenId: string;
  /** Where it is to lead, with link variables. */
  url: string;
  /** What it could be taken for, see `codesLike`; empty where its ending is made up. */
  codes: readonly string[];
}

/** What is there already of what a creator wants. */
export interface Present {
  /** Links of their own in the campaign. */
  own: number;
  /** The one of them that leads to the same page and isn't switched off. */
  same: string | null;
  /** Whether the ending passes for a code of another creator. */
  passesForCode: boolean;
  /** Whether the portal link still opens the page. */
  opens: boolean;
}

/** SQL condition that one of the texts `?1` is or was a code of another creator than `?2`, in whichever store. */
const PASSES = `EXISTS (SELECT 1 FROM json_each(?1) w CROSS JOIN stores s
  CROSS JOIN code_texts t ON t.store_id = s.id AND t.text_key = w.value
  CROSS JOIN codes k ON k.id = t.code_id AND k.creator_id <> ?2)`;

/** Reads what is there at `now` (ms UTC). Throws what D1 throws. */
export async function presentOf({ d1 }: Pick<Deps, "d1">, wanted: Wanted, now: number): Promise<Present> {
  const { creatorId, campaignId, tokenId, url, codes } = wanted;
  const [own, same, passes, opens] = await d1.batch<{ found: number | string | null }>([
    d1.prepare(`SELECT count(*) AS found FROM ${OWN}`).bind(creatorId, campaignId),
    d1.prepare(`SELECT max(id) AS found FROM ${OWN} AND disabled = 0 AND url = ?3`).bind(creatorId, campaignId, url),
    d1.prepare(`SELECT ${PASSES} AS found`).bind(JSON.stringify(codes), creatorId),
    d1.prepare(`SELECT ${OPENS} AS found`).bind(tokenId, now),
  ]);
  const foundOf = (answer: typeof own) => answer?.results[0]?.found ?? null;
  const there = foundOf(same);
  return {
    own: Number(foundOf(own)),
    same: typeof there === "string" ? there : null,
    passesForCode: foundOf(passes) === 1,
    opens: foundOf(opens) === 1,
  };
}

/**
 * Statements that break their batch off unless there is still room for one more link, none that leads to the same page, no
 * code that it passes for, and the portal link opens the page at `now` (ms UTC). To be run before it is added.
 */
export function mustBeFree({ d1 }: Pick<Deps, "d1">, wanted: Wanted, now: number): D1PreparedStatement[] {
  const { creatorId, campaignId, tokenId, url, codes } = wanted;
  return [
    mustHold(d1, `(SELECT count(*) FROM ${OWN}) < ${MAX_OWN}`, creatorId, campaignId),
    mustHold(d1, `NOT EXISTS (SELECT 1 FROM ${OWN} AND disabled = 0 AND url = ?3)`, creatorId, campaignId, url),
    mustHold(d1, `NOT ${PASSES}`, JSON.stringify(codes), creatorId),
    mustHold(d1, OPENS, tokenId, now),
  ];
}

/** Statement that breaks its batch off unless a link is one that a creator made, and not switched off. */
export function mustBeOwn({ d1 }: Pick<Deps, "d1">, linkId: string, creatorId: string): D1PreparedStatement {
  return mustHold(
    d1,
    `EXISTS (SELECT 1 FROM links WHERE id = ?1 AND creator_id = ?2 AND made_by = 'creator' AND disabled = 0
       AND deleted_at IS NULL)`,
    linkId,
    creatorId,
  );
}
