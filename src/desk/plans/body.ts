import type { ShownCommission } from "../../programme/plan/commission-schema.ts";
import type { TrackingPlan } from "../../programme/plan/schema.ts";
import { UTM_FIELDS } from "../../ground/model/link.ts";

type Body = Record<string, unknown>;

/**
 * What a plan's form says as the API takes it: `read` has fields that are empty, and some that are the form's own. `making`:
 * a new plan, whose commission may be left out.
 */
export function planBody(read: Readonly<Body>, making: boolean): Body {
  const { noCodes, preview: _preview, ...rest } = read;
  const body: Body = rest;
  if (noCodes === true) body["codePattern"] = null;
  if (isBody(body["discount"])) body["discount"] = valueBody(body["discount"]);
  if (isBody(body["limits"])) {
    const limits = without(body["limits"], (value) => value === null || value === false || isEmptyList(value));
    const { minimum } = limits as { minimum?: Body };
    // Pieces are counted, values measured.
    if (minimum?.["type"] === "quantity" && /^\d{1,15}$/.test(String(minimum["value"]))) {
      limits["minimum"] = { ...minimum, value: Number(minimum["value"]) };
    }
    body["limits"] = limits;
  }
  if (isBody(body["utm"])) body["utm"] = without(body["utm"], (value) => value === "");
  if (isBody(body["commission"])) {
    const commission = commissionBody(body["commission"]);
    const says = ["value", "tiers", "special"].some((name) => {
      const value = commission[name];
      return value !== undefined && value !== null && !isEmptyList(value);
    });
    if (says || !making) body["commission"] = commission;
    else delete body["commission"];
  }
  return body;
}

/** What a form says of a commission as the API takes it. */
export function commissionBody(read: Readonly<Body>): Body {
  const body: Body = valueBody(read);
  const { special } = body;
  if (Array.isArray(special)) body["special"] = special.map((rate: Body) => valueBody(rate));
  return body;
}

/** A value in per cent has no currency, whatever stood in its field before. */
function valueBody(read: Readonly<Body>): Body {
  const { currency, ...value } = read;
  return value["type"] === "percentage" || currency === undefined ? value : { ...value, currency };
}

/** A plan as its form shows it: what isn't there is there as empty, and amounts are texts, as the form reads them. */
export function shownPlan(plan: TrackingPlan): Body {
  const { minimum, ...limits } = plan.limits;
  return {
    ...plan,
    discount: plan.discount === null ? null : { ...plan.discount, value: String(plan.discount.value) },
    utm: { ...Object.fromEntries(UTM_FIELDS.map((name) => [name, ""])), ...plan.utm },
    limits: {
      oncePerCustomer: false,
      products: [],
      categories: [],
      ...limits,
      ...(minimum !== undefined && { minimum: { ...minimum, value: String(minimum.value) } }),
    },
    commission: shownCommission(plan.commission),
  };
}

/** A commission as its form shows it. */
export function shownCommission(commission: ShownCommission): Body {
  const { capPerOrder, capPerCreator } = commission;
  return {
    ...commission,
    value: String(commission.value),
    tiers: commission.tiers.map(({ from, value }) => ({ from: String(from), value: String(value) })),
    special: commission.special.map((rate) => ({ ...rate, value: String(rate.value) })),
    capPerOrder: capPerOrder === null ? null : String(capPerOrder),
    capPerCreator: capPerCreator === null ? null : String(capPerCreator),
  };
}

/** A plan that is there as the body of a new one, with what a change would make of it. */
export function draftOf(plan: TrackingPlan, change: Readonly<Body>): Body {
  const { id: _id, createdAt: _created, updatedAt: _updated, ...given } = plan;
  return { ...given, ...change };
}

function without(body: Readonly<Body>, drop: (value: unknown) => boolean): Body {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined && !drop(value)));
}

function isBody(value: unknown): value is Body {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
