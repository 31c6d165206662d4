import type { LoggedEvent, QualityOutcome, VisitOrigin, VisitSource } from "../../ground/model/visit.ts";
import type { TakenEvent, TakenRequest, TakenVisit } from "../take/taken.ts";
import { type KnownStore, Planned, sourcesOf } from "./planned.ts";
import { dayOfHour, hoursInZones } from "./span.ts";
import type { BehaviourSum, Contribution, VisitSum } from "./sums.ts";
import { type Scope, Tallies, type VisitKind } from "./tallies.ts";

/** What was known before. */
export interface Known {
  stores: ReadonlyMap<string, KnownStore>;
  /** What events were told already. */
  seen: ReadonlySet<string>;
  /** Visitors whose events aren't taken: see {@link visitorKey}. */
  forgotten: ReadonlySet<string>;
}

/** Tells a visitor from those of all stores. */
export function visitorKey(storeId: string, visitorHash: string): string {
  return `${storeId}\n${visitorHash}`;
}

/** What requests of pages come to, whose stores are known; others leave nothing. */
export function contributionOf(requests: readonly TakenRequest[], known: Known): Contribution {
  const counting = new Counting(known);
  for (const request of requests) counting.add(request);
  return counting.contribution();
}

/** A store, made ready for many events. */
interface Counted extends Omit<KnownStore, "plans"> {
  plans: ReadonlyMap<number, Planned>;
  sourceOf: ReturnType<typeof sourcesOf>;
}

/** An event with all that it is of. */
interface Told<Event extends TakenEvent = TakenEvent> {
  event: Event;
  store: Counted;
  planned: Planned;
  request: TakenRequest;
  visit: TakenVisit | null;
  /** Of its visit. */
  source: VisitSource | null;
  page: string;
  time: number;
  /** Of the store's time zone. */
  hour: string;
  day: string;
  scope: Scope;
}

class Counting {
  readonly #known: Known;
  readonly #stores: ReadonlyMap<string, Counted>;
  readonly #seen = new Set<string>();
  readonly #hourOf = hoursInZones();
  readonly #tallies = new Tallies();

  constructor(known: Known) {
    this.#known = known;
    this.#stores = new Map([...known.stores].map(([id, store]) => [id, countedOf(store)]));
  }

  contribution(): Contribution {
    return this.#tallies.contribution(this.#seen);
  }

  add(request: TakenRequest): void {
    const store = this.#stores.get(request.storeId);
    if (store === undefined) return;
    for (const { type, rule, outcome, count } of request.untaken) {
      const named = [...store.plans.values()].map((plan) => plan.nameOf(rule)).find((name) => name !== "") ?? "";
      this.#tallies.quality(store.id, { type, rule: named, time: request.receivedAt }, outcome, count);
    }
    for (const event of request.events) {
      const planned = store.plans.get(event.plan);
      const outcome = this.#outcomeOf(request, event, planned);
      const type = event.type === "bought" ? "cart" : event.type;
      const rule = planned?.nameOf(nameIn(event)) ?? "";
      this.#tallies.quality(store.id, { type, rule, time: request.receivedAt - event.age }, outcome, 1);
      if (outcome === "valid" && planned !== undefined) this.#count(store, planned, request, event);
    }
  }

  #outcomeOf(request: TakenRequest, event: TakenEvent, planned: Planned | undefined): QualityOutcome {
    const own = event.type === "page" && event.was !== undefined ? (event.again ?? event.seen) : event.seen;
    if (this.#isSeen(own)) return "duplicate";
    const visit = visitOf(request, event);
    const isForgotten = visit !== null && this.#known.forgotten.has(visitorKey(request.storeId, visit.visitorHash));
    const isPlanned = planned?.holdsAt(request.receivedAt) === true && planned.asksFor(event);
    const outcome = isForgotten ? "no_consent" : isPlanned ? "valid" : "unplanned";
    // One that was told again and isn't counted takes the place of none.
    if (outcome === "valid" || own === event.seen) this.#seen.add(own);
    return outcome;
  }

  #isSeen(key: string): boolean {
    return this.#known.seen.has(key) || this.#seen.has(key);
  }

  #count(store: Counted, planned: Planned, request: TakenRequest, event: TakenEvent): void {
    const visit = visitOf(request, event);
    const time = request.receivedAt - event.age;
    const hour = this.#hourOf(store.timezone, time);
    const day = dayOfHour(hour);
    const source = visit === null ? null : store.sourceOf(visit.origin);
    // Of whoever did not consent no hour is kept; what a banner came to says as much by the day.
    const span = visit === null || event.type === "banner" ? day : hour;
    const scope: Scope = { storeId: store.id, span, consent: event.consent };
    const page = planned.page(event.path);
    const told = { event, store, planned, request, visit, source, page, time, hour, day, scope };
    switch (event.type) {
      case "page":
        return this.#countView({ ...told, event });
      case "engage":
        return this.#countEngagement({ ...told, event });
      case "zones":
        return this.#countZones({ ...told, event });
      case "cart":
      case "bought":
        return this.#countCart({ ...told, event });
      case "banner":
        return this.#tallies.behaviour(scope, { kind: "banner", name: event.state, label: "", page });
      case "step":
        this.#countNamed(told, "step", event.step, null);
        if (event.cartKey !== null) this.#addToCart(told, event.cartKey, { kind: "step", time, step: event.step });
        return undefined;
      case "download":
        return this.#countNamed(told, event.type, planned.rule(event.rule)?.event ?? "", event.file);
      default: {
        const rule = planned.rule(event.rule);
        return this.#countNamed(told, event.type, rule?.event ?? "", rule?.label ?? null);
      }
    }
  }

  #countView(told: Told<TakenEvent & { type: "page" }>): void {
    const { event, visit, page, planned, scope } = told;
    // Consent was granted on it meanwhile, and it is counted with that.
    if (event.was === undefined && event.again !== undefined && this.#isSeen(event.again)) return;
    if (event.was === undefined) {
      if (event.mark !== undefined) this.#seen.add(event.mark);
    } else if (event.mark !== undefined && this.#isSeen(event.mark)) this.#uncountView(told, event.was);
    const begins = visit === null ? event.entry !== undefined : visit.page === 1;
    for (const row of this.#tallies.pages(scope, page)) {
      row.views += 1;
      if (begins) row.entries += 1;
    }
    if (visit !== null && visit.before !== null) {
      for (const row of this.#tallies.pages(scope, planned.page(visit.before))) row.nexts += 1;
    }
    const sum = this.#visitSum(told);
    if (sum !== null) {
      sum.views += 1;
      if (begins) sum.visits += 1;
      if (visit?.page === 2) sum.seconds += 1;
    }
    this.#log(told, {});
  }

  /** Takes a view back that was counted without consent: it is counted with it now. */
  #uncountView(
    { event, store, page, day, scope: { storeId } }: Told<TakenEvent & { type: "page" }>,
    was: Scope["consent"],
  ) {
    const scope: Scope = { storeId, span: day, consent: was };
    for (const row of this.#tallies.pages(scope, page)) {
      row.views -= 1;
      if (event.entry !== undefined) row.entries -= 1;
    }
    if (event.entry === undefined) return;
    const row = this.#tallies.visits(scope, entryOf(store, event.entry, page));
    row.visits -= 1;
    row.views -= 1;
  }

  #countEngagement(told: Told<TakenEvent & { type: "engage" }>): void {
    const { ms, scroll } = told.planned.engagement(told.event);
    for (const row of this.#tallies.pages(told.scope, told.page)) {
      row.engagedMs += ms;
      row.scroll += scroll;
      if (told.event.n === 1) row.engaged += 1;
    }
    const sum = this.#visitSum(told);
    if (sum !== null) sum.engagedMs += ms;
    this.#log(told, { engagedMs: ms, scroll });
  }

  #countZones({ event, store: { id: storeId }, page, planned, day, time }: Told<TakenEvent & { type: "zones" }>): void {
    const { band, isFirst, counts, outline } = event;
    const planOnly = <Value>(elements: Record<string, Value>, ruleIn: (key: string) => string) =>
      Object.fromEntries(Object.entries(elements).filter(([key]) => planned.rule(ruleIn(key)) !== undefined));
    const elements = planOnly(counts.elements, (key) => key.replace(/:\d+:\d+$/, ""));
    this.#tallies.heat({ storeId, page, band, day, views: isFirst ? 1 : 0, counts: { ...counts, elements } });
    if (outline === null) return;
    const places = { ...outline, elements: planOnly(outline.elements, (rule) => rule) };
    this.#tallies.outline({ storeId, page, band, outline: places, seenAt: time });
  }

  #countCart(told: Told<TakenEvent & { type: "cart" | "bought" }>): void {
    const { event, time } = told;
    if (event.type === "bought") {
      this.#addToCart(told, event.cartKey, { kind: "bought", time, orderId: event.orderId });
      return this.#log(told, {});
    }
    const { items, valueMinor, currency } = event;
    this.#addToCart(told, event.cartKey, { kind: "cart", time, items, valueMinor, currency });
    return this.#log(told, { cart: { items, valueMinor, currency } });
  }

  #countNamed(told: Told, kind: BehaviourSum["kind"], name: string, label: string | null): void {
    this.#tallies.behaviour(told.scope, { kind, name, label: label ?? "", page: told.page });
    this.#log(told, { name, label });
  }

  #addToCart({ store, visit, source }: Told, cartKey: string, event: Parameters<Tallies["cart"]>[2]["event"]): void {
    if (visit === null || source === null) return;
    const { visitorHash } = visit;
    this.#tallies.cart(store.id, cartKey, { event, visitorHash, source: textOf(source) });
  }

  /** The row of where a visit came from; without consent that is known of its first page alone. */
  #visitSum({ event, store, planned, visit, source, page, scope }: Told): VisitSum | null {
    if (visit !== null && source !== null) {
      const { utmCampaign, linkId } = visit.origin;
      const landing = planned.page(visit.landing);
      return this.#tallies.visits(scope, { source, campaign: utmCampaign ?? "", landing, linkId: linkId ?? "" });
    }
    const entry = event.type === "page" ? event.entry : undefined;
    if (entry === undefined) return null;
    return this.#tallies.visits(scope, entryOf(store, entry, page));
  }

  /** Logs what a consenting visitor did. */
  #log(
    { event, store, request, visit, source, page, time, hour, day }: Told,
    more: Partial<Pick<LoggedEvent, "name" | "label" | "engagedMs" | "scroll" | "cart">>,
  ): void {
    if (visit === null || source === null || event.type === "banner" || event.type === "zones") return;
    const { country, device } = request;
    const { visitorHash, id, page: pageOfVisit, origin } = visit;
    const type = event.type === "bought" ? "cart" : event.type;
    const none = { name: null, label: null, engagedMs: 0, scroll: 0, cart: null };
    const from = { source, campaign: origin.utmCampaign, linkId: origin.linkId, country, device };
    const logged = { time, type, visitorHash, visit: id, pageOfVisit, page, ...from, ...none, ...more };
    this.#tallies.log(store.id, { day, hour }, logged);
  }
}

function countedOf({ plans, ...store }: KnownStore): Counted {
  return {
    ...store,
    plans: new Map(plans.map((plan) => [plan.number, new Planned(plan)])),
    sourceOf: sourcesOf(store.origins),
  };
}

/** What a visit that began without consent is counted by. */
function entryOf({ sourceOf }: Counted, entry: VisitOrigin, landing: string): VisitKind {
  return { source: sourceOf(entry), campaign: "", landing, linkId: "" };
}

function visitOf({ visits }: TakenRequest, { visit }: TakenEvent): TakenVisit | null {
  return visit === null ? null : (visits[visit] ?? null);
}

/** The rule or step that an event names. */
function nameIn(event: TakenEvent): string {
  if ("rule" in event) return event.rule;
  return event.type === "step" ? event.step : "";
}

/** A source as a cart has it: `creator`, or `search google`. */
function textOf({ kind, name }: VisitSource): string {
  return name === "" ? kind : `${kind} ${name}`;
}
