import { COMMISSION_STATES } from "../../books/conversion/schema.ts";
import type { Field } from "../form/field.ts";
import { optionsOf, wordsOf } from "../form/field.ts";
import type { Desk } from "../frame/desk-load.ts";
import { MoneyText } from "../frame/money.tsx";
import { Moment, Named } from "../frame/parts.tsx";
import { TrustChip } from "../orders/state.tsx";
import { byRoute } from "../resource/bulk-run.ts";
import type { Action, BulkAction, Resource } from "../resource/resource.ts";
import { commissionOf, evidenceOf, explanationOf } from "./panels.tsx";
import { CommissionState, Counted, type ShownConversion } from "./state.tsx";

const REASON: Field = {
  kind: "textarea",
  name: "reason",
  label: "Reason",
  rows: 2,
  max: 500,
  hint: "Is kept with the conversion.",
};

type Decision = "approve" | "decline";

const DECISIONS: Readonly<Record<Decision, { label: string; text: string; done: string; risky: boolean }>> = {
  approve: {
    label: "Approve",
    text: "What it earns is owed from then on, and booked into the period that is open. What only a browser told of is owed by that, and by nothing else.",
    done: "Approved. The ledger follows within a minute.",
    risky: false,
  },
  decline: {
    label: "Decline",
    text: "What was booked for it is booked back; where it was paid already, the creator owes it.",
    done: "Declined. The ledger follows within a minute.",
    risky: true,
  },
};

const timeText = (desk: Desk, time: string): string => desk.formats.moment(Date.parse(time), desk.timezone);

function decision(name: Decision): Action<ShownConversion> {
  return {
    name,
    scope: "orders:write",
    fits: ({ commission: { state } }) =>
      name === "approve" ? state === "pending" || state === "declined" : state === "pending" || state === "approved",
    fields: [REASON],
    api: ({ id }) => `/conversions/${id}/${name}`,
    ...DECISIONS[name],
  };
}

function decideMany(name: Decision): BulkAction<ShownConversion> {
  const { label, risky } = DECISIONS[name];
  return {
    name,
    label,
    risky,
    scope: "orders:write",
    fields: [REASON],
    run: (desk, ids, body, dryRun) =>
      byRoute<ShownConversion>(
        "/conversions/bulk",
        name,
        (asked, id) => asked.api.get<ShownConversion>(`/conversions/${encodeURIComponent(id)}`),
        ({ trigger, time }) => `${wordsOf(trigger)}, ${timeText(desk, time)}`,
      )(desk, ids, body, dryRun),
  };
}

/** `/admin/conversions`: what was counted, whose it is, and why. */
export const CONVERSIONS: Resource<ShownConversion> = {
  place: "conversions",
  one: "Conversion",
  many: "Conversions",
  api: "/conversions",
  read: "orders:read",
  title: ({ definitionId, time }, { desk, names }) => `${names[definitionId] ?? "Conversion"}, ${timeText(desk, time)}`,
  list: {
    byStore: true,
    csv: "desk",
    expand: true,
    intro: () => (
      <p class="note">
        What is counted is said by <a href="/admin/definitions">definitions</a>; one is recorded by hand from the page
        of its definition.
      </p>
    ),
    filters: [
      { kind: "ref", of: "definition", name: "definition", label: "Definition" },
      { kind: "choice", name: "commission", label: "Commission", options: optionsOf(COMMISSION_STATES) },
      { kind: "ref", of: "creator", name: "creator", label: "Creator" },
      {
        kind: "choice",
        name: "counted",
        label: "Counts",
        options: [
          { value: "true", label: "Yes" },
          { value: "false", label: "No: over the limit, or undone" },
        ],
      },
      {
        kind: "choice",
        name: "approval",
        label: "Approved by",
        options: [
          { value: "hand", label: "Hand: it waits for somebody" },
          { value: "rule", label: "Rule: by itself" },
        ],
      },
      { kind: "ref", of: "contact", name: "contact", label: "Contact", hint: "By its id." },
      { kind: "when", name: "from", label: "Happened from (UTC)" },
      { kind: "when", name: "to", label: "Happened until (UTC)" },
    ],
    empty: {
      title: "There is no conversion yet.",
      text: "Once a definition is active, each sign-up, lead, download or call that meets it stands here, with who is credited.",
    },
    columns: [
      {
        label: "Conversion",
        main: true,
        cell: ({ definitionId }, { names }) => names[definitionId] ?? definitionId,
        csv: ({ definitionId }, { names }) => names[definitionId] ?? definitionId,
      },
      { label: "When", cell: ({ time }, { desk }) => <Moment desk={desk} time={time} />, csv: ({ time }) => time },
      { label: "By", cell: ({ trigger }) => wordsOf(trigger), csv: ({ trigger }) => trigger },
      { label: "Word", cell: ({ trust }) => <TrustChip trust={trust} />, csv: ({ trust }) => trust },
      {
        label: "Counts",
        cell: (conversion) => <Counted conversion={conversion} />,
        csv: ({ counted }) => counted,
      },
      {
        label: "Creator",
        cell: ({ attribution }, { names }) => <Named id={attribution?.creatorId} names={names} />,
        csv: ({ attribution }, { names }) => attribution && (names[attribution.creatorId] ?? attribution.creatorId),
      },
      {
        label: "Value",
        num: true,
        cell: ({ value }, { desk }) => <MoneyText desk={desk} money={value} />,
        csvMoney: ({ value }) => value,
      },
      {
        label: "Commission",
        cell: ({ commission }) => <CommissionState state={commission.state} />,
        csv: ({ commission }) => commission.state,
      },
    ],
    bulk: [decideMany("approve"), decideMany("decline")],
  },
  page: {
    query: { expand: "names" },
    head: (conversion) => (
      <p>
        <Counted conversion={conversion} /> <TrustChip trust={conversion.trust} />{" "}
        <CommissionState state={conversion.commission.state} />
      </p>
    ),
    facts: (conversion, { desk, names }) => [
      ["Definition", <Named id={conversion.definitionId} names={names} />],
      ["Store", <Named id={conversion.storeId} names={names} />],
      ["When", <Moment desk={desk} time={conversion.time} />],
      ["Confirmed", conversion.confirmedAt && <Moment desk={desk} time={conversion.confirmedAt} />],
      ["By", wordsOf(conversion.trigger)],
      ["Value", <MoneyText desk={desk} money={conversion.value} />],
      ["Why it has none", conversion.valueNote && wordsOf(conversion.valueNote)],
      ["Creator", conversion.attribution && <Named id={conversion.attribution.creatorId} names={names} />],
      [
        "Shared with",
        conversion.attribution === null || conversion.attribution.shares.length < 2
          ? null
          : conversion.attribution.shares.map(({ creatorId, weight, amount }, index) => (
              <>
                {index === 0 ? "" : ", "}
                <Named id={creatorId} names={names} /> {weight.numerator}/{weight.denominator}{" "}
                {amount === null ? null : <MoneyText desk={desk} money={amount} />}
              </>
            )),
      ],
      [
        "Campaign",
        conversion.attribution?.campaignId && <Named id={conversion.attribution.campaignId} names={names} />,
      ],
      ["Plan", conversion.attribution?.planId && <Named id={conversion.attribution.planId} names={names} />],
      ["Link", conversion.attribution?.linkId && <Named id={conversion.attribution.linkId} names={names} />],
      ["Code", conversion.attribution?.codeId && <Named id={conversion.attribution.codeId} names={names} />],
      ["Credited by", conversion.attribution?.method],
      ["Contact", conversion.contactId && <a href={`/admin/contacts/${conversion.contactId}`}>The contact</a>],
      ["Order", conversion.orderId && <Named id={conversion.orderId} names={names} />],
      ["Made by", conversion.causeId && <a href={`/admin/conversions/${conversion.causeId}`}>Another conversion</a>],
      ["Page", conversion.page && <code>{conversion.page}</code>],
      ["Recorded", <Moment desk={desk} time={conversion.createdAt} />],
      ["Changed", <Moment desk={desk} time={conversion.updatedAt} />],
    ],
    panels: [
      { title: "Commission", show: commissionOf },
      { title: "Why it is credited so", show: explanationOf },
      { title: "Evidence", show: evidenceOf },
    ],
  },
  actions: [decision("approve"), decision("decline")],
};
