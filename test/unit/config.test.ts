import { describe, expect, it } from "vitest";
import { readConfig } from "../../src/config.ts";

const secrets = { ADMIN_API_KEY: "a".repeat(32), CLICK_TOKEN_KEYS: "k".repeat(50), VISITOR_KEY: "v".repeat(32) };

describe("the configuration", () => {
  it("reads every variable", () => {
    const variables = {
      ...secrets,
      PUBLIC_URL: "https://go.brand.com",
      CONSENT_POLICY: "implied",
      DUPLICATE_WINDOW_MINUTES: "30",
    };
    expect(readConfig(variables)).toEqual({
      publicUrl: "https://go.brand.com",
      consentPolicy: "implied",
      duplicateWindowMs: 1_800_000,
      problems: [],
    });
  });

  it("has defaults", () => {
    expect(readConfig(secrets)).toEqual({
      publicUrl: null,
      consentPolicy: "deferred",
      duplicateWindowMs: 3_600_000,
      problems: [],
    });
  });

  it.each([
    [{ PUBLIC_URL: "go.brand.com" }, "PUBLIC_URL"],
    [{ PUBLIC_URL: "https://go.brand.com/x" }, "PUBLIC_URL"],
    [{ CONSENT_POLICY: "always" }, "CONSENT_POLICY"],
    [{ DUPLICATE_WINDOW_MINUTES: "7" }, "DUPLICATE_WINDOW_MINUTES"],
    [{ DUPLICATE_WINDOW_MINUTES: "0" }, "DUPLICATE_WINDOW_MINUTES"],
    [{ ADMIN_API_KEY: "short" }, "ADMIN_API_KEY"],
    [{ VISITOR_KEY: "" }, "VISITOR_KEY"],
  ])("goes on with a default and says so for %j", (variables, name) => {
    const config = readConfig({ ...secrets, ...variables });
    expect(config.problems.join()).toContain(name);
    expect(config).toMatchObject({ consentPolicy: "deferred", duplicateWindowMs: 3_600_000 });
  });
});
