// Every option of every command, once: type, range, default and the sentence that --help prints.
import { z } from 'zod';
import { CODEC_NAMES } from '../pose/codec.ts';
import { REFINEMENTS } from '../pose/decode.ts';
import { DEFAULT_METRICS, parseMetric } from '../pose/metrics/metric-name.ts';

const count = (min: number) => z.coerce.number().int().min(min);
const ratio = z.coerce.number().min(0);
const list = z
  .union([z.string(), z.array(z.string())])
  .transform((v) => (Array.isArray(v) ? v : [v]));
/** Flags come as booleans from the command line and as words from the environment. */
const flag = z
  .union([z.boolean(), z.enum(['true', 'false', '1', '0'])])
  .transform((v) => v === true || v === 'true' || v === '1');

export const optionSchema = z.object({
  labels: z.string().describe('labelled set: COCO keypoints file'),
  images: z.string().describe('folder of the labelled pictures'),
  unlabeled: list
    .default([])
    .describe('folder, glob, picture or @list of unlabelled pictures; repeats'),
  boxes: list
    .default([])
    .describe('box file (COCO), labels, whole-image, teacher or detector:FILE.onnx; repeats'),
  boxesImages: z
    .string()
    .optional()
    .describe('COCO file that names the pictures of --boxes files that are bare results'),
  every: count(1).optional().describe('of videos, take every Nth frame (30)'),
  scene: ratio
    .max(1)
    .optional()
    .describe('of videos, take frames where the scene changes by more than this, 0–1'),
  exclude: list.default([]).describe('COCO file of pictures to leave out of the pool; repeats'),
  method: z
    .enum([
      'supervised',
      'pseudo-pose',
      'data-distill',
      'naive',
      'pi',
      'mean-teacher',
      'single',
      'dual',
    ])
    .default('single')
    .describe('what is trained'),
  easy: z.string().optional().describe('view of the teacher, e.g. affine30 (method)'),
  hard: z.string().optional().describe('view of the student, e.g. affine60+joint-cutout5 (method)'),
  gradient: z
    .enum(['both', 'stop'])
    .default('both')
    .describe('naive: branches that learn from their distance'),
  threshold: ratio.default(0).describe('targets whose peak is lower weigh nothing'),
  reweight: z
    .enum(['none', 'confidence', 'foreground'])
    .default('none')
    .describe('what weighs more in the consistency loss'),
  teacherDecay: z.coerce
    .number()
    .min(0)
    .lt(1)
    .default(0.99)
    .describe('mean-teacher: how much of the averaged weights stays each step'),
  halfBody: ratio
    .max(1)
    .default(0)
    .describe('probability that a labelled person is seen by half, upper or lower'),
  referenceCompat: flag
    .default(false)
    .describe('views with the known deviations of the reference code'),
  onCollapse: z
    .enum(['warn', 'stop', 'rollback'])
    .default('warn')
    .describe('when heatmaps on unlabelled pictures go flat'),
  force: flag.default(false).describe('train with views that preflight advises against'),
  regime: z
    .enum(['online', 'cached'])
    .default('online')
    .describe('teacher inside the step, or its targets from the cache'),
  teacher: z
    .string()
    .optional()
    .describe('first teacher: run folder, .safetensors file, FILE.onnx or movenet'),
  teacherSpec: z
    .string()
    .optional()
    .describe('JSON file that describes the ONNX file (FILE.onnx.json)'),
  skeletonMap: z
    .string()
    .optional()
    .describe("from an external network's joints: JSON file, or coco-17, lsp-14, mpii-16"),
  maxTeacherAge: z
    .union([z.literal('infinity').transform(() => Infinity), count(1)])
    .default(250)
    .describe('steps after which cached targets are stale and taught again; or infinity'),
  teacherBn: z
    .enum(['batch', 'running'])
    .default('batch')
    .describe('BN statistics of the teacher of cached targets'),
  teacherView: z
    .enum(['random', 'canonical'])
    .default('random')
    .describe('what the teacher of cached targets sees'),
  targetDecay: z.coerce
    .number()
    .min(0)
    .lt(1)
    .optional()
    .describe('how much of an earlier target stays when a crop is taught again (0; pi: 0.6)'),
  targetCodec: z
    .enum(['u8', 'f16', 'keypoints'])
    .default('u8')
    .describe('how cached targets are stored'),
  lease: count(1)
    .default(30)
    .describe('seconds after which the claims of a dead labeller are void'),
  model: z
    .enum([
      'tiny',
      'sb-r18',
      'sb-r34',
      'sb-r50',
      'sb-r101',
      'sb-r152',
      'hrnet-w32',
      'hrnet-w48',
      'mspn-1stg',
      'mspn-2stg',
      'mspn-3stg',
      'mspn-4stg',
    ])
    .default('sb-r18')
    .describe('network'),
  recipe: z.enum(['paper', 'peer']).default('paper').describe('crops, targets, batches, schedule'),
  steps: count(1).default(1500).describe('training steps'),
  init: list
    .default([])
    .describe(
      'checkpoint to start from: run, .pth, .safetensors, .npz; repeats for a second network',
    ),
  initPartial: flag.default(false).describe('take what fits of --init and leave the rest fresh'),
  seed: count(0).default(0).describe('seed of everything random'),
  limitLabels: count(1).optional().describe('use the first N of a seeded shuffle of the labels'),
  labelledBatch: count(1).optional().describe('labelled samples a step (recipe)'),
  unlabelledBatch: count(1).optional().describe('unlabelled samples a step (recipe)'),
  codec: z
    .enum(CODEC_NAMES)
    .optional()
    .describe('how joints become heatmaps, and are read from them (recipe)'),
  learningRate: z.coerce.number().positive().optional().describe('learning rate (recipe)'),
  schedule: z
    .enum(['step', 'cosine', 'constant'])
    .default('step')
    .describe('learning rate x0.1 at the milestones of the recipe, along a cosine, or constant'),
  warmup: count(0).default(0).describe('first steps, over which the learning rate grows'),
  optimizer: z.enum(['adam', 'adamw', 'sgd']).default('adam').describe('as in torch.optim'),
  momentum: z.coerce.number().min(0).lt(1).default(0.9).describe('of sgd'),
  nesterov: flag.default(false).describe('sgd looks ahead along its momentum'),
  beta1: z.coerce.number().min(0).lt(1).default(0.9).describe('of adam and adamw'),
  beta2: z.coerce.number().min(0).lt(1).default(0.999).describe('of adam and adamw'),
  epsilon: z.coerce.number().positive().default(1e-8).describe('of adam and adamw'),
  weightDecay: ratio.default(0).describe('pull of weights towards 0; decoupled for adamw'),
  clipNorm: ratio.default(0).describe('longest gradient over all weights; 0: any'),
  ema: z.coerce
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('save and publish weights averaged over time: how much stays each step; 0: none'),
  hardestJoints: count(0)
    .default(0)
    .describe('learn from so many joints of a labelled person with the largest loss; 0: all'),
  ramp: count(0).optional().describe('steps over which the consistency weight grows (recipe)'),
  weight: ratio.default(1).describe('consistency weight'),
  padding: z.enum(['zero', 'edge']).default('zero').describe('what is outside a picture'),
  cache: z.string().default('.heatstream/cache.sqlite').describe('database of crops and targets'),
  run: z.string().default('runs/latest').describe('folder of this run'),
  resume: flag.default(false).describe('go on with the run in --run'),
  stopAt: count(1).optional().describe('save and stop after this step; --resume goes on'),
  watch: flag.default(false).describe('follow the folders'),
  engine: z
    .enum(['auto', 'onnxruntime', 'wasm', 'cpu', 'tensorflow', 'webgpu'])
    .default('auto')
    .describe('where steps run'),
  provider: z
    .enum(['cpu', 'cuda', 'webgpu'])
    .default('cpu')
    .describe('what the onnxruntime engine runs on; a graphics card takes plain operators'),
  threads: count(1).optional().describe('threads of the engine'),
  stepsPerCall: count(1).default(5).describe('steps handed to the engine at once'),
  cropMemory: count(1).default(512).describe('MiB of decoded crops kept in memory'),
  monitorEvery: count(1)
    .default(100)
    .describe('steps between accuracies on the easy and the hard view of labelled people'),
  holdOut: count(0)
    .default(0)
    .describe('labelled people that are not trained on, for those accuracies'),
  logEvery: count(1).default(50).describe('steps between lines of the metrics log'),
  checkpointEvery: count(1).default(250).describe('steps between checkpoints'),
  flip: z
    .enum(['none', 'average', 'shift-1', 'shift-0.75'])
    .default('none')
    .describe('average with the mirrored picture, its heatmaps moved right by so many pixels'),
  decode: z.enum(REFINEMENTS).optional().describe('how peaks are refined (codec of the model)'),
  metrics: list
    .default([...DEFAULT_METRICS])
    .superRefine((names, issues) => {
      for (const name of names) {
        try {
          parseMetric(name);
        } catch (error) {
          issues.addIssue((error as Error).message);
        }
      }
    })
    .describe('pck, pckh, pck-box, auc (each may end in @THRESHOLD), epe, oks; repeats'),
  sigmas: z
    .string()
    .optional()
    .describe('OKS sigmas: numbers with commas, or a JSON file (published ones of each joint)'),
  strict: flag.default(false).describe('exit 3 when anything was quarantined'),
  quiet: flag.default(false).describe('no progress on stderr'),
  json: flag.default(false).describe('machine-readable output on stdout'),
});

export type Options = z.output<typeof optionSchema>;
export type OptionName = keyof Options;
