import { HomingError } from '../../../shared/errors/problem.ts';
import { findProgram } from '../../process/programs.ts';

/** The error of a machine that lacks a part of WireGuard. */
export function noWireGuard(missing: string): HomingError {
  return new HomingError({
    code: 'no-wireguard',
    title: 'This machine has no WireGuard to use',
    cause: `${missing} was not found.`,
    remedy:
      'Install it: apt install wireguard-tools wireguard-go (or your system’s packages of these names).',
  });
}

/** The absolute path of a program that a tunnel needs. @throws HomingError `no-wireguard` */
export function requireProgram(name: string): string {
  const path = findProgram(name);
  if (path === undefined) throw noWireGuard(`The program ${name}`);
  return path;
}
