/** Where an installed helper is: the app looks there, and the installer writes there. */

/** The copy that the installer makes, in a directory that only root can write to. */
export const installedProgram = {
  linux: '/opt/homing/homing-helper',
  darwin: '/Library/PrivilegedHelperTools/homing-helper',
} as const;

/** WireGuard's programs for machines that have none, where a package carries them; only root can write there. */
export const bundledPrograms = {
  linux: '/opt/homing/programs',
  darwin: '/Library/PrivilegedHelperTools/homing-programs',
} as const;
export const bundledProgramNames = ['wg', 'wireguard-go'] as const;

/** The command line: a link to the same program by its other name. */
export const commandLink = '/usr/local/bin/homing';

/** What starts the helper with the machine, by who does that there. */
export const serviceFiles = {
  systemd: '/etc/systemd/system/homing-helper.service',
  /** Loads the rules of the kill switch before the network comes up. */
  systemdKillSwitch: '/etc/systemd/system/homing-kill-switch.service',
  sysv: '/etc/init.d/homing-helper',
  launchd: '/Library/LaunchDaemons/org.homing.helper.plist',
} as const;

/** Where root takes a helper over before it trusts it: nobody else can write there, and it can hold programs. */
export const takeoverDirectory = {
  linux: '/opt/.homing-install',
  darwin: '/Library/.homing-install',
} as const;

/** What a running helper keeps. */
export interface HelperPlaces {
  /** Where it listens; the directory is its own and goes with a restart of the machine. */
  readonly socketPath: string;
  /** What outlives a restart. */
  readonly stateDirectory: string;
}

/** The root of a Mac is read-only, so there is no /run, and no /var/lib. @param platform as Node names it */
export function helperPlaces(platform: string): HelperPlaces {
  if (platform === 'darwin')
    return { socketPath: '/var/run/homing/helper.sock', stateDirectory: '/var/db/homing' };
  return { socketPath: '/run/homing/helper.sock', stateDirectory: '/var/lib/homing' };
}

/** In the state directory while the kill switch of Linux is on: its rules, to be loaded before the network comes up. */
export const bootRulesFile = 'kill-switch.nft';
