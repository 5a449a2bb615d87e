import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { installTensorflow } from '../../../src/engine/tensorflow/install/install.ts';
import { SYMBOLS } from '../../../src/engine/tensorflow/install/symbols.ts';
import { run as runCommand } from '../../support/command.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { hasCompiler, makeArchive, makePackage } from './stub.ts';

if (!hasCompiler) process.stderr.write('skipped: installing TensorFlow (there is no g++)\n');

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** @returns its address and the `range` of every request so far */
async function serve(answer: Answer): Promise<{ url: string; ranges: (string | undefined)[] }> {
  const ranges: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    ranges.push(request.headers.range);
    answer(request, response);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ranges };
}

/** The file, or what of it the request asks for. */
const giving =
  (file: string): Answer =>
  (request, response) => {
    const bytes = readFileSync(file);
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    response.setHeader('etag', '"one"');
    response.setHeader('content-length', bytes.length - from);
    response.statusCode = from > 0 ? 206 : 200;
    response.end(bytes.subarray(from));
  };

/** A third of the file, and then the line is dead. */
const breaking =
  (file: string): Answer =>
  (_, response) => {
    const bytes = readFileSync(file);
    response.setHeader('etag', '"one"');
    response.setHeader('content-length', bytes.length);
    response.write(bytes.subarray(0, bytes.length / 3), () =>
      setTimeout(() => response.destroy(), 50),
    );
  };

let root: string;
let addon: string;
let lines: string[];
beforeEach(() => {
  root = temporaryFolder();
  addon = join(makePackage(root), 'lib/napi-v8/tfjs_binding.node');
  lines = [];
  vi.stubEnv('HEATSTREAM_TENSORFLOW', root);
});

afterEach(() => {
  vi.unstubAllEnvs();
});

const install = (options: Partial<Parameters<typeof installTensorflow>[0]> = {}) =>
  installTensorflow({
    ...{ gpu: false, from: 'official', dir: join(root, 'library') },
    ...options,
    log: (line) => lines.push(line),
  });

/** Folders and files of the target that are left, but for the downloads. */
const leftBehind = () => readdirSync(join(root, 'library')).filter((name) => name !== 'download');

describe.skipIf(!hasCompiler)('installing the official library', () => {
  it('downloads, checks, builds and loads it, and does nothing the second time', async () => {
    const archive = makeArchive(join(root, 'made'));
    const server = await serve(giving(archive));
    const first = await install({ mirror: server.url });
    expect(first).toMatchObject({ version: '9.8.7', device: 'cpu', isNew: true });
    expect(lines.join('\n')).toContain('publish no checksum');
    expect(await install({ mirror: server.url })).toEqual({ ...first, isNew: false });
    expect(server.ranges).toHaveLength(1);
    expect(readdirSync(join(root, 'library/download'))).toEqual([]);
  });

  it('goes on with a download that broke off', async () => {
    const archive = makeArchive(join(root, 'made'));
    const size = readFileSync(archive).length;
    let answer = breaking(archive);
    const server = await serve((request, response) => {
      answer(request, response);
    });
    const broken = await install({ mirror: server.url }).catch((error: unknown) => error);
    expect(broken).toMatchObject({ isRetryable: true });
    expect(String(broken)).toMatch(`of ${size} bytes: run the command again`);
    expect(leftBehind()).toEqual([]);
    answer = giving(archive);
    const sha256 = createHash('sha256').update(readFileSync(archive)).digest('hex');
    expect(await install({ mirror: server.url, sha256 })).toMatchObject({ version: '9.8.7' });
    expect(server.ranges[1]).toMatch(/^bytes=[1-9]\d*-$/);
  });

  it('refuses and removes a file of another digest', async () => {
    const server = await serve(giving(makeArchive(join(root, 'made'))));
    const sha256 = '0'.repeat(64);
    await expect(install({ mirror: server.url, sha256 })).rejects.toThrow(
      /has sha256 .* expected 0{64}/,
    );
    expect(readdirSync(join(root, 'library/download'))).toEqual([]);
    expect(leftBehind()).toEqual([]);
  });

  it('names the functions that a library lacks, and keeps nothing of it', async () => {
    const some = SYMBOLS.filter((name) => name !== 'TFE_Execute' && name !== 'TF_Dim');
    const server = await serve(giving(makeArchive(join(root, 'made'), some)));
    await expect(install({ mirror: server.url })).rejects.toThrow(
      /lack 2 of the 55 functions .*\(TFE_Execute, TF_Dim\)/,
    );
    expect(leftBehind()).toEqual([]);
    expect(existsSync(addon)).toBe(false);
  });

  it('says so when the binding does not compile, and leaves none', async () => {
    const server = await serve(giving(makeArchive(join(root, 'made'))));
    writeFileSync(join(addon, '../../../binding/tfjs_backend.cc'), 'no such type;');
    await expect(install({ mirror: server.url })).rejects.toThrow(
      /cannot build the binding .*error:/,
    );
    expect(readdirSync(join(addon, '..'))).toEqual([]);
  });
});

describe('installing TensorFlow', () => {
  it('says which package is missing, or is of another version', async () => {
    await expect(install({ gpu: true })).rejects.toThrow(
      '@tensorflow/tfjs-node-gpu is not installed: `npm install --ignore-scripts @tensorflow/tfjs-node-gpu@4.22.0` first',
    );
    writeFileSync(join(addon, '../../../package.json'), '{ "version": "4.9.0" }');
    await expect(install()).rejects.toThrow('is here in version 4.9.0');
  });

  it('asks for a compiler before it downloads anything', async () => {
    const server = await serve((_, response) => response.end());
    vi.stubEnv('CXX', '/nowhere/g++');
    const refused = await install({ mirror: server.url }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ isRetryable: false });
    expect(String(refused)).toContain('there is no C++ compiler /nowhere/g++ (CXX)');
    expect(server.ranges).toEqual([]);
  });

  it.skipIf(!hasCompiler)('names the folder that it cannot write to', async () => {
    writeFileSync(join(root, 'file'), '');
    await expect(install({ dir: join(root, 'file/library') })).rejects.toThrow(
      `cannot write to ${join(root, 'file/library')} (ENOTDIR): choose another folder with --dir`,
    );
  });

  it.skipIf(!hasCompiler)('exits 4 where there is no network, and 2 at a mistake', async () => {
    const env = { HEATSTREAM_TENSORFLOW: root };
    const run = (...args: string[]) =>
      runCommand(['engine', 'install', ...args, '--dir', join(root, 'library')], env);
    const offline = await run('tensorflow', '--mirror', 'http://nowhere.invalid');
    expect(offline.code).toBe(4);
    expect(offline.stderr).toMatch(
      /^engine install: cannot reach nowhere\.invalid .*run the command again/m,
    );
    expect((await run('tensorflow', '--gpu')).code).toBe(2);
    expect((await run('pytorch')).stderr).toContain('expected list, bench or install tensorflow');
  });

  it.skipIf(!hasCompiler)('names the Python that pip finds no wheel for', async () => {
    for (const [name, value] of [
      ['PIP_CONFIG_FILE', devNull],
      ['PIP_FIND_LINKS', ''],
      ['PIP_EXTRA_INDEX_URL', ''],
    ] as const) {
      vi.stubEnv(name, value);
    }
    const wheel = 'tensorflow_cpu-2.21.0-cp27-cp27m-win32.whl';
    const server = await serve((_, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(`<a href="${wheel}">${wheel}</a>`);
    });
    await expect(install({ from: 'pip', mirror: `${server.url}/simple` })).rejects.toThrow(
      /pip finds no wheel tensorflow-cpu==2\.21\.0 for Python 3\.11|there is no Python with pip/,
    );
  });
});
