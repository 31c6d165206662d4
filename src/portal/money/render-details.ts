import { html, raw } from "hono/html";
import { dayIn } from "../../books/ledger/calendar.ts";
import { MAX_NAME } from "../../books/account/sepa-text.ts";
import type { Html } from "../../ground/http/html.ts";
import type { Visit } from "../frame/admit-page.ts";
import type { AccountFaults, TypedAccount } from "./account-form.ts";
import type { PortalDetails } from "./load-details.ts";
import type { MoneyView } from "./view.ts";
import type { SayMoney } from "./words.ts";

/** What stands for what can't be read any more. */
const UNKNOWN = "••••";

const IBAN = "DE02 1203 0000 0000 2020 51";
const BIC = "BYLADEM1001";

const bold = (inner: Html): Html => html`<b>${inner}</b>`;

/** That a change waits, told before all else: whoever didn't ask for one has to see it. */
export function renderWaiting({ formats, timezone }: Visit, { proposal }: PortalDetails, say: SayMoney): Html | "" {
  if (proposal?.state !== "open") return "";
  const { lastFour, enteredAt } = proposal;
  return html`<section class="card wait" aria-labelledby="waits">
    <h2 id="waits">${say("changeWaits")}</h2>
    <p>
      ${say.html("changeWaitsText", {
        end: lastFour ?? UNKNOWN,
        time: formats.moment(enteredAt, timezone),
        b: bold,
      })}
    </p>
    <p><b>${say("changeNotYou")}</b></p>
  </section>`;
}

/** Where the creator is paid, what became of what they entered, and the form for another account. */
export function renderDetails(visit: Visit, { details, form }: MoneyView, say: SayMoney): Html {
  const { formats, timezone } = visit;
  const { proposal } = details;
  const dayOf = (time: number): string => formats.date(dayIn(timezone, time));
  return html`<h2 id="account">${say("details")}</h2>
    <div class="card">
      <p>${inForce(details, dayOf, say)}</p>
      ${
        proposal?.state === "refused"
          ? html`<div class="wait card">
              <p>
                <b
                  >${say("changeRefused", { end: proposal.lastFour ?? UNKNOWN, day: dayOf(proposal.decidedAt ?? 0) })}</b
                >
              </p>
              <p>${proposal.reason}</p>
            </div>`
          : ""
      }
      ${details.open ? renderForm(visit, details, form, say) : html`<p>${say("closed")}</p>`}
    </div>`;
}

function inForce({ inForce }: PortalDetails, dayOf: (time: number) => string, say: SayMoney): Html {
  if (inForce === null) return html`${say("inForceNone")}`;
  const day = dayOf(inForce.since);
  if (inForce.lastFour !== null) return say.html("inForceBank", { end: inForce.lastFour, day, b: bold });
  return html`${say(inForce.method === "paypal" ? "inForcePaypal" : "inForceOther", { day })}`;
}

function renderForm({ token }: Visit, details: PortalDetails, form: MoneyView["form"], say: SayMoney): Html {
  const { typed, faults, tooMany } = form;
  const isFaulty = Object.keys(faults).length > 0;
  const first = (["accountHolder", "iban", "bic"] as const).find((name) => faults[name] !== undefined);
  const field = (
    name: keyof TypedAccount,
    label: string,
    hint: string | null,
    fault: string | null,
    rest: Html,
  ): Html => {
    const said = [...(hint === null ? [] : [`${name}-hint`]), ...(fault === null ? [] : [`${name}-fault`])];
    return html`<div>
      <label for="${name}">${label}</label>
      ${hint === null ? "" : html`<small id="${name}-hint">${hint}</small>`}
      <input
        id="${name}"
        name="${name}"
        value="${typed?.[name] ?? ""}"
        ${said.length === 0 ? "" : html`aria-describedby="${said.join(" ")}"`}
        ${fault === null ? "" : raw('aria-invalid="true"')}
        ${name === first ? raw("autofocus") : ""}
        ${rest}
      />
      ${fault === null ? "" : html`<p class="fault" id="${name}-fault">${fault}</p>`}
    </div>`;
  };
  return html`<details ${isFaulty || tooMany ? raw("open") : ""}>
    <summary>${say(details.inForce === null ? "enterFirst" : "enterAnother")}</summary>
    <form class="card" method="post" action="/creator/${token}/money/payout-details" novalidate>
      <p>${say("enterText")} ${details.proposal?.state === "open" ? say("enterReplaces") : ""}</p>
      ${isFaulty ? html`<p class="fault" role="alert">${say("notSent")}</p>` : ""}
      ${tooMany ? html`<p class="fault" role="alert">${say("tooMany")}</p>` : ""}
      ${field(
        "accountHolder",
        say("holder"),
        say("holderHint"),
        holderFault(faults, say),
        html`required maxlength="120" autocomplete="name"`,
      )}
      ${field(
        "iban",
        "IBAN",
        null,
        ibanFaultOf(faults, say),
        html`required maxlength="60" autocomplete="off" spellcheck="false" placeholder="${IBAN}"`,
      )}
      ${field(
        "bic",
        "BIC",
        say("bicHint"),
        faults.bic === undefined ? null : say("faultBic", { example: BIC }),
        html`maxlength="20" autocomplete="off" spellcheck="false"`,
      )}
      <button class="main">${say("send")}</button>
    </form>
  </details>`;
}

function holderFault({ accountHolder }: AccountFaults, say: SayMoney): string | null {
  switch (accountHolder) {
    case undefined:
      return null;
    case "missing":
      return say("faultMissing");
    case "long":
      return say("faultLong", { most: MAX_NAME });
    case "letters":
      return say("faultLetters");
  }
}

function ibanFaultOf({ iban }: AccountFaults, say: SayMoney): string | null {
  switch (iban?.what) {
    case undefined:
      return null;
    case "missing":
      return say("faultMissing");
    case "form":
      return say("faultIbanForm", { example: IBAN });
    case "country":
      return say("faultIbanCountry", { country: iban.country });
    case "length":
      return say("faultIbanLength", { country: iban.country, length: iban.length, has: iban.has });
    case "slip":
      return say("faultIbanSlip");
  }
}
