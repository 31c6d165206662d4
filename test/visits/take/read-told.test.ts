import { expect, test } from "vitest";
import { readTold } from "../../../src/visits/take/read-told.ts";

/** What is taken of an event that a page tells without consent. */
function taken(type: string, data: object, url = "https://shop.example/"): string {
  const told = { v: 1, type, id: "e".repeat(22), view: "v".repeat(22), url, plan: 1, age: 0, data };
  return JSON.stringify(readTold(told, { consent: "denied", currency: "EUR" }));
}

test.each(["4111111111111111", "4111 1111 1111 1111", "378282246310005", "jane@mail.example"])(
  "DIX-5: %s is taken of no file's name and no address",
  (secret) => {
    const file = `/files/bill ${secret}.pdf?name=${secret}#${secret}`;
    expect(taken("download", { rule: "guide", file })).not.toContain(secret);
    const address = taken("page", {}, `https://shop.example/bills/${secret}?of=${secret}#${secret}`);
    expect(decodeURIComponent(address)).not.toContain(secret);
  },
);

test("DIX-5: what a page says beside what is asked for is not taken", () => {
  const more = { rule: "buy", value: "typed", text: "typed", label: "typed", html: "<b>typed</b>" };
  for (const type of ["click", "form", "visible"]) expect(taken(type, more)).not.toContain("typed");
});
