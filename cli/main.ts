import { Command, CommanderError } from 'commander';
import { HomingError, type Problem, problemOf } from '../shared/errors/problem.ts';
import { homingVersion } from '../shared/version.ts';
import { addUpCommand } from './commands/up.ts';
import { type CliIo, exitStatus, exitStatusOf } from './io.ts';
import { printProblem } from './problem-output.ts';

type AddCommand = (program: Command, io: CliIo) => void;

/**
 * All commands, in the order of `homing --help`. Only the called command is loaded: the schemas that most commands need
 * take 50 ms of processor time, which `homing up` and `homing --version` do not use.
 */
const commands: Readonly<Record<string, () => Promise<AddCommand>>> = {
  up: async () => addUpCommand,
  down: async () => (await import('./commands/down.ts')).addDownCommand,
  status: async () => (await import('./commands/status.ts')).addStatusCommand,
  probe: async () => (await import('./commands/probe.ts')).addProbeCommand,
  routes: async () => (await import('./commands/routes.ts')).addRoutesCommand,
  'kill-switch': async () => (await import('./commands/kill-switch.ts')).addKillSwitchCommand,
  portal: async () => (await import('./commands/portal.ts')).addPortalCommand,
  import: async () => (await import('./commands/import.ts')).addImportCommand,
  profiles: async () => (await import('./commands/profiles.ts')).addProfilesCommand,
  settings: async () => (await import('./commands/settings.ts')).addSettingsCommand,
  forget: async () => (await import('./commands/forget.ts')).addForgetCommand,
  'join-card': async () => (await import('./commands/join-card.ts')).addJoinCardCommand,
  network: async () => (await import('./commands/network.ts')).addNetworkCommand,
  address: async () => (await import('./commands/address.ts')).addAddressCommand,
  diagnostics: async () => (await import('./commands/diagnostics.ts')).addDiagnosticsCommand,
};

/** The command that is called; all of them when it is not clear which, as for `homing --help`; none for `--version`. */
export async function commandsFor(name: string | undefined): Promise<readonly AddCommand[]> {
  if (name === '--version' || name === '-V') return [];
  const load = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  return await Promise.all(
    load === undefined ? Object.values(commands).map((command) => command()) : [load()],
  );
}

const exitStatusHelp = `
Exit status:
  0  done
  1  refused, or it could not be done
  2  the command line is wrong
  3  the helper is not running
  4  the helper is of another version
  5  there is no WireGuard on this machine
  6  not permitted to use the helper`;

/** Commander's own error, which it would print as thrown. */
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
 * @param argv as `process.argv`: the first two are ignored
 * @returns the exit status; see `exitStatus`
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
  for (const add of await commandsFor(argv[2])) add(program, io);
  return await run(program, argv, io, asJson);
}

async function run(program: Command, argv: readonly string[], io: CliIo, asJson: boolean): Promise<number> {
  try {
    await program.parseAsync([...argv]);
    return exitStatus.ok;
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version are no errors; help after a missing command is.
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
