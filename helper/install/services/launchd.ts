import { access, chown } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { removeAtomic, writeAtomically } from '../../../client/profiles/atomic-file.ts';
import { HomingError } from '../../../shared/errors/problem.ts';
import { serviceFiles } from '../../../shared/install/places.ts';
import type { ProgramRunner } from '../../process/run.ts';
import type { HelperService, ServiceManager } from './service.ts';

const label = 'org.homing.helper';
const launchctl = '/bin/launchctl';
/** Login Items in System Settings names the app that a daemon belongs to by it. */
const appBundle = 'org.homing.desktop';

/** `bootout` returns before the service is gone, and until then `bootstrap` fails with an input/output error. */
const patienceMs = 15_000;
const lookEveryMs = 100;

/** launchd.plist(5). AbandonProcessGroup: wireguard-go survives the helper, and the next helper adopts the tunnel. */
export function launchdPlist({ program, uid }: HelperService): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${label}</string>
  <key>AssociatedBundleIdentifiers</key>
  <array>
    <string>${appBundle}</string>
  </array>
  <key>ProgramArguments</key>
  <array>
    <string>${program}</string>
    <string>--uid</string>
    <string>${uid}</string>
  </array>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <true/>
  <key>AbandonProcessGroup</key>
  <true/>
  <key>ProcessType</key>
  <string>Interactive</string>
  <key>HardResourceLimits</key>
  <dict>
    <key>NumberOfFiles</key>
    <integer>4096</integer>
  </dict>
  <key>SoftResourceLimits</key>
  <dict>
    <key>NumberOfFiles</key>
    <integer>4096</integer>
  </dict>
  <key>Umask</key>
  <integer>18</integer>
</dict>
</plist>
`;
}

interface LaunchdParts {
  readonly runner: Pick<ProgramRunner, 'run' | 'mustRun'>;
  /** The property list; launchd accepts it only if root alone can write to it. */
  readonly file: string;
  readonly pause: (milliseconds: number) => Promise<unknown>;
  /** A monotonic clock. */
  readonly nowMs: () => number;
}

export function launchd(runner: ProgramRunner): ServiceManager {
  return launchdWith({ runner, file: serviceFiles.launchd, pause: sleep, nowMs: () => performance.now() });
}

export function launchdWith({ runner, file, pause, nowMs }: LaunchdParts): ServiceManager {
  const service = `system/${label}`;
  const isLoaded = async () => (await runner.run(launchctl, ['print', service])).exitCode === 0;

  const bootOut = async () => {
    // It fails while an earlier call is in progress; what counts is whether the service is gone.
    await runner.run(launchctl, ['bootout', service]);
    const deadlineMs = nowMs() + patienceMs;
    while (await isLoaded()) {
      if (nowMs() > deadlineMs) throw doesNotGo(service);
      await pause(lookEveryMs);
    }
  };

  const bootStrap = async () => {
    const deadlineMs = nowMs() + patienceMs;
    for (;;) {
      const { exitCode, stderr } = await runner.run(launchctl, ['bootstrap', 'system', file]);
      if (exitCode === 0) return;
      if (nowMs() > deadlineMs)
        throw new Error(`${launchctl} bootstrap failed (${exitCode}): ${stderr.trim()}`);
      await pause(lookEveryMs);
    }
  };

  return {
    name: 'launchd',
    file,
    async install(installed) {
      await writeAtomically(file, launchdPlist(installed), 0o644);
      // Group wheel, whatever group its folder has.
      await chown(file, 0, 0);
      if (await isLoaded()) {
        // A clean stop would disconnect a live tunnel; after a kill the next helper adopts it.
        await runner.run(launchctl, ['kill', 'SIGKILL', service]);
        await bootOut();
      }
      await bootStrap();
    },
    async remove() {
      const isThere = await access(file).then(
        () => true,
        () => false,
      );
      if (!isThere) return await removeAtomic(file);
      if (await isLoaded()) await bootOut();
      await removeAtomic(file);
    },
  };
}

function doesNotGo(service: string): HomingError {
  return new HomingError({
    code: 'install-failed',
    title: 'The helper that is there does not end',
    cause: `launchd still has ${service}, ${patienceMs / 1000} s after it was to remove it.`,
    remedy: 'Restart the Mac, then try again.',
  });
}
