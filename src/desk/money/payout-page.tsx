import { Hono } from "hono";
import type { Context } from "hono";
import { dayIn } from "../../books/ledger/calendar.ts";
import type { Payout } from "../../books/payout/schema.ts";
import type { AppTypes } from "../../ground/deps.ts";
import { mustAllow } from "../../ground/http/auth.ts";
import { Problem } from "../../ground/http/problem.ts";
import { deskOf } from "../frame/desk-load.ts";
import { filledBy } from "../form/show.ts";
import { namesOf } from "../frame/names-load.ts";
import { Amount, Named, ProblemNote } from "../frame/parts.tsx";
import { kindOfId } from "../frame/places.ts";
import { answerPage, SAFE } from "../frame/shell-page.tsx";

/** Files of payout runs, and the page from which the one for the bank is fetched. */
export const payoutFiles = new Hono<AppTypes>()
  .get("/payouts/:id/export.csv", (c) => file(c, "csv"))
  .get("/payouts/:id/export.json", (c) => file(c, "json"))
  .get("/payouts/:id/sepa", (c) => bankPage(c, null))
  .post("/payouts/:id/sepa", async (c) => {
    const filled = filledBy(await c.req.formData());
    const asked = ["skip", "executeOn"].map((name) => [name, filled.get(name)?.at(-1) ?? ""]);
    try {
      return await file(c, "sepa", Object.fromEntries(asked));
    } catch (error) {
      if (error instanceof Problem) return bankPage(c, error);
      throw error;
    }
  });

async function file(c: Context<AppTypes>, format: string, query: Record<string, string> = {}): Promise<Response> {
  const id = c.req.param("id") ?? "";
  const answer = await deskOf(c).api.open(`/payouts/${encodeURIComponent(id)}/export`, { format, ...query });
  const name = format === "sepa" ? `${id}.xml` : `${id}.${format}`;
  return new Response(answer.body, {
    headers: {
      ...SAFE,
      "Content-Type": answer.headers.get("content-type") ?? "application/octet-stream",
      "Content-Disposition": `attachment; filename="${name}"`,
    },
  });
}

/** Answers the page from which a run's file for the bank is fetched, with why there is none. */
async function bankPage(c: Context<AppTypes>, problem: Problem | null): Promise<Response> {
  const desk = deskOf(c);
  mustAllow(desk.actor, ["orders:write"]);
  const run = await desk.api.get<Payout>(`/payouts/${encodeURIComponent(c.req.param("id") ?? "")}`);
  const here = `/admin/payouts/${run.id}`;
  const names = await namesOf(
    desk,
    (problem?.fields ?? []).map(({ path }) => path),
  );
  return answerPage(
    c,
    {
      title: "File for the bank",
      status: problem === null ? 200 : 422,
      trail: [
        { name: "Payouts", path: "/admin/payouts" },
        { name: `Run of ${desk.formats.date(dayIn(desk.timezone, Date.parse(run.createdAt)))}`, path: here },
      ],
    },
    <>
      {problem === null ? null : <WhyNot problem={problem} names={names} />}
      <section class="card" aria-label="File for the bank">
        <p>
          A SEPA credit transfer (pain.001) of{" "}
          <Amount desk={desk} minor={run.total.amountMinor} currency={run.currency} /> to {run.creators}{" "}
          {run.creators === 1 ? "creator" : "creators"}, which banks take as one order. It has whole IBANs, so fetching
          it is noted in the audit log. It pays nobody by itself: upload it at your bank, then mark the run as paid.
        </p>
        <p>
          It is paid from <a href={`/admin/payouts/accounts/${run.storeId}`}>the store’s account</a>, to the accounts
          that creators’ pages have under “Where they are paid”.
        </p>
        <form method="post" class="form">
          <label class="check">
            <input type="checkbox" name="skip" value="missing" />
            <span>Leave out who can’t be paid by it. They stay in the run: pay them another way.</span>
          </label>
          <div class="field short">
            <label for="f-executeOn">
              Day on which the bank is to pay <small>(optional)</small>
            </label>
            <input type="date" id="f-executeOn" name="executeOn" aria-describedby="f-executeOn-hint" />
            <p class="hint" id="f-executeOn-hint">
              Empty: today.
            </p>
          </div>
          <div class="row">
            <button class="main">Fetch the file</button>
            <a href={here}>Back to the run</a>
          </div>
        </form>
      </section>
    </>,
  );
}

/** Why there is no file: who can't be paid by it, each with what is missing, or anything else. */
function WhyNot({ problem, names }: { problem: Problem; names: Readonly<Record<string, string>> }) {
  const creators = problem.fields.filter(({ path }) => kindOfId(path) === "creator");
  if (creators.length === 0) return <ProblemNote problem={problem} />;
  const { missing, ready } = problem.counts ?? {};
  return (
    <>
      <ProblemNote problem={problem} fields={false} />
      <section class="card" aria-label="Who can’t be paid by it">
        {missing === undefined ? null : (
          <p>
            Can’t be paid by it: {missing}. Can be: {ready ?? 0}.
          </p>
        )}
        <ul>
          {creators.map(({ path, message }) => (
            <li>
              <Named id={path} names={names} />: {message}
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}
