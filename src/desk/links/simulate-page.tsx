import type { Context } from "hono";
import type { Child } from "hono/jsx";
import type { Simulation } from "../../clicks/simulate/schema.ts";
import type { AppTypes } from "../../ground/deps.ts";
import { mustAllow } from "../../ground/http/auth.ts";
import { Problem } from "../../ground/http/problem.ts";
import type { Link } from "../../links/link/schema.ts";
import { type Field, optionsOf, wordsOf } from "../form/field.ts";
import { Fields } from "../form/fields.tsx";
import { FormFaults } from "../form/faults.tsx";
import { readForm } from "../form/read.ts";
import { newForm } from "../form/show.ts";
import { deskOf } from "../frame/desk-load.ts";
import { Card, Chip, Facts, type Tone } from "../frame/parts.tsx";
import { answerPage } from "../frame/shell-page.tsx";
import { withQuery } from "../frame/places.ts";

const IPHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";
const ANDROID =
  "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36";
const WINDOWS =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36";

/** Visitors that people think of first. */
const EXAMPLES: readonly { name: string; query: Readonly<Record<string, string>> }[] = [
  { name: "iPhone in Germany", query: { country: "DE", userAgent: IPHONE, acceptLanguage: "de-DE,de;q=0.9" } },
  { name: "Android in France", query: { country: "FR", userAgent: ANDROID, acceptLanguage: "fr-FR,fr;q=0.9" } },
  { name: "Computer in the US", query: { country: "US", userAgent: WINDOWS, acceptLanguage: "en-US,en;q=0.9" } },
  {
    name: "Search engine",
    query: { country: "US", userAgent: "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)" },
  },
  { name: "Preview of a messenger", query: { userAgent: "WhatsApp/2.23.20.0" } },
];

/** A visitor to imagine, by the names of the API's body. */
const FIELDS: readonly Field[] = [
  {
    kind: "group",
    name: null,
    label: "Who and when",
    fields: [
      { kind: "text", name: "country", label: "Country", hint: "Two letters, such as DE.", max: 2, short: true },
      { kind: "text", name: "region", label: "Region" },
      { kind: "text", name: "userAgent", label: "Browser (User-Agent)" },
      { kind: "text", name: "acceptLanguage", label: "Languages (Accept-Language)", placeholder: "de-DE,de;q=0.9" },
      { kind: "moment", name: "at", label: "When (UTC)", hint: "Empty: now." },
      {
        kind: "number",
        name: "draw",
        label: "Place in an A/B test",
        least: 0,
        most: 99.99,
        hint: "0 to 99.99, of 100.",
      },
    ],
  },
  {
    kind: "group",
    name: null,
    label: "The request",
    folded: true,
    fields: [
      { kind: "text", name: "query", label: "Query of the short address", placeholder: "utm_source=story" },
      {
        kind: "choice",
        name: "method",
        label: "Method",
        options: [
          { value: "GET", label: "GET" },
          { value: "HEAD", label: "HEAD" },
        ],
      },
      { kind: "choice", name: "purpose", label: "Sec-Purpose", options: optionsOf(["prefetch", "prefetch;prerender"]) },
      {
        kind: "choice",
        name: "fetchDest",
        label: "Sec-Fetch-Dest",
        options: optionsOf(["document", "image", "iframe", "empty"]),
      },
      { kind: "switch", name: "gpc", label: "Global Privacy Control" },
      { kind: "switch", name: "dnt", label: "Do Not Track" },
      { kind: "text", name: "cookie", label: "Cookie" },
    ],
  },
];

/** Says what a visitor would get by a link, and why. The address says which visitor. */
export async function simulatePage(c: Context<AppTypes>): Promise<Response> {
  const desk = deskOf(c);
  mustAllow(desk.actor, ["links:read"]);
  const id = c.req.param("id") ?? "";
  const path = `/links/${encodeURIComponent(id)}`;
  const link = await desk.api.get<Link>(path);
  const { searchParams } = desk.url;
  const isAsked = searchParams.has("asked");
  const filled = isAsked
    ? new Map([...new Set(searchParams.keys())].map((name) => [name, searchParams.getAll(name)]))
    : newForm(FIELDS);
  const { body, faults } = readForm(FIELDS, filled, true);
  let problem = faults.length === 0 ? null : new Problem("validation_failed", "Some values have to be mended.", faults);
  let outcome: Simulation | null = null;
  if (isAsked && problem === null) {
    const sent = await desk.api.send<Simulation>("POST", `${path}/simulate`, body);
    if (sent.ok) outcome = sent.body;
    else ({ problem } = sent);
  }
  const here = `/admin${path}/simulate`;
  return answerPage(
    c,
    {
      title: "Try as a visitor",
      status: problem === null ? 200 : 422,
      trail: [
        { name: "Links", path: "/admin/links" },
        { name: link.slug, path: `/admin${path}` },
      ],
    },
    <>
      <p class="note">
        What a visitor would get by <code>{link.shortUrl}</code>, and why. Nothing is counted, set or used up.
      </p>
      <nav class="row" aria-label="Examples">
        {EXAMPLES.map(({ name, query }) => (
          <a class="button" href={withQuery(here, { ...query, asked: "1" })}>
            {name}
          </a>
        ))}
      </nav>
      <FormFaults problem={problem} fields={FIELDS} />
      {outcome === null ? null : <Outcome outcome={outcome} />}
      <form class="form card">
        <input type="hidden" name="asked" value="1" />
        <Fields fields={FIELDS} state={{ filled, faults: problem?.fields ?? [], free: true }} />
        <div>
          <button class="main">Try</button>
        </div>
      </form>
    </>,
  );
}

const OUTCOMES: Readonly<Record<Simulation["outcome"], { tone: Tone; label: string }>> = {
  redirect: { tone: "good", label: "Goes to the destination" },
  fallback: { tone: "wait", label: "Goes elsewhere: the link isn’t live" },
  page: { tone: "bad", label: "Sees a page that says why not" },
};

function Outcome({ outcome }: { outcome: Simulation }): Child {
  const { tone, label } = OUTCOMES[outcome.outcome];
  return (
    <Card title="What this visitor would get">
      <p>
        <Chip tone={tone}>{label}</Chip> with status {outcome.status}
      </p>
      <Facts
        facts={[
          ["Address", outcome.location === null ? null : <code>{outcome.location}</code>],
          ["By", outcome.rule === null ? "the link’s own destination" : `rule ${outcome.rule + 1}`],
          [
            "Counts",
            outcome.bucket === "visit" ? "as a click" : `as no click: ${wordsOf(outcome.reason).toLowerCase()}`,
          ],
          [
            "Consent",
            `${wordsOf(outcome.consent.policy)} (${wordsOf(outcome.consent.source).toLowerCase()}), ${
              outcome.cookie ? "a cookie is set" : "no cookie is set"
            }`,
          ],
        ]}
      />
      {outcome.trace.length === 0 ? null : (
        <ol>
          {outcome.trace.map(({ matched, reason }) => (
            <li>
              <Chip tone={matched ? "good" : "plain"}>{matched ? "Fits" : "Doesn’t fit"}</Chip> {reason}
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}
