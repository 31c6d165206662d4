// Plain JavaScript, and run by npm before `start`: an old Node can't even read a TypeScript file to
// say what is wrong. 22.18 runs TypeScript by type stripping; wrangler itself needs 22.12.
const NEEDED = [22, 18];

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  console.error(
    `Waymark's tools need Node ${NEEDED.join(".")} or later; this is ${process.versions.node}.\n` +
      "On Linux `npm ci` brings one along for the npm scripts: run it, then `npm start` again.\n" +
      "Elsewhere install it from https://nodejs.org.",
  );
  process.exitCode = 1;
}
