import type { Context } from "hono";
import type { ShownDetails } from "../../books/account/schema.ts";
import type { AppTypes } from "../../ground/deps.ts";
import { mustAllow } from "../../ground/http/auth.ts";
import type { Creator } from "../../programme/creator/schema.ts";
import type { Field } from "../form/field.ts";
import { type Desk, deskOf } from "../frame/desk-load.ts";
import { Card } from "../frame/parts.tsx";
import { isProblem } from "../frame/problem.ts";
import { answerPage } from "../frame/shell-page.tsx";
import { formPage, takeForm } from "../resource/form-page.tsx";
import type { FormSpec, Resource, Shown } from "../resource/resource.ts";
import { creatorName } from "./name.ts";
import { METHODS, PayoutFacts } from "./payout-facts.tsx";

/** Fields whose kept values the API doesn't show, so that they are entered anew. */
function fieldsOf(kept: ShownDetails | null): readonly Field[] {
  const anew = (value: string | null | undefined, hint: string): string =>
    value === null || value === undefined
      ? hint
      : `Kept: ${value}. Enter it anew: all that is kept is replaced. ${hint}`;
  return [
    {
      kind: "choice",
      name: "method",
      label: "Way",
      required: true,
      initial: kept?.method ?? "sepa",
      options: Object.entries(METHODS).map(([value, label]) => ({ value, label })),
    },
    {
      kind: "text",
      name: "accountHolder",
      label: "Account holder",
      required: true,
      max: 70,
      initial: kept?.accountHolder,
      hint: "As the bank knows them.",
    },
    { kind: "text", name: "iban", label: "IBAN", max: 60, hint: anew(kept?.iban, "Needed for a bank transfer.") },
    { kind: "text", name: "bic", label: "BIC", max: 20, initial: kept?.bic, short: true },
    {
      kind: "text",
      name: "country",
      label: "Country",
      max: 20,
      initial: kept?.country,
      short: true,
      hint: "Two letters.",
    },
    {
      kind: "email",
      name: "email",
      label: "E-mail address of the account",
      hint: anew(kept?.email, "Needed for PayPal."),
    },
    { kind: "textarea", name: "note", label: "Note", hint: anew(kept?.note, "How to pay otherwise.") },
    {
      kind: "text",
      name: "reference",
      label: "Reference",
      max: 70,
      initial: kept?.reference,
      hint: "What payments to them say beside their own reference, such as a customer number.",
    },
  ];
}

/** The form by which it is said where one creator is paid. */
async function formOf(desk: Desk, id: string): Promise<{ resource: Resource<Shown>; form: FormSpec<Shown> }> {
  const at = `/creators/${encodeURIComponent(id)}`;
  const creator = await desk.api.get<Creator>(at);
  const kept = await detailsOf(desk, id, false);
  return {
    resource: {
      place: `creators/${creator.id}`,
      one: "Payout details",
      many: creatorName(creator),
      trail: [{ name: "Creators", path: "/admin/creators" }],
      api: `${at}/payout-details`,
      read: "orders:read",
      list: null,
      title: () => creatorName(creator),
      page: null,
    },
    form: {
      title: `Where ${creatorName(creator)} is paid`,
      scope: "orders:write",
      method: "PUT",
      api: () => `${at}/payout-details`,
      fields: fieldsOf(kept),
      button: "Save",
    },
  };
}

/** What is kept; `null`: nothing. Throws the API's `Problem` for anything else. */
async function detailsOf(desk: Desk, id: string, reveal: boolean): Promise<ShownDetails | null> {
  try {
    return await desk.api.get<ShownDetails>(`/creators/${encodeURIComponent(id)}/payout-details`, {
      ...(reveal && { reveal: true }),
    });
  } catch (error) {
    if (isProblem(error, "not_found")) return null;
    throw error;
  }
}

/** Answers the form, or takes it. */
export async function payoutForm(c: Context<AppTypes>, taken: boolean): Promise<Response> {
  const desk = deskOf(c);
  mustAllow(desk.actor, ["orders:write", "plans:read"]);
  const { resource, form } = await formOf(desk, c.req.param("id") ?? "");
  if (!taken) return formPage(c, resource, form, null);
  const answer = await takeForm(c, resource, form, null);
  return answer.status === 303 ? c.redirect(`/admin/${resource.place}?done=account`, 303) : answer;
}

/** Shows all of where a creator is paid, which the API writes to the audit log. */
export async function revealPage(c: Context<AppTypes>): Promise<Response> {
  const desk = deskOf(c);
  mustAllow(desk.actor, ["orders:write", "plans:read"]);
  const id = c.req.param("id") ?? "";
  const creator = await desk.api.get<Creator>(`/creators/${encodeURIComponent(id)}`);
  const details = await detailsOf(desk, id, true);
  return answerPage(
    c,
    {
      title: `Where ${creatorName(creator)} is paid`,
      trail: [
        { name: "Creators", path: "/admin/creators" },
        { name: creatorName(creator), path: `/admin/creators/${creator.id}` },
      ],
    },
    <Card note="That you looked at it stands in the audit log.">
      {details === null ? <p>Nobody said yet where they are paid.</p> : <PayoutFacts desk={desk} details={details} />}
    </Card>,
  );
}
