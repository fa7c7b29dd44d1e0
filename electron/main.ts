import './start/memory-first.ts';
import { join } from 'node:path';
import { app } from 'electron';
import log from 'electron-log/main';
import { configDir } from '../client/profiles/config-dir.ts';
import { HomingApp } from './homing-app.ts';
import { registerAppScheme } from './shell/app-scheme.ts';
import { fewerParts } from './start/fewer-parts.ts';

/** Starts the user's only app; a second start passes on its arguments and ends. */

// Chromium's data has a directory of its own beside the profiles.
app.setPath('userData', join(configDir(process.env), 'app'));

app.enableSandbox();
fewerParts(app, process.env);
registerAppScheme();
log.transports.file.level = 'info';
log.transports.console.level = 'warn';

if (!app.requestSingleInstanceLock()) app.quit();
else {
  const homing = new HomingApp(process.env);
  homing.listen();
  app
    .whenReady()
    .then(() => homing.start(process.argv.slice(1)))
    .catch((error: unknown) => {
      log.error(error);
      process.stderr.write(`homing: ${error instanceof Error ? error.stack : String(error)}\n`);
      app.exit(1);
    });
}
