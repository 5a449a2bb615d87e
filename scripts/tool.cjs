// Runs a development tool (`node scripts/tool.cjs vitest run`) or a script file under a Node that heatstream supports.
'use strict';
const fs = require('fs');
const path = require('path');
const { runSupported } = require('../bin/supported-node.cjs');
const [name, ...args] = process.argv.slice(2);
const bin = path.join(__dirname, '..', 'node_modules', '.bin', name);
runSupported(fs.existsSync(bin) ? fs.realpathSync(bin) : name, args);
