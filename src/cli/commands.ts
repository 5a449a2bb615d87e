// The table of commands: what each is called, takes and loads.
import { Option } from '@commander-js/extra-typings';
import type { OptionName } from '../config/options.ts';
import {
  ENGINE,
  TRAIN_OPTIONS,
  EVAL_OPTIONS,
  EXPERIMENT_OPTIONS,
  PREFLIGHT_OPTIONS,
  PREDICT_OPTIONS,
  INGEST_OPTIONS,
  LABEL_OPTIONS,
} from './command-options.ts';

export * from './command-options.ts';

export interface Invocation {
  readonly positional: readonly string[];
  readonly flags: Readonly<Record<string, unknown>>;
  readonly version: string;
}

export interface CommandDefinition {
  readonly name: string;
  readonly description: string;
  /** Positional arguments in commander's notation. */
  readonly argument?: string;
  readonly options: readonly OptionName[];
  readonly extra?: readonly Option[];
  /** The command's file; resolves to its exit code. */
  readonly load: () => Promise<{ run: (invocation: Invocation) => Promise<number> }>;
}

const out = new Option('--out <file>', 'file to write');

export const COMMANDS: readonly CommandDefinition[] = [
  {
    name: 'train',
    description: 'train a model on labelled and unlabelled pictures',
    options: TRAIN_OPTIONS,
    load: () => import('./train.ts'),
  },
  {
    name: 'preflight',
    description: 'measure how hard views are for a supervised model, and judge pairs of them',
    argument: '<run>',
    options: PREFLIGHT_OPTIONS,
    load: () => import('./preflight.ts'),
  },
  {
    name: 'eval',
    description: 'score a run on a labelled set',
    argument: '<run>',
    options: EVAL_OPTIONS,
    load: () => import('./eval.ts'),
  },
  {
    name: 'predict',
    description: 'predict keypoints: RUN, then folders or pictures',
    argument: '<run-and-pictures...>',
    options: PREDICT_OPTIONS,
    extra: [out, new Option('--overlays <folder>', 'draw the predictions into this folder')],
    load: () => import('./predict.ts'),
  },
  {
    name: 'label',
    description: 'teach the targets of pictures into the cache, and write them as COCO files',
    argument: '<pictures...>',
    options: LABEL_OPTIONS,
    extra: [
      new Option('--out <file>', 'COCO annotations to write'),
      new Option('--results <file>', 'COCO results to write'),
    ],
    load: () => import('./label.ts'),
  },
  {
    name: 'checkpoint',
    description:
      'what is in a checkpoint (.pth, .pt, .safetensors, .npz), and which network it fills',
    argument: '<file>',
    options: ['json'],
    load: () => import('./checkpoint.ts'),
  },
  {
    name: 'import',
    description: 'make a model of a checkpoint of PyTorch, for eval, predict, label and --teacher',
    argument: '<file>',
    options: ['recipe', 'padding', 'json'],
    extra: [
      out,
      new Option('--model <name>', 'network (default the one that the weights fill)'),
      new Option('--skeleton <name>', 'joints of its heatmaps').default('coco-17'),
    ],
    load: () => import('./import.ts'),
  },
  {
    name: 'export',
    description: 'write a model as .safetensors, .npz, .pth or .onnx',
    argument: '<run>',
    options: ['json'],
    extra: [
      out,
      new Option('--format <name>', 'safetensors, npz, pth or onnx (default by the name of --out)'),
      new Option('--network <which>', 'of a model that holds two: first or second')
        .choices(['first', 'second'])
        .default('first'),
      new Option('--size <WxH>', "pictures of the ONNX file (default the recipe's)"),
    ],
    load: () => import('./export.ts'),
  },
  {
    name: 'cache',
    description: 'look after the database: stats|verify|prune|vacuum',
    argument: '<action...>',
    options: ['cache', 'json'],
    extra: [
      new Option('--max-bytes <n>', 'prune: until targets take no more than so much (512M, 2G)'),
      new Option('--superseded', 'prune: all superseded targets (without --max-bytes: always)'),
      new Option('--dry-run', 'prune: only say what would go'),
    ],
    load: () => import('./cache.ts'),
  },
  {
    name: 'why',
    description: 'every target of a picture: teacher, step, view, peaks, age, uses',
    argument: '<image>',
    options: ['cache', 'json'],
    load: () => import('./why.ts'),
  },
  {
    name: 'ingest',
    description: 'bring pictures and videos into the database: catalog, people, crops',
    argument: '<pictures...>',
    options: INGEST_OPTIONS,
    extra: [
      new Option('--labels <file>', 'COCO file of the labelled set, for --boxes labels'),
      new Option('--catalog-only', 'hash and catalogue the pictures, make no crops'),
      new Option('--prune', 'forget the files of the folders that are gone'),
    ],
    load: () => import('./ingest.ts'),
  },
  {
    name: 'experiment',
    description:
      'compare the methods of the paper: paper-table, resumable, a row and seed at a time',
    argument: '<name>',
    options: EXPERIMENT_OPTIONS,
    extra: [
      new Option('--labels <file>', 'labelled set of your own: COCO keypoints file'),
      new Option('--images <folder>', 'folder of its pictures'),
      new Option('--test <file>', 'test set: COCO keypoints file, pictures in --images'),
      new Option('--rows <names>', 'rows, separated by commas (all; on figures three)'),
      new Option('--seeds <list>', 'seeds, separated by commas').default('0,1,2'),
      new Option('--dir <folder>', 'runs and cache').default('heatstream-experiment'),
      new Option('--out <folder>', 'results, table, curves and report').default(
        'heatstream-results',
      ),
      new Option('--finished', 'run nothing: table and report of what is finished'),
      new Option('--peer', 'show the figures of the PyTorch peer, for its own drawings'),
    ],
    load: () => import('./experiment.ts'),
  },
  {
    name: 'quarantine',
    description:
      'list the pictures that could not be used, release them, or copy them: list|retry [path…]|export <folder>',
    argument: '<action...>',
    options: ['cache', 'json'],
    load: () => import('./quarantine.ts'),
  },
  {
    name: 'model',
    description: 'what the networks cost: list, or info NAME',
    argument: '<action...>',
    options: ['json'],
    extra: [
      new Option('--size <size>', 'input, WIDTHxHEIGHT in pixels').default('192x256'),
      new Option('--joints <n>', 'heatmaps').default('17'),
    ],
    load: () => import('./model.ts'),
  },
  {
    name: 'engine',
    description: 'engines of this machine: list, bench (ms a step), install tensorflow',
    argument: '<action...>',
    options: ['threads', 'json'],
    extra: [
      new Option('--model <name>', 'bench: network').default('tiny'),
      new Option('--gpu', 'install: for CUDA, through @tensorflow/tfjs-node-gpu'),
      new Option('--from <source>', 'install: where the library comes from')
        .choices(['official', 'pip'])
        .default('official'),
      new Option('--dir <folder>', 'install: where the library goes (default: with the binding)'),
      new Option('--sha256 <digest>', 'install: expected digest of the archive or the wheel'),
      new Option('--mirror <url>', 'install: copy of the official place, or index for pip'),
    ],
    load: () => import('./engine.ts'),
  },
  {
    name: 'doctor',
    description: 'what works here, and why the rest does not',
    options: ['json'],
    load: () => import('./doctor.ts'),
  },
  {
    name: 'demo',
    description:
      'render figures, train on them with and without unlabelled pictures, write a report',
    options: ['seed', ...ENGINE],
    extra: [
      new Option('--dir <folder>', 'where everything goes').default('heatstream-demo'),
      new Option('--steps <n>', 'training steps of each run').default('1500'),
      new Option('--labelled <n>', 'labelled figures').default('100'),
      new Option('--unlabelled <n>', 'unlabelled figures').default('1000'),
      new Option('--test <n>', 'test figures').default('300'),
      new Option('--all', 'also naive consistency, which collapses'),
      new Option('--json <file>', 'write the table as JSON'),
    ],
    load: () => import('./demo.ts'),
  },
];
