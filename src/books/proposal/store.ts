import { and, desc, eq, getTableColumns } from "drizzle-orm";
import { statementOf } from "../../ground/db/client.ts";
import { below, equals } from "../../ground/db/filter.ts";
import { mustChange, mustHold } from "../../ground/db/premise.ts";
import { payoutDetailProposals } from "../../ground/db/schema/money.ts";
import { portalTokens } from "../../ground/db/schema/portal.ts";
import type { Deps } from "../../ground/deps.ts";
import { isoOf } from "../../ground/http/fields.ts";
import type { Stretch } from "../../ground/http/pagination.ts";
import type { DetailsRow } from "../account/store.ts";
import type { Proposal, ProposalFilters } from "./schema.ts";

/** A row of the table of proposed payout details. */
export type ProposalRow = typeof payoutDetailProposals.$inferSelect;

/** The portal link by which a proposal came. */
export interface ProposalLink {
  id: string;
  label: string | null;
  createdAt: number;
  revokedAt: number | null;
}

/** A row with the portal link by which it came. */
export type FoundProposal = ProposalRow & { link: ProposalLink | null };

const DAY_MS = 86_400_000;

/** The proposal with this id. */
export async function findProposal(deps: Deps, id: string): Promise<FoundProposal | null> {
  const [row] = await found(deps).where(eq(payoutDetailProposals.id, id));
  return row === undefined ? null : { ...row.proposal, link: row.link };
}

/** Proposals that pass a filter, from new to old, starting after the id `after`. */
export async function listProposals(
  deps: Deps,
  { after, limit }: Stretch,
  { creator, state }: ProposalFilters,
): Promise<FoundProposal[]> {
  const rows = await found(deps)
    .where(
      and(
        equals(payoutDetailProposals.creatorId, creator),
        equals(payoutDetailProposals.state, state),
        below(payoutDetailProposals.id, after),
      ),
    )
    .orderBy(desc(payoutDetailProposals.id))
    .limit(limit);
  return rows.map(({ proposal, link }) => ({ ...proposal, link }));
}

function found({ db }: Deps) {
  const { id, label, createdAt, revokedAt } = portalTokens;
  return db
    .select({
      proposal: getTableColumns(payoutDetailProposals),
      link: { id, label, createdAt, revokedAt },
    })
    .from(payoutDetailProposals)
    .leftJoin(portalTokens, eq(portalTokens.id, payoutDetailProposals.tokenId));
}

/** The last proposal of a creator, wherever it stands; `null`: they made none. */
export async function lastProposal({ db }: Deps, creatorId: string): Promise<ProposalRow | null> {
  const [row] = await db
    .select()
    .from(payoutDetailProposals)
    .where(eq(payoutDetailProposals.creatorId, creatorId))
    .orderBy(desc(payoutDetailProposals.id))
    .limit(1);
  return row ?? null;
}

/** SQL: how many proposals came by the portal link `?1` in the day before `?2` (ms UTC). */
const MADE_OF_LATE = `(SELECT count(*) FROM payout_detail_proposals WHERE token_id = ?1 AND created_at > ?2 - ${DAY_MS})`;

/** SQL condition that the portal link `?1` opens the page of the creator `?3` at `?2` (ms UTC). */
const OPENS = `EXISTS (SELECT 1 FROM portal_tokens t JOIN creators c ON c.id = t.creator_id AND c.deleted_at IS NULL
  WHERE t.id = ?1 AND t.creator_id = ?3 AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > ?2))`;

/** Whether a portal link opens its creator's page at `now` (ms UTC), and how many proposals came by it in the day before. */
export async function linkUse(
  { d1 }: Deps,
  { tokenId, creatorId }: Pick<ProposalRow, "tokenId" | "creatorId">,
  now: number,
): Promise<{ opens: boolean; made: number }> {
  const use = await d1
    .prepare(`SELECT ${OPENS} AS opens, ${MADE_OF_LATE} AS made`)
    .bind(tokenId, now, creatorId)
    .first<{ opens: number; made: number }>();
  return { opens: use?.opens === 1, made: use?.made ?? 0 };
}

/**
 * Statements that add a proposal, in the place of the one that is open (`replaced`; `null`: none is). They break their batch
 * off if another is open by now, the link opens nothing any more, `most` came by it in a day, or what is in force changed.
 */
export function insertProposal(
  deps: Deps,
  row: ProposalRow,
  { replaced, most }: { replaced: ProposalRow | null; most: number },
): D1PreparedStatement[] {
  const { d1, db } = deps;
  return [
    mustHold(
      d1,
      `${OPENS} AND ${MADE_OF_LATE} < ?4
       AND (SELECT id FROM payout_detail_proposals WHERE creator_id = ?3 AND state = 'open') IS ?5`,
      row.tokenId,
      row.createdAt,
      row.creatorId,
      most,
      replaced?.id ?? null,
    ),
    mustBeInForce(d1, row),
    ...(replaced === null ? [] : closeProposal(deps, replaced)),
    statementOf(d1, db.insert(payoutDetailProposals).values(row)),
  ];
}

/** Statements that keep how a proposal ended. They break their batch off if it isn't open by now. */
export function closeProposal({ d1, db }: Deps, after: ProposalRow): D1PreparedStatement[] {
  const { id, state, decidedAt, decidedBy, reason } = after;
  const update = db
    .update(payoutDetailProposals)
    .set({ state, decidedAt, decidedBy, reason })
    .where(and(eq(payoutDetailProposals.id, id), eq(payoutDetailProposals.state, "open")));
  return [statementOf(d1, update), mustChange(d1)];
}

/** Statement that breaks its batch off unless what is in force is what it was when a proposal was made. */
export function mustBeInForce(
  d1: D1Database,
  { creatorId, baseVersion, baseUpdatedAt }: ProposalRow,
): D1PreparedStatement {
  return mustHold(
    d1,
    `coalesce((SELECT version FROM payout_details WHERE creator_id = ?1), 0) = ?2
     AND (SELECT updated_at FROM payout_details WHERE creator_id = ?1) IS ?3`,
    creatorId,
    baseVersion,
    baseUpdatedAt,
  );
}

/** Whether what is in force (`null`: nothing) isn't what it was when a proposal was made: details deleted and entered anew count from 1. */
export function isStale({ baseVersion, baseUpdatedAt }: ProposalRow, inForce: DetailsRow | null): boolean {
  return (inForce?.version ?? 0) !== baseVersion || (inForce?.updatedAt ?? null) !== baseUpdatedAt;
}

/** A proposal as the API lists it: never what it says. */
export function presentProposal({ link, ...row }: FoundProposal): Proposal {
  return {
    id: row.id,
    creatorId: row.creatorId,
    state: row.state,
    method: row.method,
    portalLink:
      link === null
        ? null
        : { id: link.id, label: link.label, createdAt: isoOf(link.createdAt), revokedAt: isoOf(link.revokedAt) },
    createdAt: isoOf(row.createdAt),
    decidedAt: isoOf(row.decidedAt),
    decidedBy: row.decidedBy,
    reason: row.reason,
  };
}
