import { HomingError } from '../../../shared/errors/problem.ts';
import { findProgram } from '../../process/programs.ts';

/** The refusal of a machine on which a part of WireGuard is missing. */
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
