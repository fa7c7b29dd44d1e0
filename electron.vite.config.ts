import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

/**
 * The three parts of the app, in dist/app: main and preload as CommonJS with all they use inside (a sandboxed preload
 * script can load nothing), and the page. `electron` itself is what runs them.
 */
const electron45 = { main: 'node24', page: 'chrome156' };
/** Electron 33, which stands in for it in development and tests; see scripts/electron-runtime.mjs. */
const standIn = { main: 'node20', page: 'chrome130' };
/** The command line loads parts of the client only when it needs them; here all of it is needed at once. */
const checks = { ineffectiveDynamicImport: false };

/** The key that releases are signed with; empty in a development build. */
const define = { homingReleaseKey: JSON.stringify(process.env.HOMING_RELEASE_KEY ?? '') };

export default defineConfig(({ mode }) => {
  const target = mode === 'stand-in' ? standIn : electron45;
  return {
    main: {
      define,
      build: {
        outDir: 'dist/app/main',
        target: target.main,
        minify: true,
        externalizeDeps: false,
        rolldownOptions: {
          checks,
          input: resolve('electron/main.ts'),
          external: ['electron'],
          output: { format: 'cjs', entryFileNames: '[name].cjs' },
        },
      },
    },
    preload: {
      build: {
        outDir: 'dist/app/preload',
        target: target.main,
        minify: true,
        externalizeDeps: false,
        rolldownOptions: {
          checks,
          input: resolve('electron/preload.ts'),
          external: ['electron'],
          output: { format: 'cjs', entryFileNames: '[name].cjs' },
        },
      },
    },
    renderer: {
      root: 'renderer',
      base: './',
      build: {
        outDir: 'dist/app/renderer',
        target: target.page,
        // The page is served by app://, where a policy forbids data: for everything but images.
        assetsInlineLimit: 0,
        minify: true,
        modulePreload: { polyfill: false },
        rolldownOptions: { input: resolve('renderer/index.html') },
      },
      plugins: [react()],
    },
  };
});
