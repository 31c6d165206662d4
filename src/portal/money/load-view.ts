import type { Deps } from "../../ground/deps.ts";
import type { Visit } from "../frame/admit-page.ts";
import { readAccounts } from "./load-accounts.ts";
import { readDetails } from "./load-details.ts";
import { readNext } from "./load-next.ts";
import { readPayouts } from "./load-payouts.ts";
import { readMonths } from "./load-statement.ts";
import type { FormState, MoneyView } from "./view.ts";

/** Accounts of one page: each costs a few looks at the books. */
const MAX_ACCOUNTS = 5;

/** What the money page of a visit shows: accounts from the number `skip` on, payouts after the id `after`. Throws what D1 throws. */
export async function readView(
  deps: Deps,
  { guest, campaigns, now }: Pick<Visit, "guest" | "campaigns" | "now">,
  { skip, after, form }: { skip: number; after: string | null; form: FormState },
): Promise<MoneyView> {
  const { creatorId } = guest;
  const { accounts, hiddenStores } = await readAccounts(deps, creatorId, campaigns);
  const skipped = skip < accounts.length ? skip : 0;
  const shown = accounts.slice(skipped, skipped + MAX_ACCOUNTS);
  const [next, { payouts, next: older }, months, details] = await Promise.all([
    readNext(deps, creatorId, shown, now),
    readPayouts(deps, creatorId, after),
    readMonths(deps, { creatorId, hiddenStores }),
    readDetails(deps, creatorId),
  ]);
  return {
    accounts: shown.flatMap((account, index) => {
      const found = next[index];
      return found === undefined ? [] : [{ account, next: found }];
    }),
    skipped,
    more: accounts.length > skipped + shown.length,
    hidden: { stores: new Set(hiddenStores), all: hiddenStores.length > 0 && accounts.length === 0 },
    payouts,
    olderShown: after !== null,
    next: older,
    months,
    details,
    form,
  };
}
