import { chmod, rm } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';

/** Bundles the two programs, so that they need no node_modules: dist/homing/homing.mjs, dist/helper/homing-helper.mjs. */

const root = fileURLToPath(new URL('..', import.meta.url));

/** Bundled CommonJS packages call `require`, which an ES module must create itself. */
const requireForCommonJs =
  "const require = process.getBuiltinModule('node:module').createRequire(import.meta.url);";

/**
 * Loads Node's own modules by `process.getBuiltinModule` instead of `import`: an import reads every export of the
 * module, and those of `node:http` load all of undici for its WebSocket. Measured with Node 24: 57 ms of 108 at the
 * start of a program, and 13 MB for undici.
 */
const builtinsWithoutFacade: Plugin = {
  name: 'builtins-without-facade',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?[a-z]/ }, ({ path }) =>
      isBuiltin(path) ? { path: path.replace(/^node:/, ''), namespace: 'builtin' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('node:${path}');`,
    }));
  },
};

/** Zod's translations are a third of a bundle; its messages are in English. */
const withoutTranslations: Plugin = {
  name: 'without-translations',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/locales\/index\.js$/ }, ({ path, importer }) =>
      importer.includes('/zod/') ? { path, namespace: 'no-translations' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'no-translations' }, () => ({ contents: 'export {};' }));
  },
};

/** The key that releases are signed with; empty in a development build. */
const define = { homingReleaseKey: JSON.stringify(process.env.HOMING_RELEASE_KEY ?? '') };

const everywhere = [builtinsWithoutFacade, withoutTranslations];

/** @param helpers the helper by the name of its bundle; tests add one of their own */
export async function bundlePrograms(
  outDirectory: string,
  helpers: Readonly<Record<string, string>> = { 'homing-helper': 'helper/main.ts' },
): Promise<void> {
  const common: BuildOptions = {
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minify: true,
    keepNames: true,
    legalComments: 'none',
    outExtension: { '.js': '.mjs' },
    logLevel: 'warning',
    absWorkingDir: root,
    banner: { js: requireForCommonJs },
    plugins: everywhere,
    define,
  };
  await rm(outDirectory, { recursive: true, force: true });
  await Promise.all([
    build({
      ...common,
      entryPoints: { homing: 'cli/entry.ts' },
      outdir: `${outDirectory}/homing`,
      // Commands are loaded when called, so that one does not pay for the others. They are one build, so that classes
      // such as HomingError are the same for all.
      splitting: true,
    }),
    build({
      ...common,
      entryPoints: helpers,
      outdir: `${outDirectory}/helper`,
    }),
  ]);
  await chmod(`${outDirectory}/homing/homing.mjs`, 0o755);
}

/** Helper, installer and command line in one CommonJS file, as a single executable application requires. */
export async function bundleExecutable(outFile: string): Promise<void> {
  await build({
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    minify: true,
    keepNames: true,
    legalComments: 'none',
    logLevel: 'warning',
    absWorkingDir: root,
    plugins: everywhere,
    define,
    entryPoints: ['program/executable.ts'],
    outfile: outFile,
  });
}

if (import.meta.main) await bundlePrograms(`${root}dist`);
