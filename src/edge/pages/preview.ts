import { html } from "hono/html";
import { ABUSE_KINDS, type AbuseKind, isAbuseKind, MAX_DETAIL } from "./abuse-kind.ts";
import { errorText } from "../../ground/error-text.ts";
import { readBounded } from "../../ground/http/body.ts";
import { Problem } from "../../ground/http/problem.ts";
import { hostnameOf, keysOf } from "../link/address.ts";
import type { CompiledLink } from "../link/compile.ts";
import { destinationOf } from "../link/destination.ts";
import type { LinkRecord } from "../link/link.ts";
import type { ConsentPolicy } from "../../ground/model/link.ts";
import { resolveLink } from "../link/resolve.ts";
import { consentFor } from "../click/consent.ts";
import { forgetCookies, optOutCookie } from "../click/cookie.ts";
import { inactiveReason } from "../click/decide.ts";
import {
  answerLimited,
  answerMethod,
  answerProblem,
  answerUnavailable,
  answerUnknown,
  type Html,
  INACTIVE,
  page,
  TOO_MANY_GUESSES,
} from "./page.ts";
import type { EdgeEvent, EdgeState } from "../click/edge.ts";
import { countGuess, senderOf } from "./guess.ts";

/** Largest body of the forms, bytes: a full report with every character of four bytes percent-encoded. */
const MAX_FORM_BYTES = 16_384;

const KEPT: Readonly<Record<ConsentPolicy, string>> = {
  strict: "An anonymous count. No click id is passed on and no cookie is set.",
  deferred:
    "The visit is counted, and the shop is told which link was opened by an id in the address. This site stores nothing in your browser.",
  implied:
    "The visit is counted, and the shop is told which link was opened, by an id in the address and in a cookie of this site.",
};

const KIND_LABELS: Readonly<Record<AbuseKind, string>> = {
  phishing: "It pretends to be somebody else (phishing)",
  malware: "It spreads harmful software",
  spam: "It is spam",
  illegal: "It is against the law",
  other: "Something else",
};

/**
 * `/{slug}+`: where a link leads, who earns by it, how to stay out and how to report it. `GET` counts
 * nothing and stores nothing; `POST` takes the page's own forms.
 */
export async function answerPreview(slug: string, state: EdgeState, event: EdgeEvent): Promise<Response> {
  const { address, request } = event;
  const { method } = request;
  if (method !== "GET" && method !== "HEAD" && method !== "POST") return answerMethod(event, "GET, HEAD, POST");
  const keys = keysOf(address.host, slug);
  const known = (state.cache.find(keys)?.link ?? null) !== null;
  if (!known && state.guard.blocks(senderOf(request.headers), event.now)) return answerLimited(event, TOO_MANY_GUESSES);
  let entry;
  try {
    entry = await resolveLink(event.resolver(), keys, { hostname: hostnameOf(address.host), slug });
  } catch (error) {
    console.error(JSON.stringify({ event: "link_unresolved", message: errorText(error) }));
    return answerUnavailable(event);
  }
  if (entry.link === null) {
    event.waitUntil(countGuess(state, event));
    return answerUnknown(event);
  }
  if (method === "POST") return answerForm(event, entry.link);
  return page(200, "Where this link leads", describe(event, entry.link, entry.usedUp));
}

async function answerForm(event: EdgeEvent, link: CompiledLink): Promise<Response> {
  // A page elsewhere must not undo somebody's opt-out, nor report in their name.
  if (event.request.headers.get("sec-fetch-site") === "cross-site") {
    return answerProblem(event, Problem.invalid("", "must be sent from this page"), "That can't be done");
  }
  let form: URLSearchParams;
  try {
    form = new URLSearchParams(new TextDecoder().decode(await readBounded(event.request, MAX_FORM_BYTES)));
  } catch (error) {
    if (error instanceof Problem) return answerProblem(event, error, "That was too long");
    throw error;
  }
  switch (form.get("do")) {
    case "opt-out":
      return answerOptOut(event, link, true);
    case "opt-in":
      return answerOptOut(event, link, false);
    case "report":
      return answerReport(event, link, form);
    default:
      return answerProblem(event, Problem.invalid("do", "must be opt-out, opt-in or report"), "That can't be done");
  }
}

async function answerOptOut(event: EdgeEvent, link: CompiledLink, optOut: boolean): Promise<Response> {
  const response = optOut
    ? await page(
        200,
        "You have opted out",
        html`<p>Links of this site no longer pass on a click id from this browser.</p>`,
      )
    : await page(200, "You are no longer opted out", html`<p>Links of this site work as usual in this browser.</p>`);
  response.headers.append("Set-Cookie", optOutCookie(event.address, optOut));
  if (optOut) {
    for (const cookie of forgetCookies(event.address, link.record.cookieDomain)) {
      response.headers.append("Set-Cookie", cookie);
    }
  }
  return response;
}

async function answerReport(event: EdgeEvent, link: CompiledLink, form: URLSearchParams): Promise<Response> {
  const kind = form.get("kind");
  if (!isAbuseKind(kind)) {
    return answerProblem(
      event,
      Problem.invalid("kind", `must be one of ${ABUSE_KINDS.join(", ")}`),
      "Please choose what is wrong",
    );
  }
  if (!(await allowsReport(event))) return answerLimited(event, "Too many reports came from here.");
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
    return answerProblem(
      event,
      new Problem("unavailable", "The report could not be kept just now. Please send it again.", [], {
        "Retry-After": "30",
      }),
      "Please try again in a moment",
    );
  }
  return page(
    200,
    "Thank you",
    html`<p>Your report has reached whoever runs this site. Nothing about you was kept with it.</p>`,
  );
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

function describe(event: EdgeEvent, link: CompiledLink, usedUp: boolean): Html {
  const { record } = link;
  const reason = inactiveReason(record, event.now, { usedUp, blocked: link.own.blocked });
  const destination = destinationOf(link.own, null, "");
  const { headers, cf } = event.request;
  const consent = consentFor(link.consent, {
    gpc: headers.get("sec-gpc") === "1",
    dnt: headers.get("dnt") === "1",
    cookie: headers.get("cookie"),
    query: "",
    country: cf?.country ?? null,
  });
  return html`<p>
      ${reason === null ? "" : `${INACTIVE[reason].title}. `}The short link <b>/${record.slug}</b> leads to
    </p>
    ${
      link.own.blocked
        ? html`<p class="to">${destination}</p>`
        : html`<p class="to"><a href="${destination}" rel="nofollow noopener">${destination}</a></p>`
    }
    ${link.ruled.length === 0 ? "" : html`<p>Some visitors are sent to another page, by their country, device, language or the time of day.</p>`}
    <h2>Who earns by it</h2>
    <p>${earns(record)}</p>
    <h2>What is kept when you follow it</h2>
    <p>
      ${KEPT[consent.policy]} Your address and browser are never stored.
      ${consent.policy === "strict" ? "" : "A keyed hash of both, which changes every day, tells one visit from two."}
    </p>
    <h2>How to opt out</h2>
    <p>
      Switch on <a href="https://globalprivacycontrol.org/" rel="noopener">Global Privacy Control</a> (or Do Not Track)
      in your browser, or let this browser remember it for this site. Then no click id is passed on, no cookie is set
      and no hash is kept.
    </p>
    <form method="post">
      ${
        consent.source === "opt_out"
          ? html`<p>This browser is opted out. <button name="do" value="opt-in">Undo</button></p>`
          : html`<button name="do" value="opt-out">Opt out</button>`
      }
    </form>
    <h2>Report this link</h2>
    <form method="post">
      <label
        >What is wrong?
        <select name="kind" required>
          ${ABUSE_KINDS.map((kind) => html`<option value="${kind}">${KIND_LABELS[kind]}</option>`)}
        </select></label
      >
      <label
        >Anything that helps (optional) <textarea name="detail" rows="3" maxlength="${MAX_DETAIL}"></textarea>
      </label>
      <button name="do" value="report">Report</button>
    </form>`;
}

function earns(record: LinkRecord): string {
  const { username, creator = username } = record.variables;
  return creator === undefined
    ? "No creator is named on this link."
    : `${creator} may earn a commission if you buy something.`;
}
