import { expect, it } from "vitest";
import { call, everything, postEvents, postOrder } from "../sales/capture-fixtures.ts";
import { createStore } from "../programme/fixtures.ts";

const ORDER = { orderId: "1001", amount: "12.50", currency: "EUR" };
const PERSONS = ["lea@martin.example", "203.0.113.77", "+4917612345678", "2001:db8:0:0:1:2:3:4"];

it("G-24: nobody is named by a field that nobody reads, neither by its name nor by its value", async () => {
  const store = await createStore();
  const fields = Object.fromEntries(
    PERSONS.map((person, index) => [index % 2 === 0 ? person : `field${index}`, person]),
  );
  const personal = { ...fields, email: "lea@martin.example", shipping_address: { street: "Rue Lepic 12" } };
  const answers = [
    await (await postOrder(store, { ...ORDER, ...personal })).text(),
    await (await postEvents(store.key, { v: 1, id: "1", type: "order", data: { ...ORDER, ...personal } })).text(),
    JSON.stringify([
      ...(
        await call(
          `/postback?s=${store.key}&token=${store.secret}&order=1&amount=5&${encodeURIComponent("lea@martin.example")}=1&email=lea@martin.example`,
        )
      ).headers,
    ]),
  ].join("\n");
  const kept = `${answers}\n${await everything()}`;
  for (const person of [...PERSONS, "Rue Lepic"]) expect(kept).not.toContain(person);
  expect(answers).toContain('"field":"email"');
  expect(answers).toContain("[removed]");
});

it("G-24: thousands of names in one body stay few in the answer and in the row", async () => {
  const store = await createStore();
  const many = Object.fromEntries(
    Array.from({ length: 3_000 }, (_none, n) => [`x${n % 1_000}y${Math.floor(n / 1_000)}`, 1]),
  );
  const answer = await postOrder(store, { ...ORDER, ...many });
  expect(answer.status).toBe(202);
  const text = await answer.text();
  expect(JSON.parse(text)).toMatchObject({ ignoredMore: 2_980 });
  expect(text.length).toBeLessThan(4_000);
  const events = await postEvents(
    store.key,
    Array.from({ length: 50 }, (_none, n) => ({
      v: 1,
      id: `${n}`,
      type: "order",
      data: { ...ORDER, orderId: `${n}`, ...Object.fromEntries(Object.entries(many).slice(0, 60)) },
    })),
  );
  const body = await events.json<{ ignored: unknown[]; ignoredMore: number }>();
  expect([body.ignored.length, body.ignoredMore]).toEqual([100, 50 * 60 - 100]);
});
