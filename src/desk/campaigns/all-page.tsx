import type { Context } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { mustAllow } from "../../ground/http/auth.ts";
import { Problem } from "../../ground/http/problem.ts";
import type { Campaign } from "../../programme/campaign/schema.ts";
import { type Desk, deskOf } from "../frame/desk-load.ts";
import { ProblemNote } from "../frame/parts.tsx";
import { answerPage } from "../frame/shell-page.tsx";
import type { Field } from "../form/field.ts";
import { Fields } from "../form/fields.tsx";
import { FormFaults } from "../form/faults.tsx";
import { readForm } from "../form/read.ts";
import { filledBy, newForm } from "../form/show.ts";
import { Results } from "../resource/results.tsx";
import type { BulkResult } from "../resource/resource.ts";
import { type Decided, namedResults } from "./member.tsx";

/** Requests of one form at most: each decides on 200 creators. */
const MOST_ROUNDS = 5;

const FIELDS: readonly Field[] = [
  {
    kind: "choice",
    name: "action",
    label: "What becomes of them",
    as: "radio",
    initial: "approve",
    required: true,
    options: [
      { value: "approve", label: "Approve all who applied" },
      { value: "reject", label: "Reject all who applied" },
      { value: "retry-code", label: "Make all codes again that failed" },
    ],
  },
  {
    kind: "text",
    name: "reason",
    label: "Reason",
    max: 500,
    empty: "omit",
    hint: "Is kept with each creator, and in the audit log. Not for codes that are made again.",
  },
];

/** What a decision on all came to. */
interface Outcome {
  changed: number;
  refused: number;
  more: boolean;
  shown: BulkResult[];
  problem: Problem | null;
}

/** Answers the form by which all creators of a campaign who wait are decided on, and takes it. */
export async function allPage(c: Context<AppTypes>, id: string): Promise<Response> {
  const desk = deskOf(c);
  mustAllow(desk.actor, ["plans:write"]);
  const campaign = await desk.api.get<Campaign>(`/campaigns/${encodeURIComponent(id)}`);
  const filled = c.req.method === "POST" ? filledBy(await c.req.formData()) : newForm(FIELDS);
  const step = filled.get("_step")?.at(-1);
  const { body, faults } = readForm(FIELDS, filled, true);
  if (body["action"] === "retry-code") delete body["reason"];
  const outcome = step === undefined || faults.length > 0 ? null : await decide(desk, campaign, body, step !== "do");
  const problem =
    faults.length > 0
      ? new Problem("validation_failed", "Some values have to be mended.", faults)
      : (outcome?.problem ?? null);
  const back = `/admin/campaigns/${campaign.id}`;
  return answerPage(
    c,
    {
      title: "Decide on all who wait",
      status: problem === null ? 200 : 422,
      done: step === "do" && problem === null ? `Done for ${outcome?.changed ?? 0}.` : null,
      trail: [
        { name: "Campaigns", path: "/admin/campaigns" },
        { name: campaign.name, path: back },
        { name: "Creators", path: `${back}/creators` },
      ],
    },
    <>
      {problem !== null && problem.fields.length === 0 ? (
        <ProblemNote problem={problem} />
      ) : (
        <FormFaults problem={problem} fields={FIELDS} />
      )}
      {outcome === null || problem !== null ? null : <OutcomeOf outcome={outcome} isDone={step === "do"} />}
      <form method="post" class="form card" novalidate>
        <Fields fields={FIELDS} state={{ filled, faults }} />
        <div class="row">
          <button name="_step" value="look">
            See what it comes to
          </button>
          {outcome === null || outcome.changed === 0 || step === "do" ? null : (
            <button class="main" name="_step" value="do">
              Do it
            </button>
          )}
          <a href={`${back}/creators`}>{step === "do" ? "To the creators" : "Cancel"}</a>
        </div>
      </form>
    </>,
  );
}

/** Asks the API until nobody is left, or so often; a dry run is asked once, since what it doesn't change stays first. */
async function decide(
  desk: Desk,
  campaign: Campaign,
  body: Readonly<Record<string, unknown>>,
  dryRun: boolean,
): Promise<Outcome> {
  const outcome: Outcome = { changed: 0, refused: 0, more: false, shown: [], problem: null };
  for (let round = 0; round < (dryRun ? 1 : MOST_ROUNDS); round += 1) {
    const sent = await desk.api.send<Decided>("POST", `/campaigns/${campaign.id}/creators/bulk`, {
      ...body,
      all: true,
      dryRun,
    });
    if (!sent.ok) return { ...outcome, problem: sent.problem };
    const { counts, more } = sent.body;
    outcome.changed += counts.changed;
    outcome.refused += counts.refused;
    outcome.more = more;
    if (round === 0)
      outcome.shown = await namedResults(desk, { ...sent.body, results: sent.body.results.slice(0, 50) });
    if (!more || counts.changed === 0) break;
  }
  return outcome;
}

function OutcomeOf({ outcome, isDone }: { outcome: Outcome; isDone: boolean }) {
  const { changed, refused, more, shown } = outcome;
  return (
    <section class="card" aria-label="What it comes to">
      <p>
        {isDone ? null : <b>Nothing has happened yet. </b>}
        {isDone ? `It was done for ${changed}` : `It can be done for ${changed}`}
        {refused === 0 ? "." : `, and was refused for ${refused}.`}
        {more
          ? isDone
            ? " Others still wait: do it once more."
            : " There are more than these; doing it goes on with them."
          : null}
      </p>
      {shown.length === 0 ? null : (
        <Results caption="The first of them" noun="Creator" results={shown} isDone={isDone} />
      )}
    </section>
  );
}
