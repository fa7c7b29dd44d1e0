import type { AppState, ProfileSummary } from '../../../shared/contract/app-state.ts';
import type { Path } from '../../../shared/contract/path.ts';
import type { ConnectedTunnel, ControllerStatus } from '../../../shared/contract/status.ts';

/** States of the app for tests of its pure functions. */

export const at = '2026-01-05T08:00:00.000Z';

export function profile(change: Partial<ProfileSummary> = {}): ProfileSummary {
  return {
    id: 'a'.repeat(16),
    network: 'wgnet',
    label: 'wgnet',
    domain: 'wgnet',
    peer: 'laptop',
    origin: 'invite',
    serial: 1,
    fingerprint: null,
    addresses: ['fd28:387a:c1:4700::2'],
    machines: [],
    controllers: [],
    settings: { discovery: true, shortNames: false, listenPort: null, exit: null },
    exits: [],
    mtu: 1420,
    key: { state: 'sealed' },
    joined: true,
    ...change,
  };
}

export function controller(
  name: string,
  path: Path,
  change: Partial<ControllerStatus> = {},
): ControllerStatus {
  return {
    name,
    publicKey: '',
    address: null,
    path,
    isMoving: false,
    endpoint: null,
    roundTripMs: path === 'none' ? null : 1.04,
    latestHandshakeAt: path === 'none' ? null : at,
    receivedBytes: path === 'none' ? 0 : 100,
    sentBytes: 100,
    probing: 'answers',
    candidates: [],
    ...change,
  };
}

export function tunnel(controllers: readonly ControllerStatus[]): ConnectedTunnel {
  return {
    state: 'connected',
    network: 'wgnet',
    domain: 'wgnet',
    profileId: 'a'.repeat(16),
    serial: 1,
    peer: 'laptop',
    publicKey: '',
    interfaceName: 'hm-wgnet',
    listenPort: 51_820,
    addresses: [],
    since: at,
    adopted: false,
    hosts: { names: 3, via: 'nas', problem: null },
    controllers: [...controllers],
  };
}

export const problem = { code: 'x', title: 'It failed', cause: 'Because.', remedy: 'Do this.' };

export function appState(change: Partial<AppState> = {}): AppState {
  return {
    about: {
      version: '0.1.0',
      electron: '45.0.0',
      platform: 'linux',
      hasTray: true,
      keyring: { state: 'available' },
      installer: 'packaged',
    },
    helper: {
      state: 'ready',
      info: {
        version: '0.1.0',
        apiVersion: 1,
        pid: 1,
        startedAt: at,
        wireguard: 'kernel',
        residentBytes: 1,
      },
    },
    tunnel: { state: 'off' },
    killSwitch: null,
    portal: { state: 'none' },
    prediction: null,
    timeline: [],
    history: {},
    profiles: [profile()],
    damaged: [],
    selectedProfileId: 'a'.repeat(16),
    review: null,
    preferences: {
      theme: 'system',
      launchAtLogin: false,
      connectAtStart: false,
      notifications: true,
      checkForUpdates: true,
    },
    update: { state: 'idle', checkedAt: null },
    problem: null,
    ...change,
  };
}
