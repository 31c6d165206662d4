import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api } from "../../ground/api.ts";
import { histories } from "../../property-runs.ts";
import { NOON } from "../portal-fixtures.ts";
import {
  allOf,
  ARGUMENTS,
  ask,
  type Asked,
  CURSORS,
  cursorTo,
  type Drawn,
  facesOf,
  fieldsOf,
  isId,
  isReading,
  nameOf,
  nobodys,
  requests,
  routesOfPages,
  valuesIn,
} from "./others-asks.ts";
import { insertThree, leaksIn, type Person } from "./others-world.ts";

const SOURCES = import.meta.glob<string>("../../../src/portal/**/*.ts", {
  query: "?raw",
  import: "default",
  eager: true,
});

let people: Person[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOON });
  // Whoever guesses is held up after some: here nobody is.
  vi.spyOn(env.UNKNOWN_SLUGS, "limit").mockResolvedValue({ success: true });
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Asks, and expects that nothing of others stands in the answer. */
async function expectNothingOf(others: readonly Person[], asked: Asked): Promise<{ response: Response; text: string }> {
  const { response, text } = await ask(asked);
  const sent = `${decodeURIComponent(asked.path)} ${JSON.stringify(asked.form ?? {})}`;
  const told = `${text} ${[...response.headers].map(([name, value]) => `${name}: ${value}`).join("\n")}`;
  expect(leaksIn(told, sent, others), `${asked.method} ${asked.path} ${JSON.stringify(asked.form)}`).toEqual([]);
  expect(response.headers.get("cache-control"), `${asked.method} ${asked.path}`).toBe("private, no-store");
  expect(response.status, `${asked.method} ${asked.path} ${text.slice(0, 300)}`).toBeLessThan(500);
  return { response, text };
}

/** Expects that a request which names what is another's tells nothing of it, nor that it is there. */
async function expectUntold(
  others: readonly Person[],
  { asked, named, again }: Pick<Drawn, "asked" | "named"> & { again: boolean },
): Promise<void> {
  const { response, text } = await expectNothingOf(others, { ...asked((each) => each), language: "en" });
  if (named.length === 0 || !again) return;
  const plain = (each: string): string => (named.includes(each) ? nobodys(each) : each);
  const same = await ask({ ...asked(plain), language: "en" });
  const shown = named.reduce((told, each) => told.replaceAll(each, nobodys(each)), text);
  const where = JSON.stringify(asked((each) => each));
  expect([response.status, shown], where).toEqual([same.response.status, same.text]);
}

describe("DSH-3: what is another creator's", () => {
  it("is asked for by all routes there are, with all arguments that they take", async () => {
    expect((await routesOfPages()).map(nameOf).toSorted()).toEqual(Object.keys(ARGUMENTS).toSorted());
    const known = new Set(Object.values(ARGUMENTS).flat());
    const read = Object.values(SOURCES).flatMap((source) =>
      [...source.matchAll(/(?:\b(?:query|typed)|\b(?!headers|searchParams)\w+\.get)\("(\w+)"\)/g)].map(
        ([, name = ""]) => name,
      ),
    );
    expect([...new Set(read)].filter((name) => !known.has(name))).toEqual([]);
  });

  it("is found in an answer however a number is written, and not in ids, which are drawn by lot", () => {
    const other = { id: "", path: "", secrets: ["Quillfeather"], numbers: ["8641", "101357"], ids: [] };
    for (const answer of ["ends in 8641", "8.641", "1\u202F013,57", "Quillfeather", '"amount":"1013.57"']) {
      expect(leaksIn(answer, "", [other]), answer).toHaveLength(1);
    }
    const drawn = "ord_06h8641xk8641pyj x-request-id: 0c8641ad-8641-4bcd-8641-8641ab8641cd";
    expect(leaksIn(drawn, "", [other])).toEqual([]);
  });

  it("is reached by no id, cursor or address of theirs", async () => {
    people = await insertThree();
    const routes = await routesOfPages();
    const all = new Map<Person, Map<string, string>>();
    for (const person of people) all.set(person, await allOf(person));
    for (const [person, pages] of all) {
      const others = people.filter((other) => other !== person);
      const own = [...pages.values()].join(" ");
      // The world is worth asking: each is told their own.
      expect(own).toContain(person.secrets[0]);
      expect(leaksIn(own, "", [person]).some((leak) => person.numbers.includes(leak))).toBe(true);
      for (const text of pages.values()) expect(leaksIn(text, "", others)).toEqual([]);
      const known = new Set(Object.values(ARGUMENTS).flat());
      expect([...pages.values()].flatMap(fieldsOf).filter((name) => !known.has(name))).toEqual([]);
    }
    for (const person of people) {
      const others = people.filter((other) => other !== person);
      const before = await Promise.all(others.map(facesOf));
      const own = new Set([...person.secrets, ...valuesIn(all.get(person) ?? new Map(), person)]);
      const theirs = others.flatMap((other) => valuesIn(all.get(other) ?? new Map(), other));
      const secrets = new Set(
        [...theirs, ...others.flatMap((other) => other.secrets)].filter((each) => !own.has(each)),
      );
      const values = [...theirs, ...secrets, ...[...secrets].filter(isId).map(cursorTo)];
      for (const other of others) {
        for (const theirPath of all.get(other)?.keys() ?? []) {
          const path = theirPath.replace(other.path, person.path);
          const places = [...new URL(path, "http://portal").searchParams].filter(([name]) => CURSORS.has(name));
          const named = [...secrets].filter(
            (each) => isId(each) && path.includes(each) && !places.some(([, place]) => place === each),
          );
          const asked = (name: (value: string) => string): Asked => ({
            method: "GET",
            path: named.reduce((left, each) => left.replaceAll(each, name(each)), path),
          });
          await expectUntold(others, { asked, named, again: true });
        }
      }
      const token = person.path.slice("/creator/".length);
      await fc.assert(
        fc.asyncProperty(requests(routes, token, { values, secrets }), async ({ route, named, asked }) => {
          await expectUntold(others, { asked, named, again: isReading(route) });
        }),
        { numRuns: histories(40), endOnFailure: true },
      );
      // What they did changed nothing of others.
      expect(await Promise.all(others.map(facesOf))).toEqual(before);
    }
  }, 300_000);
});

describe("DSH-3: a token", () => {
  it("opens nothing if it is another's in part, or written otherwise", async () => {
    people = await insertThree({ busy: false });
    const [a = "", b = ""] = people.map(({ path }) => path.slice("/creator/".length));
    const flipped = (at: number): string => a.slice(0, at) + (a[at] === "A" ? "B" : "A") + a.slice(at + 1);
    const letter = a.search(/[a-z]/i);
    const cased = a[letter] === a[letter]?.toLowerCase() ? a[letter]?.toUpperCase() : a[letter]?.toLowerCase();
    const bent = [
      ...[0, 7, 21, 41].map(flipped),
      a.slice(0, letter) + cased + a.slice(letter + 1),
      a.slice(0, -1),
      a.slice(1),
      `${a}A`,
      `${a}=`,
      a.slice(0, 21) + b.slice(21),
      `${a},${b}`,
      `${a}%00`,
      `${a}%20`,
      `%2520${a}`,
      a.replaceAll(/./g, (char) => `%25${char.charCodeAt(0).toString(16)}`),
      `${a}%2F..%2F${b}`,
      `${a}%2f..%2f${b}%2Forders`,
      `${a}%252F..%252F${b}`,
      `${a}/..%2F${b}`,
      `${a}/.%2e%2F${b}`,
      `${a}/${b}`,
      `${a}//${b}`,
      `${a};/../${b}x`,
      `x/${b}`,
      `.%2F${b}`,
      `*`,
      `:token`,
      `%`,
    ];
    const others = people;
    for (const token of bent) {
      for (const rest of [
        "",
        "/orders",
        "/report.csv",
        `/links/${people[1]?.ids.find((id) => id.startsWith("lnk_"))}/qr.svg`,
      ]) {
        const path = `/creator/${token}${rest}`;
        const { response, text } = await ask({ method: "GET", path });
        expect(response.status, path).toBeGreaterThanOrEqual(400);
        expect(response.status, path).toBeLessThan(500);
        expect(
          leaksIn(text, "", others).filter((leak) => !path.includes(leak)),
          path,
        ).toEqual([]);
      }
    }
    // One that is written by escapes is the same one; a way up and down again ends where it ends.
    for (const path of [`/creator/%${a.charCodeAt(0).toString(16)}${a.slice(1)}`, `/creator/${b}/../${a}`]) {
      const { response, text } = await ask({ method: "GET", path });
      expect(response.status).toBe(200);
      expect(leaksIn(text, "", people.slice(1))).toEqual([]);
    }
  });

  it("opens nothing by any path or method once it is revoked or has expired, as if there had never been one", async () => {
    people = await insertThree({ busy: false });
    const [revoked, expired] = people as [Person, Person, Person];
    const { data } = (await api("GET", `/creators/${revoked.id}/portal-links`)).body as { data: { id: string }[] };
    for (const { id } of data) await api("DELETE", `/creators/${revoked.id}/portal-links/${id}`);
    const routes = await routesOfPages();
    const dead = async (person: Person): Promise<void> => {
      for (const { path } of routes) {
        const at = path
          .replace(":token", person.path.slice("/creator/".length))
          .replaceAll(/:\w+/g, person.ids[1] ?? "");
        const nobodys = at.replace(person.path.slice("/creator/".length), "x".repeat(43));
        for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
          const form = method === "GET" || method === "HEAD" ? undefined : { language: "de", do: "save" };
          const asked = (where: string): Asked => ({
            method,
            path: `/creator${where}`,
            language: "en",
            ...(form && { form }),
          });
          const { response, text } = await ask(asked(at));
          expect([404, 405], `${method} ${at}`).toContain(response.status);
          expect(leaksIn(text.replaceAll(at, ""), "", people), `${method} ${at}`).toEqual([]);
          const same = await ask(asked(nobodys));
          expect([response.status, shorn(text, at)], `${method} ${at}`).toEqual([
            same.response.status,
            shorn(same.text, nobodys),
          ]);
        }
      }
    };
    await dead(revoked);
    vi.setSystemTime(NOON + 366 * 86_400_000);
    await dead(expired);
  });

  it("takes no form that another site sends, nor one that doesn't say where it comes from", async () => {
    people = await insertThree({ busy: false });
    const [person] = people as [Person, Person, Person];
    const before = await facesOf(person);
    const token = person.path.slice("/creator/".length);
    const posts = (await routesOfPages()).filter(({ method }) => method !== "GET");
    expect(posts.length).toBeGreaterThan(0);
    for (const { method, path } of posts) {
      const at = `/creator${path.replace(":token", token).replaceAll(/:\w+/g, person.ids[1] ?? "")}`;
      const form = Object.fromEntries((ARGUMENTS[`${method} ${path}`] ?? []).map((name) => [name, "de"]));
      const whole = { method, path: at, form };
      for (const headers of FOREIGN) {
        const { response } = await ask({ ...whole, headers });
        expect(response.status, `${method} ${at} ${JSON.stringify(headers)}`).toBe(403);
        expect(response.headers.get("cache-control")).toBe("private, no-store");
      }
    }
    expect(await facesOf(person)).toEqual(before);
  });
});

/** What is said of forms that other sites send; a browser that says nothing is none. */
const FOREIGN: readonly Record<string, string>[] = [
  {},
  { Origin: "https://evil.example", "Sec-Fetch-Site": "cross-site" },
  { Origin: "https://evil.brand.example", "Sec-Fetch-Site": "same-site" },
  { Origin: "https://go.brand.example.evil.example", "Sec-Fetch-Site": "same-origin" },
  { Origin: "null", "Sec-Fetch-Site": "same-origin" },
  { Origin: "http://go.brand.example", "Sec-Fetch-Site": "same-origin" },
  { Origin: "https://go.brand.example", "Sec-Fetch-Site": "none" },
];

/** An answer without what tells one request from another. */
function shorn(text: string, path: string): string {
  return text.replaceAll(path, "").replaceAll(/"requestId":"[^"]*"/g, "");
}
