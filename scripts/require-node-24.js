// Postern runs on the Node.js that Lambda runs. npm puts it into node_modules/.bin, so that
// scripts started through npm find it whatever the machine's own version is.
const major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  console.error(
    [
      `Postern needs Node.js 24 (the version that AWS Lambda runs); this is ${process.version}.`,
      "`npm ci` installs it beside the project on Linux, Windows and macOS: run the script through npm",
      "(`npm start`, `npm test`, `npx postern`), and without --omit=optional at `npm ci`.",
      "Where npm has no Node.js 24 for your platform, install it from https://nodejs.org and try again.",
    ].join("\n"),
  );
  process.exit(1);
}
