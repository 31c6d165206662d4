import { describe, expect, it } from "vitest";
import type { NamedRef } from "../../../src/desk/form/read.ts";
import { resolveRefs } from "../../../src/desk/form/resolve-load.ts";
import type { Api } from "../../../src/desk/frame/api-load.ts";

const JOANNA = { id: "crt_00000000000000j1", name: "Joanna Reed", detail: "joanna@x.example" };

/** An API whose search finds these. */
function finding(...data: { id: string; name: string; detail: string; whole?: boolean }[]): Api {
  return { get: () => Promise.resolve({ data, hidden: [] }) } as unknown as Api;
}

/** What becomes of a name in a form: its id, or what is said at its field. */
async function named(text: string, api: Api, guess?: boolean): Promise<string | undefined> {
  let id: string | undefined;
  const ref: NamedRef = { path: "creatorId", of: "creator", text, put: (found) => (id = found) };
  const [fault] = await resolveRefs(api, [ref], guess);
  return fault?.message ?? id;
}

describe("DSH-3: a name where an id is wanted", () => {
  it("is whoever has it as a whole, and nobody else whose name has it within", async () => {
    expect(await named("joanna reed", finding(JOANNA))).toBe(JOANNA.id);
    expect(await named("joanna@x.example", finding(JOANNA))).toBe(JOANNA.id);
    const byHandle = { ...JOANNA, whole: true };
    expect(await named("@jo.reads", finding(byHandle, { ...JOANNA, id: "crt_00000000000000j3" }))).toBe(JOANNA.id);
    expect(await named("Ann", finding(JOANNA))).toContain(`Joanna Reed (${JOANNA.id})`);
    expect(await named("Ann", finding(JOANNA), true)).toBe(JOANNA.id);
    expect(await named("Joanna Reed", finding(JOANNA, { ...JOANNA, id: "crt_00000000000000j2" }))).toContain(
      "could be",
    );
  });
});
