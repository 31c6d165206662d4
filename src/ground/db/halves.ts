import { brokenOff } from "./premise.ts";
import { storageFailure } from "./retry.ts";

/** Tries of one group whose grounds others take away. */
const MAX_TRIES = 6;

/** The longest pause after such a try, ms, doubled each time: whoever collided should not come back together. */
const FIRST_PAUSE_MS = 20;

/** How a group is written. */
export interface GroupWork<Item> {
  /** Reads what items stand on and writes them, all in one transaction. */
  write: (items: readonly Item[]) => Promise<void>;
  /** Whether a failure that isn't a broken premise means that others came first, too. */
  lostRace: (error: unknown) => boolean;
  /** Deals with the one item that can't be written, alone and for good; `overtaken`: by others, each time. */
  giveUp: (item: Item, error: unknown, overtaken: boolean) => Promise<void> | void;
}

/**
 * Writes items together. Whenever others come first, it is done anew from what there is by then. What
 * can't be done for good is halved until the item is alone that is at fault, so that it holds up no
 * other. Throws what D1 throws when it is busy or gone: some items may be written then.
 */
export async function writeInHalves<Item>(items: readonly Item[], work: GroupWork<Item>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await work.write(items);
    } catch (error) {
      if (storageFailure(error) !== "permanent") throw error;
      const overtaken = brokenOff(error);
      if ((overtaken || work.lostRace(error)) && tries < MAX_TRIES) {
        await scheduler.wait(Math.random() * FIRST_PAUSE_MS * 2 ** tries);
        continue;
      }
      const [only] = items;
      if (only === undefined) throw error;
      if (items.length === 1) return work.giveUp(only, error, overtaken);
      const middle = items.length >> 1;
      await writeInHalves(items.slice(0, middle), work);
      return writeInHalves(items.slice(middle), work);
    }
  }
}
