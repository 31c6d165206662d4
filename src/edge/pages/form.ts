import { html } from "hono/html";
import { errorText } from "../../ground/error-text.ts";
import { readBounded } from "../../ground/http/body.ts";
import type { Html } from "../../ground/http/html.ts";
import { Problem } from "../../ground/http/problem.ts";
import { forgetCookies, optOutCookie } from "../click/cookie.ts";
import type { EdgeEvent, EdgeState } from "../click/edge.ts";
import type { CompiledLink } from "../link/compile.ts";
import { ABUSE_KINDS, isAbuseKind, MAX_DETAIL } from "./abuse-kind.ts";
import { senderOf } from "./guess.ts";
import { page } from "./page.ts";
import { answerProblem, limited, renderWays, type Told } from "./problem-page.ts";
import { type Reader, readerOf } from "./reader.ts";
import { waysOf } from "./ways.ts";

/** Largest body of the forms, bytes: a full report with every character of four bytes percent-encoded. */
const MAX_FORM_BYTES = 16_384;

/** What the thanks for a report are asked for by, in another language: nothing is reported again. */
const THANK = "thank";

/** A form of a link's page, that came to be answered. */
interface Sent {
  state: EdgeState;
  event: EdgeEvent;
  link: CompiledLink;
}

/** Answers the forms of a link's page: opting out and in, and reports. */
export async function answerForm(state: EdgeState, event: EdgeEvent, link: CompiledLink): Promise<Response> {
  const sent = { state, event, link };
  // A page elsewhere must not undo somebody's opt-out, nor report in their name.
  if (event.request.headers.get("sec-fetch-site") === "cross-site") {
    return refuse(sent, Problem.invalid("", "must be sent from this page"), { title: "cannot", text: "foreign" });
  }
  let form: URLSearchParams;
  try {
    form = new URLSearchParams(new TextDecoder().decode(await readBounded(event.request, MAX_FORM_BYTES)));
  } catch (error) {
    if (error instanceof Problem) return refuse(sent, error, { title: "tooLong", text: "tooLongText" });
    throw error;
  }
  switch (form.get("do")) {
    case "opt-out":
      return answerOptOut(sent, true);
    case "opt-in":
      return answerOptOut(sent, false);
    case "report":
      return answerReport(sent, form);
    case THANK:
      return thank(sent);
    default:
      return refuse(sent, Problem.invalid("do", "must be opt-out, opt-in or report"), {
        title: "cannot",
        text: "notAsked",
      });
  }
}

async function answerOptOut(sent: Sent, optOut: boolean): Promise<Response> {
  const { event, link } = sent;
  const response = await done(
    sent,
    optOut ? { title: "optedOut", text: "optedOutText" } : { title: "optedIn", text: "optedInText" },
    optOut ? "opt-out" : "opt-in",
  );
  response.headers.append("Set-Cookie", optOutCookie(event.address, optOut));
  if (optOut) {
    for (const cookie of forgetCookies(event.address, link.record.cookieDomain)) {
      response.headers.append("Set-Cookie", cookie);
    }
  }
  return response;
}

async function answerReport(sent: Sent, form: URLSearchParams): Promise<Response> {
  const { event, link } = sent;
  const kind = form.get("kind");
  if (!isAbuseKind(kind)) {
    const problem = Problem.invalid("kind", `must be one of ${ABUSE_KINDS.join(", ")}`);
    return refuse(sent, problem, { title: "noKind", text: "noKindText" });
  }
  if (!(await allowsReport(event))) {
    return refuse(sent, limited("Too many reports came from here."), { title: "limited", text: "manyReports" });
  }
  try {
    await event.keepReport({
      linkId: link.record.id,
      kind,
      detail: (form.get("detail") ?? "").trim().slice(0, MAX_DETAIL),
    });
  } catch (error) {
    console.error(
      JSON.stringify({ event: "abuse_report_failed", linkId: link.record.id, kind, message: errorText(error) }),
    );
    const problem = new Problem("unavailable", "The report could not be kept just now. Please send it again.", [], {
      "Retry-After": "30",
    });
    return refuse(sent, problem, { title: "unavailable", text: "notKept" });
  }
  return thank(sent);
}

function thank(sent: Sent): Promise<Response> {
  return done(sent, { title: "thanks", text: "thanksText" }, THANK);
}

/** Whether a sender may report once more; a limiter that fails stops nobody. */
async function allowsReport(event: EdgeEvent): Promise<boolean> {
  try {
    return await event.allowGuess(`report ${senderOf(event.request.headers)}`);
  } catch (error) {
    console.error(JSON.stringify({ event: "rate_limit_failed", message: errorText(error) }));
    return true;
  }
}

/** The page that says what was done, with the ways on; `again`: what says it in another language. */
async function done({ state, event, link }: Sent, { title, text }: Told, again: string): Promise<Response> {
  const [reader, { shop, way }] = await Promise.all([readerOf(event), waysOf(state, event, link.record.id)]);
  const { language, say } = reader;
  const body = html`<p>${say(text)}</p>
    ${renderWays(reader, way, toLink(link, reader))}`;
  return page(200, say(title), body, { language, shop, again });
}

function refuse({ event, link }: Sent, problem: Problem, told: Told): Promise<Response> {
  return answerProblem(event, problem, { told, back: (reader) => toLink(link, reader), ofForm: true });
}

/** Back to the page of the link, in the language that was asked for. */
function toLink({ record }: CompiledLink, { kept, say }: Reader): Html {
  return html`<a href="/${encodeURIComponent(record.slug)}+${kept}">${say("back")}</a>`;
}
