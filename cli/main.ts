import { Command, CommanderError } from 'commander';
import { HomingError, type Problem, problemOf } from '../shared/errors/problem.ts';
import { homingVersion } from '../shared/version.ts';
import { addAddressCommand } from './commands/address.ts';
import { addDiagnosticsCommand } from './commands/diagnostics.ts';
import { addDownCommand } from './commands/down.ts';
import { addForgetCommand } from './commands/forget.ts';
import { addImportCommand } from './commands/import.ts';
import { addJoinCardCommand } from './commands/join-card.ts';
import { addNetworkCommand } from './commands/network.ts';
import { addProbeCommand } from './commands/probe.ts';
import { addProfilesCommand } from './commands/profiles.ts';
import { addRoutesCommand } from './commands/routes.ts';
import { addSettingsCommand } from './commands/settings.ts';
import { addStatusCommand } from './commands/status.ts';
import { addUpCommand } from './commands/up.ts';
import { type CliIo, exitStatus, exitStatusOf } from './io.ts';
import { printProblem } from './problem-output.ts';

/** All commands, in the order that `homing --help` lists them. Their bodies load only when they run. */
const commands: readonly ((program: Command, io: CliIo) => void)[] = [
  addUpCommand,
  addDownCommand,
  addStatusCommand,
  addProbeCommand,
  addRoutesCommand,
  addImportCommand,
  addProfilesCommand,
  addSettingsCommand,
  addForgetCommand,
  addJoinCardCommand,
  addNetworkCommand,
  addAddressCommand,
  addDiagnosticsCommand,
];

const exitStatusHelp = `
Exit status:
  0  done
  1  refused, or it could not be done
  2  the command line is wrong
  3  the helper is not running
  4  the helper is of another version
  5  there is no WireGuard on this machine
  6  not permitted to use the helper`;

/** Commander's own complaint, which it would print as it is thrown. */
function usageProblem(error: CommanderError): Problem {
  return {
    code: 'usage',
    title: 'The command line is wrong',
    cause: `${error.message.replace(/^error: /, '').replace(/\n/g, ' ')}.`,
    remedy: 'See `homing --help`, or `homing help COMMAND`.',
  };
}

/**
 * Runs one command line.
 * @param argv as `process.argv`: the first two are left out
 * @returns the exit status, also set as process.exitCode; see `exitStatus`
 */
export async function main(argv: readonly string[], io: CliIo): Promise<number> {
  const asJson = argv.slice(2).includes('--json');
  const program = new Command('homing')
    .description(
      'Keeps this laptop on its private WireGuard network: over the LAN at home, over the internet away.',
    )
    .version(homingVersion, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', exitStatusHelp)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: () => {},
    });
  for (const add of commands) add(program, io);
  process.exitCode = await run(program, argv, io, asJson);
  return process.exitCode;
}

async function run(program: Command, argv: readonly string[], io: CliIo, asJson: boolean): Promise<number> {
  try {
    await program.parseAsync([...argv]);
    return exitStatus.ok;
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version were printed and are no errors; help after a missing command is one.
      if (error.code === 'commander.help') return exitStatus.usage;
      if (error.exitCode === 0) return exitStatus.ok;
      printProblem(io, usageProblem(error), asJson);
      return exitStatus.usage;
    }
    const problem = problemOf(error);
    printProblem(io, problem, asJson);
    return error instanceof HomingError ? exitStatusOf(problem.code) : exitStatus.failed;
  }
}
