import { HomingError, type Problem } from '../../../shared/errors/problem.ts';
import { bundledPrograms } from '../../../shared/install/places.ts';

/** What is refused on macOS, each with its remedy. */

/** The app's own buttons: removing and setting up the helper writes the wireguard-go of the package again. */
const again = 'choose “Remove it” in the app’s settings, then “Set up Homing”';

export function noWireguardGo(): HomingError {
  return new HomingError({
    code: 'no-wireguard',
    title: 'This Mac has no WireGuard to use',
    cause: 'The program wireguard-go was not found, or others than root can change it.',
    remedy: `It comes with the app. Install the helper again: ${again}.`,
  });
}

/** @param program its path: the system's folders are searched before the helper's own */
export function wireguardGoFailed(program: string, error: unknown): HomingError {
  const isOurs = program.startsWith(`${bundledPrograms.darwin}/`);
  const next = isOurs
    ? `Install the helper again: ${again}.`
    : `Look at what \`sudo ${program} --version\` prints, and update this program or remove it: the app brings its own.`;
  return new HomingError({
    code: 'tunnel-failed',
    title: 'wireguard-go does not work',
    cause: `${program}: ${error instanceof Error ? error.message : String(error)}`,
    remedy: `Nothing was left behind. ${next}`,
  });
}

export function exitTaken(range: string, device: string): HomingError {
  return new HomingError({
    code: 'exit-taken',
    title: 'Another VPN carries all traffic',
    cause: `The route ${range} goes by ${device}, which is not Homing’s.`,
    remedy: 'Disconnect the other VPN, or switch the exit of this network off (homing settings --exit off).',
  });
}

export function dnsNotRestored(path: string, damage: string): Problem {
  return new HomingError({
    code: 'dns-not-restored',
    title: 'Some name servers were not restored',
    cause: `${path}, which had the previous ones, is damaged: ${damage}.`,
    remedy:
      'Look at DNS in the details of each service (System Settings, Network), and remove servers that are not yours.',
  }).problem;
}
