import { parentPort, workerData } from "node:worker_threads";
import { fire, type Volley } from "./sockets.ts";

// A thread of its own, so that the load keeps flowing whatever the benchmark does meanwhile.
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of Node's has no origin
parentPort?.postMessage(await fire(workerData as Volley));
