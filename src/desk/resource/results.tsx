import { Chip } from "../frame/parts.tsx";
import { pathOfId } from "../frame/places.ts";
import type { BulkResult } from "./resource.ts";

/** What became of each of many, or would: each by its name, which leads to it. */
export function Results({
  caption,
  noun,
  results,
  isDone,
}: {
  caption: string;
  /** What each of them is. */
  noun: string;
  results: readonly BulkResult[];
  isDone: boolean;
}) {
  return (
    <table class="stack">
      <caption class="off">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{noun}</th>
          <th scope="col">Result</th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        {results.map(({ id, name, text, ok }) => (
          <tr>
            <th scope="row">
              <a href={pathOfId(id) ?? "#"}>{name}</a>
            </th>
            <td data-label="Result">
              <span>
                <Chip tone={ok ? "good" : "bad"}>
                  {ok ? (isDone ? "Done" : "Would be done") : isDone ? "Not done" : "Can’t be done"}
                </Chip>
              </span>
            </td>
            <td data-label="Why">
              <span>{text}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
