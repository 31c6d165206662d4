// What stands in for wrangler where a test is about the start script alone: it answers what a start asks,
// and its clicks are numbers. `workerd`, beside it, is a link to node.
import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const [, , command, ...rest] = process.argv;
if (command !== "dev") process.exit(0);

const workerd = spawn(join(dirname(fileURLToPath(import.meta.url)), "workerd"), ["-e", "setInterval(() => {}, 1000)"]);
appendFileSync(process.env.FAKE_LOG, `${process.pid} ${workerd.pid}\n`);

/** Clicks on their way; one a poll is written. */
let waiting = 0;
let logged = 0;
const NEVER = process.env.FAKE_NEVER_WRITES === "1";

function metrics() {
  if (waiting > 0 && !NEVER) {
    waiting -= 1;
    logged += 1;
  }
  return [
    `waymark_isolate_buffered_clicks ${waiting}`,
    "waymark_click_queue_messages 0",
    "waymark_isolate_queue_deliveries 0",
    `waymark_requests_total{bucket="counted"} ${logged}`,
    'waymark_requests_total{bucket="bot"} 0',
  ].join("\n");
}

async function answer({ method, url }) {
  if (url === "/lea") {
    waiting += 1;
    appendFileSync(`${process.env.FAKE_LOG}.opened`, ".");
    await delay(200);
    return { status: 302, body: "" };
  }
  if (url === "/metrics") return { status: 200, body: metrics() };
  if (method === "GET" && url.startsWith("/api/v1/stores?")) {
    // Data that began with the demo.
    const data = [{ id: "x", key: "demo", origins: [], homeUrl: null }];
    return { status: 200, body: JSON.stringify({ data, nextCursor: null }) };
  }
  if (method === "GET" && url.startsWith("/api/")) {
    return { status: 200, body: JSON.stringify({ data: [], nextCursor: null }) };
  }
  return { status: 200, body: JSON.stringify({ id: "x", secret: "s", status: "active", url: "http://x.example/" }) };
}

createServer((request, response) => {
  request.resume();
  void answer(request).then(({ status, body }) => response.writeHead(status).end(body));
}).listen(Number(rest[rest.indexOf("--port") + 1]), "127.0.0.1");

process.on("SIGTERM", () => {
  workerd.kill("SIGKILL");
  process.exit(143);
});
