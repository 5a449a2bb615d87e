// The heatmap loss and its gradients against the reference's losses of Single and Dual.
import type { Scalar, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { tf } from '../../src/engine/tf.ts';
import { hardestJointsMse, jointsMse } from '../../src/models/loss.ts';
import { computer } from '../support/compute.ts';
import { recordDeviation } from '../support/deviations.ts';
import { toleranceIn } from '../support/formula-network.ts';
import {
  channelsLast,
  describeGolden,
  expectGoldenFiles,
  goldenArray,
  goldenJson,
  maxDifference,
} from '../support/golden.ts';

interface Terms {
  readonly loss_pose: number;
  readonly loss_cons: number;
  readonly total: number;
}

interface Losses {
  readonly sup_weight: readonly (readonly number[])[];
  /** `single_div17`, `dual_div24`, …: a method, and the number of channels that its loss is divided by. */
  readonly [terms: `${'single' | 'dual'}_div${number}`]: Terms;
  readonly [plain: `mse_without_weights_sup1_div${number}`]: number;
  readonly extra_ohkm: { readonly source: string; readonly value_sup1: number };
  readonly extra_mspn: {
    readonly valid: readonly (readonly number[])[];
    readonly plain: number;
    readonly ohkm_topk8: number;
  };
  readonly tolerance: string;
}

expectGoldenFiles();

describeGolden('consistency', 'losses', (file) => {
  const golden = goldenJson<Losses>(file);
  const beside = (name: string) =>
    goldenArray(file.replace(/losses([^/]*)\.json$/, `loss_${name}$1.f32`));
  const { data, shape, sidecar } = beside('heatmaps');
  const order = sidecar['order'] as readonly string[];
  const [, n, joints, height, width] = shape as [number, number, number, number, number];
  const size = n * joints * height * width;
  const stack = (of: ArrayLike<number>, index: number) =>
    channelsLast(Array.prototype.slice.call(of, index * size, (index + 1) * size), [
      n,
      joints,
      height,
      width,
    ]);
  const heatmaps = (name: string) => stack(data, order.indexOf(name));
  const allowed = toleranceIn(golden.tolerance, /([\d.e-]+) relative/, 1e-5);

  /** Relative deviations of every variant of a method's terms. */
  const termsOf = (method: 'single' | 'dual', pose: number, consistency: number): number[] => {
    const variants = Object.entries(golden).flatMap(([key, terms]) => {
      const channels = new RegExp(`^${method}_div(\\d+)$`).exec(key)?.[1];
      return channels === undefined ? [] : [{ channels: Number(channels), terms: terms as Terms }];
    });
    expect(variants.length).toBeGreaterThan(0);
    return variants.flatMap(({ channels, terms: { loss_pose, loss_cons, total } }) => {
      // Channels beyond the joints are never trained: the reference counts them in its mean alone.
      const share = joints / channels;
      const got = [share * pose, share * consistency, share * (pose + consistency)];
      return [loss_pose, loss_cons, total].map((wanted, i) => Math.abs(got[i]! / wanted - 1));
    });
  };

  it.each(['onnxruntime', 'wasm'] as const)('gives the terms of Single on %s', async (engine) => {
    const map = [n, height, width, joints] as const;
    const shapes = { sup: map, target: map, cons: map, taught: map, weights: [n, joints] } as const;
    const run = await computer(engine, shapes, ({ sup, target, cons, taught, weights }) => {
      const pose = (p: unknown) =>
        jointsMse(p as Tensor4D, target as Tensor4D, weights as Tensor2D);
      const consistency = (p: unknown) => jointsMse(p as Tensor4D, taught as Tensor4D);
      return {
        pose: pose(sup),
        consistency: consistency(cons),
        unweighted: jointsMse(sup as Tensor4D, target as Tensor4D),
        poseGradient: tf.grad(pose)(sup),
        consistencyGradient: tf.grad(consistency)(cons),
      };
    });
    const inputs = {
      sup: heatmaps('sup_ht1'),
      target: heatmaps('sup_target'),
      cons: heatmaps('cons_ht1'),
      weights: golden.sup_weight.flat(),
    };
    const out = await run({ ...inputs, taught: heatmaps('unsup_trans1') });
    const deviations = termsOf('single', out.pose.data[0]!, out.consistency.data[0]!);
    const plain = golden[`mse_without_weights_sup1_div${joints}`];
    if (plain !== undefined) deviations.push(Math.abs(out.unweighted.data[0]! / plain - 1));

    // Dual's gradients hold the same terms: half a supervised one a network, and the consistency one crossed.
    const gradients = beside('dual_grads');
    const ofSup = stack(gradients.data, 0).map((value) => 2 * value);
    const ofCons = stack(gradients.data, 2);
    const crossed = await run({ ...inputs, taught: heatmaps('unsup_trans2') });
    const largest = (values: Float32Array) =>
      maxDifference(values, new Float32Array(values.length));
    deviations.push(
      maxDifference(out.poseGradient.data, ofSup) / largest(ofSup),
      maxDifference(crossed.consistencyGradient.data, ofCons) / largest(ofCons),
    );
    const worst = Math.max(...deviations);
    recordDeviation(file, worst, allowed, `Single on ${engine}`);
    expect(worst).toBeLessThanOrEqual(allowed);
  });

  it.each(['onnxruntime', 'wasm'] as const)(
    'gives the terms and gradients of Dual on %s, and of a union of more joints',
    async (engine) => {
      const map = [n, height, width, joints] as const;
      const names = ['sup1', 'sup2', 'cons1', 'cons2', 'taught1', 'taught2', 'target'] as const;
      const shapes = {
        ...(Object.fromEntries(names.map((name) => [name, map])) as Record<Name, typeof map>),
        weights: [n, joints],
      };
      type Name = (typeof names)[number];
      const run = await computer<Name | 'weights', string>(engine, shapes, (given) => {
        const of = (name: Name) => given[name] as Tensor4D;
        const pose = (sup1: Tensor, sup2: Tensor) =>
          [sup1, sup2]
            .map((sup) => jointsMse(sup as Tensor4D, of('target'), given.weights as Tensor2D))
            .reduce((sum, loss) => tf.add(sum, tf.mul(loss, 0.5)), tf.scalar(0));
        // Crossed: each network learns what the other one sees.
        const consistency = (cons1: Tensor, cons2: Tensor) =>
          tf.add<Scalar>(
            jointsMse(cons1 as Tensor4D, of('taught2')),
            jointsMse(cons2 as Tensor4D, of('taught1')),
          );
        const total = (...[sup1, sup2, cons1, cons2]: Tensor[]) =>
          tf.add<Scalar>(pose(sup1!, sup2!), consistency(cons1!, cons2!));
        const students = [of('sup1'), of('sup2'), of('cons1'), of('cons2')];
        const gradients = tf.grads(total)(students);
        return {
          pose: pose(of('sup1'), of('sup2')),
          consistency: consistency(of('cons1'), of('cons2')),
          ...Object.fromEntries(gradients.map((gradient, i) => [String(i), gradient])),
        };
      });
      const out = await run({
        ...{ sup1: heatmaps('sup_ht1'), sup2: heatmaps('sup_ht2') },
        ...{ cons1: heatmaps('cons_ht1'), cons2: heatmaps('cons_ht2') },
        ...{ taught1: heatmaps('unsup_trans1'), taught2: heatmaps('unsup_trans2') },
        ...{ target: heatmaps('sup_target'), weights: golden.sup_weight.flat() },
      });
      const terms = termsOf('dual', out['pose']!.data[0]!, out['consistency']!.data[0]!);
      const gradients = beside('dual_grads');
      const ofGradients = [0, 1, 2, 3].map((i) => {
        const expected = stack(gradients.data, i);
        const largest = maxDifference(expected, new Float32Array(expected.length));
        return maxDifference(out[String(i)]!.data, expected) / largest;
      });
      const worst = Math.max(...[...terms, ...ofGradients].map(Math.abs));
      recordDeviation(file, worst, allowed, `Dual on ${engine}`);
      const named = (name: string) => file.replace(/losses([^/]*)\.json$/, `loss_${name}$1.f32`);
      recordDeviation(named('dual_grads'), Math.max(...ofGradients), allowed, `on ${engine}`);
      expect(worst).toBeLessThanOrEqual(allowed);
    },
  );

  it.each(['onnxruntime', 'wasm'] as const)(
    'gives OHKM and the losses of MSPN on %s, and gradients to the hardest joints only',
    async (engine) => {
      const map = [n, height, width, joints] as const;
      const shapes = { sup: map, target: map, weights: [n, joints], valid: [n, joints] } as const;
      const { extra_ohkm: ohkm, extra_mspn: mspn } = golden;
      const hardest = toleranceIn(ohkm.source, /topk (\d+)/, 8);
      const run = await computer(engine, shapes, ({ sup, target, weights, valid }) => {
        const found = (from: Tensor) => tf.cast(from, 'float32');
        const [labelled, visible] = [found(tf.greater(valid, 0)), found(tf.greater(valid, 1))];
        const loss = (p: Tensor, w: Tensor = weights) =>
          hardestJointsMse(p as Tensor4D, target as Tensor4D, w as Tensor2D, hardest);
        const shown = tf.mul<Tensor4D>(target, tf.reshape(visible, [n, 1, 1, joints]));
        return {
          ohkm: loss(sup),
          // MSPN's squares are not halved.
          mspnHardest: tf.mul(loss(sup, labelled), 2),
          mspnPlain: tf.mul(jointsMse(sup as Tensor4D, shown), 2),
          touched: tf.max(tf.abs(tf.grad((p: Tensor) => loss(p))(sup)), [1, 2]),
        };
      });
      const out = await run({
        ...{ sup: heatmaps('sup_ht1'), target: heatmaps('sup_target') },
        ...{ weights: golden.sup_weight.flat(), valid: mspn.valid.flat() },
      });
      const worst = Math.max(
        Math.abs(out.ohkm.data[0]! / ohkm.value_sup1 - 1),
        Math.abs(out.mspnHardest.data[0]! / mspn.ohkm_topk8 - 1),
        Math.abs(out.mspnPlain.data[0]! / mspn.plain - 1),
      );
      recordDeviation(file, worst, allowed, `OHKM and MSPN on ${engine}`);
      expect(worst).toBeLessThanOrEqual(allowed);
      golden.sup_weight.forEach((row, i) => {
        const touched = [...out.touched.data.slice(i * joints, (i + 1) * joints)];
        const trained = row.filter((weight) => weight > 0).length;
        expect(touched.filter((size) => size > 0)).toHaveLength(Math.min(hardest, trained));
      });
    },
  );
});
