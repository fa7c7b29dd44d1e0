import { chmod, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Bundles the two programs, so that they need no node_modules: dist/homing/homing.mjs, dist/helper/homing-helper.mjs. */

const root = fileURLToPath(new URL('..', import.meta.url));

/** Bundled CommonJS packages call `require`, which an ES module has to make for itself. */
const requireForCommonJs =
  "import { createRequire as homingRequire } from 'node:module'; const require = homingRequire(import.meta.url);";

export async function bundlePrograms(outDirectory: string): Promise<void> {
  const common = {
    bundle: true,
    platform: 'node' as const,
    target: 'node24',
    format: 'esm' as const,
    minify: true,
    keepNames: true,
    legalComments: 'none' as const,
    outExtension: { '.js': '.mjs' },
    logLevel: 'warning' as const,
    absWorkingDir: root,
  };
  await rm(outDirectory, { recursive: true, force: true });
  await Promise.all([
    build({
      ...common,
      entryPoints: { homing: 'helper/cli/entry.ts' },
      outdir: `${outDirectory}/homing`,
      // Commands are loaded when they are called: `homing up` must not pay for the others.
      splitting: true,
      banner: { js: requireForCommonJs },
    }),
    build({
      ...common,
      entryPoints: { 'homing-helper': 'helper/main.ts' },
      outdir: `${outDirectory}/helper`,
      banner: { js: requireForCommonJs },
    }),
  ]);
  await chmod(`${outDirectory}/homing/homing.mjs`, 0o755);
}

if (import.meta.main) await bundlePrograms(`${root}dist`);
