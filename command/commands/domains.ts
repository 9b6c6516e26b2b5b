import { Command, Option } from "commander";
import * as z from "zod";
import {
  domainsAnswerSchema,
  type ReviewAnswer,
  reviewAnswerSchema,
} from "../../shared/contracts/operator-answers.ts";
import { type Context, idFrom, type Run, running } from "../context.ts";
import { UsageMistake } from "../failures.ts";
import { minute, oneLine } from "../plain-text.ts";
import { tableOf } from "../table.ts";

const addedSchema = z.looseObject({
  domainId: z.number(),
  domainName: z.string(),
  complianceStatus: z.string(),
});

/** What a person decides, with the word for it. */
const decisions = {
  approve: { decision: "compliant", says: "may send", what: "Lets a domain send, and tells its owner." },
  reject: {
    decision: "non_compliant",
    says: "may not send",
    what: "Refuses a domain, and tells its owner why.",
  },
} as const;

export function domainCommands(context: Context): Command {
  const domains = new Command("domains").description("Sending domains, and the decisions on them.");
  domains
    .command("list")
    .description("Lists an account's domains.")
    .argument("<account>", "the account's id", idFrom)
    .action(running(context, list));
  domains
    .command("review")
    .description("Lists the domains of all accounts on which somebody has to decide.")
    .action(running(context, review));
  domains
    .command("add")
    .description("Adds a domain to an account.")
    .argument("<account>", "the account's id", idFrom)
    .argument("<domain>", "its name")
    .action(running(context, add));
  addDecisions(domains, context);
  addSettings(domains, context);
  return domains;
}

function addDecisions(domains: Command, context: Context): void {
  for (const name of ["approve", "reject"] as const) {
    const command = domains
      .command(name)
      .description(decisions[name].what)
      .argument("<account>", "the account's id", idFrom)
      .argument("<domain>", "its name");
    if (name === "reject") {
      command.requiredOption(
        "--reason <text...>",
        "why, as its owner reads it; several may follow each other",
      );
    }
    command.action(
      running(context, async (run, accountId: number, domainName: string, options: { reason?: string[] }) => {
        const { decision, says } = decisions[name];
        const details = { accountId, domainName, decision, reasons: options.reason };
        const answer = await run.operator.ask("decideDomain", details);
        run.show(answer, () => `${oneLine(domainName)} ${says}.`);
      }),
    );
  }
}

/** What a domain's mail gets, as options and as fields of the operator's action. */
const settings = [
  ["open-tracking", "openTracking", "a pixel that tells of opens"],
  ["click-tracking", "clickTracking", "links that tell of clicks"],
  ["tracking-opt-out", "trackingOptOut", "a link by which recipients end the tracking"],
  ["unsubscribe-link", "unsubscribeLink", "the unsubscribe footer in transactional mail, too"],
  ["custom-tracking", "customTracking", "the domain's own host in tracking links"],
  ["health-alerts", "healthAlerts", "a digest on Mondays of how the week's mail was received"],
  ["critical-alerts", "criticalAlerts", "a word when bounces or complaints become critical"],
] as const;

type SettingOptions = Partial<Record<(typeof settings)[number][1], "on" | "off">> & {
  readonly alertRecipient?: string;
  readonly autoBcc?: readonly string[];
  readonly autoBccHeader?: readonly string[];
};

/** A setting as it is asked for, and as it is told when it is done. */
interface WantedSetting {
  readonly field: string;
  readonly value: unknown;
  readonly says: string;
}

function addSettings(domains: Command, context: Context): void {
  const command = domains
    .command("settings")
    .description("Changes what a domain's mail gets; what is not named stays.")
    .argument("<account>", "the account's id", idFrom)
    .argument("<domain>", "the domain's id", idFrom);
  for (const [name, , what] of settings) {
    command.addOption(new Option(`--${name} <switch>`, what).choices(["on", "off"]));
  }
  command
    .option("--alert-recipient <address>", "who gets these two; `owner` for the account's owner")
    .option("--auto-bcc <address...>", "who gets a blind copy of every email; `none` for nobody")
    .option("--auto-bcc-header <field...>", "a header field of these copies alone, as `X-Copy: 1`");
  command.action(running(context, changeSettings));
}

const changedSchema = z.looseObject({ domainId: z.number(), domainName: z.string() });

async function changeSettings(
  run: Run,
  accountId: number,
  domainId: number,
  options: SettingOptions,
): Promise<void> {
  const wanted = [...switchesIn(options), ...recipientIn(options), ...autoBccIn(options)];
  if (wanted.length === 0) {
    const names = [...settings.map(([name]) => name), "alert-recipient", "auto-bcc"];
    throw new UsageMistake(`name a setting: ${names.map((name) => `--${name}`).join(", ")}`);
  }
  const fields = Object.fromEntries(wanted.map(({ field, value }) => [field, value]));
  const details = { accountId, domainId, ...fields };
  const answer = await run.operator.read(changedSchema, "setDomainSettings", details);
  run.show(answer, () => `${oneLine(answer.domainName)}: ${wanted.map(({ says }) => says).join(", ")}.`);
}

function switchesIn(options: SettingOptions): WantedSetting[] {
  return settings.flatMap(([name, field]) => {
    const value = options[field];
    if (value === undefined) return [];
    return [{ field, value: value === "on", says: `${name.replaceAll("-", " ")} ${value}` }];
  });
}

function recipientIn({ alertRecipient: to }: SettingOptions): WantedSetting[] {
  if (to === undefined) return [];
  const value = to === "owner" ? null : to;
  return [{ field: "alertRecipient", value, says: `alerts go to ${value ?? "the account's owner"}` }];
}

/** All of it is set at once: who is not named gets no copy any more. */
function autoBccIn({ autoBcc, autoBccHeader = [] }: SettingOptions): WantedSetting[] {
  if (autoBcc === undefined) {
    if (autoBccHeader.length > 0) throw new UsageMistake("--auto-bcc-header goes with --auto-bcc");
    return [];
  }
  const emails = autoBcc.filter((address) => address !== "none");
  const headers = Object.fromEntries(
    autoBccHeader.map((field) => {
      const [name = "", ...value] = field.split(":");
      return [name.trim(), value.join(":").trim()];
    }),
  );
  const says = emails.length === 0 ? "no blind copies" : `blind copies to ${emails.join(", ")}`;
  return [{ field: "autoBcc", value: { emails, headers }, says }];
}

async function list(run: Run, accountId: number): Promise<void> {
  const answer = await run.operator.read(domainsAnswerSchema, "listDomains", { accountId });
  run.show(answer, () =>
    answer.domains.length === 0
      ? "No domains."
      : tableOf(
          answer.domains,
          [
            { title: "DOMAIN", value: ({ domainName }) => domainName, shrinks: true },
            { title: "ID", value: ({ domainId }) => domainId, align: "right" },
            { title: "STATUS", value: ({ complianceStatus }) => complianceStatus },
            { title: "ADDED", value: ({ createdAt }) => createdAt && minute(createdAt) },
          ],
          run.terminal.columns,
        ),
  );
}

async function review(run: Run): Promise<void> {
  const answer = await run.operator.read(reviewAnswerSchema, "reviewQueue");
  run.show(answer, () =>
    answer.domains.length === 0
      ? "Nothing waits for a decision."
      : answer.domains.map(reviewText).join("\n\n"),
  );
}

function reviewText(domain: ReviewAnswer["domains"][number]): string {
  const { accountId, domainName, complianceStatus, createdAt, reasons, answers = {} } = domain;
  const since = createdAt === undefined ? "" : `, added ${minute(createdAt)} UTC`;
  return [
    `${oneLine(domainName)}  (account ${accountId}, ${complianceStatus}${since})`,
    ...(domain.companyName === undefined ? [] : [`  company  ${oneLine(domain.companyName)}`]),
    ...(domain.websiteUrl === undefined ? [] : [`  website  ${oneLine(domain.websiteUrl)}`]),
    ...reasons.map((reason) => `  against  ${oneLine(reason)}`),
    ...Object.entries(answers).map(([asked, said]) => `  answer   ${oneLine(asked)}: ${oneLine(said)}`),
  ].join("\n");
}

async function add(run: Run, accountId: number, domainName: string): Promise<void> {
  const answer = await run.operator.read(addedSchema, "addDomain", { accountId, domainName });
  const { domainName: name, domainId, complianceStatus } = answer;
  run.show(answer, () => `${name} is domain ${domainId} of account ${accountId} (${complianceStatus}).`);
}
