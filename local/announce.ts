import type { LocalJson } from "./local-json.ts";

/** What a start prints: where everything is, and a first email to copy. */
export function announcement({ urls, smtp, token, domain }: LocalJson, details: Announced): string {
  const rows = [
    ["send API", urls.send, "POST /api/send, /api/batch: transactional mail"],
    ["bulk API", urls.bulk, "the same for bulk mail"],
    ["account API", urls.api, "everything else; described at /reference"],
    ["SMTP", `${smtp.host}:${smtp.port}`, "STARTTLS; user api, the token as password"],
    ["bulk SMTP", `${smtp.host}:${smtp.bulkPort}`, "the same for bulk mail"],
    ["SMTP in TLS", `${smtp.host}:${smtp.tlsPort}`, `certificate in ${details.certificate}`],
    ["mailbox", urls.mailbox, "where all mail arrives"],
    ["recipients' pages", urls.track, "behind links in mail"],
    ["local control", `${urls.api}/_local/`, "clock, faults, calls, queues"],
  ];
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const table = rows.map(([name = "", url = "", what = ""]) =>
    `  ${name.padEnd(width(0))}  ${url.padEnd(width(1))}  ${what}`.trimEnd(),
  );
  return [
    `Postern runs (${details.engine}; ready in ${(details.startMs / 1000).toFixed(1)} s; state in ${details.stateFolder})`,
    ...(details.clockOffsetMs === 0 ? [] : [`Its clock shows ${new Date().toISOString()}.`]),
    "",
    ...table,
    "",
    "A first email:",
    "",
    `  curl ${urls.send}/api/send \\`,
    `    -H 'Authorization: Bearer ${token}' -H 'Content-Type: application/json' \\`,
    `    -d '${JSON.stringify({
      from: { email: `hello@${domain}` },
      to: [{ email: "you@example.com" }],
      subject: "It works",
      text: "Sent through Postern.",
    })}'`,
    "",
  ].join("\n");
}

export interface Announced {
  readonly engine: string;
  readonly startMs: number;
  readonly stateFolder: string;
  /** File of the SMTP door's certificate. */
  readonly certificate: string;
  readonly clockOffsetMs: number;
}
