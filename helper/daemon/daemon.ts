import { rmdirSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import type { Status } from '../../shared/contract/status.ts';
import { apiVersion } from '../../shared/contract/version.ts';
import { codeOf } from '../../shared/errors/code-of.ts';
import { HomingError, type Problem } from '../../shared/errors/problem.ts';
import { failed } from '../../shared/timeline/tunnel-reasons.ts';
import { homingVersion } from '../../shared/version.ts';
import { Admission } from '../approval/admission.ts';
import { isApprovalNeeded } from '../approval/approvals.ts';
import { KnownNetworks } from '../approval/known-networks.ts';
import type { ControlledHelper } from '../control/api.ts';
import { controlServer } from '../control/server.ts';
import { type ControlSocket, listen, prepareRuntimeDirectory } from '../control/socket.ts';
import type { HostsFile } from '../hosts/hosts-file.ts';
import { takeInstanceLock } from '../journal/instance-lock.ts';
import { Journal } from '../journal/journal.ts';
import { roamingPaths } from '../paths/roaming-paths.ts';
import { hasNetworkCapability } from '../process/network-capability.ts';
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
  readonly socket: ControlSocket;
  /** In memory, the helper's alone: the journal and the lock. */
  readonly runtimeDirectory: string;
  /** The helper's alone. What survives a reboot: last good endpoints, probe timestamps. */
  readonly stateDirectory: string;
  /** What an administrator decided about networks; the helper only reads it. */
  readonly approvalDirectory: string;
  readonly hosts: HostsFile;
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

function refuseWithoutPrivileges(): void {
  if (process.getuid?.() === 0 || hasNetworkCapability()) return;
  throw new HomingError({
    code: 'helper-needs-root',
    title: 'The helper needs root',
    cause: `It was started by user ${process.getuid?.()} without CAP_NET_ADMIN, which interfaces and routes need.`,
    remedy: 'Start it with sudo, or as the service that the installer makes.',
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), shutdownGraceMs).unref();
  });
}

/** The composition root of the helper: repairs what was left, then serves the control API. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  refuseWithoutPrivileges();
  const { runtimeDirectory } = options;
  prepareRuntimeDirectory(runtimeDirectory);
  const unlock = takeInstanceLock(join(runtimeDirectory, 'helper.lock'));
  try {
    return await startLocked(options, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

async function startLocked(options: DaemonOptions, unlock: () => void): Promise<Daemon> {
  const { now, hosts, runtimeDirectory, stateDirectory, approvalDirectory, operatingSystem } = options;
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
  const keeper = new TunnelKeeper({ journal, system, timeline, hosts, dns, paths, now });
  const portal = portalWatchOf({ keeper, killSwitch, system, dns, timeline, now });
  const recovered = await recover({ journal, system, timeline, hosts, dns });
  if (recovered.found === 'tunnel') await keeper.adopt(recovered);
  const protection = new Protection(killSwitch, portal);
  const known = new KnownNetworks(stateDirectory, (reason) => timeline.add({ kind: 'trouble', reason }));
  const admission = new Admission({ known, approvalDirectory, program: options.program });
  const startedAt = new Date(now()).toISOString();
  const reading = new SharedReading(
    statusReader({ system, keeper, protection, timeline, startedAt, approvalDirectory }),
  );
  const status = () => reading.get();
  const diagnostics = new SharedReading(async () =>
    diagnose(await status(), system, [hosts.path], keeper.live?.paths.flightRecords() ?? []),
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
  const stopListening = await listen(server, options.socket);
  return {
    stop: async () => {
      await keeper.disconnect();
      await portal.stop();
      await killSwitch.stop();
      await closeServer(server);
      stopListening();
      unlock();
      removeIfEmpty(runtimeDirectory);
    },
  };
}

/**
 * Removes the runtime directory if it is empty. It may still be in use: by files of others, by a helper that starts
 * now, or as a unit's RuntimeDirectory= (a mount, or in a directory of root's), which the uninstaller removes.
 */
function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch (error) {
    const code = codeOf(error);
    if (!['ENOTEMPTY', 'EBUSY', 'EROFS', 'EPERM', 'EACCES', 'ENOENT'].includes(String(code))) throw error;
  }
}

interface StatusParts {
  readonly system: TunnelSystem;
  readonly keeper: TunnelKeeper;
  readonly protection: Protection;
  readonly timeline: Timeline;
  readonly startedAt: string;
  readonly approvalDirectory: string;
}

function statusReader(parts: StatusParts): () => Promise<Status> {
  const { system, keeper, protection, timeline, startedAt, approvalDirectory } = parts;
  return async () => {
    const helper = {
      version: homingVersion,
      apiVersion,
      pid: process.pid,
      startedAt,
      wireguard: await system.wireguard(),
      residentBytes: process.memoryUsage.rss(),
      asksAdministrator: isApprovalNeeded(approvalDirectory),
    };
    const tunnel = await keeper.status();
    return { helper, tunnel, ...protection.status(tunnel), timeline: [...timeline.decisions] };
  };
}

function probeOf(keeper: TunnelKeeper, controller: string | undefined) {
  if (keeper.live !== undefined) return keeper.live.paths.probe(controller);
  throw notConnected('There is nothing to probe');
}
