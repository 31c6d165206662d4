import type { Context } from "hono";
import type { Child } from "hono/jsx";
import type { Layout, LogDatabase } from "../../clicks/layout/schema.ts";
import type { Packing } from "../../clicks/pack/schema.ts";
import { errorText } from "../../ground/error-text.ts";
import type { AppTypes } from "../../ground/deps.ts";
import { Problem } from "../../ground/http/problem.ts";
import type { Readiness } from "../../operate/ops/load-readiness.ts";
import { VERSION } from "../../operate/ops/version.ts";
import type { Rollups } from "../../reports/rollup/schema.ts";
import { RULE_VERSION } from "../../sales/attribution/attribute.ts";
import { type Desk, deskOf } from "../frame/desk-load.ts";
import { Card, Chip, Count, Facts, Moment, ProblemNote, Progress, type Tone } from "../frame/parts.tsx";
import { answerPage, SAFE } from "../frame/shell-page.tsx";
import { flashOf } from "../resource/flash.ts";
import { mayDo, mustDo } from "../resource/may.ts";
import { DIRECTION_WORDS, SYSTEM } from "./system.tsx";

/** While roll-ups are made anew, the page asks for itself anew after so many seconds. */
const REFRESH_SECONDS = 5;

/** Answers how the deployment does. */
export async function systemPage(c: Context<AppTypes>): Promise<Response> {
  const desk = deskOf(c);
  mustDo(desk, { scope: "settings:read", allStores: true });
  const rollups = desk.api.get<Rollups>("/rollups");
  const parts = await Promise.all([
    part("Whether it works", async () => <Ready desk={desk} state={await readiness(desk)} />),
    part("Roll-ups", async () => <RollupsCard desk={desk} now={await rollups} />),
    part("Click log", async () => <ClickLog desk={desk} now={await clickLog(desk)} />),
  ]);
  const isBusy = await rollups.then(
    ({ rebuilds }) => rebuilds.length > 0,
    () => false,
  );
  return answerPage(
    c,
    {
      title: "System",
      done: flashOf(desk.url, SYSTEM),
      ...(isBusy && { refresh: REFRESH_SECONDS }),
    },
    <>
      {parts}
      <Card title="Archives" id="archives">
        <p>
          Old clicks leave the log for files in the bucket; they can be brought back for a day.{" "}
          <a href="/admin/system/archives">Files of archived clicks</a>
        </p>
      </Card>
      <Card title="Lost and found" id="found">
        <ul>
          <li>
            <a href="/admin/dead-letters">Messages of the queue that could not be processed</a>
          </li>
          {buttonOf(desk, "clicks-restore") === null ? null : (
            <li>
              <a href="/admin/system/all/clicks-restore">Restore clicks from the Worker’s log</a>
            </li>
          )}
          <li>
            <a href="/admin/alarms">Alarms</a>
          </li>
        </ul>
      </Card>
      <Card title="Versions" id="versions">
        <Facts
          facts={[
            ["Waymark", VERSION],
            ["Rules of attribution", String(RULE_VERSION)],
            ["API", <a href="/docs">Its reference</a>],
            ["As data", <a href="/openapi.json">OpenAPI 3.1</a>],
            [
              "Counters",
              desk.may("metrics:read") ? <a href="/admin/system/metrics.txt">Prometheus’ text format</a> : null,
            ],
          ]}
        />
      </Card>
    </>,
  );
}

/** Answers the counters for a monitor, as a file. */
export async function metricsFile(c: Context<AppTypes>): Promise<Response> {
  const desk = deskOf(c);
  mustDo(desk, { scope: "metrics:read", allStores: true });
  const answer = await desk.api.root("/metrics");
  if (!answer.ok) throw new Problem("unavailable", "The counters can’t be read now.");
  return new Response(answer.body, {
    headers: {
      ...SAFE,
      "Content-Type": "text/plain; charset=utf-8",
      "Content-Disposition": 'attachment; filename="metrics.txt"',
      "Content-Security-Policy": "default-src 'none'",
    },
  });
}

async function readiness(desk: Desk): Promise<Readiness> {
  return (await desk.api.root("/readyz")).json();
}

/** How clicks are kept and spread. */
interface ClickLogState {
  packing: Packing;
  layouts: Layout[];
  databases: LogDatabase[];
}

async function clickLog(desk: Desk): Promise<ClickLogState> {
  const [packing, spread] = await Promise.all([
    desk.api.get<Packing>("/click-log/packing"),
    desk.api.get<Pick<ClickLogState, "layouts" | "databases">>("/click-log/layouts"),
  ]);
  return { packing, ...spread };
}

/** A part of the page; what fails is said there, and hurts no other. */
async function part(title: string, show: () => Promise<Child>): Promise<Child> {
  try {
    return <Card title={title}>{await show()}</Card>;
  } catch (error) {
    if (error instanceof Problem) {
      return (
        <Card title={title}>
          <ProblemNote problem={error} />
        </Card>
      );
    }
    console.error(JSON.stringify({ event: "desk_panel_failed", panel: title, message: errorText(error) }));
    return (
      <Card title={title}>
        <p class="problem">This part can’t be shown just now.</p>
      </Card>
    );
  }
}

function buttonOf(desk: Desk, name: string): Child {
  const action = SYSTEM.actions?.find((each) => each.name === name);
  if (action === undefined || !mayDo(desk, action)) return null;
  return (
    <a class="button" href={`/admin/system/all/${name}`}>
      {action.label}
    </a>
  );
}

const CHECKS: Readonly<Record<keyof Readiness["checks"], string>> = {
  d1: "Database (D1)",
  queue: "Queue of clicks",
  kv: "Memory of links (KV)",
  configuration: "Settings",
};

const STATES: Readonly<Record<"ok" | "failing" | "absent", { tone: Tone; text: string }>> = {
  ok: { tone: "good", text: "Works" },
  failing: { tone: "bad", text: "Fails" },
  absent: { tone: "plain", text: "Not bound" },
};

function Ready({ desk, state: { ready, checks } }: { desk: Desk; state: Readiness }) {
  return (
    <>
      <p>{ready ? <Chip tone="good">It does its work</Chip> : <Chip tone="bad">It can’t do its work</Chip>}</p>
      <Facts
        facts={(Object.keys(CHECKS) as (keyof typeof CHECKS)[]).map((name) => {
          const { state, latencyMs, detail } = checks[name];
          return [
            CHECKS[name],
            <>
              <Chip tone={STATES[state].tone}>{STATES[state].text}</Chip>
              {latencyMs === null ? null : ` within ${desk.formats.count(Math.round(latencyMs))} ms`}
              {detail === undefined ? null : `: ${detail}`}
            </>,
          ];
        })}
      />
    </>
  );
}

function RollupsCard({ desk, now: { clicks, orders, rebuilds } }: { desk: Desk; now: Rollups }) {
  const lag = (seconds: number | null): Child =>
    seconds === null ? "Not known yet" : `${desk.formats.count(Math.round(seconds))} s`;
  return (
    <>
      <p class="note">Reports are exact whatever waits: what isn’t rolled up yet is counted as they are read.</p>
      <Facts
        facts={[
          ["Clicks summed up to number", <Count desk={desk} value={clicks.watermark} />],
          ["Clicks waiting", <Count desk={desk} value={clicks.waiting} />],
          ["The oldest of them", lag(clicks.lagSeconds)],
          ["Ran", <Moment desk={desk} time={clicks.ranAt} />],
          ["Orders waiting", <Count desk={desk} value={orders.waiting} />],
          ["For", lag(orders.lagSeconds)],
          ["Ran for orders", <Moment desk={desk} time={orders.ranAt} />],
        ]}
      />
      {clicks.databases.length < 2 ? null : (
        <ul>
          {clicks.databases.map(({ name, waiting, watermark, lagSeconds }) => (
            <li>
              <code>{name}</code>: up to <Count desk={desk} value={watermark} />, <Count desk={desk} value={waiting} />{" "}
              waiting, the oldest for {lag(lagSeconds)}
            </li>
          ))}
        </ul>
      )}
      {rebuilds.length === 0 ? <p>Nothing is being made anew.</p> : <h3>Being made anew</h3>}
      {rebuilds.map(({ storeId, linkId, reason, step, done, total, requestedAt, updatedAt }) => (
        <>
          <p>
            {storeId !== null
              ? (desk.stores.find(({ id }) => id === storeId)?.name ?? storeId)
              : linkId !== null
                ? "One link"
                : "All stores"}
            : {reason} Asked for <Moment desk={desk} time={requestedAt} />, last step{" "}
            <Moment desk={desk} time={updatedAt} />.
          </p>
          <Progress done={done} of={total} label={step === "clicks" ? "Links" : "Orders"} />
        </>
      ))}
      <p>{buttonOf(desk, "rebuild")}</p>
    </>
  );
}

function ClickLog({ desk, now: { packing, layouts, databases } }: { desk: Desk; now: ClickLogState }) {
  return (
    <>
      <Facts
        facts={[
          ["How it is kept", DIRECTION_WORDS[packing.direction]],
          ["Clicks kept as rows", <Count desk={desk} value={packing.rows} />],
          ["Batches, of up to 500 clicks", <Count desk={desk} value={packing.batches} />],
          [
            "Spread over",
            layouts.length === 0
              ? "DB alone"
              : layouts.map(({ sinceDay, databases: count }) => (
                  <>
                    {count === 0 ? "DB alone" : `${count} databases`} since {sinceDay}
                    <br />
                  </>
                )),
          ],
        ]}
      />
      {packing.direction === "packed" && packing.rows > 0 ? (
        <Progress done={packing.batches * 500} of={packing.batches * 500 + packing.rows} label="Packed, about" />
      ) : null}
      <table class="stack">
        <caption class="off">Databases of the log</caption>
        <thead>
          <tr>
            <th scope="col">Database</th>
            <th scope="col">State</th>
            <th scope="col" class="num">
              Bytes
            </th>
            <th scope="col" class="num">
              Waiting
            </th>
          </tr>
        </thead>
        <tbody>
          {databases.map(({ binding, bytes, waiting, failure }) => (
            <tr>
              <th scope="row" class="main-cell">
                {binding}
              </th>
              <td data-label="State">
                <span>{failure === null ? <Chip tone="good">Works</Chip> : <Chip tone="bad">{failure}</Chip>}</span>
              </td>
              <td data-label="Bytes" class="num">
                <Count desk={desk} value={bytes} />
              </td>
              <td data-label="Waiting" class="num">
                <Count desk={desk} value={waiting} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <div class="row">
        {buttonOf(desk, "packing")}
        {buttonOf(desk, "layout")}
      </div>
    </>
  );
}
