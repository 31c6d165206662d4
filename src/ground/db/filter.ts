import { type Column, eq, type GetColumnData, lt, type SQL } from "drizzle-orm";

/** The condition that a column has the value that is asked for; none, which drizzle's `and` leaves out, if none is. */
export function equals<Of extends Column>(column: Of, asked: GetColumnData<Of, "raw"> | undefined): SQL | undefined {
  return asked === undefined ? undefined : eq(column, asked);
}

/** The condition that a row comes behind a place in a list that runs downwards (see `Stretch`); none for its beginning. */
export function below<Of extends Column>(column: Of, place: GetColumnData<Of, "raw"> | null): SQL | undefined {
  return place === null ? undefined : lt(column, place);
}
