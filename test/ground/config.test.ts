import { describe, expect, it } from "vitest";
import { readConfig } from "../../src/ground/config.ts";

const secrets = { ADMIN_API_KEY: "a".repeat(32), CLICK_TOKEN_KEYS: "k".repeat(50), VISITOR_KEY: "v".repeat(32) };

describe("the configuration", () => {
  it("reads every variable", () => {
    const variables = {
      ...secrets,
      PUBLIC_URL: "https://go.brand.com",
      ROOT_URL: "https://brand.com/shop",
      CONSENT_POLICY: "implied",
      DUPLICATE_WINDOW_MINUTES: "30",
      CLICK_RETENTION_DAYS: "7",
      ANALYTICS_ACCOUNT_ID: "0123456789abcdef0123456789abcdef",
      ANALYTICS_API_TOKEN: "token",
    };
    expect(readConfig(variables)).toEqual({
      publicUrl: "https://go.brand.com",
      rootUrl: "https://brand.com/shop",
      consentPolicy: "implied",
      duplicateWindowMs: 1_800_000,
      clickRetentionDays: 7,
      analytics: { accountId: "0123456789abcdef0123456789abcdef", token: "token" },
      problems: [],
    });
  });

  it("has defaults", () => {
    expect(readConfig(secrets)).toEqual({
      publicUrl: null,
      rootUrl: null,
      consentPolicy: "regional",
      duplicateWindowMs: 3_600_000,
      clickRetentionDays: 90,
      analytics: null,
      problems: [],
    });
  });

  it.each([
    [{ PUBLIC_URL: "go.brand.com" }, "PUBLIC_URL"],
    [{ PUBLIC_URL: "https://go.brand.com/x" }, "PUBLIC_URL"],
    [{ ROOT_URL: "brand.com" }, "ROOT_URL"],
    [{ ROOT_URL: "javascript:alert(1)" }, "ROOT_URL"],
    [{ PUBLIC_URL: "https://go.brand.com", ROOT_URL: "http://go.brand.com/x" }, "ROOT_URL"],
    [{ CONSENT_POLICY: "always" }, "CONSENT_POLICY"],
    [{ DUPLICATE_WINDOW_MINUTES: "7" }, "DUPLICATE_WINDOW_MINUTES"],
    [{ DUPLICATE_WINDOW_MINUTES: "0" }, "DUPLICATE_WINDOW_MINUTES"],
    [{ ANALYTICS_ACCOUNT_ID: "0123456789abcdef0123456789abcdef" }, "ANALYTICS_API_TOKEN"],
    [{ ANALYTICS_ACCOUNT_ID: "../zones", ANALYTICS_API_TOKEN: "token" }, "ANALYTICS_ACCOUNT_ID"],
    [{ ADMIN_API_KEY: "short" }, "ADMIN_API_KEY"],
    [{ VISITOR_KEY: "" }, "VISITOR_KEY"],
  ])("goes on with a default and says so for %j", (variables, name) => {
    const config = readConfig({ ...secrets, ...variables });
    expect(config.problems.join()).toContain(name);
    expect(config).toMatchObject({ consentPolicy: "regional", duplicateWindowMs: 3_600_000 });
  });

  it.each(["6", "1", "-1", "7.5", "30d", "99999"])("keeps clicks for ever when the retention is %s days", (days) => {
    const config = readConfig({ ...secrets, CLICK_RETENTION_DAYS: days });
    expect(config.problems.join()).toContain("CLICK_RETENTION_DAYS");
    expect(config.clickRetentionDays).toBe(0);
  });

  it("may keep clicks for ever", () => {
    expect(readConfig({ ...secrets, CLICK_RETENTION_DAYS: "0" })).toMatchObject({
      clickRetentionDays: 0,
      problems: [],
    });
  });
});
