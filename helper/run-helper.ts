import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { helperPlaces } from '../shared/install/places.ts';
import { allowCommand, approvalCommand } from './approval/main.ts';
import { programCommand, reportProblem, runCommand, uidFrom } from './command.ts';
import { startDaemon } from './daemon/daemon.ts';
import { hostsFileAt } from './hosts/hosts-file.ts';
import { hostsBehindWriter } from './hosts/writer-client.ts';
import { hostsWriterMain } from './hosts/writer-main.ts';
import { inheritedSocket } from './process/inherited-socket.ts';
import type { OperatingSystemFactory } from './tunnel/system-of-this-machine.ts';

const places = helperPlaces(process.platform);

const usage = `homing-helper: keeps the tunnel of one user; runs as root, or with CAP_NET_ADMIN as the service of systemd

  install --uid N [--in-place] [--ask-administrator yes|no]
                                 install it as a service (only as the program of a package); with yes, an administrator
                                 must allow each new network
  replace --program FILE --release FILE --signature FILE
                                 replace the installed helper by that of a signed release; user and settings stay
  allow NETWORK WORDS FINGERPRINT
                                 allow a network, as its refusal shows
  approval-on, approval-off      whether an administrator must allow each new network
  uninstall [--in-place]         remove it, with all it made
  hosts-writer [--hosts FILE]    write the names for a helper that is not root; started by its socket

  --uid N          the user who may control it (default: SUDO_UID, else 0)
  --socket PATH    where it listens, unless the service manager passes a socket (default ${places.socketPath})
  --runtime DIR    what a reboot clears (default: the socket's directory)
  --state DIR      what outlives a reboot (default ${places.stateDirectory})
  --approvals DIR  what an administrator decided (default: the same)
  --hosts FILE     the hosts file (default /etc/hosts)
  --hosts-writer SOCKET
                   the writer of the hosts file, for a helper that is not root
`;

async function run(operatingSystem: OperatingSystemFactory): Promise<void> {
  const { values } = parseArgs({
    options: {
      uid: { type: 'string', default: process.env.SUDO_UID ?? '0' },
      socket: { type: 'string', default: places.socketPath },
      state: { type: 'string', default: places.stateDirectory },
      runtime: { type: 'string' },
      approvals: { type: 'string' },
      hosts: { type: 'string', default: '/etc/hosts' },
      'hosts-writer': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const uid = uidFrom(values.uid);
  const fd = inheritedSocket(process.env, process.pid);
  const writer = values['hosts-writer'];
  const daemon = await startDaemon({
    socket: fd === undefined ? { from: 'helper', path: values.socket, uid } : { from: 'service-manager', fd },
    runtimeDirectory: values.runtime ?? dirname(values.socket),
    stateDirectory: values.state,
    approvalDirectory: values.approvals ?? values.state,
    hosts: writer === undefined ? hostsFileAt(values.hosts) : hostsBehindWriter(writer, values.hosts),
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

function runHostsWriter(args: readonly string[]): void {
  try {
    hostsWriterMain(args, fail);
  } catch (error) {
    fail(error);
  }
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
  if (name === 'hosts-writer') runHostsWriter(args);
  else if (command === undefined) run(operatingSystem).catch(fail);
  else void runCommand(() => command(args));
}
