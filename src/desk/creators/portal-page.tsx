import type { Context } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { mustAllow } from "../../ground/http/auth.ts";
import { Problem } from "../../ground/http/problem.ts";
import type { Creator } from "../../programme/creator/schema.ts";
import type { PortalLinksMade } from "../../portal/access/schema.ts";
import type { Field } from "../form/field.ts";
import { Fields } from "../form/fields.tsx";
import { FormFaults } from "../form/faults.tsx";
import { onceFor } from "../form/once-page.ts";
import { type Filled, readForm } from "../form/read.ts";
import { resolveRefs } from "../form/resolve-load.ts";
import { filledBy, newForm } from "../form/show.ts";
import { deskOf } from "../frame/desk-load.ts";
import { Card, Copy, Named, ProblemNote } from "../frame/parts.tsx";
import { answerPage, SAFE } from "../frame/shell-page.tsx";
import { creatorName } from "./name.ts";
import { PORTAL_FIELDS } from "./portal.tsx";

const FIELDS: readonly Field[] = [
  {
    kind: "ref",
    of: "campaign",
    name: "campaignId",
    label: "All whom a campaign has approved",
    hint: "Or name creators below.",
  },
  {
    kind: "ref",
    of: "creator",
    name: "creatorIds",
    label: "Creators",
    many: true,
    empty: "omit",
    hint: "Names or ids, one a line, 200 at most.",
  },
  ...PORTAL_FIELDS,
  {
    kind: "switch",
    name: "replace",
    label: "Revoke the links that they have",
    hint: "So that the new one alone works.",
  },
];

const TRAIL = [{ name: "Creators", path: "/admin/creators" }];

/** Answers the form by which many creators get a portal link each. */
export async function portalPage(c: Context<AppTypes>): Promise<Response> {
  const desk = deskOf(c);
  mustAllow(desk.actor, ["reports:write", "plans:read"]);
  const filled = newForm(FIELDS);
  const campaign = desk.url.searchParams.get("campaignId");
  if (campaign !== null) filled.set("campaignId", [campaign]);
  return asking(c, filled, null);
}

/** Makes the links, and shows their addresses this once: as a page, or as a file to write to the creators by. */
export async function takePortalLinks(c: Context<AppTypes>): Promise<Response> {
  const desk = deskOf(c);
  mustAllow(desk.actor, ["reports:write", "plans:read"]);
  const filled = filledBy(await c.req.formData());
  const { body, faults, refs } = readForm(FIELDS, filled, true);
  faults.push(...(await resolveRefs(desk.api, refs)));
  if (faults.length > 0)
    return asking(c, filled, new Problem("validation_failed", "Some values have to be mended.", faults));
  const isFile = filled.get("_step")?.at(-1) === "csv";
  const sent = await desk.api.send<unknown>("POST", "/creators/portal-links", body, {
    once: filled.get("_once")?.at(-1),
    query: { format: isFile ? "csv" : "json" },
  });
  if (!sent.ok) return asking(c, filled, sent.problem);
  if (isFile) {
    return new Response(String(sent.body), {
      headers: {
        ...SAFE,
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": 'attachment; filename="portal-links.csv"',
      },
    });
  }
  const { counts, results } = sent.body as PortalLinksMade;
  return answerPage(
    c,
    {
      title: `${counts.made} portal links`,
      trail: TRAIL,
      done: counts.revoked === 0 ? null : `${counts.revoked} older links are revoked.`,
    },
    <Card>
      <p class="warn">These addresses are shown only now. Whoever has one sees that creator’s numbers.</p>
      <table class="stack">
        <thead>
          <tr>
            <th scope="col">Creator</th>
            <th scope="col">E-mail address</th>
            <th scope="col">Address</th>
          </tr>
        </thead>
        <tbody>
          {results.map(({ creatorId, name, email, link, error }) => (
            <tr>
              <th scope="row">
                <Named id={creatorId} names={name === undefined ? {} : { [creatorId]: name }} />
              </th>
              <td data-label="E-mail address">
                <span>{email ?? "–"}</span>
              </td>
              <td data-label="Address">
                <span>
                  {link === undefined ? (
                    error?.detail
                  ) : (
                    <Copy text={link.url} label={`the address of ${name ?? creatorId}`} />
                  )}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>,
  );
}

async function asking(c: Context<AppTypes>, filled: Filled, problem: Problem | null): Promise<Response> {
  return answerPage(
    c,
    { title: "Portal links for many", trail: TRAIL, status: problem === null ? 200 : 422 },
    <>
      <FormFaults problem={problem} fields={FIELDS} />
      <form method="post" class="form" novalidate>
        <p class="note">
          Each creator gets the address of a page on which they see their own links, codes, numbers and balance.
        </p>
        <input type="hidden" name="_once" value={onceFor(filled, problem)} />
        <Fields fields={FIELDS} state={{ filled, faults: problem?.fields ?? [] }} />
        <div class="row">
          <button class="main" name="_step" value="make">
            Make links
          </button>
          <button name="_step" value="csv">
            Make links as CSV
          </button>
          <a href="/admin/creators">Cancel</a>
        </div>
      </form>
    </>,
  );
}

/** Asks whether a portal link is to be revoked, and revokes it. */
export async function revokePage(c: Context<AppTypes>, taken: boolean): Promise<Response> {
  const desk = deskOf(c);
  mustAllow(desk.actor, ["reports:write", "plans:read"]);
  const [id, tokenId] = [c.req.param("id") ?? "", c.req.param("tokenId") ?? ""];
  const at = `/creators/${encodeURIComponent(id)}`;
  const creator = await desk.api.get<Creator>(at);
  const sent = taken ? await desk.api.send("DELETE", `${at}/portal-links/${encodeURIComponent(tokenId)}`) : null;
  if (sent?.ok === true) return c.redirect(`/admin/creators/${creator.id}?done=revoke`, 303);
  return answerPage(
    c,
    {
      title: "Revoke a portal link",
      status: sent === null ? 200 : 409,
      trail: [...TRAIL, { name: creatorName(creator), path: `/admin/creators/${creator.id}` }],
    },
    <>
      {sent?.ok === false ? <ProblemNote problem={sent.problem} /> : null}
      <form method="post" class="card">
        <p>The address stops working at once and for good. A new one can be made at any time.</p>
        <div class="row">
          <button class="risky">Revoke</button>
          <a href={`/admin/creators/${creator.id}`}>Cancel</a>
        </div>
      </form>
    </>,
  );
}
