import type { Child } from "hono/jsx";
import type { Problem } from "../../ground/http/problem.ts";
import { PROBLEMS } from "../../ground/http/problem.ts";
import type { Desk } from "./desk-load.ts";
import { pathOfId } from "./places.ts";

/** How much something wants to be looked at: by colour, and never by that alone. */
export type Tone = "plain" | "good" | "wait" | "bad";

/** A state in a word. */
export function Chip({ tone = "plain", children }: { tone?: Tone; children?: Child }) {
  return <span class={`chip ${tone}`}>{children}</span>;
}

/** A titled part of a page. */
export function Card({ title, id, note, more, children }: CardProps) {
  return (
    <section class="card" {...(title !== undefined && id !== undefined && { "aria-labelledby": id })}>
      {title === undefined ? null : (
        <header>
          <h2 {...(id !== undefined && { id })}>{title}</h2>
          {more}
        </header>
      )}
      {note === undefined ? null : <p class="note">{note}</p>}
      {children}
    </section>
  );
}

interface CardProps {
  title?: Child;
  /** By which the part is linked to. */
  id?: string;
  note?: Child;
  /** Beside the title, such as a link to all. */
  more?: Child;
  children?: Child;
}

/** Names and what stands for them; what is `null` is left out. */
export function Facts({ facts }: { facts: readonly (readonly [Child, Child | null | undefined])[] }) {
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value !== null && value !== undefined && value !== "")
        .map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** What is said where there is nothing yet: what would be here, and how it comes here. */
export function Empty({ title, children, action }: { title: Child; children?: Child; action?: Child }) {
  return (
    <div class="empty">
      <p>
        <b>{title}</b>
      </p>
      {children === undefined ? null : <p>{children}</p>}
      {action}
    </div>
  );
}

/** An id of Waymark within a text. */
const ID = /\b([a-z]{3}_[0-9a-hjkmnp-tv-z]{16})\b/;

/** What the API says is to be asked of it, such as `POST /api/v1/periods/per_…/lock`. */
const WAY = /((?:POST|DELETE) \/api\/v1\/[a-z-]+(?:\/[a-z]{3}_[0-9a-hjkmnp-tv-z]{16}(?:\/[a-z-]+)?)?)(?![/{\w])/;

/** A text of the API: the ids in it lead to what they name, and what is to be asked of it to the desk's page for that. */
export function Said({ text }: { text: string }) {
  return (
    <>
      {text.split(WAY).map((part, index) => {
        const way = index % 2 === 1 ? wayOf(part) : null;
        return way === null ? <Ids text={part} /> : <a href={way.path}>{way.text}</a>;
      })}
    </>
  );
}

function Ids({ text }: { text: string }) {
  return (
    <>
      {text.split(ID).map((part, index) => {
        const path = index % 2 === 1 ? pathOfId(part) : null;
        return path === null ? part : <a href={path}>{part}</a>;
      })}
    </>
  );
}

/** The desk's page for a request: an action of a row has the API's name there, and is asked about first. */
function wayOf(request: string): { path: string; text: string } | null {
  const [, method, place = "", id, action] = /^(\w+) \/api\/v1\/([^/]+)(?:\/([^/]+)(?:\/(.+))?)?$/.exec(request) ?? [];
  if (id === undefined) {
    const isNew = method === "POST";
    return isNew ? { path: `/admin/${place}/new`, text: `the page for new ${place.replaceAll("-", " ")}` } : null;
  }
  const path = pathOfId(id);
  const name = action ?? (method === "DELETE" ? "delete" : undefined);
  return path === null || name === undefined ? null : { path: `${path}/${name}`, text: `the page to ${name} it` };
}

/** A problem in the API's own words, with each value at fault. */
export function ProblemNote({ problem, fields = true }: { problem: Problem; fields?: boolean }) {
  return (
    <div class="problem" role="alert">
      <p>
        <b>{PROBLEMS[problem.code].title}.</b> <Said text={problem.message} />
      </p>
      {fields && problem.fields.length > 0 ? (
        <ul>
          {problem.fields.map(({ path, message }) => (
            <li>
              {path === "" ? null : <code>{path}</code>} <Said text={message} />
            </li>
          ))}
        </ul>
      ) : null}
      <ExistingNote problem={problem} />
    </div>
  );
}

/** What stands in the way, such as what has a name already; nothing, if nothing does. */
export function ExistingNote({ problem: { existing } }: { problem: Problem }) {
  return existing === null ? null : (
    <p>
      It is <a href={pathOfId(existing.id) ?? "#"}>{existing.name}</a>.
    </p>
  );
}

/** A time as people of the page's language write it, with the exact one behind it; a dash for none. */
export function Moment({ desk, time }: { desk: Desk; time: string | number | null | undefined }) {
  if (time === null || time === undefined) return <span class="none">–</span>;
  const exact = new Date(time);
  return <time datetime={exact.toISOString()}>{desk.formats.moment(exact.getTime(), desk.timezone)}</time>;
}

/** An amount in minor units; a dash for none. */
export function Amount({
  desk,
  minor,
  currency,
}: {
  desk: Desk;
  minor: number | null | undefined;
  currency: string | null | undefined;
}) {
  if (minor === null || minor === undefined || currency === null || currency === undefined)
    return <span class="none">–</span>;
  return <span class="amount">{desk.formats.money(minor, currency)}</span>;
}

/** A whole number; a dash for none. */
export function Count({ desk, value }: { desk: Desk; value: number | null | undefined }) {
  return value === null || value === undefined ? <span class="none">–</span> : <>{desk.formats.count(value)}</>;
}

/** What an id is called, leading to it; the id itself where nobody says what it is called, a dash for none. */
export function Named({ id, names }: { id: string | null | undefined; names: Readonly<Record<string, string>> }) {
  if (id === null || id === undefined) return <span class="none">–</span>;
  const path = pathOfId(id);
  const name = names[id] ?? id;
  return path === null ? <>{name}</> : <a href={path}>{name}</a>;
}

/** Something to copy: with script there is a button for it. */
export function Copy({ text, label }: { text: string; label: string }) {
  return (
    <span class="copy">
      <code>{text}</code>
      <button type="button" class="quiet" data-copy={text} hidden>
        Copy<span class="off"> {label}</span>
      </button>
    </span>
  );
}

/** How far a long work is. */
export function Progress({ done, of, label }: { done: number; of: number; label: string }) {
  return (
    <p class="progress">
      <progress value={done} max={Math.max(of, 1)} aria-label={label} /> {label}: {done} of {of}
    </p>
  );
}
