import { Hono } from "hono";
import type { AppTypes, Deps } from "../../ground/deps.ts";
import { csvStream } from "../../ground/http/csv.ts";
import { admits } from "../../sales/capture/admit-run.ts";
import { admitted, PRIVATE, submitted, type Visit } from "../frame/admit-page.ts";
import { addressOf } from "../frame/carry.ts";
import { dayIn } from "../../books/ledger/calendar.ts";
import { typedNumber } from "./ask.ts";
import { BROUGHT_COLUMNS, broughtLines } from "./csv.ts";
import { answerFor } from "./load-asked.ts";
import { readBrought } from "./load-brought.ts";
import { askedPage, MAX_ROWS, ordersPage } from "./page.ts";
import { type Asked, askedIn, type Place, placeIn } from "./query.ts";
import { ordersWords } from "./words.ts";

/** Windows that are looked through for one page, where only what stands somewhere is asked for. */
const MAX_WINDOWS = 8;

/** Rows that a CSV is read by at once. */
const CSV_ROWS = 250;

/** What one question counts for against those who guess: ten a minute are enough for whoever asks in earnest. */
const ASK_WEIGHT = 6;

/** `/creator/{token}/orders`: what a creator brought, where each stands and why; and why an order isn't theirs. */
export const ordersRoutes = new Hono<AppTypes>()
  .get("/:token/orders", (c) =>
    admitted(c, async (visit) => {
      const asked = askedIn((name) => c.req.query(name), visit.campaigns);
      const after = placeIn(c.req.query("after"));
      const bounds = { limit: MAX_ROWS, windows: MAX_WINDOWS };
      return ordersPage(visit, { asked, after, stretch: await readBrought(c.env.deps, visit, asked, after, bounds) });
    }),
  )
  .get("/:token/orders/list.csv", (c) =>
    admitted(c, async (visit) => {
      const asked = askedIn((name) => c.req.query(name), visit.campaigns);
      const name = `orders-${dayIn(visit.timezone, visit.now)}.csv`;
      const answer = csvStream(name, BROUGHT_COLUMNS, csvPages(c.env.deps, visit, asked));
      for (const [header, value] of Object.entries(PRIVATE)) answer.headers.set(header, value);
      return answer;
    }),
  )
  // Whoever reloads the answer's address, or comes back to it.
  .get("/:token/orders/ask", (c) =>
    admitted(c, async (visit) => c.body(null, 303, { ...PRIVATE, Location: addressOf(visit, "/orders#ask") })),
  )
  .post("/:token/orders/ask", (c) =>
    submitted(c, async (visit, form) => {
      const { deps } = c.env;
      const number = typedNumber(form.get("number"));
      if (number === "") return askedPage(visit, { number, problem: "askEmpty", answers: [] }, 422);
      // Before anything is looked for, whatever is there: who asks learns nothing by how it is counted.
      if (!(await admits(deps.env.UNKNOWN_SLUGS, `portal ask ${visit.guest.tokenId}`, ASK_WEIGHT))) {
        return askedPage(visit, { number, problem: "askTooOften", answers: [] }, 429);
      }
      return askedPage(visit, { number, problem: null, answers: await answerFor(deps, visit, number) }, 200);
    }),
  );

async function* csvPages(deps: Deps, visit: Visit, asked: Asked): AsyncGenerator<unknown[][]> {
  const say = await ordersWords(visit.language, visit.locale);
  let after: Place | null = null;
  do {
    const { rows, next } = await readBrought(deps, visit, asked, after, { limit: CSV_ROWS, windows: 1 });
    yield rows.flatMap((row) => broughtLines(say, visit, row));
    after = next;
  } while (after !== null);
}
