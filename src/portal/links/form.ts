import { html, raw } from "hono/html";
import type { Html } from "../../ground/http/html.ts";
import type { Say } from "../../ground/language/say.ts";
import { shortUrl } from "../../links/link/store.ts";
import type { Visit } from "../frame/admit-page.ts";
import { LEAST_ENDING, MOST_ENDING } from "./ending.ts";
import type { Makable } from "./load-makable.ts";
import type { Fault } from "./make-change.ts";
import { MAX_OWN } from "./own-store.ts";
import type { LinksView } from "./view.ts";
import type { EN } from "./words/en.ts";

/** Campaigns in one choice; the rest are chosen at their own headings. */
const MAX_OPTIONS = 20;

/** Characters of a campaign's name in the choice, and hosts that are named. */
const MAX_NAME = 60;
const MAX_HOSTS = 3;

/** What is wrong with each field, as it is said. */
const FAULT_KEYS = {
  campaign: { gone: "campaignGone", full: "campaignFull" },
  page: {
    missing: "pageMissing",
    long: "pageLong",
    broken: "pageBroken",
    host: "pageHost",
    insecure: "pageInsecure",
    blocked: "pageBlocked",
  },
  ending: {
    short: "endingShort",
    long: "endingLong",
    characters: "endingCharacters",
    reserved: "endingReserved",
    taken: "endingTaken",
  },
} as const;

/** The form by which a creator makes a link, with what was typed and what is wrong with it beside each field. */
export function renderForm(
  { token, origin, locale }: Pick<Visit, "token" | "origin" | "locale">,
  { makable, form }: Pick<LinksView, "makable" | "form">,
  say: Say<typeof EN>,
): Html {
  const { typed, faults, tooFast, open } = form;
  const chosen = makable.find(({ id }) => id === typed.campaign) ?? makable[0];
  if (chosen === undefined) return html``;
  const hosts = hostsText(chosen, locale);
  const fault = (field: Fault["field"]): string | null => faultText(say, faults, field, hosts);
  const domains = new Set(makable.map(({ domain }) => domain));
  const [ending, page] = [fault("ending"), fault("page")];
  const campaign = fault("campaign");
  return html`<details class="card make" id="make" ${open ? raw("open") : ""}>
    <summary>${say("make")}</summary>
    <form method="post" action="/creator/${token}/links">
      <p>
        ${
          makable.length === 1
            ? say.html("makeText", { hosts: html`<b>${hosts}</b>`, campaign: html`<b>${chosen.name}</b>` })
            : say("makeChoice")
        }
      </p>
      ${tooFast ? html`<p class="fault" role="alert">${say("tooFast")}</p>` : ""}
      <div class="fields">
        ${
          makable.length === 1
            ? html`<input type="hidden" name="campaign" value="${chosen.id}" />`
            : renderField(
                "campaign",
                say("campaign"),
                null,
                campaign,
                (aria) =>
                  html`<select id="campaign" name="campaign" ${aria}>
                    ${optionsOf(makable, chosen).map(
                      (each) =>
                        html`<option value="${each.id}" ${each.id === chosen.id ? raw("selected") : ""}>
                          ${optionText(each)}
                        </option>`,
                    )}
                  </select>`,
              )
        }
        ${renderField(
          "page",
          say("page"),
          say("pageHint"),
          page,
          (aria) =>
            html`<input
              id="page"
              name="page"
              inputmode="url"
              autocomplete="off"
              autocapitalize="off"
              spellcheck="false"
              maxlength="2048"
              placeholder="https://${chosen.addresses.hosts[0] ?? ""}/…"
              value="${typed.page}"
              ${aria}
            />`,
        )}
        ${renderField("ending", say("ending"), say("endingHint"), ending, (aria) => {
          const input = html`<input
            id="ending"
            name="ending"
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
            maxlength="64"
            value="${typed.ending}"
            ${aria}
          />`;
          if (domains.size > 1) return input;
          const start = shortUrl({ domain: chosen.domain, slug: "" }, origin).replace(/^https?:\/\//, "");
          return html`<div class="at"><span>${start}</span>${input}</div>`;
        })}
      </div>
      ${makable.length === 1 && campaign !== null ? html`<p class="fault" role="alert">${campaign}</p>` : ""}
      <button class="main">${say("makeButton")}</button>
    </form>
  </details>`;
}

function renderField(
  name: Fault["field"],
  label: string,
  hint: string | null,
  fault: string | null,
  control: (aria: Html | "") => Html,
): Html {
  const described = [...(hint === null ? [] : [`${name}-hint`]), ...(fault === null ? [] : [`${name}-fault`])].join(
    " ",
  );
  const aria = html`${described === "" ? "" : raw(`aria-describedby="${described}"`)}
  ${fault === null ? "" : raw('aria-invalid="true" autofocus')}`;
  return html`<div>
    <label for="${name}">${label}</label>
    ${control(aria)} ${fault === null ? "" : html`<p class="fault" id="${name}-fault" role="alert">${fault}</p>`}
    ${hint === null ? "" : html`<small id="${name}-hint">${hint}</small>`}
  </div>`;
}

function faultText(say: Say<typeof EN>, faults: readonly Fault[], field: Fault["field"], hosts: string): string | null {
  const found = faults.find((fault) => fault.field === field);
  if (found === undefined) return null;
  const key = keyOf(found);
  switch (key) {
    case "pageHost":
      return say(key, { hosts });
    case "campaignFull":
      return say(key, { count: MAX_OWN });
    case "endingShort":
      return say(key, { count: LEAST_ENDING });
    case "endingLong":
      return say(key, { count: MOST_ENDING });
    default:
      return say(key);
  }
}

function keyOf(fault: Fault) {
  switch (fault.field) {
    case "campaign":
      return FAULT_KEYS.campaign[fault.why];
    case "page":
      return FAULT_KEYS.page[fault.why];
    case "ending":
      return FAULT_KEYS.ending[fault.why];
  }
}

/** The newest campaigns, and the chosen one in any case. */
function optionsOf(makable: readonly Makable[], chosen: Makable): Makable[] {
  const newest = makable.slice(0, MAX_OPTIONS);
  return newest.includes(chosen) ? newest : [chosen, ...newest];
}

function optionText({ name, store, addresses }: Makable): string {
  const shown = Array.from(name).slice(0, MAX_NAME).join("");
  return `${shown} (${addresses.hosts[0] ?? store})`;
}

function hostsText({ addresses }: Makable, locale: string): string {
  return new Intl.ListFormat(locale, { type: "disjunction" }).format(addresses.hosts.slice(0, MAX_HOSTS));
}
