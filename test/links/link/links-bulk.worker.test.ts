import { env, exports } from "cloudflare:workers";
import Papa from "papaparse";
import { afterEach, describe, expect, test, vi } from "vitest";
import { auditSchema } from "../../../src/journal/audit/schema.ts";
import { bulkResult, type Link, linkSchema } from "../../../src/links/link/schema.ts";
import { api, type ApiAnswer, bodyOf, expectInvalid, holding, pagesOf, problemOf } from "../../ground/api.ts";
import { createDomain, insertLink } from "../link-fixtures.ts";
import { createKey } from "../../operate/key-fixtures.ts";
import { createCreator, createStore } from "../../programme/fixtures.ts";
import { insertCampaign, insertPlan } from "../../programme/plan-rows.ts";
import { visit } from "../../edge/visit.ts";

const URL_OF_SHOP = "https://shop.example/sale";

let slugCount = 0;

/** A slug that no other test used: the isolate remembers links longer than the database does. */
function freshSlug(): string {
  slugCount += 1;
  return `bulk-${slugCount}`;
}

async function createLink(body: Record<string, unknown> = {}): Promise<Link> {
  return bodyOf(linkSchema, await api("POST", "/links", { url: URL_OF_SHOP, ...body }));
}

function postBulk(links: readonly unknown[], headers: Record<string, string> = {}): Promise<ApiAnswer> {
  return api("POST", "/links/bulk", { links }, headers);
}

async function bulk(links: readonly unknown[], headers: Record<string, string> = {}) {
  const answer = await postBulk(links, headers);
  expect(answer.status, JSON.stringify(answer.body).slice(0, 500)).toBe(200);
  return bulkResult.parse(answer.body).results;
}

async function countLinks(): Promise<number> {
  return (await env.DB.prepare("SELECT count(*) AS n FROM links").first<number>("n")) ?? -1;
}

/** Fetches something of the API that isn't JSON. */
async function fetchText(path: string, headers: Record<string, string> = holding(env.ADMIN_API_KEY)) {
  const response = await exports.default.fetch(`https://go.brand.example/api/v1${path}`, { headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

afterEach(() => {
  vi.restoreAllMocks();
});

/** Printable ASCII that neither JSON nor an address needs to escape. */
const PRINTABLE = Array.from({ length: 94 }, (_none, index) => String.fromCharCode(33 + index)).filter(
  (character) => !/["\\{}]/.test(character),
);

/** Text drawn at random: of all that a body may hold, what can be compressed least. */
function noise(length: number): string {
  return Array.from({ length }, () => PRINTABLE[Math.floor(Math.random() * PRINTABLE.length)]).join("");
}

describe("500 links in one request", () => {
  test("are all made, in the order given, each with its audit entry, in one batch", async () => {
    const write = vi.spyOn(env.DB, "batch");
    const entries = Array.from({ length: 500 }, (_none, index) => ({
      url: `${URL_OF_SHOP}?n=${index}`,
      tags: [`n${index}`, "spring"],
      utm: { source: "{{username}}" },
    }));
    const results = await bulk(entries);
    expect(results.map(({ index, status }) => [index, status])).toEqual(entries.map((_entry, index) => [index, 201]));
    expect(results.map(({ link }) => link)).toMatchObject(entries);
    expect(new Set(results.map(({ link }) => link?.slug.toLowerCase())).size).toBe(500);
    expect(write).toHaveBeenCalledTimes(1);
    // Whatever the number of links: the check of what they name, the links, their tags and the audit log.
    expect(write.mock.calls[0]?.[0].length).toBe(4);

    const [last] = results.slice(-1);
    expect((await api("GET", `/links/${last?.link?.id}`)).body).toEqual(last?.link);
    const listed = await pagesOf(linkSchema, "/links?limit=200");
    expect(listed.flat().map((link) => link.id)).toEqual(results.map(({ link }) => link?.id).toReversed());
    const audited = await pagesOf(auditSchema, "/audit?entity=link&limit=200");
    expect(audited.flat().map((entry) => entry.after)).toEqual(results.map(({ link }) => link).toReversed());
  });

  test("may be as long as a body may be, of text that can't be compressed, and be asked for again", async () => {
    const entries = Array.from({ length: 500 }, (_none, index) => ({
      url: `https://shop.example/${noise(1_090)}`,
      slug: `${"ł".repeat(60)}${index}`,
      tags: Array.from({ length: 18 }, () => noise(40)),
    }));
    expect(new TextEncoder().encode(JSON.stringify({ links: entries })).length).toBeGreaterThan(1_000_000);
    await expectRemembered(entries, 201);
    expect(await countLinks()).toBe(500);
    const audited = await env.DB.prepare("SELECT count(*) AS n FROM audit_log").first("n");
    expect(audited).toBe(500);
  });

  test("may all have as many faults as fit, and be asked for again", async () => {
    const faults = Object.fromEntries(Array.from({ length: 200 }, (_none, index) => [`k${index}`, 0]));
    await expectRemembered(
      Array.from({ length: 500 }, () => faults),
      422,
    );
  });

  test("may be one with a fault of a megabyte, and be asked for again", async () => {
    const key = noise(1_000_000);
    await expectRemembered([{ url: URL_OF_SHOP, [key]: 1 }], 422);
  });
});

/** Expects an outcome for each entry, and the same answer for a repetition, which does nothing. */
async function expectRemembered(entries: readonly unknown[], status: number): Promise<void> {
  const key = { "idempotency-key": "large" };
  const first = await postBulk(entries, key);
  expect(first.status).toBe(200);
  const statuses = bulkResult.parse(first.body).results.map((result) => result.status);
  expect(new Set(statuses)).toEqual(new Set([status]));
  // D1 refuses a row of more than 2 MB; its local stand-in takes more.
  const longest = await env.DB.prepare("SELECT max(length(answer)) AS n FROM idempotency_keys").first<number>("n");
  expect(longest).toBeLessThanOrEqual(1_000_000);
  const second = await postBulk(entries, key);
  expect(JSON.stringify(second.body) === JSON.stringify(first.body)).toBe(true);
}

test.each([
  ["501 links", Array.from({ length: 501 }, () => ({ url: URL_OF_SHOP }))],
  ["no link", []],
])("%s in one request are refused as a whole", async (_what, links) => {
  expectInvalid(await postBulk(links), "links");
  expect(await countLinks()).toBe(0);
});

test("a bulk request without its list, or with more than it, is refused", async () => {
  expectInvalid(await api("POST", "/links/bulk", {}), "links");
  expectInvalid(await api("POST", "/links/bulk", { links: "all" }), "links");
  expectInvalid(await api("POST", "/links/bulk", { links: [{ url: URL_OF_SHOP }], dryRun: true }), "dryRun");
});

describe("each entry of a bulk request", () => {
  test("has its own result, and a faulty one spoils no other", async () => {
    const [taken, doubled, fresh] = [freshSlug(), freshSlug(), freshSlug()];
    await createLink({ slug: taken });
    await createDomain({ hostname: "go.lea.example" });
    const entries = [
      { url: URL_OF_SHOP },
      { url: "javascript:alert(1)" },
      { url: URL_OF_SHOP, slug: doubled },
      null,
      { url: URL_OF_SHOP, slug: doubled.toUpperCase() },
      { url: URL_OF_SHOP, slug: taken },
      { url: URL_OF_SHOP, utm: { source: "{{nobody}}" }, colour: "red" },
      { url: URL_OF_SHOP, storeId: "str_0000000000000000" },
      { url: URL_OF_SHOP, creatorId: "crt_0000000000000000" },
      { url: URL_OF_SHOP, domain: "unregistered.example" },
      { url: "https://go.brand.example/loop" },
      { url: URL_OF_SHOP, startsAt: "2026-11-21T09:00:00Z", endsAt: "2026-11-21T08:00:00Z" },
      "text",
      {},
      { url: URL_OF_SHOP, slug: doubled, domain: "go.lea.example" },
      { url: URL_OF_SHOP, slug: fresh, tags: ["last"] },
    ];
    const results = await bulk(entries);
    expect(results.map(({ index }) => index)).toEqual(entries.map((_entry, index) => index));
    const outcomes = results.map(({ status, link, error }) => [
      status,
      link === undefined ? error?.errors.map(({ path }) => path) : link.slug,
    ]);
    expect(outcomes).toEqual([
      [201, expect.stringMatching(/^\w{7}$/)],
      [422, ["url"]],
      [201, doubled],
      [422, [""]],
      [409, ["slug"]],
      [409, ["slug"]],
      [422, ["utm.source", "colour"]],
      [422, ["storeId"]],
      [422, ["creatorId"]],
      [422, ["domain"]],
      [422, ["url"]],
      [422, ["endsAt"]],
      [422, [""]],
      [422, ["url"]],
      [201, doubled],
      [201, fresh],
    ]);
    for (const { status, error } of results) {
      const code = status === 201 ? undefined : status === 409 ? "slug_taken" : "validation_failed";
      expect(error?.code).toBe(code);
    }
    expect(await countLinks()).toBe(5);
    expect((await pagesOf(auditSchema, "/audit?entity=link&limit=50")).flat()).toHaveLength(5);
    expect((await visit(`/${fresh}`)).status).toBe(302);
  });

  test("may be faulty, and then nothing is written", async () => {
    const results = await bulk([{ url: "x" }, { url: "y" }]);
    expect(results.map(({ status }) => status)).toEqual([422, 422]);
    expect(await countLinks()).toBe(0);
    expect((await pagesOf(auditSchema, "/audit?limit=50")).flat()).toEqual([]);
  });

  test("finds its store as a single link does", async () => {
    const store = await createStore({ origins: ["https://shop.example"] });
    const results = await bulk([
      { url: URL_OF_SHOP },
      { url: "https://other.example/" },
      { url: URL_OF_SHOP, storeId: null },
    ]);
    expect(results.map(({ link }) => link?.storeId)).toEqual([store.id, null, null]);
  });

  test("whose slug is taken between the check and the write fails alone", async () => {
    const [slug, other] = [freshSlug(), freshSlug()];
    const write = env.DB.batch.bind(env.DB);
    vi.spyOn(env.DB, "batch").mockImplementationOnce(async (statements) => {
      await createLink({ slug });
      return write(statements);
    });
    const results = await bulk([{ url: URL_OF_SHOP, slug }, { url: URL_OF_SHOP, slug: other }, { url: URL_OF_SHOP }]);
    expect(results.map(({ status }) => status)).toEqual([409, 201, 201]);
    expect(await countLinks()).toBe(3);
    expect((await pagesOf(auditSchema, "/audit?entity=link&limit=50")).flat()).toHaveLength(3);
  });
});

test("two bulk requests that want the same slugs at once share them out", async () => {
  const entries = Array.from({ length: 20 }, () => ({ url: URL_OF_SHOP, slug: freshSlug() }));
  const answers = await Promise.all([bulk(entries), bulk(entries.toReversed()), bulk(entries)]);
  const statuses = answers.flat().map(({ status }) => status);
  expect(statuses.filter((status) => status === 201)).toHaveLength(20);
  expect(statuses.filter((status) => status === 409)).toHaveLength(40);
});

test("a bulk request repeated with its Idempotency-Key gets the same results and makes no more links", async () => {
  const entries = [{ url: URL_OF_SHOP }, { url: "x" }, { url: URL_OF_SHOP, slug: freshSlug() }];
  const key = { "idempotency-key": "bulk" };
  const first = await bulk(entries, key);
  expect(await bulk(entries, key)).toEqual(first);
  expect(await countLinks()).toBe(2);
  expect(problemOf(await postBulk(entries.slice(1), key))).toMatchObject({ code: "idempotency_key_reused" });
});

const HEADER =
  "id,shortUrl,domain,slug,url,kind,storeId,creatorId,campaignId,planId,codeId,tags,utm,rules,startsAt,endsAt,maxClicks,fallbackUrl,disabled,madeBy,createdAt,updatedAt";

/** The line of a link that belongs to nothing and has no rules; `caps` are its cap and its fallback. */
function lineOf(link: Link, tags: string, utm: string, caps: string): string {
  return `${link.id},${link.shortUrl},,${link.slug},${link.url},tracking,,,,,,${tags},${utm},[],,,${caps},false,admin,${link.createdAt},${link.updatedAt}`;
}

/** The rows of an export by a CSV reader that isn't ours. */
async function exported(query = ""): Promise<Record<string, string>[]> {
  const { status, text } = await fetchText(`/links/export.csv${query}`);
  expect(status).toBe(200);
  expect(text.endsWith("\r\n")).toBe(true);
  const { data, errors } = Papa.parse<Record<string, string>>(text.trimEnd(), { header: true });
  expect(errors).toEqual([]);
  return data;
}

describe("the export", () => {
  test("is a download with a header and a line a link, newest first", async () => {
    const one = await createLink({ tags: ["b", "a"], utm: { source: "{{username}}", medium: "x y" }, maxClicks: 5 });
    const two = await createLink({ slug: "Été-1", fallbackUrl: "https://shop.example/over" });
    const { headers, text } = await fetchText("/links/export.csv");
    expect(headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(headers.get("content-disposition")).toBe('attachment; filename="links.csv"');
    expect(headers.get("cache-control")).toBe("no-store");
    expect(text.split("\r\n")).toEqual([
      HEADER,
      lineOf(two, "[]", "", ",https://shop.example/over"),
      lineOf(one, '"[""a"",""b""]"', "source=%7B%7Busername%7D%7D&medium=x+y", "5,"),
      "",
    ]);
  });

  test("has its header alone where no link matches", async () => {
    expect(await fetchText("/links/export.csv")).toMatchObject({ status: 200, text: `${HEADER}\r\n` });
  });

  test("quotes what needs it (RFC 4180)", async () => {
    const url = 'https://shop.example/a,b?q="c"';
    await createLink({ url, tags: ['say "hi", lea'] });
    expect((await fetchText("/links/export.csv")).text).toContain('"https://shop.example/a,b?q=""c"""');
    expect(await exported()).toMatchObject([{ url, tags: JSON.stringify(['say "hi", lea']) }]);
  });

  test("keeps tags apart, whatever they hold, and has the rules", async () => {
    const tags = ["a", "a b", "a,b", 'a"b', "a|b", "[]"];
    const rules = [{ when: { country: ["DE"], weight: 20 }, url: "https://shop.example/de?a=1,2" }];
    await createLink({ tags, rules });
    const [row] = await exported();
    expect(new Set(JSON.parse(row?.["tags"] ?? ""))).toEqual(new Set(tags));
    expect(JSON.parse(row?.["rules"] ?? "")).toEqual(rules);
  });

  test.each(['=HYPERLINK("https://evil.example","Free")', "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "=1,2"])(
    "hands no spreadsheet the formula %s",
    async (formula) => {
      await createLink({ tags: [formula], utm: { source: formula } });
      const [row] = await exported();
      expect(row?.tags).toBe(JSON.stringify([formula]));
      for (const cell of Object.values(row ?? {})) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
    },
  );

  test("disarms a slug that begins with a minus", async () => {
    await createLink({ slug: "-1-2" });
    expect(await exported()).toMatchObject([{ slug: "'-1-2" }]);
  });

  test("can't hold a line break within a value", async () => {
    expectInvalid(await api("POST", "/links", { url: URL_OF_SHOP, tags: ["a\nb"] }), "tags.0");
  });

  test("takes the filters of the list", async () => {
    const [creator, store, domain] = [await createCreator(), await createStore(), await createDomain()];
    const [campaign, plan] = [await insertCampaign(), await insertPlan({ storeId: store.id })];
    const link = await createLink({
      creatorId: creator.id,
      storeId: store.id,
      domain: domain.hostname,
      campaignId: campaign.id,
      planId: plan.id,
      kind: "affiliate",
      tags: ["spring"],
      slug: "needle-1",
    });
    await createLink();
    for (const query of [
      `creator=${creator.id}`,
      `store=${store.id}`,
      `domain=${domain.hostname}`,
      `campaign=${campaign.id}`,
      `plan=${plan.id}`,
      "kind=affiliate",
      "tag=spring",
      "q=NEEDLE",
    ]) {
      expect(await exported(`?${query}`), query).toMatchObject([{ id: link.id }]);
    }
    expect(await exported()).toHaveLength(2);
    expectInvalid(await api("GET", "/links/export.csv?kind=other"), "kind");
    expectInvalid(await api("GET", "/links/export.csv?limit=5"), "limit");
  });

  test("leaves deleted links out", async () => {
    const link = await createLink();
    await api("DELETE", `/links/${link.id}`);
    expect(await exported()).toEqual([]);
  });

  test.each([499, 500, 501, 1203])(
    "of %d links is complete, each once and in order",
    async (count) => {
      const ids: string[] = [];
      for (let start = 0; start < count; start += 500) {
        const entries = Array.from({ length: Math.min(500, count - start) }, () => ({ url: URL_OF_SHOP }));
        ids.push(...(await bulk(entries)).map(({ link }) => link?.id ?? ""));
      }
      expect((await exported()).map((row) => row.id)).toEqual(ids.toReversed());
    },
    20_000,
  );

  test("needs a key with links:read", async () => {
    expect((await fetchText("/links/export.csv", {})).status).toBe(401);
    const [wrong, right] = [await createKey(["reports:read", "settings:write"]), await createKey(["links:read"])];
    expect((await fetchText("/links/export.csv", holding(wrong.key))).status).toBe(403);
    expect((await fetchText("/links/export.csv", holding(right.key))).status).toBe(200);
  });
});

/** The dark modules of an SVG, as rows of booleans, without the quiet zone. */
function modulesOf(svg: string, border: number): boolean[][] {
  const size = Number(/viewBox="0 0 (\d+) \1"/.exec(svg)?.[1]) / 10;
  const rows = Array.from({ length: size }, () => Array.from({ length: size }, () => false));
  for (const [, x, y] of svg.matchAll(/M(\d+),(\d+)h10v10h-10z/g)) {
    const row = rows[Number(y) / 10];
    if (row !== undefined) row[Number(x) / 10] = true;
  }
  const quiet = rows.flatMap((row, y) => row.filter((_dark, x) => Math.min(x, y, size - 1 - x, size - 1 - y) < border));
  expect(quiet).not.toContain(true);
  return rows.slice(border, size - border).map((row) => row.slice(border, size - border));
}

/** The data masks of QR codes (ISO/IEC 18004, table 10). */
const MASKS: readonly ((row: number, column: number) => boolean)[] = [
  (i, j) => (i + j) % 2 === 0,
  (i) => i % 2 === 0,
  (_i, j) => j % 3 === 0,
  (i, j) => (i + j) % 3 === 0,
  (i, j) => (Math.floor(i / 2) + Math.floor(j / 3)) % 2 === 0,
  (i, j) => ((i * j) % 2) + ((i * j) % 3) === 0,
  (i, j) => (((i * j) % 2) + ((i * j) % 3)) % 2 === 0,
  (i, j) => (((i + j) % 2) + ((i * j) % 3)) % 2 === 0,
];

/**
 * Reads an undamaged QR code of version 2 or 3 whose data is bytes in one block, as a scanner would:
 * format bits, mask, zigzag, header, text. Returns the text and the level of error correction.
 */
function readQr(modules: readonly (readonly boolean[])[]): { text: string; ecc: string | undefined } {
  const size = modules.length;
  expect([25, 29]).toContain(size);
  const dark = (row: number, column: number) => modules[row]?.[column] === true;
  const format = Array.from({ length: 5 }, (_none, bit) => dark(8, bit)).reduce((sum, bit) => sum * 2 + Number(bit), 0);
  const plain = format ^ 0b10101;
  const mask = MASKS[plain & 7];
  const isFunction = (row: number, column: number) =>
    (row < 9 && (column < 9 || column >= size - 8)) ||
    (row >= size - 8 && column < 9) ||
    row === 6 ||
    column === 6 ||
    (Math.abs(row - (size - 7)) <= 2 && Math.abs(column - (size - 7)) <= 2);
  const bits: number[] = [];
  for (let right = size - 1, upward = true; right > 0; right -= 2, upward = !upward) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step++) {
      const row = upward ? size - 1 - step : step;
      for (const column of [right, right - 1]) {
        if (!isFunction(row, column)) bits.push(Number(dark(row, column) !== mask?.(row, column)));
      }
    }
  }
  const number = (from: number, length: number) =>
    bits.slice(from, from + length).reduce((sum, bit) => sum * 2 + bit, 0);
  expect(number(0, 4), "not in byte mode").toBe(0b0100);
  const bytes = Array.from({ length: number(4, 8) }, (_none, index) => number(12 + index * 8, 8));
  return { text: new TextDecoder().decode(new Uint8Array(bytes)), ecc: ["M", "L", "H", "Q"][plain >>> 3] };
}

describe("a QR code", () => {
  test("is an SVG that reads as the short address", async () => {
    const link = await createLink();
    const { status, headers, text } = await fetchText(`/links/${link.id}/qr.svg`);
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("image/svg+xml");
    expect(headers.get("content-security-policy")).toBe("default-src 'none'");
    expect(text).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg".*<\/svg>$/s);
    expect(text).not.toContain("<script");
    expect(readQr(modulesOf(text, 4)).text).toBe(link.shortUrl);
  });

  test("reads as the link's domain and slug, whatever their alphabet", async () => {
    await createDomain({ hostname: "go.lea.example" });
    const link = await createLink({ domain: "go.lea.example", slug: "Été" });
    const { text } = await fetchText(`/links/${link.id}/qr.svg?ecc=L`);
    expect(readQr(modulesOf(text, 4)).text).toBe("https://go.lea.example/%C3%89t%C3%A9");
  });

  test.each(["L", "M"])("has the error correction %s where that is asked for, or better", async (ecc) => {
    const link = await createLink();
    const read = readQr(modulesOf((await fetchText(`/links/${link.id}/qr.svg?ecc=${ecc}`)).text, 4));
    expect(read).toMatchObject({ text: link.shortUrl });
    expect(["L", "M", "Q", "H"].indexOf(read.ecc ?? "")).toBeGreaterThanOrEqual(["L", "M"].indexOf(ecc));
  });

  test("has the quiet zone that is asked for", async () => {
    const { id, shortUrl } = await createLink();
    for (const border of [0, 20]) {
      const { text } = await fetchText(`/links/${id}/qr.svg?border=${border}`);
      expect(readQr(modulesOf(text, border)).text).toBe(shortUrl);
    }
  });

  test.each([
    ["ecc", "ecc=X"],
    ["ecc", "ecc=m"],
    ["border", "border=21"],
    ["border", "border=-1"],
    ["border", "border=x"],
    ["colour", "colour=red"],
  ])("refuses a bad %s", async (path, query) => {
    const { id } = await createLink();
    expectInvalid(await api("GET", `/links/${id}/qr.svg?${query}`), path);
  });

  test("of a link that was deleted, or never there, is not found", async () => {
    await insertLink({ id: "lnk_000000000000zzzz", deletedAt: 1 });
    for (const id of ["lnk_000000000000zzzz", "lnk_0000000000000000"]) {
      expect(problemOf(await api("GET", `/links/${id}/qr.svg`))).toMatchObject({ status: 404, code: "not_found" });
    }
  });
});
