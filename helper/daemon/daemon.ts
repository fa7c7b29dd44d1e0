import { rmdirSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { dirname, join } from 'node:path';
import type { Status } from '../../shared/contract/status.ts';
import { apiVersion } from '../../shared/contract/version.ts';
import { codeOf } from '../../shared/errors/code-of.ts';
import type { Problem } from '../../shared/errors/problem.ts';
import { failed } from '../../shared/timeline/tunnel-reasons.ts';
import { homingVersion } from '../../shared/version.ts';
import { Admission } from '../approval/admission.ts';
import { isApprovalNeeded } from '../approval/approvals.ts';
import { KnownNetworks } from '../approval/known-networks.ts';
import { refuseOtherThanRoot } from '../command.ts';
import type { ControlledHelper } from '../control/api.ts';
import { controlServer } from '../control/server.ts';
import { listenForUser, prepareRuntimeDirectory } from '../control/socket.ts';
import { takeInstanceLock } from '../journal/instance-lock.ts';
import { Journal } from '../journal/journal.ts';
import { roamingPaths } from '../paths/roaming-paths.ts';
import { ProgramRunner } from '../process/run.ts';
import { Timeline } from '../timeline/timeline.ts';
import type { TunnelSystem } from '../tunnel/system.ts';
import type { OperatingSystemFactory } from '../tunnel/system-of-this-machine.ts';
import { diagnose } from './diagnostics.ts';
import { EventHub } from './event-hub.ts';
import { KillSwitch } from './kill-switch.ts';
import { KillSwitchFile } from './kill-switch-setting.ts';
import { notConnected } from './not-connected.ts';
import { Protection } from './protection.ts';
import { recover } from './recovery.ts';
import { SharedReading } from './shared-reading.ts';
import { portalWatchOf } from './sign-in.ts';
import { TunnelDns } from './tunnel-dns.ts';
import { TunnelKeeper } from './tunnel-keeper.ts';

export interface DaemonOptions {
  /** The socket; its directory is the runtime directory, owned by root, in memory. */
  readonly socketPath: string;
  /** What survives a reboot: last good endpoints, probe timestamps. */
  readonly stateDirectory: string;
  readonly hostsPath: string;
  /** The one user who may control the helper. */
  readonly uid: number;
  readonly now: () => number;
  /** How an administrator starts the helper's program in a terminal. */
  readonly program: string;
  readonly operatingSystem: OperatingSystemFactory;
}

export interface Daemon {
  /** Takes the tunnel down, closes the socket, releases the lock. */
  stop(): Promise<void>;
}

const shutdownGraceMs = 200;

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), shutdownGraceMs).unref();
  });
}

/** The composition root of the helper: repairs what was left, then serves the control API. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  refuseOtherThanRoot('The helper needs root');
  const runtimeDirectory = dirname(options.socketPath);
  prepareRuntimeDirectory(runtimeDirectory);
  const unlock = takeInstanceLock(join(runtimeDirectory, 'helper.lock'));
  try {
    return await startLocked(options, runtimeDirectory, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

async function startLocked(
  options: DaemonOptions,
  runtimeDirectory: string,
  unlock: () => void,
): Promise<Daemon> {
  const { now, hostsPath, stateDirectory, operatingSystem } = options;
  const runner = new ProgramRunner(runtimeDirectory);
  const timeline = new Timeline(now);
  const onProblem = (problem: Problem) =>
    void timeline.add({ kind: 'trouble', reason: `${failed(problem)} ${problem.remedy}` });
  const machine = operatingSystem({ runner, runtimeDirectory, stateDirectory, onProblem });
  const system = machine.tunnel;
  const journal = new Journal(join(runtimeDirectory, 'journal.json'));
  const killSwitch = new KillSwitch({
    system: machine.killSwitch,
    file: new KillSwitchFile(join(stateDirectory, 'kill-switch.json')),
    timeline,
    now,
  });
  await killSwitch.start();
  const { hostFirewall } = machine;
  const paths = roamingPaths({ system, timeline, now, stateDirectory, hostFirewall });
  const dns = new TunnelDns(machine.dns, timeline);
  const keeper = new TunnelKeeper({ journal, system, timeline, hostsPath, dns, paths, now });
  const portal = portalWatchOf({ keeper, killSwitch, system, dns, timeline, now });
  const recovered = await recover({ journal, system, timeline, hostsPath, dns });
  if (recovered.found === 'tunnel') await keeper.adopt(recovered);
  const protection = new Protection(killSwitch, portal);
  const known = new KnownNetworks(stateDirectory, (reason) => timeline.add({ kind: 'trouble', reason }));
  const admission = new Admission({ known, stateDirectory, program: options.program });
  const startedAt = new Date(now()).toISOString();
  const reading = new SharedReading(
    statusReader({ system, keeper, protection, timeline, startedAt, stateDirectory }),
  );
  const status = () => reading.get();
  const diagnostics = new SharedReading(async () =>
    diagnose(await status(), system, [hostsPath], keeper.live?.paths.flightRecords() ?? []),
  );
  const hub = new EventHub(keeper, protection, timeline, status);
  const helper: ControlledHelper = {
    status,
    connect: (request, invite) =>
      keeper.connect(request, {
        check: () => admission.check(request.profile, invite),
        connected: () => admission.connected(invite),
      }),
    disconnect: () => keeper.disconnect(),
    setRoute: (request) => keeper.setRoute(request),
    setKillSwitch: (request) => killSwitch.set(request),
    setPortal: ({ open }) => portal.setOpen(open),
    probe: (request) => probeOf(keeper, request.controller),
    diagnostics: () => diagnostics.get(),
    subscribe: (listener, refresh) => hub.subscribe(listener, refresh),
  };
  const server = controlServer(helper);
  await listenForUser(server, options.socketPath, options.uid);
  return {
    stop: async () => {
      await keeper.disconnect();
      await portal.stop();
      await killSwitch.stop();
      await closeServer(server);
      rmSync(options.socketPath, { force: true });
      unlock();
      removeIfEmpty(runtimeDirectory);
    },
  };
}

/**
 * Removes the runtime directory if it is empty. It may still be in use: by files of others, by a helper that starts
 * now, or as a unit's RuntimeDirectory= (then a mount, which systemd removes itself).
 */
function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch (error) {
    const code = codeOf(error);
    if (!['ENOTEMPTY', 'EBUSY', 'EROFS', 'EPERM', 'ENOENT'].includes(String(code))) throw error;
  }
}

interface StatusParts {
  readonly system: TunnelSystem;
  readonly keeper: TunnelKeeper;
  readonly protection: Protection;
  readonly timeline: Timeline;
  readonly startedAt: string;
  readonly stateDirectory: string;
}

function statusReader(parts: StatusParts): () => Promise<Status> {
  const { system, keeper, protection, timeline, startedAt, stateDirectory } = parts;
  return async () => {
    const helper = {
      version: homingVersion,
      apiVersion,
      pid: process.pid,
      startedAt,
      wireguard: await system.wireguard(),
      residentBytes: process.memoryUsage.rss(),
      asksAdministrator: isApprovalNeeded(stateDirectory),
    };
    const tunnel = await keeper.status();
    return { helper, tunnel, ...protection.status(tunnel), timeline: [...timeline.decisions] };
  };
}

function probeOf(keeper: TunnelKeeper, controller: string | undefined) {
  if (keeper.live !== undefined) return keeper.live.paths.probe(controller);
  throw notConnected('There is nothing to probe');
}
