import { Command, Option } from "commander";
import {
  type DoctorPoint,
  doctorPoints,
  examineAnswerSchema,
  type Finding,
} from "../../shared/contracts/operator-answers.ts";
import { type Context, type Run, running, wholeFrom } from "../context.ts";
import { Refusal } from "../failures.ts";
import { oneLine } from "../plain-text.ts";
import { wrapped } from "../table.ts";

const points = Object.keys(doctorPoints) as DoctorPoint[];

const marks: Record<Finding["outcome"], string> = {
  ok: "ok  ",
  warning: "warn",
  failed: "FAIL",
};

export function doctorCommand(context: Context): Command {
  return new Command("doctor")
    .description(
      "Proves an installation, from its DNS records to a mail that is sent and reported back. What is wrong is named together with what mends it.",
    )
    .addOption(new Option("--only <points...>", "look at these only").choices(points))
    .option("--all", "each thing that holds, too; so with --only")
    .option("--wait <seconds>", "how long a mail and a webhook have to arrive, 45 at most", wholeFrom, 30)
    .action(running(context, examine));
}

type Examined = Finding & { readonly point: DoctorPoint };

async function examine(
  run: Run,
  { only, all, wait: waitSeconds }: { only?: DoctorPoint[]; all?: boolean; wait: number },
): Promise<void> {
  const wanted = points.filter((point) => only?.includes(point) ?? true);
  const found: Examined[] = [];
  for (const [place, point] of wanted.entries()) {
    run.terminal.progress(`${place + 1} of ${wanted.length}: ${doctorPoints[point]} …`);
    const { findings } = await run.operator.read(examineAnswerSchema, "examine", { point, waitSeconds });
    found.push(...findings.map((finding) => ({ point, ...finding })));
  }
  if (found.length === 0) {
    run.show(
      { healthy: true, findings: found },
      () => "Nothing to look at: this installation does not deploy it.",
    );
    return;
  }
  const failed = found.filter(({ outcome }) => outcome === "failed").length;
  run.show({ healthy: failed === 0, findings: found }, () =>
    reportOf(found, { columns: run.terminal.columns, isWhole: all === true || only !== undefined }),
  );
  if (failed > 0) throw new Refusal(`${failed} failed`, { isTold: true });
}

interface Manner {
  readonly columns: number | undefined;
  /** What holds is shown one by one; otherwise by its number, so that what fails stands out. */
  readonly isWhole: boolean;
}

function reportOf(found: readonly Examined[], manner: Manner): string {
  const parts = [...Map.groupBy(found, ({ point }) => point)].map(([point, findings]) =>
    pointText(doctorPoints[point], findings, manner),
  );
  const isLong = parts.some((part) => part.includes("\n"));
  return `${parts.join(manner.isWhole ? "\n\n" : "\n")}${isLong ? "\n\n" : "\n"}${summaryOf(found)}`;
}

function pointText(title: string, findings: readonly Examined[], { columns, isWhole }: Manner): string {
  const shown = isWhole ? findings : findings.filter(({ outcome }) => outcome !== "ok");
  if (shown.length === 0) return `${marks.ok}  ${title} (${findings.length})`;
  const lines = shown.map((finding) => findingText(finding, columns));
  if (isWhole) return [title, ...lines].join("\n");
  const worst = shown.some(({ outcome }) => outcome === "failed") ? marks.failed : marks.warning;
  return [`${worst}  ${title} (${shown.length} of ${findings.length})`, ...lines].join("\n");
}

function findingText({ outcome, name, says, remedy }: Finding, columns: number | undefined): string {
  const indent = " ".repeat(8);
  const first = wrapped(`${oneLine(name)}: ${oneLine(says)}`, columns, indent);
  const lines = [`  ${marks[outcome]}  ${first}`];
  if (remedy !== undefined) lines.push(indent + wrapped(`→ ${oneLine(remedy)}`, columns, `${indent}  `));
  return lines.join("\n");
}

function summaryOf(found: readonly Examined[]): string {
  const count = (wanted: Finding["outcome"]) => found.filter(({ outcome }) => outcome === wanted).length;
  const [failed, warnings] = [count("failed"), count("warning")];
  const besides = warnings === 0 ? "" : ` ${warnings} to look at.`;
  if (failed === 0) return `Healthy: ${count("ok")} points hold.${besides}`;
  return `${failed} of ${found.length} points failed.${besides}`;
}
