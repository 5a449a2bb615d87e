// The architecture as rules: who may import whom (docs/architecture.md draws them).
'use strict';

const only = (name, where, what) => ({
  name,
  severity: 'error',
  from: { pathNot: where },
  to: { path: what, dependencyTypesNot: ['type-only'] },
});
const layer = (from, allowed) => ({
  name: `${from.replace(/\W/g, '')}-layer`,
  severity: 'error',
  from: { path: `^${from}/` },
  to: { path: '^(src|db)/', pathNot: `^(${[from, ...allowed].join('|')})/` },
});

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'A lazy import is no part of a circle: the table of commands loads what reads it.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['dynamic-import'] } },
    },
    layer('src/pose', []),
    layer('src/augment', ['src/pose', 'src/engine']),
    layer('src/engine', []),
    layer('src/models', ['src/pose', 'src/augment', 'src/engine']),
    layer('src/methods', ['src/pose', 'src/augment', 'src/models', 'src/engine']),
    layer('src/formats', ['src/pose']),
    layer('src/image', ['src/pose']),
    layer('src/monitor', ['src/pose']),
    layer('db', ['src/pose']),
    layer('src/config', ['src/pose', 'src/augment']),
    // The demo drives the command line from outside; of the inside it reads what its pictures need.
    layer('src/demo', [
      'src/pose',
      'src/augment',
      'src/image',
      'src/monitor',
      'src/config',
      'src/stages',
    ]),
    layer('src/stages', [
      'src/pose',
      'src/augment',
      'src/models',
      'src/methods',
      'src/engine',
      'src/formats',
      'src/image',
      'src/monitor',
      'db',
    ]),
    layer('src/pipeline', [
      'src/stages',
      'src/pose',
      'src/augment',
      'src/models',
      'src/methods',
      'src/engine',
      'src/formats',
      'src/image',
      'src/monitor',
      'src/config',
      'db',
    ]),
    {
      name: 'only-cli-uses-cli',
      severity: 'error',
      from: { pathNot: '^src/cli/' },
      to: { path: '^src/cli/' },
    },
    only('rxjs-only-in-pipeline', '^src/pipeline/', '^node_modules/rxjs'),
    only('sqlite-only-in-db', '^db/', '^node_modules/better-sqlite3'),
    only('decoders-only-in-image', '^src/image/', '^node_modules/(sharp|@napi-rs)'),
    only(
      'runtimes-only-in-engine',
      '^src/engine/',
      '^node_modules/(onnxruntime-node|@tensorflow/tfjs-(backend|node))',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
