import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { LANGUAGES } from "../../../src/ground/language/language.ts";
import { type Link, linkSchema } from "../../../src/links/link/schema.ts";
import { api, bodyOf } from "../../ground/api.ts";
import { createDomain } from "../../links/link-fixtures.ts";
import { createStore } from "../../programme/fixtures.ts";
import { destination, SHORT_ORIGIN, visit, visitToTheEnd } from "../visit.ts";

const HOST = new URL(SHORT_ORIGIN).hostname;
const FORM = { "Content-Type": "application/x-www-form-urlencoded" };
const ENGLISH = { "Accept-Language": "en" };
const LINEN = { name: "linen-main", brandName: "Linen & <Co>", homeUrl: "https://linen.example/" };
const TO_LINEN = '<a href="https://linen.example/" rel="nofollow noopener">Go to Linen &amp; &lt;Co&gt;</a>';

afterEach(() => {
  vi.restoreAllMocks();
});

async function createLink(body: Record<string, unknown> = {}): Promise<Link> {
  return bodyOf(linkSchema, await api("POST", "/links", { url: "https://shop.example/sale", ...body }));
}

const textAt = async (path: string, headers: Record<string, string> = ENGLISH): Promise<string> =>
  (await visit(path, headers)).text();

const send = (path: string, body: string, headers: Record<string, string> = ENGLISH): Promise<Response> =>
  visit(path, { ...FORM, ...headers }, { method: "POST", body });

const past = (): string => new Date(Date.now() - 1_000).toISOString();

describe("the pages that shoppers see", () => {
  it.each([
    ["fr", "Ce lien n’existe pas"],
    ["de", "Diesen Link gibt es nicht"],
    ["es", "Este enlace no existe"],
    ["en", "There is no such link"],
  ])("speak %s to a browser that does, and to whoever asks for it", async (language, title) => {
    for (const response of [
      await visit("/nothing-here", { "Accept-Language": `sv, ${language}-CH;q=0.8, en;q=0.1` }),
      await visit(`/nothing-here?a=1&lang=${language}`, { "Accept-Language": "fr" }),
    ]) {
      expect(response.headers.get("content-language")).toBe(language);
      expect(response.headers.get("vary")).toBe("Accept-Language, Accept");
      expect(response.headers.getSetCookie()).toEqual([]);
      const page = await response.text();
      expect(page).toContain(`<html lang="${language}">`);
      expect(page).toContain(`<h1>${title}</h1>`);
    }
  });

  it("can be had in another language by links that keep the query, and hold nothing of it as markup", async () => {
    const page = await textAt(`/nothing-here?a=%22%3E%3Cscript%3E&lang=xx&b=2`);
    for (const language of LANGUAGES) {
      expect(page).toContain(`href="?a=%22%3E%3Cscript%3E&amp;lang=${language}&amp;b=2"`);
    }
    expect(page).toContain('aria-current="true"');
    expect(page).not.toContain("<script");
    expect(await textAt(`/nothing-here?${"x".repeat(5_000)}`)).toContain('href="?lang=fr"');
  });

  it("keep a language that was asked for through their forms and links, but not on the way to the shop", async () => {
    const { slug } = await createLink({ slug: "été" });
    const page = await textAt(`/${encodeURIComponent(slug)}+?lang=fr`);
    expect(page).toContain('<form method="post">');
    expect(page).toContain(`href="/${encodeURIComponent(slug)}"`);
    const thanks = await (await send(`/${encodeURIComponent(slug)}+?lang=fr`, "do=opt-out")).text();
    expect(thanks).toContain("Vous avez refusé le suivi");
    expect(thanks).toContain(`href="/${encodeURIComponent(slug)}+?lang=fr"`);
    expect(await (await send(`/${encodeURIComponent(slug)}+`, "do=opt-out")).text()).toContain(
      `href="/${encodeURIComponent(slug)}+"`,
    );
  });

  it("that answer a form can be had in another language, and do nothing twice by that", async () => {
    const { id, slug } = await createLink();
    const reports = () =>
      env.DB.prepare("SELECT count(*) AS n FROM abuse_reports WHERE link_id = ?1").bind(id).first<number>("n");
    const thanks = await (await send(`/${slug}+`, "do=report&kind=spam")).text();
    expect(thanks).toContain('<input type="hidden" name="do" value="thank" />');
    expect(thanks).toContain('formaction="?lang=de"');
    expect(await (await send(`/${slug}+?lang=de`, "do=thank")).text()).toContain("<h1>Danke</h1>");
    expect(await reports()).toBe(1);
    const optedOut = await send(`/${slug}+`, "do=opt-out");
    expect(await optedOut.text()).toContain('<input type="hidden" name="do" value="opt-out" />');
    const foreign = await send(`/${slug}+?lang=de`, "do=thank", { "Sec-Fetch-Site": "cross-site" });
    expect(foreign.status).not.toBe(200);
  });

  it("are English problems for programs, whatever language is asked for", async () => {
    const response = await visit("/nothing-here?lang=fr", { Accept: "*/*", "Accept-Language": "fr" });
    expect(await response.json()).toMatchObject({ code: "not_found", detail: "No link has this address." });
    expect(response.headers.get("vary")).toBe("Accept-Language, Accept");
  });

  it("weigh less than 8 kB each, in every language", async () => {
    const store = await createStore(LINEN);
    const url = `https://shop.example/collections/summer?${"filter=blue&".repeat(12)}`;
    const link = await createLink({ url, storeId: store.id });
    const ended = await createLink({ url, storeId: store.id, endsAt: past() });
    for (const language of LANGUAGES) {
      for (const path of [`/${link.slug}+`, `/${ended.slug}+`, `/${ended.slug}`, "/nothing-here", "/"]) {
        const response = await visit(`${path}?lang=${language}`);
        expect((await response.arrayBuffer()).byteLength, `${language} ${path}`).toBeLessThan(8_000);
      }
    }
  });
});

describe("the way on", () => {
  it.each([
    ["ended", { endsAt: past() }],
    ["switched off", { disabled: true }],
    ["not yet open", { startsAt: new Date(Date.now() + 3_600_000).toISOString() }],
  ])("from a link that is %s leads to its store, by the name that people know", async (_name, state) => {
    const store = await createStore(LINEN);
    const { slug } = await createLink({ storeId: store.id, ...state });
    for (const path of [`/${slug}`, `/${slug}+`]) {
      const page = await textAt(path);
      expect(page).toContain(TO_LINEN);
      expect(page).toContain('<p class="by">Linen &amp; &lt;Co&gt;</p>');
      expect(page).not.toContain("leads to");
    }
  });

  it("from an unknown address leads to the store of the domain, the same for all that are unknown", async () => {
    await createDomain({ hostname: HOST, storeId: (await createStore(LINEN)).id });
    const page = await textAt("/nothing-here");
    expect(page).toContain(TO_LINEN);
    // A link that was deleted, and one of another domain, are as unknown as any.
    const gone = await createLink({ storeId: (await createStore({ homeUrl: "https://other.example/" })).id });
    await api("DELETE", `/links/${gone.id}`);
    await createDomain({ hostname: "elsewhere.example" });
    const other = await createLink({ domain: "elsewhere.example" });
    for (const path of ["/x", "/a/b", `/${gone.slug}`, `/${other.slug}`, `/${other.slug}+`, "/healthz+"]) {
      expect(await textAt(path), path).toBe(page);
    }
  });

  it("is where the domain's own address leads, where no store has a front page", async () => {
    await createDomain({ hostname: HOST, rootUrl: "https://brand.example/start" });
    expect(await textAt("/nothing-here")).toContain(
      '<a href="https://brand.example/start" rel="nofollow noopener">Go to brand.example</a>',
    );
  });

  it("is there from the forms' answers, beside the one back", async () => {
    const { slug } = await createLink({ storeId: (await createStore(LINEN)).id });
    for (const body of ["do=opt-out", "do=opt-in", "do=report&kind=spam"]) {
      const page = await (await send(`/${slug}+`, body)).text();
      expect(page).toContain(TO_LINEN);
      expect(page).toContain(`<a href="/${slug}+">Back to the page of the link</a>`);
    }
    expect(await (await send(`/${slug}+`, "do=report&kind=none")).text()).toContain(`href="/${slug}+"`);
  });

  it("never leads to a blocked host", async () => {
    const { slug } = await createLink({ storeId: (await createStore(LINEN)).id, disabled: true });
    expect(await textAt(`/${slug}`)).toContain(TO_LINEN);
    await api("POST", "/blocked-hosts", { host: "linen.example", reason: "phishing" });
    expect(await textAt(`/${slug}`)).not.toContain("linen.example");
  });

  it("is gone without while storage fails, and the page stands all the same", async () => {
    for (const level of ["warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => undefined);
    const { slug } = await createLink({ storeId: (await createStore(LINEN)).id, disabled: true });
    const prepare = env.DB.prepare.bind(env.DB);
    vi.spyOn(env.DB, "prepare").mockImplementation((sql) => {
      if (sql.includes("home_url")) throw new Error("D1_ERROR: Network connection lost.");
      return prepare(sql);
    });
    const response = await visit(`/${slug}`, ENGLISH);
    expect(response.status).toBe(410);
    const page = await response.text();
    expect(page).toContain("This link was switched off");
    expect(page).not.toContain("linen.example");
  });

  it("is asked for once for a crowd", async () => {
    const { slug } = await createLink({ disabled: true });
    const prepare = vi.spyOn(env.DB, "prepare");
    const asked = (): number => prepare.mock.calls.filter(([sql]) => sql.includes("home_url")).length;
    await textAt(`/${slug}`);
    const before = asked();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 1_000 });
    await textAt(`/${slug}`);
    const after = asked();
    for (let index = 0; index < 10; index++) await textAt(`/${slug}`);
    expect(asked()).toBe(after);
    expect(after).toBeLessThanOrEqual(before + 1);
    // Programs are told nothing of it, so nothing is asked.
    vi.setSystemTime(Date.now() + 120_000);
    await visit(`/${slug}`, { Accept: "*/*" });
    expect(asked()).toBe(after);
    vi.useRealTimers();
  });

  it("is a new try where a link can't be looked up", async () => {
    for (const level of ["warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => undefined);
    const refuse = (): never => {
      throw new Error("D1_ERROR: Network connection lost.");
    };
    const DB = { prepare: refuse, batch: refuse, withSession: refuse };
    const bindings = { ...env, DB, LINKS: undefined } as unknown as Env;
    const response = await visitToTheEnd("/never-seen", ENGLISH, bindings);
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('<a class="main" href="">Try again</a>');
  });
});

describe("the page of a link", () => {
  it("goes on by the short link, so that the visit counts and earns as it says", async () => {
    const { slug } = await createLink();
    const page = await textAt(`/${slug}+`);
    expect(page).toContain(`<a class="main" href="/${slug}" rel="nofollow noopener">Continue</a>`);
    expect(page).toContain("so it counts as a visit");
    expect(page).toContain("<b>shop.example</b>");
    expect(page).toMatch(/<summary><h2>The whole address<\/h2><\/summary>/);
  });

  it("names where the link leads this very visitor", async () => {
    const { slug } = await createLink({ rules: [{ when: { country: "US" }, url: "https://us.example/" }] });
    const american = await (await visit(`/${slug}+`, ENGLISH, { cf: { country: "US" } })).text();
    expect(american).toContain("<b>us.example</b>");
    expect(american).not.toContain("shop.example");
    const german = await textAt(`/${slug}+`);
    expect(german).toContain("<b>shop.example</b>");
    expect(german).toContain("Others may be sent to another page");
    const followed = await visit(`/${slug}`, {}, { cf: { country: "US" } });
    expect(destination(followed).hostname).toBe("us.example");
  });

  it("of one that has ended says where it led, and where it leads instead if anywhere", async () => {
    const ended = await createLink({ endsAt: past() });
    const page = await textAt(`/${ended.slug}+`);
    expect(page).toContain("<h1>This link has ended</h1>");
    expect(page).toContain('It led to <b class="to">shop.example</b>.');
    expect(page).not.toContain("Continue");
    const replaced = await createLink({ endsAt: past(), fallbackUrl: "https://next.example/" });
    const instead = await textAt(`/${replaced.slug}+`);
    expect(instead).toContain("<b>next.example</b>");
    expect(instead).toContain(`<a class="main" href="/${replaced.slug}"`);
    expect(destination(await visit(`/${replaced.slug}`)).hostname).toBe("next.example");
  });

  it("of one that was taken back or never began names no address", async () => {
    for (const state of [{ disabled: true }, { startsAt: new Date(Date.now() + 3_600_000).toISOString() }]) {
      const { slug } = await createLink(state);
      expect(await textAt(`/${slug}+`)).not.toContain("shop.example");
    }
  });
});
