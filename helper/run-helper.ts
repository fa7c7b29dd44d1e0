import { parseArgs } from 'node:util';
import { HomingError, problemOf } from '../shared/errors/problem.ts';
import { helperPlaces } from '../shared/install/places.ts';
import { allowMain, programCommand } from './approval/main.ts';
import { startDaemon } from './daemon/daemon.ts';
import type { OperatingSystemFactory } from './tunnel/system-of-this-machine.ts';

const places = helperPlaces(process.platform);

const usage = `homing-helper: keeps the tunnel of one user; runs as root

  install --uid N [--in-place] [--ask-administrator yes|no]
                                 install it as a service (only as the program of a package); with yes, an administrator
                                 must allow each new network
  allow NETWORK WORDS FINGERPRINT
                                 allow a network, as its refusal shows
  uninstall [--in-place]         remove it, with all it made

  --uid N          the user who may control it (default: SUDO_UID, else 0)
  --socket PATH    where it listens (default ${places.socketPath})
  --state DIR      what outlives a reboot (default ${places.stateDirectory})
  --hosts FILE     the hosts file (default /etc/hosts)
`;

function uidFrom(text: string): number {
  const uid = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (uid <= 0xfffffffe) return uid;
  throw new HomingError({
    code: 'bad-option',
    title: 'The user id is not a number',
    cause: `--uid is ${JSON.stringify(text)}.`,
    remedy: 'Give a number, such as what `id -u` prints.',
  });
}

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
  const { title, cause, remedy } = problemOf(error);
  process.stderr.write(`homing-helper: ${title}\n  ${cause}\n  ${remedy}\n`);
  process.exit(1);
}

/** Runs the helper until it is stopped; errors go to standard error with exit status 1. */
export function runHelper(operatingSystem: OperatingSystemFactory): void {
  const [command, ...args] = process.argv.slice(2);
  if (command === 'allow') allowMain(args);
  else run(operatingSystem).catch(fail);
}
