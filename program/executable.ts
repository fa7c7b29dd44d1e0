import { basename } from 'node:path';

/**
 * The one program of a package: as `homing` it is the command line; by its own name it is the helper, or its installer.
 */
async function start(): Promise<void> {
  const [first, ...rest] = process.argv.slice(2);
  if (basename(process.argv0) === 'homing') await import('../cli/entry.ts');
  else if (first === 'install' || first === 'uninstall' || first === 'replace') {
    const { installerMain } = await import('../helper/install/main.ts');
    await installerMain(first, rest);
  } else await import('../helper/main.ts');
}

void start();
