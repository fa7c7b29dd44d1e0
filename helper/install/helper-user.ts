import { readdirSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from '../../shared/errors/code-of.ts';
import { HomingError } from '../../shared/errors/problem.ts';
import { ownUser } from '../../shared/install/places.ts';
import { findProgram } from '../process/programs.ts';
import type { ProgramRunner } from '../process/run.ts';
import type { Account } from './ownership.ts';

/** The system user that the helper runs as where systemd starts it. */

const noShell = '/usr/sbin/nologin';
const noHome = '/nonexistent';

/**
 * The account in a line of passwd(5).
 * @returns undefined for a line of another user, `foreign` for an account of that name that the installer did not make
 */
export function accountFrom(line: string): Account | 'foreign' | undefined {
  const [name, , uid = '', gid = '', comment] = line.trim().split(':');
  if (name !== ownUser.name) return undefined;
  const isOurs = comment === ownUser.comment && /^[1-9]\d*$/.test(uid) && /^[1-9]\d*$/.test(gid);
  return isOurs ? { uid: Number(uid), gid: Number(gid) } : 'foreign';
}

async function lookUp(runner: ProgramRunner): Promise<ReturnType<typeof accountFrom>> {
  // Accounts may come from elsewhere than /etc/passwd (nsswitch.conf(5)).
  const { stdout } = await runner.run(programNamed('getent'), ['passwd', ownUser.name]);
  return accountFrom(stdout);
}

/** The account, if the installer made it. @throws Error */
export async function findHelperUser(runner: ProgramRunner): Promise<Account | undefined> {
  if (findProgram('getent') === undefined) return undefined;
  const found = await lookUp(runner);
  return found === 'foreign' ? undefined : found;
}

/** The helper's account, made if it is missing. @throws HomingError `user-taken`, `no-user-programs`, Error of useradd(8) */
export async function ensureHelperUser(runner: ProgramRunner): Promise<Account> {
  const found = (await lookUp(runner)) ?? (await make(runner));
  if (found !== 'foreign') return found;
  throw new HomingError({
    code: 'user-taken',
    title: 'The helper’s user name is in use',
    cause: `There is an account ${ownUser.name} that Homing did not make.`,
    remedy: `The helper has a system user of that name. Give the account another one: usermod --login NEW ${ownUser.name}`,
  });
}

async function make(runner: ProgramRunner): Promise<Account | 'foreign'> {
  await runner.mustRun(programNamed('useradd'), [
    ...['--system', '--user-group', '--no-create-home', '--home-dir', noHome],
    ...['--shell', noShell, '--comment', ownUser.comment, ownUser.name],
  ]);
  const made = await lookUp(runner);
  if (made === undefined) throw new Error(`useradd made no account ${ownUser.name}`);
  return made;
}

const endTimeoutMs = 5_000;
const pollMs = 10;

/** Kills every process of a user and waits for their end: wireguard-go, if its helper crashed. @throws Error */
export async function endProcessesOf({ uid }: Account): Promise<void> {
  const deadline = performance.now() + endTimeoutMs;
  for (let pids = processesOf(uid); pids.length > 0; pids = processesOf(uid)) {
    if (performance.now() > deadline) throw new Error(`processes ${pids.join(', ')} do not end`);
    for (const pid of pids) kill(pid);
    await sleep(pollMs);
  }
}

function processesOf(uid: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => statSync(`/proc/${name}`, { throwIfNoEntry: false })?.uid === uid)
    .map(Number);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}

/**
 * Removes the account with its group. None of its processes and files may be left, so nothing can fall to the next user with
 * its number.
 */
export async function removeHelperUser(runner: ProgramRunner): Promise<void> {
  await runner.mustRun(programNamed('userdel'), [ownUser.name]);
}

function programNamed(name: string): string {
  const path = findProgram(name);
  if (path !== undefined) return path;
  throw new HomingError({
    code: 'no-user-programs',
    title: 'The helper’s user cannot be made',
    cause: `The program ${name} is not installed.`,
    remedy: `Install it; ${ownUser.name} is a system user that the helper runs as.`,
  });
}
