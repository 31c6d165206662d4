import type { Context } from "hono";
import type { Child } from "hono/jsx";
import type { AppTypes } from "../../ground/deps.ts";
import { mustAllow } from "../../ground/http/auth.ts";
import { Problem } from "../../ground/http/problem.ts";
import type { Campaign } from "../../programme/campaign/schema.ts";
import type { Creator } from "../../programme/creator/schema.ts";
import type { Page } from "../frame/api-load.ts";
import { type Desk, deskOf } from "../frame/desk-load.ts";
import { Card, Empty } from "../frame/parts.tsx";
import { withQuery } from "../frame/places.ts";
import { answerPage } from "../frame/shell-page.tsx";
import { Fields, type FormState } from "../form/fields.tsx";
import { FormFaults } from "../form/faults.tsx";
import { readForm } from "../form/read.ts";
import { resolveRefs } from "../form/resolve-load.ts";
import { filledBy, newForm } from "../form/show.ts";
import { addAll, addCreators, type Added } from "./add-load.ts";
import { PASTED_FIELD, STATUS_FIELD } from "./fields.ts";
import { pathOfStep, Steps } from "./steps.tsx";

/** Creators of a page of the search. */
const FOUND = 50;

/** Names that one form may paste: each is looked up. */
const MOST_NAMES = 50;

/** Answers the second step, which is also how a campaign that is launched gets more creators. */
export async function creatorsStepPage(c: Context<AppTypes>, id: string): Promise<Response> {
  const desk = deskOf(c);
  mustAllow(desk.actor, ["plans:write"]);
  return showing(c, id, { filled: newForm([STATUS_FIELD]), faults: [] }, null, null);
}

/** Takes those who were ticked, pasted, or all that the search finds. */
export async function takeCreatorsStep(c: Context<AppTypes>, id: string): Promise<Response> {
  const desk = deskOf(c);
  mustAllow(desk.actor, ["plans:write"]);
  const filled = filledBy(await c.req.formData());
  const how = filled.get("_how")?.at(-1);
  const status = filled.get("status")?.at(-1) === "applied" ? "applied" : "approved";
  const here = pathOfStep(id, "creators");
  if (how === "all") {
    const done = await addAll(desk, id, status, desk.url.searchParams.get("q"), filled.get("cursor")?.at(-1) ?? null);
    if (done instanceof Problem) return showing(c, id, { filled, faults: [] }, done, null);
    if (done.next === null) return c.redirect(countedPath(here, done), 303);
    return showing(c, id, { filled, faults: [] }, null, done);
  }
  let ids: string[] = filled.get("id") === undefined ? [] : [...(filled.get("id") ?? [])];
  if (how !== "ticked") {
    const { body, faults, refs } = readForm([PASTED_FIELD], filled, true);
    if (refs.length > MOST_NAMES)
      faults.push({ path: "creatorIds", message: `has ${refs.length} names; ${MOST_NAMES} are looked up at a time` });
    else faults.push(...(await resolveRefs(desk.api, refs)));
    if (faults.length > 0) {
      const problem = new Problem("validation_failed", "Some values have to be mended.", faults);
      return showing(c, id, { filled, faults }, problem, null);
    }
    ids = (body["creatorIds"] ?? []) as string[];
  }
  if (ids.length === 0) {
    const message = how === "ticked" ? "Nobody is ticked." : "Nobody is named.";
    return showing(c, id, { filled, faults: [] }, new Problem("validation_failed", message), null);
  }
  const added = await addCreators(desk, id, status, ids);
  if (added instanceof Problem) return showing(c, id, { filled, faults: added.fields }, added, null);
  return c.redirect(countedPath(here, added), 303);
}

function countedPath(here: string, { added, existing }: { added: number; existing: number }): string {
  return withQuery(here, { added: String(added), existing: String(existing) });
}

/** What was just done, by the numbers in the address. */
function doneText({ searchParams }: URL): string | null {
  if (searchParams.get("done") === "created") return "Draft saved.";
  if (searchParams.get("done") === "saved") return "Saved.";
  const [added, existing] = ["added", "existing"].map((name) => Number(searchParams.get(name) ?? "-1"));
  if (!Number.isInteger(added) || added === undefined || added < 0) return null;
  return addedText({ added, existing: Math.max(0, existing ?? 0) });
}

function addedText({ added, existing }: { added: number; existing: number }): string {
  const were = existing === 0 ? "" : ` ${existing === 1 ? "One was" : `${existing} were`} in the campaign already.`;
  return `${added === 1 ? "One creator was" : `${added} creators were`} added.${were}`;
}

async function showing(
  c: Context<AppTypes>,
  id: string,
  state: FormState,
  problem: Problem | null,
  part: Added | null,
): Promise<Response> {
  const desk = deskOf(c);
  const { searchParams } = desk.url;
  const q = searchParams.get("q")?.trim() ?? "";
  const [campaign, found] = await Promise.all([
    desk.api.get<Campaign>(`/campaigns/${encodeURIComponent(id)}`),
    desk.api.get<Page<Creator>>("/creators", { q, limit: FOUND, cursor: searchParams.get("cursor") }),
  ]);
  const isDraft = campaign.status === "draft";
  const here = pathOfStep(campaign.id, "creators");
  return answerPage(
    c,
    {
      title: isDraft ? `Set up ${campaign.name}` : `Add creators to ${campaign.name}`,
      status: problem === null ? 200 : 422,
      done: part === null ? doneText(desk.url) : addedText(part),
      trail: [
        { name: "Campaigns", path: "/admin/campaigns" },
        ...(isDraft ? [] : [{ name: campaign.name, path: `/admin/campaigns/${campaign.id}` }]),
      ],
    },
    <>
      {isDraft ? <Steps id={campaign.id} current="creators" /> : null}
      <FormFaults problem={problem} fields={[PASTED_FIELD, STATUS_FIELD]} />
      <TakesPart desk={desk} campaign={campaign} />
      {part === null ? null : <GoOn part={part} status={state.filled.get("status")?.at(-1) ?? "approved"} />}
      <form class="filters" action={here} role="search" aria-label="Find creators">
        <div class="field">
          <label for="f-q">Find creators</label>
          <input id="f-q" name="q" type="search" value={q} />
        </div>
        <button>Find</button>
        {q === "" ? null : <a href={here}>Show all</a>}
      </form>
      <form method="post" class="form" action={withQuery(here, { q })} novalidate>
        <Fields fields={[STATUS_FIELD]} state={state} />
        <Card title={q === "" ? "Creators" : `Found for “${q}”`}>
          <FoundList found={found.data} />
          {found.data.length === 0 ? null : (
            <div class="row">
              <button class="main" name="_how" value="ticked">
                Add those that are ticked
              </button>
              <button name="_how" value="all">
                {q === "" ? "Add all creators" : "Add all that were found"}
              </button>
            </div>
          )}
          {found.nextCursor === null && searchParams.get("cursor") === null ? null : (
            <nav class="row" aria-label="Pages">
              {searchParams.get("cursor") === null ? null : <a href={withQuery(here, { q })}>First page</a>}
              {found.nextCursor === null ? null : (
                <a rel="next" href={withQuery(here, { q, cursor: found.nextCursor })}>
                  Next page
                </a>
              )}
            </nav>
          )}
        </Card>
        <Card title="Or paste them">
          <Fields fields={[PASTED_FIELD]} state={state} />
          <div class="row">
            <button name="_how" value="pasted">
              Add those that are pasted
            </button>
          </div>
        </Card>
      </form>
      <p class="row">
        {isDraft ? (
          <a class="button main" href={pathOfStep(campaign.id, "preview")}>
            Go on to the preview
          </a>
        ) : null}
        <a href={`/admin/campaigns/${campaign.id}`}>{isDraft ? "Leave it for now" : "To the campaign"}</a>
      </p>
    </>,
  );
}

function TakesPart({ desk, campaign }: { desk: Desk; campaign: Campaign }): Child {
  const { total } = campaign.generation;
  const makes =
    campaign.planId !== null && campaign.tracking
      ? " Their codes and links are made at once, as far as the campaign says so."
      : campaign.status === "draft"
        ? " Nothing is made for them before the launch."
        : "";
  return (
    <p class="note">
      {total === 0 ? (
        "Nobody takes part yet."
      ) : (
        <>
          <a href={`/admin/campaigns/${campaign.id}/creators`}>
            {total === 1 ? "One creator" : `${desk.formats.count(total)} creators`}
          </a>{" "}
          {total === 1 ? "takes" : "take"} part.
        </>
      )}
      {makes} Whoever is added by mistake can be rejected, not removed.
    </p>
  );
}

/** All creators are many: what one request adds is told, and the next goes on from there. */
function GoOn({ part, status }: { part: Added; status: string }) {
  return (
    <form method="post" class="card">
      <p>There are more of them.</p>
      <input type="hidden" name="status" value={status} />
      <input type="hidden" name="cursor" value={part.next ?? ""} />
      <div class="row">
        <button class="main" name="_how" value="all">
          Go on adding them
        </button>
      </div>
    </form>
  );
}

function FoundList({ found }: { found: readonly Creator[] }) {
  if (found.length === 0) {
    return (
      <Empty
        title="No creator is found."
        action={
          <a class="button" href="/admin/creators/new">
            New creator
          </a>
        }
      />
    );
  }
  return (
    <fieldset>
      <legend>Who is added</legend>
      {found.map((creator) => {
        const { id, firstName, lastName, email, handles } = creator;
        const name = `${firstName} ${lastName}`.trim();
        const details = [
          ...(name === "" || email === null ? [] : [email]),
          ...Object.entries(handles).map(([network, handle]) => `${network} ${handle}`),
        ];
        return (
          <label class="check">
            <input type="checkbox" name="id" value={id} />
            <span>
              {name || (email ?? id)} <small>{details.join(" · ")}</small>
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}
