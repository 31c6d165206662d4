import type { RowReading } from "../../books/reconcile/read-row.ts";
import type { Desk } from "../frame/desk-load.ts";
import { Amount, Card, Chip, ProblemNote } from "../frame/parts.tsx";
import type { Sample } from "./sample.ts";
import { PRESET_WORDS } from "./upload-form.ts";
import { amountsOf } from "./words.ts";

/** How the first rows of a file would be read, and what is in the way. */
export function SampleCard({ desk, sample, name, timezone }: SampleProps) {
  const { preset, rows, looked, faulty, problem, unknown, order } = sample;
  return (
    <Card title={`${name}, as it would be read`} id="sample">
      {problem === null ? null : <ProblemNote problem={problem} />}
      {looked === 0 ? null : (
        <p>
          {preset === null ? "" : `Read as: ${PRESET_WORDS[preset]}. `}
          {faulty === 0
            ? `The first ${looked} rows can all be read.`
            : `${faulty} of the first ${looked} rows can’t be read.`}{" "}
          Times are shown for {timezone}.
        </p>
      )}
      {unknown.length === 0 ? null : (
        <p class="warn">
          Nobody knows what these statuses mean: {unknown.join(", ")}. Say so below, or their rows stay as they are.
        </p>
      )}
      {rows.length === 0 ? null : (
        <table class="stack" role="table">
          <caption class="off">First rows</caption>
          <thead role="rowgroup">
            <tr role="row">
              {["Order", "Placed", "Total", "Also", "Status", "Codes"].map((label) => (
                <th scope="col" role="columnheader" class={label === "Total" ? "num" : ""}>
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {rows.map((reading) => (
              <Row
                desk={desk}
                reading={reading}
                dayFirst={order === "dmy"}
                unsure={order === null}
                timezone={timezone}
              />
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}

interface SampleProps {
  desk: Desk;
  sample: Sample;
  name: string;
  /** Of the store. */
  timezone: string;
}

function Row({ desk, reading, dayFirst, unsure, timezone }: RowProps) {
  const { externalId, row, fault, names } = reading;
  const head = (
    <th scope="row" role="rowheader" class="main-cell">
      {externalId ?? "–"}
      {names.length === 0 ? null : <small> also {names.join(", ")}</small>}
    </th>
  );
  if (row === null) {
    return (
      <tr role="row">
        {head}
        <td role="cell" colspan={5} data-label="Can’t be read">
          <span>
            <Chip tone="bad">Can’t be read</Chip> {fault}
          </span>
        </td>
      </tr>
    );
  }
  const moment = (time: number): string => desk.formats.moment(time, timezone);
  const placed =
    row.placedAt === null
      ? "–"
      : row.dayFirst === undefined
        ? moment(row.placedAt)
        : unsure
          ? `${moment(row.placedAt)}, or ${moment(row.dayFirst)}`
          : moment(dayFirst ? row.dayFirst : row.placedAt);
  return (
    <tr role="row">
      {head}
      <td role="cell" data-label="Placed">
        <span>{placed}</span>
      </td>
      <td role="cell" data-label="Total" class="num">
        <Amount desk={desk} minor={row.totalMinor} currency={row.currency} />
      </td>
      <td role="cell" data-label="Also">
        <span>
          {amountsOf(row).map(({ name, minor }, index) => (
            <>
              {index === 0 ? "" : ", "}
              {name} <Amount desk={desk} minor={minor} currency={row.currency} />
            </>
          ))}
        </span>
      </td>
      <td role="cell" data-label="Status">
        <span>
          {row.unknownStatus === undefined ? (row.status ?? "–") : <Chip tone="wait">{row.unknownStatus}</Chip>}
        </span>
      </td>
      <td role="cell" data-label="Codes">
        <span>{row.codes.join(", ") || "–"}</span>
      </td>
    </tr>
  );
}

interface RowProps {
  desk: Desk;
  reading: RowReading;
  dayFirst: boolean;
  /** Whether dates can be read in two ways so far. */
  unsure: boolean;
  timezone: string;
}
