import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/**
 * Launches the system's Chromium, or the one that `CHROMIUM_PATH` names, with a fresh profile and
 * quiet on the network. Throws an `Error` that says so if there is none.
 */
export async function launchChromium(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
  if (!existsSync(executablePath)) {
    throw new Error(`There is no Chromium at ${executablePath}. Install it, or set CHROMIUM_PATH to where it is.`);
  }
  return chromium.launch({
    executablePath,
    // People's browsers bring pages back as they were left; Playwright's would load them anew.
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // What a page sends as it goes has the browser's own name, whatever a context is called: not a program's.
      "--user-agent=Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
    ],
  });
}
