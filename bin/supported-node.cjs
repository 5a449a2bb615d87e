// Finds a Node that can run heatstream. Plain old JavaScript: it must load on the Node that is too old.
'use strict';
var fs = require('fs');
var path = require('path');

/** `^22.22.2 || ^24.15 || >=26`: below it better-sqlite3 13 crashes the process without a word. */
function isSupported(version) {
  var p = version.replace(/^v/, '').split('.').map(Number);
  if (p[0] === 22) return p[1] > 22 || (p[1] === 22 && p[2] >= 2);
  if (p[0] === 24) return p[1] >= 15;
  return p[0] >= 26;
}

/** Path of the Node that npm put beside heatstream (optional dependency `node-<platform>-<arch>`), or null. */
function bundledNode() {
  var name =
    'node-' + (process.platform === 'win32' ? 'win' : process.platform) + '-' + process.arch;
  var inside = process.platform === 'win32' ? 'bin/node.exe' : 'bin/node';
  for (var dir = path.resolve(__dirname, '..'); ; dir = path.dirname(dir)) {
    var candidate = path.join(dir, 'node_modules', name, inside);
    if (fs.existsSync(candidate)) return candidate;
    if (path.dirname(dir) === dir) return null;
  }
}

/** The Node to use: this one where it is supported, else the bundled one; exits 2 with one plain sentence where there is none. */
function supportedNode() {
  if (isSupported(process.version)) return process.execPath;
  var found = bundledNode();
  if (found) return found;
  process.stderr.write(
    'heatstream needs Node ^22.22.2, ^24.15 or >=26, and this is ' +
      process.version +
      '. Install a newer Node, or reinstall with optional dependencies so that npm brings one.\n',
  );
  process.exit(2);
}

/** Runs a script in that Node: in this process where it fits, else in a child that gets our signals and gives us its exit code. */
function runSupported(script, args, nodeArgs) {
  var node = supportedNode();
  var child = require('child_process').spawn(node, (nodeArgs || []).concat([script], args), {
    stdio: 'inherit',
    env: Object.assign({}, process.env, {
      PATH: path.dirname(node) + path.delimiter + process.env.PATH,
    }),
  });
  ['SIGINT', 'SIGTERM', 'SIGHUP'].forEach(function (signal) {
    process.on(signal, function () {
      // A terminal sends SIGINT to the whole group, so the child has it already.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  });
  child.on('exit', function (code, signal) {
    process.exit(signal ? 128 + require('os').constants.signals[signal] : code);
  });
}

module.exports = { isSupported: isSupported, runSupported: runSupported };
