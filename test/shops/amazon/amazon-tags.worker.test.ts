import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { bulkTagsResult, enteredTag, tagSchema } from "../../../src/shops/amazon/tag-schema.ts";
import { auditSchema } from "../../../src/journal/audit/schema.ts";
import { pageOf } from "../../../src/ground/http/pagination.ts";
import { api, bodyOf, pagesOf, problemOf } from "../../ground/api.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";
import { addCreators, createReadyCreator, generateAll } from "../../programme/campaign-fixtures.ts";
import { createStore } from "../../programme/fixtures.ts";
import { destination, visit } from "../../edge/visit.ts";
import {
  createAmazon,
  createAmazonPlan,
  createTagged,
  enterTag,
  joinAmazon,
  LANDING,
  rowsOf,
  tagOf,
  apiRow,
  imported,
  urlOf,
} from "./amazon-fixtures.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const tagged = (name: string, query = "th=1") => `https://www.amazon.com/dp/B0LINENSET?${query}&${tagOf(name)}#reviews`;

describe("UPF-2: a tag of Amazon Attribution", () => {
  test("is in the link that is made for its creator, and in where a shopper arrives", async () => {
    const store = await createAmazon();
    const plan = await createAmazonPlan(store.id);
    const lea = await createTagged(store.id, "lea");
    const { linkId } = await joinAmazon(plan.id, lea.id);
    expect(await urlOf(linkId)).toBe(tagged("lea"));
    const { slug } = (await api("GET", `/links/${linkId}`)).body as { slug: string };
    const arrived = destination(await visit(`/${slug}`, {}));
    expect([arrived.searchParams.get("maas"), arrived.searchParams.get("tag"), arrived.searchParams.get("th")]).toEqual(
      ["maas_adg_api_77120_lea", "maas", "1"],
    );
    // Whoever spreads the link with a tag of their own gets nothing by it.
    const stolen = destination(await visit(`/${slug}?maas=maas_thief&TAG=thief-20&th=2`, {}));
    expect(stolen.searchParams.getAll("maas")).toEqual(["maas_adg_api_77120_lea"]);
    expect(stolen.href).not.toContain("thief");
  });

  test("comes into links that are there, is replaced in them, and goes from them", async () => {
    const store = await createAmazon();
    const plan = await createAmazonPlan(store.id);
    const [lea, tom] = [await createReadyCreator(), await createReadyCreator()];
    const { linkId } = await joinAmazon(plan.id, lea.id);
    const others = await joinAmazon(plan.id, tom.id);
    expect(await urlOf(linkId)).toBe(LANDING);
    const first = await enterTag(store.id, lea.id, "lea");
    expect(first.lacking).toEqual({ count: 1, creatorIds: [tom.id] });
    expect(await urlOf(linkId)).toBe(tagged("lea"));
    await enterTag(store.id, lea.id, "lea-2");
    expect(await urlOf(linkId)).toBe(tagged("lea-2"));
    expect((await api("DELETE", `/stores/${store.id}/attribution-tags/${lea.id}`)).status).toBe(204);
    expect(await urlOf(linkId)).toBe(LANDING);
    expect(await urlOf(others.linkId)).toBe(LANDING);
  });

  test("stays where a plan's page changes, where its store's does, and in a link that was made before", async () => {
    const store = await createAmazon({ homeUrl: LANDING });
    const plan = await createAmazonPlan(store.id, { landingUrl: null });
    const lea = await createTagged(store.id, "lea");
    const { linkId } = await joinAmazon(plan.id, lea.id);
    expect((await api("PATCH", `/stores/${store.id}`, { homeUrl: "https://www.amazon.com/stores/linen" })).status).toBe(
      200,
    );
    expect(await urlOf(linkId)).toBe(`https://www.amazon.com/stores/linen?${tagOf("lea")}`);
    // One of the page's own gives way.
    const page = "https://www.amazon.com/dp/B0OTHER?maas=maas_page&x={{campaign}}";
    expect((await api("PATCH", `/tracking-plans/${plan.id}`, { landingUrl: page })).status).toBe(200);
    expect(await urlOf(linkId)).toBe(`https://www.amazon.com/dp/B0OTHER?x={{campaign}}&${tagOf("lea")}`);
  });

  test("leaves a link alone that was edited by hand", async () => {
    const store = await createAmazon();
    const plan = await createAmazonPlan(store.id);
    const lea = await createTagged(store.id, "lea");
    const { linkId } = await joinAmazon(plan.id, lea.id);
    await api("PATCH", `/links/${linkId}`, { url: "https://www.amazon.com/dp/B0HAND" });
    await enterTag(store.id, lea.id, "lea-2");
    expect(await urlOf(linkId)).toBe("https://www.amazon.com/dp/B0HAND");
  });

  test("comes into links that creators made themselves, and goes from them", async () => {
    const store = await createAmazon();
    const plan = await createAmazonPlan(store.id);
    const lea = await createReadyCreator();
    const { linkId } = await joinAmazon(plan.id, lea.id);
    const page = "https://www.amazon.com/dp/B0OWN?x=1";
    await env.DB.prepare("UPDATE links SET made_by = 'creator', url = ?2 WHERE id = ?1").bind(linkId, page).run();
    await env.DB.prepare("UPDATE plan_creators SET tracking_link_id = NULL").run();
    await enterTag(store.id, lea.id, "lea");
    expect(await urlOf(linkId)).toBe(`${page}&${tagOf("lea")}`);
    await enterTag(store.id, lea.id, "lea-2");
    expect(await urlOf(linkId)).toBe(`${page}&${tagOf("lea-2")}`);
    expect((await api("DELETE", `/stores/${store.id}/attribution-tags/${lea.id}`)).status).toBe(204);
    expect(await urlOf(linkId)).toBe(page);
  });

  test("is in a link that is being made while it is entered", async () => {
    const store = await createAmazon();
    const plan = await createAmazonPlan(store.id);
    const [lea, tom] = [await createReadyCreator(), await createReadyCreator()];
    const { campaignId } = await joinAmazon(plan.id, lea.id);
    await addCreators(campaignId, [tom.id], "approved");
    // Right before what was planned without it is written.
    beforeNextWrite(() => enterTag(store.id, tom.id, "tom"), "INSERT INTO links");
    await generateAll();
    const made = await env.DB.prepare("SELECT url FROM links WHERE creator_id = ?1").bind(tom.id).first<string>("url");
    expect(made).toBe(tagged("tom"));
  });

  test("is in a plan's preview", async () => {
    const store = await createAmazon();
    const plan = await createAmazonPlan(store.id);
    const lea = await createTagged(store.id, "lea");
    const { body } = await api("POST", `/tracking-plans/${plan.id}/preview`, { creatorId: lea.id });
    expect(body).toMatchObject({ trackingLink: { url: expect.stringContaining("maas=maas_adg_api_77120_lea") } });
  });
});

test("who lacks a tag is listed, beside the tags that there are", async () => {
  const store = await createAmazon();
  const plan = await createAmazonPlan(store.id);
  const lea = await createTagged(store.id, "lea");
  const [tom, ada] = [await createReadyCreator(), await createReadyCreator()];
  for (const { id } of [lea, tom, ada]) await joinAmazon(plan.id, id);
  const list = (query: string) => pagesOf(tagSchema, `/stores/${store.id}/attribution-tags?limit=1${query}`);
  expect((await list("")).flat()).toMatchObject([
    { creatorId: lea.id, tag: tagOf("lea"), matches: [{ by: "adGroup", value: "lea" }] },
  ]);
  const lacking = (await list("&lacking=true")).flat();
  expect(lacking.map(({ creatorId, tag }) => [creatorId, tag])).toEqual([
    [ada.id, null],
    [tom.id, null],
  ]);
});

test("a name is one creator's: another is refused, also where both are entered at once", async () => {
  const store = await createAmazon();
  const [lea, tom] = [await createTagged(store.id, "Lea  Paris"), await createReadyCreator()];
  const body = { tag: tagOf("tom"), matches: [{ by: "adGroup", value: "lea paris" }] };
  const path = (id: string) => `/stores/${store.id}/attribution-tags/${id}`;
  const refused = problemOf(await api("PUT", path(tom.id), body));
  expect(refused).toMatchObject({ status: 409, code: "tag_taken" });
  expect(refused.detail).toContain(lea.id);
  const other = await createAmazon();
  expect((await api("PUT", `/stores/${other.id}/attribution-tags/${tom.id}`, body)).status).toBe(200);
  const ada = await createReadyCreator();
  const taken = { tag: tagOf("x"), matches: [{ by: "adGroup", value: "x" }] };
  beforeNextWrite(async () => void (await api("PUT", path(ada.id), taken)));
  expect(problemOf(await api("PUT", path(tom.id), taken))).toMatchObject({ status: 409, code: "tag_taken" });
});

test("what is entered again as it is changes nothing, and leaves no entry in the log", async () => {
  const store = await createAmazon();
  const lea = await createTagged(store.id, "lea");
  const entries = async () => bodyOf(pageOf(auditSchema), await api("GET", `/audit?limit=200`)).data.length;
  const before = await entries();
  const again = await api("PUT", `/stores/${store.id}/attribution-tags/${lea.id}`, {
    tag: `https://www.amazon.com/dp/B01?psc=1&${tagOf("lea")}`,
    matches: [{ by: "adGroup", value: "lea" }],
  });
  expect(again.status).toBe(200);
  expect(await entries()).toBe(before);
});

test("by default, rows are known by what sets a tag apart", async () => {
  const store = await createAmazon();
  const matchesOf = async (tag: string) => {
    const { id } = await createReadyCreator();
    return bodyOf(enteredTag, await api("PUT", `/stores/${store.id}/attribution-tags/${id}`, { tag })).matches;
  };
  const shared = "maas=maas_adg_api_1_static_9_2&ref_=aa_maas";
  expect(await matchesOf(`?${shared}&aa_campaignid=c&aa_adgroupid=lea%20m&aa_creativeid=1`)).toEqual([
    { by: "adGroupId", value: "lea m" },
  ]);
  expect(await matchesOf(`${shared}&aa_campaignid=c&aa_creativeid=7`)).toEqual([{ by: "creativeId", value: "7" }]);
  expect(await matchesOf(`${shared}&aa_campaignid=tom`)).toEqual([{ by: "campaignId", value: "tom" }]);
  expect(await matchesOf("maas_adg_api_1_abs")).toEqual([{ by: "tag", value: "maas_adg_api_1_abs" }]);
});

describe("many tags", () => {
  const post = (storeId: string, body: unknown) =>
    api("POST", `/stores/${storeId}/attribution-tags`, body, {
      "content-type": typeof body === "string" ? "text/csv" : "application/json",
    });

  test("come as a file, each checked by itself", async () => {
    const store = await createAmazon();
    const [lea, tom] = [await createReadyCreator(), await createReadyCreator({ externalId: "tom-1" })];
    const file = [
      "Creator ID;External ID;Name;Tag;Ad group",
      `${lea.id};;Lea;${tagOf("lea")};Lea Martin`,
      `;tom-1;Tom;${tagOf("tom")};Tom`,
      `;nobody;Nobody;${tagOf("n")};N`,
      `${lea.id};;Lea again;${tagOf("l2")};L2`,
      `crt_0000000000000zzz;;Gone;${tagOf("g")};Tom`,
      `${tom.id};tom-1;Both;${tagOf("b")};B`,
      `;tom-1;Bad;utm_source=x;B`,
    ].join("\r\n");
    const { results } = bodyOf(bulkTagsResult, await post(store.id, file));
    expect(results.map(({ line, status }) => [line, status])).toEqual([
      [2, 201],
      [3, 201],
      [4, 422],
      [5, 422],
      [6, 422],
      [7, 422],
      [8, 422],
    ]);
    expect(results[1]?.tag).toMatchObject({ creatorId: tom.id, matches: [{ by: "adGroup", value: "Tom" }] });
    const again = bodyOf(bulkTagsResult, await post(store.id, [{ externalId: "tom-1", tag: tagOf("tom") }]));
    expect(again.results).toMatchObject([{ index: 0, status: 200, tag: { matches: [{ by: "tag" }] } }]);
  });

  test("may swap what they are known by, but share nothing", async () => {
    const store = await createAmazon();
    const [lea, tom, ada] = [
      await createTagged(store.id, "lea"),
      await createTagged(store.id, "tom"),
      await createReadyCreator(),
    ];
    const entry = ({ id }: { id: string }, name: string) => ({
      creatorId: id,
      tag: tagOf(name),
      matches: [{ by: "adGroup", value: name }],
    });
    const { results } = bodyOf(
      bulkTagsResult,
      await post(store.id, [entry(lea, "tom"), entry(tom, "lea"), entry(ada, "TOM")]),
    );
    expect(results.map(({ status }) => status)).toEqual([200, 200, 409]);
    await imported(store.id, [apiRow("20261101", "1", { adGroupName: "tom" })]);
    expect((await rowsOf(store.id)).map(({ creatorId }) => creatorId)).toEqual([lea.id]);
  });

  test.each([
    ["no file of tags", "text/csv", "name,code\nLea,LEA10", 422, "validation_failed"],
    ["nothing", "text/csv", "", 422, "validation_failed"],
    ["broken JSON", "application/json", "[{", 400, "malformed_json"],
    ["another type", "text/plain", "x", 415, "unsupported_type"],
    ["too many", "application/json", JSON.stringify(Array.from({ length: 501 }, () => ({}))), 422, "validation_failed"],
  ])("%s is refused", async (_what, type, body, status, code) => {
    const store = await createAmazon();
    const path = `/stores/${store.id}/attribution-tags`;
    expect(problemOf(await api("POST", path, body, { "content-type": type }))).toMatchObject({ status, code });
  });
});

test("UPF-9, UPF-48: what Amazon can't do is refused before anything is made, with the way round", async () => {
  const { id: storeId } = await createAmazon();
  const plan = { name: "Codes at Amazon", storeId, landingUrl: LANDING };
  const answer = await api("POST", "/tracking-plans", {
    ...plan,
    discount: { type: "percentage", value: 10 },
    codePattern: "{{username}}",
    affiliateLink: true,
    limits: { totalUses: 5 },
  });
  const { errors = [], status } = problemOf(answer);
  expect(status).toBe(422);
  expect(errors.map(({ path }) => path).toSorted()).toEqual([
    "affiliateLink",
    "codePattern",
    "discount",
    "limits.totalUses",
  ]);
  for (const { message } of errors) expect(message).toMatch(/Amazon Attribution.*(?:use a store of provider ast|AST)/);
  expect((await api("POST", "/tracking-plans", plan)).body).toMatchObject({ codePattern: null, trackClicks: true });
});

test("UPF-49: a store of another platform has neither tags nor reports, and says so", async () => {
  const store = await createStore({ provider: "shopify" });
  const { id } = await createReadyCreator();
  const path = `/stores/${store.id}/attribution-`;
  const json = { "content-type": "application/json" };
  for (const answer of [
    await api("PUT", `${path}tags/${id}`, { tag: tagOf("lea") }),
    await api("POST", `${path}tags`, [], json),
    await api("DELETE", `${path}tags/${id}`),
    await api("POST", `${path}reports`, [apiRow("20261101", "1")], json),
  ]) {
    expect(problemOf(answer)).toMatchObject({ status: 409, code: "provider_differs" });
  }
});
