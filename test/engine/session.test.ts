import { spawnSync } from 'node:child_process';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterEach, describe, expect, it } from 'vitest';
import { openTested } from '../support/open-tested.ts';
import { tf } from '../../src/engine/tf.ts';
import type { EngineName, Session, Step } from '../../src/engine/types.ts';
import { availableEngines } from './available.ts';
import { batch, predict, publish, shapes, smallState, train } from './small-net.ts';

const opened: Session[] = [];

async function open(name: EngineName): Promise<Session> {
  const session = await (await openTested({ name, threads: 2 })).open(smallState());
  opened.push(session);
  return session;
}

afterEach(async () => {
  for (const session of opened.splice(0)) await session.dispose();
});

async function losses(name: EngineName, steps: number): Promise<number[]> {
  const runner = await (await open(name)).compile(train, shapes);
  const outputs = await runner.run(Array.from({ length: steps }, (_, k) => batch(k % 2)));
  return outputs.map(({ loss }) => loss.data[0]!);
}

const images = { images: shapes.images };

function inShared(pictures: Uint8Array, targets: Float32Array) {
  const copies = {
    images: new Uint8Array(new SharedArrayBuffer(pictures.byteLength)),
    targets: new Float32Array(new SharedArrayBuffer(targets.byteLength)),
  };
  copies.images.set(pictures);
  copies.targets.set(targets);
  return copies;
}

describe.each(availableEngines)('a session of %s', (name) => {
  it('trains five Adam steps like the reference engine', async () => {
    const [got, expected] = [await losses(name, 5), await losses('cpu', 5)];
    expect(expected[4]).toBeLessThan(expected[0]!);
    for (const [k, loss] of got.entries())
      expect(Math.abs(loss / expected[k]! - 1)).toBeLessThan(2e-5);
  });

  it('carries the state through several steps a call as through several calls', async () => {
    const [one, many] = [await open(name), await open(name)];
    const together = await (await one.compile(train, shapes)).run([batch(0), batch(1), batch(2)]);
    const runner = await many.compile(train, shapes);
    const apart = [];
    for (const k of [0, 1, 2]) apart.push(...(await runner.run([batch(k)])));
    expect(together.map(({ loss }) => loss.data[0])).toEqual(apart.map(({ loss }) => loss.data[0]));
    expect((await one.read(['t']))['t']!.data[0]).toBe(3);
    expect(await one.read()).toEqual(await many.read());
  });

  it('shares the state between its compiled steps', async () => {
    const session = await open(name);
    const [trainer, predictor] = [
      await session.compile(train, shapes),
      await session.compile(predict, images),
    ];
    const look = async () => (await predictor.run([{ images: batch(0).images }]))[0]!.heatmaps;
    const before = await look();
    await trainer.run([batch(0)]);
    const after = await look();
    expect(before.shape).toEqual([4, 8, 12, 2]);
    expect(after.data).not.toEqual(before.data);
    await (await session.compile(publish, {})).run([{}]);
    const state = await session.read(['head', 'm.head']);
    expect(state['m.head']!.data).toEqual(state['head']!.data);
  });

  it('reads back what was opened and written, and refuses other names and shapes', async () => {
    const session = await open(name);
    expect(await session.read()).toEqual(smallState());
    const head = { shape: [1, 1, 6, 2], data: Float32Array.from({ length: 12 }, (_, i) => i) };
    await session.write({ head });
    expect((await session.read(['head']))['head']).toEqual(head);
    expect((await session.read(['stem']))['stem']).toEqual(smallState()['stem']);
    await expect(session.write({ head: { ...head, shape: [12] } })).rejects.toThrow(
      'expected state entry head as [1,1,6,2], got [12]',
    );
    await expect(session.write({ tail: head })).rejects.toThrow('no state entry tail');
    await expect(session.read(['tail'])).rejects.toThrow('no state entry tail');
  });

  it('computes the same from arrays that are given away, and from parts of a larger buffer', async () => {
    const runner = await (await open(name)).compile(train, shapes);
    const own = Array.from({ length: 3 }, () => batch(0));
    const shared = { ...own[1]!, images: new Uint8Array([9, ...own[1]!.images]).subarray(1) };
    const [first] = await runner.run([own[0]!]);
    const again = await (await open(name)).compile(train, shapes);
    const [given] = await again.run([own[2]!], { moves: true });
    expect(given!.loss.data).toEqual(first!.loss.data);
    const third = await (await open(name)).compile(train, shapes);
    const [part] = await third.run([shared], { moves: true });
    expect(part!.loss.data).toEqual(first!.loss.data);
    expect(own[0]!.images).toEqual(batch(0).images);
    expect(shared.images).toEqual(batch(0).images);
  });

  it('computes the same from shared memory, and leaves it as it is', async () => {
    const inputs = batch(0);
    const expected = await (await (await open(name)).compile(train, shapes)).run([inputs]);
    const shared = inShared(inputs.images, inputs.targets);
    const runner = await (await open(name)).compile(train, shapes);
    const [got] = await runner.run([shared], { moves: true });
    expect(got!.loss.data).toEqual(expected[0]!.loss.data);
    expect([...shared.images]).toEqual([...inputs.images]);
    expect([...shared.targets]).toEqual([...inputs.targets]);
  });

  it('keeps its own copy of what it was given', async () => {
    const session = await open(name);
    const runner = await session.compile(train, shapes);
    const input = batch(0);
    const running = runner.run([input]);
    input.images.fill(0);
    const [moved] = await running;
    const again = await (await (await open(name)).compile(train, shapes)).run([batch(0)]);
    expect(moved!.loss.data).toEqual(again[0]!.loss.data);
    const state = await session.read(['head']);
    state['head']!.data.fill(7);
    expect((await session.read(['head']))['head']!.data).not.toEqual(state['head']!.data);
  });

  it('stops between two steps when it is aborted', async () => {
    const session = await open(name);
    const runner = await session.compile(train, shapes);
    const stop = new AbortController();
    const running = runner.run(
      Array.from({ length: 400 }, () => batch(0)),
      { signal: stop.signal },
    );
    setTimeout(() => {
      stop.abort();
    }, 100);
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
    const { data } = (await session.read(['t']))['t']!;
    expect(data[0]).toBeGreaterThan(0);
    expect(data[0]).toBeLessThan(400);
    await expect(runner.run([batch(0)], { signal: stop.signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(await runner.run([batch(0)])).toHaveLength(1);
  });

  it('says which input is wrong', async () => {
    const runner = await (await open(name)).compile(train, shapes);
    const { images: pictures, targets } = batch(0);
    await expect(runner.run([{ images: pictures, targets: targets.slice(1) }])).rejects.toThrow(
      /input targets .* to hold 768 numbers/,
    );
    await expect(runner.run([{ images: targets, targets }])).rejects.toThrow(
      /input images .* as uint8, got float32/,
    );
    await expect(runner.run([{ images: pictures } as never])).rejects.toThrow(
      /expected input targets .* got none/,
    );
  });

  it('names the entry that a step returns in another shape, and leaves the state alone', async () => {
    const session = await open(name);
    const bad: Step<never, never> = {
      name: 'bad',
      run: (state) => ({ state: { head: tf.reshape(state['head']!, [12]) }, outputs: {} }),
    };
    const running = session.compile(bad, {}).then((runner) => runner.run([{}]));
    await expect(running).rejects.toThrow(/head.*\[12\]|\[12\].*head|head.*\[1,1,6,2\]/);
    expect((await session.read(['head']))['head']).toEqual(smallState()['head']);
  });

  it('holds the number of tensors constant over steps', async () => {
    const runner = await (await open(name)).compile(train, shapes);
    await runner.run([batch(0)]);
    const before = tf.memory().numTensors;
    await runner.run([batch(0), batch(1), batch(2), batch(3)]);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('the onnxruntime engine', () => {
  it('gives the same bits in every run', async () => {
    const run = async () => {
      const session = await open('onnxruntime');
      await (await session.compile(train, shapes)).run([batch(0), batch(1), batch(2)]);
      return session.read();
    };
    expect(await run()).toEqual(await run());
  });

  it('leaves the event loop free while a step runs', async () => {
    const session = await open('onnxruntime');
    const runner = await session.compile(train, shapes);
    const inputs = Array.from({ length: 100 }, () => batch(0));
    const delay = monitorEventLoopDelay({ resolution: 5 });
    const running = runner.run(inputs);
    await new Promise((resolve) => setTimeout(resolve, 20));
    delay.enable();
    await running;
    delay.disable();
    expect(delay.percentile(50) / 1e6).toBeLessThan(20);
  });

  it('traces a step once for its name and shapes', async () => {
    const session = await open('onnxruntime');
    let traces = 0;
    const step: Step<'x', 'y'> = {
      name: 'count',
      run: (_, { x }) => {
        traces++;
        return { state: {}, outputs: { y: x } };
      },
    };
    const spec = { x: { shape: [2, 3], dtype: 'float32' } } as const;
    const first = await session.compile(step, spec);
    expect(await session.compile(step, spec)).toBe(first);
    expect(traces).toBe(1);
    await session.compile(step, { x: { shape: [4, 3], dtype: 'float32' } });
    expect(traces).toBe(2);
    const [out] = await first.run([{ x: Float32Array.of(1, 2, 3, 4, 5, 6) }]);
    expect(out!.y).toEqual({ shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) });
  });

  it('refuses a kernel that it cannot write, by its name and the op that asked for it', async () => {
    const session = await open('onnxruntime');
    const step: Step<'x', 'y'> = {
      name: 'cumulate',
      run: (_, { x }) => ({ state: {}, outputs: { y: tf.cumsum(x) } }),
    };
    await expect(session.compile(step, { x: { shape: [4], dtype: 'float32' } })).rejects.toThrow(
      /kernel Cumsum \(asked for by tf\.cumsum\)/,
    );
  });

  it('refuses to give values while it records', async () => {
    const session = await open('onnxruntime');
    const step: Step<'x', 'y'> = {
      name: 'peek',
      run: (_, { x }) => ({ state: {}, outputs: { y: tf.scalar(x.dataSync()[0]!) } }),
    };
    await expect(session.compile(step, { x: { shape: [1], dtype: 'float32' } })).rejects.toThrow(
      'the step reads a tensor',
    );
  });

  it('lets the process end in the middle of a step', () => {
    const child = `
      import { openEngine } from './src/engine/choose.ts';
      import { batch, shapes, smallState, train } from './test/engine/small-net.ts';
      const session = await (await openEngine({ name: 'onnxruntime' })).open(smallState());
      const runner = await session.compile(train, shapes);
      void runner.run(Array.from({ length: 1000 }, () => batch(0)));
      setTimeout(() => process.exit(7), 150);`;
    const args = ['--input-type=module-typescript', '--eval', child];
    const { status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect(status).toBe(7);
  });

  it('rejects what waits when it is disposed, and everything afterwards', async () => {
    const session = await open('onnxruntime');
    const runner = await session.compile(train, shapes);
    const running = runner.run(Array.from({ length: 300 }, () => batch(0)));
    await Promise.all([expect(running).rejects.toThrow('disposed'), session.dispose()]);
    await expect(runner.run([batch(0)])).rejects.toThrow('disposed');
    await expect(session.read()).rejects.toThrow('disposed');
  });
});
