import type { Child } from "hono/jsx";

/** A small table within a page: its rows are cards where the page is narrow. The first cell of a row names it. */
export function Rows({
  caption,
  heads,
  rows,
}: {
  caption: string;
  /** Those of numbers stand at the right. */
  heads: readonly (string | { label: string; num: true })[];
  rows: readonly (readonly Child[])[];
}) {
  const columns = heads.map((head) => (typeof head === "string" ? { label: head, num: false } : head));
  return (
    <table class="stack" role="table">
      <caption class="off">{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ label, num }) => (
            <th scope="col" role="columnheader" class={num ? "num" : ""}>
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((cells) => (
          <tr role="row">
            {cells.map((cell, index) =>
              index === 0 ? (
                <th scope="row" role="rowheader" class="main-cell">
                  {cell}
                </th>
              ) : (
                <td role="cell" data-label={columns[index]?.label} class={columns[index]?.num === true ? "num" : ""}>
                  <span>{cell}</span>
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
