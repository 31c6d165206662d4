import type { Child } from "hono/jsx";
import { wordsOf } from "../form/field.ts";
import type { Desk } from "./desk-load.ts";
import { Moment, Named } from "./parts.tsx";
import { kindOfId } from "./places.ts";

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z$/;

/** Values of a list that are shown, and the depth to which they are. */
const MOST = 50;
const DEEPEST = 4;

/** Any value of JSON as people read it: names for ids, times as times, objects as names with values. */
export function Value({
  desk,
  names,
  value,
  depth = 0,
}: {
  desk: Desk;
  names: Readonly<Record<string, string>>;
  value: unknown;
  depth?: number;
}): Child {
  if (value === null || value === undefined || value === "") return <span class="none">–</span>;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") {
    if (TIME.test(value)) return <Moment desk={desk} time={value} />;
    return kindOfId(value) === null ? value : <Named id={value} names={names} />;
  }
  if (typeof value !== "object") return null;
  if (depth >= DEEPEST) return <code>{JSON.stringify(value)}</code>;
  if (Array.isArray(value)) {
    if (value.length === 0) return <span class="none">–</span>;
    return (
      <ul>
        {value.slice(0, MOST).map((each: unknown) => (
          <li>
            <Value desk={desk} names={names} value={each} depth={depth + 1} />
          </li>
        ))}
        {value.length > MOST ? <li>… and {value.length - MOST} more</li> : null}
      </ul>
    );
  }
  return (
    <dl class="facts">
      {Object.entries(value).map(([name, each]) => (
        <div>
          <dt>{wordsOf(name)}</dt>
          <dd>
            <Value desk={desk} names={names} value={each} depth={depth + 1} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
