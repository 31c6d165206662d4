import { DECIDES } from "../../sales/attribution/text.ts";
import type { OrderExplanation } from "../../sales/order/schema.ts";
import { wordsOf } from "../form/field.ts";
import type { Desk } from "../frame/desk-load.ts";
import { Chip, Facts, Moment, Named } from "../frame/parts.tsx";
import { Rows } from "../frame/rows.tsx";
import { TrustChip } from "./state.tsx";

type Candidate = OrderExplanation["candidates"][number];

const KIND_WORDS: Readonly<Record<Candidate["touch"]["kind"], string>> = {
  click: "A click that came with the order",
  code: "A code that was typed at the checkout",
  customer_click: "An earlier click of the same customer",
  call: "A call that made the order",
  customer_call: "An earlier call of the same customer",
};

const MODEL_WORDS: Readonly<Record<string, string>> = {
  last_click: "Last click",
  first_click: "First click",
  code_wins: "Code wins",
  link_wins: "Link wins",
  split: "Split",
};

const RULE_WORDS: Readonly<Record<string, string>> = {
  ...MODEL_WORDS,
  code_priority: "A code goes before clicks",
  code_fallback: "By the code, since no click counts",
  click_fallback: "By the click, since no code counts",
  manual: "By hand",
  contested: "Nobody yet: browsers contradict each other",
  nobody: "Nobody",
};

/** A rule or a model of attribution, for people. */
export function ruleWords(rule: string): string {
  return RULE_WORDS[rule] ?? wordsOf(rule);
}

/**
 * Why something is credited as it is, as a line of time: each touch with whether it counts and why, the window's ends, and
 * the moment of the decision. `owners` are those who are credited; `at` (ISO) is when it happened.
 */
export function Explained({
  desk,
  explanation,
  owners,
  at,
  names,
}: {
  desk: Desk;
  explanation: OrderExplanation;
  owners: readonly string[];
  at: string;
  names: Readonly<Record<string, string>>;
}) {
  const { decision, rule, ruleVersion, policy, window, candidates, unverifiedClicks, wouldHaveBeen, manual } =
    explanation;
  const touches = candidates.toSorted((a, b) => Date.parse(a.touch.time) - Date.parse(b.touch.time));
  const isChosen = ({ eligible, reason }: Candidate): boolean => eligible && reason.endsWith(DECIDES);
  return (
    <>
      <p>
        <b>{decision}</b>
      </p>
      <Facts
        facts={[
          ["Rule", `${ruleWords(rule)} (rules of version ${ruleVersion})`],
          [
            "Policy",
            `${ruleWords(policy.model)}, ${policy.windowDays} days${policy.codePriority ? ", codes first" : ""}${
              policy.customerClicks === undefined
                ? ""
                : `, earlier clicks of a customer by ${policy.customerClicks === "any" ? "anybody’s word" : "the server’s word"}`
            }`,
          ],
          [
            "By hand",
            manual && (
              <>
                {manual.creatorId === null ? "Nobody" : <Named id={manual.creatorId} names={names} />}
                {manual.campaignId === null ? null : (
                  <>
                    {" "}
                    for <Named id={manual.campaignId} names={names} />
                  </>
                )}
                , “{manual.reason}”, by {manual.actor}, <Moment desk={desk} time={manual.at} />
              </>
            ),
          ],
        ]}
      />
      <ol class="timeline">
        <li class="out">
          <small>
            <Moment desk={desk} time={window.from} />
          </small>
          <br />
          The window opens: what came before counts no more.
        </li>
        {touches.map((candidate) => (
          <li class={isChosen(candidate) ? "chosen" : candidate.eligible ? "" : "out"}>
            <Touch desk={desk} candidate={candidate} chosen={isChosen(candidate)} names={names} />
          </li>
        ))}
        {unverifiedClicks.map(({ problem, trust, reason }) => (
          <li class="out">
            A click id that can’t be believed <Chip tone="bad">{wordsOf(problem)}</Chip> <TrustChip trust={trust} />
            <br />
            {reason}
          </li>
        ))}
        <li class={owners.length > 0 ? "chosen" : ""}>
          <small>
            <Moment desk={desk} time={at} />
          </small>
          <br />
          {touches.length === 0 ? "It happened, and nothing had led to it that is known here." : "It happened."}{" "}
          {owners.length === 0 ? (
            "Nobody is credited."
          ) : (
            <>
              Credited:{" "}
              {owners.map((owner, index) => (
                <>
                  {index === 0 ? "" : ", "}
                  <Named id={owner} names={names} />
                </>
              ))}
            </>
          )}
        </li>
      </ol>
      {Object.keys(wouldHaveBeen).length === 0 ? null : (
        <>
          <h3>What each other model would have said</h3>
          <Rows
            caption="The owner under each other model"
            heads={["Model", "Owner"]}
            rows={Object.entries(wouldHaveBeen).map(([model, owner]) => [
              ruleWords(model),
              owner === null ? (
                "Nobody"
              ) : (
                <>
                  <Named id={owner} names={names} /> {owners[0] === owner ? <small>(the same)</small> : null}
                </>
              ),
            ])}
          />
        </>
      )}
    </>
  );
}

function Touch({
  desk,
  candidate: { touch, eligible, reasonCode, reason },
  chosen,
  names,
}: {
  desk: Desk;
  candidate: Candidate;
  chosen: boolean;
  names: Readonly<Record<string, string>>;
}) {
  return (
    <>
      <small>
        <Moment desk={desk} time={touch.time} />
      </small>
      <br />
      {KIND_WORDS[touch.kind]}
      {touch.creatorId === null ? null : (
        <>
          : <Named id={touch.creatorId} names={names} />
        </>
      )}{" "}
      {chosen ? (
        <Chip tone="good">Chosen</Chip>
      ) : eligible ? (
        <Chip>Counts, not chosen</Chip>
      ) : (
        <Chip tone="bad">{reasonCode === null ? "Doesn’t count" : wordsOf(reasonCode)}</Chip>
      )}{" "}
      <TrustChip trust={touch.trust} />
      <br />
      {reason}
      <br />
      <small>
        {[
          touch.campaignId && { name: "campaign", id: touch.campaignId },
          touch.planId && { name: "plan", id: touch.planId },
          touch.linkId && { name: "link", id: touch.linkId },
          touch.codeId && { name: "code", id: touch.codeId },
        ]
          .filter((each) => typeof each === "object" && each !== null)
          .map(({ name, id }, index) => (
            <>
              {index === 0 ? "" : ", "}
              {name} <Named id={id} names={names} />
            </>
          ))}
        {touch.callId === null ? null : (
          <>
            {" "}
            <a href={`/admin/calls/${touch.callId}`}>the call</a>
          </>
        )}
        {touch.channel === null ? null : `, channel ${touch.channel}`} <code>{touch.id}</code>
      </small>
    </>
  );
}
