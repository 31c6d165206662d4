import { beforeEach, describe, expect, it } from "vitest";
import { api } from "../../ground/api.ts";
import { book } from "../../books/money-fixtures.ts";
import { STORE } from "../../programme/generation-fixtures.ts";
import { DAY, insertShop, LEA } from "../../sales/order-fixtures.ts";
import { deskGet, deskPost, signIn } from "../desk-fixtures.ts";

beforeEach(insertShop);

const idIn = (to: string | null): string => to?.split("/").at(-1)?.split("?")[0] ?? "";

describe("DSH-3: money on the desk", () => {
  it("says of each empty list what would be there", async () => {
    const cookie = await signIn();
    const texts = await Promise.all(
      ["ledger", "balances", "periods", "payouts", "exchange-rates", "channel-costs"].map(
        async (place) => (await deskGet(`/admin/${place}`, cookie)).text,
      ),
    );
    for (const text of texts) expect(text).toContain('class="empty"');
  });

  it("says of a period what was earned in it apart from what was paid, as creators see it", async () => {
    const cookie = await signIn();
    const now = Date.now();
    await book({ amountMinor: 22_386, time: now - 40 * DAY });
    await book({ amountMinor: -22_386, type: "payout", time: now - 10 * DAY });
    await book({ amountMinor: 49_158, time: now - 9 * DAY });
    await book({ amountMinor: -100, type: "reversal", time: now - 8 * DAY });
    for (const days of [30, 1]) {
      await api("POST", "/periods", { storeId: STORE, to: new Date(now - days * DAY).toISOString() });
    }
    const { text } = await deskGet("/admin/periods", cookie);
    const sums = [...text.matchAll(/data-label="(Earned|Paid out)"[^>]*>(?:<[^>]*>)*([^<]*)/g)].map(([, , sum]) => sum);
    expect(sums).toEqual(["€490.58", "€223.86", "€223.86", "€0.00"]);
    const csv = await deskGet("/admin/periods/export.csv", cookie);
    expect(csv.text).toMatch(/,Earned,Paid out,.*EUR 490\.58,EUR 223\.86,.*EUR 223\.86,EUR 0\.00,/s);
    const id = /per_[0-9a-z]{16}/.exec(text)?.[0] ?? "";
    expect((await deskGet(`/admin/periods/${id}`, cookie)).text).toMatch(/data-label="Earned".*€490\.58.*€223\.86/s);
  });

  it("books a bonus, locks its period, pays it and undoes that", async () => {
    const cookie = await signIn();
    await book({ amountMinor: 1000, time: Date.now() - 10 * DAY });
    const bonus = { creatorId: LEA, storeId: STORE, amount: "12,5", currency: "EUR", reason: "Thanks" };
    const refused = await deskPost("/admin/ledger/new", { ...bonus, reason: "", _step: "save" }, cookie);
    expect(refused.status).toBe(422);
    expect(refused.text).toMatch(/href="#f-reason"/);
    expect((await deskPost("/admin/ledger/new", { ...bonus, _step: "save" }, cookie)).to).toBe(
      "/admin/ledger?done=created",
    );
    const ledger = await deskGet(`/admin/ledger?creator=${LEA}&type=bonus`, cookie);
    expect(ledger.text).toContain("€12.50");
    expect((await deskGet("/admin/ledger/export.csv?type=bonus", cookie)).text).toContain("12.50,EUR");
    const balances = await deskGet("/admin/balances?in=usd", cookie);
    expect(balances.text).toContain("€22.50");
    expect((await deskGet("/admin/balances/export.csv", cookie)).text).toContain(",EUR,22.50,22.50,0.00,0.00\r\n");
    expect(balances.text).toContain("/admin/exchange-rates/new?rates.0.from=EUR");

    const to = new Date(Date.now() - DAY).toISOString().slice(0, 16);
    const made = await deskPost("/admin/periods/new", { storeId: STORE, to, _step: "save" }, cookie);
    expect(made.status).toBe(303);
    const period = idIn(made.to);
    // What the API says is to be asked of it leads to the desk's own page.
    const early = await deskPost("/admin/payouts/new", { storeId: STORE, minimum: "5", _step: "preview" }, cookie);
    expect(early.text).toContain(
      `Lock the period first: <a href="/admin/periods/${period}/lock">the page to lock it</a>.`,
    );
    expect(early.text).not.toContain("/api/v1/");
    const lock = await deskGet(`/admin/periods/${period}/lock`, cookie);
    expect(lock.text).toContain("This is for good");
    expect(lock.text).toContain("€10.00");
    await deskPost(`/admin/periods/${period}/lock`, {}, cookie);
    const locked = await deskGet(`/admin/periods/${period}`, cookie);
    expect(locked.text).toContain("Locked");
    expect(locked.text).not.toContain(`/admin/periods/${period}/edit`);

    const run = { storeId: STORE, minimum: "5", holdDays: "", creatorIds: "", note: "" };
    const preview = await deskPost("/admin/payouts/new", { ...run, _step: "preview" }, cookie);
    expect(preview.text).toContain("It would pay");
    expect(preview.text).toContain("€10.00");
    expect((await api("GET", "/payouts")).body).toMatchObject({ data: [] });
    const draft = await deskPost("/admin/payouts/new", { ...run, _step: "save" }, cookie);
    const id = idIn(draft.to);
    const page = await deskGet(`/admin/payouts/${id}`, cookie);
    expect(page.text).toContain("What it pays each creator");
    expect(page.text).toContain(`/admin/payouts/${id}/pay`);
    expect((await deskGet(`/admin/payouts/${id}/export.csv`, cookie)).text).toContain("10.00,EUR");
    const bank = `/admin/payouts/${id}/sepa`;
    expect((await deskGet(bank, cookie)).text).toContain("whole IBANs");
    expect((await deskPost(bank, {}, cookie)).status).toBe(422);
    const account = `/admin/payouts/accounts/${STORE}`;
    expect((await deskGet(account, cookie)).text).toContain("None yet.");
    const wrong = await deskPost(`${account}/edit`, { name: "Shop", iban: "DE00", bic: "", _step: "save" }, cookie);
    expect(wrong.text).toMatch(/href="#f-iban"/);
    const iban = "DE02 1203 0000 0000 2020 51";
    await deskPost(`${account}/edit`, { name: "Shop", iban, bic: "", _step: "save" }, cookie);
    expect((await deskGet(account, cookie)).text).toContain("DE•• … 2051");
    const missing = await deskPost(bank, {}, cookie);
    expect(missing.status).toBe(422);
    expect(missing.text).toContain(`<a href="/admin/creators/${LEA}">Lea`);
    await api("PUT", `/creators/${LEA}/payout-details`, { method: "sepa", accountHolder: "Lea", iban });
    const file = await deskPost(bank, { executeOn: "" }, cookie);
    expect(file.headers.get("content-disposition")).toContain(`${id}.xml`);
    expect(file.text).toContain("DE02120300000000202051");
    await deskPost(`/admin/payouts/${id}/pay`, { reference: "2026-11" }, cookie);
    expect((await api("GET", `/payouts/${id}`)).body).toMatchObject({ status: "paid", reference: "2026-11" });
    expect((await deskPost(`/admin/payouts/${id}/reverse`, { reason: "" }, cookie)).status).toBe(422);
    await deskPost(`/admin/payouts/${id}/reverse`, { reason: "Bounced" }, cookie);
    expect((await deskGet(`/admin/payouts/${id}`, cookie)).text).toContain("Undone: Bounced");
  });

  it("enters rates by fields and by lines, and costs of channels", async () => {
    const cookie = await signIn();
    const rates = {
      "rates.0.from": "USD",
      "rates.0.to": "EUR",
      "rates.0.date": "2026-11-20",
      "rates.0.rate": "0,9223",
      "rates.0.source": "ECB",
      lines: "CHF EUR 2026-11-20 1.05 ECB",
      _step: "save",
    };
    const refused = await deskPost("/admin/exchange-rates/new", { ...rates, "rates.0.rate": "0" }, cookie);
    expect(refused.text).toMatch(/href="#f-rates-0-rate"/);
    await deskPost("/admin/exchange-rates/new", rates, cookie);
    expect((await deskGet("/admin/exchange-rates?from=CHF", cookie)).text).toContain("1.05");
    expect((await deskGet("/admin/exchange-rates/export.csv", cookie)).text).toContain("USD/EUR 2026-11-20");

    const cost = { storeId: STORE, channel: "tv", from: "2026-11-01", to: "2026-11-30", amount: "1200" };
    const made = await deskPost("/admin/channel-costs/new", { ...cost, _step: "save" }, cookie);
    const id = idIn(made.to);
    const shown = await deskGet(`/admin/channel-costs/${id}/edit`, cookie);
    expect(shown.text).toMatch(/value="1200.00"/);
    await deskPost(
      `/admin/channel-costs/${id}/edit`,
      { ...cost, currency: "EUR", amount: "1300", _step: "save" },
      cookie,
    );
    expect((await api("GET", `/channel-costs/${id}`)).body).toMatchObject({ amount: { amountMinor: 130_000 } });
    expect((await deskPost(`/admin/channel-costs/${id}/delete`, {}, cookie)).to).toBe(
      "/admin/channel-costs?done=delete",
    );
  });

  it("shows nothing of it to a key that may not read it", async () => {
    const made = await api("POST", "/api-keys", { name: "Links", scopes: ["links:read"], expiresAt: null });
    const cookie = await signIn((made.body as { key: string }).key);
    const pages = [
      "ledger",
      "balances",
      "periods",
      "payouts",
      "reconciliations",
      "reconciliations/new",
      "channel-costs",
    ];
    const answers = await Promise.all(pages.map((page) => deskGet(`/admin/${page}`, cookie)));
    expect(answers.map(({ status }) => status)).toEqual(pages.map(() => 403));
  });
});
