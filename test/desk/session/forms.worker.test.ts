import { exports } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { deskPost, signIn } from "../desk-fixtures.ts";

const ORIGIN = "https://go.brand.example";

/** Sends bytes as they are, as a page of the desk would. */
async function sent(path: string, body: BodyInit, headers: Readonly<Record<string, string>>) {
  const response = await exports.default.fetch(
    new Request(`${ORIGIN}${path}`, {
      method: "POST",
      redirect: "manual",
      headers: { origin: ORIGIN, ...headers },
      body,
    }),
  );
  return { status: response.status, text: await response.text() };
}

/** A body that says nothing of its length, and goes on for ever. Answers how much of it was taken. */
function endless() {
  const taken = { bytes: 0 };
  const chunk = new TextEncoder().encode("a".repeat(65_536));
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      taken.bytes += chunk.length;
      controller.enqueue(chunk);
    },
  });
  return { body, taken };
}

const FORM = { "content-type": "application/x-www-form-urlencoded" };

describe("DSH-5: a form of the desk", () => {
  it("is read to a limit: to a small one where nobody is signed in, and not at all where one has to be", async () => {
    const login = endless();
    expect((await sent("/admin/login", login.body, FORM)).status).toBe(413);
    expect(login.taken.bytes).toBeLessThan(1_000_000);
    const signedOut = endless();
    expect((await sent("/admin/links/new", signedOut.body, FORM)).status).toBe(303);
    expect(signedOut.taken.bytes).toBeLessThan(1_000_000);
    const cookie = await signIn();
    const signedIn = endless();
    expect((await sent("/admin/links/new", signedIn.body, { ...FORM, cookie })).status).toBe(413);
    expect(signedIn.taken.bytes).toBeLessThan(6_000_000);
    const file = endless();
    expect((await sent("/admin/reconciliations/new", file.body, { ...FORM, cookie })).status).toBe(413);
    expect(file.taken.bytes).toBeLessThan(1_000_000);
  });

  it("is no fault of the program's where it is none", async () => {
    const errors = vi.spyOn(console, "error").mockImplementation(() => {});
    const cookie = await signIn();
    for (const headers of [{ "content-type": "text/plain" }, { "content-type": "multipart/form-data; boundary=x" }]) {
      expect((await sent("/admin/login", "--y", headers)).status).toBe(422);
      expect((await sent("/admin/links/new", "--y", { ...headers, cookie })).status).toBe(422);
    }
    expect((await sent("/admin/logout", "", { cookie })).status).toBe(303);
    expect(errors).not.toHaveBeenCalled();
    errors.mockRestore();
  });

  it("comes with files as before", async () => {
    const cookie = await signIn();
    const form = new FormData();
    form.set("file", new File(["url\nhttps://shop.example/filed"], "links.csv"));
    expect((await deskPost("/admin/links/import", form, cookie)).text).toContain("https://shop.example/filed");
  });
});
