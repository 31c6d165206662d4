import type { Page, Response } from "playwright-core";

/** Presses what leads to another page, folded away or not. Answers the page's response once it is loaded. */
export async function press(page: Page, selector: string): Promise<Response> {
  const folds = page.locator("details:not([open])", { has: page.locator(selector) });
  if ((await folds.count()) > 0) await folds.first().locator("> summary").click();
  const next = page.waitForResponse((answer) => answer.request().isNavigationRequest() && answer.status() !== 303);
  await page.click(selector);
  const led = await next;
  await led.finished();
  await page.waitForLoadState();
  return led;
}
