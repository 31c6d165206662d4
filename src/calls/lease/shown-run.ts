import type { Deps } from "../../ground/deps.ts";
import { errorText } from "../../ground/error-text.ts";
import type { ToldByPage, UntakenBehaviour } from "../../ground/model/visit.ts";
import { admits, senderOf, tooMany } from "../../sales/capture/admit-run.ts";
import { Untold } from "../../visits/take/values.ts";
import { askerOf } from "./asker-load.ts";
import { giveNumbers } from "./give-run.ts";
import { readShown } from "./read-wish.ts";
import type { Wish } from "./wish.ts";

/** What a page that is left knows of a visit that a lease knows already. */
const UNTOLD = {
  visit: null,
  channel: "direct",
  sourceName: "",
  utmCampaign: null,
  linkId: null,
  clickId: null,
  clickAt: null,
  page: "/",
} as const;

/** Takes that pages showed numbers until now: see `Deps.numbersShown`. Throws a `Problem` (429). */
export async function takeShown(deps: Deps, told: ToldByPage): Promise<UntakenBehaviour[]> {
  const { store, headers } = told;
  if (!(await admits(deps.env.PAGE_BEHAVIOUR, `n ${senderOf(headers)}`, 1))) {
    throw tooMany("Too much is told from there.");
  }
  const asker = await askerOf(deps, headers, store);
  const untaken: UntakenBehaviour[] = [];
  const wishes: Wish[] = [];
  for (const { index, value } of told.events) {
    try {
      const { consent, visitor, numbers } = readShown(value);
      const visitorHash = asker.isBot || !asker.allows(consent) ? null : await asker.hashOf(visitor);
      // Of nobody there is nothing to know.
      if (visitorHash === null) continue;
      const common = { ...UNTOLD, storeId: store.id, asks: false, isBot: false, visitorHash, network: asker.network };
      wishes.push(...numbers.map(({ target, shown }) => ({ ...common, target, shown })));
    } catch (error) {
      if (!(error instanceof Untold)) throw error;
      untaken.push({ index, code: error.outcome });
    }
  }
  // The page is gone, and waits for nothing.
  deps.waitUntil(
    giveNumbers(deps, wishes).catch((error: unknown) => {
      console.warn(JSON.stringify({ event: "shown_numbers_lost", message: errorText(error) }));
    }),
  );
  return untaken;
}
