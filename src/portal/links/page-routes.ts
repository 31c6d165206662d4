import { Hono } from "hono";
import { renderSVG } from "uqr";
import { fillTemplate } from "../../edge/link/template.ts";
import type { AppTypes } from "../../ground/deps.ts";
import { commit } from "../../ground/http/commit.ts";
import { MAX_URL } from "../../ground/http/fields.ts";
import { Problem } from "../../ground/http/problem.ts";
import { shortUrl } from "../../links/link/store.ts";
import { admits } from "../../sales/capture/admit-run.ts";
import { admitted, type PortalContext, PRIVATE, submitted, type Visit } from "../frame/admit-page.ts";
import { addressOf } from "../frame/carry.ts";
import { shownAddress } from "./address.ts";
import { findAddress } from "./load-links.ts";
import { viewOf } from "./load-view.ts";
import { type Given, type Maker, ownLink, planOff, planOwnLink, Refusal, refusalOf } from "./make-change.ts";
import { linksPage, offPage } from "./page.ts";
import { linksWords } from "./words.ts";

/** What is looked at of an ending: more can't be one, and is not written out again. */
const MAX_ENDING = 100;

/** `/creator/{token}/links`. */
export const linksRoutes = new Hono<AppTypes>()
  .get("/:token/links", (c) => admitted(c, async (visit) => linksPage(visit, await viewOf(c, visit))))
  .post("/:token/links", (c) => submitted(c, (visit, form) => make(c, visit, form)))
  .get("/:token/links/:link/off", (c) =>
    admitted(c, async (visit) => {
      const link = await ownLink(c.env.deps, c.req.param("link"), visit.guest.creatorId);
      if (link === null) throw await notYours(visit);
      const { host, path } = shownAddress(fillTemplate(link.url, {}));
      return offPage(visit, link, host + path);
    }),
  )
  .post("/:token/links/:link/off", (c) =>
    submitted(c, async (visit) => {
      const { deps } = c.env;
      const id = c.req.param("link");
      if ((await ownLink(deps, id, visit.guest.creatorId)) === null) throw await notYours(visit);
      await commit(c, () => planOff(deps, id, makerOf(c, visit)));
      return backTo(c, visit, "done=off");
    }),
  )
  .get("/:token/links/:link/qr.svg", (c) =>
    admitted(c, async ({ guest, origin }) => {
      const link = await findAddress(c.env.deps, guest.creatorId, c.req.param("link"));
      if (link === null) throw new Problem("not_found", "There is no such link of yours.");
      return c.body(renderSVG(shortUrl(link, origin), { ecc: "M", border: 4 }), 200, {
        ...PRIVATE,
        "Content-Type": "image/svg+xml",
        "Content-Security-Policy": "default-src 'none'",
      });
    }),
  );

/** Makes a link as the form asks for it; what can't be stays in the form, with what is wrong. */
async function make(c: PortalContext, visit: Visit, form: URLSearchParams): Promise<Response> {
  const { deps } = c.env;
  const typed = {
    campaign: form.get("campaign") ?? "",
    page: (form.get("page") ?? "").slice(0, MAX_URL),
    ending: (form.get("ending") ?? "").slice(0, MAX_ENDING),
  };
  if (!(await admits(deps.env.UNKNOWN_SLUGS, `portal link ${visit.guest.tokenId}`, 1))) {
    return linksPage(visit, await viewOf(c, visit, { typed, faults: [], tooFast: true, open: true }), 429);
  }
  try {
    const answer = await commit(c, () => planOwnLink(deps, typed, makerOf(c, visit)));
    const { id, made } = JSON.parse(answer.body) as Given;
    return backTo(c, visit, `${made ? "made" : "there"}=${id}`);
  } catch (error) {
    const refusal = error instanceof Problem ? refusalOf(error) : error;
    if (!(refusal instanceof Refusal)) throw refusal;
    return linksPage(visit, await viewOf(c, visit, { typed, faults: refusal.faults, tooFast: false, open: true }), 422);
  }
}

function makerOf(c: PortalContext, { guest, origin }: Visit): Maker {
  return { creatorId: guest.creatorId, tokenId: guest.tokenId, origin, host: new URL(c.req.url).host };
}

async function notYours({ language, locale }: Visit): Promise<Problem> {
  return new Problem("not_found", (await linksWords(language, locale))("notYours"));
}

function backTo(c: PortalContext, visit: Visit, query: string): Response {
  return c.body(null, 303, { ...PRIVATE, Location: addressOf(visit, `/links?${query}`) });
}
