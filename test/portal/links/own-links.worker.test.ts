import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { pageOf } from "../../../src/ground/http/pagination.ts";
import { auditSchema } from "../../../src/journal/audit/schema.ts";
import { linkSchema } from "../../../src/links/link/schema.ts";
import { destination, SHORT_ORIGIN, visitToTheEnd } from "../../edge/visit.ts";
import { api, bodyOf } from "../../ground/api.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";
import { createDomain, insertLink } from "../../links/link-fixtures.ts";
import { act } from "../../programme/campaign-fixtures.ts";
import { orderSchema } from "../../../src/sales/order/schema.ts";
import { click, createGuest, look, NOON, sell, textOf } from "../portal-fixtures.ts";
import { createLinkMaker, idIn, joinMaking, type LinkMaker, make, ownLinks, submit } from "./own-fixtures.ts";

const DRESS = "https://shop.example/dress";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOON });
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function linkOf(id: string) {
  return bodyOf(linkSchema, await api("GET", `/links/${id}`));
}

/** The page that refuses a link, which must not be made. */
async function refused(maker: LinkMaker, page: string, form: Record<string, string> = {}) {
  const own = async () => (await ownLinks(maker.creatorId)).map(({ id }) => id);
  const before = await own();
  const answer = await make(maker, page, form);
  expect(await own()).toEqual(before);
  expect(answer.to).toBeNull();
  return { ...answer, read: textOf(answer.text) };
}

describe("a link that a creator makes", () => {
  test("is as the plan's links are: it redirects, counts, and its orders are the creator's in the campaign", async () => {
    const lea = await createLinkMaker(
      {
        landingUrl: "https://shop.example/sale?ref={{username}}",
        utm: { source: "{{username}}", campaign: "{{campaign}}" },
        fallbackUrl: "https://shop.example/over",
      },
      { name: "Spring looks" },
    );
    const answer = await make(lea, " shop.example/dress?utm_source=tom&size=m ");
    expect(answer.status).toBe(303);
    const id = idIn(answer);
    const plan = await linkOf(lea.linkId);
    const link = await linkOf(id);
    const { slug, shortUrl, createdAt, updatedAt } = link;
    expect(link).toEqual({
      ...plan,
      id,
      slug,
      shortUrl,
      createdAt,
      updatedAt,
      kind: "affiliate",
      url: "https://shop.example/dress?size=m&ref={{username}}",
      madeBy: "creator",
    });
    expect([plan.madeBy, plan.creatorId, plan.campaignId]).toEqual(["plan", lea.creatorId, lea.campaignId]);

    const arrived = destination(await visitToTheEnd(`/${slug}`));
    expect(`${arrived.origin}${arrived.pathname}`).toBe(DRESS);
    expect(arrived.searchParams.get("size")).toBe("m");
    expect(arrived.searchParams.get("ref")).toMatch(/^lea\d+$/);
    expect(arrived.searchParams.get("utm_source")).toBe(arrived.searchParams.get("ref"));
    expect(arrived.searchParams.get("utm_campaign")).toBe("Spring looks");

    await click(id, NOON - 3_600_000, 3);
    await sell(lea.store, "", NOON, { codes: [], clickId: arrived.searchParams.get("wm_click") });
    const [order] = bodyOf(pageOf(orderSchema), await api("GET", `/orders?creator=${lea.creatorId}`)).data;
    const { creatorId, campaignId, planId: ofPlan } = link;
    expect(order?.attribution).toMatchObject({ linkId: id, creatorId, campaignId, planId: ofPlan });
    const overview = textOf((await look(lea.path)).text);
    expect(overview).toMatch(/Sales 1 /);
    expect(overview).toContain("€10.00");

    const page = textOf((await look(`${lea.path}/links?made=${id}`)).text);
    expect(page).toContain("Your link is ready");
    expect(page).toContain(`${SHORT_ORIGIN}/${slug}`);
    expect(page).toContain("shop.example /dress Works now Made by you");
    expect(page).toContain("3 clicks in the last 30 days");

    // The plan's end holds for it, and its other ways.
    const planId = link.planId ?? "";
    await api("PATCH", `/tracking-plans/${planId}`, { utm: { source: "linen" }, endsAt: new Date(NOON).toISOString() });
    expect((await linkOf(id)).utm).toEqual({ source: "linen" });
    expect(textOf((await look(`${lea.path}/links`)).text)).toContain("shop.example /dress Has ended Made by you");
    expect(await env.DB.prepare("SELECT made_by FROM links WHERE id = ?1").bind(lea.linkId).first("made_by")).toBe(
      "plan",
    );
  });

  test("is written down as the portal link's doing, and can be found, switched off and deleted by admins", async () => {
    const lea = await createLinkMaker();
    const id = idIn(await make(lea, DRESS));
    const [token] = ((await api("GET", `/creators/${lea.creatorId}/portal-links`)).body as { data: { id: string }[] })
      .data;
    const audit = async () => bodyOf(pageOf(auditSchema), await api("GET", `/audit?entityId=${id}`)).data;
    expect(await audit()).toMatchObject([
      { action: "create", entity: "link", actor: token?.id, before: null, after: { id } },
    ]);
    for (const madeBy of ["plan", "admin", "creator"]) {
      const { data } = bodyOf(pageOf(linkSchema), await api("GET", `/links?creator=${lea.creatorId}&madeBy=${madeBy}`));
      expect(data.map((link) => link.madeBy)).toEqual(
        madeBy === "plan" ? ["plan", "plan"] : madeBy === "admin" ? [] : ["creator"],
      );
    }
    expect((await api("PATCH", `/links/${id}`, { disabled: true })).status).toBe(200);
    expect(textOf((await look(`${lea.path}/links`)).text)).toContain("shop.example /dress Switched off");
    expect((await api("DELETE", `/links/${id}`)).status).toBe(204);
    expect(textOf((await look(`${lea.path}/links`)).text)).not.toContain("/dress");
    // Neither stands in the way of another.
    expect(idIn(await make(lea, DRESS))).not.toBe(id);
  });

  test("passes the shop's discount where the plan's links do, and only counts where the platform has no others", async () => {
    const shopify = await createLinkMaker({ affiliateLink: true }, {}, { provider: "shopify" });
    const link = await linkOf(idIn(await make(shopify, `${DRESS}?size=m#top`)));
    expect(link).toMatchObject({
      kind: "affiliate",
      url: "https://shop.example/discount/{{code}}?redirect=%2Fdress%3Fsize%3Dm",
      codeId: expect.stringMatching(/^cod_/),
    });
    expect(textOf((await look(`${shopify.path}/links`)).text)).toContain("shop.example /dress Works now");
    const magento = await createLinkMaker({ affiliateLink: false, trackClicks: true }, {}, { provider: "magento" });
    expect(await linkOf(idIn(await make(magento, DRESS)))).toMatchObject({
      kind: "tracking",
      url: DRESS,
      codeId: null,
    });
    expect(textOf((await look(`${magento.path}/links`)).text)).toContain("Sales count when shoppers use your code.");
  });

  test("has the ending that was chosen, on the store's own domain, unless that is somebody else's", async () => {
    const lea = await createLinkMaker();
    const tom = await createLinkMaker();
    await createDomain({ hostname: "go.linen.example", storeId: lea.store.id });
    const { shortUrl } = await linkOf(idIn(await make(lea, DRESS, { ending: "Lea-Dress" })));
    expect(shortUrl).toBe("https://go.linen.example/Lea-Dress");
    await insertLink({ slug: "taken", slugKey: "taken", domain: "go.linen.example" });
    const wrong = async (ending: string) => (await refused(lea, `${DRESS}/2`, { ending })).read;
    for (const ending of [
      "TAKEN",
      "lea-dress",
      tom.code,
      tom.code.toLowerCase(),
      `${tom.code.slice(0, 3)}-${tom.code.slice(3)}`,
    ]) {
      expect(await wrong(ending), ending).toContain("This ending is taken. Choose another.");
    }
    expect(await wrong("api")).toContain("This word can’t be used.");
    expect(await wrong("ab")).toContain("Use at least 3 characters.");
    expect(await wrong("a b c")).toContain("Use only letters, digits, - and _.");
    // One's own code is nobody else's.
    expect((await make(lea, `${DRESS}/3`, { ending: lea.code })).status).toBe(303);
  });

  test("is given again where there is one to the page, also of two that are asked for at once", async () => {
    const lea = await createLinkMaker();
    const answers = await Promise.all([
      make(lea, DRESS),
      make(lea, `${DRESS}?utm_source=x`),
      make(lea, "shop.example/dress"),
    ]);
    expect(new Set(answers.map(idIn)).size).toBe(1);
    expect(answers.filter(({ to }) => /there=/.test(to ?? ""))).toHaveLength(2);
    const again = await make(lea, DRESS, { ending: "other" });
    expect(again.to).toContain("?there=");
    expect(textOf((await look(again.to ?? "")).text)).toContain("You already have a link to this page");
    // Another comes right before it is written.
    let second = "";
    beforeNextWrite(async () => (second = idIn(await make(lea, `${DRESS}/2`))), "INSERT INTO links");
    expect(idIn(await make(lea, `${DRESS}/2`))).toBe(second);
    expect(await ownLinks(lea.creatorId)).toHaveLength(2);
  });

  test("is refused past fifty in a campaign, also when two of them come at once", async () => {
    const lea = await createLinkMaker();
    const own = { creatorId: lea.creatorId, campaignId: lea.campaignId, madeBy: "creator" as const };
    for (let n = 0; n < 48; n++) await insertLink({ ...own, disabled: n % 2 === 0, url: `${DRESS}/${n}` });
    await insertLink({ ...own, madeBy: "admin" });
    const answers = await Promise.all(["a", "b", "c", "d"].map((page) => make(lea, `https://shop.example/${page}`)));
    expect([303, 422].map((code) => answers.filter(({ status }) => status === code).length)).toEqual([2, 2]);
    expect((await refused(lea, DRESS)).read).toContain("You have 50 links of your own in this campaign");
    // Another campaign has room of its own.
    const other = await joinMaking(lea.store, lea.creatorId);
    expect((await make({ ...lea, ...other }, DRESS)).status).toBe(303);
  });

  test("is refused where somebody makes links without end", async () => {
    const lea = await createLinkMaker();
    const [token] = ((await api("GET", `/creators/${lea.creatorId}/portal-links`)).body as { data: { id: string }[] })
      .data;
    const limit = vi.spyOn(env.UNKNOWN_SLUGS, "limit").mockResolvedValue({ success: false });
    const { status, read, text } = await refused(lea, DRESS);
    expect([status, read.includes("That was quick.")]).toEqual([429, true]);
    expect(text).toContain(`value="${DRESS}"`);
    expect(limit).toHaveBeenCalledExactlyOnceWith({ key: `portal link ${token?.id}` });
  });

  test("rests while its creator is rejected, but for one that they switched off", async () => {
    const lea = await createLinkMaker();
    const [stays, off] = [idIn(await make(lea, DRESS)), idIn(await make(lea, `${DRESS}/off`))];
    const answer = await submit(`${lea.path}/links/${off}/off`);
    expect([answer.status, answer.to]).toEqual([303, `${lea.path}/links?done=off`]);
    expect(textOf((await look(answer.to ?? "")).text)).toContain("The link is switched off.");
    const disabled = async () => [(await linkOf(stays)).disabled, (await linkOf(off)).disabled];
    expect(await disabled()).toEqual([false, true]);
    await act(lea.campaignId, lea.creatorId, "reject");
    expect(await disabled()).toEqual([true, true]);
    await act(lea.campaignId, lea.creatorId, "approve");
    expect(await disabled()).toEqual([false, true]);
    // What an admin switched off meanwhile stays off, too.
    await act(lea.campaignId, lea.creatorId, "reject");
    await api("PATCH", `/links/${stays}`, { disabled: true });
    await act(lea.campaignId, lea.creatorId, "approve");
    expect(await disabled()).toEqual([true, true]);
  });
});

describe("nobody makes a link that isn't theirs to make", () => {
  test("the form is there only where links can be made, and what it sends is refused elsewhere", async () => {
    const lea = await createLinkMaker();
    const gone = "You can’t make links for this campaign now.";
    const offered = async () => textOf((await look(`${lea.path}/links`)).text).includes("Make your own link");
    expect(await offered()).toBe(true);
    const planId = (await linkOf(lea.linkId)).planId ?? "";
    const plan = (body: Record<string, unknown>) => api("PATCH", `/tracking-plans/${planId}`, body);
    const cases: [string, () => Promise<unknown>, () => Promise<unknown>][] = [
      ["not of the plan", () => plan({ creatorLinks: false }), () => plan({ creatorLinks: true })],
      ["ended", () => plan({ endsAt: new Date(NOON).toISOString() }), () => plan({ endsAt: null })],
      [
        "rejected",
        () => act(lea.campaignId, lea.creatorId, "reject"),
        () => act(lea.campaignId, lea.creatorId, "approve"),
      ],
      [
        "without tracking",
        () => api("PATCH", `/campaigns/${lea.campaignId}`, { tracking: false }),
        () => api("PATCH", `/campaigns/${lea.campaignId}`, { tracking: true }),
      ],
      ["archived", () => api("POST", `/campaigns/${lea.campaignId}/archive`), async () => null],
    ];
    for (const [name, close, open] of cases) {
      await close();
      expect(await offered(), name).toBe(false);
      const { status } = await refused(lea, DRESS);
      expect(status, name).toBe(422);
      await open();
    }
    // A campaign that isn't launched, and one of somebody else.
    const tom = await createLinkMaker();
    const draft = await joinMaking(tom.store, tom.creatorId);
    await env.DB.prepare("UPDATE campaigns SET status = 'draft' WHERE id = ?1").bind(draft.campaignId).run();
    for (const campaign of [draft.campaignId, lea.campaignId, "cmp_0000000000000000", "' OR 1", ""]) {
      const { status, read } = await refused(tom, DRESS, { campaign });
      expect([status, read.includes(gone)], campaign).toEqual([422, true]);
    }
  });

  test("what changes while a link is made is heard of", async () => {
    const lea = await createLinkMaker();
    const planId = (await linkOf(lea.linkId)).planId ?? "";
    beforeNextWrite(() => api("PATCH", `/tracking-plans/${planId}`, { utm: { source: "new" } }), "INSERT INTO links");
    expect((await linkOf(idIn(await make(lea, DRESS)))).utm).toEqual({ source: "new" });
    beforeNextWrite(() => act(lea.campaignId, lea.creatorId, "reject"), "INSERT INTO links");
    expect((await refused(lea, `${DRESS}/2`)).status).toBe(422);
    await act(lea.campaignId, lea.creatorId, "approve");
    const revoke = () => env.DB.prepare("UPDATE portal_tokens SET revoked_at = 1").run();
    beforeNextWrite(revoke, "INSERT INTO links");
    expect((await refused(lea, `${DRESS}/3`)).status).toBe(404);
    expect((await refused(lea, `${DRESS}/3`)).status).toBe(404);
  });

  test("no page but the shop's is led to, and the form keeps what was typed", async () => {
    const lea = await createLinkMaker({}, { name: "<b>Spring</b>" });
    await api("POST", "/blocked-hosts", { host: "shop.example", scope: "host", reason: "phishing" });
    expect((await refused(lea, DRESS)).read).toContain("Links can’t lead to this page.");
    await env.DB.prepare("DELETE FROM blocked_hosts").run();
    const { read, text, status } = await refused(lea, 'https://evil.example/"><script>alert(1)</script>', {
      ending: '"><b>',
    });
    expect(status).toBe(422);
    expect(read).toContain("It has to be a page of shop.example.");
    expect(text).toContain('value="https://evil.example/&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"');
    expect(text).toContain('aria-invalid="true"');
    expect(text).not.toContain("<b>Spring</b>");
    expect(text).toContain("&lt;b&gt;Spring&lt;/b&gt;");
    const french = await submit(
      `${lea.path}/links`,
      { campaign: lea.campaignId, page: "http://shop.example/" },
      { "Accept-Language": "fr" },
    );
    expect(textOf(french.text)).toContain("L’adresse doit commencer par https://.");
    expect((await refused(lea, "x".repeat(20_000))).status).toBeGreaterThanOrEqual(400);
    const long = await refused(lea, `https://shop.example/${'"'.repeat(4_000)}`);
    expect([long.status, new TextEncoder().encode(long.text).length < 30_000]).toEqual([422, true]);
  });

  test("a short domain of the deployment's own is no shop, whatever a store says", async () => {
    await createDomain({ hostname: "go.linen.example" });
    const lea = await createLinkMaker({}, {}, { origins: ["https://go.linen.example", SHORT_ORIGIN] });
    for (const page of ["https://go.linen.example/x", `${SHORT_ORIGIN}/x`]) {
      expect((await refused(lea, page)).read, page).toContain("Links can’t lead to this page.");
    }
  });

  test("another site's form is refused, and one without a site", async () => {
    const lea = await createLinkMaker();
    const id = idIn(await make(lea, DRESS));
    const foreign: Record<string, string>[] = [
      { "Sec-Fetch-Site": "cross-site" },
      { Origin: "https://evil.example" },
      { Origin: "null" },
      { "Sec-Fetch-Site": "same-site" },
    ];
    for (const headers of foreign) {
      for (const path of ["/links", `/links/${id}/off`]) {
        const form = { campaign: lea.campaignId, page: `${DRESS}/2` };
        expect((await submit(lea.path + path, form, headers)).status).toBe(403);
      }
    }
    expect(await ownLinks(lea.creatorId)).toMatchObject([{ id, disabled: false }]);
  });

  test("nobody switches off, sees or shares what another has, nor what the plan or an admin made", async () => {
    const [lea, tom] = [await createLinkMaker(), await createLinkMaker()];
    const id = idIn(await make(lea, DRESS));
    const nobody = await createGuest();
    for (const path of [tom.path, nobody.path]) {
      for (const link of [id, lea.linkId]) {
        expect((await submit(`${path}/links/${link}/off`)).status).toBe(404);
        expect((await look(`${path}/links/${link}/off`)).status).toBe(404);
        expect((await look(`${path}/links/${link}/qr.svg`)).status).toBe(404);
        for (const name of ["made", "there"]) {
          const { status, text } = await look(`${path}/links?${name}=${link}`);
          expect([status, text.includes("/dress"), text.includes("ready")]).toEqual([200, false, false]);
        }
      }
    }
    expect((await submit(`${lea.path}/links/${lea.linkId}/off`)).status).toBe(404);
    expect((await linkOf(lea.linkId)).disabled).toBe(false);
    const asked = await look(`${lea.path}/links/${id}/off`);
    expect(textOf(asked.text)).toContain("won’t get to shop.example/dress any more");
    expect((await linkOf(id)).disabled).toBe(false);
    expect((await submit(`${lea.path}/links/${id}/off`)).status).toBe(303);
    // It is off already.
    expect((await submit(`${lea.path}/links/${id}/off`)).status).toBe(404);
  });
});
