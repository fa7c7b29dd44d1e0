/** The layers of docs/ARCHITECTURE.md: imports go one way. */
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  comment: `${from} may import only ${allowed.join(', ') || 'nothing of ours'}`,
  from: { path: `^${from}/` },
  to: { path: '^(electron|renderer|shared|helper|test|scripts)/', pathNot: allowed.map((a) => `^${a}/`) },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    // These name their modules by `exports` in ways that the resolver cannot follow; tsc and Node can.
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^(hono/|@electron/fuses$|electron-installer-debian$)' },
    },
    only('shared-stands-alone', 'shared', ['shared']),
    only('helper-uses-shared', 'helper', ['helper', 'shared']),
    only('electron-uses-shared-and-client', 'electron', ['electron', 'shared', 'helper/client']),
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
      name: 'client-is-unprivileged',
      comment: 'the app and the CLI load helper/client: none of the root side may come along',
      severity: 'error',
      from: { path: '^helper/(client|cli)/' },
      to: { path: '^helper/(control|tunnel|hosts|paths|journal)/' },
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
    // Its parser takes no JSX: what the components may import is checked by biome (biome.json).
    exclude: { path: '\\.tsx$' },
    parser: 'swc',
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
};
