import { describe, expect, test } from "vitest";
import { newApiKey } from "../../src/api-key/schema.ts";
import { newBlockedHost } from "../../src/block/schema.ts";
import { newCreator } from "../../src/creator/schema.ts";
import { newDomain } from "../../src/domain/schema.ts";
import { newLink } from "../../src/link/schema.ts";
import { visitorSchema } from "../../src/link/simulate.ts";
import { newStore } from "../../src/store/schema.ts";
import { api, type ApiAnswer, problemOf } from "./api.ts";
import { insertLink } from "./fixtures.ts";

type Kind = "string" | "number" | "boolean" | "null" | "array" | "object";

/** A value of each kind of JSON; a field must refuse those of the kinds that it doesn't take. */
const SAMPLES: Readonly<Record<Kind, unknown>> = {
  string: "text",
  number: 7,
  boolean: true,
  null: null,
  array: ["text"],
  object: { text: "text" },
};

/** Texts that no field takes. */
const BAD_TEXTS: Readonly<Record<string, string>> = {
  "100,000 characters": "x".repeat(100_000),
  "a NUL": "a\u0000b",
  "a line feed": "a\nb",
  "an escape sequence": "a\u001b[31mb",
  "a C1 control": "a\u0085b",
  "half of a surrogate pair, which no encoding can hold": "a\ud800b",
  "the other half": "\udc00",
};

/** Numbers that no field takes. */
const BAD_NUMBERS: Readonly<Record<string, unknown>> = {
  "a fraction": 1.5,
  "a negative number": -1,
  zero: 0,
  "more than any limit": 1e21,
  "a number as text": "7",
};

/** Texts without a meaning of their own: what a browser sends is taken as it is, up to a length. */
const ANY_TEXT = Object.keys(BAD_TEXTS).filter((what) => what !== "100,000 characters");

interface Resource {
  path: string;
  /** A body that is accepted. */
  valid: Record<string, unknown>;
  /** A body with whatever the places of the table lie in; else `valid`. */
  full?: Record<string, unknown>;
  /** The status of success; else 201. */
  status?: number;
  /** Puts there what the path names. */
  prepare?: () => Promise<void>;
  /** By place, what of the bad texts and numbers is good there. */
  takes?: Readonly<Record<string, readonly string[]>>;
  /** The schema's fields: the table must have them all. */
  fields: readonly string[];
  /** The kinds of JSON that each value may have; a dotted path is a value within a field. */
  kinds: Readonly<Record<string, readonly Kind[]>>;
}

/** Every `POST` body of the admin API. A new resource or field is to be added here. */
const RESOURCES: readonly Resource[] = [
  {
    path: "/stores",
    valid: { name: "Shop" },
    fields: Object.keys(newStore.shape),
    kinds: {
      name: ["string"],
      key: ["string"],
      provider: ["string"],
      origins: ["array"],
      "origins.0": ["string"],
      currency: ["string"],
      timezone: ["string"],
      homeUrl: ["string", "null"],
      clickParam: ["string"],
      consentPolicy: ["string", "null"],
      attribution: ["object"],
      "attribution.model": ["string"],
      "attribution.windowDays": ["number"],
      "attribution.codePriority": ["boolean"],
    },
  },
  {
    path: "/domains",
    valid: { hostname: "go.lea.example" },
    fields: Object.keys(newDomain.shape),
    kinds: {
      hostname: ["string"],
      storeId: ["string", "null"],
      cookieDomain: ["string", "null"],
      caseSensitive: ["boolean"],
    },
  },
  {
    path: "/creators",
    valid: { firstName: "Lea", lastName: "Martin" },
    fields: Object.keys(newCreator.shape),
    kinds: {
      firstName: ["string"],
      lastName: ["string"],
      email: ["string", "null"],
      handles: ["object"],
      "handles.instagram": ["string"],
      externalId: ["string", "null"],
    },
  },
  {
    path: "/api-keys",
    valid: { name: "Test", scopes: ["links:read"] },
    fields: Object.keys(newApiKey.shape),
    kinds: {
      name: ["string"],
      scopes: ["array"],
      "scopes.0": ["string"],
      expiresAt: ["string", "null"],
    },
  },
  {
    path: "/links",
    valid: { url: "https://shop.example/" },
    full: {
      url: "https://shop.example/",
      rules: [{ when: { hours: { from: "09:00", to: "17:00" } }, url: "https://shop.example/" }],
    },
    takes: { "rules.0.when.weight": ["a fraction"] },
    fields: Object.keys(newLink.shape),
    kinds: {
      slug: ["string"],
      domain: ["string", "null"],
      url: ["string"],
      kind: ["string"],
      storeId: ["string", "null"],
      creatorId: ["string", "null"],
      campaignId: ["string", "null"],
      planId: ["string", "null"],
      codeId: ["string", "null"],
      utm: ["object"],
      "utm.source": ["string"],
      "utm.medium": ["string"],
      "utm.campaign": ["string"],
      "utm.term": ["string"],
      "utm.content": ["string"],
      "utm.id": ["string"],
      rules: ["array"],
      "rules.0": ["object"],
      "rules.0.url": ["string"],
      "rules.0.when": ["object"],
      "rules.0.when.country": ["string", "array"],
      "rules.0.when.region": ["string", "array"],
      "rules.0.when.device": ["string", "array"],
      "rules.0.when.language": ["string", "array"],
      "rules.0.when.hours": ["object"],
      "rules.0.when.hours.from": ["string"],
      "rules.0.when.hours.to": ["string"],
      "rules.0.when.hours.timezone": ["string"],
      "rules.0.when.weight": ["number"],
      startsAt: ["string", "null"],
      endsAt: ["string", "null"],
      maxClicks: ["number", "null"],
      fallbackUrl: ["string", "null"],
      disabled: ["boolean"],
      tags: ["array"],
      "tags.0": ["string"],
    },
  },
  {
    path: "/blocked-hosts",
    valid: { host: "phish.example", reason: "phishing" },
    fields: Object.keys(newBlockedHost.shape),
    kinds: { host: ["string"], scope: ["string"], reason: ["string"] },
  },
  {
    path: "/links/lnk_0000000000000zzz/simulate",
    valid: {},
    status: 200,
    prepare: () => insertLink({ id: "lnk_0000000000000zzz" }),
    takes: {
      userAgent: ANY_TEXT,
      acceptLanguage: ANY_TEXT,
      query: ANY_TEXT,
      purpose: ANY_TEXT,
      cookie: ANY_TEXT,
      draw: ["a fraction", "zero"],
    },
    fields: Object.keys(visitorSchema.shape),
    kinds: {
      country: ["string", "null"],
      region: ["string", "null"],
      userAgent: ["string"],
      acceptLanguage: ["string", "null"],
      at: ["string"],
      draw: ["number"],
      query: ["string"],
      method: ["string"],
      purpose: ["string", "null"],
      gpc: ["boolean"],
      dnt: ["boolean"],
      cookie: ["string", "null"],
    },
  },
];

/** A body with one value, however deep in it, replaced. */
function bodyWith(body: Record<string, unknown>, path: string, value: unknown): Record<string, unknown> {
  const whole = structuredClone(body);
  const keys = path.split(".");
  let place: Record<string, unknown> = whole;
  for (const [index, key] of keys.slice(0, -1).entries()) {
    place[key] ??= keys[index + 1] === "0" ? [] : {};
    place = place[key] as Record<string, unknown>;
  }
  place[keys.at(-1) ?? ""] = value;
  return whole;
}

/** The values that a place of these kinds must refuse, by what is wrong with them. */
function badValues(kinds: readonly Kind[]): [string, unknown][] {
  const wrong = Object.entries(SAMPLES).filter(([kind]) => !kinds.some((taken) => taken === kind));
  const texts = kinds.includes("string") ? Object.entries(BAD_TEXTS) : [];
  const numbers = kinds.includes("number") ? Object.entries(BAD_NUMBERS) : [];
  return [...wrong, ...texts, ...numbers];
}

function expectRefused(answer: ApiAnswer, path: string, what: string): void {
  expect(answer.status, `${path}: ${what} gave ${JSON.stringify(answer.body)?.slice(0, 500)}`).toBe(422);
  const problem = problemOf(answer);
  expect(problem.code).toBe("validation_failed");
  expect(problem.errors?.length, what).toBeGreaterThan(0);
  for (const error of problem.errors ?? []) {
    expect(error.path === path || error.path.startsWith(`${path}.`), `${what}: blamed ${error.path}`).toBe(true);
  }
}

describe.each(RESOURCES)("POST $path", (resource) => {
  const { path, valid, full = valid, status = 201, prepare, takes = {}, fields, kinds } = resource;

  test("is accepted as the table has it", async () => {
    await prepare?.();
    expect((await api("POST", path, valid)).status).toBe(status);
  });

  test("has each of its fields in the table", () => {
    const named = new Set(Object.keys(kinds).map((place) => place.split(".")[0]));
    expect(named).toEqual(new Set(fields));
  });

  test.each(Object.entries(kinds))("refuses a bad %s and names it", async (place, taken) => {
    await prepare?.();
    for (const [what, value] of badValues(taken)) {
      const answer = await api("POST", path, bodyWith(full, place, value));
      if (takes[place]?.includes(what) === true) expect(answer.status, what).toBe(status);
      else expectRefused(answer, place, what);
    }
  });

  test.each(Object.keys(valid))("can't do without %s", async (field) => {
    const { [field]: _left, ...rest } = valid;
    expectRefused(await api("POST", path, rest), field, "its absence");
  });

  test("refuses a field that it doesn't know and names it", async () => {
    expectRefused(await api("POST", path, { ...valid, colour: "red" }), "colour", "an unknown field");
  });
});
