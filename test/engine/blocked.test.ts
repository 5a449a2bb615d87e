import type * as TF from '@tensorflow/tfjs';
import { afterAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../src/engine/choose.ts';
import type { LoweringName } from '../../src/engine/compiled/session.ts';
import { tf } from '../../src/engine/tf.ts';
import type {
  ArraySpec,
  Outputs,
  Session,
  StateArrays,
  Step,
  TypedArray,
} from '../../src/engine/types.ts';
import { formula } from './formula.ts';
import { batch, predict, publish, shapesOf, smallState, train } from './small-net.ts';

type T4 = TF.Tensor4D;
const notices: string[] = [];
const opened: Session[] = [];
afterAll(() => Promise.all(opened.map((session) => session.dispose())));

async function open(lowering: LoweringName, state: StateArrays): Promise<Session> {
  const onNotice = (line: string) => notices.push(line);
  const session = await (
    await openEngine({ name: 'onnxruntime', lowering, threads: 2, onNotice })
  ).open(state);
  opened.push(session);
  return session;
}

/** An operator or a chain of them, with gradients towards all inputs. */
interface Layer {
  readonly name: string;
  readonly shapes: readonly (readonly number[])[];
  readonly op: (...xs: TF.Tensor[]) => TF.Tensor;
}

const border = (x: TF.Tensor, n: number) =>
  tf.pad(x, [
    [0, 0],
    [n, n],
    [n, n],
    [0, 0],
  ]) as T4;
const conv = (
  n: number,
  k: number,
  stride: number,
  pad: number,
  [h, w]: readonly [number, number],
  [ins, outs]: readonly [number, number],
): Layer => ({
  name: `conv ${k}x${k} stride ${stride} pad ${pad}, ${n} of ${h}x${w}x${ins} to ${outs}`,
  shapes: [
    [n, h, w, ins],
    [k, k, ins, outs],
  ],
  op: (x, f) => tf.conv2d(pad > 0 ? border(x, pad) : (x as T4), f as T4, stride, 'valid'),
});
const upConv = (
  n: number,
  [h, w]: readonly [number, number],
  [ins, outs]: readonly [number, number],
): Layer => ({
  name: `up-convolution, ${n} of ${h}x${w}x${ins} to ${outs}`,
  shapes: [
    [n, h, w, ins],
    [4, 4, outs, ins],
  ],
  op: (x, f) => tf.conv2dTranspose(x as T4, f as T4, [n, 2 * h, 2 * w, outs], 2, 'same'),
});

const axes = [0, 1, 2];
function normalised(x: TF.Tensor, gamma: TF.Tensor, beta: TF.Tensor): TF.Tensor {
  const centred = tf.sub(x, tf.mean(x, axes));
  const scale = tf.rsqrt(tf.add(tf.mean(tf.square(centred), axes), 1e-5));
  return tf.add(tf.mul(centred, tf.mul(gamma, scale)), beta);
}

const layers: readonly Layer[] = [
  conv(16, 3, 1, 1, [6, 4], [24, 20]),
  conv(32, 3, 1, 1, [4, 5], [16, 32]),
  conv(16, 3, 1, 0, [6, 5], [16, 7]),
  conv(16, 3, 2, 1, [6, 8], [20, 24]),
  conv(16, 3, 2, 1, [7, 5], [16, 16]),
  conv(32, 5, 2, 2, [8, 6], [16, 17]),
  conv(16, 1, 1, 0, [3, 4], [40, 14]),
  conv(16, 1, 2, 0, [4, 6], [16, 24]),
  conv(16, 5, 2, 2, [12, 8], [3, 24]),
  conv(16, 7, 2, 3, [16, 12], [3, 16]),
  conv(16, 3, 1, 1, [4, 6], [3, 5]),
  upConv(16, [3, 2], [24, 20]),
  upConv(32, [2, 4], [16, 16]),
  {
    name: 'conv, batch norm, residual and relu',
    shapes: [[16, 4, 6, 20], [3, 3, 20, 20], [20], [20]],
    op: (x, f, gamma, beta) =>
      tf.relu(tf.add(normalised(tf.conv2d(border(x, 1), f as T4, 1, 'valid'), gamma, beta), x)),
  },
  {
    name: 'a difference of normalised maps',
    shapes: [[32, 2, 4, 16], [1, 1, 16, 16], [16], [16]],
    op: (x, f, a, b) => {
      const y = tf.conv2d(x as T4, f as T4, 1, 'valid');
      return tf.sub(tf.mul(y, 3), normalised(y, a, b));
    },
  },
  {
    name: 'per-channel and scalar arithmetic',
    shapes: [[16, 2, 3, 17], [1, 1, 17, 17], [17]],
    op: (x, f, v) => {
      const y = tf.conv2d(x as T4, f as T4, 1, 'valid');
      return tf.maximum(tf.sub(tf.div(y, 2), v), tf.mul(tf.add(tf.mul(v, y), v), 0.5));
    },
  },
  {
    name: 'weighted maps',
    shapes: [
      [16, 3, 4, 16],
      [1, 1, 16, 14],
      [16, 1, 1, 14],
    ],
    op: (x, f, weights) => tf.square(tf.mul(tf.conv2d(x as T4, f as T4, 1, 'valid'), weights)),
  },
  {
    name: 'max-pool after relu',
    shapes: [
      [16, 6, 8, 16],
      [3, 3, 16, 20],
    ],
    op: (x, f) =>
      tf.maxPool(border(tf.relu(tf.conv2d(border(x, 1), f as T4, 1, 'valid')), 1), 3, 2, 'valid'),
  },
  {
    name: 'max-pool of 2x2',
    shapes: [
      [32, 4, 6, 16],
      [1, 1, 16, 16],
    ],
    op: (x, f) => tf.maxPool(tf.conv2d(x as T4, f as T4, 1, 'valid'), 2, 2, 'valid'),
  },
  {
    name: 'numbers beside filters of 1x1',
    shapes: [[16, 4, 4, 12], [1, 1, 12, 20]], // prettier-ignore
    op: (x, f) => tf.conv2d(x as T4, tf.sub<T4>(0.3, tf.div(tf.add(f, 0.1), 1.5)), 1, 'valid'),
  },
  {
    name: 'resizes and concat',
    shapes: [
      [16, 2, 4, 16],
      [1, 1, 16, 16],
    ],
    op: (x, f) => {
      const y = tf.conv2d(x as T4, f as T4, 1, 'valid');
      return tf.concat(
        [
          tf.image.resizeNearestNeighbor(y, [4, 8]),
          tf.image.resizeBilinear(tf.image.resizeNearestNeighbor(y, [6, 4]), [4, 8], true),
          tf.image.resizeNearestNeighbor(tf.exp<T4>(y), [4, 8]),
        ],
        3,
      );
    },
  },
];

describe('the blocked lowering', () => {
  const sessions = { plain: open('plain', {}), blocked: open('blocked', {}) };

  it.for(layers)('agrees with the plain one on $name', async (layer) => {
    const [plain, blocked] = [
      await run(await sessions.plain, layer),
      await run(await sessions.blocked, layer),
    ];
    for (const [name, { shape, data }] of Object.entries(plain)) {
      expect(blocked[name]!.shape).toEqual(shape);
      const scale = data.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
      const worst = data.reduce((m, v, i) => Math.max(m, Math.abs(v - blocked[name]!.data[i]!)), 0);
      expect(scale).toBeGreaterThan(0);
      expect(worst / scale, name).toBeLessThan(2e-5);
    }
  });

  it('trains like the plain one, whatever batch the other steps have', async () => {
    const losses: number[][] = [];
    const heatmaps: Float32Array[] = [];
    const states: StateArrays[] = [];
    for (const lowering of ['plain', 'blocked'] as const) {
      const session = await open(lowering === 'plain' ? 'plain' : 'auto', smallState());
      const publisher = await session.compile(publish, {});
      await publisher.run([{}]);
      const trainer = await session.compile(train, shapesOf(16));
      const outputs = await trainer.run([0, 1, 2, 3, 4].map((k) => batch(k, 16)));
      losses.push(outputs.map(({ loss }) => loss.data[0]!));
      const predictor = await session.compile(predict, { images: shapesOf(4).images });
      heatmaps.push((await predictor.run([{ images: batch(9).images }]))[0]!.heatmaps.data);
      await publisher.run([{}]);
      states.push(await session.read());
    }
    for (const [k, loss] of losses[0]!.entries()) expect(losses[1]![k]! / loss).toBeCloseTo(1, 4);
    for (const [i, value] of heatmaps[0]!.entries()) expect(heatmaps[1]![i]).toBeCloseTo(value, 2);
    expect(states[1]!['m.head']).toEqual(states[1]!['head']);
    expect(Object.keys(states[1]!)).toEqual(Object.keys(states[0]!));
  });

  it('says so when a batch does not fill its blocks, and trains in plain layout', async () => {
    const session = await open('auto', smallState());
    const outputs = await (await session.compile(train, shapesOf(4))).run([batch(0)]);
    expect(notices.join()).toContain('step train: the batch is not a multiple of');
    const plain = await (await open('plain', smallState())).compile(train, shapesOf(4));
    expect(outputs).toEqual(await plain.run([batch(0)]));
  });

  it('writes and reads filters in logical layout', async () => {
    const session = await open('blocked', smallState());
    await session.compile(train, shapesOf(16));
    expect(await session.read()).toEqual(smallState());
    const up = { shape: [4, 4, 6, 12], data: formula('up', 4 * 4 * 6 * 12, -1, 1) };
    await session.write({ up });
    expect((await session.read(['up']))['up']).toEqual(up);
  });

  it('refuses a batch that does not fill its blocks, where it is insisted on', async () => {
    const session = await open('blocked', smallState());
    await expect(session.compile(train, shapesOf(4))).rejects.toThrow(
      /batch is not a multiple of (8|16)/,
    );
  });
});

async function run(session: Session, { name, shapes, op }: Layer): Promise<Outputs> {
  const step: Step = {
    name,
    run: (_, tensors) => {
      const xs = shapes.map((_unused, k) => tensors[`x${k}`]!);
      const loss = (...args: TF.Tensor[]) => {
        const y = op(...args);
        return tf.sum(tf.mul(y, tf.tensor(formula('weights', y.size, -1, 1), y.shape)));
      };
      const grads = tf.grads(loss)(xs);
      return {
        state: {},
        outputs: { y: op(...xs), ...Object.fromEntries(grads.map((g, k) => [`d${k}`, g])) },
      };
    },
  };
  const specs = shapes.map((shape, k): [string, ArraySpec] => [
    `x${k}`,
    { shape, dtype: 'float32' },
  ]);
  const runner = await session.compile(step, Object.fromEntries(specs));
  const arrays = shapes.map((shape, k): [string, TypedArray] => [
    `x${k}`,
    formula(
      `${name} ${k}`,
      shape.reduce((n, d) => n * d, 1),
      -1,
      1,
    ),
  ]);
  return (await runner.run([Object.fromEntries(arrays)]))[0]!;
}
