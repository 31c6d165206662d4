import { afterEach, describe, expect, test, vi } from "vitest";
import { creatorSchema } from "../../../src/programme/creator/schema.ts";
import { api, bodyOf, expectInvalid, pagesOf, problemOf } from "../../ground/api.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { expectGuarded } from "../../operate/key-fixtures.ts";
import { createCreator, createStore } from "../fixtures.ts";
import { insertCampaign, insertCode, insertMember, insertPlan } from "../plan-rows.ts";

const UNKNOWN = "crt_0000000000000000";
const NAME = { firstName: "Lea", lastName: "Martin" };

afterEach(() => {
  vi.restoreAllMocks();
});

/** Ids of the creators that a query finds, newest first. */
async function found(query: Record<string, string>): Promise<string[]> {
  const pages = await pagesOf(creatorSchema, `/creators?${new URLSearchParams(query).toString()}`);
  return pages.flat().map((creator) => creator.id);
}

describe("creating a creator", () => {
  test.each([
    ["a whole name", NAME, NAME],
    ["nothing", {}, { firstName: "", lastName: "" }],
    ["empty names", { firstName: "", lastName: " " }, { firstName: "", lastName: "" }],
    ["a first name alone, trimmed", { firstName: " Lea " }, { firstName: "Lea", lastName: "" }],
  ])("UPF-50, UPF-51: takes %s: a profile may be completed later", async (_what, given, kept) => {
    const answer = await api("POST", "/creators", given);
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ ...kept, email: null, handles: {}, externalId: null });
    const { id } = bodyOf(creatorSchema, answer);
    expect((await api("GET", `/creators/${id}`)).body).toEqual(answer.body);
  });

  test("keeps every field as given, handles without their @", async () => {
    const given = { ...NAME, email: "lea@creator.example", externalId: "crm-7" };
    const handles = { instagram: "@lea.makes", tiktok: "lea", my_blog2: "@@léa" };
    expect(await createCreator({ ...given, handles })).toMatchObject({
      ...given,
      handles: { instagram: "lea.makes", tiktok: "lea", my_blog2: "léa" },
    });
  });

  test("is refused where another has the external id, until that one is deleted", async () => {
    const first = await createCreator({ externalId: "crm-7" });
    const problem = problemOf(await api("POST", "/creators", { ...NAME, externalId: "crm-7" }));
    expect(problem).toMatchObject({ status: 409, code: "external_id_taken", errors: [{ path: "externalId" }] });
    expect((await api("DELETE", `/creators/${first.id}`)).status).toBe(204);
    await createCreator({ externalId: "crm-7" });
  });

  test("may leave the external id out any number of times", async () => {
    await createCreator();
    await createCreator();
  });

  test("takes 20 networks, and values as long as they may be", async () => {
    const networks = Array.from({ length: 20 }, (_, index) => [`n${index}`, "h".repeat(100)]);
    const creator = await createCreator({
      firstName: "f".repeat(80),
      externalId: "e".repeat(120),
      handles: Object.fromEntries(networks),
    });
    expect(Object.keys(creator.handles)).toHaveLength(20);
  });

  test.each([
    ["firstName", { firstName: "f".repeat(81) }],
    ["firstName", { firstName: "a\nb" }],
    ["lastName", { lastName: "a\u0007b" }],
    ["lastName", { lastName: "a\ud800b" }],
    ["lastName", { lastName: null }],
    ["email", { email: "lea" }],
    ["email", { email: `${"a".repeat(64)}@${"b".repeat(200)}.example` }],
    ["externalId", { externalId: "e".repeat(121) }],
    ["handles", { handles: Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`n${index}`, "h"])) }],
    ["handles.Instagram", { handles: { Instagram: "lea" } }],
    ["handles.2tok", { handles: { "2tok": "lea" } }],
    ["handles.instagram", { handles: { instagram: "@" } }],
    ["handles.instagram", { handles: { instagram: "lea makes" } }],
    ["handles.instagram", { handles: { instagram: "h".repeat(101) } }],
    ["nickname", { nickname: "Lea" }],
  ])("refuses a bad %s", async (path, body) => {
    expectInvalid(await api("POST", "/creators", { ...NAME, ...body }), path);
  });

  test("takes no harm from networks named like parts of every object", async () => {
    const body = '{"firstName":"Lea","lastName":"Martin","handles":{"__proto__":"x","constructor":"y"}}';
    expect((await api("POST", "/creators", body)).body).toMatchObject({ ...NAME, handles: { constructor: "y" } });
  });
});

describe("searching creators", () => {
  test("finds text in names, e-mail address and handles, whatever its case", async () => {
    const lea = await createCreator({ email: "hello@studio.example", handles: { tiktok: "makes.things" } });
    await createCreator({ firstName: "Jo", lastName: "Berg", email: "jo@berg.example" });
    for (const q of ["lea", "ARTI", "lea martin", "HELLO@studio", "@studio", "makes.th", "@Makes"]) {
      expect(await found({ q }), q).toEqual([lea.id]);
    }
    expect(await found({ q: "example" })).toHaveLength(2);
    for (const q of ["tiktok", "nobody", "@"]) expect(await found({ q }), q).toHaveLength(q === "@" ? 2 : 0);
  });

  test("takes %, _ and quotes for themselves", async () => {
    const odd = await createCreator({ firstName: "100%_\\'\"" });
    await createCreator();
    for (const q of ["100%", "%_", "_\\", "'", '"']) expect(await found({ q }), q).toEqual([odd.id]);
    expect(await found({ q: "L_a" })).toEqual([]);
    expect(await found({ q: "L%a" })).toEqual([]);
  });

  test("finds letters beyond A–Z, and text longer than D1 takes in a LIKE pattern", async () => {
    const creator = await createCreator({ firstName: "Élodie", lastName: "m".repeat(80) });
    expect(await found({ q: "Élo" })).toEqual([creator.id]);
    expect(await found({ q: "m".repeat(80) })).toEqual([creator.id]);
  });

  test("finds by the exact external id, with other filters", async () => {
    const creator = await createCreator({ externalId: "crm-7" });
    await createCreator({ externalId: "crm-77" });
    expect(await found({ externalId: "crm-7" })).toEqual([creator.id]);
    expect(await found({ externalId: "crm-7", q: "nobody" })).toEqual([]);
  });

  test("leaves deleted creators out", async () => {
    const creator = await createCreator();
    await api("DELETE", `/creators/${creator.id}`);
    expect(await found({ q: "lea" })).toEqual([]);
  });

  test("keeps its filter from page to page", async () => {
    const ids: string[] = [];
    for (let index = 0; index < 5; index++) {
      ids.unshift((await createCreator()).id);
      await createCreator({ firstName: "Jo" });
    }
    const pages = await pagesOf(creatorSchema, "/creators?limit=2&q=lea");
    expect(pages.map((creators) => creators.length)).toEqual([2, 2, 1]);
    expect(pages.flat().map((creator) => creator.id)).toEqual(ids);
  });

  test.each([
    ["q", "q="],
    ["q", `q=${"x".repeat(101)}`],
    ["externalId", "externalId="],
    ["limit", "limit=201"],
    ["cursor", "cursor=x"],
  ])("refuses a bad %s", async (path, query) => {
    expectInvalid(await api("GET", `/creators?${query}`), path);
  });
});

describe("changing a creator", () => {
  test("changes what is given, and replaces all handles", async () => {
    const before = await createCreator({ email: "lea@creator.example", handles: { instagram: "lea", tiktok: "lea" } });
    const patch = { lastName: "Blanc", handles: { youtube: "@leab" } };
    const after = bodyOf(creatorSchema, await api("PATCH", `/creators/${before.id}`, patch));
    expect(after).toEqual({ ...before, lastName: "Blanc", handles: { youtube: "leab" }, updatedAt: after.updatedAt });
    expect((await api("GET", `/creators/${before.id}`)).body).toEqual(after);
    expect((await api("PATCH", `/creators/${before.id}`, { email: null })).body).toMatchObject({ email: null });
  });

  test("is refused where another has the external id", async () => {
    await createCreator({ externalId: "crm-7" });
    const creator = await createCreator();
    const problem = problemOf(await api("PATCH", `/creators/${creator.id}`, { externalId: "crm-7" }));
    expect(problem).toMatchObject({ status: 409, code: "external_id_taken" });
    expect((await api("GET", `/creators/${creator.id}`)).body).toEqual(creator);
  });

  test("refuses unknown fields and control characters", async () => {
    const creator = await createCreator();
    const answer = await api("PATCH", `/creators/${creator.id}`, { id: UNKNOWN, firstName: "a\nb" });
    expectInvalid(answer, "id");
    expectInvalid(answer, "firstName");
  });

  test("UPF-50, UPF-51: empties a name and completes it again, and leaves alone what isn't given", async () => {
    const { id } = await createCreator();
    const path = `/creators/${id}`;
    expect((await api("PATCH", path, { firstName: " " })).body).toMatchObject({ firstName: "", lastName: "Martin" });
    expect((await api("PATCH", path, { firstName: "Léa" })).body).toMatchObject({ firstName: "Léa" });
    expect((await api("PATCH", path, {})).body).toMatchObject({ firstName: "Léa", lastName: "Martin" });
  });
});

describe("deleting a creator", () => {
  test("takes the creator out of every answer", async () => {
    const creator = await createCreator();
    expect((await api("DELETE", `/creators/${creator.id}`)).status).toBe(204);
    for (const [method, body] of [["GET"], ["PATCH", {}], ["DELETE"]] as const) {
      expect(problemOf(await api(method, `/creators/${creator.id}`, body))).toMatchObject({ code: "not_found" });
    }
  });

  test("is refused while a link is credited to the creator", async () => {
    const [credited, freed] = [await createCreator(), await createCreator()];
    await insertLink({ creatorId: credited.id });
    await insertLink({ creatorId: freed.id, deletedAt: 1 });
    expect(problemOf(await api("DELETE", `/creators/${credited.id}`))).toMatchObject({ status: 409, code: "in_use" });
    expect((await api("DELETE", `/creators/${freed.id}`)).status).toBe(204);
  });

  /** What holds on to a creator, and what does no longer. */
  const HOLDS: readonly [string, 204 | 409, (creatorId: string) => Promise<unknown>][] = [
    ["who has a code", 409, (creatorId) => giveCode(creatorId, "active")],
    ["whose code rests", 409, (creatorId) => giveCode(creatorId, "withdrawn")],
    ["whose code is retired", 204, (creatorId) => giveCode(creatorId, "retired")],
    ["who applied to a campaign", 409, async (id) => insertMember((await insertCampaign()).id, id, "applied")],
    ["who is in a campaign", 409, async (id) => insertMember((await insertCampaign()).id, id, "approved")],
    [
      "who is in an archived campaign",
      409,
      async (id) => insertMember((await insertCampaign({ status: "archived" })).id, id, "approved"),
    ],
    ["whom a campaign rejected", 204, async (id) => insertMember((await insertCampaign()).id, id, "rejected")],
    [
      "who was in a campaign that is deleted",
      204,
      async (id) => insertMember((await insertCampaign({ deletedAt: 1 })).id, id, "approved"),
    ],
  ];

  async function giveCode(creatorId: string, state: "active" | "withdrawn" | "retired"): Promise<void> {
    const store = await createStore();
    const plan = await insertPlan({ storeId: store.id });
    await insertCode({ storeId: store.id, planId: plan.id, creatorId, state });
  }

  test.each(HOLDS)("of one %s is answered by %d", async (_what, status, hold) => {
    const [held, other] = [await createCreator(), await createCreator()];
    await hold(held.id);
    expect((await api("DELETE", `/creators/${held.id}`)).status).toBe(status);
    expect((await api("DELETE", `/creators/${other.id}`)).status).toBe(204);
  });

  test.each(HOLDS.filter(([, status]) => status === 409))(
    "is refused for one %s since a moment",
    async (_what, _status, hold) => {
      const { id } = await createCreator();
      beforeNextWrite(() => hold(id));
      expect(problemOf(await api("DELETE", `/creators/${id}`))).toMatchObject({ status: 409, code: "in_use" });
      expect((await api("GET", `/creators/${id}`)).status).toBe(200);
    },
  );
});

test("an unknown creator is not found, and an id of another form is invalid", async () => {
  for (const [method, body] of [["GET"], ["PATCH", {}], ["DELETE"]] as const) {
    expect(problemOf(await api(method, `/creators/${UNKNOWN}`, body))).toMatchObject({ code: "not_found" });
    expectInvalid(await api(method, "/creators/7", body), "id");
  }
});

test.each([
  ["GET", "/creators", "plans:read"],
  ["POST", "/creators", "plans:write"],
  ["POST", "/creators/bulk", "plans:write"],
  ["GET", `/creators/${UNKNOWN}`, "plans:read"],
  ["PATCH", `/creators/${UNKNOWN}`, "plans:write"],
  ["DELETE", `/creators/${UNKNOWN}`, "plans:write"],
] as const)("%s %s needs a key with %s", expectGuarded);
