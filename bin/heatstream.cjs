#!/usr/bin/env node
// Starts heatstream: checks Node first, then runs the sources in a clone (type stripping) or dist in a package.
'use strict';
var fs = require('fs');
var path = require('path');
var supported = require('./supported-node.cjs');
var source = path.join(__dirname, '..', 'src', 'cli', 'main.ts');
var main = fs.existsSync(source)
  ? source
  : path.join(__dirname, '..', 'dist', 'src', 'cli', 'main.js');

if (supported.isSupported(process.version)) import(require('url').pathToFileURL(main).href);
else supported.runSupported(main, process.argv.slice(2));
