import type { Actor, Deps } from "../../ground/deps.ts";
import { unchanged } from "../../ground/http/change.ts";
import type { AuditEntry, Change } from "../../ground/http/commit.ts";
import { isoOf } from "../../ground/http/fields.ts";
import { orNotFound, Problem } from "../../ground/http/problem.ts";
import { NO_KEY, openedDetails, planDetails } from "../account/details-change.ts";
import { changedDetails, maskedDetails, type PayoutDetails } from "../account/details.ts";
import { openProposals, sealProposal } from "../account/seal.ts";
import { findDetails } from "../account/store.ts";
import { type ProposedAccount, proposedDetails } from "./compose.ts";
import type { Proposal, ShownProposal } from "./schema.ts";
import {
  closeProposal,
  findProposal,
  type FoundProposal,
  insertProposal,
  isStale,
  lastProposal,
  linkUse,
  mustBeInForce,
  presentProposal,
  type ProposalRow,
} from "./store.ts";

const ENTITY = "payoutDetailProposal";

/** Proposals that one portal link makes in a day: people mistype, and nobody has so many accounts. */
export const MOST_A_DAY = 5;

const existing = orNotFound("proposal of payout details", findProposal);

/**
 * Plans that an account which a creator entered waits to be confirmed, in the place of one that waits already. Nothing that
 * is in force changes by it. Throws a `Problem`: 404 once the portal link opens
 * nothing any more, 429 after {@link MOST_A_DAY}, or 503 where no secret can be sealed.
 */
export async function planProposal(
  deps: Deps,
  { creatorId, tokenId }: { creatorId: string; tokenId: string },
  given: ProposedAccount,
): Promise<Change<null>> {
  const now = deps.now();
  const [last, inForce, { opens, made }] = await Promise.all([
    lastProposal(deps, creatorId),
    findDetails(deps, creatorId),
    linkUse(deps, { tokenId, creatorId }, now),
  ]);
  if (!opens) throw new Problem("not_found", "This link has ended.");
  if (made >= MOST_A_DAY) throw new Problem("rate_limited", "So many accounts were entered by this link today.");
  const opened = inForce === null ? null : await openedDetails(deps, inForce);
  const { method, ...secrets } = proposedDetails(given, opened);
  const id = deps.newId("detailProposal");
  const sealed = await sealProposal(deps.env.VISITOR_KEY, deps.random, { creatorId, id }, secrets);
  if (sealed === null) throw new Problem("unavailable", NO_KEY);
  const row: ProposalRow = {
    id,
    creatorId,
    tokenId,
    state: "open",
    method,
    sealed,
    baseVersion: inForce?.version ?? 0,
    baseUpdatedAt: inForce?.updatedAt ?? null,
    createdAt: now,
    decidedAt: null,
    decidedBy: null,
    reason: null,
  };
  const replaced: ProposalRow | null =
    last?.state === "open" ? { ...last, state: "replaced", decidedAt: now, decidedBy: tokenId } : null;
  return {
    statements: insertProposal(deps, row, { replaced, most: MOST_A_DAY }),
    audit: [
      ...(last === null || replaced === null ? [] : [moved("update", last, replaced)]),
      { action: "create", entity: ENTITY, entityId: id, before: null, after: recordOf(row) },
    ],
    status: 201,
    body: null,
  };
}

/**
 * A proposal beside what is in force, masked unless it is revealed, which the audit log gets. Throws a `Problem` (404).
 */
export async function planProposalLook(deps: Deps, id: string, revealed: boolean): Promise<Change<ShownProposal>> {
  const row = await existing(deps, id);
  const body = await shown(deps, row, revealed);
  if (!revealed) return unchanged(body);
  const after = recordOf(row);
  return { ...unchanged(body), audit: [{ action: "reveal", entity: ENTITY, entityId: id, before: null, after }] };
}

/**
 * Plans that what a creator entered is in force from now on. Throws a `Problem`: 404, or 409 for one that is decided, that
 * can't be opened, or was entered when something else was in force.
 */
export async function planConfirmation(deps: Deps, actor: Actor, id: string): Promise<Change<Proposal>> {
  const row = await existing(deps, id);
  refuseDecided(row);
  const { creatorId } = row;
  if (isStale(row, await findDetails(deps, creatorId))) {
    throw new Problem(
      "proposal_stale",
      "Somebody changed where the creator is paid after they entered this. Refuse it, and have them enter it again if it still holds.",
    );
  }
  const details = await opened(deps, row);
  if (details === null) {
    throw new Problem(
      "account_unreadable",
      "It was sealed under another VISITOR_KEY. Refuse it; it can be entered again.",
    );
  }
  const change = await planDetails(deps, actor, creatorId, details);
  const after: FoundProposal = { ...row, state: "confirmed", decidedAt: deps.now(), decidedBy: actor.id };
  return {
    statements: [mustBeInForce(deps.d1, row), ...change.statements, ...closeProposal(deps, after)],
    audit: [...change.audit, moved("approve", row, after)],
    status: 200,
    body: presentProposal(after),
  };
}

/** Plans that what a creator entered doesn't come into force, with what they are told. Throws a `Problem`: 404, or 409 for one that is decided. */
export async function planRefusal(deps: Deps, actor: Actor, id: string, reason: string): Promise<Change<Proposal>> {
  const row = await existing(deps, id);
  refuseDecided(row);
  const after: FoundProposal = { ...row, state: "refused", decidedAt: deps.now(), decidedBy: actor.id, reason };
  return {
    statements: closeProposal(deps, after),
    audit: [moved("reject", row, after)],
    status: 200,
    body: presentProposal(after),
  };
}

function refuseDecided({ state }: ProposalRow): void {
  if (state !== "open") throw new Problem("proposal_decided", `It is ${state}.`);
}

async function opened({ env }: Deps, row: ProposalRow): Promise<PayoutDetails | null> {
  const [secrets = null] = await openProposals(env.VISITOR_KEY, [row]);
  return secrets === null ? null : { method: row.method, ...secrets };
}

async function shown(deps: Deps, row: FoundProposal, revealed: boolean): Promise<ShownProposal> {
  const [details, kept] = await Promise.all([opened(deps, row), findDetails(deps, row.creatorId)]);
  const inForce = kept === null ? null : await openedDetails(deps, kept);
  const asShown = (account: PayoutDetails | null) => (account === null || revealed ? account : maskedDetails(account));
  return {
    ...presentProposal(row),
    details: asShown(details),
    inForce: asShown(inForce),
    inForceSince: isoOf(kept?.updatedAt ?? null),
    changed: details === null ? [] : changedDetails(inForce, details),
    stale: row.state === "open" && isStale(row, kept),
    revealed,
  };
}

/** What the audit log keeps of a step: never what the details say. */
function moved(action: AuditEntry["action"], before: ProposalRow, after: ProposalRow): AuditEntry {
  return { action, entity: ENTITY, entityId: after.id, before: recordOf(before), after: recordOf(after) };
}

function recordOf({ creatorId, tokenId, method, state }: ProposalRow): Record<string, unknown> {
  return { creatorId, portalLinkId: tokenId, method, state };
}
