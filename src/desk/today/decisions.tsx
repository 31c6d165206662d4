import { dayIn } from "../../books/ledger/calendar.ts";
import type { Period } from "../../books/period/schema.ts";
import type { Decisions } from "../../reports/decisions/schema.ts";
import type { Desk } from "../frame/desk-load.ts";
import { orNone } from "../frame/or-none.ts";
import { Amount, Chip, Empty, Moment, type Tone } from "../frame/parts.tsx";
import { kindOfId, pathOfId } from "../frame/places.ts";
import { wordsOf } from "../form/field.ts";
import { DECISION_WORDS } from "./decision-words.ts";
import { deskListOf } from "../frame/lists.ts";

type Decision = Decisions["data"][number];

const SEVERITIES: Readonly<Record<Decision["severity"], { tone: Tone; word: string }>> = {
  urgent: { tone: "bad", word: "Urgent" },
  soon: { tone: "wait", word: "Soon" },
  note: { tone: "plain", word: "Note" },
};

/** What waits for a decision, the most urgent first, each with the way to it. */
export function DecisionList({ desk, decisions: { data, hidden } }: { desk: Desk; decisions: Decisions }) {
  const scopes = [...new Set(hidden.flatMap(({ scope }) => scope ?? []))];
  return (
    <>
      {data.length === 0 ? (
        <Empty title="Nothing waits for you.">
          Orders to approve, codes that failed, periods to lock and whatever goes wrong would stand here.
        </Empty>
      ) : (
        <ul class="decisions">
          {data.map((decision) => (
            <One desk={desk} decision={decision} />
          ))}
        </ul>
      )}
      {scopes.length === 0 ? null : (
        <p class="note">
          Your key doesn’t see everything that may wait here: that takes <code>{scopes.join(", ")}</code>.
        </p>
      )}
      {hidden.some(({ scope }) => scope === null) ? (
        <p class="note">What belongs to no store is told of where all stores are shown.</p>
      ) : null}
    </>
  );
}

function One({ desk, decision }: { desk: Desk; decision: Decision }) {
  const { kind, count, more, severity, oldestAt, sums, samples, list } = decision;
  const words = DECISION_WORDS[kind];
  const { tone, word } = SEVERITIES[severity];
  const path = deskListOf(list);
  const storeOf = (id: string | null): string | undefined =>
    desk.store === null && desk.stores.length > 1 ? desk.stores.find((store) => store.id === id)?.name : undefined;
  return (
    <li>
      <p>
        <Chip tone={tone}>{word}</Chip>{" "}
        <a href={path}>
          <b>
            {desk.formats.count(count)}
            {more ? "+" : ""}
          </b>{" "}
          {count === 1 ? words.one : words.many}
        </a>
        {sums.map(({ amountMinor, currency }) => (
          <>
            {" · "}
            <Amount desk={desk} minor={amountMinor} currency={currency} />
          </>
        ))}
      </p>
      <p>
        <small>
          since <Moment desk={desk} time={oldestAt} />
          {samples.map((sample, index) => (
            <>
              {index === 0 ? ": " : ", "}
              <Sample desk={desk} sample={sample} store={storeOf(sample.storeId)} />
            </>
          ))}
          {more || count > samples.length ? " …" : ""}
        </small>
      </p>
      <a class="button" href={path}>
        {words.action}
        <span class="off">: {count === 1 ? words.one : words.many}</span>
      </a>
    </li>
  );
}

async function Sample({
  desk,
  sample,
  store,
}: {
  desk: Desk;
  sample: Decision["samples"][number];
  store: string | undefined;
}) {
  const { id, aboutId } = sample;
  const path = pathOfId(id) ?? (aboutId === null ? null : pathOfId(aboutId));
  const shown = kindOfId(id) === "period" ? await daysOf(desk, sample) : nameOf(sample);
  return (
    <>
      {path === null ? shown : <a href={path}>{shown}</a>}
      {store === undefined ? "" : ` (${store})`}
    </>
  );
}

function nameOf({ id, name }: Decision["samples"][number]): string {
  if (name === "") return kindOfId(id) === "payout" ? "the run" : "without a name";
  // A code of the API, such as why evidence was refused, as words.
  return /^[a-z]+(?:_[a-z]+)+$/.test(name) ? wordsOf(name) : name;
}

/** What a period is known by: its first and its last day, as clocks of its store have them. */
async function daysOf(desk: Desk, { id, storeId }: Decision["samples"][number]): Promise<string> {
  const period = await orNone(desk.api.get<Period>(`/periods/${id}`));
  if (period === null) return "deleted meanwhile";
  const zone = desk.stores.find((store) => store.id === storeId)?.timezone ?? "UTC";
  const last = dayIn(zone, Date.parse(period.to) - 1);
  return period.from === null
    ? `until ${desk.formats.date(last)}`
    : desk.formats.day({ by: "days", first: dayIn(zone, Date.parse(period.from)), last });
}
