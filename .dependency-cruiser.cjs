// Which room may import which. A room is a folder of shared/; imports point one way only.
const rooms = {
  platform: [],
  contracts: [],
  mail: ["platform"],
  accounts: ["platform"],
  domains: ["accounts", "mail"],
  quota: ["platform"],
  billing: ["accounts", "quota", "contracts"],
  templates: ["accounts"],
  submission: ["accounts", "domains", "quota", "templates", "mail", "contracts"],
  messages: ["accounts", "contracts"],
  suppressions: ["accounts", "messages", "mail"],
  tracking: ["messages", "suppressions", "mail"],
  delivery: ["domains", "suppressions", "tracking", "messages", "mail", "quota", "contracts"],
  stats: ["messages"],
  webhooks: ["messages", "contracts"],
  notifications: ["accounts", "submission"],
  privacy: [
    "accounts",
    "domains",
    "quota",
    "billing",
    "templates",
    "submission",
    "messages",
    "suppressions",
    "tracking",
    "delivery",
    "stats",
    "webhooks",
    "notifications",
    "mail",
  ],
};

// What a room may import, a room above it may import too (platform reaches everyone but contracts).
function reach(room) {
  const direct = rooms[room] ?? [];
  return [...new Set([...direct, ...direct.flatMap(reach)])];
}

const roomRules = Object.keys(rooms).map((room) => ({
  name: `room-${room}`,
  comment: `shared/${room} may import only: ${reach(room).join(", ") || "nothing of ours"}`,
  severity: "error",
  from: { path: `^shared/${room}/`, pathNot: "\\.test\\.ts$" },
  to: {
    path: "^(shared|functions|gateway|cdk|local|test|bench)/",
    pathNot: `^shared/(${[room, ...reach(room)].join("|")})/`,
  },
}));

module.exports = {
  forbidden: [
    ...roomRules,
    {
      name: "unknown-room",
      comment: "every folder of shared/ is a room of the table above",
      severity: "error",
      from: { path: "^shared/", pathNot: `^shared/(${Object.keys(rooms).join("|")})/` },
      to: {},
    },
    { name: "no-circular", severity: "error", from: {}, to: { circular: true } },
    {
      name: "nobody-imports-entries",
      comment:
        "functions, gateway, command, cdk and local are entries; only tests and benches, which run them, import from them",
      severity: "error",
      from: { path: "^(shared|functions|gateway|command|cdk|local)/", pathNot: "\\.test\\.ts$" },
      to: { path: "^(functions|gateway|command|cdk|local)/", pathNot: "^$1/" },
    },
    {
      name: "functions-stand-alone",
      severity: "error",
      from: { path: "^functions/([^/]+)/" },
      to: { path: "^functions/", pathNot: "^functions/$1/" },
    },
    {
      name: "cdk-knows-only-contracts",
      severity: "error",
      from: { path: "^cdk/" },
      to: { path: "^(shared|functions|gateway|command|local|test|bench)/", pathNot: "^shared/contracts/" },
    },
    {
      name: "command-knows-only-contracts",
      comment: "the operator's program talks to the operator's function, and to nothing else",
      severity: "error",
      from: { path: "^command/", pathNot: "\\.test\\.ts$" },
      to: {
        path: "^(shared|functions|gateway|cdk|local|test|bench)/|node_modules/@aws-sdk/",
        pathNot: "^shared/contracts/|node_modules/@aws-sdk/client-lambda/",
      },
    },
    {
      name: "local-knows-nothing-of-ours",
      severity: "error",
      from: { path: "^local/" },
      to: { path: "^(shared|functions|gateway|command|cdk|test|bench)/" },
    },
    {
      name: "sdk-stays-in-stores-and-clients",
      comment: "only *-store.ts and *-client.ts touch the outside",
      severity: "error",
      from: {
        path: "^shared/",
        pathNot: "(-store|-client)\\.ts$|\\.test\\.ts$|^shared/platform/",
      },
      to: { path: "node_modules/@aws-sdk/" },
    },
    {
      name: "not-to-unresolvable",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "no-dev-dependencies-at-run-time",
      severity: "error",
      from: { path: "^(shared|functions|gateway|command)/", pathNot: "\\.test\\.ts$" },
      to: { dependencyTypes: ["npm-dev"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    // Runs in CloudFront, whose module nobody has here.
    exclude: { path: "^cdk/edge/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
