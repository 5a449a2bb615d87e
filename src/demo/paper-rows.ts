// The rows of the paper's comparison at the scale of a CPU, and what a PyTorch program of the same recipe reached on the figures.

export interface PeerFigures {
  /** PCK@0.2 a seed, in percent; of two networks their mean. */
  readonly pck: readonly number[];
  /** Mean heatmap maximum on unlabelled pictures, a seed. */
  readonly peak: readonly number[];
  /** Milliseconds a step on one AVX-512 core, two runs side by side. */
  readonly stepMs: number;
}

export interface PaperRow {
  readonly name: string;
  readonly title: string;
  /** The chart that its curves belong to. */
  readonly group: 'methods' | 'stored targets' | 'pairs of views' | 'remedies for naive';
  /** Flags of `heatstream train` besides data, recipe, steps and seed. */
  readonly flags: readonly string[];
  /** The row whose run of the same seed is the labeller or first teacher. */
  readonly teacher?: string;
  readonly peer?: PeerFigures;
}

const peer = (pck: readonly number[], peak: readonly number[], stepMs: number): PeerFigures => ({
  pck,
  peak,
  stepMs,
});
const single = (...flags: string[]) => ['--method', 'single', ...flags];
const cached = (age: number, ...flags: string[]) =>
  single('--regime', 'cached', '--max-teacher-age', String(age), ...flags);
const CANONICAL = ['--teacher-view', 'canonical', '--teacher-bn', 'running'];
const naive = (...flags: string[]) => ['--method', 'naive', ...flags];

const METHODS: readonly Omit<PaperRow, 'group'>[] = [
  {
    name: 'supervised',
    title: 'supervised',
    flags: ['--method', 'supervised'],
    peer: peer([36.5, 36.2, 34.5], [0.676, 0.662, 0.674], 46),
  },
  {
    name: 'pseudo-pose',
    title: 'PseudoPose, labeller: the supervised row',
    flags: ['--method', 'pseudo-pose'],
    teacher: 'supervised',
    peer: peer([36.5, 37.9, 34.1], [0.4, 0.409, 0.419], 95),
  },
  {
    name: 'data-distill',
    title: 'DataDistill, the same labeller on 8 views',
    flags: ['--method', 'data-distill'],
    teacher: 'supervised',
  },
  {
    name: 'mean-teacher',
    title: 'mean teacher, decay 0.99 (the student)',
    flags: ['--method', 'mean-teacher'],
    peer: peer([47.9, 49.6, 42.6], [0.671, 0.685, 0.645], 109),
  },
  {
    name: 'naive',
    title: 'naive: one difficulty, gradient through both',
    flags: naive(),
    peer: peer([31.1, 30.8, 26.1], [0.018, 0.019, 0.032], 136),
  },
  {
    name: 'single',
    title: 'Single: easy to hard',
    flags: single(),
    peer: peer([52.9, 57.8, 46.8], [0.678, 0.714, 0.665], 109),
  },
  {
    name: 'single-running-bn',
    title: 'Single, teacher in running statistics',
    flags: single('--teacher-bn', 'running'),
    peer: peer([39.5, 50.5], [0.584, 0.698], 97),
  },
  {
    name: 'single-jc3',
    title: 'Single + JC3',
    flags: single('--hard', 'affine60+joint-cutout3'),
    peer: peer([50.5, 52.3, 41.3], [0.682, 0.681, 0.624], 110),
  },
  {
    name: 'dual',
    title: 'Dual',
    flags: ['--method', 'dual'],
    peer: peer([61.1, 58.7, 59.8], [0.683, 0.677, 0.68], 210),
  },
  {
    name: 'dual-jc3',
    title: 'Dual + JC3',
    flags: ['--method', 'dual', '--hard', 'affine60+joint-cutout3'],
    peer: peer([59.7, 54.95], [0.681, 0.669], 233),
  },
];

const STORED: readonly Omit<PaperRow, 'group'>[] = [
  {
    name: 'cached-25',
    title: 'Single cached, taught again every 25 steps',
    flags: cached(25),
    peer: peer([49.4, 49.1], [0.683, 0.671], 108),
  },
  {
    name: 'cached-100',
    title: 'Single cached, every 100',
    flags: cached(100),
    peer: peer([46.6, 46.2], [0.676, 0.66], 94),
  },
  {
    name: 'cached-250',
    title: 'Single cached, every 250',
    flags: cached(250),
    peer: peer([43, 42.6, 40.4], [0.663, 0.641, 0.637], 88),
  },
  {
    name: 'cached-250-first',
    title: 'Single cached, every 250, first teacher: the supervised row',
    flags: cached(250),
    teacher: 'supervised',
    peer: peer([47.9, 53.3, 49], [0.685, 0.681, 0.688], 92),
  },
  {
    name: 'canonical-25',
    title: 'Single cached, canonical view and running statistics, every 25',
    flags: cached(25, ...CANONICAL),
    peer: peer([31.9, 33.9, 32.5], [0.61, 0.606, 0.603], 113),
  },
  {
    name: 'canonical-100',
    title: 'the same, every 100',
    flags: cached(100, ...CANONICAL),
    peer: peer([36.3, 34.9, 32.8], [0.63, 0.608, 0.595], 95),
  },
  {
    name: 'canonical-250',
    title: 'the same, every 250',
    flags: cached(250, ...CANONICAL),
    peer: peer([34.7, 32.9, 33.6], [0.6], 90),
  },
];

const PAIRS: readonly Omit<PaperRow, 'group'>[] = [
  {
    name: 'original-hard',
    title: 'Single, original to hard',
    flags: single('--easy', 'original', '--hard', 'affine60'),
  },
  {
    name: 'hard-jc5',
    title: 'Single, hard to hard + JC5',
    flags: single('--easy', 'affine60', '--hard', 'affine60+joint-cutout5'),
  },
  {
    name: 'easy-easy',
    title: 'Single, easy to easy',
    flags: single('--easy', 'affine30', '--hard', 'affine30', '--force'),
    peer: peer([30.9, 36.7, 29.5], [0.064, 0.062, 0.057], 104),
  },
  {
    name: 'hard-hard',
    title: 'Single, hard to hard',
    flags: single('--easy', 'affine60', '--hard', 'affine60', '--force'),
    peer: peer([22, 27.4, 25.3], [0.209, 0.368, 0.312], 108),
  },
  {
    name: 'hard-easy',
    title: 'Single, hard to easy',
    flags: single('--easy', 'affine60', '--hard', 'affine30', '--force'),
    peer: peer([27.8, 23.9, 28.3], [0.043, 0.035, 0.061], 107),
  },
];

const REMEDIES: readonly Omit<PaperRow, 'group'>[] = [
  {
    name: 'naive-threshold',
    title: 'A: naive with confidence threshold 0.3',
    flags: naive('--threshold', '0.3'),
  },
  {
    name: 'naive-ema-99',
    title: 'B: naive views, averaged teacher, decay 0.99',
    flags: ['--method', 'mean-teacher', '--hard', 'affine30', '--teacher-decay', '0.99'],
  },
  {
    name: 'naive-ema-999',
    title: 'B: naive views, averaged teacher, decay 0.999',
    flags: ['--method', 'mean-teacher', '--hard', 'affine30', '--teacher-decay', '0.999'],
  },
  {
    name: 'naive-foreground',
    title: 'C: naive, foreground weighs ten times',
    flags: naive('--reweight', 'foreground'),
  },
  {
    name: 'naive-confidence',
    title: 'C: naive, joints weigh as their peak is high',
    flags: naive('--reweight', 'confidence'),
  },
];

export const PAPER_ROWS: readonly PaperRow[] = [
  ...METHODS.map((row) => ({ ...row, group: 'methods' as const })),
  ...STORED.map((row) => ({ ...row, group: 'stored targets' as const })),
  ...PAIRS.map((row) => ({ ...row, group: 'pairs of views' as const })),
  ...REMEDIES.map((row) => ({ ...row, group: 'remedies for naive' as const })),
];
