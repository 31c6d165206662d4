import { openSecret, openSecrets, sealSecret } from "../../programme/store/secret.ts";
import type { Payer, SealedDetails } from "./details.ts";

/** What accounts are sealed for: neither opens as the other, nor as another creator's or store's. */
const DETAILS = "payout details";
const PAYER = "payer";
const PROPOSAL = "proposed payout details";

/** Seals a creator's payout details for their row; `null` where the deployment has no key to seal them under. */
export async function sealDetails(
  visitorKey: string | undefined,
  random: (bytes: Uint8Array) => void,
  creatorId: string,
  details: SealedDetails,
): Promise<string | null> {
  return sealSecret(visitorKey, random, `${creatorId} ${DETAILS}`, JSON.stringify(details));
}

/** Opens payout details, in their order; `null` for those that were sealed for somebody else or under another key. */
export async function openDetails(
  visitorKey: string | undefined,
  rows: readonly { creatorId: string; sealed: string }[],
): Promise<(SealedDetails | null)[]> {
  const owned = rows.map(({ creatorId, sealed }) => ({ owner: `${creatorId} ${DETAILS}`, sealed }));
  const opened = await openSecrets(visitorKey, owned);
  return opened.map((text) => (text === null ? null : (JSON.parse(text) as SealedDetails)));
}

/** Seals the account from which a store pays; `null` where there is no key. */
export async function sealPayer(
  visitorKey: string | undefined,
  random: (bytes: Uint8Array) => void,
  storeId: string,
  payer: Payer,
): Promise<string | null> {
  return sealSecret(visitorKey, random, `${storeId} ${PAYER}`, JSON.stringify(payer));
}

/** Opens the account from which a store pays; `null` if it was sealed for another store or under another key. */
export async function openPayer(
  visitorKey: string | undefined,
  storeId: string,
  sealed: string,
): Promise<Payer | null> {
  const opened = await openSecret(visitorKey, `${storeId} ${PAYER}`, sealed);
  return opened === null ? null : (JSON.parse(opened) as Payer);
}

/** Seals payout details that a creator proposes, for their row; `null` where there is no key. */
export async function sealProposal(
  visitorKey: string | undefined,
  random: (bytes: Uint8Array) => void,
  { creatorId, id }: { creatorId: string; id: string },
  details: SealedDetails,
): Promise<string | null> {
  return sealSecret(visitorKey, random, `${creatorId} ${id} ${PROPOSAL}`, JSON.stringify(details));
}

/** Opens proposed payout details, in their order; `null` for those that were sealed for another row or under another key. */
export async function openProposals(
  visitorKey: string | undefined,
  rows: readonly { creatorId: string; id: string; sealed: string }[],
): Promise<(SealedDetails | null)[]> {
  const owned = rows.map(({ creatorId, id, sealed }) => ({ owner: `${creatorId} ${id} ${PROPOSAL}`, sealed }));
  const opened = await openSecrets(visitorKey, owned);
  return opened.map((text) => (text === null ? null : (JSON.parse(text) as SealedDetails)));
}
