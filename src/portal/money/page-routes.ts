import { Hono } from "hono";
import { planProposal } from "../../books/proposal/change.ts";
import type { AppTypes } from "../../ground/deps.ts";
import { commit } from "../../ground/http/commit.ts";
import { csvStream } from "../../ground/http/csv.ts";
import { Problem } from "../../ground/http/problem.ts";
import { ID_PREFIXES } from "../../ground/id.ts";
import { admitted, type PortalContext, PRIVATE, submitted, type Visit } from "../frame/admit-page.ts";
import { addressOf } from "../frame/carry.ts";
import { readAccount, typedIn } from "./account-form.ts";
import { STATEMENT_COLUMNS, statementLines } from "./csv.ts";
import { bookedEntries, monthOf, statementView } from "./load-statement-view.ts";
import { readView } from "./load-view.ts";
import { moneyPage } from "./page.ts";
import { statementPage } from "./statement-page.ts";
import { type FormState, UNTOUCHED } from "./view.ts";

/** What `?done=` says once payout details were sent. */
const SENT = "details";

/** `/creator/{token}/money`: what a creator is owed and was paid, their statements, and where they are paid. */
export const moneyRoutes = new Hono<AppTypes>()
  .get("/:token/money", (c) =>
    admitted(c, (visit) => answer(c, visit, { ...UNTOUCHED, sent: c.req.query("done") === SENT })),
  )
  .post("/:token/money/payout-details", (c) =>
    submitted(c, async (visit, form) => {
      const { guest } = visit;
      const typed = typedIn(form);
      const read = readAccount(typed);
      if (read.faults !== undefined) return answer(c, visit, { ...UNTOUCHED, typed, faults: read.faults });
      try {
        await commit(c, async () => planProposal(c.env.deps, guest, read.account));
      } catch (error) {
        if (!(error instanceof Problem) || error.code !== "rate_limited") throw error;
        return answer(c, visit, { ...UNTOUCHED, tooMany: true });
      }
      return c.body(null, 303, { ...PRIVATE, Location: addressOf(visit, `/money?done=${SENT}`) });
    }),
  )
  .get("/:token/money/statement", (c) =>
    admitted(c, async (visit) => {
      const { deps } = c.env;
      const month = await monthOf(deps, visit, c.req.query("month"));
      return statementPage(visit, await statementView(deps, visit, month, countIn(c.req.query("skip"))));
    }),
  )
  .get("/:token/money/statement.csv", (c) =>
    admitted(c, async (visit) => {
      const { deps } = c.env;
      const month = await monthOf(deps, visit, c.req.query("month"));
      const file = csvStream(
        `statement-${month.month}.csv`,
        STATEMENT_COLUMNS,
        linesOf(bookedEntries(deps, visit, month)),
      );
      for (const [name, value] of Object.entries(PRIVATE)) file.headers.set(name, value);
      return file;
    }),
  );

async function answer(c: PortalContext, visit: Visit, form: FormState): Promise<Response> {
  const after = c.req.query("payouts") ?? null;
  const view = await readView(c.env.deps, visit, {
    skip: countIn(c.req.query("skip")),
    after: after?.startsWith(ID_PREFIXES.payout) === true ? after : null,
    form,
  });
  return moneyPage(visit, view);
}

async function* linesOf(pages: ReturnType<typeof bookedEntries>): AsyncGenerator<unknown[][]> {
  for await (const page of pages) yield statementLines(page);
}

/** A number that an address has; 0 for anything else. */
function countIn(text: string | undefined): number {
  const count = Number(text ?? 0);
  return Number.isSafeInteger(count) && count > 0 ? count : 0;
}
