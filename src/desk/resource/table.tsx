import { pathOfId } from "../frame/places.ts";
import type { ListSpec, Shown, View } from "./resource.ts";

/** A list as a table whose rows are cards where the page is narrow. With `select`, each can be ticked, by what it is called. */
export function Table<Row extends Shown>({
  caption,
  columns,
  rows,
  view,
  select,
}: {
  caption: string;
  columns: ListSpec<Row>["columns"];
  rows: readonly Row[];
  view: View;
  select?: (row: Row) => string;
}) {
  return (
    <table class="stack" role="table">
      <caption class="off">{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {select === undefined ? null : (
            <th scope="col" role="columnheader">
              <label hidden>
                <input type="checkbox" data-all="id" aria-label="All" />
              </label>
              <span class="off">Chosen</span>
            </th>
          )}
          {columns.map(({ label, num }) => (
            <th scope="col" role="columnheader" class={num === true ? "num" : ""}>
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr role="row">
            {select === undefined ? null : (
              <td role="cell" class="tick">
                <input type="checkbox" name="id" value={row.id} aria-label={select(row)} />
              </td>
            )}
            {columns.map((column) => (
              <Cell column={column} row={row} view={view} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cell<Row extends Shown>({
  column,
  row,
  view,
}: {
  column: ListSpec<Row>["columns"][number];
  row: Row;
  view: View;
}) {
  const content = column.cell(row, view);
  if (column.main !== true) {
    return (
      <td role="cell" data-label={column.label} class={column.num === true ? "num" : ""}>
        <span>{content}</span>
      </td>
    );
  }
  const path = pathOfId(row.id);
  return (
    <th scope="row" role="rowheader" class="main-cell">
      {path === null ? content : <a href={path}>{content}</a>}
    </th>
  );
}
