import './web-crypto.ts';
import { join } from 'node:path';
import { app } from 'electron';
import log from 'electron-log/main';
import { HomingApp } from './homing-app.ts';
import { registerAppScheme } from './shell/app-scheme.ts';

/** Starts the one app of this user; a second start hands over what it was given and ends. */

// Development and tests keep everything in a directory of their own, the profiles as well as what Chromium keeps.
const ownDirectory = process.env.HOMING_CONFIG_DIR;
if (ownDirectory) app.setPath('userData', join(ownDirectory, 'app'));

app.enableSandbox();
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
      app.exit(1);
    });
}
