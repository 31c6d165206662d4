import { localDay } from "../../ground/time/local-day.ts";
import { DAY_MS } from "../../ground/time/range.ts";

/** For so many days before a rental ends it is said to be ending. */
export const ENDING_DAYS = 30;

/** Where the rental of a number stands; `none`: no day is known on which it ends or begins. */
export const RENTAL_STATES = ["none", "upcoming", "running", "ending", "ended"] as const;

/** One of {@link RENTAL_STATES}. */
export type RentalState = (typeof RENTAL_STATES)[number];

/** The days between which a number is rented, both in it, such as `2026-11-30`, of its store's time zone. */
export interface RentedDays {
  rentedFrom: string | null;
  rentedUntil: string | null;
}

/** How a rental stands on a day (`2026-11-30`). `daysLeft`: until its last day, on which it is 0; `null`: it has none. */
export function rentalOn(
  today: string,
  { rentedFrom, rentedUntil }: RentedDays,
): { daysLeft: number | null; state: RentalState } {
  const daysLeft = rentedUntil === null ? null : (Date.parse(rentedUntil) - Date.parse(today)) / DAY_MS;
  return { daysLeft, state: stateOn(today, rentedFrom, daysLeft) };
}

function stateOn(today: string, rentedFrom: string | null, daysLeft: number | null): RentalState {
  if (rentedFrom !== null && rentedFrom > today) return "upcoming";
  if (daysLeft === null) return rentedFrom === null ? "none" : "running";
  if (daysLeft < 0) return "ended";
  return daysLeft <= ENDING_DAYS ? "ending" : "running";
}

/** SQL: the day (2026-11-30) that it is at a time (SQL, ms UTC) for the row `number` of `phone_numbers`, an alias. */
export function dayOfNumber(number: string, time: string): string {
  return localDay(`(SELECT st.timezone FROM stores st WHERE st.id = ${number}.store_id)`, time);
}

/**
 * SQL condition that the row `number` of `phone_numbers`, an alias, is rented at a time (SQL, ms UTC): others are shown
 * by no page. One without days is rented always.
 */
export function isRented(number: string, time: string): string {
  return `((${number}.rented_from IS NULL OR ${number}.rented_from <= ${dayOfNumber(number, time)})
    AND (${number}.rented_until IS NULL OR ${number}.rented_until >= ${dayOfNumber(number, time)}))`;
}
