import type { Context } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { Problem } from "../../ground/http/problem.ts";
import type { Scope } from "../../ground/http/auth.ts";
import { deskOf } from "../frame/desk-load.ts";
import { Card } from "../frame/parts.tsx";
import { answerPage, SAFE } from "../frame/shell-page.tsx";

/** What can be taken out whole. */
const EXPORTS: readonly { name: string; title: string; text: string; scopes: readonly Scope[] }[] = [
  {
    name: "clicks",
    title: "Clicks",
    text: "By the time of the click, archived ones first.",
    scopes: ["reports:read"],
  },
  {
    name: "orders",
    title: "Orders",
    text: "By the time when they were placed, in the order in which they were first heard of.",
    scopes: ["reports:read", "orders:read"],
  },
  {
    name: "conversions",
    title: "Conversions",
    text: "By the time when they happened; also those that don’t count.",
    scopes: ["reports:read", "orders:read"],
  },
  {
    name: "visits",
    title: "Visits",
    text: "What consenting visitors did, as long as it is logged.",
    scopes: ["reports:read"],
  },
  { name: "ledger", title: "Ledger", text: "By the time when entries were booked.", scopes: ["orders:read"] },
];

/** Answers the page of exports: a form for each that downloads it. */
export function exportsPage(c: Context<AppTypes>): Promise<Response> {
  const desk = deskOf(c);
  const shown = EXPORTS.filter(({ scopes }) => scopes.every((scope) => desk.may(scope)));
  if (shown.length === 0) throw new Problem("forbidden", "Exports take the scope reports:read or orders:read.");
  return answerPage(
    c,
    { title: "Exports" },
    <>
      <p class="note">
        All rows of any time, as files that are written while they are read. Times are UTC; empty ones mean from the
        first, and up to now. NDJSON ends with a line that says so: what ends otherwise broke off.
      </p>
      <div class="cards">
        {shown.map(({ name, title, text }) => (
          <Card title={title} id={name} note={text}>
            <form class="form" action={`/admin/exports/${name}`}>
              {desk.stores.length === 0 ? null : (
                <div class="field">
                  <label for={`${name}-store`}>Store</label>
                  <select id={`${name}-store`} name="store">
                    {desk.actor.storeIds === null ? <option value="">All stores</option> : null}
                    {desk.stores.map((store) => (
                      <option value={store.id} selected={store.id === desk.store?.id}>
                        {store.name}
                      </option>
                    ))}
                  </select>
                </div>
              )}
              <div class="pair">
                {(["from", "to"] as const).map((end) => (
                  <div class="field">
                    <label for={`${name}-${end}`}>{end === "from" ? "From" : "Before"}</label>
                    <input id={`${name}-${end}`} type="datetime-local" step="1" name={end} />
                  </div>
                ))}
              </div>
              <div class="field">
                <label for={`${name}-format`}>Format</label>
                <select id={`${name}-format`} name="format">
                  <option value="csv">CSV</option>
                  <option value="ndjson">NDJSON</option>
                </select>
              </div>
              <p>
                <button>
                  Download<span class="off"> {title.toLowerCase()}</span>
                </button>
              </p>
            </form>
          </Card>
        ))}
      </div>
    </>,
  );
}

/** Answers an export as the API writes it, while it is written. */
export async function exportFile(c: Context<AppTypes>): Promise<Response> {
  const desk = deskOf(c);
  const named = EXPORTS.find(({ name }) => name === c.req.param("name"));
  if (named === undefined) throw new Problem("not_found", "There is no such export.");
  const { searchParams } = desk.url;
  const answer = await desk.api.open(`/export/${named.name}`, {
    store: searchParams.get("store"),
    from: inUtc(searchParams.get("from")),
    to: inUtc(searchParams.get("to")),
    format: searchParams.get("format") ?? "csv",
  });
  const headers = new Headers(SAFE);
  for (const name of ["Content-Type", "Content-Disposition"]) {
    const value = answer.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  return new Response(answer.body, { headers });
}

/** A time of a form, which is in UTC, as the API takes it; anything else as it is. */
function inUtc(text: string | null): string | null {
  if (text === null || !/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?$/.test(text)) return text;
  return `${text.length === 16 ? `${text}:00` : text}Z`;
}
