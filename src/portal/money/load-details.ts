import { openedDetails } from "../../books/account/details-change.ts";
import { findDetails } from "../../books/account/store.ts";
import { openProposals } from "../../books/account/seal.ts";
import { lastProposal } from "../../books/proposal/store.ts";
import { strongSecret } from "../../ground/config.ts";
import type { Deps } from "../../ground/deps.ts";
import type { PayoutMethod, ProposalState } from "../../ground/model/payout.ts";

/** Where a creator is paid, as far as their page tells: who else has its address must not learn an account from it. */
export interface PortalDetails {
  /** What is in force; `null`: nobody said. */
  inForce: { method: PayoutMethod; lastFour: string | null; since: number } | null;
  /** What the creator entered last; `null`: nothing. Times are ms UTC. */
  proposal: {
    state: ProposalState;
    lastFour: string | null;
    enteredAt: number;
    decidedAt: number | null;
    /** Why it was refused. */
    reason: string | null;
  } | null;
  /** Whether something can be entered: there is a key to seal it under. */
  open: boolean;
}

/** Where a creator is paid, and what they last asked for. Throws what D1 throws. */
export async function readDetails(deps: Deps, creatorId: string): Promise<PortalDetails> {
  const [row, proposal] = await Promise.all([findDetails(deps, creatorId), lastProposal(deps, creatorId)]);
  const [details, [entered = null]] = await Promise.all([
    row === null ? null : openedDetails(deps, row),
    proposal === null ? [] : openProposals(deps.env.VISITOR_KEY, [proposal]),
  ]);
  return {
    inForce: row === null ? null : { method: row.method, lastFour: endOf(details?.iban), since: row.updatedAt },
    proposal:
      proposal === null
        ? null
        : {
            state: proposal.state,
            lastFour: endOf(entered?.iban),
            enteredAt: proposal.createdAt,
            decidedAt: proposal.decidedAt,
            reason: proposal.reason,
          },
    open: strongSecret(deps.env.VISITOR_KEY) !== null,
  };
}

function endOf(iban: string | null | undefined): string | null {
  return iban?.slice(-4) ?? null;
}
