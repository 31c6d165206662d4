import type { Context } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { mustAllow } from "../../ground/http/auth.ts";
import { Problem } from "../../ground/http/problem.ts";
import type { SimulationResult } from "../../sales/attribution/schema.ts";
import { type Desk, deskOf } from "../frame/desk-load.ts";
import { Amount, Card, Count, Empty, Facts, Named } from "../frame/parts.tsx";
import { withQuery } from "../frame/places.ts";
import { answerPage } from "../frame/shell-page.tsx";
import { type Field, type Option, wordsOf } from "../form/field.ts";
import { Fields } from "../form/fields.tsx";
import { FormFaults } from "../form/faults.tsx";
import { readForm } from "../form/read.ts";
import { resolveRefs } from "../form/resolve-load.ts";
import { showForm } from "../form/show.ts";
import { namesOf } from "../frame/names-load.ts";
import { days } from "./words.ts";

const MODELS: readonly Option[] = [
  { value: "last_click", label: "Last click" },
  { value: "first_click", label: "First click" },
  { value: "code_wins", label: "The code wins" },
  { value: "link_wins", label: "The link wins" },
  { value: "split", label: "Split among all" },
];

/** Changed orders that the page shows: the API lists 200 of them. */
const SHOWN_CHANGES = 50;

type Outcome = SimulationResult["changes"][number]["before"];
type Credit = SimulationResult["byCreator"][number]["before"];

/** Answers what other rules would make of past orders; its address has the rules. */
export async function simulatePage(c: Context<AppTypes>): Promise<Response> {
  const desk = deskOf(c);
  mustAllow(desk.actor, ["orders:read"]);
  const fields = fieldsFor(desk);
  const { searchParams } = desk.url;
  const typed = new Map([...new Set(searchParams.keys())].map((name) => [name, searchParams.getAll(name)]));
  const isAsked = typed.has("storeId");
  if (!isAsked && desk.store !== null) typed.set("storeId", [desk.store.id]);
  const { body, faults, refs } = readForm(fields, typed, true);
  faults.push(...(await resolveRefs(desk.api, refs)));
  let problem =
    isAsked && faults.length > 0 ? new Problem("validation_failed", "Some values have to be mended.", faults) : null;
  let result: SimulationResult | null = null;
  if (isAsked && problem === null) {
    const sent = await desk.api.send<SimulationResult>("POST", "/attribution/simulate", { policy: {}, ...body });
    if (sent.ok) result = sent.body;
    else problem = sent.problem;
  }
  const kept = Object.fromEntries([...searchParams].filter(([name]) => name !== "cursor"));
  return answerPage(
    c,
    {
      title: "Simulate attribution",
      status: problem === null ? 200 : 422,
      trail: [{ name: "Plans", path: "/admin/plans" }],
    },
    <>
      <p class="note">
        What another rule would make of past orders, from the touches that each keeps. Nothing is changed. Decisions by
        hand stay; test orders and declined ones are left out.
      </p>
      <FormFaults problem={problem} fields={fields} />
      {result === null ? null : (
        <Result
          desk={desk}
          result={result}
          names={await namesOf(desk, creatorsOf(result))}
          next={
            result.nextCursor === null ? null : withQuery(desk.url.pathname, { ...kept, cursor: result.nextCursor })
          }
        />
      )}
      <form class="form card" aria-label="Rules to try">
        <Fields
          fields={fields}
          state={{
            filled: faults.length > 0 ? typed : showForm(fields, body),
            faults: problem?.fields ?? [],
          }}
        />
        <div class="row">
          <button class="main">Simulate</button>
        </div>
      </form>
    </>,
  );
}

function fieldsFor({ stores }: Desk): readonly Field[] {
  return [
    stores.length === 0
      ? { kind: "ref", of: "store", name: "storeId", label: "Store", required: true }
      : {
          kind: "choice",
          name: "storeId",
          label: "Store",
          required: true,
          options: stores.map(({ id, name }) => ({ value: id, label: name })),
        },
    {
      kind: "group",
      name: "policy",
      label: "Rules",
      hint: "What is left empty is as the store has it now.",
      fields: [
        { kind: "choice", name: "model", label: "Who is credited", options: MODELS, empty: "omit" },
        { kind: "whole", name: "windowDays", label: "Days that a click counts", least: 1, most: 400, empty: "omit" },
        { kind: "maybe", name: "codePriority", label: "A code goes before clicks", empty: "omit" },
        {
          kind: "choice",
          name: "customerClicks",
          label: "Earlier clicks of the customer count",
          empty: "omit",
          options: [
            { value: "confirmed", label: "Where a server confirmed whose they are" },
            { value: "any", label: "Always" },
          ],
        },
      ],
    },
    {
      kind: "group",
      name: null,
      label: "Orders",
      fields: [
        { kind: "date", name: "from", label: "Placed from", hint: "A day (UTC). Empty: 30 days back.", empty: "omit" },
        { kind: "date", name: "to", label: "To", hint: "That day is in. Empty: today.", empty: "omit" },
        { kind: "whole", name: "limit", label: "Orders at most", least: 1, most: 10_000, empty: "omit" },
        { kind: "text", name: "cursor", label: "Go on from", hint: "What a page before said.", empty: "omit" },
      ],
    },
  ];
}

function creatorsOf({ byCreator, changes }: SimulationResult): string[] {
  const shown = changes.slice(0, SHOWN_CHANGES).flatMap(({ before, after }) => [before.creatorId, after.creatorId]);
  return [...byCreator.map(({ creatorId }) => creatorId), ...shown].filter((id) => id !== null);
}

function Result({
  desk,
  result,
  names,
  next,
}: {
  desk: Desk;
  result: SimulationResult;
  names: Readonly<Record<string, string>>;
  next: string | null;
}) {
  const { policy, orders, changed, changes, byCreator } = result;
  return (
    <>
      <Card title="What would be different">
        <Facts
          facts={[
            ["Orders looked at", <Count desk={desk} value={orders} />],
            ["Would be different", <Count desk={desk} value={changed} />],
            ["Who is credited", MODELS.find(({ value }) => value === policy.model)?.label ?? wordsOf(policy.model)],
            ["A click counts", days(policy.windowDays)],
            ["A code goes first", policy.codePriority ? "yes" : "no"],
            ["Earlier clicks", policy.customerClicks === "any" ? "always" : "where confirmed"],
          ]}
        />
        {next === null ? null : (
          <p>
            <a class="button" href={next}>
              Go on with older orders
            </a>
          </p>
        )}
      </Card>
      <Card title="By creator">
        {byCreator.length === 0 ? (
          <Empty title="No order fits." />
        ) : (
          <table class="stack">
            <caption class="off">What each creator would be credited with</caption>
            <thead>
              <tr>
                <th scope="col">Creator</th>
                <th scope="col">Now</th>
                <th scope="col">Then</th>
              </tr>
            </thead>
            <tbody>
              {byCreator.map(({ creatorId, before, after }) => (
                <tr>
                  <th scope="row">{creatorId === null ? "Nobody" : <Named id={creatorId} names={names} />}</th>
                  <td data-label="Now">
                    <span>
                      <CreditText desk={desk} credit={before} />
                    </span>
                  </td>
                  <td data-label="Then">
                    <span>
                      <CreditText desk={desk} credit={after} />
                    </span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Card>
      {changes.length === 0 ? null : (
        <Card
          title="Orders that would change"
          note={
            changed > SHOWN_CHANGES ? `The first ${Math.min(SHOWN_CHANGES, changes.length)} of ${changed}.` : undefined
          }
        >
          <table class="stack">
            <caption class="off">Who owns each order now, and who would</caption>
            <thead>
              <tr>
                <th scope="col">Order</th>
                <th scope="col">Now</th>
                <th scope="col">Then</th>
                <th scope="col">Why</th>
              </tr>
            </thead>
            <tbody>
              {changes.slice(0, SHOWN_CHANGES).map(({ orderId, externalId, before, after, decision }) => (
                <tr>
                  <th scope="row">
                    <a href={`/admin/orders/${orderId}`}>{externalId}</a>
                  </th>
                  <td data-label="Now">
                    <span>
                      <OutcomeText outcome={before} names={names} />
                    </span>
                  </td>
                  <td data-label="Then">
                    <span>
                      <OutcomeText outcome={after} names={names} />
                    </span>
                  </td>
                  <td data-label="Why">
                    <span>{decision}</span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Card>
      )}
    </>
  );
}

function CreditText({ desk, credit }: { desk: Desk; credit: Credit }) {
  return (
    <>
      {credit.orders === 1 ? "1 order" : `${desk.formats.count(credit.orders)} orders`}
      {credit.totals.map(({ amountMinor, currency }) => (
        <>
          , <Amount desk={desk} minor={amountMinor} currency={currency} />
        </>
      ))}
    </>
  );
}

function OutcomeText({ outcome, names }: { outcome: Outcome; names: Readonly<Record<string, string>> }) {
  if (outcome.creatorId === null) return <>nobody</>;
  const others = outcome.shares.length - 1;
  return (
    <>
      <Named id={outcome.creatorId} names={names} />
      {others > 0 ? ` and ${others} more` : ""}
      {outcome.method === null ? "" : `, by ${outcome.method}`}
    </>
  );
}
