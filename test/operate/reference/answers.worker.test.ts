import type { RouteConfig } from "@hono/zod-openapi";
import { beforeAll, describe, expect, test } from "vitest";
import { createApp } from "../../../src/app.ts";
import { ID_PREFIXES } from "../../../src/ground/id.ts";
import type * as z from "../../../src/ground/http/zod.ts";
import { answerOf, ANSWERS } from "../../../src/operate/reference/answer.ts";
import { isRecord } from "../../../src/operate/reference/answers/tell.ts";
import { type ApiDocument, areasOf, type Entry, successOf } from "../../../src/operate/reference/document.ts";
import { keyOf, requestOf } from "../../../src/operate/reference/request.ts";

/** An operation with what its example asks and answers. */
interface Example {
  name: string;
  entry: Entry;
  target: string;
  body: unknown;
  answer: unknown;
  schema: z.ZodType | undefined;
}

/** A value that isn't made of others, with the names that lead to it. */
interface Leaf {
  path: string;
  name: string;
  value: string | number | boolean | null;
}

let document: ApiDocument;
let examples: Example[];

beforeAll(async () => {
  const app = await createApp();
  document = await (await app.request("https://go.brand.example/openapi.json")).json();
  const routes = new Map<string, RouteConfig>(
    app.openAPIRegistry.definitions.flatMap((definition) =>
      definition.type === "route"
        ? [[`${definition.route.method} ${definition.route.path}`, definition.route] as const]
        : [],
    ),
  );
  examples = areasOf(document).flatMap(({ entries }) =>
    entries.map((entry) => {
      const { status } = successOf(entry.operation);
      const response = routes.get(`${entry.method.toLowerCase()} ${entry.path}`)?.responses[status];
      const content = response !== undefined && "content" in response ? response.content : undefined;
      const { body, target } = requestOf(document, entry);
      return {
        name: keyOf(entry),
        entry,
        target,
        body: body !== null && "json" in body ? body.json : null,
        answer: answerOf(document, entry),
        schema: (content as Record<string, { schema: z.ZodType }> | undefined)?.["application/json"]?.schema,
      };
    }),
  );
});

function leavesOf(value: unknown, path = "", name = ""): Leaf[] {
  if (Array.isArray(value)) return value.flatMap((one, index) => leavesOf(one, `${path}.${index}`, name));
  if (!isRecord(value)) return [{ path, name, value: (value ?? null) as Leaf["value"] }];
  return Object.entries(value).flatMap(([name, inner]) => leavesOf(inner, `${path}.${name}`, name));
}

/** What all examples have that a test objects to, each with its operation. */
function faults(find: (example: Example, leaves: Leaf[]) => string[]): string[] {
  return examples.flatMap((example) =>
    find(example, leavesOf([example.body, example.answer])).map((fault) => `${example.name}: ${fault}`),
  );
}

/** Fields of ids that aren't named for their kind. */
const KINDS: Readonly<Record<string, string>> = {
  actor: "apiKey",
  createdBy: "apiKey",
  decidedBy: "apiKey",
  lockedBy: "apiKey",
  updatedBy: "apiKey",
  reportId: "report",
};

describe("the answers of the reference", () => {
  test("are what their operations' own schemas let through, to the last field", () => {
    for (const { name, answer, schema } of examples) {
      if (answer === undefined) continue;
      const parsed = schema?.safeParse(answer);
      expect(parsed?.error?.issues ?? [], name).toEqual([]);
      expect(parsed?.data, name).toEqual(answer);
    }
  });

  test("say nothing that stands for a text", () => {
    expect(
      faults(({ target }, leaves) => [
        ...leaves.flatMap(({ path, value }) => (value === "text" || value === "string" ? [path] : [])),
        ...(/[/=](?:text|string)\b/.test(target) ? [target] : []),
      ]),
    ).toEqual([]);
  });

  test("name everything by an id of its kind", () => {
    const prefixOf = (name: string): string | undefined => {
      const kind = KINDS[name] ?? name.replace(/Ids?$/, "");
      return kind in ID_PREFIXES && (name in KINDS || /Ids?$/.test(name))
        ? ID_PREFIXES[kind as keyof typeof ID_PREFIXES]
        : undefined;
    };
    expect(
      faults((_example, leaves) =>
        leaves.flatMap(({ path, name, value }) => {
          // Shops and deals name an order by what the shop calls it.
          if (value === null || (name === "orderId" && !/_/.test(String(value)))) return [];
          const prefix = prefixOf(name);
          return prefix === undefined || String(value).startsWith(prefix) ? [] : [`${path} is ${String(value)}`];
        }),
      ),
    ).toEqual([]);
  });

  test("are about what was asked for", () => {
    expect(
      faults(({ entry, target, answer }) => {
        const [, id] = /\/([a-z]{3}_[0-9a-z]{16})$/.exec(target) ?? [];
        if (id === undefined || entry.method !== "GET" || !isRecord(answer) || !("id" in answer)) return [];
        return answer["id"] === id ? [] : [`${id} is ${String(answer["id"])}`];
      }),
    ).toEqual([]);
  });

  test("have what the body said", () => {
    expect(
      faults(({ body, answer }) => {
        if (!isRecord(body) || !isRecord(answer)) return [];
        return Object.entries(body).flatMap(([name, value]) => {
          const said = answer[name];
          const isComparable = ["string", "number", "boolean"].includes(typeof value) && typeof said === typeof value;
          // Days become moments, and of secrets and accounts the end alone is shown.
          if (!isComparable || /^\d{4}-\d\d-\d\d/.test(String(value)) || String(said).includes("••")) return [];
          return said === value ? [] : [`${name} was ${String(value)} and is ${String(said)}`];
        });
      }),
    ).toEqual([]);
  });

  test("are of one currency", () => {
    expect(
      faults(({ name }, leaves) => {
        const currencies = leaves.flatMap(({ name, value }) => (/currency$/i.test(name) ? [value] : []));
        return name.includes("exchange-rates") || new Set(currencies).size <= 1 ? [] : [currencies.join()];
      }),
    ).toEqual([]);
  });

  test("tell of times in the order in which they come", () => {
    const ORDER = [
      ["from", "to"],
      ["createdAt", "updatedAt"],
      ["createdAt", "archivedAt"],
      ["startedAt", "finishedAt"],
      ["answeredAt", "endedAt"],
      ["beganAt", "abandonedAt"],
      ["placedAt", "approvedAt"],
      ["createdAt", "paidAt"],
      ["firstAt", "lastAt"],
    ] as const;
    const within = (value: unknown): Record<string, unknown>[] => {
      if (Array.isArray(value)) return value.flatMap(within);
      return isRecord(value) ? [value, ...Object.values(value).flatMap(within)] : [];
    };
    expect(
      faults(({ answer }) =>
        within(answer).flatMap((object) =>
          ORDER.flatMap(([first, last]) => {
            const [a, b] = [object[first], object[last]];
            const isBoth = [a, b].every((one) => typeof one === "string" && /^\d{4}-/.test(one));
            return isBoth && String(a) > String(b) ? [`${first} ${String(a)}, ${last} ${String(b)}`] : [];
          }),
        ),
      ),
    ).toEqual([]);
  });

  test("are told of by components and operations that there are", () => {
    const names = new Set([...Object.keys(document.components.schemas), ...examples.map(({ name }) => name)]);
    expect(Object.keys(ANSWERS).filter((name) => !names.has(name))).toEqual([]);
  });

  test("don't show an account that they say is masked", () => {
    const details = examples.find(({ name }) => name === "GET /creators/{id}/payout-details")?.answer;
    expect(details).toMatchObject({ revealed: false, iban: "DE•• … 2051", country: null });
  });
});
