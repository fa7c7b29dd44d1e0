/** Where an installed helper is: the app looks there, and the installer writes there. */

/** The copy that the installer makes, in a directory that only root can write to. */
export const installedProgram = {
  linux: '/opt/homing/homing-helper',
  darwin: '/Library/PrivilegedHelperTools/homing-helper',
} as const;

/** WireGuard's programs for machines without them, if a package includes them; only root can write there. */
export const bundledPrograms = {
  linux: '/opt/homing/programs',
  darwin: '/Library/PrivilegedHelperTools/homing-programs',
} as const;
export const bundledProgramNames = ['wg', 'wireguard-go'] as const;

/** The command line: a link to the same program under its other name. */
export const commandLink = '/usr/local/bin/homing';

/** The service definition that starts the helper, by service manager. */
export const serviceFiles = {
  systemd: '/etc/systemd/system/homing-helper.service',
  /** The socket of the control API, which belongs to the laptop's user. */
  systemdSocket: '/etc/systemd/system/homing-helper.socket',
  /** The writer of the hosts file, and its socket, which belongs to the helper's user. */
  systemdHosts: '/etc/systemd/system/homing-hosts.service',
  systemdHostsSocket: '/etc/systemd/system/homing-hosts.socket',
  /** Loads the rules of the kill switch before the network comes up. */
  systemdKillSwitch: '/etc/systemd/system/homing-kill-switch.service',
  sysv: '/etc/init.d/homing-helper',
  launchd: '/Library/LaunchDaemons/org.homing.helper.plist',
} as const;

/** The polkit action that asks an administrator about a new network. */
export const polkitPolicyFile = '/usr/share/polkit-1/actions/org.homing.policy';

/**
 * Where root copies a helper before it checks it, in a directory for each run: only root can write there, and the file system
 * allows programs.
 */
export const takeoverParent = { linux: '/opt', darwin: '/Library' } as const;
export const takeoverPrefix = '.homing-install-';
/** A run ends within minutes: an older directory is of a run that was interrupted. */
export const takeoverMaxMinutes = 60;

/** Lets the helper's user set the name servers of a link in systemd-resolved: polkit from 0.106, and older. */
export const polkitRulesFile = '/etc/polkit-1/rules.d/50-homing.rules';
export const polkitAuthorityFile = '/etc/polkit-1/localauthority/50-local.d/50-homing.pkla';

/** Where a running helper keeps its data. */
export interface HelperPlaces {
  /** Its socket; the directory is its own and is cleared by a restart of the machine. */
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

/**
 * With systemd the helper runs as a system user of its own. Its directories are inside those of root, so that the sockets
 * and what an administrator decided stay root's.
 */
export const ownUser = {
  name: 'homing',
  /** What the account's entry says, by which the uninstaller recognises it. */
  comment: 'Homing helper',
  runtimeDirectory: '/run/homing/helper',
  stateDirectory: '/var/lib/homing/helper',
  /** Where root's writer of the hosts file listens. */
  hostsSocket: '/run/homing/hosts.sock',
} as const;

/** In the state directory while the kill switch of Linux is on: its rules, to be loaded before the network comes up. */
export const bootRulesFile = 'kill-switch.nft';

/** In the state directory of macOS while name servers are changed: the previous ones of each network service. */
export const dnsBeforeFile = 'dns-before.json';
