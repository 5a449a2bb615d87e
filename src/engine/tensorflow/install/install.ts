// Installs the TensorFlow library and the binding to it. May be repeated: what is done stays, what was cut short goes on.
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { BINDING_VERSION, findBinding, type BindingName, type BindingPackage } from '../package.ts';
import { buildAddon, findCompiler } from './build-addon.ts';
import { asInstallError, InstallError } from './install-error.ts';
import type { Library } from './library.ts';
import { fetchOfficial } from './official.ts';
import { fetchWheel } from './pip.ts';
import { checkSymbols } from './symbols.ts';
import { tryAddon } from './try-addon.ts';

export interface InstallOptions {
  /** A library for CUDA. */
  readonly gpu: boolean;
  /** What is bound to the library. @default @tensorflow/tfjs-node-gpu for CUDA, else @tensorflow/tfjs-node */
  readonly package?: BindingName;
  readonly from: 'official' | 'pip';
  /** Of the library. @default deps/heatstream in the folder of the binding's package */
  readonly dir?: string | undefined;
  readonly sha256?: string | undefined;
  readonly mirror?: string | undefined;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface Installed {
  readonly binding: BindingPackage;
  /** Of the TensorFlow library. */
  readonly version: string;
  readonly device: 'cpu' | 'gpu';
  /** The folder of the library. */
  readonly libraries: string;
  /** False where everything was there already. */
  readonly isNew: boolean;
}

const SOURCES = { official: fetchOfficial, pip: fetchWheel } as const;

/** @throws InstallError in one sentence; nothing half-made is left but downloads that the next attempt goes on with */
export async function installTensorflow(options: InstallOptions): Promise<Installed> {
  const { gpu, from, sha256, log, signal } = options;
  const binding = bindingNamed(options.package ?? `@tensorflow/tfjs-node${gpu ? '-gpu' : ''}`);
  const dir = resolve(options.dir ?? join(binding.folder, 'deps/heatstream'));
  const folder = join(dir, `${from}-${gpu ? 'gpu' : 'cpu'}`);
  try {
    let library = recordedIn(folder);
    const isThere =
      library !== undefined && (sha256 === undefined || library.sha256 === sha256.toLowerCase());
    if (!isThere || !library) {
      await findCompiler(); // before half a gigabyte is fetched
      library = await fetchLibrary(folder, options);
    }
    const libraries = join(folder, library.folder);
    const note = join(dirname(binding.addon), 'heatstream.json');
    const isBuilt = existsSync(binding.addon) && readNote(note) === libraries;
    if (!isBuilt || !isThere) {
      log(`building the binding of ${binding.name} ${binding.version}`);
      await rm(note, { force: true });
      await buildAddon({ binding, libraries, names: [library.main, library.framework], signal });
    }
    const { version, isOnGpu } = await tryAddon(binding, signal);
    await writeFile(note, JSON.stringify({ libraries }));
    const device = isOnGpu ? 'gpu' : 'cpu';
    return { binding, version, device, libraries, isNew: !isBuilt || !isThere };
  } catch (error) {
    throw asInstallError(error, dir);
  }
}

function bindingNamed(name: BindingName): BindingPackage {
  const binding = findBinding([name]);
  if (binding?.version === BINDING_VERSION) return binding;
  const found = binding ? `is here in version ${binding.version}` : 'is not installed';
  throw new InstallError(
    `${name} ${found}: \`npm install --ignore-scripts ${name}@${BINDING_VERSION}\` first`,
  );
}

/** Everything under a temporary name until it is checked. */
async function fetchLibrary(folder: string, options: InstallOptions): Promise<Library> {
  const { from, log } = options;
  const downloads = join(dirname(folder), 'download');
  const unfinished = join(dirname(folder), `.${basename(folder)}.part`);
  await mkdir(downloads, { recursive: true });
  await rm(unfinished, { recursive: true, force: true });
  try {
    const library = await SOURCES[from]({ ...options, folder: unfinished, downloads });
    const files = [library.main, library.framework].map((file) =>
      join(unfinished, library.folder, file),
    );
    log('checking the functions of the library');
    await checkSymbols(files);
    await writeFile(join(unfinished, 'library.json'), JSON.stringify(library));
    await rm(folder, { recursive: true, force: true });
    await rename(unfinished, folder);
    return library;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

function recordedIn(folder: string): Library | undefined {
  const file = join(folder, 'library.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Library) : undefined;
}

const readNote = (file: string): string | undefined =>
  existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as { libraries: string }).libraries
    : undefined;
