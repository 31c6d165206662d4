import type { Context } from "hono";
import type { Child } from "hono/jsx";
import type { AppTypes } from "../../ground/deps.ts";
import { mustAllow } from "../../ground/http/auth.ts";
import { Problem } from "../../ground/http/problem.ts";
import type { TrackingPlan } from "../../programme/plan/schema.ts";
import { deskOf } from "../frame/desk-load.ts";
import { Card } from "../frame/parts.tsx";
import { answerPage } from "../frame/shell-page.tsx";
import type { Field } from "../form/field.ts";
import { Fields } from "../form/fields.tsx";
import { FormFaults } from "../form/faults.tsx";
import { readForm } from "../form/read.ts";
import { resolveRefs } from "../form/resolve-load.ts";
import { showForm } from "../form/show.ts";
import { ORDER_FIELDS, PREVIEW_FIELDS } from "./preview-fields.ts";
import { currencyOf } from "./draft-preview.tsx";
import { PreviewFacts } from "./plan-preview.tsx";
import { forWhom, previewOf } from "./preview-load.ts";
import type { SampleOrder } from "./sample.ts";
import { SampleEarns } from "./sample-order.tsx";
import { commissionTexts } from "./words.ts";

const FIELDS: readonly Field[] = [
  { kind: "group", name: null, label: "Of whom", fields: PREVIEW_FIELDS },
  { kind: "group", name: "order", label: "A sample order", fields: ORDER_FIELDS, optional: true },
];

/** Answers what a creator gets by a plan, and what an order earns by it; its address says of whom and of which order. */
export async function previewPage(c: Context<AppTypes>, id: string): Promise<Response> {
  const desk = deskOf(c);
  mustAllow(desk.actor, ["plans:read"]);
  const plan = await desk.api.get<TrackingPlan>(`/tracking-plans/${encodeURIComponent(id)}`);
  const { searchParams } = desk.url;
  const typed = new Map([...new Set(searchParams.keys())].map((name) => [name, searchParams.getAll(name)]));
  const { body, faults, refs } = readForm(FIELDS, typed, true);
  faults.push(...(await resolveRefs(desk.api, refs)));
  let problem = faults.length === 0 ? null : new Problem("validation_failed", "Some values have to be mended.", faults);
  let shown: Child = null;
  if (problem === null) {
    try {
      shown = <PreviewFacts preview={await previewOf(desk, plan.id, forWhom(body))} />;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problem = error;
    }
  }
  const isSomebody = body["creatorId"] !== undefined || body["creator"] !== undefined;
  const currency = currencyOf(desk, plan);
  return answerPage(
    c,
    {
      title: `Preview of ${plan.name}`,
      status: problem === null ? 200 : 422,
      trail: [
        { name: "Plans", path: "/admin/plans" },
        { name: plan.name, path: `/admin/plans/${plan.id}` },
      ],
    },
    <>
      <FormFaults problem={problem} fields={FIELDS} />
      <div class="cards">
        <Card title="What the creator gets" {...(!isSomebody && { note: "Of a creator who is imagined, Lea Sommer." })}>
          {shown}
        </Card>
        <Card title="What the order earns">
          <SampleEarns
            desk={desk}
            commission={plan.commission}
            order={body["order"] ?? {}}
            currency={currency ?? (body["order"] as SampleOrder | undefined)?.currency ?? "EUR"}
          />
          <ul>
            {commissionTexts(desk.formats, plan.commission, currency).map((text) => (
              <li>{text}</li>
            ))}
          </ul>
        </Card>
      </div>
      <form class="form card" aria-label="Of whom, and of which order">
        <Fields
          fields={FIELDS}
          state={{
            filled: faults.length > 0 ? typed : showForm(FIELDS, body),
            faults: problem?.fields ?? [],
            free: true,
          }}
        />
        <div class="row">
          <button class="main">Show</button>
        </div>
      </form>
    </>,
  );
}
