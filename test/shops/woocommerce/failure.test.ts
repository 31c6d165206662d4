import { describe, expect, it } from "vitest";
import { failureOf, slowDown } from "../../../src/shops/woocommerce/failure.ts";

const NOW = Date.parse("2026-06-01T12:00:00Z");
const answer = (status: number, body: unknown = "<html>", headers: Record<string, string> = {}) => ({
  status,
  headers: new Headers(headers),
  body,
});
const wordpress = (code: string, message = "Sorry.") => ({ code, message, data: {} });

describe("a host that asks for time", () => {
  it.each([
    [429, {}, 2_000],
    [503, { "retry-after": "7" }, 7_000],
    [403, { "retry-after": "0" }, 0],
    [429, { "retry-after": "Mon, 01 Jun 2026 12:00:05 GMT" }, 5_000],
    [429, { "retry-after": "Mon, 01 Jun 2026 11:00:00 GMT" }, 0],
    [429, { "retry-after": "soon" }, 2_000],
  ])("by %i %j asks for %i ms", (status, headers, ms) => {
    expect(slowDown(answer(status, "<html>", headers), NOW)).toBe(ms);
  });

  it.each([
    [200, {}],
    [401, "<html>"],
    [500, "<html>"],
    [403, wordpress("woocommerce_rest_cannot_view")],
  ])("isn't one that says %i %j", (status, body) => {
    expect(slowDown(answer(status, body), NOW)).toBeNull();
  });
});

describe("an answer that is no success", () => {
  it.each([
    [400, wordpress("woocommerce_rest_coupon_code_already_exists"), "taken"],
    [404, wordpress("woocommerce_rest_shop_order_invalid_id"), "not_found"],
    [400, wordpress("woocommerce_rest_shop_coupon_invalid_id"), "not_found"],
    [404, wordpress("rest_no_route"), "missing_setting"],
    [404, "<html>Not found</html>", "missing_setting"],
    [401, wordpress("woocommerce_rest_cannot_view"), "unauthorised"],
    [401, wordpress("woocommerce_rest_authentication_error"), "unauthorised"],
    [403, wordpress("woocommerce_rest_cannot_edit"), "missing_scope"],
    [403, "<html>Blocked</html>", "throttled"],
    [429, "", "throttled"],
    [500, "<p>Critical</p>", "unavailable"],
    [400, wordpress("rest_invalid_param", "Invalid parameter(s): amount"), "refused"],
    [422, "<html>", "refused"],
  ])("%i %j is %s", (status, body, code) => {
    expect(failureOf(answer(status, body))).toMatchObject({ name: "ShopFailure", code });
  });

  it("is told in the shop's own words, in short and without tags", () => {
    const message = `<strong>Error:</strong> Invalid   parameter ${"x".repeat(400)}`;
    const { message: told } = failureOf(answer(400, wordpress("rest_invalid_param", message)));
    expect(told).toMatch(/^Error: Invalid parameter x+\. \(rest_invalid_param\)$/);
    expect(told.length).toBeLessThan(250);
  });

  it.each([
    [403, wordpress("woocommerce_rest_cannot_view"), "Shop manager"],
    [401, wordpress("woocommerce_rest_authentication_error"), "WooCommerce → Settings → Advanced → REST API"],
    [404, "<html>", "Settings → Permalinks"],
  ])("%i names what to change", (status, body, setting) => {
    expect(failureOf(answer(status, body)).message).toContain(setting);
  });
});
