import { parseArgs } from 'node:util';
import { helperPlaces } from '../shared/install/places.ts';
import { allowCommand, approvalCommand } from './approval/main.ts';
import { programCommand, reportProblem, runCommand, uidFrom } from './command.ts';
import { startDaemon } from './daemon/daemon.ts';
import type { OperatingSystemFactory } from './tunnel/system-of-this-machine.ts';

const places = helperPlaces(process.platform);

const usage = `homing-helper: keeps the tunnel of one user; runs as root

  install --uid N [--in-place] [--ask-administrator yes|no]
                                 install it as a service (only as the program of a package); with yes, an administrator
                                 must allow each new network
  replace --program FILE --release FILE --signature FILE
                                 replace the installed helper by that of a signed release; user and settings stay
  allow NETWORK WORDS FINGERPRINT
                                 allow a network, as its refusal shows
  approval-on, approval-off      whether an administrator must allow each new network
  uninstall [--in-place]         remove it, with all it made

  --uid N          the user who may control it (default: SUDO_UID, else 0)
  --socket PATH    where it listens (default ${places.socketPath})
  --state DIR      what outlives a reboot (default ${places.stateDirectory})
  --hosts FILE     the hosts file (default /etc/hosts)
`;

async function run(operatingSystem: OperatingSystemFactory): Promise<void> {
  const { values } = parseArgs({
    options: {
      uid: { type: 'string', default: process.env.SUDO_UID ?? '0' },
      socket: { type: 'string', default: places.socketPath },
      state: { type: 'string', default: places.stateDirectory },
      hosts: { type: 'string', default: '/etc/hosts' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const uid = uidFrom(values.uid);
  const daemon = await startDaemon({
    socketPath: values.socket,
    stateDirectory: values.state,
    hostsPath: values.hosts,
    uid,
    now: () => Date.now(),
    program: programCommand(),
    operatingSystem,
  });
  process.stderr.write(`homing-helper: listening at ${values.socket} for user ${uid}\n`);
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    daemon.stop().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

function fail(error: unknown): never {
  reportProblem(error);
  process.exit(1);
}

/** Commands that end by themselves; those of the installer are in program/executable.ts. */
const commands: Readonly<Record<string, (args: readonly string[]) => string>> = {
  allow: allowCommand,
  'approval-on': (args) => approvalCommand(true, args),
  'approval-off': (args) => approvalCommand(false, args),
};

/** Runs a command, or the helper until it is stopped; errors go to standard error with exit status 1. */
export function runHelper(operatingSystem: OperatingSystemFactory): void {
  const [name = '', ...args] = process.argv.slice(2);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) run(operatingSystem).catch(fail);
  else void runCommand(() => command(args));
}
