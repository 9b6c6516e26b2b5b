// Runs a command for as long as the process that started this one lives: standard input is a pipe from
// it, which the system closes when it ends, however it ends. So a killed parent leaves nothing behind.
import { spawn } from "node:child_process";

const patienceMs = 3_000;

const [command, ...args] = process.argv.slice(2);
if (command === undefined) throw new Error("usage: keep-process.ts <command> [argument ...]");

const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] });
child.on("error", (error) => {
  console.error(error.message);
  process.exit(1);
});
child.on("exit", (code) => process.exit(code ?? 1));

function end(): void {
  child.kill("SIGTERM");
  setTimeout(() => child.kill("SIGKILL"), patienceMs).unref();
}

process.stdin.on("end", end).on("error", end).resume();
process.on("SIGTERM", end).on("SIGINT", end);
