import { expect } from "vitest";
import { z } from "zod";
import { api, problemOf } from "../../ground/api.ts";
import { major } from "./books-earnings.ts";
import type { Check } from "./books-check.ts";
import { Reports } from "./books-reports.ts";
import { byText, csvOf, differs, rowOf, sayingOf, type Told } from "./books-sayings.ts";
import { isClaim, type ModelOrder, type Says, type Statement } from "./books-facts.ts";
import { settle, workedOut } from "./books-model.ts";
import { canReview, collectable, draftOf, sumOf } from "./books-runs.ts";
import { commissionOf, iso, type Shop } from "./books-shop.ts";
import { MOST, type Step, type StepOf } from "./books-steps.ts";
import { NOW } from "../../programme/generation-fixtures.ts";

const SECOND = 1_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What a report comes to: news, a repeat that changes nothing, or what nobody has said the meaning of. */
type Effect = "news" | "repeat" | "unclear";

const draftSchema = z.object({
  id: z.string(),
  lines: z.array(
    z.object({ creatorId: z.string(), amount: z.object({ amountMinor: z.number() }), entries: z.number() }),
  ),
});

/** `nothing`: the step came to none, and there is nothing new to compare. */
type Done = "nothing" | void;

/** Plays a history: each step over HTTP, and in the model; then all is compared. */
export class Play {
  readonly #shop: Shop;
  readonly #check: Check;
  readonly #reports: Reports;
  #deliveries = 0;

  constructor(shop: Shop, check: Check) {
    this.#shop = shop;
    this.#check = check;
    this.#reports = new Reports(shop, check);
  }

  /** Takes one step, and compares. */
  async take(step: Step): Promise<void> {
    this.#shop.wait(SECOND);
    const done = await this.#do(step);
    this.#check.note(done === "nothing" ? `${step.kind}: nothing` : step.kind);
    if (done !== "nothing") await this.#settled();
  }

  /** Ends the history, and compares all that is added up. */
  async end(): Promise<void> {
    await this.#reports.end(workedOut(this.#shop.model));
  }

  async #settled(): Promise<void> {
    await this.#shop.settle();
    await this.#check.books(settle(this.#shop.model));
  }

  async #do(step: Step): Promise<Done> {
    switch (step.kind) {
      case "report":
        return this.#report(step);
      case "again":
        return this.#again(step);
      case "tooMuch":
        return this.#tooMuch(step);
      case "import":
        return this.#import(step);
      case "review":
        return this.#review(step);
      case "attribute":
        return this.#attribute(step);
      case "rule":
        return this.#rule(step);
      case "rate":
        return this.#rate(step);
      case "wait":
        return this.#shop.wait(step.hours * HOUR);
      case "lock":
        return this.#lock();
      case "draft":
        return this.#draft(step);
      case "move":
        return this.#move(step);
      case "rollUp":
        await this.#reports.rollUp();
        return "nothing";
      case "look":
        await this.#reports.books(workedOut(this.#shop.model));
        return "nothing";
    }
  }

  #orderAt(slot: number): ModelOrder {
    const order = this.#shop.model.orders[slot];
    if (order === undefined) throw new Error(`no order ${slot}`);
    return order;
  }

  async #report({ slot, channel, saying, updated, keyed }: StepOf<"report">): Promise<Done> {
    const order = this.#orderAt(slot);
    const dated = channel === "order" || channel === "postback";
    const updatedAt = dated && updated !== null ? this.#shop.model.now - updated * 60_000 : null;
    const deliveryKey = keyed && channel === "order" ? `delivery-${this.#deliveries++}` : null;
    return this.#tell(order, channel, sayingOf(order, channel, saying), { updatedAt, deliveryKey });
  }

  async #again({ slot, back, anew }: StepOf<"again">): Promise<Done> {
    const order = this.#orderAt(slot);
    const all = order.statements.filter(({ channel }) => channel !== "import");
    // Rather what is another state than the last.
    const others = all.filter(({ identity }) => identity !== all.at(-1)?.identity);
    const told = others.length > 0 ? others : all;
    const one = told.at(-1 - (back % Math.max(1, told.length)));
    if (one === undefined) return "nothing";
    const fresh = { updatedAt: one.updatedAt === null ? null : this.#shop.model.now, deliveryKey: null };
    return this.#tell(order, one.channel as Told, one.says, anew ? fresh : one);
  }

  async #tell(
    order: ModelOrder,
    channel: Told,
    says: Says,
    { updatedAt, deliveryKey }: Pick<Statement, "updatedAt" | "deliveryKey">,
  ): Promise<Done> {
    const { now } = this.#shop.model;
    const statement: Statement = {
      channel,
      arrivedAt: now,
      rank: Math.min(updatedAt ?? now, now),
      identity: JSON.stringify([channel, updatedAt, says]),
      updatedAt,
      deliveryKey,
      says,
      late: isClaim({ channel }) && order.approvedAt !== null,
    };
    const effect = this.#effectOf(order, statement);
    if (effect === "unclear") return "nothing";
    const status = await this.#shop.tell(channel, order, says, statement);
    expect(status, `${channel} of ${order.externalId}`).toBeLessThan(300);
    if (effect === "repeat") return;
    order.statements.push(statement);
    if (isClaim(statement) || order.review === null || order.review.lackedAsOf === null) return;
    // What was decided by hand before the import holds anew.
    if (statement.rank > order.review.lackedAsOf) order.review = order.review.instead;
  }

  #effectOf(order: ModelOrder, statement: Statement): Effect {
    const { identity, rank, updatedAt, deliveryKey } = statement;
    const alike = order.statements.filter((one) => one.identity === identity);
    const isDelivered =
      deliveryKey !== null
        ? order.statements.some((one) => one.deliveryKey === deliveryKey)
        : updatedAt !== null && alike.length > 0;
    if (isDelivered) return "repeat";
    const shops = order.statements.filter((one) => !isClaim(one));
    return shops.some((one) => one.rank === rank) ? "unclear" : "news";
  }

  async #tooMuch({ slot, channel }: StepOf<"tooMuch">): Promise<Done> {
    const order = this.#orderAt(slot);
    if (order.currency !== "EUR") return "nothing";
    const status = await this.#shop.tell(channel, order, { totalMinor: MOST + 1 });
    if (channel === "order" || channel === "postback") expect(status).toBe(422);
    else expect(status).toBeLessThan(300);
  }

  async #import({ rows, between }: StepOf<"import">): Promise<Done> {
    const { model } = this.#shop;
    const before = new Map(workedOut(model).map((worked) => [worked.order.externalId, worked]));
    const found = model.orders.flatMap((order, index) => {
      const [given, worked] = [rows[index], before.get(order.externalId)];
      // What another import makes of one that an import declined, nobody says.
      if (given === undefined || order.review?.lackedAsOf != null) return [];
      const row = rowOf(order, given, worked);
      return row === null ? [] : [{ order, row, applies: worked === undefined || differs(row, worked) }];
    });
    if (found.length === 0) return "nothing";
    const csv = csvOf(found, this.#shop);
    const uploadedAt = model.now;
    const statements = found.map(({ order, row, applies }): { order: ModelOrder; applies: boolean; one: Statement } => {
      const says: Says = { ...row, ...(before.has(order.externalId) ? {} : { placedAt: order.placedAt }) };
      const identity = JSON.stringify(["import", csv, order.externalId]);
      const common = { channel: "import" as const, updatedAt: null, deliveryKey: null, late: false };
      return { order, applies, one: { ...common, arrivedAt: uploadedAt, rank: uploadedAt, identity, says } };
    });

    const missing = [...before.values()].filter(
      ({ order, status }) => status !== "declined" && !found.some((one) => one.order === order),
    );
    const id = await this.#shop.upload(csv);
    await this.#check.discrepancies(id, statements, missing);
    this.#shop.wait(SECOND);
    if (between !== null) {
      const order = this.#orderAt(between.slot);
      const told = { updatedAt: null, deliveryKey: null };
      await this.#tell(order, "order", sayingOf(order, "order", between.saying), told);
      await this.#settled();
      this.#shop.wait(SECOND);
    }
    await this.#shop.apply(id);
    for (const { order, applies, one } of statements) if (applies) order.statements.push(one);
    this.#decline(
      missing.map(({ order }) => order),
      uploadedAt,
    );
  }

  /** What an export of `asOf` (ms UTC) lacks is declined, where that can be and the shop told nothing of it since. */
  #decline(orders: readonly ModelOrder[], asOf: number): void {
    const all = workedOut(this.#shop.model);
    for (const order of orders) {
      const worked = all.find((one) => one.order === order);
      if (worked === undefined || !canReview(this.#shop.model, "decline", worked)) continue;
      if (order.statements.some((one) => !isClaim(one) && one.rank > asOf)) continue;
      order.review = { decision: "decline", lackedAsOf: asOf, instead: order.review };
    }
  }

  async #review({ slot, action }: StepOf<"review">): Promise<Done> {
    const { model } = this.#shop;
    const order = this.#orderAt(slot);
    const worked = workedOut(model).find((one) => one.order === order);
    const id = this.#shop.orderIds.get(order.externalId);
    if (worked === undefined || id === undefined) return "nothing";
    const can = canReview(model, action, worked);
    const answer = await this.#shop.post(`/orders/${id}/${action}`);
    expect(answer.status, `${action} ${order.externalId}`).toBe(can ? 200 : 409);
    if (!can) return;
    order.review = { decision: action, lackedAsOf: null, instead: null };
    if (action === "approve") order.approvedAt ??= Math.max(model.now, model.lockedTo);
  }

  async #attribute({ slot, drafted, to, planned }: StepOf<"attribute">): Promise<Done> {
    const { model } = this.#shop;
    const inDrafts = model.orders.filter((one) => draftOf(model, one) !== undefined);
    const order = (drafted ? inDrafts[slot % Math.max(1, inDrafts.length)] : undefined) ?? this.#orderAt(slot);
    const id = this.#shop.orderIds.get(order.externalId);
    if (id === undefined) return "nothing";
    const plan = planned ? { planId: this.#shop.planId } : {};
    const given =
      to === "rule"
        ? { rule: true }
        : to === null
          ? { creatorId: null }
          : { creatorId: this.#shop.creators[to], ...plan };
    const answer = await this.#shop.post(`/orders/${id}/attribute`, given);
    if (draftOf(model, order) !== undefined) return expect(problemOf(answer).code).toBe("order_in_payout");
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    order.manual = to === "rule" ? undefined : to === null ? null : { creator: to, planned };
  }

  async #rule({ rule, days }: StepOf<"rule">): Promise<void> {
    const { model } = this.#shop;
    const from = days === 0 ? model.now : NOW + days * DAY;
    const answer = await this.#shop.post(`/tracking-plans/${this.#shop.planId}/commission-rules`, {
      commission: commissionOf({ ...rule, from }, model.storeCurrency),
      ...(days !== 0 && { effectiveFrom: iso(from) }),
    });
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    model.rules.push({ ...rule, from });
  }

  async #rate({ pair, days, rate, weeks }: StepOf<"rate">): Promise<void> {
    const [from = "", to = ""] = pair.split("/");
    const dates = Array.from({ length: weeks }, (_none, back) => iso(NOW + (days - 7 * back) * DAY).slice(0, 10));
    const rates = dates.map((date) => ({ from, to, date, rate, source: "ECB" }));
    const answer = await api("POST", "/exchange-rates", { rates });
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    for (const date of dates) this.#shop.model.rates.set(`${pair} ${date}`, rate);
  }

  async #lock(): Promise<void> {
    const { model, store } = this.#shop;
    const to = model.now;
    const { status, body } = await api("POST", "/periods", { storeId: store.id, to: iso(to) });
    expect(status, JSON.stringify(body)).toBe(201);
    const { id } = z.object({ id: z.string() }).parse(body);
    expect((await api("POST", `/periods/${id}/lock`)).status).toBe(200);
    model.lockedTo = to;
  }

  async #draft({ currency, minimum, holdDays, locks, next }: StepOf<"draft">): Promise<void> {
    const { model, store, creators } = this.#shop;
    if (locks) {
      await this.#lock();
      this.#shop.wait(SECOND);
    }
    const wanted = collectable(model, workedOut(model), { currency, minimum, holdDays });
    const body = { storeId: store.id, currency, minimum: major(minimum, currency), holdDays };
    const answer = await api("POST", "/payouts", body);
    this.#check.note(wanted.size === 0 ? "payout_empty" : "payout drafted");
    if (wanted.size === 0) return expect(problemOf(answer).code).toBe("payout_empty");
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    const { id, lines } = draftSchema.parse(answer.body);
    const expected = [...wanted].map(([creator, entries]) => [creators[creator], sumOf(entries), entries.length]);
    const found = lines.map(({ creatorId, amount, entries }) => [creatorId, amount.amountMinor, entries]);
    this.#check.same("lines of a draft", found.toSorted(byText), expected.toSorted(byText));
    model.runs.push({ id, currency, status: "draft", entries: [...wanted.values()].flat() });
    if (next === "keep") return;
    await this.#settled();
    this.#shop.wait(SECOND);
    await this.#move({ kind: "move", to: next, run: 0 });
  }

  async #move({ to, run: index }: StepOf<"move">): Promise<Done> {
    const { runs } = this.#shop.model;
    const run = runs.at(-1 - (index % Math.max(1, runs.length)));
    if (run === undefined) return "nothing";
    const answer = await api("POST", `/payouts/${run.id}/${to}`, to === "pay" ? undefined : { reason: "a mistake" });
    if (run.status !== (to === "reverse" ? "paid" : "draft")) return expect(answer.status).toBe(409);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    this.#check.note(to);
    run.status = ({ pay: "paid", cancel: "cancelled", reverse: "reversed" } as const)[to];
  }
}
