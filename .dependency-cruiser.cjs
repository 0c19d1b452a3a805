/**
 * The import directions of the architecture. A folder may import only what its row allows; everything that has
 * to run in a browser may not import Node's own modules.
 */
const allowed = {
  wire: [],
  attestation: ['wire'],
  ledger: ['wire'],
  model: [],
  server: ['wire', 'attestation', 'model'],
  client: ['wire', 'attestation', 'ledger'],
  edge: ['wire', 'ledger'],
  // Only what the published package exports, as any app would.
  demo: ['client', 'dist'],
};
const all = [...Object.keys(allowed), 'cli', 'bench', 'image'];

const directions = Object.entries(allowed).map(([from, to]) => ({
  name: `${from}-imports`,
  comment: `${from}/ may import ${to.length ? to.join(', ') : 'nothing of ours'}.`,
  severity: 'error',
  from: { path: `^${from}/` },
  to: { path: `^(${all.filter((d) => d !== from && !to.includes(d)).join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...directions,
    {
      name: 'browser-safe',
      comment: 'These folders run in browsers: WebCrypto and Uint8Array only, no node: modules.',
      severity: 'error',
      from: {
        path: '^(wire|attestation|ledger|client)/',
        pathNot: '^(attestation/tsm|client/node|ledger/node|wire/node)/',
      },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'browser-safe-entry',
      comment: 'Browser-safe code may not reach the Node-only corners either.',
      severity: 'error',
      from: {
        path: '^(wire|attestation|ledger|client)/',
        pathNot: '^(attestation/tsm|client/node|ledger/node|wire/node)/',
      },
      to: { path: '^(attestation/tsm|client/node|ledger/node|wire/node)/' },
    },
    {
      name: 'abi-is-bytes-only',
      comment: 'Parse, then verify, then validate: the ABI knows neither signatures nor policy.',
      severity: 'error',
      from: { path: '/abi[./]' },
      to: { path: '/(verify|policy)[./]' },
    },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^dist/'] },
    exclude: { path: '^demo/dist/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types'],
      extensions: ['.ts', '.js'],
    },
  },
};
