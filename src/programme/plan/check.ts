import { expandPattern, patternProblem } from "../code/pattern.ts";
import type { FieldError } from "../../ground/http/problem.ts";
import { type Capabilities, type Provider, PROVIDER_TABLE, type ProviderId } from "../../ground/model/provider.ts";
import type { Limits, PlanTemplate } from "../../ground/model/plan.ts";

/** The parts of a plan that depend on each other, or on its store. Times: ms UTC. */
export interface CheckedPlan extends Omit<PlanTemplate, "name" | "utm"> {
  startsAt: number | null;
  endsAt: number | null;
}

/** The parts of a store that a plan depends on. */
export interface PlanStore {
  provider: ProviderId;
  homeUrl: string | null;
  origins: readonly string[];
}

/** The way round where the table of providers has no better one. */
const WAY_ROUND = "use a store of provider ast (AST)";

/** The way round what a provider can't do, as its table says. */
function wayRound({ notes }: Provider, capability: keyof Capabilities): string {
  return notes[capability]?.wayRound ?? WAY_ROUND;
}

/** What a pattern without variables takes: nothing of it. */
const NOBODY = { firstName: "", lastName: "", email: null, handles: {} };
const NOWHERE = { campaign: "", plan: "", year: 0 };

/** A product as WooCommerce's checkout links name it. */
const WOOCOMMERCE_ID = /^[1-9]\d{0,18}$/;

/**
 * What is wrong with a plan in itself and for its store's provider: one entry for each field at fault.
 * What the provider can't do is refused, with the way round, and never left out in silence.
 */
export function planProblems(plan: CheckedPlan, store: PlanStore): FieldError[] {
  const provider = PROVIDER_TABLE[store.provider];
  return [
    ...datesProblems(plan, provider),
    ...codeProblems(plan, provider),
    ...limitsProblems(plan.limits, provider),
    ...affiliateProblems(plan, provider),
    ...landingProblems(plan, store, provider),
    ...(plan.codePattern === null && !plan.affiliateLink && !plan.trackClicks
      ? [fault("trackClicks", "must be true where a plan has neither codes nor affiliate links: it would make nothing")]
      : []),
  ];
}

function datesProblems({ startsAt, endsAt, codePattern }: CheckedPlan, provider: Provider): FieldError[] {
  const { startDate, endDate } = provider.capabilities;
  const problems: FieldError[] = [];
  if (startsAt !== null && endsAt !== null && endsAt <= startsAt) {
    problems.push(fault("endsAt", "must come after startsAt"));
  }
  if (codePattern === null) return problems;
  if (startsAt !== null && !startDate) {
    problems.push(
      fault(
        "startsAt",
        `codes of ${provider.name} can't begin later; leave it out or ${wayRound(provider, "startDate")}`,
      ),
    );
  }
  if (endsAt !== null && !endDate) {
    problems.push(
      fault(
        "endsAt",
        `codes of ${provider.name} can't end by themselves; leave it out or ${wayRound(provider, "endDate")}`,
      ),
    );
  }
  return problems;
}

function codeProblems({ discount, codePattern }: CheckedPlan, provider: Provider): FieldError[] {
  const { name, capabilities } = provider;
  if (capabilities.code === null) {
    const given = { discount, codePattern };
    return (["discount", "codePattern"] as const)
      .filter((path) => given[path] !== null)
      .map((path) => fault(path, `${name} has no discount codes; ${wayRound(provider, "discountCodes")}`));
  }
  if (codePattern === null) {
    // A shop of one's own may give the discount to whom a link brought; the others know codes alone.
    return discount === null || provider.id === "ast"
      ? []
      : [fault("codePattern", `is needed: at ${name} a discount is given by a code; or ${WAY_ROUND}`)];
  }
  const problem = patternProblem(codePattern);
  if (problem !== null) return [fault("codePattern", problem)];
  const { maxLength } = capabilities.code;
  const literals = codePattern.replaceAll(/\{\{[^{}]*\}\}/g, "");
  const kept = expandPattern(literals, NOBODY, NOWHERE, { ...capabilities.code, maxLength: Infinity });
  return kept.length > maxLength
    ? [fault("codePattern", `must leave room for its variables: codes of ${name} have ${maxLength} characters at most`)]
    : [];
}

function limitsProblems(limits: Limits, provider: Provider): FieldError[] {
  const { capabilities, name } = provider;
  const { minimum, products = [], categories = [] } = limits;
  const asked: [path: string, given: boolean, capability: keyof Capabilities][] = [
    ["limits.totalUses", limits.totalUses !== undefined, "totalUses"],
    ["limits.oncePerCustomer", limits.oncePerCustomer === true, "oncePerCustomer"],
    ["limits.minimum", minimum?.type === "cartValue", "minimumCartValue"],
    ["limits.minimum", minimum?.type === "quantity", "minimumQuantity"],
    ["limits.products", products.length > 0, "products"],
    ["limits.categories", categories.length > 0, "products"],
  ];
  const refusal = (capability: keyof Capabilities): string => {
    const reason =
      provider.id === "ast"
        ? "AST makes no discount in the shop:"
        : capabilities.discountCodes
          ? `${name} can't limit codes so;`
          : `${name} has no discounts to limit;`;
    return `${reason} ${wayRound(provider, capability)}`;
  };
  const problems = asked
    .filter(([, given, capability]) => given && capabilities[capability] === false)
    .map(([path, , capability]) => fault(path, refusal(capability)));
  if (products.length > 0 && categories.length > 0 && capabilities.products && !capabilities.productsAndCategories) {
    const both = `codes of ${name} are for products or for categories, not both: ${wayRound(provider, "productsAndCategories")}`;
    problems.push(fault("limits.categories", both));
  }
  return problems;
}

function affiliateProblems(plan: CheckedPlan, provider: Provider): FieldError[] {
  const { name, capabilities } = provider;
  if (!plan.affiliateLink) return [];
  if (capabilities.affiliateLink === null) {
    return [fault("affiliateLink", `${name} has no such links; ${wayRound(provider, "affiliateLink")}`)];
  }
  if (capabilities.affiliateLink !== "checkout_link") return [];
  const problems: FieldError[] = [];
  const products = plan.limits.products ?? [];
  if (plan.codePattern === null) {
    problems.push(fault("affiliateLink", `at ${name} it applies a code: give a codePattern, or ${WAY_ROUND}`));
  }
  if (products.length === 0 || !products.every((id) => WOOCOMMERCE_ID.test(id))) {
    const message = `at ${name} it puts products into the cart: give their numeric ids in limits.products, or ${WAY_ROUND}`;
    problems.push(fault("affiliateLink", message));
  }
  return problems;
}

function landingProblems(plan: CheckedPlan, store: PlanStore, { name, capabilities }: Provider): FieldError[] {
  if (!plan.affiliateLink && !plan.trackClicks) return [];
  const landing = plan.landingUrl ?? store.homeUrl;
  if (landing === null) return [fault("landingUrl", "is needed for links: the store has no homeUrl")];
  const applies = capabilities.affiliateLink === "discount_link" || capabilities.affiliateLink === "checkout_link";
  if (!applies || !plan.affiliateLink || plan.codePattern === null) return [];
  const own = new Set([...store.origins, ...(store.homeUrl === null ? [] : [originOf(store.homeUrl)])]);
  return own.has(originOf(landing))
    ? []
    : [
        fault(
          "landingUrl",
          `must be on the store's homeUrl or one of its origins, where ${name} applies the code; or ${WAY_ROUND}`,
        ),
      ];
}

/** The origin of a template of a URL, whose host has no variables. */
function originOf(template: string): string | null {
  return URL.parse(template.replaceAll(/\{\{[^{}]*\}\}/g, "x"))?.origin ?? null;
}

function fault(path: string, message: string): FieldError {
  return { path, message };
}
