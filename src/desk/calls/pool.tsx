import type { NumberPool, PoolUtilisation } from "../../calls/pool/schema.ts";
import type { PoolVerdict } from "../../calls/pool/need.ts";
import type { NumberCase } from "../../ground/model/call.ts";
import { Card, Chip, Count, Facts, Moment, Named, type Tone } from "../frame/parts.tsx";
import type { Field } from "../form/field.ts";
import type { Resource, View } from "../resource/resource.ts";

const VERDICT: Readonly<Record<PoolVerdict, readonly [string, Tone, string]>> = {
  enough: ["Enough", "good", "There are numbers to spare for the busiest hour."],
  tight: ["Tight", "wait", "It was enough so far, with little to spare for a busier hour."],
  short: ["Too few", "bad", "Some visitors got none: rent more numbers, or let visitors keep them for less long."],
  unknown: ["Not known yet", "plain", "Nobody has asked for a number in the last days."],
};

/** What became of pages that asked for a number. */
const CASES: Readonly<Record<NumberCase, string>> = {
  kept: "Kept the one that they had",
  leased: "Got one of the pool",
  static_full: "The pool was full: the source’s own number",
  own_full: "The pool was full: the page’s own number",
  static: "The source’s own number, without the pool",
  own: "The page’s own number, without the pool",
  bot: "A program, which gets none",
};

const FIELDS: readonly Field[] = [
  { kind: "text", name: "name", label: "Name", required: true, max: 100 },
  {
    kind: "tel",
    name: "target",
    label: "Number on the pages",
    required: true,
    hint: "The one that the pool’s numbers are shown instead of.",
  },
  {
    kind: "ref",
    of: "phoneNumber",
    name: "numberIds",
    label: "Numbers",
    many: true,
    hint: "One a line: all that are to be in it.",
  },
  {
    kind: "whole",
    name: "leaseMinutes",
    label: "Minutes that a visitor keeps a number",
    least: 2,
    most: 240,
    initial: 5,
    empty: "omit",
    hint: "After a page that shows it was last heard of.",
  },
  {
    kind: "whole",
    name: "quarantineMinutes",
    label: "Minutes of rest after that",
    least: 0,
    most: 1440,
    initial: 30,
    empty: "omit",
    hint: "Nobody gets it meanwhile: calls are still theirs.",
  },
  {
    kind: "text",
    name: "channel",
    label: "Channel",
    initial: "website",
    empty: "omit",
    hint: "What its calls count for that are no visitor’s.",
  },
  { kind: "switch", name: "replaces", label: "Take numbers from what they stand for now" },
];

/** `/admin/pools`: numbers that visitors get one each of. */
export const POOLS: Resource<NumberPool> = {
  place: "pools",
  one: "Pool",
  many: "Pools",
  api: "/number-pools",
  read: "plans:read",
  title: ({ name }) => name,
  list: {
    byStore: true,
    csv: "desk",
    filters: [{ kind: "tel", name: "target", label: "Number on the pages" }],
    empty: {
      title: "There is no pool yet.",
      text: "A pool gives each visitor of the shop’s pages a number of their own, so that a call tells which visit it came from.",
    },
    columns: [
      { label: "Pool", main: true, cell: ({ name }) => name, csv: ({ name }) => name },
      { label: "Stands in for", cell: ({ target }) => target, csv: ({ target }) => target },
      {
        label: "Numbers",
        num: true,
        cell: ({ numberIds }, { desk }) => <Count desk={desk} value={numberIds.length} />,
        csv: ({ numberIds }) => numberIds.length,
      },
      {
        label: "Kept for",
        num: true,
        cell: ({ leaseMinutes, quarantineMinutes }) => `${leaseMinutes} + ${quarantineMinutes} min`,
        csv: ({ leaseMinutes }) => leaseMinutes,
      },
      {
        label: "Last full",
        cell: ({ exhaustedAt }, { desk }) => <Moment desk={desk} time={exhaustedAt} />,
        csv: ({ exhaustedAt }) => exhaustedAt,
      },
    ],
  },
  page: {
    query: { expand: "names" },
    head: ({ utilisation }, view) => <Use use={utilisation} view={view} />,
    facts: (pool, { desk, names }) => [
      ["Stands in for", pool.target],
      ["Channel", pool.channel],
      ["A visitor keeps a number", `${pool.leaseMinutes} minutes`],
      ["Then it rests", `${pool.quarantineMinutes} minutes`],
      ["Numbers", <a href={`/admin/numbers?pool=${pool.id}`}>{desk.formats.count(pool.numberIds.length)}</a>],
      ["Store", <Named id={pool.storeId} names={names} />],
    ],
  },
  create: {
    scope: "plans:write",
    fields: [{ kind: "ref", of: "store", name: "storeId", label: "Store", required: true }, ...FIELDS],
  },
  edit: { scope: "plans:write", fields: FIELDS },
  actions: [
    {
      name: "delete",
      label: "Delete",
      scope: "plans:write",
      risky: true,
      method: "DELETE",
      api: ({ id }) => `/number-pools/${id}`,
      text: "Pages show their own number from now on. The pool’s numbers stay, and stand for nothing; calls stay whose they are.",
      done: "Pool deleted.",
    },
  ],
};

function Use({ use, view: { desk } }: { use: PoolUtilisation; view: View }) {
  const [word, tone, text] = VERDICT[use.verdict];
  const { need } = use;
  return (
    <Card title="Is it large enough?">
      <p>
        <Chip tone={tone}>{word}</Chip> {text}
      </p>
      <Facts
        facts={[
          ["Numbers", <Count desk={desk} value={use.numbers} />],
          [
            "Needed in the busiest hour",
            need.numbers === null ? "not known" : <Count desk={desk} value={need.numbers} />,
          ],
          ["With visitors now", <Count desk={desk} value={use.out} />],
          ["At rest", <Count desk={desk} value={use.quarantined} />],
          ["Free", <Count desk={desk} value={use.free} />],
          ["Most away at once in 24 hours", <Count desk={desk} value={use.peak24h} />],
          ["Visitors in the busiest hour", <Count desk={desk} value={need.visitorsAnHour} />],
          [
            "Minutes that a number is away",
            need.minutesAVisit === null ? null : String(Math.round(need.minutesAVisit * 10) / 10),
          ],
          ["Not rented now", use.notRented > 0 ? <Count desk={desk} value={use.notRented} /> : null],
          ["Last full", use.exhaustedAt === null ? null : <Moment desk={desk} time={use.exhaustedAt} />],
        ]}
      />
      <table>
        <caption>What became of {desk.formats.count(use.asked24h)} pages that asked in the last 24 hours</caption>
        <tbody>
          {Object.entries(CASES).map(([name, words]) => (
            <tr>
              <th scope="row">{words}</th>
              <td class="num">
                <Count desk={desk} value={use.cases[name as NumberCase] ?? 0} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}
