import type { Context } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { mustAllow } from "../../ground/http/auth.ts";
import type { Problem } from "../../ground/http/problem.ts";
import { deskOf } from "../frame/desk-load.ts";
import { Card, Facts, Named } from "../frame/parts.tsx";
import { answerPage } from "../frame/shell-page.tsx";
import type { Field } from "../form/field.ts";
import { Fields } from "../form/fields.tsx";
import { FormFaults } from "../form/faults.tsx";
import { onceFor } from "../form/once-page.ts";
import { type Filled, readForm } from "../form/read.ts";
import { filledBy, showForm } from "../form/show.ts";
import { EarnsNothing } from "./earns-load.tsx";
import type { NamedCampaign } from "./plans-load.ts";
import { pathOfStep, Steps } from "./steps.tsx";

const FIELDS: readonly Field[] = [
  {
    kind: "switch",
    name: "tracking",
    label: "Make codes and links from now on",
    hint: "Without it creators take part, and get nothing of their own: it can be switched on later.",
  },
];

/** Answers the last step: what the launch comes to. */
export async function launchStepPage(c: Context<AppTypes>, id: string): Promise<Response> {
  const desk = deskOf(c);
  mustAllow(desk.actor, ["plans:write"]);
  const campaign = await read(c, id);
  return showing(c, campaign, showForm(FIELDS, { tracking: campaign.planId !== null }), null);
}

/**
 * Launches a campaign. Whether codes and links are made is said first: if the launch is refused then, the campaign is still a
 * draft, and the step can be repeated.
 */
export async function takeLaunchStep(c: Context<AppTypes>, id: string): Promise<Response> {
  const desk = deskOf(c);
  mustAllow(desk.actor, ["plans:write"]);
  const campaign = await read(c, id);
  const filled = filledBy(await c.req.formData());
  const tracking = readForm(FIELDS, filled, true).body["tracking"] === true;
  const path = `/campaigns/${campaign.id}`;
  if (campaign.status === "draft" && tracking !== campaign.tracking) {
    const changed = await desk.api.send("PATCH", path, { tracking });
    if (!changed.ok) return showing(c, campaign, filled, changed.problem);
  }
  const launched = await desk.api.send("POST", `${path}/launch`, undefined, { once: filled.get("_once")?.at(-1) });
  if (!launched.ok) return showing(c, campaign, filled, launched.problem);
  return c.redirect(`/admin/campaigns/${campaign.id}?done=launch`, 303);
}

function read(c: Context<AppTypes>, id: string): Promise<NamedCampaign> {
  return deskOf(c).api.get(`/campaigns/${encodeURIComponent(id)}`, { expand: "names" });
}

function showing(
  c: Context<AppTypes>,
  campaign: NamedCampaign,
  filled: Filled,
  problem: Problem | null,
): Promise<Response> {
  const desk = deskOf(c);
  const { total } = campaign.generation;
  const here = `/admin/campaigns/${campaign.id}`;
  return answerPage(
    c,
    {
      title: `Launch ${campaign.name}`,
      status: problem === null ? 200 : 422,
      trail: [{ name: "Campaigns", path: "/admin/campaigns" }],
    },
    <>
      {campaign.status === "draft" ? <Steps id={campaign.id} current="launch" /> : null}
      <FormFaults problem={problem} fields={FIELDS} />
      {campaign.planId === null ? (
        <p class="warn">
          There is no plan, so no codes and links can be made.{" "}
          <a href={pathOfStep(campaign.id, "plan")}>Choose a plan, or make one</a>
        </p>
      ) : null}
      <EarnsNothing desk={desk} planId={campaign.planId} />
      {campaign.warnings.map(({ detail }) => (
        <p class="warn">{detail}</p>
      ))}
      <Card title="What is launched">
        <Facts
          facts={[
            ["Plan", <Named id={campaign.planId} names={campaign.names ?? {}} />],
            [
              "Creators",
              <a href={`${here}/creators`}>
                {total === 1 ? "1 takes part" : `${desk.formats.count(total)} take part`}
              </a>,
            ],
            [
              "Codes and links are made",
              campaign.generateOn === "approval" ? "for those who are approved" : "for all who are added",
            ],
            ["They see their performance", campaign.creatorsSeePerformance ? "yes" : "no"],
          ]}
        />
        <p>
          From then on the campaign keeps its plan. Codes and links are made while you go on, and the campaign’s page
          says how far that is. A launch can’t be taken back; a campaign that is over is archived.
        </p>
        <form method="post" class="form" novalidate>
          <input type="hidden" name="_once" value={onceFor(filled, problem)} />
          <Fields fields={FIELDS} state={{ filled, faults: [] }} />
          <div class="row">
            <button class="main">Launch</button>
            <a href={here}>Leave it for now</a>
          </div>
        </form>
      </Card>
    </>,
  );
}
