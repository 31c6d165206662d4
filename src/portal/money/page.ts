import { html } from "hono/html";
import type { Visit } from "../frame/admit-page.ts";
import { shellPage } from "../frame/shell-page.ts";
import { MONEY_STYLE } from "./dress.ts";
import { renderAccounts } from "./render-accounts.ts";
import { renderDetails, renderWaiting } from "./render-details.ts";
import { renderPayouts } from "./render-payouts.ts";
import type { MoneyView } from "./view.ts";
import { moneyWords } from "./words.ts";

/** The page on a creator's money. With something to mend in its form it is no success (422, 429). */
export async function moneyPage(visit: Visit, view: MoneyView): Promise<Response> {
  const say = await moneyWords(visit.language, visit.locale);
  const { sent, faults, tooMany } = view.form;
  const isFaulty = Object.keys(faults).length > 0;
  return shellPage(visit, {
    tab: "money",
    styles: [MONEY_STYLE],
    status: tooMany ? 429 : isFaulty ? 422 : 200,
    body: html`${sent ? html`<p class="card said" role="status">${say("sent")}</p>` : ""}
    ${renderWaiting(visit, view.details, say)} ${renderAccounts(visit, view, say)} ${renderPayouts(visit, view, say)}
    ${renderDetails(visit, view, say)}`,
  });
}
