import { describe, expect, it } from "vitest";
import { apiKeyWithKey } from "../../../src/operate/api-key/schema.ts";
import { planSchema } from "../../../src/programme/plan/schema.ts";
import { api, bodyOf } from "../../ground/api.ts";
import { createPlan } from "../../programme/campaign-fixtures.ts";
import { createStore } from "../../programme/fixtures.ts";
import { deskGet, deskPost, signIn } from "../desk-fixtures.ts";

/** What a browser sends of a page's last form when nothing is changed in it. */
function sentForm(html: string): Record<string, string> {
  const form: Record<string, string> = {};
  const text = (value: string): string =>
    value.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&");
  const shown = html.slice(html.lastIndexOf('<form method="post"'));
  for (const [, plain, kind, own, content = ""] of shown.matchAll(
    /<input\b([^>]*)>|<(select|textarea)\b([^>]*)>([^]*?)<\/\2>/g,
  )) {
    const attributes = plain ?? own ?? "";
    const name = / name="([^"]*)"/.exec(attributes)?.[1];
    if (name === undefined || (/type="(?:checkbox|radio)"/.test(attributes) && !attributes.includes(" checked")))
      continue;
    const value =
      kind === "textarea"
        ? content
        : kind === "select"
          ? /<option value="([^"]*)" selected/.exec(content)?.[1]
          : / value="([^"]*)"/.exec(attributes)?.[1];
    form[name] = text(value ?? "");
  }
  return form;
}

describe("DSH-3: tracking plans on the desk", () => {
  it("makes, previews, shows, changes and deletes one, and says at its field what is wrong", async () => {
    const cookie = await signIn();
    const { id: storeId } = await createStore({ provider: "shopify" });
    expect((await deskGet("/admin/plans", cookie)).text).toContain("There is no tracking plan yet.");
    const form = {
      name: "Spring",
      storeId,
      "discount.type": "percentage",
      "discount.value": "10",
      codePattern: "{{instagram|upper}}10",
      affiliateLink: "no",
      trackClicks: "no",
      "utm.source": "{{username}}",
      "commission.type": "percentage",
      "commission.value": "12,5",
      "commission.tiers.0.from": "1000",
      "commission.tiers.0.value": "15",
      "commission.special.0.type": "percentage",
      "commission.special.0.value": "5",
      "commission.special.0.products": "A\r\nB",
      "commission.holdDays": "",
    };
    const refused = await deskPost("/admin/plans/new", { ...form, codePattern: "{{nothing}}", _step: "save" }, cookie);
    expect(refused.status).toBe(422);
    expect(refused.text).toMatch(/href="#f-codePattern"/);
    const looked = await deskPost(
      "/admin/plans/new",
      { ...form, "preview.order.total": "200", "preview.creator.firstName": "", _step: "preview" },
      cookie,
    );
    expect(looked.text).toContain("LEASOMMER10");
    expect(looked.text).toContain("€25.00");
    const made = await deskPost("/admin/plans/new", { ...form, _step: "save" }, cookie);
    expect(made.status).toBe(303);
    const id = /pln_[0-9a-z]{16}/.exec(made.to ?? "")?.[0] ?? "";
    const plan = (await api("GET", `/tracking-plans/${id}`)).body;
    expect(plan).toMatchObject({
      utm: { source: "{{username}}" },
      commission: {
        value: 12.5,
        tiers: [{ from: 1000, value: 15 }],
        special: [{ products: ["A", "B"] }],
        holdDays: null,
      },
    });
    const page = await deskGet(`/admin/plans/${id}`, cookie);
    expect(page.text).toContain("12.5 % of what was sold.");
    expect(page.text).toContain("15 % from €1,000.00 of sales in the month on.");
    expect(page.text).toContain("LEASOMMER10");
    // What is sent back as it was shown changes nothing; what is emptied is gone.
    const edit = sentForm((await deskGet(`/admin/plans/${id}/edit`, cookie)).text);
    expect((await deskPost(`/admin/plans/${id}/edit`, edit, cookie)).to).toContain("done=unchanged");
    const changed = { ...edit, "utm.source": "", "limits.oncePerCustomer": "on" };
    expect((await deskPost(`/admin/plans/${id}/edit`, changed, cookie)).to).toContain("done=saved");
    const after = bodyOf(planSchema, await api("GET", `/tracking-plans/${id}`));
    expect(after).toMatchObject({ limits: { oncePerCustomer: true }, commission: { value: 12.5 } });
    expect(after.utm).toEqual({});
    const asked = await deskGet(
      `/admin/plans/${id}/preview?creator.firstName=Bo&creator.lastName=B&order.total=10`,
      cookie,
    );
    expect(asked.text).toContain("The handle on instagram is missing.");
    expect((await deskPost(`/admin/plans/${id}/delete`, {}, cookie)).to).toBe("/admin/plans?done=delete");
  });

  it("adds a version of the commission, and pays for conversions until it is told not to", async () => {
    const cookie = await signIn();
    const plan = await createPlan({ commission: { type: "percentage", value: 10 } });
    const here = `/admin/plans/${plan.id}`;
    const rule = { "commission.type": "percentage", "commission.value": "20", "commission.holdDays": "14" };
    expect((await deskPost(`${here}/commission-rules/new`, rule, cookie)).text).toMatch(/href="#f-reason"/);
    const looked = await deskPost(
      `${here}/commission-rules/new`,
      { ...rule, reason: "more", _step: "preview" },
      cookie,
    );
    expect(looked.text).toContain("€10.00");
    expect(looked.text).toContain("€20.00");
    await deskPost(`${here}/commission-rules/new`, { ...rule, reason: "more" }, cookie);
    expect((await deskGet(`${here}/commission-rules`, cookie)).text).toContain("20 % of what was sold.");
    expect((await deskGet(`${here}/commission-rules/export.csv`, cookie)).text).toContain("more");

    const definition = (
      await api("POST", "/conversion-definitions", {
        storeId: plan.storeId,
        name: "Sign-up",
        triggers: [{ type: "event", event: "signed_up" }],
      })
    ).body as { id: string };
    const rate = { definitionId: definition.id, amount: "2,50", holdDays: "" };
    expect((await deskGet(`${here}/conversion-rates/new`, cookie)).text).toContain("Sign-up");
    await deskPost(`${here}/conversion-rates/new`, rate, cookie);
    expect((await deskGet(here, cookie)).text).toContain("€2.50");
    const own = `${here}/conversion-rates/${definition.id}`;
    expect((await deskGet(own, cookie)).text).toContain("by hand");
    expect((await deskPost(`${own}/delete`, {}, cookie)).to).toContain(here);
    expect((await deskGet(own, cookie)).text).toContain("nothing");
  });

  it("shows what platforms can do and what other rules would make of orders, and refuses a key that may only read", async () => {
    const { id } = await createPlan();
    const cookie = await signIn();
    expect((await deskGet("/admin/plans/providers", cookie)).text).toContain("WooCommerce");
    const store = await createStore();
    const simulated = await deskGet(`/admin/plans/simulate?storeId=${store.id}&policy.model=split`, cookie);
    expect(simulated.text).toContain("Split among all");
    expect((await deskGet(`/admin/plans/simulate?storeId=${store.id}&policy.windowDays=900`, cookie)).status).toBe(422);
    const { key } = bodyOf(apiKeyWithKey, await api("POST", "/api-keys", { name: "reader", scopes: ["plans:read"] }));
    const reader = await signIn(key);
    expect((await deskGet(`/admin/plans/${id}`, reader)).status).toBe(200);
    for (const path of ["new", `${id}/edit`, `${id}/commission-rules/new`, "simulate"])
      expect((await deskGet(`/admin/plans/${path}`, reader)).status).toBe(403);
  });
});
