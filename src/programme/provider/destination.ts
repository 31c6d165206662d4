import type { PlanTemplate } from "../../ground/model/plan.ts";
import type { AffiliateLink } from "../../ground/model/provider.ts";

/** What an affiliate link's destination is made of. */
export interface DestinationParts {
  /** The page that the plan leads to; may hold link variables. */
  landingUrl: string;
  plan: Pick<PlanTemplate, "codePattern" | "limits">;
}

/**
 * The destination of a plan's affiliate links, as a template of link variables: `{{code}}` stands for
 * each creator's own, so that an edited code needs no link to be written. A plan without codes, or
 * without the products that a checkout needs, leads straight to its page.
 */
export function affiliateDestination(link: AffiliateLink, { landingUrl, plan }: DestinationParts): string {
  if (plan.codePattern === null || link === null || link === "redirect") return landingUrl;
  const [origin, page] = splitOrigin(landingUrl);
  if (link === "discount_link") {
    // Shopify goes on to `redirect`, which must be a path of its own.
    const path = page.split("#")[0] ?? "/";
    return `${origin}/discount/{{code}}?redirect=${encodeTemplate(path)}`;
  }
  // WooCommerce 10.0 and later: puts the products into the cart and opens the checkout.
  const products = plan.limits.products ?? [];
  if (products.length === 0) return landingUrl;
  return `${origin}/checkout-link/?products=${products.map((id) => `${id}:1`).join(",")}&coupon={{code}}`;
}

/** A template's origin, and its path with all behind it. */
function splitOrigin(template: string): [origin: string, page: string] {
  const { origin } = new URL(template.replaceAll(/\{\{[^{}]*\}\}/g, "x"));
  const page = template.replace(/^[^/?#]*:\/\/[^/?#]*/, "");
  return [origin, page.startsWith("/") ? page : `/${page}`];
}

/** Percent-encodes all but the variables, which the redirect encodes when it fills them. */
function encodeTemplate(template: string): string {
  return template
    .split(/(\{\{[^{}]*\}\})/)
    .map((part) => (part.startsWith("{{") ? part : encodeURIComponent(part)))
    .join("");
}
