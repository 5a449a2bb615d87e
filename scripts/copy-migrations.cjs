// Copies what tsc does not emit (the SQL migrations) beside the compiled files.
'use strict';
const fs = require('fs');
const path = require('path');
const root = path.join(__dirname, '..');
fs.cpSync(path.join(root, 'db/migrations'), path.join(root, 'dist/db/migrations'), { recursive: true });
