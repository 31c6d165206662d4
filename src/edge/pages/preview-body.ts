import { html, raw } from "hono/html";
import { getDomain } from "tldts";
import type { Html } from "../../ground/http/html.ts";
import type { ConsentPolicy } from "../../ground/model/link.ts";
import type { Consent } from "../click/consent.ts";
import type { InactiveReason } from "../click/decide.ts";
import { ABUSE_KINDS, MAX_DETAIL } from "./abuse-kind.ts";
import { INACTIVE, type PlainKey, renderWays } from "./problem-page.ts";
import type { Reader } from "./reader.ts";
import { GPC } from "./sites.ts";
import { isEncoded, readableHost } from "./unicode-host.ts";
import type { Way } from "./ways.ts";

/** What the page of a link says of it. */
export interface LinkView {
  /** Host of the short link, with its port. */
  shortHost: string;
  slug: string;
  /** Why it isn't live; `null`: it is. */
  reason: InactiveReason | null;
  /** Where it leads this visitor; `null`: to a blocked host. */
  destination: string | null;
  /** Where it leads instead while it isn't live; `null`: nowhere. */
  fallbackUrl: string | null;
  /** Whether others may be led elsewhere. */
  varies: boolean;
  creator: string | null;
  consent: Consent;
}

/** Of which links that aren't live it is said where they led: not of what was taken back, never began, or does harm. */
const TELLS_PAST: ReadonlySet<InactiveReason> = new Set(["ended", "used_up"]);

const KEPT: Readonly<Record<ConsentPolicy, PlainKey>> = {
  strict: "keptStrict",
  deferred: "keptDeferred",
  implied: "keptImplied",
};

/** The title of a link's page: only a link that is live leads anywhere. */
export function previewTitle({ reason }: Pick<LinkView, "reason">): PlainKey {
  return reason === null ? "preview" : INACTIVE[reason].title;
}

/** What stands below the title. `way` leads to the store, for a link that leads nowhere. */
export function previewBody(view: LinkView, way: Way | null, reader: Reader): Html {
  const { say } = reader;
  return html`${view.reason === null ? renderLive(view, reader) : renderPast(view, view.reason, way, reader)}
    <details${view.consent.source === "opt_out" ? raw(" open") : ""}>
      <summary><h2>${say("optOutTitle")}</h2></summary>
      <p>${say.html("optOutText", { gpc: (name) => html`<a href="${GPC}" rel="noopener">${name}</a>` })}</p>
      <form method="post">
        ${
          view.consent.source === "opt_out"
            ? html`<p>${say("isOptedOut")} <button name="do" value="opt-in">${say("undo")}</button></p>`
            : html`<button name="do" value="opt-out">${say("optOut")}</button>`
        }
      </form>
    </details>
    <details>
      <summary><h2>${say("reportTitle")}</h2></summary>
      <form method="post">
        <label
          >${say("whatIsWrong")}
          <select name="kind" required>
            ${ABUSE_KINDS.map((kind) => html`<option value="${kind}">${say(kind)}</option>`)}
          </select></label
        >
        <label>${say("detail")} <textarea name="detail" rows="3" maxlength="${MAX_DETAIL}"></textarea></label>
        <button name="do" value="report">${say("report")}</button>
      </form>
    </details>`;
}

function renderLive(view: LinkView, reader: Reader): Html {
  const { say } = reader;
  const { consent, creator, destination, varies } = view;
  return html`<p>${say.html("leadsTo", { link: shortLink(view) })}</p>
    ${destination === null ? "" : renderHost(destination, reader)} ${varies ? html`<p>${say("varies")}</p>` : ""}
    ${renderProceed(view, reader)}
    ${
      destination === null
        ? ""
        : html`<details>
            <summary><h2>${say("wholeAddress")}</h2></summary>
            <p class="to"><a href="${destination}" rel="nofollow noopener">${destination}</a></p>
            <p class="soft">${say("straight")}</p>
          </details>`
    }
    <h2>${say("earnsTitle")}</h2>
    <p>${creator === null ? say("earnsNobody") : say("earns", { creator })}</p>
    <h2>${say("keptTitle")}</h2>
    <p>${say(KEPT[consent.policy])} ${renderNever(view, reader)}</p>`;
}

function renderPast(view: LinkView, reason: InactiveReason, way: Way | null, reader: Reader): Html {
  const { say } = reader;
  const { destination, fallbackUrl } = view;
  const host = destination === null || !TELLS_PAST.has(reason) ? null : URL.parse(destination)?.host;
  return html`<p>
      ${say(INACTIVE[reason].text)} ${host == null ? "" : say.html("ledTo", { host: html`<b class="to">${host}</b>` })}
    </p>
    ${
      fallbackUrl === null
        ? renderWays(reader, way, null)
        : html`<p>${say.html("sentTo", { link: shortLink(view) })}</p>
            ${renderHost(fallbackUrl, reader)} ${renderProceed(view, reader)}
            <h2>${say("keptTitle")}</h2>
            <p>${say("keptFallback")} ${renderNever(view, reader)}</p>`
    }`;
}

function shortLink({ shortHost, slug }: LinkView): Html {
  return html`<b class="to">${shortHost}/${slug}</b>`;
}

/**
 * By the short link, not straight to where it leads: who goes on does what the link is for, and all that the page says of
 * counting and earning comes true. It also leads by what holds then, should the link be blocked meanwhile.
 */
function renderProceed({ slug }: LinkView, { say }: Reader): Html {
  return html`<p class="ways">
      <a class="main" href="/${encodeURIComponent(slug)}" rel="nofollow noopener">${say("proceed")}</a>
    </p>
    <p class="soft">${say("proceedCounts")}</p>`;
}

/** The host of an address, of which the part that somebody had to register stands out. */
function renderHost(address: string, { say }: Reader): Html {
  const { host, hostname, protocol } = new URL(address);
  const domain = getDomain(hostname, { allowPrivateDomains: true }) ?? hostname;
  const before = hostname.slice(0, hostname.length - domain.length);
  const read = readableHost(hostname);
  return html`<p class="host">${before}<b>${domain}</b>${host.slice(hostname.length)}</p>
    ${
      read === null
        ? isEncoded(hostname)
          ? html`<p class="soft">${say("lookTwice")}</p>`
          : ""
        : html`<p class="soft">${say("readsAs", { host: read })}</p>`
    }
    ${protocol === "http:" ? html`<p class="soft">${say("unencrypted")}</p>` : ""}`;
}

function renderNever({ consent }: LinkView, { say }: Reader): string {
  return consent.policy === "strict" ? say("keptNever") : `${say("keptNever")} ${say("keptHash")}`;
}
