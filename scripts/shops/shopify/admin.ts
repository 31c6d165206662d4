import {
  buildSchema,
  type DocumentNode,
  executeSync,
  GraphQLError,
  GraphQLScalarType,
  type GraphQLSchema,
  Kind,
  parse,
  validate,
} from "graphql";
import { Refusal } from "../refusal.ts";
import type { StandAnswer } from "../shop.ts";
import { connectionOf, type PageArguments } from "./connection.ts";
import { actualCost, costOf, MAX_COST } from "./cost.ts";
import { type Code, codeNode, type DiscountInput, statusOf, type UserError } from "./discounts.ts";
import { orderNode, refundNode, type Sight } from "./node.ts";
import { financialStatus, type Order } from "./order.ts";
import { SDL } from "./schema.ts";
import { isAt, readSearch } from "./search.ts";
import type { AdminShop, Subscription } from "./admin-shop.ts";
import { graphqlTime } from "./wire.ts";

/** Orders older than this are seen with `read_all_orders` alone. */
const SEEN_MS = 60 * 24 * 3_600_000;

const DOCS = "https://shopify.dev/api/usage";

let built: GraphQLSchema | null = null;

/** The schema, made at the first call: a tenth of a second. */
function schemaOf(): GraphQLSchema {
  built ??= withScalars(buildSchema(SDL));
  return built;
}

function withScalars(schema: GraphQLSchema): GraphQLSchema {
  const reading: Record<string, (value: unknown) => unknown> = {
    DateTime: (value) => {
      if (typeof value === "string" && !Number.isNaN(Date.parse(value))) return value;
      throw new GraphQLError(`"${String(value)}" is no DateTime.`);
    },
    Decimal: (value) => {
      if (/^-?\d+(\.\d+)?$/.test(String(value))) return String(value);
      throw new GraphQLError(`"${String(value)}" is no Decimal.`);
    },
    UnsignedInt64: (value) => {
      if (/^\d+$/.test(String(value))) return String(value);
      throw new GraphQLError(`"${String(value)}" is no UnsignedInt64.`);
    },
  };
  for (const [name, parseValue] of Object.entries(reading)) {
    const type = schema.getType(name);
    if (!(type instanceof GraphQLScalarType)) continue;
    type.parseValue = parseValue;
    type.parseLiteral = (node) => parseValue("value" in node ? node.value : undefined);
  }
  return schema;
}

/** What a document asks for first, such as `orders`, for the list of calls. */
export function fieldsOf(body: string): string {
  try {
    const { query } = JSON.parse(body) as { query: string };
    return parse(query, { noLocation: true })
      .definitions.flatMap((one) => (one.kind === Kind.OPERATION_DEFINITION ? one.selectionSet.selections : []))
      .flatMap((one) => (one.kind === Kind.FIELD ? [one.name.value] : []))
      .join(",");
  } catch {
    return "?";
  }
}

/** Answers a GraphQL call. `isThrottled`: as if its points were used up. */
export function runGraphql(shop: AdminShop, body: string, version: string, isThrottled = false): StandAnswer {
  const headers = { "X-Shopify-API-Version": version };
  const ok = (answer: unknown): StandAnswer => ({ status: 200, headers, body: answer });
  let given: { query?: unknown; variables?: Record<string, unknown> | null; operationName?: string | null };
  let document: DocumentNode;
  try {
    given = JSON.parse(body) as typeof given;
  } catch {
    return { status: 400, headers, body: { errors: "Bad Request" } };
  }
  if (typeof given?.query !== "string") {
    return { status: 400, headers, body: { errors: { query: "Required parameter missing or invalid" } } };
  }
  try {
    document = parse(given.query);
  } catch (error) {
    return ok({ errors: [(error as GraphQLError).toJSON()] });
  }
  const schema = schemaOf();
  const wrong = validate(schema, document);
  if (wrong.length > 0) return ok({ errors: wrong.map((error) => error.toJSON()) });

  const requested = costOf(schema, document, given.variables ?? {});
  if (requested > MAX_COST) {
    const message = `Query cost is ${requested}, which exceeds the single query max cost limit (${MAX_COST}).`;
    const extensions = {
      code: "MAX_COST_EXCEEDED",
      cost: requested,
      maxCost: MAX_COST,
      documentation: `${DOCS}/rate-limits`,
    };
    return ok({ errors: [{ message, extensions }] });
  }
  const now = shop.now();
  const cost = (actual: number | null): unknown => ({
    cost: {
      requestedQueryCost: requested,
      actualQueryCost: actual,
      throttleStatus: {
        maximumAvailable: shop.bucket.maximum,
        currentlyAvailable: Math.floor(shop.bucket.available(now)),
        restoreRate: shop.bucket.restoreRate,
      },
    },
  });
  if (isThrottled || shop.bucket.available(now) < requested) {
    const extensions = { code: "THROTTLED", documentation: `${DOCS}/rate-limits` };
    return ok({ errors: [{ message: "Throttled", extensions }], extensions: cost(null) });
  }
  const result = executeSync({
    schema,
    document,
    rootValue: rootOf(shop),
    variableValues: given.variables ?? {},
    operationName: given.operationName ?? null,
  });
  // What the answer didn't have is given back, so it is taken just now.
  const actual = Math.max(Math.min(requested, actualCost(result.data ?? {}) - 1), 1);
  shop.bucket.take(actual, now);
  return ok({
    ...(result.errors !== undefined && { errors: result.errors.map((error) => error.toJSON()) }),
    data: result.data ?? null,
    extensions: cost(actual),
  });
}

/** Throws where the app lacks a scope, as Shopify does: an error at the field, which is `null` then. */
function require(shop: AdminShop, scope: string, field: string): void {
  if (shop.has(scope)) return;
  const message = `Access denied for ${field} field. Required access: \`${scope}\` access scope.`;
  const requiredAccess = `\`${scope}\` access scope.`;
  throw new GraphQLError(message, {
    extensions: { code: "ACCESS_DENIED", documentation: `${DOCS}/access-scopes`, requiredAccess },
  });
}

/** All that can be asked for, and done. */
function rootOf(shop: AdminShop): Record<string, unknown> {
  const now = shop.now();
  const sight: Sight = {
    home: `https://${shop.name}`,
    requireCustomers: () => require(shop, "read_customers", "customer"),
  };
  const node = (code: Code): unknown => codeNode(code, shop.currency, now);
  const discounts = (): void => require(shop, "read_discounts", "codeDiscountNode");
  const find = ({ id }: { id: string }): unknown => {
    const order = orderOf(shop, id);
    if (order !== undefined) return orderNode(order, sight);
    const code = shop.codes.byId(id);
    return code === undefined ? null : node(code);
  };
  return {
    node: find,
    nodes: ({ ids }: { ids: string[] }) => {
      if (ids.length > 250) throw new GraphQLError("ids is too long (maximum is 250)");
      return ids.map((id) => find({ id }));
    },
    shop: shopNode(shop),
    publicApiVersions: shop.versions.map((handle) => ({ handle, displayName: handle, supported: true })),
    currentAppInstallation: {
      id: "gid://shopify/AppInstallation/1",
      app: { id: "gid://shopify/App/1", title: "Waymark", apiKey: shop.clientId, handle: "waymark" },
      accessScopes: shop.scopes.map((handle) => ({ handle, description: handle })),
    },
    order: ({ id }: { id: string }) => {
      require(shop, "read_orders", "order");
      const order = orderOf(shop, id);
      return order === undefined ? null : orderNode(order, sight);
    },
    orders: (given: PageArguments & { sortKey: string; query?: string | null }) => {
      require(shop, "read_orders", "orders");
      return ordersOf(shop, given, sight);
    },
    ordersCount: ({ query }: { query?: string | null }) => {
      require(shop, "read_orders", "ordersCount");
      return { count: seen(shop).filter(matching(query)).length, precision: "EXACT" };
    },
    refund: ({ id }: { id: string }) => {
      require(shop, "read_orders", "refund");
      for (const order of seen(shop)) {
        const refund = order.refunds.find((one) => `gid://shopify/Refund/${one.id}` === id);
        if (refund !== undefined) return refundNode(order, refund, sight);
      }
      return null;
    },
    codeDiscountNode: ({ id }: { id: string }) => {
      discounts();
      const code = shop.codes.byId(id);
      return code === undefined ? null : node(code);
    },
    discountNode: ({ id }: { id: string }) => {
      discounts();
      const code = shop.codes.byId(id);
      return code === undefined ? null : { ...(node(code) as object), __typename: "DiscountNode" };
    },
    codeDiscountNodeByCode: ({ code: text }: { code: string }) => {
      discounts();
      const code = shop.codes.byText(text);
      return code === undefined ? null : node(code);
    },
    codeDiscountNodes: (given: PageArguments & { query?: string | null }) => {
      discounts();
      const terms = readTerms(given.query);
      const codes = shop.codes.all().filter((code) => terms.every((term) => isCodeAs(code, term, now)));
      const page = connectionOf(codes, given, (code) => idKey(code.id));
      return {
        ...page,
        nodes: page.nodes.map(node),
        edges: page.edges.map((edge) => ({ ...edge, node: node(edge.node) })),
      };
    },
    webhookSubscription: ({ id }: { id: string }) => {
      const one = subscriptionOf(shop, id);
      return one === undefined ? null : subscriptionNode(shop, one);
    },
    webhookSubscriptions: (given: PageArguments & { topics?: string[] | null; uri?: string | null }) => {
      const all = [...shop.subscriptions.values()]
        .filter((one) => given.topics == null || given.topics.includes(one.topic))
        .filter((one) => given.uri == null || one.uri === given.uri);
      const page = connectionOf(all, given, (one) => idKey(one.id));
      const show = (one: Subscription): unknown => subscriptionNode(shop, one);
      return {
        ...page,
        nodes: page.nodes.map(show),
        edges: page.edges.map((edge) => ({ ...edge, node: show(edge.node) })),
      };
    },
    ...codeMutations(shop, node),
    ...webhookMutations(shop),
  };
}

function codeMutations(shop: AdminShop, node: (code: Code) => unknown): Record<string, unknown> {
  const now = shop.now();
  const missing = (field = "id"): { userErrors: UserError[] } => ({
    userErrors: [{ field: [field], message: "Discount does not exist", code: "INVALID" }],
  });
  const change = (id: string, act: (code: Code) => UserError[]): unknown => {
    require(shop, "write_discounts", "discountCodeBasicUpdate");
    const code = shop.codes.byId(id);
    if (code === undefined) return { codeDiscountNode: null, ...missing() };
    const userErrors = act(code);
    return { codeDiscountNode: userErrors.length > 0 ? null : node(code), userErrors };
  };
  return {
    discountCodeBasicCreate: ({ basicCodeDiscount }: { basicCodeDiscount: DiscountInput }) => {
      require(shop, "write_discounts", "discountCodeBasicCreate");
      const made = shop.codes.create(basicCodeDiscount, shop.nextId(), now);
      return Array.isArray(made)
        ? { codeDiscountNode: null, userErrors: made }
        : { codeDiscountNode: node(made), userErrors: [] };
    },
    discountCodeBasicUpdate: ({ id, basicCodeDiscount }: { id: string; basicCodeDiscount: DiscountInput }) =>
      change(id, (code) => shop.codes.update(code, basicCodeDiscount, now)),
    discountCodeActivate: ({ id }: { id: string }) =>
      change(id, (code) => {
        const startsAt = code.startsAt > now ? new Date(now).toISOString() : null;
        return shop.codes.update(code, { startsAt, endsAt: null }, now);
      }),
    discountCodeDeactivate: ({ id }: { id: string }) =>
      change(id, (code) => {
        code.startsAt = Math.min(code.startsAt, now - 1_000);
        return shop.codes.update(code, { endsAt: new Date(now).toISOString() }, now);
      }),
    discountCodeDelete: ({ id }: { id: string }) => {
      require(shop, "write_discounts", "discountCodeDelete");
      const code = shop.codes.byId(id);
      if (code === undefined) return { deletedCodeDiscountId: null, ...missing() };
      shop.codes.delete(code);
      return { deletedCodeDiscountId: id, userErrors: [] };
    },
  };
}

function webhookMutations(shop: AdminShop): Record<string, unknown> {
  const refuse = (field: string[], message: string): unknown => ({
    webhookSubscription: null,
    deletedWebhookSubscriptionId: null,
    userErrors: [{ field, message }],
  });
  /** Why a subscription can't lead there; `null`: it can. */
  const wrong = (topic: string, uri: string | null | undefined, own: Subscription | null): unknown => {
    const field = ["webhookSubscription", "uri"];
    if (uri == null || !/^https?:$/.test(URL.parse(uri)?.protocol ?? "")) return refuse(field, "Address is invalid");
    const isTaken = [...shop.subscriptions.values()].some(
      (one) => one !== own && one.topic === topic && one.uri === uri,
    );
    if (isTaken) return refuse(field, "Address for this topic has already been taken");
    if (/^(ORDERS|REFUNDS)_/.test(topic) && !shop.has("read_orders")) {
      return refuse(["topic"], `You do not have permission to create or update webhooks with ${topic} topic`);
    }
    return null;
  };
  return {
    webhookSubscriptionCreate: ({
      topic,
      webhookSubscription: { uri },
    }: {
      topic: string;
      webhookSubscription: { uri?: string };
    }) => {
      const refused = wrong(topic, uri, null);
      if (refused !== null) return refused;
      const one = { id: shop.nextId(), topic, uri: uri ?? "", failures: 0, createdAt: shop.now() };
      shop.subscriptions.set(one.id, one);
      return { webhookSubscription: subscriptionNode(shop, one), userErrors: [] };
    },
    webhookSubscriptionUpdate: ({
      id,
      webhookSubscription: { uri },
    }: {
      id: string;
      webhookSubscription: { uri?: string };
    }) => {
      const one = subscriptionOf(shop, id);
      if (one === undefined) return refuse(["id"], "Webhook subscription does not exist");
      const refused = uri === undefined ? null : wrong(one.topic, uri, one);
      if (refused !== null) return refused;
      one.uri = uri ?? one.uri;
      return { webhookSubscription: subscriptionNode(shop, one), userErrors: [] };
    },
    webhookSubscriptionDelete: ({ id }: { id: string }) => {
      const one = subscriptionOf(shop, id);
      if (one === undefined) return refuse(["id"], "Webhook subscription does not exist");
      shop.unsubscribe(one);
      return { deletedWebhookSubscriptionId: id, userErrors: [] };
    },
  };
}

/** Orders that the app may see. */
function seen(shop: AdminShop): Order[] {
  return [...shop.orders.values()].filter((order) => isSeen(shop, order));
}

function isSeen(shop: AdminShop, order: Order): boolean {
  return shop.has("read_all_orders") || order.createdAt >= shop.now() - SEEN_MS;
}

function orderOf(shop: AdminShop, gid: string): Order | undefined {
  const [, id] = /^gid:\/\/shopify\/Order\/(\d+)$/.exec(gid) ?? [];
  const order = id === undefined ? undefined : shop.orders.get(BigInt(id));
  return order !== undefined && isSeen(shop, order) ? order : undefined;
}

const SORT: Record<string, (order: Order) => number> = {
  ID: () => 0,
  CREATED_AT: (order) => order.createdAt,
  PROCESSED_AT: (order) => order.createdAt,
  UPDATED_AT: (order) => order.updatedAt,
};

function ordersOf(
  shop: AdminShop,
  given: PageArguments & { sortKey: string; query?: string | null },
  sight: Sight,
): unknown {
  const by = SORT[given.sortKey];
  if (by === undefined) throw new GraphQLError(`The stand-in doesn't sort by ${given.sortKey}.`);
  const key = (order: Order): string => `${timeKey(by(order))} ${idKey(order.id)}`;
  const keyed = new Map(
    seen(shop)
      .filter(matching(given.query))
      .map((order) => [order, key(order)]),
  );
  const sorted = [...keyed.keys()].toSorted((a, b) => ((keyed.get(a) ?? "") < (keyed.get(b) ?? "") ? -1 : 1));
  const page = connectionOf(sorted, given, (order) => keyed.get(order) ?? "");
  const nodes = page.nodes.map((order) => orderNode(order, sight));
  return { ...page, nodes, edges: page.edges.map((edge, index) => ({ ...edge, node: nodes[index] })) };
}

/** Texts that sort as what they are of. Times of a sort count whole seconds. */
const timeKey = (at: number): string => String(Math.floor(at / 1_000)).padStart(12, "0");
const idKey = (id: bigint): string => String(id).padStart(20, "0");

function readTerms(query: string | null | undefined): ReturnType<typeof readSearch> {
  try {
    return readSearch(query ?? "");
  } catch (error) {
    if (error instanceof Refusal) throw new GraphQLError(error.message);
    throw error;
  }
}

/** Fields of a search of orders. */
const SEARCHED = new Set([
  "updated_at",
  "created_at",
  "processed_at",
  "id",
  "name",
  "test",
  "financial_status",
  "source_name",
  "status",
]);

/** What a search is of. Throws for fields that the stand-in doesn't know. */
function matching(query: string | null | undefined): (order: Order) => boolean {
  const terms = readTerms(query);
  const unknown = terms.find(({ field }) => !SEARCHED.has(field));
  if (unknown !== undefined) throw new GraphQLError(`The stand-in doesn't search orders by ${unknown.field}.`);
  return (order) =>
    terms.every((term) => {
      switch (term.field) {
        case "updated_at":
          return isAt(order.updatedAt, term);
        case "created_at":
        case "processed_at":
          return isAt(order.createdAt, term);
        case "id":
          return isNumberAs(order.id, term);
        case "name":
          return term.value === `#${order.number}` || term.value === String(order.number);
        case "test":
          return String(order.test) === term.value;
        case "financial_status":
          return term.value === "any" || term.value.toLowerCase() === financialStatus(order);
        case "source_name":
          return order.source === term.value;
        case "status":
          if (term.value === "any" || term.value === "not_closed") return true;
          if (term.value === "cancelled") return order.cancelledAt !== null;
          return (order.closedAt === null) === (term.value === "open");
        default:
          return false;
      }
    });
}

function isNumberAs(id: bigint, { operator, value }: { operator: string; value: string }): boolean {
  const other = BigInt(value);
  if (operator === "") return id === other;
  if (id === other) return operator.endsWith("=");
  return operator.startsWith(">") === id > other;
}

function isCodeAs(code: Code, { field, operator, value }: ReturnType<typeof readSearch>[number], now: number): boolean {
  switch (field) {
    case "id":
      return isNumberAs(code.id, { operator, value });
    case "code":
      return code.code.toLowerCase() === value.toLowerCase();
    case "title":
      return code.title.toLowerCase() === value.toLowerCase();
    case "status":
      return statusOf(code, now).toLowerCase() === value.toLowerCase();
    case "updated_at":
      return isAt(code.updatedAt, { field, operator, value });
    default:
      throw new GraphQLError(`The stand-in doesn't search codes by ${field}.`);
  }
}

function shopNode(shop: AdminShop): Record<string, unknown> {
  return {
    id: "gid://shopify/Shop/1",
    name: shop.name.replace(/\.myshopify\.com$/, ""),
    email: "owner@example.com",
    myshopifyDomain: shop.name,
    primaryDomain: { host: shop.name, url: `https://${shop.name}` },
    url: `https://${shop.name}`,
    currencyCode: shop.currency,
    ianaTimezone: "America/New_York",
    timezoneOffset: "-0500",
    taxesIncluded: false,
    plan: { partnerDevelopment: false, shopifyPlus: shop.plan === "plus", publicDisplayName: shop.plan },
  };
}

function subscriptionOf(shop: AdminShop, gid: string): Subscription | undefined {
  const [, id] = /^gid:\/\/shopify\/WebhookSubscription\/(\d+)$/.exec(gid) ?? [];
  return id === undefined ? undefined : shop.subscriptions.get(BigInt(id));
}

function subscriptionNode(shop: AdminShop, one: Subscription): Record<string, unknown> {
  const handle = shop.versions.at(-1);
  return {
    __typename: "WebhookSubscription",
    id: `gid://shopify/WebhookSubscription/${one.id}`,
    legacyResourceId: String(one.id),
    topic: one.topic,
    uri: one.uri,
    format: "JSON",
    filter: "",
    includeFields: [],
    metafieldNamespaces: [],
    name: null,
    apiVersion: { handle, displayName: handle, supported: true },
    createdAt: graphqlTime(one.createdAt),
    updatedAt: graphqlTime(one.createdAt),
    endpoint: { __typename: "WebhookHttpEndpoint", callbackUrl: one.uri },
  };
}
