import { access, rm } from 'node:fs/promises';
import { writeAtomically } from '../../../client/profiles/atomic-file.ts';
import { serviceFiles } from '../../../shared/install/places.ts';
import type { ProgramRunner } from '../../process/run.ts';
import type { HelperService, ServiceManager } from './service.ts';

const label = 'org.homing.helper';
const launchctl = '/bin/launchctl';

/** launchd.plist(5). AbandonProcessGroup: wireguard-go outlives the helper, and the next one takes the tunnel over. */
export function launchdPlist({ program, uid }: HelperService): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${label}</string>
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

export function launchd(runner: ProgramRunner): ServiceManager {
  const file = serviceFiles.launchd;
  const service = `system/${label}`;
  const isLoaded = async () => (await runner.run(launchctl, ['print', service])).exitCode === 0;
  return {
    name: 'launchd',
    file,
    async install(installed) {
      await writeAtomically(file, launchdPlist(installed), 0o644);
      if (await isLoaded()) {
        // A clean stop would take a live tunnel down; after a kill the next helper adopts it.
        await runner.run(launchctl, ['kill', 'SIGKILL', service]);
        await runner.mustRun(launchctl, ['bootout', service]);
      }
      await runner.mustRun(launchctl, ['bootstrap', 'system', file]);
    },
    async remove() {
      const isThere = await access(file).then(
        () => true,
        () => false,
      );
      if (!isThere) return;
      if (await isLoaded()) await runner.mustRun(launchctl, ['bootout', service]);
      await rm(file, { force: true });
    },
  };
}
