import { html } from "hono/html";
import type { Html } from "../../ground/http/html.ts";
import type { Say } from "../../ground/language/say.ts";
import { shortUrl } from "../../links/link/store.ts";
import type { Visit } from "../frame/admit-page.ts";
import { SPARK_HEIGHT, sparkPath } from "../overview/spark.ts";
import type { PortalCode, PortalLink } from "./load-links.ts";
import type { Standing } from "./state.ts";
import type { EN } from "./words/en.ts";

/** What a card says and writes with. */
export interface CardContext {
  visit: Pick<Visit, "token" | "origin" | "formats">;
  say: Say<typeof EN>;
}

/** A link: what it is for, how it stands, its address, and what can be done with it. */
export function renderLink(
  context: CardContext,
  link: PortalLink,
  { clicks, hasCode }: { clicks: readonly number[] | null; hasCode: boolean },
): Html {
  const { say } = context;
  const { id, host, path, standing, madeBy, countsOnly } = link;
  return html`<article class="card">
    <div>
      <h3 id="${id}">${host}<span>${path}</span></h3>
      <div class="about">
        ${renderStanding(say, standing)}
        ${madeBy === "creator" ? html`<span class="chip">${say("yourOwn")}</span>` : ""}
      </div>
      ${renderTimes(context, link)}
      ${countsOnly && isUsable(standing) ? html`<p><small>${say(hasCode ? "countsWithCode" : "countsOnly")}</small></p>` : ""}
    </div>
    ${renderAddress(context, link)} ${clicks === null ? "" : renderClicks(say, clicks)} ${renderDoings(context, link)}
  </article>`;
}

/** A code: how it stands, its text, and what it gives whoever types it. */
export function renderCode(context: CardContext, code: PortalCode): Html {
  const { say } = context;
  const terms = termsOf(context, code);
  return html`<article class="card across">
    <div>
      <h3 id="${code.id}">${say("code")}</h3>
      <div class="about">${renderStanding(say, code.standing)}</div>
      ${renderTimes(context, code)}
    </div>
    ${renderCopy(say, code.text, isUsable(code.standing) ? "copyCode" : null)}
    ${
      terms.length === 0
        ? ""
        : html`<ul class="terms">
            ${terms.map((term) => html`<li>${term}</li>`)}
          </ul>`
    }
  </article>`;
}

/** The address of a link; while it leads somewhere, or will, with a button that copies it. */
export function renderAddress({ visit, say }: CardContext, link: PortalLink): Html {
  return renderCopy(say, shortUrl(link, visit.origin), isUsable(link.standing) ? "copyLink" : null);
}

/** A text with the buttons that the shared script shows, unless it is to be copied no more. */
function renderCopy(say: Say<typeof EN>, text: string, copy: "copyCode" | "copyLink" | null): Html {
  if (copy === null) return html`<div class="copy"><code>${text}</code></div>`;
  return html`<div
    class="copy"
    data-done="${say("copied")}"
    ${copy === "copyLink" ? html`data-share="${say("share")}"` : ""}
  >
    <code>${text}</code>
    <button hidden>${say(copy)}</button>
  </div>`;
}

/** QR code, and for what the creator made the way to switch it off; nothing of what doesn't lead anywhere any more. */
export function renderDoings({ visit, say }: CardContext, link: PortalLink, heading = link.id): Html | "" {
  const { id, standing, madeBy } = link;
  const here = `/creator/${visit.token}/links/${id}`;
  const usable = isUsable(standing);
  const canEnd = madeBy === "creator" && standing !== "off";
  if (!usable && !canEnd) return "";
  return html`<div class="does">
    ${
      usable
        ? html`<details>
            <summary>${say("qr")}</summary>
            <a href="${here}/qr.svg" download="${link.slug}.svg"
              ><img src="${here}/qr.svg" alt="${say("qrAlt")}" loading="lazy" />${say("qrSave")}</a
            >
          </details>`
        : ""
    }
    ${canEnd ? html`<a href="${here}/off" aria-describedby="${heading}">${say("switchOff")}</a>` : ""}
  </div>`;
}

/** Whether somebody may post it: it works, or will by itself. */
function isUsable(standing: Standing): boolean {
  return standing === "live" || standing === "notStarted" || standing === "preparing";
}

function renderStanding(say: Say<typeof EN>, standing: Standing): Html {
  return html`<span class="chip${standing === "live" ? " live" : ""}">${say("standing", { is: standing })}</span>`;
}

/** From when and until when it works, or what keeps it from working. */
function renderTimes(
  { visit, say }: CardContext,
  { standing, startsAt, endsAt, timezone }: Pick<PortalLink, "standing" | "startsAt" | "endsAt" | "timezone">,
): Html | "" {
  const at = (time: number): { time: string } => ({ time: visit.formats.moment(time, timezone) });
  const said: string[] = [];
  if (standing === "ended" && endsAt !== null) said.push(say("endedAt", at(endsAt)));
  if (standing === "notStarted" && startsAt !== null) said.push(say("startsAt", at(startsAt)));
  if (isUsable(standing) && endsAt !== null) said.push(say("worksUntil", at(endsAt)));
  if (standing === "blocked") said.push(say("blockedText"));
  if (standing === "preparing") said.push(say("preparingText"));
  if (standing === "failing") said.push(say("failingText"));
  return said.length === 0 ? "" : html`<p><small>${said.join(" ")}</small></p>`;
}

/** Clicks of some days: how many, and a bar for each day. */
function renderClicks(say: Say<typeof EN>, clicks: readonly number[]): Html {
  const count = clicks.reduce((sum, day) => sum + day, 0);
  return html`<div>
    <small>${say("clicks", { count })}</small>
    ${
      count === 0
        ? ""
        : html`<svg
            class="spark n0"
            aria-hidden="true"
            viewBox="0 0 ${clicks.length} ${SPARK_HEIGHT}"
            preserveAspectRatio="none"
          >
            <path fill="currentColor" d="${sparkPath(clicks)}" />
          </svg>`
    }
  </div>`;
}

/** What a code gives and asks for. */
function termsOf({ visit: { formats }, say }: CardContext, { discount, limits, currency }: PortalCode): string[] {
  const { totalUses, oncePerCustomer, minimum, products = [], categories = [] } = limits;
  const value =
    discount === null
      ? null
      : discount.type === "percentage"
        ? discount.basisPoints > 0 && formats.share(discount.basisPoints, 10_000)
        : discount.amountMinor > 0 && formats.money(discount.amountMinor, discount.currency);
  return [
    ...(typeof value === "string" ? [say("off", { value })] : []),
    ...(minimum?.type === "cartValue" && minimum.amountMinor > 0
      ? [say("fromValue", { amount: formats.money(minimum.amountMinor, currency) })]
      : []),
    ...(minimum?.type === "quantity" && minimum.quantity > 1 ? [say("fromPieces", { count: minimum.quantity })] : []),
    ...(products.length > 0 || categories.length > 0 ? [say("someProducts")] : []),
    ...(oncePerCustomer === true ? [say("oncePerCustomer")] : []),
    ...(totalUses === undefined ? [] : [say("firstUses", { count: totalUses })]),
  ];
}
