import type { Child } from "hono/jsx";
import type { SegmentLag } from "../../conversions/contact/schema.ts";
import type { Preview } from "../../conversions/definition/preview-schema.ts";
import type { Snippet } from "../../conversions/definition/schema.ts";
import type { Backfill } from "../../conversions/past/schema.ts";
import { Problem } from "../../ground/http/problem.ts";
import type { Desk } from "../frame/desk-load.ts";
import { MoneyText } from "../frame/money.tsx";
import { Chip, Facts, Moment, Named, Progress } from "../frame/parts.tsx";
import type { View } from "../resource/resource.ts";
import { PreviewFigures } from "./preview.tsx";
import { DefinitionState, type ShownDefinition } from "./state.tsx";

/** Its triggers, in words. */
export function triggersOf(_view: View, { summary }: ShownDefinition): Promise<Child> {
  return Promise.resolve(
    <>
      <p class="note">Any one of them makes a conversion.</p>
      <ol>
        {summary.map((words) => (
          <li>{words}</li>
        ))}
      </ol>
    </>,
  );
}

/** What it would have come to in the last 30 days. */
export async function previewOf({ desk }: View, { id }: { id: string }): Promise<Child> {
  const sent = await desk.api.send<Preview>("POST", `/conversion-definitions/${id}/preview`);
  if (!sent.ok) throw sent.problem;
  return <PreviewFigures desk={desk} preview={sent.body} />;
}

/** Whose triggers wait for it, and which plans pay for it. */
export function usesOf({ desk }: View, { id, usedBy }: ShownDefinition): Promise<Child> {
  if (usedBy === undefined) return Promise.resolve(null);
  const { definitions, plans } = usedBy;
  return Promise.resolve(
    <>
      {definitions.length + plans.length === 0 ? <p>No definition waits for it, and no plan pays for it.</p> : null}
      {definitions.length === 0 ? null : (
        <>
          <h3>Definitions that wait for it</h3>
          <ul>
            {definitions.map((one) => (
              <li>
                <Named id={one.id} names={{ [one.id]: one.name }} /> <DefinitionState status={one.status} />
              </li>
            ))}
          </ul>
        </>
      )}
      {plans.length === 0 ? null : (
        <>
          <h3>Plans that pay for it</h3>
          <ul>
            {plans.map((one) => (
              <li>
                <Named id={one.id} names={{ [one.id]: one.name }} />: <MoneyText desk={desk} money={one.rate} />
              </li>
            ))}
          </ul>
        </>
      )}
      <p>
        <a href={`/admin/conversions?definition=${id}`}>Its conversions</a>
      </p>
    </>,
  );
}

/** The script that converts on any page, to be copied. */
export async function snippetOf({ desk }: View, { id }: { id: string }): Promise<Child> {
  const snippet = await desk.api.get<Snippet>(`/conversion-definitions/${id}/snippet`);
  return (
    <>
      <SnippetText snippet={snippet} />
      <p>
        <a href={`/admin/definitions/${id}/snippet`}>With a value</a>
      </p>
    </>
  );
}

/** A script in both its forms. */
export function SnippetText({ snippet: { key, html, js, listening } }: { snippet: Snippet }) {
  return (
    <>
      {listening ? null : (
        <p class="warn">
          The definition isn’t active: nothing is counted by <code>{key}</code> yet.
        </p>
      )}
      <h3>For a page as it is</h3>
      <Snipped text={html} label="the script for a page" />
      <h3>For where scripts run</h3>
      <p class="note">Behind a button, or after a form was sent.</p>
      <Snipped text={js} label="the line of script" />
    </>
  );
}

function Snipped({ text, label }: { text: string; label: string }) {
  return (
    <>
      <pre>{text}</pre>
      <p>
        <button type="button" data-copy={text} hidden>
          Copy<span class="off"> {label}</span>
        </button>
      </p>
    </>
  );
}

/** How far its segments are looked at. */
export async function segmentOf({ desk }: View, { id }: { id: string }): Promise<Child> {
  const { waiting, oldestWaitingSeconds, sweep } = await desk.api.get<SegmentLag>(
    `/conversion-definitions/${id}/segment`,
  );
  return (
    <>
      <Facts
        facts={[
          ["Contacts that wait to be looked at", desk.formats.count(waiting)],
          [
            "The oldest waits for",
            oldestWaitingSeconds === null ? null : `${Math.round(oldestWaitingSeconds)} seconds`,
          ],
          ["Last look at all of them", sweep && <Moment desk={desk} time={sweep.startedAt} />],
          ["Done", sweep?.finishedAt && <Moment desk={desk} time={sweep.finishedAt} />],
          ["Made by it", sweep && `${desk.formats.count(sweep.met)} conversions`],
          ["Next", sweep?.nextAt && <Moment desk={desk} time={sweep.nextAt} />],
        ]}
      />
      {sweep !== null && sweep.finishedAt === null ? (
        <Progress done={Math.round(sweep.progress * 100)} of={100} label="Contacts looked at, in per cent" />
      ) : null}
    </>
  );
}

/** How far it is applied to the past, or that it never was. */
export async function backfillOf({ desk }: View, { id }: { id: string }): Promise<Child> {
  const backfill = await readBackfill(desk, id);
  if (backfill === null) return <p>It was not applied to what happened before it.</p>;
  return (
    <>
      <BackfillText desk={desk} backfill={backfill} />
      {backfill.state === "running" ? (
        <p>
          <a href={`/admin/definitions/${id}/progress`}>Watch it</a>
        </p>
      ) : null}
    </>
  );
}

/** The last time that a definition was applied to the past; `null`: it never was. Throws the API's `Problem`. */
export async function readBackfill(desk: Desk, id: string): Promise<Backfill | null> {
  try {
    return await desk.api.get<Backfill>(`/conversion-definitions/${encodeURIComponent(id)}/backfill`);
  } catch (error) {
    if (error instanceof Problem && error.code === "not_found") return null;
    throw error;
  }
}

const STATES: Readonly<Record<Backfill["state"], Child>> = {
  running: <Chip tone="wait">Under way</Chip>,
  done: <Chip tone="good">Done</Chip>,
  cancelled: <Chip tone="bad">Cancelled: it was archived meanwhile</Chip>,
};

/** How far a definition is applied to the past. */
export function BackfillText({ desk, backfill }: { desk: Desk; backfill: Backfill }) {
  const { state, from, to, expected, seen, made, startedAt, updatedAt } = backfill;
  return (
    <>
      <p>{STATES[state]}</p>
      <Progress done={Math.min(made, expected)} of={expected} label="Conversions made" />
      <Facts
        facts={[
          ["From", <Moment desk={desk} time={from} />],
          ["To", <Moment desk={desk} time={to} />],
          ["Expected", desk.formats.count(expected)],
          ["Made", desk.formats.count(made)],
          ["Looked at", desk.formats.count(seen)],
          ["Begun", <Moment desk={desk} time={startedAt} />],
          ["Last step", <Moment desk={desk} time={updatedAt} />],
        ]}
      />
    </>
  );
}
