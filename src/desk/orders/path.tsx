import type { Child } from "hono/jsx";
import type { CustomerPath } from "../../reports/path/schema.ts";
import { wordsOf } from "../form/field.ts";
import type { Desk } from "../frame/desk-load.ts";
import { MoneyText, Sums } from "../frame/money.tsx";
import { Card, Chip, Empty, Facts, Moment, Named } from "../frame/parts.tsx";
import { ruleWords } from "./explanation.tsx";
import { orderName } from "./name.ts";
import { TrustChip } from "./state.tsx";

type Step = CustomerPath["steps"][number];

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How long something took, in its two largest units; less than a minute in seconds. `ms`: milliseconds. */
export function durationText(ms: number): string {
  const unit = (count: number, name: string) => (count === 0 ? [] : [`${count} ${name}${count === 1 ? "" : "s"}`]);
  const whole = Math.max(0, ms);
  if (whole < MINUTE_MS) return unit(Math.floor(whole / 1_000), "second")[0] ?? "no time";
  const [days, hours] = [Math.floor(whole / DAY_MS), Math.floor((whole % DAY_MS) / HOUR_MS)];
  const minutes = Math.floor((whole % HOUR_MS) / MINUTE_MS);
  const parts = [...unit(days, "day"), ...unit(hours, "hour"), ...(days > 0 ? [] : unit(minutes, "minute"))];
  return parts.join(" ");
}

/** What a path comes to, in a sentence. */
export function summaryText({ summary, steps }: Pick<CustomerPath, "summary" | "steps">): string {
  if (steps.length === 0) return "Nothing is known of it.";
  const parts = [
    counted(summary.links, "link"),
    counted(summary.visits, "visit"),
    counted(summary.pages, "page"),
    counted(summary.calls, "call"),
    counted(summary.conversions, "conversion"),
    counted(summary.orders, "order"),
  ].filter((part) => part !== null);
  const took =
    summary.firstToOrderMs === null ? "" : `, ${durationText(summary.firstToOrderMs)} from the first to the order`;
  return `${counted(steps.length, "step")}${parts.length === 0 ? "" : `: ${parts.join(", ")}`}${took}.`;
}

function counted(count: number, noun: string): string | null {
  return count === 0 ? null : `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** The whole way of a customer on one page: who is credited and why, what it comes to, each step, and what isn't shown. */
export function Path({
  desk,
  path,
  names,
}: {
  desk: Desk;
  path: CustomerPath;
  names: Readonly<Record<string, string>>;
}) {
  const { contact, order, decision, steps, hidden, summary } = path;
  return (
    <>
      {decision === null ? null : (
        <Card title="Who is credited" id="decision">
          <p>
            <b>{decision.text}</b>
          </p>
          <Facts
            facts={[
              ["Creator", decision.creator === null ? "Nobody" : <Named id={decision.creator.id} names={names} />],
              ["Rule", ruleWords(decision.rule)],
              ["Model", ruleWords(decision.model)],
              ["By", decision.method],
              ["By hand", decision.manual ? "Yes" : null],
            ]}
          />
          {order === null ? null : (
            <p>
              <a href={`/admin/orders/${order.id}`}>Each touch, and what other models would have said</a>
            </p>
          )}
        </Card>
      )}
      <Card title="In one look" id="summary">
        <p>{summaryText(path)}</p>
        <Facts
          facts={[
            ["Store", <Named id={order?.storeId ?? contact?.storeId} names={names} />],
            [
              "Order",
              order && (
                <>
                  <Named id={order.id} names={{ [order.id]: orderName(order) }} /> <Chip>{wordsOf(order.status)}</Chip>{" "}
                  <TrustChip trust={order.trust} /> <MoneyText desk={desk} money={order.total} />
                </>
              ),
            ],
            ["Customer", contact === null ? "Not known" : <a href={`/admin/contacts/${contact.id}`}>Contact</a>],
            ["Known since", contact && <Moment desk={desk} time={contact.createdAt} />],
            ["First step", summary.firstAt && <Moment desk={desk} time={summary.firstAt} />],
            ["Last step", summary.lastAt && <Moment desk={desk} time={summary.lastAt} />],
            ["To the order", summary.firstToOrderMs === null ? null : durationText(summary.firstToOrderMs)],
            ["Spent", <Sums desk={desk} sums={summary.spent} />],
            ["Commission", <Sums desk={desk} sums={summary.commission} />],
            ["Paid", <Sums desk={desk} sums={summary.paid} />],
          ]}
        />
      </Card>
      <Card title="Step by step" id="steps">
        {steps.length === 0 ? (
          <Empty title="No step is known.">
            Clicks on links, visits with consent, calls, conversions and orders would stand here, the first at the top.
          </Empty>
        ) : (
          <ol class="timeline">
            {steps.map((step, index) => (
              <li class={step.touch?.credited === true ? "chosen" : step.touch?.eligible === false ? "out" : ""}>
                <StepText desk={desk} step={step} before={steps[index - 1] ?? null} names={names} />
              </li>
            ))}
          </ol>
        )}
      </Card>
      <Card title="What isn’t shown" id="hidden">
        {hidden.length === 0 ? (
          <p>Nothing that is known of is left out.</p>
        ) : (
          <ul>
            {hidden.map(({ why, count, text }) => (
              <li>
                {text} <Chip>{wordsOf(why)}</Chip>
                {count === null ? null : <small> {count}</small>}
              </li>
            ))}
          </ul>
        )}
      </Card>
    </>
  );
}

/** Ids that a path's steps name, with what they are called as far as it says. */
export function namesIn({ steps, decision }: CustomerPath): Record<string, string> {
  const names: Record<string, string> = {};
  const put = (id: string | undefined, name: string | null | undefined): void => {
    if (id !== undefined && name) names[id] = name;
  };
  put(decision?.creator?.id, decision?.creator?.name);
  for (const { what } of steps) {
    put(what.creator?.id, what.creator?.name);
    put(what.campaign?.id, what.campaign?.name);
    put(what.link?.id, what.link?.slug);
    put(what.order?.id, what.order && orderName(what.order));
    put(what.conversion?.id, what.conversion?.definition);
    put(what.conversion?.definitionId, what.conversion?.definition);
  }
  return names;
}

function StepText({
  desk,
  step: { time, kind, what, evidence, touch },
  before,
  names,
}: {
  desk: Desk;
  step: Step;
  before: Step | null;
  names: Readonly<Record<string, string>>;
}) {
  const since = before === null ? null : Date.parse(time) - Date.parse(before.time);
  return (
    <>
      <small>
        <Moment desk={desk} time={time} /> <code>{time}</code>
        {since === null || since === 0 ? null : `, ${durationText(since)} later`}
      </small>
      <br />
      <Chip>{wordsOf(kind)}</Chip> {what.text}
      {touch === null ? null : (
        <>
          <br />
          {touch.credited ? (
            <Chip tone="good">Credited</Chip>
          ) : touch.eligible ? (
            <Chip>Counts, not credited</Chip>
          ) : (
            <Chip tone="bad">{touch.reasonCode === null ? "Doesn’t count" : wordsOf(touch.reasonCode)}</Chip>
          )}{" "}
          {touch.reason}
        </>
      )}
      <details>
        <summary>Evidence</summary>
        <Facts
          facts={[
            ["Told by", wordsOf(evidence.kind)],
            ["Whose word", <TrustChip trust={evidence.trust} />],
            ["Record", recordLink(evidence, names)],
            ["Page", what.page && <code>{what.page}</code>],
            ["Engaged", what.engagedMs === null ? null : durationText(what.engagedMs)],
            [
              "Source",
              what.source &&
                `${wordsOf(what.source.kind)}: ${what.source.name} (by ${wordsOf(what.source.rule).toLowerCase()})`,
            ],
            ["utm_campaign", what.source?.campaign],
            ["Link", what.link && <Named id={what.link.id} names={names} />],
            ["Creator", what.creator && <Named id={what.creator.id} names={names} />],
            ["Campaign", what.campaign && <Named id={what.campaign.id} names={names} />],
            ["Visit", what.visit && <code>{what.visit}</code>],
            ["Call", what.call && <CallText call={what.call} />],
            [
              "Conversion",
              what.conversion && (
                <>
                  <Named id={what.conversion.id} names={names} /> of{" "}
                  <Named id={what.conversion.definitionId} names={names} />
                </>
              ),
            ],
            [
              "Order",
              what.order && (
                <>
                  <Named id={what.order.id} names={names} /> <Chip>{wordsOf(what.order.status)}</Chip>
                  {what.order.codes.length === 0 ? "" : ` with ${what.order.codes.join(", ")}`}
                </>
              ),
            ],
            ["Entry", what.entry && `${wordsOf(what.entry.type)} (${what.entry.id})`],
            [
              "Payout",
              what.payout && <a href={`/admin/payouts/${what.payout.id}`}>{what.payout.reference ?? "Payout run"}</a>,
            ],
          ]}
        />
      </details>
    </>
  );
}

function recordLink({ kind, id }: Step["evidence"], names: Readonly<Record<string, string>>): Child {
  return kind === "click" || kind === "visit" ? <code>{id}</code> : <Named id={id} names={names} />;
}

function CallText({ call }: { call: NonNullable<Step["what"]["call"]> }) {
  return (
    <>
      <a href={`/admin/calls/${call.id}`}>
        {call.direction === "inbound" ? "To" : "From"} {call.label ?? call.number ?? "an unknown number"}
      </a>
      , {call.channel}, {wordsOf(call.status).toLowerCase()}
      {call.talkSeconds === null ? "" : `, ${durationText(call.talkSeconds * 1_000)} talked`}
      {call.qualified ? ", qualified" : ", not qualified"}; {wordsOf(call.match).toLowerCase()}: {call.reason}
      {call.customerTrust === null ? "" : `; the customer by a ${call.customerTrust} word`}
    </>
  );
}
