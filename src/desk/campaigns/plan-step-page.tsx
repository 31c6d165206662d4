import type { Context } from "hono";
import type { Child } from "hono/jsx";
import type { AppTypes } from "../../ground/deps.ts";
import { mustAllow } from "../../ground/http/auth.ts";
import { Problem } from "../../ground/http/problem.ts";
import type { Campaign } from "../../programme/campaign/schema.ts";
import type { TrackingPlan } from "../../programme/plan/schema.ts";
import type { Sent } from "../frame/api-load.ts";
import { type Desk, deskOf } from "../frame/desk-load.ts";
import { withQuery } from "../frame/places.ts";
import { answerPage } from "../frame/shell-page.tsx";
import { Fields, type FormState } from "../form/fields.tsx";
import { FormFaults } from "../form/faults.tsx";
import { onceFor } from "../form/once-page.ts";
import { type Filled, readForm } from "../form/read.ts";
import { resolveRefs } from "../form/resolve-load.ts";
import { filledBy, newForm, showForm } from "../form/show.ts";
import { planBody } from "../plans/body.ts";
import { currencyOf, draftPreview } from "../plans/draft-preview.tsx";
import { PreviewFacts } from "../plans/plan-preview.tsx";
import { forWhom, previewOf } from "../plans/preview-load.ts";
import { SampleEarns } from "../plans/sample-order.tsx";
import { type PlanChoice, planStepFields } from "./fields.ts";
import { type NamedCampaign, plansToChoose } from "./plans-load.ts";
import { pathOfStep, Steps } from "./steps.tsx";

type Body = Record<string, unknown>;

/** Answers the first step: of a campaign that isn't there yet (`id` is `null`), or of a draft. */
export async function planStepPage(c: Context<AppTypes>, id: string | null): Promise<Response> {
  const desk = deskOf(c);
  mustAllow(desk.actor, ["plans:write"]);
  const campaign = id === null ? null : await draftOf(desk, id);
  if (campaign?.status === "launched" || campaign?.status === "archived")
    return c.redirect(`/admin/campaigns/${campaign.id}/edit`, 303);
  const plans = await plansToChoose(desk, campaign);
  const fields = planStepFields(desk, plans, campaign === null, null);
  const filled = newForm(fields);
  if (plans?.length === 0) filled.set("how", ["make"]);
  if (campaign === null) {
    for (const name of ["name", "planId"]) {
      const value = desk.url.searchParams.get(name);
      if (value !== null) filled.set(name, [value]);
    }
  } else {
    const how: PlanChoice = campaign.planId === null ? "later" : "choose";
    for (const [name, texts] of showForm(fields, { ...campaign, how }, campaign.names ?? {})) filled.set(name, texts);
  }
  const store = desk.store ?? (desk.stores.length === 1 ? desk.stores[0] : undefined);
  if (store !== undefined) filled.set("plan.storeId", [store.id]);
  return showing(c, campaign, { filled, faults: [] }, null, null);
}

/** Takes the first step: makes the draft, or changes it, and goes on to its creators. */
export async function takePlanStep(c: Context<AppTypes>, id: string | null): Promise<Response> {
  const desk = deskOf(c);
  mustAllow(desk.actor, ["plans:write"]);
  const campaign = id === null ? null : await draftOf(desk, id);
  const filled = filledBy(await c.req.formData());
  const step = filled.get("_step")?.at(-1) ?? "save";
  if (step === "more") return showing(c, campaign, { filled, faults: [] }, null, null);
  const choice = choiceOf(filled);
  const {
    body: read,
    faults,
    refs,
  } = readForm(planStepFields(desk, await plansToChoose(desk, campaign), campaign === null, choice), filled, true);
  faults.push(...(await resolveRefs(desk.api, refs)));
  if (choice === "choose" && read["planId"] === undefined) faults.push({ path: "planId", message: "is missing" });
  if (faults.length > 0) {
    const problem = new Problem("validation_failed", "Some values have to be mended.", faults);
    return showing(c, campaign, { filled, faults }, problem, null);
  }
  const { how: _how, plan, ...body } = read;
  const newPlan = choice === "make" ? planBody(plan as Body, true) : null;
  const madePlan = newPlan !== null && { plan: newPlan };
  if (step === "preview") {
    // A draft's new plan is made by itself: `previewFor` says what is wrong with that.
    const refused = await (campaign === null
      ? desk.api.check("POST", "/campaigns", { ...body, ...madePlan })
      : desk.api.check("PATCH", `/campaigns/${campaign.id}`, body));
    if (refused !== null) return showing(c, campaign, { filled, faults: refused.fields }, refused, null);
    const preview = await previewFor(desk, newPlan, body).catch((error: unknown) => {
      if (error instanceof Problem) return error;
      throw error;
    });
    return preview instanceof Problem
      ? showing(c, campaign, { filled, faults: preview.fields }, preview, null)
      : showing(c, campaign, { filled, faults: [] }, null, preview);
  }
  const sent =
    campaign === null
      ? await desk.api.send<Campaign>(
          "POST",
          "/campaigns",
          { ...body, ...madePlan },
          { once: filled.get("_once")?.at(-1) },
        )
      : await changed(desk, campaign, body, newPlan, choice, filled.get("_once")?.at(-1));
  if (!sent.ok) return showing(c, campaign, { filled, faults: sent.problem.fields }, sent.problem, null);
  return c.redirect(
    withQuery(pathOfStep(sent.body.id, "creators"), { done: campaign === null ? "created" : "saved" }),
    303,
  );
}

function draftOf(desk: Desk, id: string): Promise<NamedCampaign> {
  return desk.api.get<NamedCampaign>(`/campaigns/${encodeURIComponent(id)}`, { expand: "names" });
}

function choiceOf(filled: Filled): PlanChoice {
  const how = filled.get("how")?.at(-1);
  return how === "make" || how === "later" ? how : "choose";
}

/** Changes a draft. A plan that is made for it is made first: if the campaign is refused then, the plan can be chosen. */
async function changed(
  desk: Desk,
  campaign: Campaign,
  body: Body,
  newPlan: Body | null,
  choice: PlanChoice,
  once: string | undefined,
): Promise<Sent<Campaign>> {
  let planId = choice === "later" ? null : body["planId"];
  if (newPlan !== null) {
    const made = await desk.api.send<TrackingPlan>("POST", "/tracking-plans", newPlan, { once });
    if (!made.ok) {
      const { code, message, fields, headers, existing } = made.problem;
      const at = fields.map((fault) => ({ ...fault, path: `plan.${fault.path}` }));
      return { ok: false, problem: new Problem(code, message, at, headers, existing) };
    }
    planId = made.body.id;
  }
  return desk.api.send<Campaign>("PATCH", `/campaigns/${campaign.id}`, { ...body, planId });
}

/** What a creator would get by the plan of the form, and what an order would earn. Throws the API's `Problem`. */
async function previewFor(desk: Desk, newPlan: Body | null, { name, planId }: Body): Promise<Child> {
  const whom = typeof name === "string" ? { campaign: name } : {};
  if (newPlan !== null) return draftPreview(desk, newPlan, whom);
  if (typeof planId !== "string") return <p>Without a plan nobody gets a code or a link.</p>;
  const [preview, plan] = await Promise.all([
    previewOf(desk, planId, forWhom(whom)),
    desk.api.get<TrackingPlan>(`/tracking-plans/${planId}`),
  ]);
  return (
    <>
      <h3>What a creator would get</h3>
      <PreviewFacts preview={preview} />
      <h3>What an order would earn</h3>
      <SampleEarns desk={desk} commission={plan.commission} order={{}} currency={currencyOf(desk, plan) ?? "EUR"} />
    </>
  );
}

async function showing(
  c: Context<AppTypes>,
  campaign: NamedCampaign | null,
  state: FormState,
  problem: Problem | null,
  preview: Child,
): Promise<Response> {
  const desk = deskOf(c);
  const fields = planStepFields(desk, await plansToChoose(desk, campaign), campaign === null, null);
  return answerPage(
    c,
    {
      title: campaign === null ? "New campaign" : `Set up ${campaign.name}`,
      status: problem === null ? 200 : 422,
      trail: [{ name: "Campaigns", path: "/admin/campaigns" }],
      islands: ["lists", "when"],
    },
    <>
      <Steps id={campaign?.id ?? null} current="plan" />
      <FormFaults problem={problem} fields={fields} />
      {preview === null ? null : (
        <section class="card" aria-label="Preview">
          {preview}
        </section>
      )}
      <form method="post" class="form" novalidate>
        <button class="off" tabindex={-1} aria-hidden="true" name="_step" value="save">
          Save
        </button>
        <input type="hidden" name="_once" value={onceFor(state.filled, problem)} />
        <Fields fields={fields} state={state} />
        <div class="row">
          <button class="main" name="_step" value="save">
            Save draft, and go on
          </button>
          <button name="_step" value="preview">
            Preview
          </button>
          <a href={campaign === null ? "/admin/campaigns" : `/admin/campaigns/${campaign.id}`}>Cancel</a>
        </div>
      </form>
    </>,
  );
}
