// Builds dist anew: compiled sources and, beside them, what tsc does not emit (SQL migrations, declarations in C).
'use strict';
const fs = require('fs');
const path = require('path');
const { spawnSync } = require('child_process');
const root = path.join(__dirname, '..');
const dist = path.join(root, 'dist');

// Files of sources that are gone must not be packed.
fs.rmSync(dist, { recursive: true, force: true });
const tsc = [path.join(__dirname, 'tool.cjs'), 'tsc', '-p', path.join(root, 'tsconfig.build.json')];
const { status } = spawnSync(process.execPath, tsc, { stdio: 'inherit', cwd: root });
if (status !== 0) process.exit(status ?? 1);
for (const folder of ['db/migrations', 'src/engine/tensorflow/include']) {
  fs.cpSync(path.join(root, folder), path.join(dist, folder), {
    recursive: true,
    filter: (file) => !file.endsWith('.ts'),
  });
}
