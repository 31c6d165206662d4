import { clickLogs } from "../../clicks/log/logs-store.ts";
import { findLogged } from "../../clicks/log/read-store.ts";
import { type ContactRow, customerHashOfContact, findContact } from "../../conversions/contact/store.ts";
import type { Deps } from "../../ground/deps.ts";
import { isoOf } from "../../ground/http/fields.ts";
import { DAY_MS } from "../../ground/time/range.ts";
import { withNames } from "../../sales/attribution/names-store.ts";
import type { OrderRow } from "../../sales/order/store.ts";
import { isForgotten } from "../../sales/shop/forgotten.ts";
import { readVisitRetention } from "../../visits/archive/retention.ts";
import { hiddenOf } from "./hidden.ts";
import { moneyOf } from "./load-money.ts";
import { namesOf } from "./load-names.ts";
import { recordsOf } from "./load-records.ts";
import { eventsOf, visitorsKnown } from "./load-visits.ts";
import { presentStep, summaryOf } from "./present.ts";
import { callSteps, clicksOnce, clickSteps, conversionSteps, moneySteps, orderSteps } from "./record-steps.ts";
import type { CustomerPath } from "./schema.ts";
import { inOrder } from "./step.ts";
import { visitSteps } from "./visit-steps.ts";

/** What a path is asked of. */
interface PathAsked {
  storeId: string;
  customerHash: string | null;
  contact: ContactRow | null;
  /** `null`: a contact is asked for. */
  order: OrderRow | null;
}

type PathDeps = Pick<Deps, "d1" | "env" | "now">;

/** The path of a contact: all that is known of it, bounded. Throws what D1 throws. */
export async function pathOfContact(deps: PathDeps, contact: ContactRow): Promise<CustomerPath> {
  const customerHash = await customerHashOfContact(deps, contact.id);
  return pathOf(deps, { storeId: contact.storeId, customerHash, contact, order: null });
}

/** The path to an order: what its customer did until then, and what it came to. Throws what D1 throws. */
export async function pathOfOrder(deps: PathDeps, order: OrderRow): Promise<CustomerPath> {
  const { storeId } = order;
  // The name of one who was erased joins their orders, which is nobody's business any more.
  const customerHash = order.customerHash === null || isForgotten(order.customerHash) ? null : order.customerHash;
  const contactId =
    customerHash === null
      ? null
      : await deps.d1
          .prepare("SELECT id FROM contacts WHERE store_id = ?1 AND customer_hash = ?2")
          .bind(storeId, customerHash)
          .first<string>("id");
  const contact = contactId === null ? null : await findContact(deps, contactId);
  return pathOf(deps, { storeId, customerHash, contact, order });
}

async function pathOf(deps: PathDeps, { storeId, customerHash, contact, order }: PathAsked): Promise<CustomerPath> {
  const { d1 } = deps;
  const until = order?.placedAt ?? Number.MAX_SAFE_INTEGER;
  const contactId = contact?.id ?? null;
  const candidates = order?.explanation.candidates ?? [];
  const callIds = candidates.flatMap(({ touch: { id } }) => (id.startsWith("call:") ? [id.slice("call:".length)] : []));
  const isErased = order !== null && order.customerHash !== null && customerHash === null;
  const known = await visitorsKnown(deps, {
    storeId,
    contactId,
    customerHash,
    orderExternalId: order?.externalId ?? null,
    callIds: isErased ? [] : callIds,
  });
  const [records, logged] = await Promise.all([
    recordsOf(d1, {
      storeId,
      customerHash,
      contactId,
      visitors: known.visitors,
      until,
      order,
      callIds,
    }),
    eventsOf(deps, storeId, known, until),
  ]);
  const isOwn = (visitorHash: string | null, time: number) => visitorHash === null || known.isOwn(visitorHash, time);
  // By its browser alone a call is the customer's if that browser was, then.
  const calls = records.calls.filter(
    (call) => call.customerHash !== null || call.callerHash !== null || isOwn(call.visitorHash, call.startedAt),
  );
  const ofCalls = calls.flatMap(({ clickId, clickAt, linkId, visitorHash }) =>
    clickId === null || clickAt === null || linkId === null
      ? []
      : [{ clickId, linkId, trust: "claimed" as const, time: clickAt, visitorHash }],
  );
  const clicks = clicksOnce([
    ...records.clicks.filter(({ visitorHash, time }) => isOwn(visitorHash, time)),
    ...ofCalls,
  ]);
  const asked = clicks.map(({ clickId, linkId, time }) => ({ id: clickId, linkId, time }));
  const [sources, money] = await Promise.all([
    findLogged(await clickLogs(deps.env, deps.now()), asked),
    moneyOf(
      d1,
      order === null ? records.orders.map(({ id }) => id) : [order.id],
      records.conversions.filter(({ orderId }) => order === null || orderId === order.id).map(({ id }) => id),
    ),
  ]);
  const visits = visitSteps(logged.events, clicks);
  const steps = inOrder([
    ...clickSteps(clicks, sources),
    ...visits.steps,
    ...callSteps(calls),
    ...conversionSteps(records.conversions),
    ...orderSteps(records.orders),
    ...moneySteps(money.entries, money.payouts),
  ]);
  const owners = [order?.creatorId ?? [], candidates.flatMap(({ touch }) => touch.creatorId ?? [])].flat();
  const names = await namesOf(d1, steps, owners);
  const judgement =
    order === null ? null : { candidates, credited: new Set(order.shares.map(({ creatorId }) => creatorId)) };
  const hidden = hiddenOf({
    visitors: known.visitors.length,
    visits: steps.filter(({ kind }) => kind === "visit").length,
    pagesLeftOut: visits.pagesLeftOut,
    complete: logged.complete,
    keptDays: readVisitRetention(deps.env.VISIT_RETENTION_DAYS).days,
    ageDays: (deps.now() - Math.min(contact?.createdAt ?? until, steps[0]?.time ?? until)) / DAY_MS,
    calls,
    customer: order === null ? null : isErased ? "erased" : customerHash === null ? "not_told" : "known",
    unverifiedClicks: order?.explanation.unverified?.length ?? 0,
    leftOut: records.leftOut + money.leftOut,
  });
  return {
    contact: contact === null ? null : { id: contact.id, storeId, createdAt: isoOf(contact.createdAt) },
    order: order === null ? null : presentOrder(order),
    decision: order === null ? null : presentDecision(order, names.creators),
    steps: steps.map((step) => presentStep(step, names, judgement)),
    hidden,
    summary: summaryOf(steps, records.orders, money, order?.id ?? null),
  };
}

function presentOrder(order: OrderRow): NonNullable<CustomerPath["order"]> {
  const { id, storeId, externalId, orderNumber, status, trust, placedAt, totalMinor, currency } = order;
  const total = totalMinor === null || currency === null ? null : { amountMinor: totalMinor, currency };
  return { id, storeId, externalId, orderNumber, status, trust, placedAt: isoOf(placedAt), total };
}

function presentDecision(
  { explanation, method, creatorId, manual }: OrderRow,
  names: ReadonlyMap<string, string>,
): NonNullable<CustomerPath["decision"]> {
  return {
    text: withNames(explanation.decision, names),
    rule: explanation.rule,
    model: explanation.policy.model,
    method,
    creator: creatorId === null ? null : { id: creatorId, name: names.get(creatorId) ?? null },
    manual: manual !== null,
  };
}
