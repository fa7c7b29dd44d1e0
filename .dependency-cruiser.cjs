/** The layers of docs/ARCHITECTURE.md: imports go one way. */
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  comment: `${from} may import only ${allowed.join(', ') || 'nothing of ours'}`,
  from: { path: `^${from}/` },
  to: {
    path: '^(electron|renderer|shared|helper|client|cli|program|test|scripts)/',
    pathNot: allowed.map((a) => `^${a}/`),
  },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    // These name their modules by `exports` in ways that the resolver cannot follow; tsc and Node can.
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^(@electron/fuses$|electron-installer-debian$)' },
    },
    only('shared-stands-alone', 'shared', ['shared']),
    // The installer asks the helper over its socket whether it runs, as any client does.
    only('installer-uses-client', 'helper/install', ['helper', 'client', 'shared']),
    only('helper-uses-shared', 'helper(?!/install)', ['helper', 'shared']),
    only('client-uses-shared', 'client', ['client', 'shared']),
    only('cli-uses-client-and-shared', 'cli', ['cli', 'client', 'shared']),
    only('electron-uses-client-and-shared', 'electron', ['electron', 'client', 'shared']),
    only('renderer-uses-shared', 'renderer', ['renderer', 'shared']),
    {
      name: 'shared-is-pure',
      comment: 'shared runs in the renderer too: no Node, no Electron',
      severity: 'error',
      from: { path: '^shared/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'shared-has-no-electron',
      severity: 'error',
      from: { path: '^shared/' },
      to: { path: '^node_modules/electron' },
    },
    {
      name: 'unprivileged-code-never-reaches-the-helper',
      comment:
        'cli, client, electron and renderer run as an ordinary user: no chain of imports leads into helper',
      severity: 'error',
      from: { path: '^(cli|client|electron|renderer)/' },
      to: { path: '^helper/', reachable: true },
    },
    {
      name: 'one-seam-for-the-operating-system',
      comment: 'only the tunnel seam chooses a system',
      severity: 'error',
      from: { path: '^helper/', pathNot: '^helper/tunnel/' },
      to: { path: '^helper/tunnel/(linux|macos)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // TypeScript's own parser, the only one of those to choose from that reads TSX. It needs the JavaScript API, which
    // ends with version 6; `tsc` itself is the native version 7 (typescript-native in package.json).
    parser: 'tsc',
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
};
