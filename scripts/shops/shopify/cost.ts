import {
  type DocumentNode,
  getNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  OperationTypeNode,
  type SelectionSetNode,
  type ValueNode,
} from "graphql";

/** A call that costs more points is refused, whatever is in the bucket. */
export const MAX_COST = 1_000;

/** What a mutation costs before what it gives back. */
const MUTATION = 10;

/** Cost nothing of their own: amounts and pairs, and what a connection is made of. */
const FREE = /^(MoneyV2|Attribute|PageInfo|UserError|DiscountUserError|.*Edge)$/;

/**
 * The points that a document asks for before it runs. Shopify says: an object is 1, a scalar 0, and a connection is
 * "sized by" `first` or `last`; how, it doesn't say. What others publish of their costs (10 → 4, 25 → 5, 100 → 9) grows
 * by the logarithm, and so does this; `2 + size × node`.
 */
export function costOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
): number {
  const fragments = new Map(
    document.definitions.flatMap((one) => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one]] : [])),
  );

  function ofFields(type: string, set: SelectionSetNode): number {
    let sum = 0;
    let widest = 0;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        sum += ofField(type, selection);
        continue;
      }
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
      if (fragment === undefined) continue;
      const on = fragment.typeCondition?.name.value ?? type;
      const cost = ofFields(on, fragment.selectionSet);
      // Of the kinds of a union one comes: the dearest is counted.
      if (on !== type && isAbstractType(schema.getType(type))) widest = Math.max(widest, cost);
      else sum += cost;
    }
    return sum + widest;
  }

  function ofField(parent: string, field: Extract<SelectionSetNode["selections"][number], { kind: Kind.FIELD }>) {
    const owner = schema.getType(parent);
    const defined = isObjectType(owner) || isInterfaceType(owner) ? owner.getFields()[field.name.value] : undefined;
    if (defined === undefined || field.selectionSet === undefined) return 0;
    const type = getNamedType(defined.type);
    if (!isCompositeType(type)) return 0;
    const children = ofFields(type.name, field.selectionSet);
    if (type.name.endsWith("Connection")) {
      const size = ["first", "last"].map((name) => field.arguments?.find((one) => one.name.value === name));
      return 2 + weightOf(sizeOf(size.find((one) => one !== undefined)?.value)) * children;
    }
    const own = FREE.test(type.name) ? 0 : 1;
    return own + children;
  }

  function sizeOf(value: ValueNode | undefined): number {
    if (value?.kind === Kind.INT) return Number(value.value);
    if (value?.kind === Kind.VARIABLE) return Number(variables[value.name.value] ?? 0);
    return 0;
  }

  let cost = 0;
  for (const operation of document.definitions) {
    if (operation.kind !== Kind.OPERATION_DEFINITION) continue;
    const isMutation = operation.operation === OperationTypeNode.MUTATION;
    const root = isMutation ? schema.getMutationType() : schema.getQueryType();
    cost += isMutation ? MUTATION : ofFields((root as GraphQLObjectType).name, operation.selectionSet);
  }
  return Math.max(cost, 1);
}

/** How often a node is counted in a connection of so many. */
export function weightOf(size: number): number {
  return size <= 0 ? 0 : Math.max(1, Math.round(1.8 * Math.log(size)));
}

/** What really came, by the same rule: counted over the answer. */
export function actualCost(value: unknown): number {
  if (Array.isArray(value)) return Math.max(0, ...value.map(actualCost)) * weightOf(value.length);
  if (typeof value !== "object" || value === null) return 0;
  const isMoney = "amount" in value && Object.keys(value).length <= 2;
  return (isMoney ? 0 : 1) + Object.values(value).reduce((sum: number, one) => sum + actualCost(one), 0);
}

/** The points of an app at a shop: they come back with time. */
export class Bucket {
  readonly maximum: number;
  readonly restoreRate: number;
  #available: number;
  #at: number;

  /** `restoreRate` is points a second, `now` ms. */
  constructor(maximum: number, restoreRate: number, now: number) {
    this.maximum = maximum;
    this.restoreRate = restoreRate;
    this.#available = maximum;
    this.#at = now;
  }

  available(now: number): number {
    const seconds = Math.max(now - this.#at, 0) / 1_000;
    this.#available = Math.min(this.maximum, this.#available + seconds * this.restoreRate);
    this.#at = now;
    return this.#available;
  }

  /** Takes points; those that turn out not to be needed are given back by a negative number. */
  take(points: number, now: number): void {
    this.#available = Math.min(this.maximum, this.available(now) - points);
  }
}
